package mqttbroker_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gatehouse/drivers"
	"gatehouse/drivers/drivertest"
	"gatehouse/drivers/mqttbroker"
	"gatehouse/drivers/mqttsign"
	"gatehouse/sync/mqtt"
	"gatehouse/sync/mqtt/mosquitto"
)

// patience is longer than a broker takes on a busy machine.
const patience = 30 * time.Second

// host has brokers and nothing else.
type host struct {
	drivers.Host
	mqttbroker.Brokers
}

// Broker opens a broker.
func (h host) Broker(name string) (drivers.Broker, error) { return h.Open(name) }

func hostOf(b mqttbroker.Broker) host {
	return host{Brokers: mqttbroker.Brokers{Known: map[string]mqttbroker.Broker{"lot": b}, Client: "gatehouse-test"}}
}

func TestBroker(t *testing.T) {
	address := mosquitto.FreeAddress(t)
	running := mosquitto.Start(t, address)
	drivertest.TestBroker(t, drivertest.BrokerBench{
		Host: hostOf(mqttbroker.Broker{URL: "tcp://" + address}), Name: "lot",
		Lose:  func() { stop(running) },
		Reach: func() { running = mosquitto.Start(t, address) },
	})
}

func stop(running *exec.Cmd) {
	_ = running.Process.Kill()
	_ = running.Wait()
}

func TestABrokerThatWasNeverThereIsOffline(t *testing.T) {
	broker, err := hostOf(mqttbroker.Broker{URL: "tcp://" + mosquitto.FreeAddress(t)}).Broker("lot")
	if err != nil {
		t.Fatal(err)
	}
	defer broker.Close()
	if err := broker.Publish(t.Context(), "a", nil, false); !errors.Is(err, drivers.ErrOffline) {
		t.Errorf("publish: %v", err)
	}
	if err := broker.Watch(t.Context(), "a", func(string, []byte) {}); !errors.Is(err, drivers.ErrOffline) {
		t.Errorf("watch: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := broker.Publish(ctx, "a", nil, false); !errors.Is(err, context.Canceled) {
		t.Errorf("publish, cancelled: %v", err)
	}
}

// A display of the source design listens to displays/{locationId}/{floorId}: what it reads off a real broker, byte by byte, at
// QoS 1 and retained, also when it comes later and when the broker has forgotten everything.
func TestDisplaysReadTheSourceDesignsMessage(t *testing.T) {
	address := mosquitto.FreeAddress(t)
	running := mosquitto.Start(t, address)
	site := hostOf(mqttbroker.Broker{URL: "tcp://" + address})
	made, err := mqttsign.Driver().Make(site, drivers.Settings{"broker": "lot", "location": "p8", "floor": "F1"})
	if err != nil {
		t.Fatal(err)
	}
	sign := made.(drivers.Display)
	for _, row := range []struct {
		face drivers.Face
		want string
	}{
		{drivers.Face{Count: 12, Total: 120}, `{"available":12,"total":120,"status":"green"}`},
		{drivers.Face{Count: 0, Total: 120, Colour: drivers.ColourRed}, `{"available":0,"total":120,"status":"red"}`},
		{drivers.Face{Total: 120, Unknown: true}, `{"available":null,"total":120,"status":"unknown"}`},
	} {
		show(t, sign, row.face)
		if got := subscribed(t, address); got != "retained1 displays/p8/F1 "+row.want {
			t.Errorf("a display reads %s, want %s", got, row.want)
		}
	}
	stop(running)
	if err := sign.Show(t.Context(), drivers.Face{Count: 1, Total: 120}); !errors.Is(err, drivers.ErrOffline) {
		t.Errorf("with the broker gone: %v", err)
	}
	mosquitto.Start(t, address)
	show(t, sign, drivers.Face{Count: 7, Total: 120})
	if got := subscribed(t, address); got != `retained1 displays/p8/F1 {"available":7,"total":120,"status":"green"}` {
		t.Errorf("after a restart a display reads %s", got)
	}
}

// show shows a face, again and again until the broker is there.
func show(t *testing.T, sign drivers.Display, face drivers.Face) {
	t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		err := sign.Show(t.Context(), face)
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
}

// subscribed is the first message that a new client reads: retained1 is retained, sent with QoS 1.
func subscribed(t *testing.T, address string) string {
	t.Helper()
	heard := make(chan mqtt.Message, 1)
	display, err := mqtt.Dial(mqtt.Options{Broker: "tcp://" + address, ClientID: "display", Subscriptions: []mqtt.Subscription{
		{Filter: "displays/#", QoS: 1, Handle: func(m mqtt.Message) {
			select {
			case heard <- m:
			default:
			}
		}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer display.Close()
	select {
	case m := <-heard:
		return fmt.Sprintf("%s %s %s", map[bool]string{true: "retained", false: "new"}[m.Retained]+fmt.Sprint(m.QoS), m.Topic, m.Payload)
	case <-time.After(patience):
		return "nothing"
	}
}

func TestABrokerWithCertificateAndPassword(t *testing.T) {
	dir := t.TempDir()
	authority := certificates(t, dir)
	passwords := filepath.Join(dir, "passwords")
	if out, err := exec.Command("mosquitto_passwd", "-b", "-c", passwords, "lot", "secret").CombinedOutput(); err != nil {
		t.Skipf("mosquitto_passwd: %v: %s", err, out)
	}
	address := mosquitto.FreeAddress(t)
	mosquitto.Start(t, address, "user root", "allow_anonymous false", "password_file "+passwords,
		"certfile "+filepath.Join(dir, "server.pem"), "keyfile "+filepath.Join(dir, "server.key"))
	good := mqttbroker.Broker{URL: "tls://" + address, Username: "lot", Password: "secret", CA: authority}
	drivertest.TestBroker(t, drivertest.BrokerBench{Host: hostOf(good), Name: "lot"})

	wrongPassword, unknownAuthority := good, good
	wrongPassword.Password, unknownAuthority.CA = "guessed", ""
	for why, bad := range map[string]mqttbroker.Broker{"password": wrongPassword, "authority": unknownAuthority} {
		broker, err := hostOf(bad).Broker("lot")
		if err != nil {
			t.Fatal(err)
		}
		if err := broker.Publish(t.Context(), "a", nil, false); !errors.Is(err, drivers.ErrOffline) {
			t.Errorf("with a wrong %s it publishes with error %v", why, err)
		}
		_ = broker.Close()
	}
	noAuthority := good
	noAuthority.CA = passwords
	if _, err := hostOf(noAuthority).Broker("lot"); !errors.Is(err, drivers.ErrSettings) || !strings.Contains(err.Error(), "PEM") {
		t.Errorf("an authority without a certificate: %v", err)
	}
	if _, err := hostOf(good).Broker("lott"); !errors.Is(err, drivers.ErrSettings) {
		t.Errorf("a broker that the site does not name: %v", err)
	}
}

// certificates writes a server's certificate, signed by itself, and returns its path.
func certificates(t *testing.T, dir string) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "broker"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{
		"server.pem": {Type: "CERTIFICATE", Bytes: certificate}, "server.key": {Type: "PRIVATE KEY", Bytes: private},
	} {
		if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "server.pem")
}

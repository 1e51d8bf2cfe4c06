package broker_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/cloud/broker"
	"gatehouse/cloud/enrol"
	"gatehouse/sync/mqtt"
)

// documents is enrol.Documents in memory.
type documents struct {
	mu   sync.Mutex
	rows map[[3]string]document
}

type document struct {
	revision int64
	value    []byte
}

func (d *documents) PutDocument(_ context.Context, location, kind, key string, revision int64, value []byte) (bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	at := [3]string{location, kind, key}
	if d.rows[at].revision != revision {
		return false, nil
	}
	d.rows[at] = document{revision + 1, value}
	return true, nil
}

func (d *documents) EachDocument(_ context.Context, kind string, visit func(string, string, int64, []byte) error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for at, row := range d.rows {
		if at[1] == kind {
			if err := visit(at[0], at[2], row.revision, row.value); err != nil {
				return err
			}
		}
	}
	return nil
}

// office is a headquarters of a broker and its authority.
type office struct {
	authority *enrol.Authority
	registry  *enrol.Registry
}

func newOffice(t *testing.T) *office {
	t.Helper()
	authority, err := enrol.OpenAuthority(t.TempDir(), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	registry, err := enrol.OpenRegistry(t.Context(), authority, &documents{rows: map[[3]string]document{}}, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return &office{authority, registry}
}

func (o *office) admit(certificate *x509.Certificate) (broker.Identity, error) {
	if enrol.IsHeadquarters(certificate) {
		return broker.Identity{Fingerprint: "headquarters", Headquarters: true}, nil
	}
	device, err := o.registry.Admit(context.Background(), certificate)
	return broker.Identity{Fingerprint: device.Fingerprint, Location: device.Location}, err
}

func (o *office) options(t *testing.T, name string) broker.Options {
	return broker.Options{
		Name: name, Chain: "main", Listen: "127.0.0.1:0", Dir: t.TempDir(), Admit: o.admit, Log: slog.New(slog.DiscardHandler),
		TLS: o.authority.ServerTLS([]string{"127.0.0.1"}, time.Now),
	}
}

func (o *office) start(t *testing.T, options broker.Options) *broker.Embedded {
	t.Helper()
	b, err := broker.Start(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	o.registry.OnRevoked(func(d enrol.Device) { b.Kick(d.Fingerprint) })
	return b
}

// gateway enrols one and returns its TLS configuration.
func (o *office) gateway(t *testing.T, location string) (*tls.Config, enrol.Device) {
	t.Helper()
	code, err := o.registry.NewCode(t.Context(), location, "ann", false)
	if err != nil {
		t.Fatal(err)
	}
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	request, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key)
	if err != nil {
		t.Fatal(err)
	}
	issued, err := o.registry.Enrol(t.Context(), code, request, location)
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(issued.Certificate)
	return &tls.Config{
		RootCAs: o.authority.Pool(), Certificates: []tls.Certificate{{Certificate: [][]byte{block.Bytes}, PrivateKey: key}},
	}, issued.Device
}

// client is an MQTT client with its events on channels.
type client struct {
	*mqtt.Client
	up   chan struct{}
	down chan error
	got  chan mqtt.Message
}

func connect(t *testing.T, url, id string, config *tls.Config, filters ...string) *client {
	t.Helper()
	c := &client{up: make(chan struct{}, 64), down: make(chan error, 64), got: make(chan mqtt.Message, 64)}
	o := mqtt.Options{
		Broker: url, ClientID: id, TLS: config, Session: true, Backoff: 10 * time.Millisecond, BackoffMax: 100 * time.Millisecond,
		Up: func(*mqtt.Client) { c.up <- struct{}{} },
		Down: func(err error) {
			select {
			case c.down <- err:
			default: // nobody counts as many
			}
		},
	}
	for _, filter := range filters {
		o.Subscriptions = append(o.Subscriptions, mqtt.Subscription{Filter: filter, Handle: func(m mqtt.Message) { c.got <- m }})
	}
	var err error
	if c.Client, err = mqtt.Dial(o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// patience is how long a test waits for what must come.
const patience = 90 * time.Second

func wait[T any](t *testing.T, what string, from <-chan T) T {
	t.Helper()
	select {
	case value := <-from:
		return value
	case <-time.After(patience):
		t.Fatalf("waited %v for %s", patience, what)
		panic("unreachable")
	}
}

func publish(t *testing.T, c *client, topic, payload string, qos byte) {
	t.Helper()
	if err := c.Publish(t.Context(), mqtt.Message{Topic: topic, Payload: []byte(payload), QoS: qos}); err != nil {
		t.Fatal(err)
	}
}

func TestAGatewaySpeaksForItsOwnLocationOnly(t *testing.T) {
	o := newOffice(t)
	b := o.start(t, o.options(t, "one"))
	headquarters := connect(t, b.URL(), "hq", o.authority.HeadquartersTLS(time.Now), mqtt.AllOf("main", mqtt.KindFacts))
	wait(t, "headquarters", headquarters.up)
	p8, _ := o.gateway(t, "p8")
	gateway := connect(t, b.URL(), mqtt.GatewayID("p8"), p8, mqtt.Topic("main", "p8", mqtt.KindReply))
	wait(t, "the gateway", gateway.up)

	for qos := range byte(2) {
		publish(t, gateway, mqtt.Topic("main", "p8", mqtt.KindFacts), fmt.Sprint("facts", qos), qos)
		if m := wait(t, "facts", headquarters.got); m.Topic != "lot/main/p8/up" || string(m.Payload) != fmt.Sprint("facts", qos) {
			t.Errorf("%+v", m)
		}
		publish(t, headquarters, mqtt.Topic("main", "p8", mqtt.KindReply), "ack", qos)
		if m := wait(t, "the acknowledgement", gateway.got); string(m.Payload) != "ack" {
			t.Errorf("%+v", m)
		}
	}

	// As another location it is not heard: what it says for itself afterwards comes first.
	_ = gateway.Publish(t.Context(), mqtt.Message{Topic: mqtt.Topic("main", "p9", mqtt.KindFacts), Payload: []byte("forged")})
	wait(t, "the gateway's next connection or none", after(gateway))
	publish(t, gateway, mqtt.Topic("main", "p8", mqtt.KindFacts), "true", 0)
	if m := wait(t, "facts", headquarters.got); string(m.Payload) != "true" {
		t.Errorf("a forged message came through: %+v", m)
	}

	// It may not listen to others either.
	spy := connect(t, b.URL(), mqtt.GatewayID("p8"), p8, mqtt.AllOf("main", mqtt.KindReply))
	if err := wait(t, "the refusal", spy.down); err == nil {
		t.Error("a gateway listens to other locations")
	}
}

// after is ready at once if the broker kept the connection, and after the reconnection otherwise.
func after(c *client) <-chan struct{} {
	ready := make(chan struct{}, 1)
	go func() {
		for !c.Connected() {
			<-c.up
		}
		ready <- struct{}{}
	}()
	return ready
}

func TestARevokedGatewayIsThrownOutAtOnceAndStaysOut(t *testing.T) {
	o := newOffice(t)
	b := o.start(t, o.options(t, "one"))
	config, device := o.gateway(t, "p8")
	other, _ := o.gateway(t, "p9")
	gateway, bystander := connect(t, b.URL(), mqtt.GatewayID("p8"), config), connect(t, b.URL(), mqtt.GatewayID("p9"), other)
	wait(t, "the gateway", gateway.up)
	wait(t, "the bystander", bystander.up)
	if err := o.registry.Revoke(t.Context(), device.Fingerprint, "ann", "stolen"); err != nil {
		t.Fatal(err)
	}
	wait(t, "the kick", gateway.down)
	wait(t, "the refusal", gateway.down)
	if gateway.Connected() || !bystander.Connected() {
		t.Error("the wrong one was thrown out")
	}
}

// A client that connects by another's name throws that one out, and takes its session: a gateway has its own name and no other.
func TestAGatewayGoesByItsOwnNameOnly(t *testing.T) {
	o := newOffice(t)
	b := o.start(t, o.options(t, "one"))
	p8, _ := o.gateway(t, "p8")
	p9, _ := o.gateway(t, "p9")
	victim := connect(t, b.URL(), mqtt.GatewayID("p9"), p9, mqtt.Topic("main", "p9", mqtt.KindReply))
	wait(t, "the gateway", victim.up)
	for _, name := range []string{mqtt.GatewayID("p9"), "headquarters", "p8"} {
		thief := connect(t, b.URL(), name, p8)
		if err := wait(t, "the refusal of "+name, thief.down); err == nil || thief.Connected() {
			t.Errorf("p8 goes by the name %s: %v", name, err)
		}
	}
	headquarters := connect(t, b.URL(), "hq", o.authority.HeadquartersTLS(time.Now))
	wait(t, "headquarters", headquarters.up)
	publish(t, headquarters, mqtt.Topic("main", "p9", mqtt.KindReply), "still here?", 0)
	if m := wait(t, "the word", victim.got); string(m.Payload) != "still here?" || len(victim.down) > 0 {
		t.Errorf("%+v, and it was thrown out %d times", m, len(victim.down))
	}
}

// A port that another program has is said at once.
func TestAnAddressInUseIsSaid(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	o := newOffice(t)
	options := o.options(t, "one")
	options.Listen = taken.Addr().String()
	if b, err := broker.Start(options); err == nil || !strings.Contains(err.Error(), "address already in use: end the program") {
		t.Errorf("%v, %v", b, err)
	}
}

func TestStrangersGetNoConnection(t *testing.T) {
	o, stranger := newOffice(t), newOffice(t)
	b := o.start(t, o.options(t, "one"))
	foreign, _ := stranger.gateway(t, "p8")
	foreign.RootCAs = o.authority.Pool()
	for name, config := range map[string]*tls.Config{"foreign": foreign, "none": {RootCAs: o.authority.Pool()}} {
		c := connect(t, b.URL(), mqtt.GatewayID("p8"), config)
		wait(t, "the refusal of "+name, c.down)
		if c.Connected() {
			t.Errorf("%s certificate: connected", name)
		}
	}
	good, _ := o.gateway(t, "p9")
	good.MaxVersion = tls.VersionTLS12
	if conn, err := tls.Dial("tcp", b.URL()[len("tls://"):], good); err == nil {
		_ = conn.Close()
		t.Error("TLS 1.2 was accepted")
	}
}

func TestTheWillTellsThatAGatewayIsGone(t *testing.T) {
	o := newOffice(t)
	b := o.start(t, o.options(t, "one"))
	topic := mqtt.Topic("main", "p8", mqtt.KindState)
	headquarters := connect(t, b.URL(), "hq", o.authority.HeadquartersTLS(time.Now), topic)
	wait(t, "headquarters", headquarters.up)
	config, device := o.gateway(t, "p8")
	gateway, err := mqtt.Dial(mqtt.Options{
		Broker: b.URL(), ClientID: mqtt.GatewayID("p8"), TLS: config, Backoff: time.Hour,
		Will: &mqtt.Message{Topic: topic, Payload: []byte("offline"), Retained: true, QoS: 1},
		Up: func(c *mqtt.Client) {
			_ = c.Publish(context.Background(), mqtt.Message{Topic: topic, Payload: []byte("online"), Retained: true, QoS: 1})
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(gateway.Close)
	if m := wait(t, "the birth", headquarters.got); string(m.Payload) != "online" {
		t.Errorf("%+v", m)
	}
	if b.Kick(device.Fingerprint) != 1 {
		t.Error("not one connection was ended")
	}
	if m := wait(t, "the will", headquarters.got); string(m.Payload) != "offline" {
		t.Errorf("%+v", m)
	}
}

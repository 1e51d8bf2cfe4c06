package integration

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"gatehouse/cloud/store"
)

// storm is how long things go wrong, unless GATEHOUSE_STORM says otherwise (20s, 5m).
const storm = 20 * time.Second

func stormTime(t *testing.T) time.Duration {
	text := os.Getenv("GATEHOUSE_STORM")
	if text == "" {
		return storm
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

var codeLine = regexp.MustCompile(`^enrolment code of (\S+): (\S+)$`)

// chain is one run.
type chain struct {
	*testing.T
	cloud     *process
	cloudData string
	lots      []*lot
	broker    *process // nil: the embedded one
	dice      *rand.Rand
}

// answersMin is how many commands of each lot must be answered. Where a machine is too slow for that in the storm, the rest is
// answered in the calm behind it: a gateway that needs longer to start than it is left alone would never answer.
const answersMin = 20

// trouble has processes die and networks break while facts flow.
func (c *chain) trouble() {
	seed := uint64(time.Now().UnixNano())
	c.Logf("seed %d", seed)
	c.dice = rand.New(rand.NewPCG(seed, 1))
	for _, l := range c.lots {
		go l.work()
	}
	for end := time.Now().Add(stormTime(c.T)); time.Now().Before(end); {
		l := c.lots[c.dice.IntN(len(c.lots))]
		switch c.dice.IntN(8) {
		case 0, 1:
			l.kill()
		case 2:
			c.cloud.end(syscall.SIGKILL)
			c.wait(500)
			c.cloud.start()
		case 3:
			if c.broker != nil {
				c.broker.end(syscall.SIGKILL)
				c.wait(500)
				c.broker.start()
			}
		case 4, 5, 6:
			l.net.cut()
			c.wait(1_500)
			l.net.heal()
		}
		c.wait(1_000)
	}
}

// wait lets up to so many milliseconds pass.
func (c *chain) wait(ms int) { time.Sleep(time.Duration(c.dice.IntN(ms)) * time.Millisecond) }

// settle ends the work, waits until all has arrived, ends all processes, and compares.
func (c *chain) settle() {
	for _, l := range c.lots {
		until(c.T, l.id+" answers", func() bool { return atomic.LoadInt64(&l.asked) >= answersMin })
		close(l.stops)
		<-l.ended
	}
	for _, l := range c.lots {
		l.leave(syscall.SIGTERM)
	}
	c.cloud.end(syscall.SIGTERM)
	kept, err := store.OpenSQLite(context.Background(), filepath.Join(c.cloudData, "store"), time.Now)
	if err != nil {
		c.Fatal(err)
	}
	defer kept.Close()
	for _, l := range c.lots {
		checkHeadquarters(c.T, kept, l)
		c.Logf("%s: %d commands", l.id, len(l.done))
	}
}

// embedded is a chain with headquarters' own broker: enrolled gateways, TLS, certificates.
func embedded(t *testing.T, ways func(https, mqtt string) []network) *chain {
	p := built(t)
	c := &chain{T: t, cloudData: t.TempDir()}
	https, mqtt := freePort(t), freePort(t)
	nets := ways(https, mqtt)
	args := []string{p.cloud, "run", "--data", c.cloudData, "--listen", ":" + https, "--mqtt", ":" + mqtt}
	for _, way := range nets {
		args = append(args, "--host", way.host())
	}
	c.cloud = newProcess(t, "cloud", codeLine, args...)
	enrol := []string{}
	for i, way := range nets {
		id := fmt.Sprintf("lot-%d", i)
		broker := fmt.Sprintf("broker = \"tls://%s:%s\"\n", way.host(), way.port(mqtt))
		c.lots = append(c.lots, newLot(t, p, id, way, broker))
		enrol = append(enrol, "--enrol", id)
	}
	c.cloud.start(enrol...)
	for i, l := range c.lots {
		l.process.start() // before it is enrolled: gates work without
		code := c.cloud.heard()[2]
		out, err := exec.Command(p.lotctl, "enrol", "--url", "https://127.0.0.1:"+https, "--code", code, "--dir", filepath.Join(l.data, "identity")).CombinedOutput()
		if err != nil {
			t.Fatalf("enrol %d: %v: %s", i, err, out)
		}
	}
	return c
}

func TestKillsAndCutsAgainstTheEmbeddedBroker(t *testing.T) {
	c := embedded(t, func(_, mqtt string) []network {
		return []network{newProxy(t, "127.0.0.1:"+mqtt), newProxy(t, "127.0.0.1:"+mqtt)}
	})
	c.trouble()
	c.settle()
}

// A pulled cable says nothing: both sides must notice by themselves.
func TestPulledCablesAgainstTheEmbeddedBroker(t *testing.T) {
	built(t)
	var ways []network
	for i := range 2 {
		n, can := newNamespace(t, i)
		if !can {
			t.Skip("network namespaces are not allowed here")
		}
		ways = append(ways, n)
	}
	c := embedded(t, func(string, string) []network { return ways })
	c.trouble()
	c.settle()
}

func TestKillsAndCutsAgainstMosquitto(t *testing.T) {
	p := built(t)
	mosquitto, err := exec.LookPath("mosquitto")
	if err != nil {
		mosquitto = "/usr/sbin/mosquitto"
	}
	if _, err := os.Stat(mosquitto); err != nil {
		t.Skip("mosquitto is not installed (make integration installs it)")
	}
	c := &chain{T: t, cloudData: t.TempDir()}
	port := freePort(t)
	file := filepath.Join(t.TempDir(), "mosquitto.conf")
	if err := os.WriteFile(file, []byte("listener "+port+" 127.0.0.1\nallow_anonymous true\npersistence false\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c.broker = newProcess(t, "mosquitto", nil, mosquitto, "-c", file)
	c.broker.start()
	c.cloud = newProcess(t, "cloud", nil, p.cloud, "run", "--data", c.cloudData, "--listen", "127.0.0.1:"+freePort(t), "--broker", "tcp://127.0.0.1:"+port, "--trust-broker")
	c.cloud.start()
	for i := range 2 {
		way := newProxy(t, "127.0.0.1:"+port)
		l := newLot(t, p, fmt.Sprintf("lot-%d", i), way, fmt.Sprintf("broker = \"tcp://127.0.0.1:%s\"\ntrust_broker = true\n", way.port("")))
		l.process.start()
		c.lots = append(c.lots, l)
	}
	c.trouble()
	c.settle()
}

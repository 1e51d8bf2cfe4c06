package steering

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"time"

	"gatehouse/cloud/app/apptest"
	"gatehouse/gateway/app"
	"gatehouse/sync/fact"
	"gatehouse/sync/mqtt/mosquitto"
	"gatehouse/tools/demo/cut"
)

// carrier is a broker that ends and comes back.
type carrier struct {
	scheme, address string
	again           func()
}

// carriers are the embedded broker, which ends with headquarters, and Mosquitto, which ends alone.
func carriers() map[string]func(*testing.T) (*town, carrier) {
	return map[string]func(*testing.T) (*town, carrier){
		"embedded": func(t *testing.T) (*town, carrier) {
			w := newTown(t)
			return w, carrier{"tls", w.mqtt, func() { w.shut(); w.open() }}
		},
		"Mosquitto": func(t *testing.T) (*town, carrier) {
			address := mosquitto.FreeAddress(t)
			var broker *exec.Cmd
			start := func() { broker = mosquitto.Start(t, address, "allow_anonymous true", "persistence false") }
			start()
			t.Parallel()
			w := &town{T: t, dir: t.TempDir(), broker: "tcp://" + address}
			w.open()
			return w, carrier{"tcp", address, func() { _ = broker.Process.Kill(); _ = broker.Wait(); start() }}
		},
	}
}

// ordered gives a command, and says later what became of it; nothing, if headquarters ended meanwhile, or ctx did.
func (p *place) ordered(ctx context.Context, key, verb, more string) <-chan map[string]any {
	answer, client := make(chan map[string]any, 1), p.client
	address := "https://" + p.hq.Address() + "/api/v1/locations/" + p.id + "/orders"
	r, err := http.NewRequestWithContext(ctx, "POST", address, strings.NewReader(orderBody(verb, more)))
	if err != nil {
		p.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer secret")
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Idempotency-Key", key)
	go func() {
		said := map[string]any{}
		if response, err := client.Do(r); err == nil {
			_ = json.NewDecoder(response.Body).Decode(&said) // it stays empty
			_ = response.Body.Close()
		}
		answer <- said
	}()
	return answer
}

// Over a line that is silent while both ends believe in it, one that is cut, and a broker that ends and forgets everything:
// documents and a command that has not expired arrive, the newest of each and once, an order that nobody waits for any more
// does nothing, and headquarters counts what the gateway's log holds.
func TestNoWordIsLostOverAnyBroker(t *testing.T) {
	for name, open := range carriers() {
		t.Run(name, func(t *testing.T) {
			w, broker := open(t)
			wire, err := cut.New(broker.address)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(wire.Close)
			p := w.place("p1", "EUR")
			p.text = strings.Replace(p.text, "[sync]\n", fmt.Sprintf("[sync]\nbroker = \"%s://%s\"\n", broker.scheme, wire.Address()), 1)
			p.start(app.NewClock())
			w.until("the gateway is online", p.online)
			p.drained()

			wire.Silence(true)
			stale := w.release("blocklist", "B-GH 1", "")
			newest := w.release("blocklist", "B-GH 2", "")
			hold := p.ordered(t.Context(), "hold", "hold", `,"gateId":"in"`)
			p.enters("B-AA 1")
			time.Sleep(time.Second) // what was said is on the line, which nobody knows to be dead
			wire.Set(true)
			p.enters("B-AA 2")
			wire.Silence(false)
			wire.Set(false)
			<-hold
			if got := p.insists("hold", "hold", `,"gateId":"in"`); got["state"] != "done" {
				t.Errorf("an order of the time without a line: %v", got)
			}
			w.until("the newest document is in effect", func() bool { return w.rollout(newest)["state"] == "done" })
			if got := p.enters("B-GH 2"); got.Granted {
				t.Error("what was blocked meanwhile is not")
			}
			if state := w.rollout(stale)["state"]; state == "running" {
				t.Errorf("the document before is %v", state)
			}

			wire.Set(true)
			tariff := w.release("tariff", goodTariff, "")
			impatient, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			<-p.ordered(impatient, "open", "open_once", `,"gateId":"in"`)
			p.enters("B-AA 3")
			broker.again()
			wire.Set(false)
			w.until("what was released before the broker's end is in effect", func() bool { return w.rollout(tariff)["state"] == "done" })
			last := p.ordered(t.Context(), "end", "end_hold", `,"gateId":"in"`)
			broker.again()
			<-last // done, or asked in the moment that headquarters itself ended
			p.enters("B-AA 4")
			p.drained()
			p.stop()
			p.counted()
		})
	}
}

// counted holds headquarters' rows against the log of a gateway that has ended. What it wrote at its very end may be missing.
func (p *place) counted() {
	p.Helper()
	records, taken := p.records(), map[string]int{}
	for _, record := range records {
		if command, is := record.Fact.(fact.CommandTaken); is {
			taken[command.Verb]++
		}
	}
	if taken["hold"] != 1 || taken["open_once"] != 0 || taken["end_hold"] > 1 {
		p.Errorf("taken were %v", taken)
	}
	if _, err := apptest.Holds(p.Context(), p.hq.Store(), fact.LocationID(p.id), records); err != nil {
		p.Error(err)
	}
}

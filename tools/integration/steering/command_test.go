package steering

import (
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gatehouse/gateway/app"
	"gatehouse/gateway/lot"
	"gatehouse/sync/fact"
	"gatehouse/sync/factlog"
	"gatehouse/sync/policy"
	"gatehouse/sync/wire"
)

// order gives a command at headquarters' API.
func (p *place) order(verb, more string) map[string]any {
	p.Helper()
	return p.insists(rand.Text(), verb, more)
}

// insists gives a command by a key, as a person does whom a busy machine keeps waiting: what nobody heard is ordered anew, and about
// what is not known to have ended is asked again.
func (p *place) insists(key, verb, more string) (order map[string]any) {
	p.Helper()
	p.until("the order has come to something", func() bool {
		order = p.must("POST", "/locations/"+p.id+"/orders", orderBody(verb, more), "Idempotency-Key", key)
		if order["state"] == "unreachable" {
			key = rand.Text()
		}
		return order["state"] != "unreachable" && order["state"] != "unanswered"
	})
	return order
}

func orderBody(verb, more string) string {
	return fmt.Sprintf(`{"verb":%q,"reason":"delivery of a piano"%s}`, verb, more)
}

// facts are those of records.
func (p *place) facts() (facts []fact.Fact) {
	p.Helper()
	for _, record := range p.records() {
		facts = append(facts, record.Fact)
	}
	return facts
}

// records reads the log of a gateway that has ended.
func (p *place) records() (records []fact.Record) {
	p.Helper()
	log, _, err := factlog.Open(factlog.OSDisk{}, filepath.Join(p.dir, "journal", "log"), factlog.Options{})
	if err != nil {
		p.Fatal(err)
	}
	defer log.Close()
	err = log.Read(1, func(_ factlog.Index, payload []byte) error {
		record, err := wire.DecodeRecord(payload)
		records = append(records, record)
		return err
	})
	if err != nil {
		p.Fatal(err)
	}
	return records
}

// What a person at headquarters orders is done at the gate, its reason is on record there, and the answer says what became
// of it.
func TestOrdersFromHeadquarters(t *testing.T) {
	w := newTown(t)
	p := w.place("p1", "EUR")
	p.start(app.NewDemoClock(time.Now().Add(-2*time.Hour), 1))
	ticket := p.enters("B-AA 1").Ticket // two hours ago
	p.stop()
	p.start(app.NewClock())
	w.until("the gateway is online", p.online)
	if got := p.order("hold", `,"gateId":"in"`); got["state"] != "done" {
		t.Errorf("%v", got)
	}
	p.view(func(l *lot.Lot) {
		if view := l.GateView(0); !view.Held || !strings.Contains(view.HeldBy, "owner") {
			t.Errorf("%+v", view)
		}
	})
	for verb, more := range map[string]string{"end_hold": `,"gateId":"in"`, "open_once": `,"gateId":"out"`} {
		if got := p.order(verb, more); got["state"] != "done" {
			t.Errorf("%s: %v", verb, got)
		}
	}
	if got := p.order("open_once", `,"gateId":"nowhere"`); got["state"] != "refused" || !strings.Contains(fmt.Sprint(got["note"]), "no such gate") {
		t.Errorf("%v", got)
	}
	if got := p.order("free_exit", fmt.Sprintf(`,"ticketId":%q,"gateId":"out"`, ticket)); got["state"] != "done" {
		t.Errorf("%v", got)
	}
	p.view(func(l *lot.Lot) {
		out, _ := l.Ticket(ticket)
		if out.Status != lot.TicketLeaving || out.PaidMinor() != 0 || out.WaivedMinor() == 0 {
			t.Errorf("%s, paid %d, waived %d", out.Status, out.PaidMinor(), out.WaivedMinor())
		}
	})
	if got := p.order("restart", ""); got["state"] != "done" {
		t.Errorf("%v", got)
	}
	if err := <-p.ended; err == nil || !strings.Contains(err.Error(), "asked for a restart") {
		t.Errorf("the run ended with %v", err)
	}
	p.app = nil
	reasons := map[string]int{}
	for _, f := range p.facts() {
		switch f := f.(type) {
		case fact.CommandTaken:
			reasons[f.Verb+" "+f.Actor+": "+f.Note]++
		case fact.FeeWaived:
			reasons["waived: "+f.Note]++
		}
	}
	for _, said := range []string{"hold owner", "end_hold owner", "open_once owner", "free_exit owner", "restart owner", "waived"} {
		if reasons[said+": delivery of a piano"] != 1 {
			t.Errorf("%s is on record %d times: %v", said, reasons[said+": delivery of a piano"], reasons)
		}
	}
	p.start(app.NewClock())
	w.until("the gateway is back", p.online)
}

// challenge asks a gateway for a challenge, beside headquarters' own desk.
func (p *place) challenge(id policy.Nonce) (given wire.Challenge) {
	p.Helper()
	if err := p.hq.Send(p.Context(), fact.LocationID(p.id), &wire.Challenge{Location: fact.LocationID(p.id), ID: id}); err != nil {
		p.Fatal(err)
	}
	p.until("a challenge", func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		for _, m := range p.said {
			if c, is := m.(*wire.Challenge); is && c.ID == id {
				given = *c
				return true
			}
		}
		return false
	})
	return given
}

// sends sends a command, and says what the gateway answers.
func (p *place) sends(c policy.Command) (result wire.Result) {
	p.Helper()
	p.mu.Lock()
	before := len(p.said)
	p.mu.Unlock()
	if err := p.hq.Send(p.Context(), c.Location, &wire.Command{Command: c}); err != nil {
		p.Fatal(err)
	}
	p.until("an answer", func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		for _, m := range p.said[before:] {
			if r, is := m.(*wire.Result); is && r.ID == c.ID {
				result = *r
				return true
			}
		}
		return false
	})
	return result
}

// Whoever holds the broker, or has recorded what went over it, opens nothing.
func TestOrdersThatNobodyGave(t *testing.T) {
	w := newTown(t)
	p := w.place("p1", "EUR")
	p.start(app.NewClock())
	w.until("the gateway is online", p.online)
	_, other, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	command := func(n byte, key policy.Signer, change func(*policy.Command)) policy.Command {
		t.Helper()
		given := p.challenge(policy.Nonce{n})
		c := policy.Command{
			ID: policy.Nonce{n}, Location: "p1", Incarnation: given.Incarnation, Challenge: given.Challenge, Verb: policy.OpenOnce, Gate: "in",
			Actor: "ann", Reason: "piano",
		}
		if change != nil {
			change(&c)
		}
		if err := c.Sign(key); err != nil {
			t.Fatal(err)
		}
		return c
	}
	good := command(1, w.hq.SignerOf("p1"), nil)
	if got := p.sends(good); got.Code != wire.Done {
		t.Fatalf("%+v", got)
	}
	if got := p.sends(good); got.Code != wire.Done { // who repeats it hears the answer again, and that is all
		t.Errorf("a second time: %+v", got)
	}
	for name, c := range map[string]policy.Command{
		"of a stranger":          command(2, policy.Key(other), nil),
		"on another's challenge": command(3, w.hq.SignerOf("p1"), func(c *policy.Command) { c.Challenge = policy.Nonce{9, 9} }),
		"of another run":         command(4, w.hq.SignerOf("p1"), func(c *policy.Command) { c.Incarnation++ }),
		"without a reason":       command(5, w.hq.SignerOf("p1"), func(c *policy.Command) { c.Reason = "" }),
	} {
		if got := p.sends(c); got.Code != wire.Refused || got.Note == "" {
			t.Errorf("%s: %+v", name, got)
		}
	}
	late := command(6, w.hq.SignerOf("p1"), nil)
	p.stop()
	p.start(app.NewClock())
	w.until("the gateway is back", func() bool { return p.app.Headquarters().State == "synced" })
	if got := p.sends(late); got.Code != wire.Refused {
		t.Errorf("after a restart: %+v", got)
	}
	p.stop()
	taken := 0
	for _, f := range p.facts() {
		if _, is := f.(fact.CommandTaken); is {
			taken++
		}
	}
	if taken != 1 {
		t.Errorf("%d commands are on record, not one", taken)
	}
}

func TestAnOrderThatComesTooLate(t *testing.T) {
	w := newTown(t)
	p := w.place("p1", "EUR")
	clock := app.NewDemoClock(time.Now(), 60) // half a minute of it is half a second
	p.start(clock)
	w.until("the gateway is online", p.online)
	given := p.challenge(policy.Nonce{1})
	_, nowMS := clock.Now()
	c := policy.Command{
		ID: policy.Nonce{1}, Location: "p1", Incarnation: given.Incarnation, Challenge: given.Challenge, Verb: policy.OpenOnce, Gate: "in", Actor: "ann", Reason: "piano",
	}
	if err := c.Sign(w.hq.SignerOf("p1")); err != nil {
		t.Fatal(err)
	}
	w.until("half a minute has passed", func() bool {
		_, ms := clock.Now()
		return ms > nowMS+policy.ChallengeMS
	})
	if got := p.sends(c); got.Code != wire.Refused || !strings.Contains(got.Note, "ask again") {
		t.Errorf("%+v", got)
	}
}

package app_test

import (
	"path/filepath"
	"testing"
	"time"

	"gatehouse/drivers"
	"gatehouse/gateway/journal"
	"gatehouse/gateway/lot"
	"gatehouse/sync/fact"
)

func TestAVisitFromEntryToExit(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.start()
		b.arrive("IN", "B-AB 123")
		b.wait(50 * time.Millisecond)
		expect(b, "raises at the entry", b.raises("IN"), 1)
		b.passes("IN")
		b.wait(2 * time.Hour)
		b.arrive("OUT", "B-AB 123")
		b.wait(50 * time.Millisecond)
		expect(b, "orders of the terminal", b.devices["OUT-terminal"].count("pay"), 1)
		expect(b, "raises at the exit", b.raises("OUT"), 1)
		b.passes("OUT")
		expect(b, "visits that ended", len(factsOf[fact.PaymentReceived](b)), 1)
		b.view(func(l *lot.Lot) { expect(b, "open tickets", len(l.OpenTickets()), 0) })
		for _, m := range b.app.Measures() {
			if m.Name == "lot_gate_decision_seconds" {
				expect(b, "decisions that were timed", m.Count, 2)
				expect(b, "of them within the gate's budget", m.Buckets[0.05], 2)
				return
			}
		}
		b.t.Error("nobody times decisions")
	})
}

func TestARestartKnowsWhatWas(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.start()
		entered := b.submit(lot.RequestEntry{Gate: 0, Raw: "B-AB 123", Request: lot.Request{Key: "k1"}})
		b.stop()
		b.start()
		again := b.submit(lot.RequestEntry{Gate: 0, Raw: "B-AB 123", Request: lot.Request{Key: "k1"}})
		expect(b, "ticket of the repetition", again.Ticket, entered.Ticket)
		expect(b, "repeated", again.Repeated, true)
	})
}

// forgetful is the lot as a build had it that stored no ticket as lost.
type forgetful struct{ *lot.Lot }

func (forgetful) Version() uint64 { return lot.StateVersion - 1 }

func (f forgetful) Dirty(yield func(uint8, string, any)) {
	f.Lot.Dirty(func(table uint8, key string, value any) {
		if t, is := value.(*lot.Ticket); is {
			found := *t
			found.Lost = false
			value = &found
		}
		yield(table, key, value)
	})
}

func TestALostTicketIsLostAfterAnUpdate(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.start()
		b.arrive("OUT", "")
		b.wait(3 * time.Second)
		b.devices["OUT-column"].press(drivers.ButtonHelp)
		b.wait(time.Second)
		b.stop()
		runAs(b, func(l *lot.Lot) journal.State { return forgetful{l} })
		b.start()
		b.view(func(l *lot.Lot) {
			open := l.OpenTickets()
			expect(b, "open tickets", len(open), 1)
			expect(b, "lost", open[0].Lost, true)
			expect(b, "total", l.Account(&open[0], l.Now()).Fee.TotalMinor, 2_000)
		})
	})
}

// runAs has another build start on the bench's folder, and store its state.
func runAs(b *bench, build func(*lot.Lot) journal.State) {
	b.t.Helper()
	cfg := b.load().Lot
	opened, state, _, err := journal.Open(
		journal.Options{Dir: filepath.Join(b.dir, "journal"), Location: cfg.Location, Disk: b.disk, SegmentBytes: segmentBytes},
		func() journal.State {
			made, err := lot.New(cfg)
			if err != nil {
				b.t.Fatal(err)
			}
			return build(made)
		})
	if err != nil {
		b.t.Fatal(err)
	}
	if err := opened.Close(state); err != nil {
		b.t.Fatal(err)
	}
}

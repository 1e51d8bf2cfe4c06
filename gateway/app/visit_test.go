package app_test

import (
	"testing"
	"time"

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

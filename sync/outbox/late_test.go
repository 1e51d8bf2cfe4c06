package outbox_test

import (
	"testing"

	"gatehouse/sync/outbox"
	"gatehouse/sync/wire"
)

// trimmed is a gateway whose log begins behind some facts that headquarters had, and that has been started again.
func trimmed(g *gateway, through int) *gateway {
	c := g.card
	c.before = c.hashes[through-1]
	c.first += uint64(through)
	c.dots, c.bytes, c.hashes = c.dots[through:], c.bytes[through:], c.hashes[through:]
	again := &gateway{card: c, dot: g.dot, cut: 1_000, nowMS: 1_000}
	again.sender = outbox.NewSender(outbox.SenderConfig{Location: "lot", LingerMS: 1}, c.runs(), c.saved, 1_000)
	return again
}

// A broker delivers a batch again, months after it was applied, when the sender has trimmed it and the receiver remembers the
// chain of later places only.
func TestABatchThatComesMonthsLateIsDropped(t *testing.T) {
	h, g := newHeadquarters(), boot(&card{first: 1}, 10)
	g.cut = 5
	g.happen(4)
	g.step(outbox.LinkUp{})
	var late []wire.Message
	for range 100 {
		for _, m := range take(&g.out) {
			if isBatch(m) {
				late = append(late, m)
			}
			h.hear(m)
		}
		for _, ack := range take(&h.out) {
			g.step(outbox.Acked{Ack: ack})
		}
		g.happen(5)
		g.pass(dayMS)
	}
	talk(h, g)
	had := len(h.facts)
	if len(late) < 50 {
		t.Fatalf("%d batches", len(late))
	}
	for _, restarted := range []bool{false, true} {
		if restarted {
			h.restart()
		}
		for _, m := range late {
			h.hear(m)
		}
		if len(h.facts) != had || h.twice != 0 || had != 505 {
			t.Errorf("restarted %v: %d facts, %d of them twice", restarted, len(h.facts), h.twice)
		}
		for _, ack := range take(&h.out) {
			if ack.Marks[0].Applied != uint64(had) || ack.Standing != wire.Open || ack.Rewind.Seq != 0 {
				t.Errorf("restarted %v: %+v", restarted, ack)
			}
		}
	}
}

// Headquarters comes back from a backup that is older than what the gateway still keeps.
func TestALossBeyondBothKeepersIsNamed(t *testing.T) {
	h, g := linked(9)
	old := h.copy()
	g.happen(30)
	take(&g.out)
	g.pass(5_000)
	late := append([]wire.Message(nil), g.out...)
	talk(h, g)
	h = old
	h.saved.Epoch++
	h.restart()
	g = trimmed(g, 25)
	g.happen(3)
	g.step(outbox.LinkUp{})
	talk(h, g)
	lost := h.saidOf(outbox.FactsLost)
	if len(lost) != 1 || lost[0] != (outbox.Notice{Notice: outbox.FactsLost, Incarnation: 10, Seq: 25, Count: 15}) {
		t.Fatalf("%+v", h.said)
	}
	if len(h.facts) != 10+18 || g.sender.Status().Waiting != 0 || g.sender.Status().Standing != wire.Open {
		t.Errorf("%d facts, %+v", len(h.facts), g.sender.Status())
	}
	for _, m := range late { // what was lost comes by another way, too late
		h.hear(m)
	}
	if len(h.facts) != 10+18 || h.twice != 0 {
		t.Errorf("a gap that was told is filled behind everybody's back: %d facts, %d twice", len(h.facts), h.twice)
	}
}

// As above, and the gateway was started again between, and has trimmed that start.
func TestALossOfAWholeIncarnationBeyondBothKeepersIsNamed(t *testing.T) {
	h, g := linked(9)
	old := h.copy()
	g.happen(10)
	talk(h, g)
	next := boot(g.card, 20)
	next.happen(20)
	next.step(outbox.LinkUp{})
	talk(h, next)
	h = old
	h.saved.Epoch++
	h.restart()
	next = trimmed(next, 26) // all of the first incarnation, and six of the second
	next.happen(3)
	next.step(outbox.LinkUp{})
	talk(h, next)
	missing, lost := h.saidOf(outbox.HistoryMissing), h.saidOf(outbox.FactsLost)
	if len(missing) != 1 || missing[0].Incarnation != 20 || missing[0].Other != 10 || missing[0].Seq != 10 {
		t.Errorf("missing: %+v", h.said)
	}
	if len(lost) != 1 || lost[0] != (outbox.Notice{Notice: outbox.FactsLost, Incarnation: 20, Seq: 6, Count: 6}) {
		t.Errorf("lost: %+v", h.said)
	}
	if counted, apart := h.counted(20); counted != 18 || apart != 0 || next.sender.Status().Waiting != 0 {
		t.Errorf("%d counted, %d apart, %+v", counted, apart, next.sender.Status())
	}
}

// A broker that keeps sessions delivers, on a new connection, what headquarters said on earlier ones. Old acknowledgements move
// nothing: not back, not forward, and not before the answer to this connection's own question.
func TestWordsOfAnEarlierConnectionMoveNothing(t *testing.T) {
	h, g := newHeadquarters(), boot(&card{first: 1}, 10)
	g.step(outbox.LinkUp{})
	var old []wire.Ack
	for range 20 {
		g.happen(3)
		g.pass(2_000)
		for _, m := range take(&g.out) {
			h.hear(m)
		}
		old = append(old, h.out...)
		for _, ack := range take(&h.out) {
			g.step(outbox.Acked{Ack: ack})
		}
	}
	talk(h, g)
	applied := g.sender.Status().Applied
	g.step(outbox.LinkDown{})
	g.happen(5)
	take(&g.out)
	g.step(outbox.LinkUp{})
	for _, ack := range old {
		g.step(outbox.Acked{Ack: ack})
	}
	if s := g.sender.Status(); s.Applied != applied || s.Synced || s.InFlight != 0 {
		t.Errorf("%+v", s)
	}
	for _, m := range take(&g.out) {
		h.hear(m)
	}
	for _, ack := range append(take(&h.out), old...) {
		g.step(outbox.Acked{Ack: ack})
	}
	talk(h, g)
	if s := g.sender.Status(); s.Waiting != 0 || h.twice != 0 || len(h.facts) != 66 || len(h.saidOf(outbox.Conflict)) != 0 {
		t.Errorf("%+v, %d facts", s, len(h.facts))
	}
}

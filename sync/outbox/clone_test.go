package outbox_test

import (
	"slices"
	"testing"

	"gatehouse/sync/fact"
	"gatehouse/sync/outbox"
	"gatehouse/sync/wire"
)

// cloned is a gateway and a clone of it that headquarters has seen to be one.
func cloned(t *testing.T) (h *headquarters, g, clone *gateway) {
	h, g = linked(5)
	clone = boot(g.card.copy(), 20)
	clone.happen(2)
	clone.step(outbox.LinkUp{})
	talk(h, clone)
	disagree(t, h, g, clone)
	return h, g, clone
}

// disagree has both tell more, until headquarters sees that they are two.
func disagree(t *testing.T, h *headquarters, g, clone *gateway) {
	t.Helper()
	for range 3 {
		g.happen(1)
		clone.happen(1)
		talk(h, g, clone)
	}
	if len(h.saidOf(outbox.Cloned)) == 0 || g.sender.Status().Standing != wire.Fenced || clone.sender.Status().Standing != wire.Fenced {
		t.Fatalf("%+v", h.said)
	}
}

// adopt begins an incarnation on an empty card, behind the newest fact of another.
func adopt(from *card, incarnation fact.Incarnation) *gateway {
	g := boot(&card{first: 1}, incarnation)
	*g.card = card{first: 1}
	last := len(from.dots) - 1
	g.card.add(g.dot, fact.GatewayStarted{
		Location: "lot", Parent: from.dots[last].Incarnation, ParentSeq: from.dots[last].Seq, ParentHash: from.hashes[last],
	})
	g.sender = outbox.NewSender(outbox.SenderConfig{Location: "lot", LingerMS: 1}, g.card.runs(), g.card.saved, g.nowMS)
	return g
}

// Headquarters didn't know yet which of the two was the lot's when a new card went on from the clone.
func TestWhatAPersonRejectedStaysSoWhenItsChildIsAccepted(t *testing.T) {
	h, g, clone := cloned(t)
	fresh := adopt(clone.card, 30)
	fresh.happen(2)
	fresh.step(outbox.LinkUp{})
	talk(h, fresh)
	h.step(outbox.Settled{Incarnation: 20, Accept: false})
	h.step(outbox.Settled{Incarnation: 30, Accept: true})
	h.step(outbox.Settled{Incarnation: 10, Accept: true})
	if counted, apart := h.counted(20); counted != 0 || apart != 6 {
		t.Errorf("clone: %d counted, %d apart", counted, apart)
	}
	if counted, apart := h.counted(30); counted != 3 || apart != 0 {
		t.Errorf("new card: %d counted, %d apart", counted, apart)
	}
	if counted, apart := h.counted(10); counted != len(g.card.dots) || apart != 0 {
		t.Errorf("the lot's own: %d counted, %d apart", counted, apart)
	}
}

// An older copy of the card was put in, and its box told more than the lot goes on from.
func TestAcceptingCountsNoMoreOfTheParentThanItStandsOn(t *testing.T) {
	h, g, clone := cloned(t)
	on := clone.card.copy()
	clone.happen(4)
	talk(h, clone)
	fresh := adopt(on, 30)
	fresh.step(outbox.LinkUp{})
	talk(h, fresh)
	h.step(outbox.Settled{Incarnation: 30, Accept: true})
	if counted, apart := h.counted(20); counted != 6 || apart != 4 {
		t.Errorf("parent: %d counted, %d apart", counted, apart)
	}
	if counted, apart := h.counted(30); counted != 1 || apart != 0 {
		t.Errorf("new card: %d counted, %d apart", counted, apart)
	}
	h.step(outbox.Settled{Incarnation: 10, Accept: true})
	if counted, apart := h.counted(10); counted != len(g.card.dots) || apart != 0 {
		t.Errorf("the lot's own: %d counted, %d apart", counted, apart)
	}
}

func TestARestoredHeadquartersThatForgotACloneSeesItAgain(t *testing.T) {
	h, g := linked(5)
	old := h.copy()
	clone := boot(g.card.copy(), 20)
	clone.step(outbox.LinkUp{})
	talk(h, clone)
	disagree(t, h, g, clone)
	h = old
	h.saved.Epoch++
	h.restart()
	for _, box := range []*gateway{g, clone} {
		box.step(outbox.LinkDown{})
		box.step(outbox.LinkUp{})
	}
	talk(h, g, clone)
	disagree(t, h, g, clone)
	h.step(outbox.Settled{Incarnation: 20, Accept: false})
	h.step(outbox.Settled{Incarnation: 10, Accept: true})
	if counted, apart := h.counted(20); counted != 0 || apart != len(clone.card.dots)-6 {
		t.Errorf("clone: %d counted, %d apart", counted, apart)
	}
	if counted, apart := h.counted(10); counted != len(g.card.dots) || apart != 0 || h.twice != 0 {
		t.Errorf("the lot's own: %d counted, %d apart, %d twice", counted, apart, h.twice)
	}
}

// A third box goes on from a fenced card, put in place of a broken one: it is among those to decide about, and all are done
// with when a person has decided.
func TestABoxThatWasSwappedDuringAFenceWaitsForADecisionToo(t *testing.T) {
	h, g, clone := cloned(t)
	disagree(t, h, g, clone)
	swapped := boot(g.card.copy(), 40)
	swapped.happen(5)
	swapped.step(outbox.LinkUp{})
	talk(h, swapped)
	fenced := func() (runs []fact.Incarnation) {
		for _, apart := range h.receiver.Apart() {
			if apart.Standing == wire.Fenced {
				runs = append(runs, apart.Incarnation)
			}
		}
		return runs
	}
	if !slices.Contains(fenced(), 40) {
		t.Errorf("to be decided: %v", h.receiver.Apart())
	}
	for _, apart := range h.receiver.Apart() {
		h.step(outbox.Settled{Incarnation: apart.Incarnation, Accept: apart.Incarnation == 40})
	}
	if left := h.receiver.Apart(); len(left) != 0 {
		t.Errorf("still to be decided: %+v", left)
	}
	if len(h.saidOf(outbox.Decided)) == 0 {
		t.Error("nobody was told that it is decided")
	}
}

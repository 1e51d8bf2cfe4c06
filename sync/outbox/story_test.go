package outbox_test

import (
	"crypto/ed25519"
	"testing"

	"gatehouse/sync/fact"
	"gatehouse/sync/outbox"
	"gatehouse/sync/policy"
	"gatehouse/sync/wire"
)

const dayMS = 24 * 3_600_000

// linked is a gateway that has told headquarters some facts.
func linked(facts int) (*headquarters, *gateway) {
	h, g := newHeadquarters(), boot(&card{first: 1}, 10)
	g.happen(facts)
	g.step(outbox.LinkUp{})
	talk(h, g)
	return h, g
}

func TestThePartitionOfSixtyDaysDrainsWithoutANewEvent(t *testing.T) {
	h, g := linked(3)
	g.step(outbox.LinkDown{})
	for range 60 {
		g.happen(200)
		g.pass(dayMS)
	}
	if len(g.trims) > 0 {
		t.Fatal("trimmed what nobody has")
	}
	g.step(outbox.LinkUp{})
	steps := 0
	for g.sender.Status().Waiting > 0 && steps < 100 {
		deliver(h, g) // no time passes and nothing happens: acknowledgements alone drive it
		steps++
	}
	if g.sender.Status().Waiting > 0 || len(h.facts) != 60*200+4 {
		t.Errorf("%d of %d facts came in %d round trips", len(h.facts), 60*200+4, steps)
	}
}

func TestNothingIsTrimmedBeforeItIsStableNorForThirtyDays(t *testing.T) {
	h, g := linked(10)
	for range 40 {
		g.happen(10)
		g.pass(dayMS)
		deliver(h, g)
	}
	talk(h, g)
	if len(g.trims) > 0 {
		t.Fatalf("trimmed %v with no backup", g.trims)
	}
	h.step(outbox.Stabilised{Marks: []wire.Mark{{Incarnation: 10, Stable: 1 << 60}}})
	deliver(h, g)
	if len(g.trims) != 1 {
		t.Fatalf("trims: %v", g.trims)
	}
	if kept := uint64(len(g.card.dots)) - g.trims[0]; kept < 29*10 {
		t.Errorf("only %d facts of the last 30 days are kept", kept)
	}
	for _, ack := range h.out {
		if ack.Marks[0].Stable > ack.Marks[0].Applied {
			t.Error("stable beyond applied")
		}
	}
}

func TestARestoredHeadquartersAsksForWhatItLacks(t *testing.T) {
	for _, silent := range []bool{false, true} {
		h, g := linked(5)
		old := h.copy()
		g.happen(20)
		talk(h, g)
		h = old
		if !silent {
			h.saved.Epoch++
			h.restart()
		}
		g.happen(1)
		talk(h, g)
		if len(h.facts) != 27 || g.sender.Status().Waiting != 0 {
			t.Errorf("silent %v: %d facts", silent, len(h.facts))
		}
	}
}

func TestARestoredCardIsSeenAndGoesOn(t *testing.T) {
	h, g := linked(5)
	old := g.card.copy()
	g.happen(4) // told, and then the card is put back to what it was
	talk(h, g)
	restored := boot(old, 20)
	restored.happen(3)
	restored.step(outbox.LinkUp{})
	talk(h, restored)
	forks := h.saidOf(outbox.Forked)
	if len(forks) != 1 || forks[0].Seq != 6 || forks[0].Count != 4 {
		t.Fatalf("%+v", forks)
	}
	if counted, apart := h.counted(20); counted != 4 || apart != 0 {
		t.Errorf("%d of the restored card's facts are counted, %d apart", counted, apart)
	}
	if counted, _ := h.counted(10); counted != 10 {
		t.Errorf("%d facts of before are counted", counted)
	}
	if len(h.saidOf(outbox.Cloned)) != 0 {
		t.Error("a restored card is no clone")
	}
}

func TestACloneIsFencedUntilAPersonDecides(t *testing.T) {
	h, g := linked(5)
	clone := boot(g.card.copy(), 20)
	clone.happen(2)
	clone.step(outbox.LinkUp{})
	talk(h, clone)
	g.happen(2)
	talk(h, g)
	if len(h.saidOf(outbox.Cloned)) == 0 {
		g.happen(1) // it has heard of the clone by now
		talk(h, g)
	}
	clone.happen(3)
	talk(h, clone, g)
	if len(h.saidOf(outbox.Cloned)) != 1 {
		t.Fatalf("%+v", h.said)
	}
	if g.sender.Status().Standing != wire.Fenced || clone.sender.Status().Standing != wire.Fenced {
		t.Errorf("standings: %v and %v", g.sender.Status().Standing, clone.sender.Status().Standing)
	}
	if g.sender.Status().Waiting+clone.sender.Status().Waiting != 0 {
		t.Error("what is kept apart must be acknowledged like all else")
	}
	h.step(outbox.Settled{Incarnation: 20, Accept: false})
	h.step(outbox.Settled{Incarnation: 10, Accept: true})
	if counted, apart := h.counted(20); counted != 0 || apart != 6 {
		t.Errorf("clone: %d counted, %d apart", counted, apart)
	}
	if counted, apart := h.counted(10); counted != len(g.card.dots) || apart != 0 {
		t.Errorf("the lot's own: %d counted, %d apart", counted, apart)
	}
	g.happen(2)
	talk(h, g)
	next := boot(g.card, 30)
	next.happen(1)
	next.step(outbox.LinkUp{})
	talk(h, next)
	if counted, apart := h.counted(30); counted != 2 || apart != 0 || next.sender.Status().Standing != wire.Open {
		t.Errorf("after the decision: %d counted, %d apart, %v", counted, apart, next.sender.Status().Standing)
	}
}

func TestASequenceThatIsUsedTwiceIsSeen(t *testing.T) {
	h, g := linked(5)
	twin := g.card.copy()
	g.happen(4)
	talk(h, g)
	// A program that doesn't begin a new incarnation goes on with the old one, from an older card.
	reused := &gateway{card: twin, dot: twin.dots[len(twin.dots)-1], cut: 1_000, nowMS: 1_000}
	reused.sender = outbox.NewSender(outbox.SenderConfig{Location: "lot", LingerMS: 1}, twin.runs(), twin.saved, 1_000)
	for range 7 {
		reused.dot.Seq++
		reused.step(outbox.Produced{Dot: reused.dot, Position: twin.add(reused.dot, fact.FireStarted{})})
	}
	reused.step(outbox.LinkUp{})
	talk(h, reused)
	if len(reused.said) == 0 || reused.said[0].Notice != outbox.SequenceReused {
		t.Errorf("the sender was not told: %+v", reused.said)
	}
	if len(h.saidOf(outbox.Conflict)) == 0 || len(h.facts) != 10 {
		t.Errorf("%d facts, %+v", len(h.facts), h.said)
	}
	begun := boot(twin, 40)
	begun.step(outbox.LinkUp{})
	talk(h, begun)
	if counted, _ := h.counted(40); counted != 1 || begun.sender.Status().Standing != wire.Open || begun.sender.Status().Waiting != 0 {
		t.Errorf("a new incarnation is not the way out: %d counted, %+v", counted, begun.sender.Status())
	}
}

func TestAFactThatNobodyCanReadStopsNothing(t *testing.T) {
	h, g := newHeadquarters(), boot(&card{first: 1}, 10)
	g.happen(6)
	g.card.bytes[3] = []byte("no record at all")
	for i := 3; i < len(g.card.bytes); i++ {
		g.card.hashes[i] = g.card.hashes[i-1].Next(g.card.bytes[i])
	}
	g.step(outbox.LinkUp{})
	talk(h, g)
	if len(h.facts) != 7 || len(h.saidOf(outbox.FactsUnreadable)) != 1 {
		t.Errorf("%d facts, %+v", len(h.facts), h.said)
	}
}

func TestWhatTheCardLostIsDeclaredAndStopsNothing(t *testing.T) {
	h, g := newHeadquarters(), boot(&card{first: 1}, 10)
	g.happen(9)
	g.card.bytes[4], g.card.bytes[5] = nil, nil
	g.step(outbox.LinkUp{})
	talk(h, g)
	lost := h.saidOf(outbox.FactsLost)
	if len(h.facts) != 8 || len(lost) != 1 || lost[0].Count != 2 || lost[0].Seq != 6 {
		t.Errorf("%d facts, %+v", len(h.facts), h.said)
	}
	if g.sender.Status().Waiting != 0 {
		t.Error("facts wait for ever")
	}
}

func TestWhatTheCardLostBeforeARestartStopsNothing(t *testing.T) {
	h, g := linked(3)
	g.step(outbox.LinkDown{})
	g.happen(4)
	last := len(g.card.bytes) - 1
	g.card.bytes[last-1], g.card.bytes[last] = nil, nil
	next := boot(g.card, 20)
	next.happen(2)
	next.step(outbox.LinkUp{})
	talk(h, next)
	if counted, _ := h.counted(20); counted != 3 || next.sender.Status().Waiting != 0 {
		t.Errorf("%d facts counted, %+v, %+v", counted, next.sender.Status(), h.said)
	}
}

func TestAWholeIncarnationThatTheCardLostStopsNothing(t *testing.T) {
	h, g := linked(3)
	g.step(outbox.LinkDown{})
	g.happen(2)
	lost := boot(g.card, 20)
	lost.happen(1)
	for i := len(g.card.bytes) - 3; i < len(g.card.bytes); i++ { // with the last fact of before
		g.card.bytes[i] = nil
	}
	next := boot(g.card, 30)
	next.happen(2)
	next.step(outbox.LinkUp{})
	talk(h, next)
	if counted, _ := h.counted(30); counted != 3 || next.sender.Status().Waiting != 0 || next.sender.Status().Standing != wire.Open {
		t.Errorf("%d facts counted, %+v, %+v", counted, next.sender.Status(), h.said)
	}
}

// The receiver can't know the parent of an incarnation whose beginning is lost.
func TestWhatFollowsALossOvertakesNothing(t *testing.T) {
	h, g := linked(3)
	g.step(outbox.LinkDown{})
	g.happen(2)
	next := boot(g.card, 20)
	next.happen(3)
	next.card.bytes[len(next.card.bytes)-4] = nil
	next = &gateway{card: next.card, dot: next.dot, cut: 1_000, nowMS: 1_000}
	next.sender = outbox.NewSender(outbox.SenderConfig{Location: "lot", LingerMS: 1}, next.card.runs(), next.card.saved, 1_000)
	next.step(outbox.LinkUp{})
	deliver(h, next)
	for _, sent := range take(&next.out) {
		if batch, is := sent.(*wire.Batch); is && batch.Incarnation != 10 {
			t.Errorf("%v is on its way with what came before it", batch.Incarnation)
		}
	}
	next.pass(3_600_000) // lost: it comes again
	talk(h, next)
	if len(h.facts) != len(next.card.dots)-1 || next.sender.Status().Waiting != 0 {
		t.Errorf("%d of %d facts, %+v", len(h.facts), len(next.card.dots), h.said)
	}
}

func TestNobodyButHeadquartersAndTheLotIsBelieved(t *testing.T) {
	keys := func(name byte) policy.Key { return policy.Key(ed25519.NewKeyFromSeed(append(make([]byte, 31), name))) }
	lot, hq := keys(1), keys(2)
	receiver := outbox.NewReceiver(outbox.ReceiverConfig{Location: "lot", Keys: policy.Keys{lot.Public()}}, outbox.ReceiverState{Epoch: 7})
	g := boot(&card{first: 1}, 10)
	batch := wire.Batch{Location: "lot", Incarnation: 10, First: 1, Records: g.card.bytes, Oldest: true}
	if err := batch.Sign(hq); err != nil {
		t.Fatal(err)
	}
	if effects := receiver.Step(outbox.Arrived{Batch: &batch}); len(effects) != 1 || effects[0].(outbox.Notice).Notice != outbox.Forged {
		t.Errorf("%+v", effects)
	}
	sender := outbox.NewSender(outbox.SenderConfig{Location: "lot", Keys: policy.Keys{hq.Public()}}, g.card.runs(), outbox.SenderState{}, 0)
	var nonce uint64
	for _, effect := range sender.Step(1, outbox.LinkUp{}) {
		if hello, is := effect.(outbox.SayHello); is {
			nonce = hello.Hello.Nonce
		}
	}
	ack := wire.Ack{Location: "lot", Epoch: 7, Nonce: nonce, Credit: 4, Versions: wire.OwnVersions(), Marks: []wire.Mark{{Incarnation: 10, Applied: 1, Stable: 1}}}
	if err := ack.Sign(lot); err != nil {
		t.Fatal(err)
	}
	sender.Step(2, outbox.Acked{Ack: ack})
	if status := sender.Status(); status.Synced || status.Waiting != 1 {
		t.Errorf("a forged acknowledgement was believed: %+v", status)
	}
}

func TestLiveStateGoesFirst(t *testing.T) {
	g := boot(&card{first: 1}, 10)
	g.step(outbox.Woken{})
	effects := g.sender.Step(2_000, outbox.LinkUp{})
	if _, first := effects[0].(outbox.SendLive); !first {
		t.Errorf("%+v", effects)
	}
}

// The aggregator that had the lot ends with batches on their way. Another takes over from the store, and says so: no time
// passes before the lot sends again.
func TestAReceiverThatTookOverHasTheSenderGoOnAtOnce(t *testing.T) {
	h, g := linked(5)
	if _, known := newHeadquarters().receiver.Resume(); known {
		t.Error("a receiver that knows nothing asks for something")
	}
	g.happen(40)
	g.pass(2)
	if lost := take(&g.out); len(lost) == 0 {
		t.Fatal("nothing was on its way")
	}
	h.restart()
	ack, known := h.receiver.Resume()
	if !known {
		t.Fatal("nothing is known of the lot")
	}
	g.step(outbox.Acked{Ack: ack})
	deliver(h, g)
	deliver(h, g)
	if waiting := g.sender.Status().Waiting; waiting != 0 || len(h.facts) != 46 {
		t.Errorf("%d facts came, %d wait", len(h.facts), waiting)
	}
	again, _ := h.receiver.Resume() // to one that has nothing more it says nothing new
	g.step(outbox.Acked{Ack: again})
	if g.sender.Status().Rewinds != 1 {
		t.Errorf("%d rewinds", g.sender.Status().Rewinds)
	}
}

// Either side's log may be damaged, in a single bit: the other's digest says so, and nothing else has to be compared.
func TestTheDigestOfALogTellsADamagedCopy(t *testing.T) {
	h, g := linked(30)
	own := g.card.hashes[len(g.card.hashes)-1]
	if found := h.receiver.Agrees(g.dot, own); found != outbox.Agrees {
		t.Errorf("equal logs: %v", found)
	}
	if found := h.receiver.Agrees(fact.Dot{Incarnation: 10, Seq: g.dot.Seq + 1}, own); found != outbox.AgreementUnknown {
		t.Errorf("a fact that is not here: %v", found)
	}
	damaged := h.receiver.State()
	damaged.Lives[0].Hash[3] ^= 1
	fold := outbox.NewReceiver(outbox.ReceiverConfig{Location: "lot"}, damaged)
	if found := fold.Agrees(g.dot, own); found != outbox.Differs {
		t.Errorf("a damaged copy: %v", found)
	}
}

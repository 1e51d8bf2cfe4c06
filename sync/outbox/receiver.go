package outbox

import (
	"slices"

	"gatehouse/sync/fact"
	"gatehouse/sync/wire"
)

// Receiver takes facts, each once and in the log's order.
type Receiver struct {
	config   ReceiverConfig
	state    ReceiverState
	held     []*wire.Batch // too early, in no order
	counters ReceiverCounters
	places   map[fact.Incarnation]int // of the lives in the state

	effects []ReceiverEffect
	changed []fact.Incarnation // lives to be saved
}

// NewReceiver makes the receiver of a stream from what its store holds; a new store has an Epoch and nothing else.
func NewReceiver(config ReceiverConfig, state ReceiverState) *Receiver {
	if config.Credit == 0 {
		config.Credit = 8
	}
	if config.Hold <= 0 {
		config.Hold = 8
	}
	state.Lives = slices.Clone(state.Lives)
	r := &Receiver{config: config, state: state, places: map[fact.Incarnation]int{}}
	for i := range state.Lives {
		state.Lives[i].Checks = slices.Clone(state.Lives[i].Checks)
		r.places[state.Lives[i].Incarnation] = i
	}
	return r
}

// Step tells the receiver what happened and returns what to do. It reads no clock: nothing here depends on time.
func (r *Receiver) Step(event ReceiverEvent) []ReceiverEffect {
	r.effects, r.changed = nil, r.changed[:0]
	switch event := event.(type) {
	case Greeted:
		r.greeted(&event.Hello)
	case Arrived:
		r.arrived(event.Batch)
	case Stabilised:
		r.stabilised(event.Marks)
	case Settled:
		r.settled(event)
	}
	return r.effects
}

func (r *Receiver) do(effect ReceiverEffect) { r.effects = append(r.effects, effect) }

// State is all that the store should hold once the effects so far are committed. It shares nothing that changes.
func (r *Receiver) State() ReceiverState {
	state := r.state
	state.Lives = slices.Clone(state.Lives)
	for i := range state.Lives {
		state.Lives[i].Checks = slices.Clone(state.Lives[i].Checks)
	}
	return state
}

// Counters count since the Receiver was made.
func (r *Receiver) Counters() ReceiverCounters { return r.counters }

// life finds an incarnation; nil if it is not known. It holds until the next one is born.
func (r *Receiver) life(incarnation fact.Incarnation) *Life {
	if i, known := r.places[incarnation]; known {
		return &r.state.Lives[i]
	}
	return nil
}

// greeted answers a Hello.
func (r *Receiver) greeted(hello *wire.Hello) {
	if hello.Location != r.config.Location || hello.Down != r.config.Down {
		return
	}
	ack := r.ack(hello.Produced.Incarnation)
	ack.Nonce = hello.Nonce
	for _, asked := range hello.Ask {
		if life := r.life(asked); life != nil && asked != hello.Produced.Incarnation {
			ack.Marks = append(ack.Marks, life.mark())
		}
	}
	r.do(Reply{ack})
}

// Resume is a word that nobody asked for, of a receiver that was made from what another one committed: how far the lot's
// newest incarnation is, and that it should go on from there now. The sender would else wait for its batches to be old.
// known is false if there is no incarnation yet.
func (r *Receiver) Resume() (ack wire.Ack, known bool) {
	life := r.life(r.state.Head)
	if life == nil {
		return ack, false
	}
	ack = r.ack(life.Incarnation)
	ack.Rewind = fact.Dot{Incarnation: life.Incarnation, Seq: life.Applied + 1}
	return ack, true
}

// ack says what is known of an incarnation.
func (r *Receiver) ack(incarnation fact.Incarnation) wire.Ack {
	ack := wire.Ack{
		Location: r.config.Location, Down: r.config.Down, Epoch: r.state.Epoch, Round: r.state.Round, Credit: r.config.Credit,
		Versions: wire.OwnVersions(),
	}
	if life := r.life(incarnation); life != nil {
		ack.Marks, ack.Standing = []wire.Mark{life.mark()}, life.Standing
	}
	return ack
}

func (l *Life) mark() wire.Mark {
	return wire.Mark{Incarnation: l.Incarnation, Applied: l.Applied, Stable: l.Stable}
}

// arrived takes a batch, and those that waited for it.
func (r *Receiver) arrived(b *wire.Batch) {
	if b.Location != r.config.Location || b.Down != r.config.Down {
		return
	}
	if len(r.config.Keys) > 0 && b.Verify(r.config.Keys) != nil {
		r.counters.Forged++
		r.do(Notice{Notice: Forged, Incarnation: b.Incarnation, Seq: b.First})
		return
	}
	missing := r.take(b)
	for missing.Seq == 0 && r.takeHeld() {
	}
	r.save()
	ack := r.ack(b.Incarnation)
	if missing.Seq != 0 {
		r.hold(b)
		r.counters.Rewinds++
		ack.Rewind = missing
	}
	r.do(Reply{ack})
}

// takeHeld takes a batch that waited and can be taken now.
func (r *Receiver) takeHeld() bool {
	for i, b := range r.held {
		if missing := r.take(b); missing.Seq == 0 {
			r.held = slices.Delete(r.held, i, i+1)
			return true
		}
	}
	return false
}

// hold keeps a batch that came too early, unless it is here already or there is no room.
func (r *Receiver) hold(b *wire.Batch) {
	same := slices.ContainsFunc(r.held, func(h *wire.Batch) bool {
		return h.Incarnation == b.Incarnation && h.First == b.First && h.Last() == b.Last()
	})
	if !same && len(r.held) < r.config.Hold {
		r.held = append(r.held, b)
	}
}

// take applies what is new in a batch. If facts before it are missing, it changes nothing and names the first of them.
func (r *Receiver) take(b *wire.Batch) (missing fact.Dot) {
	life := r.life(b.Incarnation)
	if life == nil {
		if b.First-b.Lost > 1 {
			return fact.Dot{Incarnation: b.Incarnation, Seq: 1}
		}
		if missing = r.born(b); missing.Seq != 0 {
			return missing
		}
		life = r.life(b.Incarnation)
	}
	if b.First-b.Lost > life.Applied+1 {
		return fact.Dot{Incarnation: b.Incarnation, Seq: life.Applied + 1}
	}
	if !life.agrees(b) {
		r.conflict(life, b)
		return fact.Dot{}
	}
	r.counters.Duplicates += min(uint64(len(b.Records)), life.Applied+1-min(life.Applied+1, b.First))
	if b.Last() > life.Applied {
		r.regard(life, b)
		r.apply(life, b)
	}
	return fact.Dot{}
}

// apply stores the facts of a batch that are not here yet.
func (r *Receiver) apply(life *Life, b *wire.Batch) {
	from := life.Applied + 1
	store := Store{Batch: b, Apart: life.Standing != wire.Open}
	if b.First > from {
		store.Lost = b.First - from
		life.Lost += store.Lost
		r.counters.Lost += store.Lost
		from = b.First
	}
	unreadable := uint64(0)
	for i := int(from - b.First); i < len(b.Records); i++ {
		arrival := arrive(b.Dot(i), b.Records[i])
		if arrival.Err != nil && !isNewer(arrival.Err) {
			unreadable++
		}
		store.Facts = append(store.Facts, arrival)
	}
	life.Applied, life.Hash = b.Last(), b.After()
	life.check()
	if store.Apart && life.ApartFrom == 0 {
		life.ApartFrom = from
	}
	r.counters.Facts += uint64(len(store.Facts))
	r.counters.Unreadable += unreadable
	r.do(store)
	r.touch(life)
	if store.Lost > 0 {
		r.do(Notice{Notice: FactsLost, Incarnation: life.Incarnation, Seq: from - 1, Count: store.Lost})
	}
	if unreadable > 0 {
		r.do(Notice{Notice: FactsUnreadable, Incarnation: life.Incarnation, Seq: b.Last(), Count: unreadable})
	}
}

// touch marks a life for saving.
func (r *Receiver) touch(life *Life) {
	if !slices.Contains(r.changed, life.Incarnation) {
		r.changed = append(r.changed, life.Incarnation)
	}
}

// save has what changed saved.
func (r *Receiver) save() {
	if len(r.changed) == 0 {
		return
	}
	effect := SaveLife{Epoch: r.state.Epoch, Round: r.state.Round, Head: r.state.Head}
	for _, incarnation := range r.changed {
		life := *r.life(incarnation)
		life.Checks = slices.Clone(life.Checks)
		effect.Lives = append(effect.Lives, life)
	}
	r.do(effect)
	r.changed = r.changed[:0]
}

// stabilised raises the stable watermark.
func (r *Receiver) stabilised(marks []wire.Mark) {
	var ack wire.Ack
	for _, mark := range marks {
		life := r.life(mark.Incarnation)
		if life == nil || min(mark.Stable, life.Applied) <= life.Stable {
			continue
		}
		life.Stable = min(mark.Stable, life.Applied)
		r.touch(life)
		if len(ack.Marks) == 0 {
			ack = r.ack(mark.Incarnation)
		} else if len(ack.Marks) < wire.MarksMax {
			ack.Marks = append(ack.Marks, life.mark())
		}
	}
	if len(r.changed) > 0 {
		ack.Standing = r.standingOfHead()
		r.save()
		r.do(Reply{ack})
	}
}

func (r *Receiver) standingOfHead() wire.Standing {
	if head := r.life(r.state.Head); head != nil {
		return head.Standing
	}
	return wire.Open
}

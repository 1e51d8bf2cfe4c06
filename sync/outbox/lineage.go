package outbox

import (
	"slices"

	"gatehouse/sync/fact"
	"gatehouse/sync/wire"
)

// born adds the incarnation that a batch begins. If its parent's facts are not all here, it changes nothing and names the
// first that is missing.
func (r *Receiver) born(b *wire.Batch) (missing fact.Dot) {
	started, hash := startOf(b)
	parent := r.life(started.Incarnation)
	if parent == nil && started.Incarnation != 0 && !b.Oldest {
		return fact.Dot{Incarnation: started.Incarnation, Seq: 1}
	}
	if parent != nil && parent.Applied < started.Seq && !b.Oldest && parent.Standing != wire.Conflicted {
		return fact.Dot{Incarnation: started.Incarnation, Seq: parent.Applied + 1}
	}
	r.state.Round++
	life := Life{Incarnation: b.Incarnation, Round: r.state.Round}
	if head := r.life(r.state.Head); head != nil && b.Lost > 0 {
		// Its start is lost, and with it the name of its parent: what the lot told between is on neither side any more.
		r.do(Notice{Notice: HistoryMissing, Incarnation: b.Incarnation, Other: head.Incarnation, Seq: head.Applied})
	}
	if started.Incarnation != 0 && (parent == nil || parent.Applied < started.Seq) {
		r.do(Notice{Notice: HistoryMissing, Incarnation: b.Incarnation, Other: started.Incarnation, Seq: started.Seq})
	}
	continues := r.state.Head == 0
	if parent != nil {
		life.Parent = started
		if parent.Standing != wire.Conflicted { // a new incarnation is just what a conflict asks for
			life.Standing, life.By = parent.Standing, parent.By
		}
		continues = parent.Incarnation == r.state.Head && parent.endsWith(started.Seq, hash)
	}
	switch {
	case life.Standing == wire.Open && continues:
		r.state.Head = b.Incarnation
	case life.Standing == wire.Open:
		r.fork(b.Incarnation, started)
	}
	r.places[b.Incarnation] = len(r.state.Lives)
	r.state.Lives = append(r.state.Lives, life)
	r.touch(&life)
	return fact.Dot{}
}

// startOf is the parent that a batch's first fact names, and the chain after it; zero if it can't be read.
func startOf(b *wire.Batch) (parent fact.Dot, hash wire.Hash) {
	if len(b.Records) == 0 || b.First != 1 {
		return fact.Dot{}, wire.Hash{}
	}
	started, is := arrive(b.Dot(0), b.Records[0]).Record.Fact.(fact.GatewayStarted)
	if !is {
		return fact.Dot{}, wire.Hash{}
	}
	return fact.Dot{Incarnation: started.Parent, Seq: started.ParentSeq}, started.ParentHash
}

// endsWith reports whether the incarnation's newest fact is the one that a child names.
func (l *Life) endsWith(seq uint64, hash wire.Hash) bool {
	return l.Applied == seq && (l.Hash == hash || l.Applied == 0) || l.Applied < seq
}

// fork makes an incarnation that doesn't go on from the newest fact the head, and supersedes those that went on from its
// parent before it.
func (r *Receiver) fork(newcomer fact.Incarnation, parent fact.Dot) {
	known := uint64(0)
	if life := r.life(parent.Incarnation); life != nil {
		known = life.Applied - min(life.Applied, parent.Seq)
	}
	for at := r.life(r.state.Head); at != nil && at.Incarnation != parent.Incarnation; at = r.life(at.Parent.Incarnation) {
		if at.Standing == wire.Open && !r.descends(parent.Incarnation, at.Incarnation) {
			at.Standing, at.By = wire.Superseded, newcomer
			r.touch(at)
		}
	}
	r.counters.Forks++
	r.do(Notice{Notice: Forked, Incarnation: newcomer, Other: parent.Incarnation, Seq: parent.Seq, Count: known})
	r.state.Head = newcomer
}

// descends reports whether an incarnation is another, or goes on from it.
func (r *Receiver) descends(incarnation, from fact.Incarnation) bool {
	for range len(r.state.Lives) + 1 {
		if incarnation == from {
			return true
		}
		life := r.life(incarnation)
		if life == nil {
			return false
		}
		incarnation = life.Parent.Incarnation
	}
	return false
}

// regard decides how a batch's new facts are taken, before they are.
func (r *Receiver) regard(life *Life, b *wire.Batch) {
	if life.Standing == wire.Open && life.Incarnation != r.state.Head {
		life.Standing, life.By = wire.Superseded, r.childTowardsHead(life.Incarnation)
		r.touch(life)
		r.counters.Forks++
		r.do(Notice{Notice: Forked, Incarnation: life.Incarnation, Other: life.By, Seq: life.Applied})
	}
	if life.Standing != wire.Superseded {
		return
	}
	rival := r.life(life.By)
	if rival == nil || b.Heard.Epoch != r.state.Epoch || b.Heard.Round < rival.Round {
		return
	}
	r.counters.Clones++
	r.do(Notice{Notice: Cloned, Incarnation: life.Incarnation, Other: rival.Incarnation, Seq: life.Applied + 1})
	r.stand(life.Incarnation, wire.Fenced)
	r.stand(rival.Incarnation, wire.Fenced)
}

// childTowardsHead is the incarnation that goes on from another on the way to the head.
func (r *Receiver) childTowardsHead(from fact.Incarnation) fact.Incarnation {
	for at := r.life(r.state.Head); at != nil; at = r.life(at.Parent.Incarnation) {
		if at.Parent.Incarnation == from {
			return at.Incarnation
		}
	}
	return r.state.Head
}

// stand changes the standing of an incarnation and of its branch. What a person rejected stays so.
func (r *Receiver) stand(from fact.Incarnation, standing wire.Standing) {
	for _, life := range r.branch(from) {
		if life.Standing != standing && life.Standing != wire.Rejected {
			life.Standing = standing
			r.touch(life)
		}
	}
}

// conflict is a batch with other facts by the names of those that are here: nothing of it is taken.
func (r *Receiver) conflict(life *Life, b *wire.Batch) {
	r.counters.Conflicts++
	r.do(Evidence{Batch: b})
	r.do(Notice{Notice: Conflict, Incarnation: life.Incarnation, Seq: b.First})
	if life.Standing == wire.Open {
		life.Standing = wire.Conflicted
		r.touch(life)
	}
}

// settled carries out a person's decision.
func (r *Receiver) settled(event Settled) {
	life := r.life(event.Incarnation)
	if life == nil {
		return
	}
	decided := []fact.Incarnation{event.Incarnation}
	if life.By != 0 {
		decided = append(decided, life.By)
	}
	if event.Accept {
		r.accept(event.Incarnation)
	} else {
		r.reject(event.Incarnation)
	}
	for _, incarnation := range r.changed {
		if !slices.Contains(decided, incarnation) {
			decided = append(decided, incarnation)
		}
	}
	for _, incarnation := range decided {
		r.do(Notice{Notice: Decided, Incarnation: incarnation})
	}
	if len(r.changed) > 0 {
		r.save()
		r.do(Reply{r.ack(event.Incarnation)})
	}
}

// Apart is an incarnation about which a person should decide.
type Apart struct {
	Incarnation fact.Incarnation
	By          fact.Incarnation // that superseded it; 0: none
	Standing    wire.Standing
	Facts       uint64 // kept apart, and not counted
}

// Apart are the incarnations about which a person should decide: whose facts are kept apart, or will be, because the card
// was copied. One that goes on from such a one, as a box does that was put in place of another, is among them.
func (s *ReceiverState) Apart() (apart []Apart) {
	for i := range s.Lives {
		life := &s.Lives[i]
		facts := uint64(0)
		if life.ApartFrom > 0 {
			facts = life.Applied - life.ApartFrom + 1
		}
		if life.Standing == wire.Fenced || facts > 0 && life.Standing != wire.Rejected {
			apart = append(apart, Apart{life.Incarnation, life.By, life.Standing, facts})
		}
	}
	return apart
}

// Apart are the incarnations about which a person should decide.
func (r *Receiver) Apart() []Apart { return r.state.Apart() }

// accept counts what was kept apart of an incarnation, of those that went on from it, and of the facts kept apart on which
// it stands, unless a person has rejected those.
func (r *Receiver) accept(chosen fact.Incarnation) {
	branch := r.branch(chosen)
	newest := chosen
	for _, life := range branch {
		if life.Standing == wire.Rejected && life.Incarnation != chosen {
			continue
		}
		r.open(life)
		newest = life.Incarnation // in the order of appearance
	}
	seq := r.life(chosen).Parent.Seq
	at := r.life(r.life(chosen).Parent.Incarnation)
	for at != nil && at.Standing != wire.Rejected && at.ApartFrom > 0 && at.ApartFrom <= seq {
		r.openThrough(at, seq)
		seq = at.Parent.Seq
		at = r.life(at.Parent.Incarnation)
	}
	head := r.life(r.state.Head)
	if head == nil || head.Standing != wire.Open || head.Round < r.life(newest).Round {
		r.state.Head = newest
	}
}

// reject takes out of the count what an incarnation and its branch have told, but for what it told before its rival went on
// from it.
func (r *Receiver) reject(chosen fact.Incarnation) {
	for _, life := range r.branch(chosen) {
		if life.Standing == wire.Rejected {
			continue
		}
		first, last := uint64(1), life.Applied
		if rival := r.life(life.By); rival != nil && rival.Parent.Incarnation == life.Incarnation {
			first = rival.Parent.Seq + 1
		}
		if life.ApartFrom > 0 {
			last = life.ApartFrom - 1
		}
		if first <= last {
			r.do(Retract{Incarnation: life.Incarnation, First: first, Last: last})
			life.ApartFrom = first
		}
		life.Standing = wire.Rejected
		r.touch(life)
	}
}

// open counts an incarnation's facts, those too that were kept apart.
func (r *Receiver) open(life *Life) {
	if life.ApartFrom > 0 {
		r.do(Release{Incarnation: life.Incarnation, First: life.ApartFrom, Last: life.Applied})
	}
	life.Standing, life.By, life.ApartFrom = wire.Open, 0, 0
	r.touch(life)
}

// openThrough counts an incarnation's facts that were kept apart, up to a seq. What it told behind that stays as it is.
func (r *Receiver) openThrough(life *Life, seq uint64) {
	if seq >= life.Applied {
		r.open(life)
		return
	}
	r.do(Release{Incarnation: life.Incarnation, First: life.ApartFrom, Last: seq})
	life.ApartFrom = seq + 1
	r.touch(life)
}

// branch is an incarnation and all that went on from it, but for the rival that superseded it, in the order of appearance.
func (r *Receiver) branch(from fact.Incarnation) (lives []*Life) {
	rival := r.life(from).By
	for i := range r.state.Lives {
		life := &r.state.Lives[i]
		if r.descends(life.Incarnation, from) && (rival == 0 || rival == from || !r.descends(life.Incarnation, rival)) {
			lives = append(lives, life)
		}
	}
	return lives
}

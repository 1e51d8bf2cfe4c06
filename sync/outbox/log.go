package outbox

import (
	"slices"

	"gatehouse/sync/fact"
	"gatehouse/sync/wire"
)

// Runs is a log: readable facts, in the order of their positions.
type Runs []Run

// produced is the position of the newest fact; 0: there is none.
func (r Runs) produced() uint64 {
	if len(r) == 0 {
		return 0
	}
	return r[len(r)-1].End()
}

// newest names the newest fact.
func (r Runs) newest() fact.Dot {
	if len(r) == 0 {
		return fact.Dot{}
	}
	last := r[len(r)-1]
	return fact.Dot{Incarnation: last.Incarnation, Seq: last.Last}
}

// Add appends a fact; one that was told before changes nothing.
func (r *Runs) Add(dot fact.Dot, position uint64) {
	if n := len(*r); n > 0 {
		last := &(*r)[n-1]
		if position <= last.End() {
			return // told twice
		}
		if last.Incarnation == dot.Incarnation && last.Last+1 == dot.Seq && last.End()+1 == position {
			last.Last++
			return
		}
	}
	*r = append(*r, Run{Incarnation: dot.Incarnation, First: dot.Seq, Last: dot.Seq, Position: position})
}

// at is the run that holds a position, or the first behind it; len(r) if there is none.
func (r Runs) at(position uint64) int {
	return len(r) - len(r.from(position))
}

func (r Runs) from(position uint64) Runs {
	i, _ := slices.BinarySearchFunc(r, position, func(run Run, position uint64) int {
		if run.End() < position {
			return -1
		}
		return 1
	})
	return r[i:]
}

// count is how many facts stand behind a position.
func (r Runs) count(behind uint64) (facts uint64) {
	for i := len(r) - 1; i >= 0 && r[i].End() > behind; i-- {
		facts += r[i].End() - max(behind, r[i].Position-1)
	}
	return facts
}

// position finds a dot; ok is false if it isn't in the log.
func (r Runs) position(dot fact.Dot) (position uint64, ok bool) {
	for i := len(r) - 1; i >= 0; i-- {
		if r[i].Incarnation == dot.Incarnation && r[i].First <= dot.Seq && dot.Seq <= r[i].Last {
			return r[i].Position + dot.Seq - r[i].First, true
		}
	}
	return 0, false
}

// dot names the fact at a position; zero: none is there.
func (r Runs) dot(position uint64) fact.Dot {
	i := r.at(position)
	if i == len(r) || position < r[i].Position {
		return fact.Dot{}
	}
	return fact.Dot{Incarnation: r[i].Incarnation, Seq: r[i].First + position - r[i].Position}
}

// through is the position up to which a receiver has everything that has a prefix of an incarnation up to seq, because
// receivers take facts in the log's order.
func (r Runs) through(incarnation fact.Incarnation, seq uint64) (position uint64, ok bool) {
	for i := len(r) - 1; i >= 0; i-- {
		if run := r[i]; run.Incarnation == incarnation && run.First <= seq {
			return run.Position + min(seq, run.Last) - run.First, true
		}
	}
	return 0, false
}

// Trim takes the positions up to one out.
func (r *Runs) Trim(through uint64) { r.cut(0, through) }

// cut takes unreadable positions out.
func (r *Runs) cut(first, last uint64) {
	var kept Runs
	for _, run := range *r {
		if last < run.Position || run.End() < first {
			kept = append(kept, run)
			continue
		}
		if run.Position < first {
			kept = append(kept, Run{run.Incarnation, run.First, run.First + first - 1 - run.Position, run.Position})
		}
		if last < run.End() {
			kept = append(kept, Run{run.Incarnation, run.First + last + 1 - run.Position, run.Last, last + 1})
		}
	}
	*r = kept
}

// incarnations is up to MarksMax different ones of the log, the newest first, after leaving out some.
func (r Runs) incarnations(skip int) []fact.Incarnation {
	var found []fact.Incarnation
	for i := len(r) - 1; i >= 0 && len(found) < skip+wire.MarksMax; i-- {
		if n := len(found); n == 0 || found[n-1] != r[i].Incarnation {
			found = append(found, r[i].Incarnation)
		}
	}
	return found[min(skip, len(found)):]
}

package store

import (
	"slices"

	"gatehouse/sync/fact"
	"gatehouse/sync/outbox"
)

// runs are sets of facts, by incarnation: sorted spans that don't touch.
type runs map[fact.Incarnation][]span

type span struct{ first, last uint64 }

// judge follows what a receiver decided about facts.
func (r runs) judge(effects []outbox.ReceiverEffect) {
	for _, effect := range effects {
		switch e := effect.(type) {
		case outbox.Store:
			if n := len(e.Facts); n > 0 && !e.Apart {
				r.add(e.Facts[0].Dot.Incarnation, e.Facts[0].Dot.Seq, e.Facts[n-1].Dot.Seq)
			}
		case outbox.Release:
			r.add(e.Incarnation, e.First, e.Last)
		case outbox.Retract:
			r.remove(e.Incarnation, e.First, e.Last)
		}
	}
}

func (r runs) add(incarnation fact.Incarnation, first, last uint64) {
	var spans []span
	for _, s := range r[incarnation] {
		if s.last+1 < first || last+1 < s.first {
			spans = append(spans, s)
		} else {
			first, last = min(first, s.first), max(last, s.last)
		}
	}
	spans = append(spans, span{first, last})
	slices.SortFunc(spans, func(a, b span) int {
		if a.first < b.first {
			return -1
		}
		return 1
	})
	r[incarnation] = spans
}

func (r runs) remove(incarnation fact.Incarnation, first, last uint64) {
	var spans []span
	for _, s := range r[incarnation] {
		if s.first < first {
			spans = append(spans, span{s.first, min(s.last, first-1)})
		}
		if s.last > last {
			spans = append(spans, span{max(s.first, last+1), s.last})
		}
	}
	r[incarnation] = spans
}

// take takes a fact out and reports whether it was in.
func (r runs) take(dot fact.Dot) bool {
	for i, s := range r[dot.Incarnation] {
		switch {
		case dot.Seq == s.first && s.first < s.last: // facts come in their order, so this is nearly always it
			r[dot.Incarnation][i].first++
			return true
		case s.first <= dot.Seq && dot.Seq <= s.last:
			r.remove(dot.Incarnation, dot.Seq, dot.Seq)
			return true
		}
	}
	return false
}

package crdt

import (
	"cmp"

	"gatehouse/sync/fact"
)

// Vector is a version vector: of each incarnation, the seq up to which all facts are known.
type Vector []fact.Dot // sorted by incarnation

func byIncarnation(x, y fact.Dot) int { return cmp.Compare(x.Incarnation, y.Incarnation) }

// Join is the higher seq of each incarnation.
func (v Vector) Join(other Vector) Vector {
	return merge(v, other, byIncarnation, func(x, y fact.Dot) fact.Dot { return fact.Dot{Incarnation: x.Incarnation, Seq: max(x.Seq, y.Seq)} })
}

// Seq is how far an incarnation is known; 0: not at all.
func (v Vector) Seq(incarnation fact.Incarnation) uint64 {
	if at, found := find(v, fact.Dot{Incarnation: incarnation}, byIncarnation); found {
		return v[at].Seq
	}
	return 0
}

// Has reports whether a fact is known.
func (v Vector) Has(dot fact.Dot) bool { return dot.Seq > 0 && dot.Seq <= v.Seq(dot.Incarnation) }

// Covers reports whether all that the other knows is known.
func (v Vector) Covers(other Vector) bool {
	for _, dot := range other {
		if dot.Seq > v.Seq(dot.Incarnation) {
			return false
		}
	}
	return true
}

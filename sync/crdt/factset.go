package crdt

import (
	"bytes"
	"cmp"

	"gatehouse/sync/fact"
)

// FactSet is a set of facts by name and hash. Known is a beginning of each incarnation without a gap; Loose are facts
// beyond it. A fact is in one of the two.
type FactSet struct {
	Known     Vector  `cbor:"1,keyasint"`
	Facts     []Named `cbor:"2,keyasint"` // sorted by dot, all of them
	Conflicts []Named `cbor:"3,keyasint"` // sorted by dot and hash: other facts by a name that is in Facts
}

// Named is a fact's name and the SHA-256 of its bytes.
type Named struct {
	Dot  fact.Dot `cbor:"1,keyasint"`
	Hash [32]byte `cbor:"2,keyasint"`
}

func compareDots(x, y fact.Dot) int {
	return cmp.Or(cmp.Compare(x.Incarnation, y.Incarnation), cmp.Compare(x.Seq, y.Seq))
}

func byDot(x, y Named) int { return compareDots(x.Dot, y.Dot) }

func byDotAndHash(x, y Named) int { return cmp.Or(byDot(x, y), bytes.Compare(x.Hash[:], y.Hash[:])) }

// Join is the union. Of two facts of one name the one with the lesser hash is taken, and the other is a conflict, whoever
// came first: a sequence was used twice, and a person has to look.
func (s FactSet) Join(other FactSet) FactSet {
	same := func(x, _ Named) Named { return x }
	conflicts := merge(s.Conflicts, other.Conflicts, byDotAndHash, same)
	facts := merge(s.Facts, other.Facts, byDot, func(x, y Named) Named {
		if byDotAndHash(x, y) > 0 {
			x, y = y, x
		}
		if x != y {
			conflicts = with(conflicts, y, byDotAndHash, same)
		}
		return x
	})
	return FactSet{Known: known(facts), Facts: facts, Conflicts: conflicts}
}

// Add is the set with one more fact.
func (s FactSet) Add(one Named) FactSet { return s.Join(FactSet{Facts: []Named{one}}) }

// Has reports whether a fact is in the set; ok is false for another fact of its name.
func (s FactSet) Has(one Named) (found, ok bool) {
	at, found := find(s.Facts, one, byDot)
	return found, !found || s.Facts[at] == one
}

// known is the beginnings without a gap.
func known(facts []Named) (v Vector) {
	for _, one := range facts {
		n := len(v)
		switch {
		case n > 0 && v[n-1].Incarnation == one.Dot.Incarnation:
			if v[n-1].Seq+1 == one.Dot.Seq {
				v[n-1].Seq++
			}
		case one.Dot.Seq == 1:
			v = append(v, one.Dot)
		}
	}
	return v
}

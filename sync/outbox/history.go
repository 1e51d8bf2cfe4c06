package outbox

import (
	"cmp"
	"slices"

	"gatehouse/sync/fact"
	"gatehouse/sync/wire"
)

// Tip is how far a replica has an incarnation, and the chain there.
type Tip struct {
	Incarnation fact.Incarnation `cbor:"1,keyasint"`
	Seq         uint64           `cbor:"2,keyasint"`
	Hash        wire.Hash        `cbor:"3,keyasint"`
}

// Tips are how far a receiver has each incarnation.
func (s ReceiverState) Tips() []Tip {
	tips := make([]Tip, 0, len(s.Lives))
	for _, life := range s.Lives {
		tips = append(tips, Tip{life.Incarnation, life.Applied, life.Hash})
	}
	return tips
}

// Agreement is what two replicas of one log find when they compare their chains.
type Agreement uint8

// The agreements.
const (
	AgreementUnknown Agreement = 0 // one of them doesn't know the chain there, or no more
	Agrees           Agreement = 1
	Differs          Agreement = 2
)

// Agrees compares the sender's own chain after a fact with what is here. Until there the sender's whole log is the same, or
// it is not.
func (r *Receiver) Agrees(after fact.Dot, chain wire.Hash) Agreement {
	life := r.life(after.Incarnation)
	if life == nil || after.Seq == 0 || chain == (wire.Hash{}) {
		return AgreementUnknown
	}
	if after.Seq == life.Applied {
		if life.Hash == chain {
			return Agrees
		}
		return Differs
	}
	for _, check := range life.Checks {
		if check.Seq == after.Seq {
			if check.Hash == chain {
				return Agrees
			}
			return Differs
		}
	}
	return AgreementUnknown
}

// HistoryDigest is the same on two replicas that hold the same facts, in any order of the tips, and, because each tip stands
// for all facts before it, on no others.
func HistoryDigest(tips []Tip) ([32]byte, error) {
	sorted := slices.Clone(tips)
	slices.SortFunc(sorted, func(a, b Tip) int { return cmp.Compare(a.Incarnation, b.Incarnation) })
	return wire.Digest(sorted)
}

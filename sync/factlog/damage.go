package factlog

import (
	"cmp"
	"slices"
)

// Damage is a range of indexes, both ends included, that were durable and can't be read any more.
type Damage struct {
	First, Last Index
}

// within returns the part of d between first and last; false when nothing is left.
func (d Damage) within(first, last Index) (Damage, bool) {
	d = Damage{max(d.First, first), min(d.Last, last)}
	return d, d.First <= d.Last
}

// withDamage returns ranges with d added: sorted, and joined where they touch. ranges is not changed.
func withDamage(ranges []Damage, d Damage) []Damage {
	all := append(slices.Clone(ranges), d)
	slices.SortFunc(all, func(a, b Damage) int { return cmp.Compare(a.First, b.First) })
	joined := all[:1]
	for _, next := range all[1:] {
		if last := &joined[len(joined)-1]; next.First <= last.Last+1 {
			last.Last = max(last.Last, next.Last)
		} else {
			joined = append(joined, next)
		}
	}
	return joined
}

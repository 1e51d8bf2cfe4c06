package world

import "math/bits"

// dice are a seeded source of chance (SplitMix64). Every car, gate and spot has its own, so that what happens
// to one does not shift the luck of the others.
type dice uint64

// diceOf makes the dice of one of many things of a kind.
func diceOf(seed uint64, kind, index int) dice {
	d := dice(seed ^ uint64(kind)<<56 ^ uint64(index)*0x9E3779B97F4A7C15)
	d.next()
	return d
}

// The kinds of things that have dice.
const (
	carDice = iota + 1
	gateDice
	spotDice
	dayDice
	strangerDice
)

func (d *dice) next() uint64 {
	*d += 0x9E3779B97F4A7C15
	z := uint64(*d)
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return z ^ z>>31
}

// below is a number from 0 to n-1; 0 if n is not above 0.
func (d *dice) below(n int64) int64 {
	if n <= 0 {
		return 0
	}
	high, _ := bits.Mul64(d.next(), uint64(n))
	return int64(high)
}

// between is a number from low to high, both included.
func (d *dice) between(low, high int64) int64 { return low + d.below(high-low+1) }

// chance is true so many times in a million.
func (d *dice) chance(perMillion int) bool {
	return perMillion > 0 && d.below(1_000_000) < int64(perMillion)
}

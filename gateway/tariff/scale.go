package tariff

import "math/bits"

// scale is how many parts of a minor unit amounts are summed in: a day's milliseconds, so that time prorated
// over any unit that divides a day is exact.
const scale = dayMS

// amountMax bounds sums, in parts; beyond it they stay there.
const amountMax = 1 << 61

// exact is an amount in parts of a minor unit.
type exact int64

func exactly(minor int64) exact { return exact(mulDiv(minor, scale, 1)) }

func (e exact) plus(other exact) exact { return clamp(e+other, -amountMax, amountMax) }

// times multiplies by a count.
func (e exact) times(count int64) exact { return exact(mulDiv(int64(e), count, 1)) }

// share is the part of an amount that a stretch of a unit costs, to the nearest part.
func (e exact) share(partMS, unitMS int64) exact { return exact(mulDiv(int64(e), partMS, unitMS)) }

// thousandths splits an amount into minor units and thousandths of one beside them, to the nearest.
func (e exact) thousandths() (minor, thousandths int64) {
	all := roundDiv(int64(e), scale/1000, HalfUp)
	return floorDiv(all, 1000), floorMod(all, 1000)
}

// minor rounds to a multiple of stepMinor.
func (e exact) minor(mode Mode, stepMinor int64) int64 {
	step := max(1, stepMinor)
	return roundDiv(int64(e), scale*step, mode) * step
}

// mulDiv is a*b/c to the nearest, a half away from zero, without overflow: what is too great stays at amountMax.
// b is not negative, c is positive.
func mulDiv(a, b, c int64) int64 {
	negative := a < 0
	if negative {
		a = -a
	}
	high, low := bits.Mul64(uint64(a), uint64(b))
	low, carry := bits.Add64(low, uint64(c)/2, 0)
	high += carry
	result := uint64(amountMax)
	if high < uint64(c) {
		quotient, _ := bits.Div64(high, low, uint64(c))
		result = min(quotient, amountMax)
	}
	if negative {
		return -int64(result)
	}
	return int64(result)
}

// roundDiv is a/b by a mode. b is positive, and at most amountMax.
func roundDiv(a, b int64, mode Mode) int64 {
	negative := a < 0
	if negative {
		a = -a
	}
	quotient, rest := a/b, a%b
	switch {
	case mode == Up && rest > 0, mode == HalfUp && rest >= b-rest, mode == HalfEven && rest > b-rest,
		mode == HalfEven && rest == b-rest && quotient%2 == 1:
		quotient++
	}
	if negative {
		return -quotient
	}
	return quotient
}

type number interface{ ~int64 }

func clamp[N number](value, least, most N) N { return min(max(value, least), most) }

package occupancy

import "math/bits"

// The field of the empty spot is what temperature makes of it: a sum of four terms per axis, each a coefficient times
// something that the sensor's thermometer says. The first is the baseline itself.
const (
	termOne    = iota // 1
	termWarmth        // how warm it is, from where the sensor was when it learned
	termLag           // how much warmer it is than in the last hours: the magnetometer lags behind the thermometer
	termSquare        // the square of the warmth: under the sun the line is a curve
	terms
	// pairs of terms: the upper triangle of a symmetric matrix.
	pairs = terms * (terms + 1) / 2
)

const (
	termShift      = 12               // terms are in 1/4096
	termUnit       = 1600             // one is 16 °C
	termMax        = 4 << termShift   // beyond 64 °C from the origin nothing is learned
	warmShift      = 8                // the lagging temperature is in 1/256 of a hundredth of a degree
	lagMS          = 2 * hourMS       // how long the magnetometer lags
	usualMS        = 10 * 60_000      // how far apart readings of independent noise are; nearer ones count for less
	hurryMax       = 50               // … down to this part
	noiseNT        = 1_000            // the noise of a reading, which has neighbours and manoeuvres in it
	wanderNT       = 440              // how far the baseline wanders in an hour, when the temperature is known
	blindNT        = 1_320            // … and when it is not
	turnNT         = 90               // how far the other coefficients wander in an hour
	startNT        = 2_640            // how little is known of the baseline when it was just learned
	slopeNT        = 8_800            // … and of the other coefficients
	doubtMax       = 6_600            // the most that doubt grows
	slopeMax       = 13_200           // … of the other coefficients
	coefficientMax = int64(1)<<30 - 1 // of any coefficient, in 1/256 nT
)

// emptyField is a Kalman filter of the empty spot's field: what is known of the coefficients other than the baseline,
// and how well. It is the same filter for all three axes. Doubt grows with time and shrinks with each reading of a free
// spot, so that after a long stay, or a night without a value, more is forgiven than after a quiet hour.
type emptyField struct {
	grownMS   int64               // when doubt last grew
	slopes    [terms - 1][3]int32 // in 1/256 nT per term and axis
	doubt     [pairs]int32        // covariance of the coefficients, in nT²
	lagging   int32               // temperature of the last hours, in 1/256 of 1/100 °C
	warmth    int32               // temperature as last told, in 1/100 °C
	origin    int32               // temperature from which the warmth counts, in 1/100 °C
	hasWarmth bool                // the sensor has told a temperature
}

// fresh is a filter of a baseline that was just learned.
func fresh(nowMS int64, before *emptyField) emptyField {
	e := emptyField{grownMS: nowMS, lagging: before.lagging, warmth: before.warmth, origin: before.warmth, hasWarmth: before.hasWarmth}
	e.trust()
	return e
}

// trust sets the doubt of a baseline that was just learned.
func (e *emptyField) trust() {
	e.doubt[pair(termOne, termOne)] = startNT * startNT
	for term := termWarmth; term < terms; term++ {
		e.doubt[pair(term, term)] = slopeNT * slopeNT
	}
}

// pair is the place of a pair of terms in the triangle.
func pair(i, j int) int {
	if i > j {
		i, j = j, i
	}
	return i*terms - i*(i+1)/2 + j
}

// feel takes the temperature of a reading, and lets time pass.
func (e *emptyField) feel(nowMS int64, r *Reading) {
	if r.HasTemperature {
		e.warmth = int32(r.TemperatureCentiC)
		if !e.hasWarmth {
			e.hasWarmth, e.origin, e.lagging = true, e.warmth, e.warmth<<warmShift
		}
	}
	elapsedMS := min(nowMS-e.grownMS, dayMS)
	if elapsedMS < trackEveryMS {
		return
	}
	e.grownMS = nowMS
	e.lagging += int32(int64(e.warmth<<warmShift-e.lagging) * min(elapsedMS, lagMS) / lagMS)
	wander := int64(wanderNT)
	if !e.hasWarmth {
		wander = blindNT
	}
	e.grow(termOne, wander, doubtMax, elapsedMS)
	for term := termWarmth; term < terms; term++ {
		e.grow(term, turnNT, slopeMax, elapsedMS)
	}
}

// question lets the baseline be as far off as a reading of the spot that has just become free says.
func (e *emptyField) question(away int32) {
	doubt := &e.doubt[pair(termOne, termOne)]
	away = min(away, doubtMax)
	*doubt = max(*doubt, away*away)
}

// grow lets the doubt about a coefficient grow, to a limit.
func (e *emptyField) grow(term int, perHourNT, most, elapsedMS int64) {
	doubt := &e.doubt[pair(term, term)]
	grown := int64(*doubt) + perHourNT*perHourNT*elapsedMS/hourMS
	*doubt = int32(max(int64(*doubt), min(grown, most*most)))
}

// at is the terms at the present temperature.
func (e *emptyField) at() (phi [terms]int64) {
	phi[termOne] = 1 << termShift
	if !e.hasWarmth {
		return phi
	}
	phi[termWarmth] = term(int64(e.warmth - e.origin))
	phi[termLag] = term(int64(e.warmth - e.lagging>>warmShift))
	phi[termSquare] = phi[termWarmth] * phi[termWarmth] >> termShift
	return phi
}

func term(centiC int64) int64 {
	return min(max(centiC<<termShift/termUnit, -termMax), termMax)
}

// spread is the covariance times the terms, and the variance of the field that is foretold, in nT².
func (e *emptyField) spread(phi *[terms]int64) (spread [terms]int64, variance int64) {
	for i := range spread {
		for j := range phi {
			spread[i] += int64(e.doubt[pair(i, j)]) * phi[j]
		}
		variance += spread[i] >> termShift * phi[i] >> termShift
	}
	return spread, max(variance, 0)
}

// doubtNT is how far the empty spot's field may well be from where it is expected.
func (e *emptyField) doubtNT() int32 {
	phi := e.at()
	_, variance := e.spread(&phi)
	return int32(squareRoot(uint64(variance)))
}

// foretell is the field of the empty spot at the present temperature, in 1/256 nT.
func (e *emptyField) foretell(base [3]int32) (field [3]int64) {
	phi := e.at()
	for axis := range field {
		field[axis] = int64(base[axis])
		for i := range e.slopes {
			field[axis] += int64(e.slopes[i][axis]) * phi[i+1] >> termShift
		}
	}
	return field
}

// follow corrects the baseline and the other coefficients by a reading of the empty spot, given as its difference from
// what was foretold, in 1/256 nT, and the time since the last one.
func (e *emptyField) follow(base *[3]int32, difference [3]int64, elapsedMS int64) {
	phi := e.at()
	spread, variance := e.spread(&phi)
	hurry := min(max(usualMS/max(elapsedMS, 1), 1), hurryMax)
	all := variance + noiseNT*noiseNT*hurry
	for i := range spread {
		gain := spread[i] << 4 / all // in 1/65536
		coefficient := base
		if i > termOne {
			coefficient = &e.slopes[i-1]
		}
		for axis := range coefficient {
			moved := int64(coefficient[axis]) + gain*difference[axis]>>16
			coefficient[axis] = int32(min(max(moved, -coefficientMax), coefficientMax))
		}
		for j := i; j < terms; j++ {
			e.doubt[pair(i, j)] -= int32(gain * spread[j] >> 28)
		}
	}
	for i := range spread {
		e.doubt[pair(i, i)] = max(e.doubt[pair(i, i)], 1)
	}
}

// squareRoot is the whole part of the root, by Newton's method from above.
func squareRoot(square uint64) uint64 {
	if square == 0 {
		return 0
	}
	root := uint64(1) << ((bits.Len64(square) + 1) / 2)
	for {
		next := (root + square/root) / 2
		if next >= root {
			return root
		}
		root = next
	}
}

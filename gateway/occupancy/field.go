package occupancy

import "gatehouse/sync/fact"

// stayPercent of how far a parked car moves the field is what a spot must fall below to be free, however much is
// forgiven: a weak car that stays for days does not become the weather.
const stayPercent = 70

// restPercent of how far a parked car moved the field may be left when it has gone: what a neighbour, who came in the
// meantime, does to it.
const restPercent = 15

// manoeuvreMS is how long a car that leaves may move about: before, its field is not learned from.
const manoeuvreMS = 60_000

// vector is a field or a difference of two, in nanotesla.
type vector [3]int64

func (a vector) dot(b vector) int64 { return a[0]*b[0] + a[1]*b[1] + a[2]*b[2] }

func (a vector) minus(b vector) vector { return vector{a[0] - b[0], a[1] - b[1], a[2] - b[2]} }

func (a vector) length() int64 { return int64(squareRoot(uint64(a.dot(a)))) }

// residual is the field less that of the empty spot, in 1/256 nT.
func (v *sensor) residual(r *Reading) (difference [3]int64) {
	expected := v.empty.foretell(v.base)
	for axis, value := range shifted(r.value()) {
		difference[axis] = int64(value) - expected[axis]
	}
	return difference
}

// whole is a difference in nanotesla.
func whole(difference [3]int64) vector {
	return vector{difference[0] >> baseShift, difference[1] >> baseShift, difference[2] >> baseShift}
}

// compareField judges a field by its distance from that of the empty spot, in the measure of the spot's unrest.
func (v *sensor) compareField(cfg *Config, nowMS int64, r *Reading) {
	elapsedMS := nowMS - v.fieldMS
	v.fieldMS = nowMS
	difference := v.residual(r)
	residual := whole(difference)
	levels := v.forgiving(&cfg.Field)
	away := v.unrest.length(residual)
	v.away, v.from = away, levels.OccupiedFrom
	near := away <= levels.TrackWithin
	beside := away > levels.FreeUpTo && v.neighbour.explains(residual)
	if beside {
		away = levels.FreeUpTo
	}
	opinion, confidence := v.judge(&levels, away)
	if opinion == fact.SpotOccupied && v.moved(cfg, residual, elapsedMS) {
		v.rehome(nowMS)
		v.accept(cfg, nowMS, r, fact.SpotAvailable, doubtfulConfidence)
		v.cause = CauseBaselineMoved
		return
	}
	if near && opinion == fact.SpotAvailable && v.opinion == fact.SpotOccupied {
		v.proven = true
	}
	if opinion == fact.SpotAvailable && v.opinion == fact.SpotOccupied && away > cfg.Field.FreeUpTo+v.empty.doubtNT() {
		v.empty.question(away)
	}
	if near {
		v.other = otherHome{}
	}
	if v.opinion == fact.SpotAvailable && opinion == fact.SpotAvailable {
		v.unrest.learn(residual, elapsedMS)
	}
	v.stay(opinion, away, elapsedMS)
	if near && v.opinion == fact.SpotAvailable && nowMS-v.sinceMS >= max(cfg.DebounceMS, manoeuvreMS) {
		v.followField(cfg, nowMS, difference)
	}
	v.neighbour.watch(nowMS, residual, v.opinion == fact.SpotAvailable && opinion == fact.SpotAvailable, levels.OccupiedFrom)
	v.accept(cfg, nowMS, r, opinion, confidence)
	v.cause = fieldCause(opinion, beside)
}

func fieldCause(opinion fact.SpotStatus, beside bool) Cause {
	switch {
	case beside && opinion == fact.SpotAvailable:
		return CauseNeighbour
	case opinion == fact.SpotAvailable:
		return CauseFieldEmpty
	}
	return CauseFieldAway
}

// forgiving are the levels, wider by how little is known of the empty spot's field.
func (v *sensor) forgiving(fixed *Levels) Levels {
	doubt, levels := v.empty.doubtNT(), *fixed
	levels.OccupiedFrom += doubt
	levels.FreeUpTo += doubt
	levels.TrackWithin += doubt
	if v.opinion == fact.SpotOccupied {
		rest := min(int32(int64(v.stayed)*restPercent/100), doubtMax)
		most := max(fixed.FreeUpTo, int32(int64(v.stayed)*stayPercent/100))
		levels.FreeUpTo = min(max(levels.FreeUpTo, rest), most)
		levels.OccupiedFrom = max(levels.OccupiedFrom, levels.FreeUpTo+1)
	}
	return levels
}

// stay remembers how far a parked car moves the field: the mean of about an hour.
func (v *sensor) stay(opinion fact.SpotStatus, away int32, elapsedMS int64) {
	switch {
	case opinion != fact.SpotOccupied:
	case v.opinion != fact.SpotOccupied:
		v.stayed = away
	default:
		v.stayed += int32(int64(away-v.stayed) * min(max(elapsedMS, 3*60_000), hourMS) / hourMS)
	}
}

// followField lets the filter learn from a reading of the empty spot, as far as the baseline may go.
func (v *sensor) followField(cfg *Config, nowMS int64, difference [3]int64) {
	elapsedMS := nowMS - v.trackedMS
	if elapsedMS < trackEveryMS {
		return
	}
	v.trackedMS = nowMS
	v.empty.follow(&v.base, difference, elapsedMS)
	most := int64(cfg.Field.DriftMax) << baseShift
	for axis := range v.base {
		home := int64(v.home[axis])
		v.base[axis] = int32(min(max(int64(v.base[axis]), home-most), home+most))
	}
}

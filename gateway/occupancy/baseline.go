package occupancy

import "gatehouse/sync/fact"

const (
	// baseShift makes baselines finer than their unit, so that slow tracking is not lost in rounding.
	baseShift = 8
	// trackEveryMS is how often a baseline moves at most, for the same reason.
	trackEveryMS = 10_000
	// riseReadings in a row from one place beyond the floor show that the floor was learned wrongly: on a parked car.
	riseReadings = 12
	// deepFloorMM is deeper than any floor of which a sensor hears an echo.
	deepFloorMM = 5_500

	// usualFloorMM is the farthest floor for which the levels of a distance hold as they are; highFloorMM the one from
	// which on no more is forgiven, because cars are no higher.
	usualFloorMM, highFloorMM = 2_500, 4_000

	hourMS = 3_600_000
	dayMS  = 24 * hourMS
)

// measure judges a value against the baseline, or learns the baseline from it.
func (v *sensor) measure(cfg *Config, nowMS int64, r *Reading, status fact.SpotStatus) {
	if r.Kind == Distance && r.DistanceMM <= cfg.BlindMM || r.Kind == Field && r.FieldNT == [3]int32{} {
		v.doubt(nowMS) // dirt on the sensor; or one that is dead: nothing takes the earth's field away on all axes at once
		return
	}
	if v.stage == blank || v.baseKind != Alive && v.baseKind != r.Kind {
		v.begin(cfg, nowMS, r, status)
	}
	v.baseKind = r.Kind
	if r.Kind == Field {
		v.empty.feel(nowMS, r)
	}
	switch {
	case v.stage != known:
		v.accept(cfg, nowMS, r, v.learn(cfg, nowMS, r), doubtfulConfidence)
		v.cause = learnCause(v.stage)
	case r.Kind == Field:
		v.compareField(cfg, nowMS, r)
	default:
		v.compare(cfg, nowMS, r)
	}
}

// begin decides how the baseline is found: the installer measured it; or a car is there, so that the first
// value shows the car; or the spot is taken for empty.
func (v *sensor) begin(cfg *Config, nowMS int64, r *Reading, status fact.SpotStatus) {
	v.proven = false
	switch {
	case r.Kind == Distance && cfg.EmptyMM > 0:
		v.settleOn([3]int32{cfg.EmptyMM << baseShift}, nowMS)
		v.proven = true
	case status == fact.SpotOccupied && !v.spoken:
		v.stage, v.base = anchored, shifted(r.value())
	default:
		v.stage, v.learned = learning, 0
	}
}

func learnCause(stage stage) Cause {
	if stage == anchored {
		return CauseCarAtStart
	}
	return CauseLearned
}

// settleOn makes base the baseline, and the place from which its drift is measured.
func (v *sensor) settleOn(base [3]int32, nowMS int64) {
	v.stage, v.base, v.home, v.trackedMS, v.risen = known, base, base, nowMS, 0
	v.empty, v.unrest, v.others, v.neighbour, v.fieldMS = fresh(nowMS, &v.empty), calm(), restingPlaces{}, neighbour{}, nowMS
	v.steps, v.weak, v.crept = unknownSteps(), false, false
}

// learn takes one value of a spot whose baseline is not known, and returns the opinion that it allows.
func (v *sensor) learn(cfg *Config, nowMS int64, r *Reading) fact.SpotStatus {
	levels, value := cfg.levels(r.Kind), shifted(r.value())
	if v.stage == anchored {
		if !v.left(levels, r) {
			return fact.SpotOccupied
		}
		v.stage, v.learned = learning, 0
	}
	if v.learned > 0 && absolute(v.nearer(r)) > levels.TrackWithin {
		v.learned = 0
	}
	v.learned++
	if v.learned == 1 {
		v.base = value
	}
	for axis := range v.base {
		v.base[axis] += (value[axis] - v.base[axis]) / int32(v.learned)
	}
	if v.learned < cfg.LearnReadings {
		return fact.SpotUnknown
	}
	v.settleOn(v.base, nowMS)
	return fact.SpotAvailable
}

// left reports whether the car that was there at the start is gone: the echo comes from farther away, or the
// field is another.
func (v *sensor) left(levels *Levels, r *Reading) bool {
	if r.Kind == Distance {
		return -v.nearer(r) >= levels.OccupiedFrom
	}
	return v.nearer(r) >= levels.OccupiedFrom
}

// compare judges a distance by how much nearer than the baseline it is.
func (v *sensor) compare(cfg *Config, nowMS int64, r *Reading) {
	levels := v.highUp(&cfg.Distance)
	away := v.nearer(r)
	v.away, v.from = away, levels.OccupiedFrom
	if away < -levels.FreeUpTo {
		if !v.rise(cfg, nowMS, r) {
			v.doubt(nowMS)
			return
		}
		away = 0
	}
	v.risen, v.risenMM = 0, 0
	opinion, confidence := v.judge(&levels, away)
	near := away <= levels.TrackWithin
	if near && opinion == fact.SpotAvailable && v.opinion == fact.SpotOccupied {
		v.proven = true
	}
	if near && v.opinion == fact.SpotAvailable && nowMS-v.sinceMS >= cfg.DebounceMS {
		v.track(&levels, nowMS, r)
	}
	v.accept(cfg, nowMS, r, opinion, confidence)
	v.cause = CauseEchoNear
	if opinion == fact.SpotAvailable {
		v.cause = CauseEchoFloor
	}
}

// highUp are the levels under a ceiling that is higher than usual. Sound is 0.17 percent faster a degree, so that what the
// weather does to a floor, and what is forgiven for it, grows with its distance; how high cars are does not. A thermometer
// would be of no help: most sensors correct what they say by one of their own, and none says whether.
func (v *sensor) highUp(fixed *Levels) Levels {
	levels, floorMM := *fixed, max(v.home[0]>>baseShift, usualFloorMM)
	grown := func(level, floorMM int32) int32 { return int32(int64(level) * int64(floorMM) / usualFloorMM) }
	levels.FreeUpTo = grown(fixed.FreeUpTo, min(floorMM, highFloorMM))
	levels.OccupiedFrom = max(fixed.OccupiedFrom, levels.FreeUpTo+fixed.OccupiedFrom-fixed.FreeUpTo)
	levels.TrackWithin = min(grown(fixed.TrackWithin, floorMM), max(fixed.TrackWithin, levels.FreeUpTo))
	levels.TrackPerHour = grown(fixed.TrackPerHour, floorMM)
	levels.DriftMax = grown(fixed.DriftMax, floorMM)
	return levels
}

// rise counts echoes from beyond the floor and, when only those come and agree, takes the floor to be there. A floor that
// the installer measured can't be elsewhere. One value again and again is what a sensor says that hears nothing.
func (v *sensor) rise(cfg *Config, nowMS int64, r *Reading) bool {
	apart := absolute(r.DistanceMM - v.risenMM)
	switch {
	case cfg.EmptyMM > 0, r.DistanceMM > deepFloorMM:
		return false
	case apart > cfg.Distance.TrackWithin:
		v.risen, v.risenMM = 1, r.DistanceMM
	case apart > 0:
		v.risen++
	}
	if v.risen < riseReadings {
		return false
	}
	v.settleOn(shifted(r.value()), nowMS)
	return true
}

// judge is the opinion about a value so far away from the baseline.
func (v *sensor) judge(levels *Levels, away int32) (fact.SpotStatus, uint16) {
	switch {
	case away >= levels.OccupiedFrom:
		return fact.SpotOccupied, v.sureness(levels, away-levels.OccupiedFrom)
	case away <= levels.FreeUpTo:
		return fact.SpotAvailable, v.sureness(levels, levels.FreeUpTo-away)
	}
	return v.opinion, betweenConfidence
}

// sureness is the confidence of a value so far past a level.
func (v *sensor) sureness(levels *Levels, margin int32) uint16 {
	if !v.proven {
		return doubtfulConfidence
	}
	part := min(int64(margin), int64(levels.SureBy))
	return doubtfulConfidence + uint16((sureConfidence-doubtfulConfidence)*part/int64(levels.SureBy))
}

// track moves the baseline towards the value, as far as the time since the last move allows.
func (v *sensor) track(levels *Levels, nowMS int64, r *Reading) {
	elapsedMS := min(nowMS-v.trackedMS, dayMS)
	if elapsedMS < trackEveryMS {
		return
	}
	v.trackedMS = nowMS
	reach := (int64(levels.TrackPerHour) << baseShift) * elapsedMS / hourMS
	drift := int64(levels.DriftMax) << baseShift
	for axis, value := range shifted(r.value()) {
		step := min(max(int64(value)-int64(v.base[axis]), -reach), reach)
		home := int64(v.home[axis])
		v.base[axis] = int32(min(max(int64(v.base[axis])+step, home-drift), home+drift))
	}
}

// drifted reports whether the baseline is as far from where it was learned as it may go; it is well again a
// quarter nearer.
func (v *sensor) drifted(cfg *Config) bool {
	levels := cfg.levels(v.baseKind)
	if levels == nil || v.stage != known {
		return false
	}
	most := levels.DriftMax
	if v.baseKind == Distance {
		most = v.highUp(levels).DriftMax
	}
	if v.fault == fact.ReasonSensorDrift {
		most -= most / 4
	}
	for axis := range v.base {
		if absolute(v.base[axis]-v.home[axis])>>baseShift >= most {
			return true
		}
	}
	return false
}

// nearer is how far a value is from the baseline: for a distance how much nearer (negative: beyond), for a field
// the length of the difference.
func (v *sensor) nearer(r *Reading) int32 {
	value := r.value()
	if r.Kind == Distance {
		return v.base[0]>>baseShift - value[0]
	}
	var difference vector
	for axis := range value {
		difference[axis] = int64(value[axis]) - int64(v.base[axis]>>baseShift)
	}
	return int32(difference.length())
}

func shifted(value [3]int32) [3]int32 {
	return [3]int32{value[0] << baseShift, value[1] << baseShift, value[2] << baseShift}
}

func absolute(value int32) int32 { return max(value, -value) }

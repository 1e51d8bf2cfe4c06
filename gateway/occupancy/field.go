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

const (
	// movingPart of how far a car moves the field, from one reading to the next within movingWithinMS, says that it drives.
	movingPart, movingWithinMS = 8, 5_000
	// movingMaxMS is the most that a change waits for a car that drives: by then it is one that never rests.
	movingMaxMS = 30_000
)

// vector is a field or a difference of two, in nanotesla.
type vector [3]int64

func vectorOf(value [3]int32) vector {
	return vector{int64(value[0]), int64(value[1]), int64(value[2])}
}

// within is the vector with no axis beyond a bound.
func (a vector) within(most int64) vector {
	for axis, part := range a {
		a[axis] = min(max(part, -most), most)
	}
	return a
}

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

// sight is all about one reading of a field.
type sight struct {
	elapsedMS  int64    // since the last one
	spoke      bool     // the sensor spoke of itself
	difference [3]int64 // from the empty spot's, in 1/256 nT
	residual   vector   // … in nT
	sinceLast  vector   // from the last reading's
	step       vector   // from the last residual of the free spot, if there is one …
	stepMS     int64
	hasStep    bool
	levels     Levels
	away       int32 // in the measure of the spot's unrest
	near       bool  // the baseline may learn from it
	beside     bool  // it is that of a car on the next spot
}

func (v *sensor) sight(cfg *Config, nowMS int64, r *Reading) sight {
	s := sight{elapsedMS: nowMS - v.fieldMS, difference: v.residual(r)}
	v.fieldMS = nowMS
	s.spoke = v.steps.offBeat(s.elapsedMS)
	s.residual = whole(s.difference)
	s.step, s.stepMS, s.hasStep = v.steps.since(nowMS, s.residual)
	s.sinceLast = vectorOf(r.value()).minus(vectorOf(v.last))
	s.away = v.unrest.length(s.residual)
	s.levels = v.forgiving(&cfg.Field, nowMS, s.sinceLast.length() >= int64(s.away))
	v.away, v.from = s.away, s.levels.OccupiedFrom
	s.near = s.away <= s.levels.TrackWithin
	if s.beside = s.away > s.levels.FreeUpTo && v.neighbour.explains(s.residual); s.beside {
		s.away = s.levels.FreeUpTo
	}
	return s
}

// compareField judges a field by its distance from that of the empty spot, and by the step that it made.
func (v *sensor) compareField(cfg *Config, nowMS int64, r *Reading) {
	s := v.sight(cfg, nowMS, r)
	opinion, confidence := v.judge(&s.levels, s.away)
	if s.elapsedMS <= movingWithinMS && s.sinceLast.length() >= int64(max(cfg.Field.FreeUpTo, s.away/movingPart)) {
		v.movingMS = nowMS
	}
	wasWeak := v.weak
	v.weak = v.weak && opinion == fact.SpotOccupied && s.away < s.levels.OccupiedFrom
	if byLevel := opinion; s.hasStep && v.opinion == fact.SpotAvailable {
		if opinion = v.arrives(&s, byLevel); opinion != byLevel {
			confidence = doubtfulConfidence
		}
	}
	if opinion == fact.SpotOccupied {
		if place := v.moved(cfg, s.residual, s.elapsedMS); place != nil {
			v.rehome(nowMS, place)
			v.accept(cfg, nowMS, r, fact.SpotAvailable, doubtfulConfidence)
			v.cause = CauseBaselineMoved
			return
		}
	}
	v.teach(cfg, nowMS, &s, opinion)
	v.teachNeighbour(nowMS, &s, opinion, wasWeak)
	v.accept(cfg, nowMS, r, opinion, confidence)
	v.cause = fieldCause(opinion, s.beside, v.weak)
}

// teach has what is known of the empty spot, and of the car on it, learn from a reading.
func (v *sensor) teach(cfg *Config, nowMS int64, s *sight, opinion fact.SpotStatus) {
	was, free := v.opinion == fact.SpotAvailable, opinion == fact.SpotAvailable
	if free && v.opinion == fact.SpotOccupied {
		v.proven = v.proven || s.near
		if s.away > cfg.Field.FreeUpTo+v.empty.doubtNT() {
			v.empty.question(s.away)
		}
	}
	if s.near {
		v.others = restingPlaces{}
	}
	if was && free {
		v.unrest.learn(s.residual, s.elapsedMS)
	}
	v.stay(nowMS, opinion, s.away, s.elapsedMS)
	if s.near && was && nowMS-v.sinceMS >= max(cfg.DebounceMS, manoeuvreMS) {
		v.followField(cfg, nowMS, s.difference)
	}
}

// teachNeighbour has what is known of the steps of the empty spot's field learn from a reading. What was taken for a weak
// car that came or left is one of the neighbour's if it is always the same.
func (v *sensor) teachNeighbour(nowMS int64, s *sight, opinion fact.SpotStatus, wasWeak bool) {
	switch free := opinion == fact.SpotAvailable; {
	case free && wasWeak:
		v.neighbour.watch(s.sinceLast, s.levels.OccupiedFrom)
	case !free && v.weak && !wasWeak:
		v.neighbour.watch(s.step, s.levels.OccupiedFrom)
	}
	switch {
	case opinion != fact.SpotAvailable:
		v.steps.begun = false
	case v.steps.look(nowMS, s.residual) && s.hasStep:
		v.steps.learn(s.step, s.stepMS)
		v.neighbour.watch(s.step, s.levels.OccupiedFrom)
	}
}

func fieldCause(opinion fact.SpotStatus, beside, weak bool) Cause {
	switch {
	case weak:
		return CauseFieldStep
	case beside && opinion == fact.SpotAvailable:
		return CauseNeighbour
	case opinion == fact.SpotAvailable:
		return CauseFieldEmpty
	}
	return CauseFieldAway
}

// forgiving are the levels, wider by how little is known of the empty spot's field. A field returns if it is nearer to the
// empty spot's than to where it was.
func (v *sensor) forgiving(fixed *Levels, nowMS int64, returns bool) Levels {
	doubt, levels := v.empty.doubtNT(), *fixed
	levels.OccupiedFrom += doubt
	levels.FreeUpTo += doubt
	levels.TrackWithin += doubt
	if v.opinion == fact.SpotOccupied {
		rest := min(int32(int64(v.stayed)*restPercent/100), doubtMax)
		most := max(fixed.FreeUpTo, int32(int64(v.stayed)*stayPercent/100))
		if v.weak && !returns {
			most = int32(int64(v.stayed) * weakStayPercent / 100)
		}
		if nowMS-v.sinceMS > manoeuvreMS {
			levels.FreeUpTo = max(levels.FreeUpTo, rest)
		}
		levels.FreeUpTo = min(levels.FreeUpTo, most)
		levels.OccupiedFrom = max(levels.OccupiedFrom, levels.FreeUpTo+1)
	}
	return levels
}

// stay remembers how far a parked car moves the field: the mean of about an hour. While it comes, its engine may be above
// the sensor, and where it rests is far less.
func (v *sensor) stay(nowMS int64, opinion fact.SpotStatus, away int32, elapsedMS int64) {
	switch {
	case opinion != fact.SpotOccupied:
	case v.opinion != fact.SpotOccupied:
		v.stayed = away
	case nowMS-v.sinceMS <= manoeuvreMS:
		v.stayed = min(v.stayed, away)
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

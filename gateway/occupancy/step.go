package occupancy

import "gatehouse/sync/fact"

// steps is how far the field of the empty spot moves from one look to the next: the covariance of its steps over some
// hours, in nT². At rest that is the noise of the sensor; where the sun shines, a neighbour parks or a car is charged it is
// more, on the lines of those. A car that comes is a step that stands out, also where it moves the field less far than a
// neighbour does on another spot.
type steps struct {
	covariance [6]int32 // as of unrest
	lastMS     int64    // when there was …
	last       [3]int32 // … the last residual of the free spot that was looked at, in nT
	beatMS     int32    // how far apart the readings are
	gapMS      int32    // … and the last two were
	begun      bool     // last holds
}

const (
	// stillShift: the steps of a sensor in a lab are of 2^6 = 64 nT, and the square is 2^12.
	stillShift = 12
	// carStep is the least step that a car makes, in the measure of a spot at rest: 13 times the usual. vagueStep is one that
	// does not stand out: 9 times.
	carStep, vagueStep = 13 << (stillShift / 2), 9 << (stillShift / 2)
	// weakNT is how far the weakest car moves the field.
	weakNT = 1_400
	// stepsMS is how long steps are remembered: bays are restless by day.
	stepsMS = 6 * hourMS
	// stepMax bounds one step, so that a car that passes by is not remembered for longer.
	stepMax = 3_000
	// weakStayPercent of how far a weak car moves the field is what the spot must fall below to be free.
	weakStayPercent = 60
	// Readings are on the beat that are nearer to it than 1/128 of it.
	onBeatShift = 7
)

// unknownSteps are those of a spot that was just learned: four times what they are at rest.
func unknownSteps() steps {
	return steps{covariance: [6]int32{xx: 16 << stillShift, yy: 16 << stillShift, zz: 16 << stillShift}}
}

// since is how far a residual is from the last one that was looked at, and how long ago that was; false if there is none.
func (s *steps) since(nowMS int64, residual vector) (step vector, elapsedMS int64, begun bool) {
	return residual.minus(vectorOf(s.last)), nowMS - s.lastMS, s.begun
}

// look takes the residual of a free spot, unless the last one was just taken: a car may have come in between.
func (s *steps) look(nowMS int64, residual vector) bool {
	if s.begun && nowMS-s.lastMS < trackEveryMS {
		return false
	}
	s.lastMS = nowMS
	s.last, s.begun = [3]int32{int32(residual[0]), int32(residual[1]), int32(residual[2])}, true
	return true
}

// learn takes a step of the empty spot, and the time that it took.
func (s *steps) learn(step vector, elapsedMS int64) {
	fold(&s.covariance, step.within(stepMax), elapsedMS, stepsMS)
}

// measure is the length of a step in the measure of a spot at rest.
func (s *steps) measure(step vector) int32 {
	return lengthIn(&s.covariance, stillShift, step.within(axisMax))
}

// offBeat takes the time since the last reading, and reports whether the sensor spoke of itself: one that reports every ten
// minutes, and did before they were over, has felt something.
func (s *steps) offBeat(elapsedMS int64) bool {
	gapMS := int32(min(elapsedMS, dayMS))
	if absolute(gapMS-s.gapMS) <= gapMS>>onBeatShift {
		s.beatMS = gapMS
	}
	s.gapMS = gapMS
	if s.beatMS < aloneMS {
		return false
	}
	rest := gapMS % s.beatMS
	return min(rest, s.beatMS-rest) > s.beatMS>>onBeatShift
}

// arrives judges what came to a free spot by the step that it made, where the level said so far: a step that stands out is
// a car, though a weak one, if the sensor spoke of itself. A field not far above the level that came without, to a sensor
// that speaks seldom, may be the sun, and is a car when the next reading says so too.
func (v *sensor) arrives(s *sight, byLevel fact.SpotStatus) fact.SpotStatus {
	measure := v.steps.measure(s.step)
	vague := byLevel == fact.SpotOccupied && s.away < 2*s.levels.OccupiedFrom && measure < vagueStep && s.elapsedMS >= aloneMS
	if vague && !v.crept {
		v.crept = true
		return fact.SpotAvailable
	}
	v.crept = false
	if byLevel == fact.SpotAvailable && s.spoke && measure >= carStep && s.residual.length() >= weakNT &&
		!v.neighbour.explains(s.residual) {
		v.weak = true
		return fact.SpotOccupied
	}
	return byLevel
}

package occupancy

import (
	"math"

	"gatehouse/sync/fact"
)

// Confidences, per mille. Between is that of a value between the two levels, doubtful that of a value just
// past a level and the most that an unproven or drifted sensor gets, suspect that of a car behind no echo.
const (
	sureConfidence     = 990
	doubtfulConfidence = 700
	betweenConfidence  = 600
	suspectConfidence  = 500
	noisePenaltyMax    = 300
)

// sensor is what a spot remembers of one of its sensors.
type sensor struct {
	heardMS   int64 // last sign of life
	valueMS   int64 // last value that made sense
	sinceMS   int64 // since when the opinion is what it is
	flatMS    int64 // since when the value is exactly the same
	noisyMS   int64 // when the last change of opinion will be forgotten; changes queue up
	suspectMS int64 // since when nothing but interference or no echo came
	trackedMS int64 // when the baseline last moved

	base [3]int32 // the baseline, in 1/256 of a unit
	home [3]int32 // where it was learned
	last [3]int32 // the last value

	// Of a magnetometer:
	fieldMS   int64 // last field
	movingMS  int64 // when a car was last seen to move
	empty     emptyField
	unrest    unrest
	steps     steps
	others    restingPlaces
	neighbour neighbour
	stayed    int32 // how far a parked car moves the field, in nT

	away, from int32 // how far the last value was from the baseline, and from where on that is a car

	confidence uint16
	opinion    fact.SpotStatus // unknown: none
	kind       Kind            // of the last value
	baseKind   Kind            // of the baseline; Alive: of the next value
	stage      stage
	cause      Cause
	learned    uint8 // readings in a row that made the baseline
	risen      uint8 // readings in a row from one place beyond the floor …
	risenMM    int32 // … the first of which was there
	alike      uint8 // values in a row with this opinion, up to seldomAlike
	fault      fact.Reason
	spoken     bool // a value came
	suspect    bool // the last reading was interference or no echo
	withdrawn  bool // for so long that an opinion "free" was taken back
	proven     bool // the baseline was seen to be right
	weak       bool // the car on the spot was seen by its step alone
	crept      bool // the last field was a car's, without a step that stands out
}

// stage is what a sensor knows of the empty spot.
type stage uint8

const (
	blank    stage = iota // nothing
	anchored              // what a parked car looks like: it was there when the gateway started
	learning              // some readings
	known                 // the baseline
)

// read takes one reading. status is what the spot was taken for before.
func (v *sensor) read(cfg *Config, nowMS int64, r *Reading, status fact.SpotStatus) {
	v.heardMS = nowMS
	switch r.Kind {
	case Alive:
	case Distance, Field:
		v.measure(cfg, nowMS, r, status)
	case Occupied:
		v.accept(cfg, nowMS, r, plain(r.Occupied), cfg.BinaryConfidence)
		v.cause = CauseSensorSays
	default:
		v.doubt(nowMS)
	}
}

func plain(occupied bool) fact.SpotStatus {
	if occupied {
		return fact.SpotOccupied
	}
	return fact.SpotAvailable
}

// doubt notes a reading that says nothing about the spot.
func (v *sensor) doubt(nowMS int64) {
	if !v.suspect {
		v.suspect, v.suspectMS = true, nowMS
	}
}

// accept takes over what a value says.
func (v *sensor) accept(cfg *Config, nowMS int64, r *Reading, opinion fact.SpotStatus, confidence uint16) {
	value := r.value()
	if !v.spoken || r.Kind != v.kind || value != v.last {
		v.flatMS = nowMS
	}
	if opinion != v.opinion {
		if opinion != fact.SpotUnknown && v.opinion != fact.SpotUnknown {
			v.flip(cfg, nowMS)
		}
		v.opinion, v.sinceMS, v.alike = opinion, nowMS, 0
	}
	v.alike = min(v.alike+1, seldomAlike)
	v.confidence = confidence - min(confidence, v.noisePenalty(cfg, nowMS))
	v.last, v.kind, v.valueMS, v.spoken, v.suspect, v.withdrawn = value, r.Kind, nowMS, true, false, false
}

// flip counts one change of opinion: a leaky bucket of NoiseFlips in NoiseWindowMS, which can't overflow, so
// that the noisiest sensor is forgiven after one quiet window.
func (v *sensor) flip(cfg *Config, nowMS int64) {
	step := cfg.NoiseWindowMS / cfg.NoiseFlips
	v.noisyMS = min(max(v.noisyMS, nowMS)+step, nowMS+cfg.NoiseWindowMS+step)
}

// noisePenalty is how much less a sensor is believed that is on its way to being noisy: nothing up to half the
// bucket, as with a car that manoeuvres.
func (v *sensor) noisePenalty(cfg *Config, nowMS int64) uint16 {
	half := cfg.NoiseWindowMS / 2
	recent := min(max(v.noisyMS-nowMS-half, 0), half)
	return uint16(noisePenaltyMax * recent / half)
}

// trusted reports whether the sensor may say anything about the spot. A drifting one may, with less confidence.
func (v *sensor) trusted() bool {
	return v.fault == fact.ReasonNone || v.fault == fact.ReasonSensorDrift
}

// withdraw takes back the opinion of a sensor that has been suspect for long: a free spot is no longer known to
// be free, a car is probably still there.
func (v *sensor) withdraw(cfg *Config, nowMS int64) {
	if nowMS < v.withdrawAtMS(cfg) {
		return
	}
	v.withdrawn = true
	if v.opinion == fact.SpotOccupied {
		v.confidence = min(v.confidence, suspectConfidence)
	} else {
		v.forget(nowMS)
	}
}

// forget drops the opinion; the next value makes a new one.
func (v *sensor) forget(nowMS int64) { v.opinion, v.sinceMS, v.alike = fact.SpotUnknown, nowMS, 0 }

// condition is what is wrong with the sensor now; the worst first.
func (v *sensor) condition(cfg *Config, periodMS, nowMS int64) fact.Reason {
	switch {
	case nowMS >= v.silentAtMS(cfg, periodMS):
		return fact.ReasonSensorSilent
	case nowMS >= v.suspectFaultAtMS(cfg), nowMS < v.quietAtMS(cfg):
		return fact.ReasonSensorNoise
	case nowMS >= v.stuckAtMS(cfg):
		return fact.ReasonSensorStuck
	case v.drifted(cfg):
		return fact.ReasonSensorDrift
	}
	return fact.ReasonNone
}

// wakeMS is when time alone will change something about the sensor.
func (v *sensor) wakeMS(cfg *Config, periodMS, nowMS int64) int64 {
	wake := Never
	for _, at := range [...]int64{
		v.silentAtMS(cfg, periodMS), v.withdrawAtMS(cfg), v.suspectFaultAtMS(cfg), v.quietAtMS(cfg), v.stuckAtMS(cfg),
	} {
		if at > nowMS {
			wake = min(wake, at)
		}
	}
	return wake
}

// Never is the time that does not come.
const Never int64 = math.MaxInt64

func (v *sensor) silentAtMS(cfg *Config, periodMS int64) int64 {
	if periodMS == 0 {
		return Never
	}
	return v.heardMS + periodMS*cfg.SilentPercent/100
}

func (v *sensor) withdrawAtMS(cfg *Config) int64 {
	if !v.suspect || v.withdrawn {
		return Never
	}
	return v.suspectMS + cfg.SuspectAfterMS
}

func (v *sensor) suspectFaultAtMS(cfg *Config) int64 {
	switch {
	case !v.suspect:
		return Never
	case v.opinion == fact.SpotOccupied:
		return v.suspectMS + cfg.StuckOccupiedMS
	}
	return v.suspectMS + cfg.SuspectFaultAfterMS
}

// quietAtMS is until when the sensor is noisy: it gets noisy with a full window of changes and stays so until
// a quarter is left.
func (v *sensor) quietAtMS(cfg *Config) int64 {
	if v.fault == fact.ReasonSensorNoise {
		return v.noisyMS - cfg.NoiseWindowMS/4
	}
	return v.noisyMS - cfg.NoiseWindowMS
}

// stuckAtMS is when the sensor's value will have been the same for too long. A distance or a field must be told again and
// again to be: one that came long ago may be that of a sensor that speaks only of changes.
func (v *sensor) stuckAtMS(cfg *Config) int64 {
	occupied, atMS := v.opinion == fact.SpotOccupied, v.flatMS+cfg.StuckFlatMS
	switch {
	case !v.spoken, v.kind == Occupied && !occupied:
		return Never
	case v.kind == Occupied:
		return v.flatMS + cfg.StuckBinaryMS
	case occupied:
		atMS = v.flatMS + cfg.StuckOccupiedMS
	}
	if v.valueMS < atMS {
		return Never
	}
	return atMS
}

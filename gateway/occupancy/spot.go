package occupancy

import "gatehouse/sync/fact"

// Spot is the state of one spot and what its sensors have taught about it. It is a plain value without
// pointers, of at most 900 bytes, so that 10,000 of them lie in one slice. The zero Spot is unknown.
type Spot struct {
	sensors     [SensorsMax]sensor
	wakeMS      int64
	candidateMS int64 // since when the candidate is believed
	changedMS   int64 // when the state last changed
	confidence  uint16
	status      fact.SpotStatus
	candidate   fact.SpotStatus
	started     bool
}

// Restore is a spot that was in this state before the gateway restarted. What is not available or occupied is
// unknown. The sensors have one silent period to say something; SetBaseline gives them what they had learned.
func Restore(status fact.SpotStatus, confidence uint16) Spot {
	if status != fact.SpotAvailable && status != fact.SpotOccupied {
		return Spot{}
	}
	return Spot{status: status, candidate: status, confidence: confidence}
}

// Status is available, occupied or unknown.
func (s *Spot) Status() fact.SpotStatus { return s.status }

// Confidence of the status, per mille, as of the last call.
func (s *Spot) Confidence() uint16 { return s.confidence }

// SensorFault is what is wrong with the spot's i-th sensor; ReasonNone if it is well.
func (s *Spot) SensorFault(i uint8) fact.Reason { return s.sensors[i].fault }

// Away is how far the i-th sensor's last value was from the empty spot's, in its unit, and from where on that is a
// car; both 0 if it has no baseline.
func (s *Spot) Away(i uint8) (away, occupiedFrom int32) { return s.sensors[i].away, s.sensors[i].from }

// WakeMS is when Tick must be called at the latest: a time already past if there is something to say at once,
// Never if nothing happens without a reading.
func (s *Spot) WakeMS() int64 { return s.wakeMS }

// Read takes one reading and reports whether there is a change. A reading of a sensor that the config does not
// have is ignored.
func (s *Spot) Read(cfg *Config, nowMS int64, r Reading) (Change, bool) {
	s.start(nowMS)
	if int(r.Sensor) < sensorCount(cfg) {
		s.sensors[r.Sensor].read(cfg, nowMS, &r, s.status)
	}
	return s.settle(cfg, nowMS)
}

// Tick lets time pass and reports whether that is a change. One call reports one; call again while WakeMS is
// not in the future.
func (s *Spot) Tick(cfg *Config, nowMS int64) (Change, bool) {
	s.start(nowMS)
	return s.settle(cfg, nowMS)
}

// start lets all silences begin with the first call.
func (s *Spot) start(nowMS int64) {
	if s.started {
		return
	}
	s.started, s.changedMS = true, nowMS
	for i := range s.sensors {
		s.sensors[i].heardMS = nowMS
	}
}

// settle draws the conclusions of whatever happened.
func (s *Spot) settle(cfg *Config, nowMS int64) (Change, bool) {
	sensorChange := s.inspect(cfg, nowMS)
	b := s.believe(cfg, nowMS)
	change := s.decide(cfg, nowMS, &b)
	change.Sensor = sensorChange
	s.wakeMS = s.nextMS(cfg, nowMS, &b)
	return change, change.Moved() || sensorChange.Kind != SensorSame
}

// inspect looks for a sensor whose condition changed, and takes note of the first.
func (s *Spot) inspect(cfg *Config, nowMS int64) SensorChange {
	for i := range sensorCount(cfg) {
		s.sensors[i].withdraw(cfg, nowMS)
	}
	for i := range sensorCount(cfg) {
		v := &s.sensors[i]
		before, found := v.fault, v.condition(cfg, cfg.PeriodMS[i], nowMS)
		if found == before {
			continue
		}
		v.fault = found
		if found == fact.ReasonSensorSilent {
			v.forget(nowMS)
		}
		if found == fact.ReasonNone {
			return SensorChange{Kind: SensorRecovered, Sensor: uint8(i), Reason: before}
		}
		return SensorChange{Kind: SensorFaulted, Sensor: uint8(i), Reason: found}
	}
	return SensorChange{}
}

// decide is the trailing debounce: a belief that differs from the state becomes the state when it has held.
// From unknown there is no edge to wait for, unless the belief is in doubt, or makes a car of an echo or two.
func (s *Spot) decide(cfg *Config, nowMS int64, b *belief) Change {
	same := Change{Before: s.status, After: s.status, Confidence: s.confidence}
	if b.status == s.status {
		s.candidate, s.confidence = s.status, b.confidence
		same.Confidence = b.confidence
		return same
	}
	if b.status != s.candidate {
		s.candidate, s.candidateMS = b.status, nowMS
	}
	mayBeEcho := b.tentative && b.status == fact.SpotOccupied
	if s.status == fact.SpotUnknown && b.confidence >= cfg.ConfirmBelow && !mayBeEcho {
		b.holdMS = 0
	}
	if nowMS < s.dueMS(b) {
		return same
	}
	change := Change{
		Before: s.status, After: b.status, Confidence: b.confidence, Reason: b.reason,
		SinceMS: nowMS - max(b.sinceMS, s.changedMS),
	}
	if b.voice != nil {
		change.Cause, change.Raw = b.voice.cause, s.raw(b.voice)
	}
	s.status, s.confidence, s.changedMS = b.status, b.confidence, nowMS
	return change
}

// dueMS is when a belief has held for long enough: since it is one, and since what it is about rests.
func (s *Spot) dueMS(b *belief) int64 {
	return max(s.candidateMS, min(b.movingMS, s.candidateMS+movingMaxMS)) + b.holdMS
}

// raw is the last value of a sensor as a reading.
func (s *Spot) raw(v *sensor) Reading {
	raw := Reading{Kind: v.kind}
	if v == &s.sensors[1] {
		raw.Sensor = 1
	}
	switch v.kind {
	case Distance:
		raw.DistanceMM = v.last[0]
	case Field:
		raw.FieldNT = v.last
	case Occupied:
		raw.Occupied = v.last[0] != 0
	}
	return raw
}

// nextMS is when something will happen by itself.
func (s *Spot) nextMS(cfg *Config, nowMS int64, b *belief) int64 {
	wake := Never
	if b.status != s.status {
		wake = s.dueMS(b)
	}
	for i := range sensorCount(cfg) {
		v, periodMS := &s.sensors[i], cfg.PeriodMS[i]
		if v.condition(cfg, periodMS, nowMS) != v.fault {
			return nowMS
		}
		wake = min(wake, v.wakeMS(cfg, periodMS, nowMS))
	}
	return wake
}

func sensorCount(cfg *Config) int { return min(int(cfg.Sensors), SensorsMax) }

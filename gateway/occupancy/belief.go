package occupancy

import "gatehouse/sync/fact"

// belief is what the sensors together make of the spot, and how long that must hold to become its state.
type belief struct {
	status     fact.SpotStatus
	confidence uint16
	reason     fact.Reason
	voice      *sensor // whose opinion it is; nil: nobody's
	holdMS     int64
	sinceMS    int64 // since when somebody said so
	movingMS   int64 // until when the voice saw a car drive
	tentative  bool  // said too seldom so far
}

// believe weighs the votes of the sensors.
func (s *Spot) believe(cfg *Config, nowMS int64) belief {
	first, second := s.voter(cfg, 0), s.voter(cfg, 1)
	switch {
	case first == nil && second == nil:
		return s.withoutVote(cfg, nowMS)
	case second == nil:
		return alone(cfg, first)
	case first == nil:
		return alone(cfg, second)
	case first.opinion == second.opinion:
		return agreed(cfg, first, second)
	}
	return disputed(cfg, first, second, nowMS)
}

// voter is the sensor if it has an opinion that may be believed, else nil.
func (s *Spot) voter(cfg *Config, i int) *sensor {
	if i >= sensorCount(cfg) || !s.sensors[i].trusted() || s.sensors[i].opinion == fact.SpotUnknown {
		return nil
	}
	return &s.sensors[i]
}

// weight is the confidence that a voter's opinion has.
func (v *sensor) weight() uint16 {
	if v.fault == fact.ReasonSensorDrift {
		return min(v.confidence, doubtfulConfidence)
	}
	return v.confidence
}

// withoutVote is unknown if something is wrong with a sensor. If all is well and nothing was said yet, the
// state is what it was.
func (s *Spot) withoutVote(cfg *Config, nowMS int64) belief {
	for i := range sensorCount(cfg) {
		v := &s.sensors[i]
		switch {
		case v.fault == fact.ReasonSensorSilent:
			return belief{reason: v.fault, sinceMS: v.heardMS}
		case !v.trusted():
			return belief{reason: v.fault, sinceMS: nowMS}
		case v.withdrawn:
			return belief{reason: fact.ReasonSensorNoise, sinceMS: v.suspectMS}
		}
	}
	return belief{status: s.status, confidence: s.confidence}
}

// aloneMS is the period above which a single field is believed: a magnetometer that speaks so seldom has seen to it
// itself that the field is at rest.
const aloneMS = 60_000

// seldomAlike is how many values in a row must say the same where they come seldom. A car that comes or goes makes a
// sensor speak at once and again; an echo by a detour stands alone, and sometimes two do.
const seldomAlike = 3

// alone is the opinion of one sensor. With low confidence and nobody to ask, it has to hold for longer; and where
// values come seldom, a few are not an opinion yet: an echo by a detour would be a car for a whole period. If no more
// come, that is one that speaks only of changes, or is losing what it says: believed after the time that they take.
func alone(cfg *Config, v *sensor) belief {
	b := belief{status: v.opinion, confidence: v.weight(), holdMS: cfg.DebounceMS, sinceMS: v.sinceMS, movingMS: v.movingMS, voice: v}
	if b.confidence < cfg.ConfirmBelow {
		b.holdMS = cfg.DoubtDebounceMS
	}
	enough := v.enough(cfg)
	if b.tentative = v.alike < enough; b.tentative {
		b.holdMS = max(b.holdMS, int64(enough)*cfg.PeriodMS[0]+cfg.DebounceMS)
	}
	return b
}

// enough is how many values in a row are an opinion: one, if others come before it counts; more, if a value is as old as a
// period of more than a debounce, or a few, before the next.
func (v *sensor) enough(cfg *Config) uint8 {
	switch periodMS := cfg.PeriodMS[0]; {
	case periodMS > 3*cfg.DebounceMS && (v.kind == Distance || periodMS <= aloneMS):
		return seldomAlike
	case periodMS > cfg.DebounceMS && v.kind == Distance:
		return seldomAlike - 1
	}
	return 1
}

// agreed is what two sensors say: wrong only if both are.
func agreed(cfg *Config, first, second *sensor) belief {
	stronger, weaker := first, second
	if stronger.weight() < weaker.weight() {
		stronger, weaker = weaker, stronger
	}
	b := alone(cfg, stronger)
	b.sinceMS = min(first.sinceMS, second.sinceMS)
	b.confidence = uint16(1000 - (1000-uint32(first.weight()))*(1000-uint32(second.weight()))/1000)
	if stronger.weight() >= cfg.ConfirmBelow {
		return b
	}
	b.reason = fact.ReasonConfirmed
	if b.confidence >= cfg.ConfirmBelow {
		b.holdMS = cfg.DebounceMS
	}
	return b
}

// disputed is what two sensors that contradict each other leave. One of good confidence wins over one that has
// not spoken since, and over one of low confidence that is less believed for it. All else is a contradiction:
// the state stays for a while and is then unknown.
func disputed(cfg *Config, first, second *sensor, nowMS int64) belief {
	newer, older := first, second
	if newer.sinceMS < older.sinceMS {
		newer, older = older, newer
	}
	sure := func(v *sensor) bool { return v.weight() >= cfg.ConfirmBelow }
	switch {
	case sure(newer) && older.valueMS < newer.sinceMS:
		return alone(cfg, newer)
	case sure(newer) && !sure(older):
		return against(cfg, newer, older)
	case sure(older) && !sure(newer) && older.valueMS >= newer.sinceMS:
		return against(cfg, older, newer)
	}
	return belief{reason: fact.ReasonDisagreement, holdMS: cfg.DisagreeAfterMS, sinceMS: nowMS}
}

func against(cfg *Config, sure, unsure *sensor) belief {
	b := alone(cfg, sure)
	b.confidence = uint16(uint32(b.confidence) * (1000 - uint32(unsure.weight())/2) / 1000)
	b.reason = fact.ReasonDisagreement
	return b
}

package occupancy

// Baseline is what a sensor has learned of the empty spot: worth keeping over a restart, after which the spot
// may be occupied. Values are in 1/256 of the unit of the kind.
type Baseline struct {
	Kind    Kind     `cbor:"1,keyasint,omitempty"`
	Value   [3]int32 `cbor:"2,keyasint,omitempty"`
	Learned [3]int32 `cbor:"3,keyasint,omitempty"` // before it followed the weather
	Proven  bool     `cbor:"4,keyasint,omitempty"` // a car came and went
	// Of a field: how it follows the temperature (see emptyField), and how well that is known.
	Slopes  [terms - 1][3]int32 `cbor:"6,keyasint,omitempty"`
	Doubt   [pairs]int32        `cbor:"7,keyasint,omitempty"`
	Origin  int32               `cbor:"8,keyasint,omitempty"`
	Lagging int32               `cbor:"9,keyasint,omitempty"`
	Thermal bool                `cbor:"10,keyasint,omitempty"`
	Unrest  [6]int32            `cbor:"11,keyasint,omitempty"` // how it moves about
}

// Baseline is what the sensor has learned; false if it has not.
func (s *Spot) Baseline(i uint8) (Baseline, bool) {
	v := &s.sensors[i]
	e := &v.empty
	return Baseline{
		Kind: v.baseKind, Value: v.base, Learned: v.home, Proven: v.proven,
		Slopes: e.slopes, Doubt: e.doubt, Origin: e.origin, Lagging: e.lagging, Thermal: e.hasWarmth,
		Unrest: v.unrest.covariance,
	}, v.stage == known
}

// SetBaseline gives a sensor what it had learned before a restart, or what somebody measured: without Doubt, a field
// counts as just learned.
func (s *Spot) SetBaseline(i uint8, b Baseline) {
	v := &s.sensors[i]
	v.stage, v.baseKind, v.base, v.home, v.proven = known, b.Kind, b.Value, b.Learned, b.Proven
	v.empty = emptyField{slopes: b.Slopes, doubt: b.Doubt, origin: b.Origin, lagging: b.Lagging, warmth: b.Lagging >> warmShift, hasWarmth: b.Thermal}
	if b.Doubt == [pairs]int32{} {
		v.empty.trust()
	}
	v.unrest = unrest{covariance: b.Unrest}
	if b.Unrest == [6]int32{} {
		v.unrest = calm()
	}
	v.steps = unknownSteps()
}

// Fits reports whether a stored baseline is one of the spot as it is configured now: of a kind that has one, within what
// sensors can say, and with the floor where the installer measured it.
func (b *Baseline) Fits(cfg *Config) bool {
	if cfg.levels(b.Kind) == nil {
		return false
	}
	const most = valueMax << baseShift
	for axis := range b.Value {
		if max(b.Value[axis], b.Learned[axis]) > most || min(b.Value[axis], b.Learned[axis]) < -most {
			return false
		}
	}
	return b.Kind != Distance || cfg.EmptyMM == 0 || b.Learned[0] == cfg.EmptyMM<<baseShift
}

// Calibrate takes the next readings of all sensors for those of the empty spot: a person says that it is empty.
func (s *Spot) Calibrate() {
	for i := range s.sensors {
		v := &s.sensors[i]
		v.stage, v.baseKind, v.learned, v.proven = learning, Alive, 0, true
	}
}

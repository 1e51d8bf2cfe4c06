package occupancy

// Baseline is what a sensor has learned of the empty spot: worth keeping over a restart, after which the spot
// may be occupied. Values are in 1/256 of the unit of the kind.
type Baseline struct {
	Kind    Kind     `cbor:"1,keyasint,omitempty"`
	Value   [3]int32 `cbor:"2,keyasint,omitempty"`
	Learned [3]int32 `cbor:"3,keyasint,omitempty"` // before it followed the weather
	Proven  bool     `cbor:"4,keyasint,omitempty"` // a car came and went
	Drift   [3]int32 `cbor:"5,keyasint,omitempty"` // on which line it follows the weather
}

// Baseline is what the sensor has learned; false if it has not.
func (s *Spot) Baseline(i uint8) (Baseline, bool) {
	v := &s.sensors[i]
	return Baseline{Kind: v.baseKind, Value: v.base, Learned: v.home, Proven: v.proven, Drift: v.drift}, v.stage == known
}

// SetBaseline gives a sensor what it had learned before a restart.
func (s *Spot) SetBaseline(i uint8, b Baseline) {
	v := &s.sensors[i]
	v.stage, v.baseKind, v.base, v.home, v.proven, v.drift = known, b.Kind, b.Value, b.Learned, b.Proven, b.Drift
}

// Calibrate takes the next readings of all sensors for those of the empty spot: a person says that it is empty.
func (s *Spot) Calibrate() {
	for i := range s.sensors {
		v := &s.sensors[i]
		v.stage, v.baseKind, v.learned, v.proven = learning, Alive, 0, true
	}
}

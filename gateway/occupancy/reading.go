package occupancy

// SensorsMax is the largest number of sensors on one spot: one that decides and one that confirms.
const SensorsMax = 2

// Reading is one value of one sensor.
type Reading struct {
	Sensor     uint8 // index among the spot's sensors
	Kind       Kind
	DistanceMM int32    // of a Distance
	FieldNT    [3]int32 // of a Field: x, y, z in nanotesla
	Occupied   bool     // of an Occupied
	// TemperatureCentiC is what the sensor's thermometer says, in hundredths of a degree, if it has one. It moves the
	// field of an empty spot as far as a car does.
	TemperatureCentiC int16
	HasTemperature    bool
}

// Kind says which value a Reading carries. The numbers are those of drivers.SampleKind.
type Kind uint8

// The kinds of reading. Alive is a heartbeat without a value. Interference and NoObject are what ultrasonic
// sensors say instead of a distance: suspect, and no sign of a free spot (a sloped windscreen gives no echo).
const (
	Alive Kind = iota
	Distance
	Field
	Occupied
	Interference
	NoObject
)

// value is the reading as a vector: (distance, 0, 0), the field, or (0 or 1, 0, 0).
func (r *Reading) value() [3]int32 {
	switch {
	case r.Kind == Field:
		return [3]int32{Saturate(r.FieldNT[0]), Saturate(r.FieldNT[1]), Saturate(r.FieldNT[2])}
	case r.Kind == Distance:
		return [3]int32{Saturate(r.DistanceMM)}
	case r.Occupied:
		return [3]int32{1}
	}
	return [3]int32{}
}

// valueMax bounds what a sensor can say: 4 kilometres, 4 millitesla. No spot sensor measures that far, and
// baselines in 1/256 of a unit still fit 32 bits.
const valueMax = 4_000_000

// Saturate is a value as the detector takes it.
func Saturate(value int32) int32 { return min(max(value, -valueMax), valueMax) }

// kindNames are the kinds as they are written in recordings; they are stable.
func kindNames() [NoObject + 1]string {
	return [...]string{Alive: "alive", Distance: "distance", Field: "field", Occupied: "occupied", Interference: "interference", NoObject: "no_object"}
}

func (k Kind) String() string {
	if k > NoObject {
		return "none"
	}
	return kindNames()[k]
}

// KindNamed is the kind that is written so.
func KindNamed(name string) (Kind, bool) {
	for kind, known := range kindNames() {
		if known == name {
			return Kind(kind), true
		}
	}
	return Alive, false
}

// KindNames are all that KindNamed knows.
func KindNames() []string {
	names := kindNames()
	return names[:]
}

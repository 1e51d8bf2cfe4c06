package fact

// SpotChanged records what sensors make of a spot (APDS: Observation). Before and After are available,
// occupied or unknown; held and reserved follow from tickets and reservations.
type SpotChanged struct {
	Spot       SpotID     `cbor:"1,keyasint,omitempty"`
	Before     SpotStatus `cbor:"2,keyasint,omitempty"`
	After      SpotStatus `cbor:"3,keyasint,omitempty"`
	Confidence uint16     `cbor:"4,keyasint,omitempty"` // per mille
	Reason     Reason     `cbor:"5,keyasint,omitempty"`
	SinceMS    int64      `cbor:"6,keyasint,omitempty"` // how long before the stamp the change began
	Vehicle    string     `cbor:"7,keyasint,omitempty"` // who is there, if somebody said so by the API
	Actor      string     `cbor:"8,keyasint,omitempty"`
}

// TicketParked ties a ticket to the spot where its car was seen. If Held is another spot, that one is free
// again. Guess is true if more than one car was on its way.
type TicketParked struct {
	Ticket TicketID `cbor:"1,keyasint,omitempty"`
	Spot   SpotID   `cbor:"2,keyasint,omitempty"`
	Held   SpotID   `cbor:"3,keyasint,omitempty"`
	Guess  bool     `cbor:"4,keyasint,omitempty"`
}

// SpotServiced takes a spot out of service or puts it back.
type SpotServiced struct {
	Spot  SpotID `cbor:"1,keyasint,omitempty"`
	Out   bool   `cbor:"2,keyasint,omitempty"`
	Actor string `cbor:"3,keyasint,omitempty"`
	Note  string `cbor:"4,keyasint,omitempty"`
}

// SensorFaulted records that a spot's sensor can't be believed.
type SensorFaulted struct {
	Spot   SpotID `cbor:"1,keyasint,omitempty"`
	Sensor uint8  `cbor:"2,keyasint,omitempty"` // index among the spot's sensors
	Reason Reason `cbor:"3,keyasint,omitempty"`
}

// SensorRecovered records that it can again.
type SensorRecovered struct {
	Spot   SpotID `cbor:"1,keyasint,omitempty"`
	Sensor uint8  `cbor:"2,keyasint,omitempty"`
	Reason Reason `cbor:"3,keyasint,omitempty"`
}

// CountCorrected sets the loop count of vehicles inside by a person's word.
type CountCorrected struct {
	Before int64  `cbor:"1,keyasint,omitempty"`
	After  int64  `cbor:"2,keyasint,omitempty"`
	Actor  string `cbor:"3,keyasint,omitempty"`
	Note   string `cbor:"4,keyasint,omitempty"`
}

// Violation is a kind of misuse (FR-10).
type Violation uint8

// The violations.
const (
	ViolationNone Violation = iota
	ViolationOverstay
	ViolationWrongSpotType
	ViolationNoRight
	ViolationReservedSpot
	ViolationNotCharging
)

var violationText = []string{"none", "overstay", "wrong_spot_type", "no_right", "reserved_spot", "not_charging"}

// String is the code of the violation.
func (v Violation) String() string { return textOf(violationText, uint8(v)) }

// MarshalText makes JSON carry the code.
func (v Violation) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText reads the code.
func (v *Violation) UnmarshalText(text []byte) error {
	value, err := valueOf("violation", violationText, text)
	*v = Violation(value)
	return err
}

// ViolationFound records that a violation began.
type ViolationFound struct {
	Violation Violation `cbor:"1,keyasint,omitempty"`
	Spot      SpotID    `cbor:"2,keyasint,omitempty"`
	Ticket    TicketID  `cbor:"3,keyasint,omitempty"`
}

// ViolationEnded records that it ended.
type ViolationEnded struct {
	Violation Violation `cbor:"1,keyasint,omitempty"`
	Spot      SpotID    `cbor:"2,keyasint,omitempty"`
	Ticket    TicketID  `cbor:"3,keyasint,omitempty"`
}

// Kind numbers the fact.
func (SpotChanged) Kind() Kind { return KindSpotChanged }

// Kind numbers the fact.
func (TicketParked) Kind() Kind { return KindTicketParked }

// Kind numbers the fact.
func (SpotServiced) Kind() Kind { return KindSpotServiced }

// Kind numbers the fact.
func (SensorFaulted) Kind() Kind { return KindSensorFaulted }

// Kind numbers the fact.
func (SensorRecovered) Kind() Kind { return KindSensorRecovered }

// Kind numbers the fact.
func (CountCorrected) Kind() Kind { return KindCountCorrected }

// Kind numbers the fact.
func (ViolationFound) Kind() Kind { return KindViolationFound }

// Kind numbers the fact.
func (ViolationEnded) Kind() Kind { return KindViolationEnded }

func (SpotChanged) fact()     {}
func (TicketParked) fact()    {}
func (SpotServiced) fact()    {}
func (SensorFaulted) fact()   {}
func (SensorRecovered) fact() {}
func (CountCorrected) fact()  {}
func (ViolationFound) fact()  {}
func (ViolationEnded) fact()  {}

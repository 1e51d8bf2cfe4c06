package fact

// ReservationMade records a confirmed reservation (APDS: AssignedRight). Times are Unix milliseconds.
type ReservationMade struct {
	Reservation  ReservationID `cbor:"1,keyasint,omitempty"`
	User         UserID        `cbor:"2,keyasint,omitempty"`
	SpotType     SpotType      `cbor:"3,keyasint,omitempty"`
	Plate        Plate         `cbor:"4,keyasint,omitempty"`
	StartMS      int64         `cbor:"5,keyasint,omitempty"`
	EndMS        int64         `cbor:"6,keyasint,omitempty"`
	PrepaidMinor int64         `cbor:"7,keyasint,omitempty"`
	Right        int64         `cbor:"8,keyasint,omitempty"` // of those that headquarters was lent, from 1; 0: the location sold it
	Edit         uint64        `cbor:"9,keyasint,omitempty"` // of headquarters' sale
}

// ReservationEdited replaces what a confirmed reservation asks for.
type ReservationEdited struct {
	Reservation ReservationID `cbor:"1,keyasint,omitempty"`
	SpotType    SpotType      `cbor:"2,keyasint,omitempty"`
	Plate       Plate         `cbor:"3,keyasint,omitempty"`
	StartMS     int64         `cbor:"4,keyasint,omitempty"`
	EndMS       int64         `cbor:"5,keyasint,omitempty"`
	Right       int64         `cbor:"6,keyasint,omitempty"` // as in ReservationMade
	Edit        uint64        `cbor:"7,keyasint,omitempty"`
	User        UserID        `cbor:"8,keyasint,omitempty"` // where only headquarters knew it; empty: as before
}

// ReservationStatus is the life of a reservation.
type ReservationStatus uint8

// The states of a reservation, by the source design's names.
const (
	ReservationConfirmed ReservationStatus = iota
	ReservationActive
	ReservationCompleted
	ReservationCancelled
	ReservationNoShow
)

var reservationStatusText = []string{"confirmed", "active", "completed", "cancelled", "no_show"}

// String is the code of the status.
func (s ReservationStatus) String() string { return textOf(reservationStatusText, uint8(s)) }

// MarshalText makes JSON carry the code.
func (s ReservationStatus) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the code.
func (s *ReservationStatus) UnmarshalText(text []byte) error {
	value, err := valueOf("reservation status", reservationStatusText, text)
	*s = ReservationStatus(value)
	return err
}

// ReservationEnded ends a reservation: cancelled by its owner, or a no-show. An arrival ends it by
// EntryGranted and VehiclePassed.
type ReservationEnded struct {
	Reservation ReservationID     `cbor:"1,keyasint,omitempty"`
	Status      ReservationStatus `cbor:"2,keyasint,omitempty"`
	Actor       string            `cbor:"3,keyasint,omitempty"`
}

// ReservationSpot binds a spot to a reservation that is about to start.
type ReservationSpot struct {
	Reservation ReservationID `cbor:"1,keyasint,omitempty"`
	Spot        SpotID        `cbor:"2,keyasint,omitempty"`
}

// RightsLent says how many spots of a type headquarters may sell in each quarter-hour from here on.
type RightsLent struct {
	SpotType SpotType `cbor:"1,keyasint,omitempty"`
	Count    int64    `cbor:"2,keyasint,omitempty"`
	Actor    string   `cbor:"3,keyasint,omitempty"`
}

// PassIssued grants a standing right to park (monthly, staff).
type PassIssued struct {
	Pass     PassID   `cbor:"1,keyasint,omitempty"`
	User     UserID   `cbor:"2,keyasint,omitempty"`
	Plate    Plate    `cbor:"3,keyasint,omitempty"`
	Card     string   `cbor:"4,keyasint,omitempty"`
	SpotType SpotType `cbor:"5,keyasint,omitempty"`
	FromMS   int64    `cbor:"6,keyasint,omitempty"`
	UntilMS  int64    `cbor:"7,keyasint,omitempty"`
	Actor    string   `cbor:"8,keyasint,omitempty"`
}

// PassRevoked ends a pass at once; it wins over any use.
type PassRevoked struct {
	Pass  PassID `cbor:"1,keyasint,omitempty"`
	Actor string `cbor:"2,keyasint,omitempty"`
}

// Kind numbers the fact.
func (ReservationMade) Kind() Kind { return KindReservationMade }

// Kind numbers the fact.
func (ReservationEdited) Kind() Kind { return KindReservationEdited }

// Kind numbers the fact.
func (ReservationEnded) Kind() Kind { return KindReservationEnded }

// Kind numbers the fact.
func (ReservationSpot) Kind() Kind { return KindReservationSpot }

// Kind numbers the fact.
func (RightsLent) Kind() Kind { return KindRightsLent }

// Kind numbers the fact.
func (PassIssued) Kind() Kind { return KindPassIssued }

// Kind numbers the fact.
func (PassRevoked) Kind() Kind { return KindPassRevoked }

func (ReservationMade) fact()   {}
func (ReservationEdited) fact() {}
func (ReservationEnded) fact()  {}
func (ReservationSpot) fact()   {}
func (RightsLent) fact()        {}
func (PassIssued) fact()        {}
func (PassRevoked) fact()       {}

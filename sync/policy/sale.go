package policy

import "gatehouse/sync/fact"

// Allotment is how many rights a location lends headquarters in each quarter-hour, by spot type. A location that answers
// Done has lent them: from then on it counts them as taken, until each quarter's own lease ends.
type Allotment struct {
	Types []Allotted `cbor:"1,keyasint"` // sorted by type, each once
}

// Allotted is the rights of one type.
type Allotted struct {
	SpotType fact.SpotType `cbor:"1,keyasint,omitempty"`
	Count    uint32        `cbor:"2,keyasint,omitempty"`
}

// The lease of a right to a quarter-hour, counted back from its start. Headquarters sells until LeaseExpiresMS before, and
// the location may give what it has heard no sale of to a walk-in from LeaseReclaimMS before. Between them lies more than
// two clocks can be apart (LeaseClockErrorMS).
const (
	LeaseExpiresMS    = 45 * 60_000
	LeaseReclaimMS    = 35 * 60_000
	LeaseClockErrorMS = 5 * 60_000
	QuarterMS         = 15 * 60_000
)

// SalesList is all that headquarters has sold a location's rights for and that is not over.
type SalesList struct {
	Sales []Sale `cbor:"1,keyasint"` // sorted by the dot of the first voucher
}

// Sale is one reservation that headquarters sold, with what its newest voucher says.
type Sale struct {
	Reservation  fact.ReservationID `cbor:"1,keyasint"`
	Dot          fact.Dot           `cbor:"2,keyasint"` // of the newest voucher
	User         fact.UserID        `cbor:"3,keyasint,omitempty"`
	Plate        fact.Plate         `cbor:"4,keyasint,omitempty"`
	SpotType     fact.SpotType      `cbor:"5,keyasint,omitempty"`
	StartMS      int64              `cbor:"6,keyasint"`
	EndMS        int64              `cbor:"7,keyasint"`
	Right        uint32             `cbor:"8,keyasint,omitempty"`
	PrepaidMinor int64              `cbor:"9,keyasint,omitempty"`
	Cancelled    bool               `cbor:"10,keyasint,omitempty"`
}

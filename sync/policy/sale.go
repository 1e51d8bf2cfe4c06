package policy

import "gatehouse/sync/fact"

// Allotment is how many rights a location lends headquarters in each quarter-hour, by spot type. A location that answers
// Done has lent them: from then on it counts them as taken, until each quarter's own lease ends.
type Allotment struct {
	Types []Allotted `cbor:"1,keyasint"` // sorted by type, each once
	// After is the serial of the list of sales that the location must have before: what was sold of rights that are taken
	// back here is in it.
	After uint64 `cbor:"2,keyasint,omitempty"`
}

// Allotted is the rights of one type.
type Allotted struct {
	SpotType fact.SpotType `cbor:"1,keyasint,omitempty"`
	Count    uint32        `cbor:"2,keyasint,omitempty"`
}

// The lease of a right to a quarter-hour, counted back from its start. Headquarters sells until LeaseExpiresMS before, and
// the location may use what was not sold itself from LeaseReclaimMS before, if it knows that from headquarters (SalesClosed
// of sync/wire). Between them lies more than two clocks can be apart (LeaseClockErrorMS). A location that hears nothing keeps
// what it lent for whoever comes with a voucher.
const (
	LeaseExpiresMS    = 45 * 60_000
	LeaseReclaimMS    = 35 * 60_000
	LeaseClockErrorMS = 5 * 60_000
	QuarterMS         = 15 * 60_000
)

// SalesList is all that headquarters has sold a location's rights for and that is not over.
type SalesList struct {
	Sales []Sale `cbor:"1,keyasint"` // sorted by the dot of the first voucher
	// Serial rises with every change of the sales.
	Serial uint64 `cbor:"2,keyasint,omitempty"`
}

// Sale is one reservation that headquarters sold, with what its newest voucher says.
type Sale struct {
	Reservation  fact.ReservationID `cbor:"1,keyasint"`
	Dot          fact.Dot           `cbor:"2,keyasint"` // that the reservation is named by
	User         fact.UserID        `cbor:"3,keyasint,omitempty"`
	Plate        fact.Plate         `cbor:"4,keyasint,omitempty"`
	SpotType     fact.SpotType      `cbor:"5,keyasint,omitempty"`
	StartMS      int64              `cbor:"6,keyasint"`
	EndMS        int64              `cbor:"7,keyasint"`
	Right        uint32             `cbor:"8,keyasint,omitempty"`
	PrepaidMinor int64              `cbor:"9,keyasint,omitempty"`
	Cancelled    bool               `cbor:"10,keyasint,omitempty"`
	Edit         uint16             `cbor:"11,keyasint,omitempty"` // how often it was changed
}

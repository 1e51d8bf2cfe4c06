package booking

import "gatehouse/sync/fact"

// Reservation is the right to a spot of a type for a time (APDS: AssignedRight). Times are UTC milliseconds.
type Reservation struct {
	ID           fact.ReservationID     `cbor:"1,keyasint,omitempty" json:"reservationId"`
	User         fact.UserID            `cbor:"2,keyasint,omitempty" json:"userId"`
	SpotType     fact.SpotType          `cbor:"3,keyasint,omitempty" json:"spotType"`
	Spot         fact.SpotID            `cbor:"4,keyasint,omitempty" json:"spotId"` // empty until it is chosen
	Plate        fact.Plate             `cbor:"5,keyasint,omitempty" json:"vehiclePlate"`
	StartMS      int64                  `cbor:"6,keyasint,omitempty" json:"startTime"`
	EndMS        int64                  `cbor:"7,keyasint,omitempty" json:"endTime"`
	Status       fact.ReservationStatus `cbor:"8,keyasint,omitempty" json:"status"`
	PrepaidMinor int64                  `cbor:"9,keyasint,omitempty" json:"prepaidAmount"`
	Ticket       fact.TicketID          `cbor:"10,keyasint,omitempty" json:"ticketId"` // of the vehicle that came
	// Right is that of the location's rights that headquarters used for it, from 1; 0: the location sold it itself.
	Right int64  `cbor:"11,keyasint,omitempty" json:"-"`
	Edit  uint64 `cbor:"12,keyasint,omitempty" json:"-"` // of headquarters' sale
}

// Live reports whether the reservation still holds: its vehicle is expected or inside.
func (r *Reservation) Live() bool {
	return r.Status == fact.ReservationConfirmed || r.Status == fact.ReservationActive
}

// Pass is a standing right to park (APDS: AssignedRight). UntilMS 0 means until it is revoked.
type Pass struct {
	ID       fact.PassID   `cbor:"1,keyasint,omitempty" json:"passId"`
	User     fact.UserID   `cbor:"2,keyasint,omitempty" json:"userId"`
	Plate    fact.Plate    `cbor:"3,keyasint,omitempty" json:"vehiclePlate"`
	Card     string        `cbor:"4,keyasint,omitempty" json:"card"`
	SpotType fact.SpotType `cbor:"5,keyasint,omitempty" json:"spotType"`
	FromMS   int64         `cbor:"6,keyasint,omitempty" json:"fromTime"`
	UntilMS  int64         `cbor:"7,keyasint,omitempty" json:"untilTime"`
	Revoked  bool          `cbor:"8,keyasint,omitempty" json:"revoked"`
}

// Valid reports whether the pass lets its vehicle in now.
func (p *Pass) Valid(nowMS int64) bool {
	return !p.Revoked && p.FromMS <= nowMS && (p.UntilMS == 0 || nowMS < p.UntilMS)
}

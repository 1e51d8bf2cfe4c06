package fact

// PaymentRequested is written before a terminal is asked, so that a lost reply can be asked for again by the
// payment's own id and never charged twice.
type PaymentRequested struct {
	Payment     PaymentID `cbor:"1,keyasint,omitempty"`
	Ticket      TicketID  `cbor:"2,keyasint,omitempty"`
	Gate        GateID    `cbor:"3,keyasint,omitempty"`
	AmountMinor int64     `cbor:"4,keyasint,omitempty"`
}

// PaymentReceived records money received (APDS: FinancialTransaction).
type PaymentReceived struct {
	Payment     PaymentID     `cbor:"1,keyasint,omitempty"`
	Ticket      TicketID      `cbor:"2,keyasint,omitempty"`
	AmountMinor int64         `cbor:"3,keyasint,omitempty"`
	Method      PaymentMethod `cbor:"4,keyasint,omitempty"`
	Reference   string        `cbor:"5,keyasint,omitempty"` // the terminal's receipt number
	Gate        GateID        `cbor:"6,keyasint,omitempty"`
	Reservation ReservationID `cbor:"7,keyasint,omitempty"`
}

// PaymentFailed ends a requested payment without money.
type PaymentFailed struct {
	Payment PaymentID `cbor:"1,keyasint,omitempty"`
	Ticket  TicketID  `cbor:"2,keyasint,omitempty"`
	Reason  Reason    `cbor:"3,keyasint,omitempty"`
}

// TicketSuspected marks a stay that may have been built from two visits or a wrong clock: its fee is bounded
// and a person looks at it.
type TicketSuspected struct {
	Ticket TicketID `cbor:"1,keyasint,omitempty"`
	Reason Reason   `cbor:"2,keyasint,omitempty"`
}

// TicketLost opens a ticket for a vehicle at an exit for which none is found; it costs the lost-ticket fee.
type TicketLost struct {
	Ticket   TicketID `cbor:"1,keyasint,omitempty"`
	Gate     GateID   `cbor:"2,keyasint,omitempty"`
	Plate    Plate    `cbor:"3,keyasint,omitempty"`
	FeeMinor int64    `cbor:"4,keyasint,omitempty"`
	Actor    string   `cbor:"5,keyasint,omitempty"`
}

// TicketCorrected closes or re-opens a ticket by a person's word, or closes one that the gateway saw leave without a grant.
type TicketCorrected struct {
	Ticket TicketID `cbor:"1,keyasint,omitempty"`
	Close  bool     `cbor:"2,keyasint,omitempty"`
	Actor  string   `cbor:"3,keyasint,omitempty"`
	Note   string   `cbor:"4,keyasint,omitempty"`
}

// FeeOwed records what a vehicle left owing, and why it was let out.
type FeeOwed struct {
	Ticket      TicketID `cbor:"1,keyasint,omitempty"`
	AmountMinor int64    `cbor:"2,keyasint,omitempty"`
	Reason      Reason   `cbor:"3,keyasint,omitempty"`
}

// Kind numbers the fact.
func (PaymentRequested) Kind() Kind { return KindPaymentRequested }

// Kind numbers the fact.
func (PaymentReceived) Kind() Kind { return KindPaymentReceived }

// Kind numbers the fact.
func (PaymentFailed) Kind() Kind { return KindPaymentFailed }

// Kind numbers the fact.
func (TicketSuspected) Kind() Kind { return KindTicketSuspected }

// Kind numbers the fact.
func (TicketLost) Kind() Kind { return KindTicketLost }

// Kind numbers the fact.
func (TicketCorrected) Kind() Kind { return KindTicketCorrected }

// Kind numbers the fact.
func (FeeOwed) Kind() Kind { return KindFeeOwed }

func (PaymentRequested) fact() {}
func (PaymentReceived) fact()  {}
func (PaymentFailed) fact()    {}
func (TicketSuspected) fact()  {}
func (TicketLost) fact()       {}
func (TicketCorrected) fact()  {}
func (FeeOwed) fact()          {}

package lot

import (
	"slices"

	"gatehouse/gateway/tariff"
	"gatehouse/sync/fact"
)

// TicketStatus is where a visit stands.
type TicketStatus uint8

// Admitted: granted, not yet seen through the entry. Leaving: granted, not yet seen through the exit.
const (
	TicketAdmitted TicketStatus = iota
	TicketActive
	TicketLeaving
	TicketCompleted
	TicketCancelled
)

var ticketStatusText = []string{"admitted", "active", "leaving", "completed", "cancelled"}

// String is the code of the status.
func (s TicketStatus) String() string { return ticketStatusText[s] }

// MarshalText makes JSON carry the code.
func (s TicketStatus) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Ticket is one visit from entry to exit (APDS: Session).
type Ticket struct {
	ID          fact.TicketID       `cbor:"1,keyasint,omitempty"`
	Status      TicketStatus        `cbor:"2,keyasint,omitempty"`
	Plate       fact.Plate          `cbor:"3,keyasint,omitempty"`
	PlateRaw    string              `cbor:"4,keyasint,omitempty"`
	Credential  fact.CredentialKind `cbor:"5,keyasint,omitempty"`
	Vehicle     fact.SpotType       `cbor:"6,keyasint,omitempty"`
	Priced      fact.SpotType       `cbor:"7,keyasint,omitempty"`
	Spot        fact.SpotID         `cbor:"8,keyasint,omitempty"` // held for it, or where its car was seen last
	Parked      bool                `cbor:"9,keyasint,omitempty"` // its car was seen on Spot
	ParkedMS    int64               `cbor:"10,keyasint,omitempty"`
	VacatedMS   int64               `cbor:"11,keyasint,omitempty"`
	Entry       fact.Stamp          `cbor:"12,keyasint,omitempty"`
	EntryGate   fact.GateID         `cbor:"13,keyasint,omitempty"`
	Exit        fact.Stamp          `cbor:"14,keyasint,omitempty"`
	ExitGate    fact.GateID         `cbor:"15,keyasint,omitempty"`
	Reservation fact.ReservationID  `cbor:"16,keyasint,omitempty"`
	BookedEndMS int64               `cbor:"17,keyasint,omitempty"`
	Pass        fact.PassID         `cbor:"18,keyasint,omitempty"`
	Tariff      string              `cbor:"19,keyasint,omitempty"`
	Suspect     fact.Reason         `cbor:"20,keyasint,omitempty"`
	Payments    []Payment           `cbor:"22,keyasint,omitempty"`
	FeeMinor    int64               `cbor:"23,keyasint,omitempty"` // as settled at the exit
	TaxMinor    int64               `cbor:"24,keyasint,omitempty"`
	OwedMinor   int64               `cbor:"25,keyasint,omitempty"` // left owing
	Redated     bool                `cbor:"26,keyasint,omitempty"` // its entry time was set right after the clock was
	Granted     fact.Dot            `cbor:"27,keyasint,omitempty"` // the fact that last let it through
	Reason      fact.Reason         `cbor:"28,keyasint,omitempty"` // of that grant
	Overstay    bool                `cbor:"29,keyasint,omitempty"`
	EntryLineMS int64               `cbor:"30,keyasint,omitempty"` // on the line of Meta
	EntryDoubts int64               `cbor:"31,keyasint,omitempty"`
	// TariffDigest names the version promised at the entry; empty: the log has none.
	TariffDigest string   `cbor:"32,keyasint,omitempty"`
	Occupancy    int64    `cbor:"33,keyasint,omitempty"` // of the location at the entry, per mille
	Lost         bool     `cbor:"34,keyasint,omitempty"`
	Validations  []string `cbor:"35,keyasint,omitempty"` // codes of discounts, in the order in which they were shown
	// Earlier are the visits that this one goes on with, by the tariff's rule of re-entry, and CarriedMinor is what they
	// cost: it is part of this fee and settled with theirs.
	Earlier      []VisitBefore `cbor:"36,keyasint,omitempty"`
	CarriedMinor int64         `cbor:"37,keyasint,omitempty"`
	MayOwe       bool          `cbor:"38,keyasint,omitempty"` // a person has let it leave without paying
	// Charging are its sessions at chargers, in the order in which they were reported first.
	Charging      []ChargingSession `cbor:"39,keyasint,omitempty"`
	VehicleWord   string            `cbor:"40,keyasint,omitempty"` // in the words of the tariff; empty: Vehicle
	Groups        []string          `cbor:"41,keyasint,omitempty"`
	Product       string            `cbor:"42,keyasint,omitempty"` // what the driver chose
	BookedStartMS int64             `cbor:"43,keyasint,omitempty"`
	// Coupons are those of Validations that can be used once, in the order in which they were shown.
	Coupons []Coupon `cbor:"45,keyasint,omitempty"`
	// Concluded is why the gateway took the vehicle for gone that no exit had let out on this ticket; empty: it did not.
	Concluded string `cbor:"44,keyasint,omitempty"`

	place int // in the lot's list of open tickets
}

// Coupon is a single one of a discount that can be used once.
type Coupon struct {
	Code   string `cbor:"1,keyasint,omitempty"`
	Number string `cbor:"2,keyasint,omitempty"` // if coupons of the code have one
}

// ChargingSession is energy drawn during a visit. Times are wall times.
type ChargingSession struct {
	Session   string      `cbor:"1,keyasint,omitempty"`
	Spot      fact.SpotID `cbor:"2,keyasint,omitempty"`
	FromMS    int64       `cbor:"3,keyasint,omitempty"`
	ToMS      int64       `cbor:"4,keyasint,omitempty"`
	EnergyWh  int64       `cbor:"5,keyasint,omitempty"`
	CurrentMA int64       `cbor:"6,keyasint,omitempty"`
}

// VisitBefore is a visit that another goes on with. Times are wall times.
type VisitBefore struct {
	Ticket  fact.TicketID `cbor:"1,keyasint,omitempty"`
	EntryMS int64         `cbor:"2,keyasint,omitempty"`
	ExitMS  int64         `cbor:"3,keyasint,omitempty"`
}

// Payment is one payment for a ticket, from its order to its end (APDS: FinancialTransaction).
type Payment struct {
	ID          fact.PaymentID     `cbor:"1,keyasint,omitempty" json:"paymentId"`
	Status      PaymentStatus      `cbor:"2,keyasint,omitempty" json:"paymentStatus"`
	AmountMinor int64              `cbor:"3,keyasint,omitempty" json:"amountMinor"`
	Method      fact.PaymentMethod `cbor:"4,keyasint,omitempty" json:"paymentMethod"`
	Reference   string             `cbor:"5,keyasint,omitempty" json:"gatewayRef,omitempty"`
	At          fact.Stamp         `cbor:"6,keyasint,omitempty" json:"-"`
	Gate        fact.GateID        `cbor:"7,keyasint,omitempty" json:"gateId,omitempty"`
	Prepaid     bool               `cbor:"8,keyasint,omitempty" json:"prepaid,omitempty"` // with the reservation
	LineMS      int64              `cbor:"9,keyasint,omitempty" json:"-"`                 // of At, on the line of Meta
	// RefundedMinor is what was given back of it.
	RefundedMinor int64       `cbor:"10,keyasint,omitempty" json:"refundedMinor,omitempty"`
	Waiver        fact.Waiver `cbor:"11,keyasint,omitempty" json:"waiver,omitempty"`
}

// PaymentStatus is where a payment stands, by the source design's names.
type PaymentStatus uint8

// The states.
const (
	PaymentPending PaymentStatus = iota
	PaymentCompleted
	PaymentFailed
	PaymentAuthorised // a bank holds the money ready
	PaymentVoided     // taken back as if it had never been
	PaymentWaived     // nothing was paid, with a reason
)

var paymentStatusText = []string{"pending", "completed", "failed", "authorised", "voided", "waived"}

// String is the code of the status.
func (s PaymentStatus) String() string { return paymentStatusText[s] }

// MarshalText makes JSON carry the code.
func (s PaymentStatus) MarshalText() ([]byte, error) { return []byte(paymentStatusText[s]), nil }

// Open reports whether the visit goes on.
func (t *Ticket) Open() bool { return t.Status <= TicketLeaving }

// PaidMinor is the money received for the ticket, less what was given back: a balance is a fold over its payments.
func (t *Ticket) PaidMinor() int64 {
	return t.sum(PaymentCompleted)
}

// WaivedMinor is what need not be paid.
func (t *Ticket) WaivedMinor() int64 { return t.sum(PaymentWaived) }

// waivedSmall reports whether all that was waived is less than a coin.
func (t *Ticket) waivedSmall() bool {
	return !slices.ContainsFunc(t.Payments, func(p Payment) bool { return p.Status == PaymentWaived && p.Waiver != fact.WaiverSmall })
}

func (t *Ticket) authorisedMinor() int64 { return t.sum(PaymentAuthorised) }

// settledMinor is all that counts against the fee.
func (t *Ticket) settledMinor() int64 { return t.PaidMinor() + t.WaivedMinor() + t.CarriedMinor }

func (t *Ticket) sum(status PaymentStatus) int64 {
	sum := int64(0)
	for i := range t.Payments {
		if t.Payments[i].Status == status {
			sum += t.Payments[i].AmountMinor - t.Payments[i].RefundedMinor
		}
	}
	return sum
}

// payment finds a payment of the ticket.
func (t *Ticket) payment(id fact.PaymentID) *Payment {
	for i := range t.Payments {
		if t.Payments[i].ID == id {
			return &t.Payments[i]
		}
	}
	return nil
}

// prepaidMinor is what was paid with the reservation.
func (t *Ticket) prepaidMinor() int64 {
	for i := range t.Payments {
		if t.Payments[i].Prepaid {
			return t.Payments[i].AmountMinor
		}
	}
	return 0
}

// pendingPayment is the order that a terminal has not answered, if there is one.
func (t *Ticket) pendingPayment() *Payment {
	for i := range t.Payments {
		if t.Payments[i].Status == PaymentPending {
			return &t.Payments[i]
		}
	}
	return nil
}

// Account is what a ticket costs at some moment, and what of it is due.
type Account struct {
	Fee             tariff.Fee
	PaidMinor       int64 // received, less what was given back
	DueMinor        int64
	CashMinor       int64 // DueMinor as it is paid in cash
	OverMinor       int64 // paid too much
	WaivedMinor     int64
	CarriedMinor    int64 // settled with the visits that this one goes on with
	AuthorisedMinor int64
	PaidUntilMS     int64 // wall time until which nothing more is due; 0: not paid
	DurationMS      int64
	Reason          fact.Reason // why nothing is due, or why it is bounded
	ClockDoubted    bool
}

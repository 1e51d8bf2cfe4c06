package fact

// TariffText is a part of the text of a tariff, so that the log alone can price every stay. A text is cut because a
// record is small; its parts are numbered from 0, and TariffActivated follows the last.
type TariffText struct {
	Digest string `cbor:"1,keyasint,omitempty"` // of the whole text
	Part   int64  `cbor:"2,keyasint,omitempty"`
	Text   string `cbor:"3,keyasint,omitempty"`
}

// TariffActivated has entries promise another tariff from here on. Tickets keep the one that they entered with.
type TariffActivated struct {
	Version string `cbor:"1,keyasint,omitempty"`
	Digest  string `cbor:"2,keyasint,omitempty"`
	Parts   int64  `cbor:"3,keyasint,omitempty"`
}

// PaymentAuthorised records money that a bank holds ready: it is received when PaymentReceived names the same payment.
type PaymentAuthorised struct {
	Payment     PaymentID     `cbor:"1,keyasint,omitempty"`
	Ticket      TicketID      `cbor:"2,keyasint,omitempty"`
	AmountMinor int64         `cbor:"3,keyasint,omitempty"`
	Method      PaymentMethod `cbor:"4,keyasint,omitempty"`
	Reference   string        `cbor:"5,keyasint,omitempty"`
	Actor       string        `cbor:"6,keyasint,omitempty"`
}

// PaymentVoided takes back a payment as if it had never been: one that was authorised, or one received whose ticket is
// still open.
type PaymentVoided struct {
	Payment     PaymentID `cbor:"1,keyasint,omitempty"`
	Ticket      TicketID  `cbor:"2,keyasint,omitempty"`
	AmountMinor int64     `cbor:"3,keyasint,omitempty"` // what was received; 0: it was only authorised
	Actor       string    `cbor:"4,keyasint,omitempty"`
	Note        string    `cbor:"5,keyasint,omitempty"`
}

// PaymentRefunded records money given back of a payment received.
type PaymentRefunded struct {
	Payment     PaymentID `cbor:"1,keyasint,omitempty"`
	Ticket      TicketID  `cbor:"2,keyasint,omitempty"`
	AmountMinor int64     `cbor:"3,keyasint,omitempty"`
	Reference   string    `cbor:"4,keyasint,omitempty"`
	Actor       string    `cbor:"5,keyasint,omitempty"`
	Note        string    `cbor:"6,keyasint,omitempty"`
}

// Waiver says why somebody need not pay.
type Waiver uint8

// The reasons of waivers.
const (
	WaiverNone Waiver = iota
	WaiverEquipment
	WaiverEmergency
	WaiverStaff
	WaiverGoodwill
	WaiverWrongCharge
	WaiverOther
	WaiverSmall // less than the least coin
)

var waiverText = []string{"none", "equipment_fault", "emergency_vehicle", "staff", "goodwill", "wrong_charge", "other", "small_change"}

// String is the code of the reason.
func (w Waiver) String() string { return textOf(waiverText, uint8(w)) }

// MarshalText makes JSON carry the code.
func (w Waiver) MarshalText() ([]byte, error) { return []byte(w.String()), nil }

// UnmarshalText reads the code.
func (w *Waiver) UnmarshalText(text []byte) error {
	value, err := valueOf("reason of a waiver", waiverText, text)
	*w = Waiver(value)
	return err
}

// FeeWaived is a payment of nothing, with its reason: as much of the fee need not be paid.
type FeeWaived struct {
	Payment     PaymentID `cbor:"1,keyasint,omitempty"` // of its own, so that it is told apart
	Ticket      TicketID  `cbor:"2,keyasint,omitempty"`
	AmountMinor int64     `cbor:"3,keyasint,omitempty"`
	Waiver      Waiver    `cbor:"4,keyasint,omitempty"`
	Actor       string    `cbor:"5,keyasint,omitempty"`
	Note        string    `cbor:"6,keyasint,omitempty"`
}

// TicketValidated has a discount of the ticket's tariff apply to it: a validation or a coupon.
type TicketValidated struct {
	Ticket TicketID `cbor:"1,keyasint,omitempty"`
	Code   string   `cbor:"2,keyasint,omitempty"`
	Coupon string   `cbor:"3,keyasint,omitempty"` // number of the single coupon, if coupons have one
	Burnt  bool     `cbor:"4,keyasint,omitempty"` // it can't be used again
	Actor  string   `cbor:"5,keyasint,omitempty"`
}

// CouponReturned gives a coupon back that was burnt for a ticket and took nothing off its fee: it can be used again, and no
// longer applies to that ticket.
type CouponReturned struct {
	Ticket TicketID `cbor:"1,keyasint,omitempty"`
	Code   string   `cbor:"2,keyasint,omitempty"`
	Coupon string   `cbor:"3,keyasint,omitempty"`
}

// TicketMislaid records that a driver has lost the ticket of a visit that the lot knows.
type TicketMislaid struct {
	Ticket TicketID `cbor:"1,keyasint,omitempty"`
	Actor  string   `cbor:"2,keyasint,omitempty"`
	Note   string   `cbor:"3,keyasint,omitempty"`
}

// Kind numbers the fact.
func (TariffText) Kind() Kind { return KindTariffText }

// Kind numbers the fact.
func (TariffActivated) Kind() Kind { return KindTariffActivated }

// Kind numbers the fact.
func (PaymentAuthorised) Kind() Kind { return KindPaymentAuthorised }

// Kind numbers the fact.
func (PaymentVoided) Kind() Kind { return KindPaymentVoided }

// Kind numbers the fact.
func (PaymentRefunded) Kind() Kind { return KindPaymentRefunded }

// Kind numbers the fact.
func (FeeWaived) Kind() Kind { return KindFeeWaived }

// Kind numbers the fact.
func (TicketValidated) Kind() Kind { return KindTicketValidated }

// Kind numbers the fact.
func (CouponReturned) Kind() Kind { return KindCouponReturned }

// Kind numbers the fact.
func (TicketMislaid) Kind() Kind { return KindTicketMislaid }

func (TariffText) fact()        {}
func (TariffActivated) fact()   {}
func (PaymentAuthorised) fact() {}
func (PaymentVoided) fact()     {}
func (PaymentRefunded) fact()   {}
func (FeeWaived) fact()         {}
func (TicketValidated) fact()   {}
func (CouponReturned) fact()    {}
func (TicketMislaid) fact()     {}

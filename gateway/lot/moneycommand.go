package lot

import "gatehouse/sync/fact"

// PayTicket records a payment that a pay station, an app or an attendant took. Authorise: a bank holds the money ready,
// and CapturePayment takes it.
type PayTicket struct {
	Request
	Ticket      fact.TicketID
	Method      fact.PaymentMethod
	AmountMinor int64
	Reference   string
	Authorise   bool
}

// CapturePayment takes money that was authorised, or part of it; the rest is let go.
type CapturePayment struct {
	Request
	Ticket      fact.TicketID
	Payment     fact.PaymentID
	AmountMinor int64 // 0: all of it, as far as it is due
	Reference   string
}

// VoidPayment takes back a payment as if it had never been: one that was authorised, or one of an open ticket.
type VoidPayment struct {
	Request
	Ticket  fact.TicketID
	Payment fact.PaymentID
	Note    string
}

// RefundPayment records money given back.
type RefundPayment struct {
	Request
	Ticket      fact.TicketID
	Payment     fact.PaymentID
	AmountMinor int64 // 0: what was paid too much
	Reference   string
	Note        string
}

// WaiveFee is a payment of nothing, with its reason.
type WaiveFee struct {
	Request
	Ticket      fact.TicketID
	AmountMinor int64 // 0: all that is due
	Waiver      fact.Waiver
	Note        string
}

// OweFee lets a ticket's vehicle out at the next exit without paying: it owes what is due then.
type OweFee struct {
	Request
	Ticket fact.TicketID
	Note   string
}

// ValidateTicket has a discount of the ticket's tariff apply to it. Coupon is the number of a single coupon.
type ValidateTicket struct {
	Request
	Ticket fact.TicketID
	Code   string
	Coupon string
}

// MislayTicket says that a driver has lost the ticket of a visit that is known.
type MislayTicket struct {
	Request
	Ticket fact.TicketID
	Note   string
}

func (PayTicket) event()      {}
func (CapturePayment) event() {}
func (VoidPayment) event()    {}
func (RefundPayment) event()  {}
func (WaiveFee) event()       {}
func (OweFee) event()         {}
func (ValidateTicket) event() {}
func (MislayTicket) event()   {}

func requestOfMoney(ev Event) (Request, bool) {
	switch e := ev.(type) {
	case PayTicket:
		return e.Request, true
	case CapturePayment:
		return e.Request, true
	case VoidPayment:
		return e.Request, true
	case RefundPayment:
		return e.Request, true
	case WaiveFee:
		return e.Request, true
	case OweFee:
		return e.Request, true
	case ValidateTicket:
		return e.Request, true
	case MislayTicket:
		return e.Request, true
	case ReportCharging:
		return e.Request, true
	case ClassTicket:
		return e.Request, true
	}
	return Request{}, false
}

func (l *Lot) commandMoney(ev Event) (Result, bool) {
	switch e := ev.(type) {
	case PayTicket:
		return l.payTicket(e), true
	case CapturePayment:
		return l.capture(e), true
	case VoidPayment:
		return l.void(e), true
	case RefundPayment:
		return l.refund(e), true
	case WaiveFee:
		return l.waive(e), true
	case OweFee:
		return l.owe(e), true
	case ValidateTicket:
		return l.validate(e), true
	case MislayTicket:
		return l.mislay(e), true
	case ReportCharging:
		return l.reportCharging(e), true
	case ClassTicket:
		return l.classTicket(e), true
	}
	return Result{}, false
}

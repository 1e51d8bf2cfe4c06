package lot

import (
	"slices"

	"gatehouse/sync/fact"
)

// applyPayment folds the life of payments after they were asked for, and what else moves an account.
func (l *Lot) applyPayment(r fact.Record) bool {
	switch f := r.Fact.(type) {
	case fact.PaymentAuthorised:
		l.changeTicket(f.Ticket, func(t *Ticket) {
			t.Payments = append(t.Payments, Payment{
				ID: f.Payment, Status: PaymentAuthorised, AmountMinor: f.AmountMinor, Method: f.Method, Reference: f.Reference, At: r.At, LineMS: l.meta.LineMS,
			})
		})
	case fact.PaymentVoided:
		l.hour(r.At.WallMS).RevenueMinor -= f.AmountMinor
		l.changePayment(f.Ticket, f.Payment, func(p *Payment) { p.Status = PaymentVoided })
	case fact.PaymentRefunded:
		l.hour(r.At.WallMS).RevenueMinor -= f.AmountMinor
		l.changePayment(f.Ticket, f.Payment, func(p *Payment) { p.RefundedMinor += f.AmountMinor })
	case fact.FeeWaived:
		l.changeTicket(f.Ticket, func(t *Ticket) {
			t.Payments = append(t.Payments, Payment{
				ID: f.Payment, Status: PaymentWaived, AmountMinor: f.AmountMinor, Waiver: f.Waiver, Reference: f.Note, At: r.At, LineMS: l.meta.LineMS,
			})
			t.OwedMinor -= min(t.OwedMinor, f.AmountMinor)
		})
	case fact.TicketValidated:
		l.applyValidated(f)
	case fact.CouponReturned:
		l.unburn(Coupon{f.Code, f.Coupon})
		l.changeTicket(f.Ticket, func(t *Ticket) { t.forgetCoupon(Coupon{f.Code, f.Coupon}) })
	case fact.ChargingReported:
		l.changeTicket(f.Ticket, func(t *Ticket) { t.applyCharging(&f) })
	case fact.TicketClassed:
		l.changeTicket(f.Ticket, func(t *Ticket) { t.applyClassed(f) })
	case fact.TicketMislaid:
		l.changeTicket(f.Ticket, func(t *Ticket) { t.Lost = true })
	default:
		return false
	}
	return true
}

// changePayment changes a payment of a ticket in memory.
func (l *Lot) changePayment(ticket fact.TicketID, payment fact.PaymentID, change func(*Payment)) {
	l.changeTicket(ticket, func(t *Ticket) {
		if p := t.payment(payment); p != nil {
			change(p)
		}
	})
}

// forgetFailed makes room for one more payment of a ticket that was asked for very often.
func (l *Lot) forgetFailed(t *Ticket) {
	if len(t.Payments) < paymentsMax {
		return
	}
	if i := slices.IndexFunc(t.Payments, func(p Payment) bool { return p.Status == PaymentFailed }); i >= 0 {
		delete(l.tickets.asked, t.Payments[i].ID)
		t.Payments = slices.Delete(t.Payments, i, i+1)
	}
}

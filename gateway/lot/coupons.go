package lot

import (
	"slices"
	"strings"

	"gatehouse/gateway/tariff"
	"gatehouse/sync/fact"
)

// validate has a discount apply to a ticket.
func (l *Lot) validate(e ValidateTicket) Result {
	t, problem := l.ticketOf(e.Ticket)
	if problem != nil {
		return Result{Problem: problem}
	}
	priced := l.tariffOf(t)
	coupon := clip(e.Coupon)
	if problem := l.withdrawn(e.Code, coupon); problem != nil {
		return Result{Problem: problem}
	}
	discount, problem := l.discount(t, priced, e.Code, coupon)
	if problem != nil {
		return Result{Problem: problem}
	}
	l.emit(fact.TicketValidated{Ticket: t.ID, Code: discount.Code, Coupon: coupon, Burnt: discount.Burns, Actor: e.Actor})
	return l.moved(t, "", fact.ReasonOperator)
}

// discount finds the discount of a code, if a ticket may have it beside those that it has.
func (l *Lot) discount(t *Ticket, priced *tariff.Tariff, code, coupon string) (*tariff.Discount, *Problem) {
	var found *tariff.Discount
	stacks, times := true, int64(0)
	for i := range priced.Discounts {
		d := &priced.Discounts[i]
		if d.Code == code {
			found = d
		}
		for _, has := range t.Validations {
			stacks = stacks && (has != d.Code || d.Stacks)
			if has == d.Code && has == code {
				times++
			}
		}
	}
	alone := int(times) == len(t.Validations)
	used, burnt := l.burnt[Coupon{code, coupon}.key()]
	switch {
	case found == nil:
		return nil, &Problem{ProblemNotFound, "the ticket's tariff has no discount " + clip(code), "it has: " + codesOf(priced)}
	case !t.Open() || t.Status == TicketLeaving:
		return nil, &Problem{ProblemTicketClosed, "the visit of ticket " + string(t.ID) + " is settled", "refund what was paid too much"}
	case times >= found.Often():
		return nil, &Problem{ProblemConflict, "the ticket has " + code + " already", "nothing is to be done"}
	case burnt:
		return nil, &Problem{ProblemConflict, "the coupon was used for ticket " + string(used), "it can be used once"}
	case len(t.Validations) >= validationsMax, !alone && !(found.Stacks && stacks) && !priced.BestDiscount:
		return nil, &Problem{ProblemConflict, "the ticket has " + strings.Join(t.Validations, ", ") + ", beside which " + code + " can't stand", "one of them counts"}
	case !priced.Begins(found, t.Entry.WallMS):
		return nil, &Problem{ProblemNotPossible, code + " is not for visits that began at " + l.civil(t.Entry.WallMS), "look at the days and hours on it"}
	case !found.Matches(tariff.Stay{SpotType: t.Priced, Vehicle: t.vehicle(), Groups: t.Groups, Product: t.Product}):
		return nil, &Problem{ProblemNotPossible, code + " is not for this vehicle", "look at whom it is for"}
	case found.Burns && len(l.burnt) >= couponsMax:
		return nil, &Problem{ProblemUnavailable, "too many coupons were used to remember one more", "waive the amount instead"}
	}
	return found, nil
}

// key names a coupon: by its number, or if coupons of a code have none, the code.
func (c Coupon) key() string {
	if c.Number == "" {
		return c.Code
	}
	return c.Code + "/" + c.Number
}

func codesOf(priced *tariff.Tariff) string {
	codes := []string{}
	for i := range priced.Discounts {
		codes = append(codes, priced.Discounts[i].Code)
	}
	if len(codes) == 0 {
		return "none"
	}
	return clip(strings.Join(codes, ", "))
}

func (l *Lot) applyValidated(f fact.TicketValidated) {
	coupon := Coupon{f.Code, f.Coupon}
	if f.Burnt {
		l.burnt[coupon.key()] = f.Ticket
		l.dirty.add(TableCoupons, coupon.key())
	}
	l.changeTicket(f.Ticket, func(t *Ticket) {
		t.Validations = append(t.Validations, f.Code)
		if f.Burnt {
			t.Coupons = append(t.Coupons, coupon)
		}
	})
}

// unburn lets a coupon be used again.
func (l *Lot) unburn(c Coupon) {
	delete(l.burnt, c.key())
	l.dirty.add(TableCoupons, c.key())
}

// forgetCoupon has a coupon apply to a ticket no longer.
func (t *Ticket) forgetCoupon(c Coupon) {
	for i := len(t.Validations) - 1; i >= 0; i-- {
		if t.Validations[i] == c.Code {
			t.Validations = slices.Concat(t.Validations[:i], t.Validations[i+1:])
			break
		}
	}
	if i := slices.Index(t.Coupons, c); i >= 0 {
		t.Coupons = slices.Concat(t.Coupons[:i], t.Coupons[i+1:])
	}
}

// returnCoupons gives those back at the end of a stay that took nothing off it: another discount was better, or nothing was
// to be paid.
func (l *Lot) returnCoupons(t *Ticket) {
	if len(t.Coupons) == 0 || t.Status == TicketLeaving {
		return
	}
	for _, c := range l.unspent(t) {
		l.emit(fact.CouponReturned{Ticket: t.ID, Code: c.Code, Coupon: c.Number})
	}
}

// unspent are the coupons without which a ticket costs the same. Of several that would do, those count that were shown first.
func (l *Lot) unspent(t *Ticket) (unspent []Coupon) {
	spent, account := *t, l.Account(t, l.now)
	for i := len(t.Coupons) - 1; i >= 0; i-- {
		without := spent
		without.forgetCoupon(t.Coupons[i])
		if a := l.Account(&without, l.now); a.Fee.TotalMinor == account.Fee.TotalMinor && a.DueMinor == account.DueMinor {
			spent, unspent = without, append(unspent, t.Coupons[i])
		}
	}
	return unspent
}

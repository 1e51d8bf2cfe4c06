package lot

import (
	"time"

	"gatehouse/gateway/tariff"
	"gatehouse/sync/fact"
)

// Account works out what a ticket costs at a moment, and what of it is due. It is the one place where that is
// done: exit, pay station, API and page all ask it.
func (l *Lot) Account(t *Ticket, now fact.Stamp) Account {
	if !t.Open() {
		return l.settled(t)
	}
	priced := l.tariffOf(t)
	entryMS, exitMS, doubted := l.stay(t, now)
	a := Account{
		PaidMinor: t.PaidMinor(), WaivedMinor: t.WaivedMinor(), CarriedMinor: t.CarriedMinor, AuthorisedMinor: t.authorisedMinor(),
		DurationMS: exitMS - entryMS, ClockDoubted: doubted,
	}
	if t.Pass != "" {
		endMS, ended := l.passEnded(t, now)
		if !ended {
			a.Fee, a.Reason = tariff.Fee{Currency: l.cfg.Currency}, fact.ReasonPass
			return a
		}
		entryMS = max(entryMS, endMS) // what was before is paid by the pass
	}
	bill := l.bill(t, priced, l.priceable(t, entryMS, exitMS, doubted), now)
	a.Fee, a.DueMinor, a.PaidUntilMS = bill.Fee, bill.DueMinor, bill.LeaveByMS
	a.OverMinor = t.over(priced, a.Fee.TotalMinor)
	a.CashMinor = priced.Payable(a.DueMinor, fact.MethodCash.String())
	switch {
	case t.Lost:
		a.Reason = fact.ReasonLostTicket
	case a.Fee.TotalMinor == 0:
		a.Reason = fact.ReasonFree
	case a.DueMinor == 0 && a.PaidMinor+a.CarriedMinor == 0 && a.WaivedMinor > 0 && t.waivedSmall():
		a.Reason = fact.ReasonFree
	case a.DueMinor == 0 && a.PaidMinor+a.CarriedMinor == 0 && a.WaivedMinor > 0:
		a.Reason = fact.ReasonOperator
	case a.DueMinor == 0:
		a.Reason = fact.ReasonPaid
	}
	return a
}

// passEnded reports whether the pass of a ticket is over while its vehicle is inside, and since when: the rest of the stay is
// one like others. One that was revoked, or has new terms under another id, was good for this visit.
func (l *Lot) passEnded(t *Ticket, now fact.Stamp) (endMS int64, ended bool) {
	pass, found := l.book.PassByID(t.Pass)
	if !found || pass.UntilMS == 0 || pass.UntilMS > now.WallMS || now.Trust == fact.ClockUnset {
		return 0, false
	}
	_, byPlate := l.book.PassForPlate(t.Plate, now.WallMS)
	_, byCard := l.book.PassForCard(pass.Card, now.WallMS)
	return pass.UntilMS, !byPlate && !byCard
}

// priceable is a ticket's stay as its tariff prices it.
func (l *Lot) priceable(t *Ticket, entryMS, exitMS int64, doubted bool) tariff.Stay {
	stay := tariff.Stay{
		EntryMS: entryMS, ExitMS: exitMS, SpotType: t.Priced, Bounded: !t.Lost && (t.Suspect != fact.ReasonNone || doubted), Discounts: t.Validations,
		OccupancyPermille: t.Occupancy, Lost: t.Lost, Unknown: t.Lost && t.EntryGate == "", Vehicle: t.vehicle(), Groups: t.Groups, Product: t.Product,
	}
	shiftMS := entryMS - t.Entry.WallMS // what a clock that was set since did to wall times
	t.sessions(&stay, shiftMS)
	for _, visit := range t.Earlier {
		stay.Earlier = append(stay.Earlier, tariff.Visit{EntryMS: visit.EntryMS + shiftMS, ExitMS: visit.ExitMS + shiftMS})
	}
	return stay
}

// bill prices a stay and sets its payments against it. A reserved stay is priced by the tariff's terms of bookings:
// what was paid ahead is the price of the reserved time, and those terms say what goes beyond.
func (l *Lot) bill(t *Ticket, priced *tariff.Tariff, stay tariff.Stay, now fact.Stamp) tariff.Bill {
	prepaidMinor, paid := t.prepaidMinor(), l.paidAt(t, now)
	if t.BookedEndMS == 0 || stay.Lost || prepaidMinor == 0 && !priced.Booking.Given() {
		return l.due(priced, stay, paid)
	}
	stay.Booked = &tariff.Booked{FromMS: t.BookedStartMS, ToMS: t.BookedEndMS}
	if t.BookedStartMS == 0 || !priced.Booking.Given() { // nothing says what it costs to come early
		stay.Booked.FromMS = min(stay.EntryMS, t.BookedEndMS)
	}
	if prepaidMinor > 0 {
		stay.Booked.PaidMinor = prepaidMinor - priced.AddedWithin(prepaidMinor)
		reserved := stay
		reserved.EntryMS, reserved.ExitMS = stay.Booked.FromMS, min(stay.ExitMS, stay.Booked.ToMS)
		reserved.Session, reserved.Discounts = nil, nil
		atLeastMinor := tariff.Quote(priced, reserved).TotalMinor // but for rounding, what was paid
		paid = append([]tariff.Payment{{AtMS: stay.EntryMS, AmountMinor: max(atLeastMinor, prepaidMinor)}}, paid...)
	}
	return l.due(priced, stay, paid)
}

// quoteMS is how long a price holds after it was shown. Whoever pays it within that has paid, though it rose meanwhile.
const quoteMS = 2 * 60_000

// due sets payments against a stay. The price of an instant may have been shown quoteMS before it was paid.
func (l *Lot) due(priced *tariff.Tariff, stay tariff.Stay, paid []tariff.Payment) tariff.Bill {
	bill := tariff.Due(priced, stay, paid)
	sumMinor := int64(0)
	for _, p := range paid {
		sumMinor += min(0, p.AmountMinor) // what was given back counts whenever it was
	}
	for i, p := range paid {
		sumMinor += max(0, p.AmountMinor)
		leaveByMS := p.AtMS + priced.Grace.ExitMS
		if bill.DueMinor == 0 || leaveByMS < stay.ExitMS || p.AmountMinor <= 0 {
			continue
		}
		stay.PaidAtMS = tariff.PaidAt(priced, stay, paid[:i])
		if wasShown(priced, stay, p, sumMinor) {
			bill.DueMinor, bill.LeaveByMS = 0, leaveByMS
		}
	}
	return bill
}

// wasShown reports whether an amount was the price at some moment shortly before a payment. One between two prices never
// was: it is a part.
func wasShown(priced *tariff.Tariff, stay tariff.Stay, p tariff.Payment, sumMinor int64) bool {
	price := func(atMS int64) int64 {
		shown := stay
		shown.ExitMS = min(stay.ExitMS, atMS)
		return tariff.Quote(priced, shown).TotalMinor
	}
	fromMS, toMS := p.AtMS-quoteMS, p.AtMS
	for fromMS < toMS { // the first moment at which it cost as much
		if middleMS := fromMS + (toMS-fromMS)/2; price(middleMS) < sumMinor {
			fromMS = middleMS + 1
		} else {
			toMS = middleMS
		}
	}
	for _, atMS := range []int64{fromMS, p.AtMS - quoteMS} {
		priceMinor := price(atMS)
		apartMinor := max(priceMinor-sumMinor, sumMinor-priceMinor)
		if priceMinor > 0 && (apartMinor == 0 || priced.Payable(apartMinor, p.Tender) == 0) {
			return true
		}
	}
	return false
}

// honoured is the fee at which a ticket is settled that was shown a lower price than it has come to since: a price
// once shown holds, however much later the vehicle leaves within its time.
func (l *Lot) honoured(t *Ticket, fee tariff.Fee, shownMinor int64) tariff.Fee {
	if shownMinor < fee.TotalMinor {
		fee.TotalMinor, fee.TaxMinor = shownMinor, l.tariffOf(t).TaxWithin(shownMinor)
		fee.SubtotalMinor = fee.TotalMinor - fee.TaxMinor
	}
	return fee
}

// settled is the account of a ticket that is closed: what was settled at the exit.
func (l *Lot) settled(t *Ticket) Account {
	durationMS, _ := t.Exit.SinceMS(t.Entry)
	return Account{
		Fee: tariff.Fee{
			Currency: l.cfg.Currency, TotalMinor: t.FeeMinor, TaxMinor: t.TaxMinor, SubtotalMinor: t.FeeMinor - t.TaxMinor,
		},
		PaidMinor: t.PaidMinor(), DueMinor: t.OwedMinor, DurationMS: durationMS, Reason: t.Reason, WaivedMinor: t.WaivedMinor(),
		CarriedMinor: t.CarriedMinor, OverMinor: t.over(l.tariffOf(t), t.FeeMinor), CashMinor: l.tariffOf(t).Payable(t.OwedMinor, fact.MethodCash.String()),
	}
}

// over is what was paid too much and is to be given back. What a coin is too large for is not, nor more than was paid.
func (t *Ticket) over(priced *tariff.Tariff, feeMinor int64) int64 {
	if priced.Overpay != tariff.OverpayCredit {
		return 0
	}
	overMinor := min(t.settledMinor()-feeMinor, t.PaidMinor())
	for i := range t.Payments {
		p := &t.Payments[i]
		for _, tender := range priced.Tenders {
			if p.Status == PaymentCompleted && tender.ID == p.Method.String() && overMinor < tender.StepMinor {
				return 0
			}
		}
	}
	return max(0, overMinor)
}

// stay is the time to price: what has elapsed on the line, whatever happened to the wall clock meanwhile. A gap of
// which no clock can say how long it was counts as nothing, so that doubt never makes a stay longer than it was.
func (l *Lot) stay(t *Ticket, now fact.Stamp) (entryMS, exitMS int64, doubted bool) {
	elapsedMS := max(0, l.lineMS(now)-t.EntryLineMS)
	return now.WallMS - elapsedMS, now.WallMS, t.EntryDoubts != l.meta.Doubts
}

// paidAt lists what was received, given back and waived during the stay, on the clock by which the stay is priced.
func (l *Lot) paidAt(t *Ticket, now fact.Stamp) []tariff.Payment {
	var paid []tariff.Payment
	if t.CarriedMinor > 0 {
		entryMS, _, _ := l.stay(t, now)
		paid = append(paid, tariff.Payment{AtMS: entryMS, AmountMinor: t.CarriedMinor})
	}
	for i := range t.Payments {
		p := &t.Payments[i]
		if p.Prepaid || p.Status != PaymentCompleted && p.Status != PaymentWaived {
			continue
		}
		one := tariff.Payment{AtMS: now.WallMS - max(0, l.lineMS(now)-p.LineMS), AmountMinor: p.AmountMinor}
		if p.Status == PaymentCompleted {
			one.Tender = p.Method.String()
		}
		paid = append(paid, one)
		if p.RefundedMinor > 0 {
			paid = append(paid, tariff.Payment{AtMS: now.WallMS, AmountMinor: -p.RefundedMinor})
		}
	}
	return paid
}

// amount prints money in the location's currency.
func (l *Lot) amount(minor int64) string {
	return fact.Money{Minor: minor, Currency: l.cfg.Currency}.String()
}

// moneyText is amount, but nothing for nothing.
func (l *Lot) moneyText(minor int64) string {
	if minor == 0 {
		return ""
	}
	return l.amount(minor)
}

// civil prints a moment in the location's civil time.
func (l *Lot) civil(wallMS int64) string {
	return time.UnixMilli(wallMS).In(l.cfg.Zone).Format("2006-01-02 15:04")
}

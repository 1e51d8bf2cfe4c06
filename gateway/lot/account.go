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
	entryMS, exitMS, doubted := l.stay(t, now)
	a := Account{PaidMinor: t.PaidMinor(), DurationMS: exitMS - entryMS, ClockDoubted: doubted}
	switch {
	case t.Pass != "":
		a.Fee, a.Reason = tariff.Fee{Currency: l.cfg.Currency}, fact.ReasonPass
		return a
	case t.LostMinor > 0:
		a.Fee, a.Reason = tariff.QuoteLost(l.cfg.Tariff, t.Entry.WallMS), fact.ReasonLostTicket
		a.DueMinor = max(0, a.Fee.TotalMinor-a.PaidMinor)
		return a
	}
	stay := tariff.Stay{EntryMS: entryMS, ExitMS: exitMS, SpotType: t.Priced, Bounded: t.Suspect != fact.ReasonNone || doubted}
	bill := l.bill(t, stay, now)
	a.Fee, a.DueMinor, a.PaidUntilMS = bill.Fee, bill.DueMinor, bill.LeaveByMS
	switch {
	case a.Fee.TotalMinor == 0:
		a.Reason = fact.ReasonFree
	case a.DueMinor == 0:
		a.Reason = fact.ReasonPaid
	}
	return a
}

// bill prices a stay and sets its payments against it. What was paid ahead covers the reserved time, and the
// tariff applies to what goes beyond.
func (l *Lot) bill(t *Ticket, stay tariff.Stay, now fact.Stamp) tariff.Bill {
	prepaidMinor := t.prepaidMinor()
	if prepaidMinor == 0 {
		return l.due(stay, l.paidAt(t, now))
	}
	taxMinor := l.cfg.Tariff.TaxWithin(prepaidMinor)
	booked := tariff.Charge{
		Rule: "reservation", Kind: tariff.Reserved, FromMS: stay.EntryMS, ToMS: min(stay.ExitMS, t.BookedEndMS), Times: 1,
		AmountMinor: prepaidMinor - l.cfg.Tariff.AddedWithin(prepaidMinor),
	}
	bill := tariff.Bill{Fee: tariff.Fee{Currency: l.cfg.Currency}}
	if stay.ExitMS > t.BookedEndMS {
		stay.EntryMS = max(stay.EntryMS, t.BookedEndMS)
		bill = l.due(stay, l.paidAt(t, now))
	}
	bill.Fee.Charges = append([]tariff.Charge{booked}, bill.Fee.Charges...)
	bill.Fee.SubtotalMinor += prepaidMinor - taxMinor
	bill.Fee.TaxMinor += taxMinor
	bill.Fee.TotalMinor += prepaidMinor
	return bill
}

// quoteMS is how long a price holds after it was shown. Who pays it within that has paid, though it rose meanwhile.
const quoteMS = 2 * 60_000

// due sets payments against a stay. The price of an instant may have been shown quoteMS before it was paid.
func (l *Lot) due(stay tariff.Stay, paid []tariff.Payment) tariff.Bill {
	bill := tariff.Due(l.cfg.Tariff, stay, paid)
	sumMinor := int64(0)
	for _, p := range paid {
		sumMinor += p.AmountMinor
		leaveByMS := p.AtMS + l.cfg.Tariff.Grace.ExitMS
		if bill.DueMinor == 0 || leaveByMS < stay.ExitMS {
			continue
		}
		shown := stay
		shown.ExitMS = min(stay.ExitMS, p.AtMS-quoteMS)
		if priceMinor := tariff.Quote(l.cfg.Tariff, shown).TotalMinor; priceMinor > 0 && sumMinor >= priceMinor {
			bill.DueMinor, bill.LeaveByMS = 0, leaveByMS
		}
	}
	return bill
}

// honoured is the fee at which a ticket is settled that was shown a lower price than it has come to since: a price
// once shown holds, however much later the vehicle leaves within its time.
func (l *Lot) honoured(fee tariff.Fee, shownMinor int64) tariff.Fee {
	if shownMinor < fee.TotalMinor {
		fee.TotalMinor, fee.TaxMinor = shownMinor, l.cfg.Tariff.TaxWithin(shownMinor)
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
		PaidMinor: t.PaidMinor(), DueMinor: t.OwedMinor, DurationMS: durationMS, Reason: t.Reason,
	}
}

// stay is the time to price: what has elapsed on the line, whatever happened to the wall clock meanwhile. A gap of
// which no clock can say how long it was counts as nothing, so that doubt never makes a stay longer than it was.
func (l *Lot) stay(t *Ticket, now fact.Stamp) (entryMS, exitMS int64, doubted bool) {
	elapsedMS := max(0, l.lineMS(now)-t.EntryLineMS)
	return now.WallMS - elapsedMS, now.WallMS, t.EntryDoubts != l.meta.Doubts
}

// paidAt lists the payments that came during the stay, on the clock by which the stay is priced.
func (l *Lot) paidAt(t *Ticket, now fact.Stamp) []tariff.Payment {
	var paid []tariff.Payment
	for i := range t.Payments {
		if p := &t.Payments[i]; p.Status == PaymentCompleted && !p.Prepaid {
			agoMS := max(0, l.lineMS(now)-p.LineMS)
			paid = append(paid, tariff.Payment{AtMS: now.WallMS - agoMS, AmountMinor: p.AmountMinor})
		}
	}
	return paid
}

// moneyText prints an amount in the location's currency; nothing for nothing.
func (l *Lot) moneyText(minor int64) string {
	if minor == 0 {
		return ""
	}
	return fact.Money{Minor: minor, Currency: l.cfg.Currency}.String()
}

// civil prints a moment in the location's civil time.
func (l *Lot) civil(wallMS int64) string {
	return time.UnixMilli(wallMS).In(l.cfg.Zone).Format("2006-01-02 15:04")
}

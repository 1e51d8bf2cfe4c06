package tariff

import (
	"cmp"
	"slices"
)

// Payment is money received (positive) or given back (negative) for a stay, on the clock of the stay.
type Payment struct {
	AtMS        int64
	AmountMinor int64
	Tender      string // how; empty: one that can pay every amount
}

// Bill is where a stay and its payments stand.
type Bill struct {
	Fee       Fee // of the stay until now
	PaidMinor int64
	DueMinor  int64 // still to pay; 0 opens the exit
	// TenderMinor is DueMinor as it is paid in the stay's tender: rounded to what there are coins for.
	TenderMinor int64
	LeaveByMS   int64 // end of the time that a payment bought; 0 if there is none, or it is over
	// OverMinor is what was paid too much and is to be given back, KeptMinor what is not.
	OverMinor int64
	KeptMinor int64
	// Cashier: what is due is more than the stay's tender takes.
	Cashier bool
}

// Due settles a stay that has lasted until stay.ExitMS. A payment that brought the account to the fee of its own
// moment buys Grace.ExitMS to leave, the last millisecond included: within it nothing more is due. Later only the
// difference is, to the fee of the whole stay from its entry; it is no new visit, unless Grace.Late says so. Payments in the
// future, after a clock was set back, count as made now. What was paid in a tender that can't pay the exact amount
// has paid it if it paid the rounded one.
func Due(t *Tariff, stay Stay, paid []Payment) Bill {
	stay.PaidAtMS = PaidAt(t, stay, paid)
	bill := Bill{Fee: Quote(t, stay)}
	if t.Overpay == OverpayKept {
		paid, bill.KeptMinor = t.kept(stay, paid)
	}
	graceMS := clamp(t.Grace.ExitMS, 0, StayMaxMS)
	for _, p := range paid {
		bill.PaidMinor += p.AmountMinor
		leaveByMS := min(p.AtMS, stay.ExitMS) + graceMS
		if p.AmountMinor > 0 && leaveByMS >= stay.ExitMS && leaveByMS > bill.LeaveByMS && covered(t, stay, paid, p.AtMS) {
			bill.LeaveByMS = leaveByMS
		}
	}
	short := bill.Fee.TotalMinor - bill.PaidMinor
	if bill.LeaveByMS == 0 && !t.settles(bill.Fee.TotalMinor, paid, stay.ExitMS) {
		bill.DueMinor = max(0, short)
	}
	bill.OverMinor = max(0, -short)
	if t.Overpay == OverpayExtends && bill.OverMinor > 0 && bill.Fee.TotalMinor > 0 {
		bill.LeaveByMS, bill.OverMinor = max(bill.LeaveByMS, Buys(t, stay, bill.PaidMinor)), 0
	}
	bill.PaidMinor += bill.KeptMinor
	bill.TenderMinor = t.Payable(bill.DueMinor, stay.Tender)
	bill.Cashier = bill.TenderMinor > t.Most(stay.Tender)
	return bill
}

// PaidAt are the moments at which payments brought the account to the fee of that moment, ascending: what Stay.PaidAtMS is
// for. Money that was paid ahead, before there was a fee, is a part of what is paid later. It is empty where such moments
// change no fee.
func PaidAt(t *Tariff, stay Stay, paid []Payment) []int64 {
	if t.Grace.Late == LateWhole {
		return nil
	}
	inOrder := slices.SortedStableFunc(slices.Values(paid), func(a, b Payment) int { return cmp.Compare(a.AtMS, b.AtMS) })
	stay.PaidAtMS = nil
	for _, p := range inOrder {
		if p.AmountMinor > 0 && feeAt(t, stay, p.AtMS) > 0 && covered(t, stay, paid, p.AtMS) {
			stay.PaidAtMS = append(stay.PaidAtMS, min(p.AtMS, stay.ExitMS))
		}
	}
	return stay.PaidAtMS
}

// Most is the most that can be paid in a tender at once.
func (t *Tariff) Most(tender string) int64 {
	for i := range t.Tenders {
		if one := &t.Tenders[i]; one.ID == tender && one.MaxMinor > 0 {
			return one.MaxMinor
		}
	}
	return amountMax
}

// kept cuts payments to the fees of their moments, and sums up what was above them.
func (t *Tariff) kept(stay Stay, paid []Payment) (counted []Payment, keptMinor int64) {
	sumMinor := int64(0)
	for _, p := range paid {
		moment := stay
		moment.ExitMS = min(stay.ExitMS, p.AtMS)
		openMinor := max(0, Quote(t, moment).TotalMinor-sumMinor)
		if p.AmountMinor > max(openMinor, t.Payable(openMinor, p.Tender)) {
			keptMinor += p.AmountMinor - openMinor
			p.AmountMinor = openMinor
		}
		sumMinor += p.AmountMinor
		counted = append(counted, p)
	}
	return counted, keptMinor
}

// Buys is how long a stay may last for an amount, as the last instant at which it costs no more: what a machine prints
// that takes money ahead. It looks on from stay.ExitMS, which it returns if the stay costs more by then. Of a tariff by
// which a longer stay may cost less it finds one of the instants at which the price passes the amount.
func Buys(t *Tariff, stay Stay, amountMinor int64) int64 {
	var onStack [8]Charge
	enough := func(exitMS int64) bool {
		longer := stay
		longer.ExitMS = exitMS
		return QuoteInto(onStack[:0], t, longer).TotalMinor <= amountMinor
	}
	paidMS, lastMS := stay.ExitMS, stay.EntryMS+StayMaxMS
	if !enough(paidMS) {
		return paidMS
	}
	for stepMS := minuteMS; paidMS < lastMS; {
		nextMS := min(lastMS, paidMS+stepMS)
		if !enough(nextMS) {
			return lastEnough(paidMS, nextMS, enough)
		}
		paidMS = nextMS
		if stepMS < hourMS || paidMS-stay.ExitMS > 31*dayMS {
			stepMS *= 2
		}
	}
	return paidMS
}

// lastEnough is the last instant before it is enough no longer, between one that is and one that is not.
func lastEnough(enoughMS, dearMS int64, enough func(int64) bool) int64 {
	for dearMS-enoughMS > 1 {
		if middleMS := enoughMS + (dearMS-enoughMS)/2; enough(middleMS) {
			enoughMS = middleMS
		} else {
			dearMS = middleMS
		}
	}
	return enoughMS
}

// Payable is an amount as it is paid in a tender.
func (t *Tariff) Payable(minor int64, tender string) int64 {
	for i := range t.Tenders {
		if one := &t.Tenders[i]; one.ID == tender && one.StepMinor > 1 {
			return roundDiv(minor, one.StepMinor, one.Mode) * one.StepMinor
		}
	}
	return minor
}

// settles reports whether the payments until an instant, and all that was given back, reach an amount.
func (t *Tariff) settles(totalMinor int64, paid []Payment, untilMS int64) bool {
	left, tender := totalMinor, ""
	for _, p := range paid {
		if p.AtMS <= untilMS && p.AmountMinor > 0 {
			left -= p.AmountMinor
			tender = p.Tender
		} else if p.AmountMinor < 0 {
			left -= p.AmountMinor
		}
	}
	return left <= 0 || tender != "" && t.Payable(left, tender) == 0
}

// covered reports whether what was paid until an instant reaches the fee of that instant. What was given back
// counts whenever it was.
func covered(t *Tariff, stay Stay, paid []Payment, atMS int64) bool {
	return t.settles(feeAt(t, stay, atMS), paid, atMS)
}

// feeAt is the fee of a stay until an instant.
func feeAt(t *Tariff, stay Stay, atMS int64) int64 {
	stay.ExitMS = min(stay.ExitMS, atMS)
	var onStack [8]Charge
	return QuoteInto(onStack[:0], t, stay).TotalMinor
}

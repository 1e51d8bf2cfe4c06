package tariff

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
	LeaveByMS   int64 // end of the time to leave that a payment bought; 0 if there is none, or it is over
	// OverMinor is what was paid too much.
	OverMinor int64
}

// Due settles a stay that has lasted until stay.ExitMS. A payment that brought the account to the fee of its own
// moment buys Grace.ExitMS to leave, the last millisecond included: within it nothing more is due. Later only the
// difference is, to the fee of the whole stay from its entry; it is never priced as a new visit. Payments in the
// future, after a clock was set back, count as made now. What was paid in a tender that can't pay the exact amount
// has paid it if it paid the rounded one.
func Due(t *Tariff, stay Stay, paid []Payment) Bill {
	bill := Bill{Fee: Quote(t, stay)}
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
	bill.TenderMinor = t.Payable(bill.DueMinor, stay.Tender)
	return bill
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
	stay.ExitMS = min(stay.ExitMS, atMS)
	var onStack [8]Charge
	return t.settles(QuoteInto(onStack[:0], t, stay).TotalMinor, paid, atMS)
}

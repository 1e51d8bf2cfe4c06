package tariff

// Payment is money received (positive) or given back (negative) for a stay, on the clock of the stay.
type Payment struct {
	AtMS        int64
	AmountMinor int64
}

// Bill is where a stay and its payments stand.
type Bill struct {
	Fee       Fee // of the stay until now
	PaidMinor int64
	DueMinor  int64 // still to pay; 0 opens the exit
	LeaveByMS int64 // end of the time to leave that a payment bought; 0 if there is none, or it is over
}

// Due settles a stay that has lasted until stay.ExitMS. A payment that brought the account to the fee of its own
// moment buys GraceExitMS to leave, the last millisecond included: within it nothing more is due. Later only the
// difference is, to the fee of the whole stay from its entry; it is never priced as a new visit. Payments in the
// future, after a clock was set back, count as made now.
func Due(t *Tariff, stay Stay, paid []Payment) Bill {
	bill := Bill{Fee: Quote(t, stay)}
	for _, p := range paid {
		bill.PaidMinor += p.AmountMinor
		leaveByMS := min(p.AtMS, stay.ExitMS) + clamp(t.GraceExitMS, 0, StayMaxMS)
		if p.AmountMinor > 0 && leaveByMS >= stay.ExitMS && leaveByMS > bill.LeaveByMS && covered(t, stay, paid, p.AtMS) {
			bill.LeaveByMS = leaveByMS
		}
	}
	if bill.LeaveByMS == 0 {
		bill.DueMinor = max(0, bill.Fee.TotalMinor-bill.PaidMinor)
	}
	return bill
}

// covered reports whether what was paid until an instant reaches the fee of that instant. What was given back
// counts whenever it was.
func covered(t *Tariff, stay Stay, paid []Payment, atMS int64) bool {
	sum := int64(0)
	for _, p := range paid {
		if p.AtMS <= atMS || p.AmountMinor < 0 {
			sum += p.AmountMinor
		}
	}
	stay.ExitMS = min(stay.ExitMS, atMS)
	var onStack [8]Charge
	return sum >= QuoteInto(onStack[:0], t, stay).TotalMinor
}

package tariff

// sum closes a fee: bound, tax and total.
func (t *Tariff) sum(charges []Charge, untilMS int64, bounded bool) Fee {
	priced := int64(0)
	for i := range charges {
		priced += charges[i].AmountMinor
	}
	if bounded {
		if most := t.boundMinor(); priced > most {
			charges = append(charges, Charge{FromMS: untilMS, ToMS: untilMS, Days: 1, AmountMinor: most - priced, Note: Suspect})
			priced = most
		}
	}
	fee := Fee{Currency: t.Currency, Charges: charges, PaidUntilMS: untilMS + clamp(t.GraceExitMS, 0, StayMaxMS)}
	fee.SubtotalMinor, fee.TaxMinor = t.tax(priced)
	fee.TotalMinor = fee.SubtotalMinor + fee.TaxMinor
	return fee
}

// tax splits the sum of charges into net and tax.
func (t *Tariff) tax(priced int64) (netMinor, taxMinor int64) {
	permille := t.permille()
	if t.TaxIncluded {
		taxMinor = halfUp(priced*permille, 1000+permille)
		return priced - taxMinor, taxMinor
	}
	return priced, halfUp(priced*permille, 1000)
}

// boundMinor is the greatest sum of charges of which the total is within SuspectMaxMinor.
func (t *Tariff) boundMinor() int64 {
	most := clamp(t.SuspectMaxMinor, 0, amountMaxMinor)
	if t.TaxIncluded {
		return most
	}
	net := most * 1000 / (1000 + t.permille())
	for total(t.tax(net+1)) <= most {
		net++
	}
	return net
}

func total(netMinor, taxMinor int64) int64 { return netMinor + taxMinor }

func (t *Tariff) permille() int64 { return clamp(t.TaxPermille, 0, 1000) }

// halfUp divides with one rounding; both are positive or zero.
func halfUp(numerator, denominator int64) int64 {
	return (2*numerator + denominator) / (2 * denominator)
}

func clamp(value, least, most int64) int64 { return min(max(value, least), most) }

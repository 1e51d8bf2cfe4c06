package tariff

// Hourly is a rule that prices time exactly, at so much an hour, at all times and for everybody.
func Hourly(id string, minor int64) Rule {
	return Rule{ID: id, Steps: []Step{{PriceMinor: minor, UnitMS: hourMS, Count: Prorated}}}
}

// DailyMax is a cap of so much for each 24 hours from entry.
func DailyMax(minor int64) Cap {
	return Cap{ID: "daily maximum", Window: PerPeriod, PeriodMS: dayMS, Amounts: []CapAmount{{Minor: minor}}}
}

// TaxWithin is the tax in an amount that contains all taxes, to the nearest minor unit.
func (t *Tariff) TaxWithin(minor int64) int64 {
	included, over := t.rates(0)
	return mulDiv(minor, included-wholeRate+over, included+over)
}

// AddedWithin is the part of TaxWithin that comes on top of prices.
func (t *Tariff) AddedWithin(minor int64) int64 {
	included, over := t.rates(0)
	return mulDiv(minor, over, included+over)
}

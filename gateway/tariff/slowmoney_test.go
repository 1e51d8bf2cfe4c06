package tariff_test

import (
	"slices"

	"pgregory.net/rapid"

	"gatehouse/gateway/tariff"
)

// slowRounded counts up to the multiples of a step next to an amount.
func slowRounded(parts int64, mode tariff.Mode, stepMinor int64) int64 {
	if parts < 0 {
		return -slowRounded(-parts, mode, stepMinor)
	}
	step := max(1, stepMinor)
	below := parts / (step * partsOfMinor) * step
	rest := parts - below*partsOfMinor
	switch half := step * partsOfMinor; {
	case rest == 0, mode == tariff.Down:
		return below
	case mode == tariff.Up, 2*rest > half:
		return below + step
	case 2*rest == half && (mode == tariff.HalfUp || below/step%2 == 1):
		return below + step
	}
	return below
}

// slowTaxes are the taxes that a printed receipt comes to: contained in its lines, and on top of them. It works as a person
// with the receipt would: look up for each line which taxes it has, put lines of the same taxes together, take each tax.
func slowTaxes(t *tariff.Tariff, charges []tariff.Charge) (contained, added int64) {
	rounding := t.Rounding
	if rounding.TaxOf == tariff.OfLine {
		on := int64(0)
		for i := range charges {
			set := tariff.TaxSet(0)
			if reduces(&charges[i]) {
				if first := slices.IndexFunc(charges, func(c tariff.Charge) bool { return !reduces(&c) }); first >= 0 {
					set = slowTaxSet(t, &charges[first])
				}
			} else {
				set = slowTaxSet(t, &charges[i])
			}
			net, over := slowNet(t, set, charges[i].AmountMinor)
			contained += slowRounded(charges[i].AmountMinor*partsOfMinor-net, rounding.TaxMode, 1)
			on += over
		}
		return contained, slowRounded(on, rounding.TaxMode, 1)
	}
	sets, bases, off, sum := []tariff.TaxSet{}, []int64{}, int64(0), int64(0)
	for i := range charges {
		c := &charges[i]
		if reduces(c) {
			off += c.AmountMinor
			continue
		}
		sum += c.AmountMinor
		at := slices.Index(sets, slowTaxSet(t, c))
		if at < 0 {
			at = len(sets)
			sets, bases = append(sets, slowTaxSet(t, c)), append(bases, 0)
		}
		bases[at] += c.AmountMinor
	}
	if len(sets) == 0 {
		sets, bases = []tariff.TaxSet{0}, []int64{0}
	}
	in, on, rest := int64(0), int64(0), off
	for i := range sets {
		share := rest // of the last one
		if i < len(sets)-1 && sum != 0 {
			share = portion(off, bases[i], sum)
		}
		rest -= share
		net, over := slowNet(t, sets[i], bases[i]+share)
		in, on = in+(bases[i]+share)*partsOfMinor-net, on+over
	}
	return slowRounded(in, rounding.TaxMode, 1), slowRounded(on, rounding.TaxMode, 1)
}

// reduces reports whether a line has the taxes of the others.
func reduces(c *tariff.Charge) bool {
	return c.Kind == tariff.Off || c.Kind == tariff.Rounded || c.Kind == tariff.Minimum
}

// slowTaxSet are the taxes of a line: those of what has its name.
func slowTaxSet(t *tariff.Tariff, c *tariff.Charge) tariff.TaxSet {
	switch {
	case c.Kind == tariff.LostFee:
		return t.Lost.Taxes
	case c.Rule == "reservation" || c.Rule == "no-show" || c.Rule == "overstay":
		return t.Booking.Taxes
	}
	for _, r := range t.Rules {
		if r.ID == c.Rule {
			return r.Taxes
		}
	}
	for _, o := range t.Offers {
		if o.ID == c.Rule {
			return o.Taxes
		}
	}
	for _, e := range t.Extras {
		if e.ID == c.Rule {
			return e.Taxes
		}
	}
	for _, q := range t.Charging.Prices {
		if q.ID == c.Rule {
			return q.Taxes
		}
	}
	return 0
}

// slowNet is an amount without taxes, and the taxes that come on top of it, in parts of a minor unit.
func slowNet(t *tariff.Tariff, set tariff.TaxSet, minor int64) (net, over int64) {
	const whole = 1_000_000_000_000 // the price of something, of which each tax is a part
	included, all := int64(whole), int64(whole)
	for i, tax := range t.Taxes {
		if set != 0 && set&(1<<i) == 0 {
			continue
		}
		one := tax.RatePPM * 1_000_000
		if tax.OnTaxes {
			one = portion(all, tax.RatePPM, 1_000_000)
		}
		if all += one; tax.Included {
			included += one
		}
	}
	net = portion(minor*partsOfMinor, whole, included)
	if t.Rounding.TaxOf == tariff.OfTotal {
		return net, portion(net, all-included, whole)
	}
	each, sofar := int64(0), net
	for i, tax := range t.Taxes {
		if set != 0 && set&(1<<i) == 0 {
			continue
		}
		one := portion(net, tax.RatePPM, 1_000_000)
		if tax.OnTaxes {
			one = portion(sofar, tax.RatePPM, 1_000_000)
		}
		if !tax.Included {
			one = slowRounded(one, t.Rounding.TaxMode, 1) * partsOfMinor
			each += one
		}
		sofar += one
	}
	return net, each
}

// audit reports what is wrong with a fee, if anything: its lines against the sum that they are rounded from, and its taxes
// against its lines.
func audit(t *tariff.Tariff, fee *tariff.Fee, parts int64) string {
	charged, step := int64(0), max(1, t.Rounding.StepMinor)
	for i := range fee.Charges {
		charged += fee.Charges[i].AmountMinor
		if t.Rounding.Of == tariff.OfLine && fee.Charges[i].AmountMinor%step != 0 {
			return "a line is no multiple of the step"
		}
	}
	off := charged*partsOfMinor - parts
	lines := int64(len(fee.Charges)) * step * partsOfMinor
	switch {
	case t.Rounding.Of != tariff.OfLine && charged != slowRounded(parts, t.Rounding.Mode, t.Rounding.StepMinor):
		return "the charges are not what minutes come to"
	case t.Rounding.Of == tariff.OfLine && t.Rounding.Mode <= tariff.HalfEven && max(off, -off) > lines/2,
		t.Rounding.Of == tariff.OfLine && max(off, -off) > lines:
		return "the lines are further from what minutes come to than their rounding allows"
	}
	contained, added := slowTaxes(t, fee.Charges)
	if fee.TotalMinor != charged+added || fee.AddedMinor != added || fee.TaxMinor != contained+added {
		return "the taxes are not those of the lines"
	}
	return ""
}

func anyTaxes(t *rapid.T, cfg *tariff.Tariff) {
	cfg.Rounding = tariff.Rounding{
		Of: tariff.Of(rapid.IntRange(0, 2).Draw(t, "of")), Mode: tariff.Mode(rapid.IntRange(0, 3).Draw(t, "mode")), StepMinor: int64(rapid.SampledFrom([]int{0, 1, 5, 50}).Draw(t, "step")),
		TaxOf: tariff.Of(rapid.IntRange(0, 2).Draw(t, "taxOf")), TaxMode: tariff.Mode(rapid.IntRange(0, 3).Draw(t, "taxMode")),
	}
	for range rapid.IntRange(0, 3).Draw(t, "taxes") {
		cfg.Taxes = append(cfg.Taxes, tariff.Tax{
			ID: "tax", RatePPM: int64(rapid.SampledFrom([]int{0, 50_000, 88_750, 190_000}).Draw(t, "rate")), Included: rapid.Bool().Draw(t, "included"), OnTaxes: rapid.Bool().Draw(t, "onTaxes"),
		})
	}
	sets := []*tariff.TaxSet{&cfg.Lost.Taxes, &cfg.Booking.Taxes}
	for i := range cfg.Rules {
		sets = append(sets, &cfg.Rules[i].Taxes)
	}
	for i := range cfg.Offers {
		sets = append(sets, &cfg.Offers[i].Taxes)
	}
	for i := range cfg.Extras {
		sets = append(sets, &cfg.Extras[i].Taxes)
	}
	for i := range cfg.Charging.Prices {
		sets = append(sets, &cfg.Charging.Prices[i].Taxes)
	}
	if rapid.Bool().Draw(t, "taxSets") {
		for _, set := range sets {
			*set = tariff.TaxSet(rapid.SampledFrom([]int{0, 0, 1, 2, 4}).Draw(t, "set")) // 4: a set of its own that holds no tax
		}
	}
}

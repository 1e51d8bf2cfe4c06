package tariff

import "slices"

const discountsMax = 8

// codes are the discounts that a stay has, by their index in the tariff.
type codes struct {
	list  [discountsMax]int
	count int
}

// Often is how often a discount may be shown for one stay.
func (d *Discount) Often() int64 { return max(1, d.Times) }

// discounts are those of the codes shown that may be used: the first, as often as it may be shown, and others only where all
// of them stack.
func (p *pricer) discounts() codes {
	var found codes
	for _, code := range p.stay.Discounts {
		i := p.tariff.discount(code)
		if i == none || found.count == discountsMax || !p.usable(&p.tariff.Discounts[i]) || found.times(i) >= p.tariff.Discounts[i].Often() {
			continue
		}
		if found.count > 0 && found.list[0] != i && !(p.tariff.Discounts[i].Stacks && p.tariff.Discounts[found.list[0]].Stacks) {
			continue
		}
		found.list[found.count] = i
		found.count++
	}
	for i := range p.tariff.Discounts {
		if d := &p.tariff.Discounts[i]; d.Automatic && found.count < discountsMax && p.usable(d) && !slices.Contains(found.list[:found.count], i) {
			found.list[found.count] = i
			found.count++
		}
	}
	slices.Sort(found.list[:found.count])
	return found
}

// times is how often a discount was found.
func (c *codes) times(discount int) int64 {
	times := int64(0)
	for _, i := range c.list[:c.count] {
		if i == discount {
			times++
		}
	}
	return times
}

func (t *Tariff) discount(code string) int {
	return slices.IndexFunc(t.Discounts, func(d Discount) bool { return d.Code == code })
}

func (p *pricer) usable(d *Discount) bool {
	day, _ := p.clock.at(p.stay.EntryMS)
	return d.For.matches(&p.stay) && (d.ValidFrom == 0 || day >= d.ValidFrom) && (d.ValidTo == 0 || day <= d.ValidTo)
}

// shorten takes time off a stay. The first such discount is what the receipt names; nil: there is none.
func (c codes) shorten(t *Tariff, fromMS, toMS int64) (startMS, endMS int64, first *Discount) {
	for _, i := range c.list[:c.count] {
		d := &t.Discounts[i]
		if d.Kind != TimeOff {
			continue
		}
		if first == nil {
			first = d
		}
		off := clamp(d.ValueMS, 0, toMS-fromMS)
		if d.AtEnd {
			toMS -= off
		} else {
			fromMS += off
		}
	}
	return fromMS, toMS, first
}

// off takes fixed prices, then money and percent off, as the tariff lists them. A fee does not fall below zero.
func (p *pricer) off(c codes, out *receipt) {
	for _, fixed := range []bool{true, false} {
		for _, i := range c.list[:c.count] {
			d := &p.tariff.Discounts[i]
			if d.Kind == TimeOff || (d.Kind == FixedPrice) != fixed || out.total < exactly(clamp(d.MinMinor, 0, PriceMaxMinor)) {
				continue
			}
			amount := d.takes(out.total)
			if d.MaxMinor > 0 {
				amount = min(amount, exactly(min(d.MaxMinor, PriceMaxMinor)))
			}
			if amount = clamp(amount, 0, max(0, out.total)); amount > 0 {
				out.add(&line{
					Charge: Charge{Rule: d.Code, Kind: Off, FromMS: p.stay.ExitMS, ToMS: p.stay.ExitMS, Times: 1, Payer: d.Payer}, amount: -amount,
				})
			}
		}
	}
}

// takes is what a discount takes off an amount.
func (d *Discount) takes(from exact) exact {
	minor := exactly(clamp(d.Minor, 0, PriceMaxMinor))
	switch d.Kind {
	case PercentOff:
		return from.share(clamp(d.Basis, 0, basisOne), basisOne)
	case FixedPrice:
		return from - minor
	}
	return minor
}

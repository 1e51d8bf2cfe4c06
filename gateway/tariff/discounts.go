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
// of them stack, or the best is to be chosen.
func (p *pricer) discounts() codes {
	var found codes
	for _, code := range p.stay.Discounts {
		i := p.tariff.discount(code)
		if i == none || found.count == discountsMax || !p.usable(&p.tariff.Discounts[i]) || found.times(i) >= p.tariff.Discounts[i].Often() {
			continue
		}
		if found.count > 0 && found.list[0] != i && !p.tariff.BestDiscount && !(p.tariff.Discounts[i].Stacks && p.tariff.Discounts[found.list[0]].Stacks) {
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

// only are those of one discount.
func (c *codes) only(discount int) codes {
	var one codes
	for range c.times(discount) {
		one.list[one.count] = discount
		one.count++
	}
	return one
}

func (t *Tariff) discount(code string) int {
	return slices.IndexFunc(t.Discounts, func(d Discount) bool { return d.Code == code })
}

func (p *pricer) usable(d *Discount) bool {
	return d.For.matches(&p.stay) && p.begins(d, p.stay.EntryMS)
}

// begins reports whether a discount is for stays that begin at an instant.
func (p *pricer) begins(d *Discount, entryMS int64) bool {
	day, _ := p.clock.at(entryMS)
	return (d.ValidFrom == 0 || day >= d.ValidFrom) && (d.ValidTo == 0 || day <= d.ValidTo) && p.holds(d.Entry, entryMS)
}

// Begins reports whether a discount of the tariff is for stays that begin at an instant, in Unix ms, whoever's.
func (t *Tariff) Begins(d *Discount, entryMS int64) bool {
	p := pricer{tariff: t, clock: civil{zone: t.zone()}}
	p.days.calendar = &t.Calendar
	return p.begins(d, entryMS)
}

// gift is time at the beginning of a stay whose price discounts take off. The first of them is what the receipt names.
type gift struct {
	lengthMS int64
	discount *Discount
}

// span is the time of a stay, and what time discounts leave of it.
type span struct {
	fromMS, toMS   int64
	startMS, endMS int64 // what is left
	gift           gift  // from startMS
}

// whole is time of which nothing is taken off.
func whole(fromMS, toMS int64) span {
	return span{fromMS: fromMS, toMS: toMS, startMS: fromMS, endMS: toMS}
}

// shorten takes time off a stay, or off its price. The first such discount is what the receipt names; nil: there is none.
func (c codes) shorten(t *Tariff, fromMS, toMS int64) (left span, first *Discount) {
	left = whole(fromMS, toMS)
	for _, i := range c.list[:c.count] {
		d := &t.Discounts[i]
		if d.Kind != TimeOff {
			continue
		}
		if first == nil {
			first = d
		}
		off := clamp(d.ValueMS, 0, left.endMS-left.startMS)
		switch d.TimeFrom {
		case OffPrice:
			if left.gift.discount == nil {
				left.gift.discount = d
			}
			left.gift.lengthMS += off
		case OffEnd:
			left.endMS -= off
		default:
			left.startMS += off
		}
	}
	left.gift.lengthMS = min(left.gift.lengthMS, left.endMS-left.startMS)
	return left, first
}

// rated prices a stretch by the rules, and takes off what its beginning costs that a discount pays for.
func (p *pricer) rated(s span, out *receipt) {
	p.byRules(s.startMS, s.endMS, out)
	if s.gift.lengthMS <= 0 {
		return
	}
	var first receipt
	giftedMS := min(s.endMS, s.startMS+s.gift.lengthMS)
	p.byRules(s.startMS, giftedMS, &first)
	s.gift.give(s.startMS, giftedMS, first.total, out)
}

// give takes what a stretch costs off a receipt that has nothing else.
func (g *gift) give(fromMS, toMS int64, amount exact, out *receipt) {
	if amount = clamp(amount, 0, max(0, out.total)); amount > 0 {
		out.add(&line{Charge: Charge{Rule: g.discount.Code, Kind: Off, FromMS: fromMS, ToMS: toMS, Times: 1, Payer: g.discount.Payer}, amount: -amount})
	}
}

// off takes fixed prices, then money and percent off, as the tariff lists them. A fee does not fall below zero.
func (p *pricer) off(c codes, out *receipt) {
	for _, fixed := range []bool{true, false} {
		for _, i := range c.list[:c.count] {
			d := &p.tariff.Discounts[i]
			if d.Kind == TimeOff || (d.Kind == FixedPrice) != fixed || out.total < exactly(clamp(d.MinMinor, 0, PriceMaxMinor)) {
				continue
			}
			amount, basis := d.takes(out.total), d.Basis
			if most := exactly(min(d.MaxMinor, PriceMaxMinor)); d.MaxMinor > 0 && amount > most {
				amount, basis = most, 0
			}
			if d.Kind != PercentOff {
				basis = 0
			}
			if amount = clamp(amount, 0, max(0, out.total)); amount > 0 {
				out.add(&line{
					Charge: Charge{Rule: d.Code, Kind: Off, FromMS: p.stay.ExitMS, ToMS: p.stay.ExitMS, Times: 1, Payer: d.Payer, Basis: basis}, amount: -amount,
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

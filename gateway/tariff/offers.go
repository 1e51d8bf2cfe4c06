package tariff

// time prices parking time by what the tariff chooses: the rules, or an offer. The rules, and offers that heed
// time off, price what is left of the stay.
func (p *pricer) time(s span, out *receipt) {
	if len(p.tariff.Offers) == 0 {
		p.rated(s, out)
		return
	}
	p.choose(s, out)
}

func (p *pricer) choose(s span, out *receipt) {
	var best, other receipt
	found := false
	if p.tariff.Choice == Cheapest {
		p.rated(s, &best)
		found = true
	}
	for i := range p.tariff.Offers {
		o := &p.tariff.Offers[i]
		if !p.offered(o, s.fromMS, s.toMS) {
			continue
		}
		if p.tariff.Choice == Priority || len(o.For.Products) > 0 {
			best = receipt{}
			p.sell(o, s, &best)
			found = true
			break
		}
		other = receipt{}
		p.sell(o, s, &other)
		if other.total < best.total {
			best = other
		}
	}
	if !found {
		p.rated(s, &best)
	}
	out.addAll(&best)
}

// offered reports whether an offer is for this stay.
func (p *pricer) offered(o *Offer, fromMS, toMS int64) bool {
	elapsedMS := toMS - fromMS
	return o.For.matches(&p.stay) && elapsedMS >= o.MinMS && (o.MaxMS == 0 || elapsedMS <= o.MaxMS) &&
		p.holds(o.Entry, fromMS) && p.holds(o.Exit, toMS)
}

// sell prices by an offer, and takes off what the beginning costs that a discount pays for.
func (p *pricer) sell(o *Offer, s span, out *receipt) {
	if o.Timeless {
		s = whole(s.fromMS, s.toMS)
	}
	if o.Covers == CoversEntry && !p.holds(o.Entry, s.startMS) {
		p.rated(s, out) // time off has taken all that the offer would have covered
		return
	}
	p.byOffer(o, s.startMS, s.endMS, out)
	if s.gift.lengthMS > 0 {
		var first receipt
		giftedMS := min(s.endMS, s.startMS+s.gift.lengthMS)
		p.byOffer(o, s.startMS, giftedMS, &first)
		s.gift.give(s.startMS, giftedMS, first.total, out)
	}
}

// byOffer prices a stretch by an offer, and what it does not cover by the rules.
func (p *pricer) byOffer(o *Offer, fromMS, toMS int64, out *receipt) {
	for atMS := fromMS; ; {
		untilMS := min(p.covered(o, atMS), toMS)
		like := line{Charge: Charge{Rule: o.ID, Kind: Flat}, taxes: o.Taxes}
		p.ladder(o.Steps, atMS, untilMS, &like, o.NoSurge, out)
		atMS = max(untilMS, atMS+1)
		if atMS >= toMS {
			return
		}
		if !o.Repeats || !p.holds(o.Entry, atMS) || p.restIsCheaper(o, atMS, toMS) {
			p.byRules(atMS, toMS, out)
			return
		}
	}
}

// restIsCheaper reports whether the rules price what one more offer would cover to the end for less.
func (p *pricer) restIsCheaper(o *Offer, fromMS, toMS int64) bool {
	if p.tariff.Choice != Cheapest || p.covered(o, fromMS) < toMS {
		return false
	}
	var rest, more receipt
	p.byRules(fromMS, toMS, &rest)
	p.ladder(o.Steps, fromMS, toMS, &line{}, o.NoSurge, &more)
	return rest.total < more.total
}

// covered is until when an offer bought at an instant holds.
func (p *pricer) covered(o *Offer, atMS int64) int64 {
	switch o.Covers {
	case CoversPeriod:
		return p.ahead(atMS, max(o.ForMS, minuteMS), o.Roll)
	case CoversClock:
		_, nextMS := p.dayOf(atMS, o.UntilMS)
		return nextMS
	case CoversEntry:
		return p.endOf(o.Entry, atMS)
	}
	return forever
}

// endOf is when the stretch that holds an instant ends.
func (p *pricer) endOf(list []When, atMS int64) int64 {
	date, clockMS := p.clock.at(atMS)
	found := p.days.find(list, date, clockMS)
	if !found.inside || len(list) == 0 {
		return forever
	}
	endMS := int64(found.starts)*dayMS + list[found.when].ToMS
	if instantMS := p.clock.instant(endMS); instantMS > atMS {
		return instantMS
	}
	return atMS + endMS - p.clock.local(atMS) // it is the hour that the clock shows again
}

// ladder prices a stretch by steps that count from its start, without caps.
func (p *pricer) ladder(steps []Step, fromMS, toMS int64, like *line, noSurge bool, out *receipt) {
	elapsedMS := max(0, toMS-fromMS)
	for i := range steps {
		s := &steps[i]
		if elapsedMS < s.FromMS || elapsedMS == s.FromMS && i > 0 && !steps[i-1].Sharp {
			return
		}
		endMS := elapsedMS
		if s.ToMS > 0 {
			endMS = min(endMS, s.ToMS)
		}
		next := *like
		next.FromMS, next.ToMS, next.Times, next.UnitMS = fromMS+s.FromMS, fromMS+endMS, 1, s.UnitMS
		price := p.unitPrice(s, noSurge)
		next.PriceMinor, next.Milli = price.thousandths()
		next.Units, next.amount = s.count(endMS-s.FromMS, price)
		out.add(&next)
	}
}

// count is what so much time within a step costs.
func (s *Step) count(spentMS int64, price exact) (units int64, amount exact) {
	if s.UnitMS <= 0 {
		return 1, price
	}
	switch {
	case s.Count == Prorated:
		return 0, price.share(spentMS, s.UnitMS)
	case s.Count == Completed:
		units = spentMS / s.UnitMS
	case s.Sharp:
		units = spentMS/s.UnitMS + 1
		if s.ToMS > 0 {
			units = min(units, ceilDiv(s.ToMS-s.FromMS, s.UnitMS))
		}
	default:
		units = max(1, ceilDiv(spentMS, s.UnitMS))
	}
	return units, price.times(units)
}

package tariff

import "slices"

// lost prices a stay whose ticket is lost.
func (p *pricer) lost(out *receipt) {
	l, s := &p.tariff.Lost, &p.stay
	minor := clamp(l.price(s), 0, PriceMaxMinor)
	price := exactly(minor)
	own := line{Charge: Charge{Rule: "lost ticket", Kind: LostFee, FromMS: s.EntryMS, ToMS: s.ExitMS, Times: 1, PriceMinor: minor, Units: 1}, amount: price, taxes: l.Taxes}
	switch {
	case l.Kind == LostDays:
		own.UnitMS = dayMS
		own.Units = max(1, ceilDiv(s.ExitMS-s.EntryMS, dayMS))
		own.amount = price.times(own.Units)
	case l.Kind != LostSince && (s.Unknown || l.Kind == LostFixed):
	case l.Kind == LostOnTop:
		p.parked(s.EntryMS, s.ExitMS, codes{}, out)
	default:
		var known receipt
		fromMS := s.EntryMS
		if l.Kind == LostSince {
			fromMS, _ = p.dayOf(s.ExitMS, l.SinceMS)
		}
		p.parked(fromMS, s.ExitMS, codes{}, &known)
		if l.Kind == LostAsStay || known.total >= price {
			out.addAll(&known)
			return
		}
	}
	out.add(&own)
}

// price is that of a driver's lost ticket.
func (l *Lost) price(s *Stay) int64 {
	for i := range l.Prices {
		if l.Prices[i].For.matches(s) {
			return l.Prices[i].Minor
		}
	}
	return l.Minor
}

// booked prices a reserved stay: the booking, and what goes beyond it.
func (p *pricer) booked(b *Booked, out *receipt) {
	k, s := &p.tariff.Booking, &p.stay
	fromMS := clamp(b.FromMS, -instantMaxMS, instantMaxMS)
	toMS := clamp(b.ToMS, fromMS, fromMS+StayMaxMS)
	var booking receipt
	p.bookedTime(b, fromMS, toMS, &booking)
	if b.NoShow {
		booking.add(&line{Charge: Charge{Rule: "no-show", Kind: Reserved, FromMS: toMS, ToMS: toMS, Times: 1, Units: 1}, amount: exactly(k.NoShowMinor), taxes: k.Taxes})
		out.addAll(&booking)
		return
	}
	lateMS := max(s.EntryMS, toMS)
	if s.ExitMS > toMS+k.LateMS && k.Overstay == OverstayWhole {
		var whole receipt
		p.parked(min(s.EntryMS, fromMS), s.ExitMS, codes{}, &whole)
		if whole.total > booking.total {
			out.addAll(&whole)
			return
		}
	}
	if early := fromMS - k.EarlyMS; s.EntryMS < early {
		p.time(whole(s.EntryMS, min(fromMS, s.ExitMS)), out)
	}
	out.addAll(&booking)
	switch {
	case s.ExitMS <= toMS+k.LateMS || k.Overstay == OverstayWhole:
	case k.Overstay == OverstayRate:
		p.ladder(k.OverstaySteps, lateMS, s.ExitMS, &line{Charge: Charge{Rule: "overstay", Kind: Time}, taxes: k.Taxes}, false, out)
	default:
		p.time(whole(lateMS, s.ExitMS), out)
	}
}

// bookedTime prices the reserved time: as it was paid ahead, by the prices of bookings, or by the rules.
func (p *pricer) bookedTime(b *Booked, fromMS, toMS int64, out *receipt) {
	k := &p.tariff.Booking
	like := line{Charge: Charge{Rule: "reservation", Kind: Reserved, FromMS: fromMS, ToMS: toMS, Times: 1, Units: 1}, taxes: k.Taxes}
	if b.PaidMinor > 0 {
		like.amount = exactly(clamp(b.PaidMinor, 0, PriceMaxMinor))
		out.add(&like)
		return
	}
	if len(k.Steps) == 0 && k.Minor == 0 {
		p.time(whole(fromMS, toMS), out)
		return
	}
	if k.Minor > 0 {
		like.amount = exactly(clamp(k.Minor, 0, PriceMaxMinor))
		out.add(&like)
	}
	like.amount = 0
	p.ladder(k.Steps, fromMS, toMS, &like, false, out)
}

// penalties adds the prices of violations.
func (p *pricer) penalties(out *receipt) {
	for _, code := range p.stay.Violations {
		for i := range p.tariff.Violations {
			v := &p.tariff.Violations[i]
			if v.Code != code {
				continue
			}
			minor := v.Minor
			if v.ReducedMinor > 0 && p.stay.ViolationAgeMS <= v.WithinMS {
				minor = v.ReducedMinor
			}
			if v.Instead {
				*out = receipt{}
			}
			out.add(&line{
				Charge: Charge{Rule: v.Code, Kind: Violated, FromMS: p.stay.ExitMS, ToMS: p.stay.ExitMS, Times: 1, Units: 1, PriceMinor: minor},
				amount: exactly(clamp(minor, 0, PriceMaxMinor)),
			})
			break
		}
	}
}

// least raises a fee to the tariff's minimum.
func (p *pricer) least(out *receipt) {
	if short := exactly(clamp(p.tariff.MinMinor, 0, PriceMaxMinor)) - out.total; short > 0 && out.total > 0 {
		out.add(&line{Charge: Charge{Rule: "minimum", Kind: Minimum, FromMS: p.stay.ExitMS, ToMS: p.stay.ExitMS, Times: 1}, amount: short})
	}
}

// extras adds the fees beside the time.
func (p *pricer) extras(out *receipt) {
	base := out.total
	for i := range p.tariff.Extras {
		e := &p.tariff.Extras[i]
		if base <= 0 && !e.Always || e.Tender != "" && e.Tender != p.stay.Tender || !e.For.matches(&p.stay) ||
			!p.holds(e.Entry, p.stay.EntryMS) || !p.holds(e.Exit, p.stay.ExitMS) {
			continue
		}
		count := p.stretches(e.During, p.stay.EntryMS, p.stay.ExitMS)
		if count == 0 {
			continue
		}
		amount := exactly(clamp(e.Minor, 0, PriceMaxMinor)).plus(base.share(clamp(e.Basis, 0, basisMax), basisOne)).times(count)
		out.add(&line{Charge: Charge{Rule: e.ID, Kind: ExtraFee, FromMS: p.stay.ExitMS, ToMS: p.stay.ExitMS, Times: 1, Units: count, PriceMinor: e.Minor, Basis: clamp(e.Basis, 0, basisMax)}, amount: amount, taxes: e.Taxes})
	}
}

// stretches counts those of a list that a stay touches; an empty list is one. A stretch that goes on when the clock has gone
// back is the same one.
func (p *pricer) stretches(list []When, fromMS, toMS int64) int64 {
	if len(list) == 0 {
		return 1
	}
	type stretch struct {
		when int
		day  Date
	}
	var touched [16]stretch // the last ones: more do not fit into an hour that comes twice
	count := 0
	for atMS := fromMS; atMS < toMS; {
		date, clockMS := p.clock.at(atMS)
		found := p.days.find(list, date, clockMS)
		if one := (stretch{found.when, found.starts}); found.inside && !slices.Contains(touched[:min(count, len(touched))], one) {
			touched[count%len(touched)] = one
			count++
		}
		atMS = max(atMS+1, p.edge(atMS, found.edgeMS-clockMS))
	}
	return int64(count)
}

const (
	basisOne = 10_000
	basisMax = 100 * basisOne
)

// late adds what an unpaid fee has come to.
func (p *pricer) late(out *receipt) {
	chosen := none
	for i := range p.tariff.Late {
		if l := &p.tariff.Late[i]; p.stay.UnpaidDays > l.AfterDays && (chosen == none || l.AfterDays > p.tariff.Late[chosen].AfterDays) {
			chosen = i
		}
	}
	if chosen == none || out.total <= 0 {
		return
	}
	l := &p.tariff.Late[chosen]
	amount := exactly(clamp(l.Minor, 0, PriceMaxMinor)).plus(out.total.share(clamp(l.Basis, 0, basisMax), basisOne))
	out.add(&line{
		Charge: Charge{Rule: l.ID, Kind: Late, FromMS: p.stay.ExitMS, ToMS: p.stay.ExitMS, Times: 1, Units: 1, PriceMinor: l.Minor, Basis: clamp(l.Basis, 0, basisMax)}, amount: amount,
	})
}

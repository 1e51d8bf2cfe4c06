package tariff

// Quote prices a stay by the tariff.
func Quote(t *Tariff, stay Stay) Fee { return QuoteInto(nil, t, stay) }

// QuoteInto is Quote for those who price many stays: it writes the charges over what buffer holds, and allocates only
// if there are more of them than buffer has room for.
func QuoteInto(buffer []Charge, t *Tariff, stay Stay) Fee {
	p := pricer{tariff: t, stay: stay, clock: civil{zone: t.zone()}}
	p.days.calendar = &t.Calendar
	p.multiplier = t.Surge.multiplier(stay.OccupancyPermille)
	p.normalise()
	var out receipt
	p.price(&out)
	return p.sum(buffer[:0], &out)
}

// pricer prices one stay.
type pricer struct {
	tariff     *Tariff
	stay       Stay
	clock      civil
	days       days
	meters     meters
	multiplier int64  // permille of prices
	fromMS     int64  // of the stretch that is being priced by the rules
	parkedMS   int64  // end of the stay that is told on receipts
	bounded    bool   // what a suspect stay may cost is being worked out
	flats      []flat // of a walk, where its own are not enough: held here so that a walk stays on the stack
}

// normalise clamps a stay, cuts its seconds and joins its visits.
func (p *pricer) normalise() {
	s := &p.stay
	s.EntryMS = clamp(s.EntryMS, -instantMaxMS, instantMaxMS)
	s.ExitMS = clamp(s.ExitMS, s.EntryMS, instantMaxMS)
	s.EntryMS, s.ExitMS = p.seconds(s.EntryMS, s.ExitMS)
	p.join()
	p.parkedMS = s.ExitMS
	s.ExitMS = min(s.ExitMS, s.EntryMS+StayMaxMS)
}

// seconds does with the seconds of a visit what the tariff says.
func (p *pricer) seconds(entryMS, exitMS int64) (fromMS, toMS int64) {
	elapsedMS := exitMS - entryMS
	switch p.tariff.Seconds {
	case SecondsDrop:
		return entryMS, exitMS - elapsedMS%minuteMS
	case SecondsUp:
		return entryMS, entryMS + ceilDiv(elapsedMS, minuteMS)*minuteMS
	case SecondsClock:
		return entryMS - floorMod(entryMS, minuteMS), exitMS - floorMod(exitMS, minuteMS)
	}
	return entryMS, exitMS
}

// join lets the stay begin earlier by the visits that belong to it.
func (p *pricer) join() {
	s, re := &p.stay, &p.tariff.Reentry
	firstMS := s.EntryMS
	for i := len(s.Earlier) - 1; i >= 0; i-- {
		entryMS, exitMS := p.seconds(s.Earlier[i].EntryMS, max(s.Earlier[i].EntryMS, s.Earlier[i].ExitMS))
		awayMS := firstMS - exitMS
		if entryMS > firstMS || awayMS > re.WithinMS && !(re.SameDay && p.sameDay(exitMS, firstMS)) || re.WithinMS == 0 && !re.SameDay {
			return
		}
		if re.Gap == GapFree {
			s.EntryMS -= exitMS - entryMS
		} else {
			s.EntryMS = min(s.EntryMS, entryMS)
		}
		firstMS = entryMS
	}
}

func (p *pricer) sameDay(a, b int64) bool {
	first, _ := p.clock.at(a)
	second, _ := p.clock.at(b)
	return first == second
}

// price fills the receipt, but for rounding and taxes.
func (p *pricer) price(out *receipt) {
	codes := p.discounts()
	if !p.tariff.BestDiscount || codes.count <= 1 {
		p.priced(codes, out)
		return
	}
	p.best(codes, out)
}

// best fills the receipt with the discount by which the stay costs least, and says of the others that they count for nothing.
func (p *pricer) best(codes codes, out *receipt) {
	best := none
	for _, i := range codes.list[:codes.count] {
		var one receipt
		if p.priced(codes.only(i), &one); best == none || one.total < out.total {
			*out, best = one, i
		}
	}
	for n, i := range codes.list[:codes.count] {
		if d := &p.tariff.Discounts[i]; i != best && !d.Automatic && (n == 0 || codes.list[n-1] != i) {
			out.add(&line{Charge: Charge{Rule: d.Code, Kind: Off, FromMS: p.stay.ExitMS, ToMS: p.stay.ExitMS, Times: 1, Payer: d.Payer}})
		}
	}
}

// priced fills the receipt with some discounts.
func (p *pricer) priced(codes codes, out *receipt) {
	switch s := &p.stay; {
	case s.Lost:
		p.lost(out)
	case s.Booked != nil:
		p.booked(s.Booked, out)
	case s.Session != nil && !p.tariff.Charging.WithParking:
	case p.tariff.Grace.Late != LateWhole && len(s.PaidAtMS) > 0 && s.PaidAtMS[0] < s.ExitMS:
		p.paidAndStayed(codes, out)
	default:
		p.parked(s.EntryMS, s.ExitMS, codes, out)
	}
	if p.stay.Session != nil {
		p.charging(p.stay.Session, out)
		for i := range p.stay.Further {
			p.charging(&p.stay.Further[i], out)
		}
	}
	p.penalties(out)
	p.least(out)
	p.extras(out)
	p.off(codes, out)
	p.late(out)
}

// paidAndStayed prices a stay until it was paid, and what goes beyond the time to leave after each payment.
func (p *pricer) paidAndStayed(codes codes, out *receipt) {
	s, g := &p.stay, &p.tariff.Grace
	p.parked(s.EntryMS, max(s.EntryMS, s.PaidAtMS[0]), codes, out)
	for i, paidMS := range s.PaidAtMS {
		untilMS := s.ExitMS
		if i+1 < len(s.PaidAtMS) {
			untilMS = min(untilMS, s.PaidAtMS[i+1])
		}
		leaveMS := min(paidMS+clamp(g.ExitMS, 0, StayMaxMS), untilMS)
		if leaveMS > paidMS {
			out.add(&line{Charge: Charge{Kind: GraceTime, FromMS: paidMS, ToMS: leaveMS, Times: 1}})
		}
		fromMS, toMS := p.seconds(leaveMS, untilMS)
		switch {
		case toMS <= fromMS:
		case g.Late == LateRate:
			p.ladder(g.LateSteps, fromMS, toMS, &line{Charge: Charge{Rule: "late exit", Kind: Time}}, false, out)
		default:
			p.time(whole(fromMS, toMS), out)
		}
	}
}

// parked prices parking time, with grace and time off.
func (p *pricer) parked(fromMS, toMS int64, codes codes, out *receipt) {
	g := &p.tariff.Grace
	elapsedMS := toMS - fromMS
	if elapsedMS > 0 && g.EntryMS > 0 && (elapsedMS < g.EntryMS || elapsedMS == g.EntryMS && !g.Sharp) {
		out.add(&line{Charge: Charge{Kind: GraceTime, FromMS: fromMS, ToMS: toMS, Times: 1}})
		return
	}
	if g.Kind == Continuous && g.EntryMS > 0 && elapsedMS > 0 {
		out.add(&line{Charge: Charge{Kind: GraceTime, FromMS: fromMS, ToMS: fromMS + g.EntryMS, Times: 1}})
		fromMS += g.EntryMS
	}
	if left, first := codes.shorten(p.tariff, fromMS, toMS); first == nil {
		p.time(left, out)
	} else {
		p.shortened(left, first, out)
	}
	if p.parkedMS > toMS && toMS == p.stay.ExitMS {
		out.add(&line{Charge: Charge{Kind: TooLong, FromMS: toMS, ToMS: p.parkedMS, Times: 1}})
	}
}

// shortened prices what a time discount leaves of a stay, unless the whole stay is cheaper.
func (p *pricer) shortened(left span, d *Discount, out *receipt) {
	var all, part receipt
	p.time(whole(left.fromMS, left.toMS), &all)
	if left.startMS > left.fromMS {
		part.add(&line{Charge: Charge{Rule: d.Code, Kind: Off, FromMS: left.fromMS, ToMS: left.startMS, Times: 1, Payer: d.Payer}})
	}
	p.time(left, &part)
	if left.endMS < left.toMS {
		part.add(&line{Charge: Charge{Rule: d.Code, Kind: Off, FromMS: left.endMS, ToMS: left.toMS, Times: 1, Payer: d.Payer}})
	}
	if part.total <= all.total {
		out.addAll(&part)
		return
	}
	out.addAll(&all)
}

// surged is a price times the multiplier, to the nearest minor unit.
func (p *pricer) surged(minor int64) int64 {
	if p.multiplier == 1000 {
		return minor
	}
	return clamp(mulDiv(minor, p.multiplier, 1000), -PriceMaxMinor, PriceMaxMinor)
}

func (p *pricer) surgedCap(minor int64) int64 {
	if p.tariff.Surge.CapsHold {
		return minor
	}
	return p.surged(minor)
}

// multiplier is the permille that prices have at an occupancy.
func (s *Surge) multiplier(occupancyPermille int64) int64 {
	multiplier := int64(1000)
	for i := range s.Steps {
		if occupancyPermille >= s.Steps[i].FromPermille {
			multiplier = clamp(s.Steps[i].Permille, 0, 100_000)
		}
	}
	return multiplier
}

package tariff_test

import (
	"math/big"
	"slices"
	"time"

	"gatehouse/gateway/tariff"
)

// slowSum prices all of a stay, before rounding and taxes: what slow makes of its time, and what comes beside it, one step of
// REFERENCE.md after the other. Amounts are parts of a minor unit.
func slowSum(t *tariff.Tariff, stay tariff.Stay) int64 {
	t = slowFor(t, &stay)
	for i := range stay.Earlier {
		stay.Earlier[i].EntryMS, stay.Earlier[i].ExitMS = slowSeconds(t, stay.Earlier[i].EntryMS, stay.Earlier[i].ExitMS)
	}
	stay.EntryMS, stay.ExitMS = slowSeconds(t, stay.EntryMS, stay.ExitMS)
	slowJoin(t, &stay)
	codes := slowCodes(t, &stay)
	if !t.BestDiscount || len(codes) == 0 {
		return slowPriced(t, stay, codes)
	}
	best := int64(1 << 62)
	for _, d := range codes {
		best = min(best, slowPriced(t, stay, slices.DeleteFunc(slices.Clone(codes), func(other tariff.Discount) bool { return other.Code != d.Code })))
	}
	return best
}

// slowPriced is a stay with some discounts.
func slowPriced(t *tariff.Tariff, stay tariff.Stay, codes []tariff.Discount) int64 {
	sum := int64(0)
	switch {
	case stay.Lost:
		sum = slowLost(t, &stay)
	case stay.Booked != nil:
		sum = slowBooked(t, &stay)
	case stay.Session != nil && !t.Charging.WithParking:
	default:
		sum = slowParked(t, stay.EntryMS, stay.ExitMS, codes)
	}
	if stay.Session != nil {
		for _, session := range append([]tariff.Session{*stay.Session}, stay.Further...) {
			sum += slowSession(t, &stay, &session)
		}
	}
	for _, code := range stay.Violations {
		for _, v := range t.Violations {
			if v.Code != code {
				continue
			}
			minor := v.Minor
			if v.ReducedMinor > 0 && stay.ViolationAgeMS <= v.WithinMS {
				minor = v.ReducedMinor
			}
			if v.Instead {
				sum = 0
			}
			sum += minor * partsOfMinor
		}
	}
	if sum > 0 {
		sum = max(sum, t.MinMinor*partsOfMinor)
	}
	sum += slowExtras(t, &stay, sum)
	sum = slowOff(t, codes, sum)
	if sum > 0 {
		days := int64(-1)
		late := int64(0)
		for _, l := range t.Late {
			if stay.UnpaidDays > l.AfterDays && l.AfterDays > days {
				days, late = l.AfterDays, l.Minor*partsOfMinor+portion(sum, l.Basis, 10_000)
			}
		}
		sum += late
	}
	return sum
}

// portion is the part of an amount that b of c are, to the nearest part.
func portion(a, b, c int64) int64 {
	product := new(big.Int).Mul(big.NewInt(a), big.NewInt(b))
	negative := product.Sign() < 0
	product.Abs(product).Mul(product, big.NewInt(2)).Add(product, big.NewInt(c)).Quo(product, big.NewInt(2*c))
	if negative {
		return -product.Int64()
	}
	return product.Int64()
}

// slowFor is the tariff for one driver at one occupancy: only what is for the stay, at its prices.
func slowFor(t *tariff.Tariff, stay *tariff.Stay) *tariff.Tariff {
	mine := *t
	isFor := func(w tariff.Who) bool {
		if len(w.Vehicles) > 0 && !slices.Contains(w.Vehicles, stay.Vehicle) || len(w.Products) > 0 && !slices.Contains(w.Products, stay.Product) {
			return false
		}
		if w.Spots != 0 && w.Spots&tariff.SpotsOf(stay.SpotType) == 0 {
			return false
		}
		for _, group := range stay.Groups {
			if slices.Contains(w.Groups, group) {
				return true
			}
		}
		return len(w.Groups) == 0
	}
	multiplier := int64(1000)
	for _, step := range t.Surge.Steps {
		if stay.OccupancyPermille >= step.FromPermille {
			multiplier = step.Permille
		}
	}
	dearer := func(minor int64) int64 { return portion(minor, multiplier, 1000) }
	prices := func(steps []tariff.Step, calm bool) []tariff.Step {
		steps = slices.Clone(steps)
		for i := range steps {
			s := &steps[i]
			switch {
			case calm:
			case s.PriceMilli == 0:
				s.PriceMinor = dearer(s.PriceMinor)
			default:
				all := (s.PriceMinor*1000 + s.PriceMilli) * multiplier / 1000
				s.PriceMinor, s.PriceMilli = all/1000, all%1000
			}
		}
		return steps
	}
	mine.Rules = slices.DeleteFunc(slices.Clone(t.Rules), func(r tariff.Rule) bool { return !isFor(r.For) })
	for i := range mine.Rules {
		mine.Rules[i].Steps = prices(mine.Rules[i].Steps, mine.Rules[i].NoSurge)
	}
	mine.Offers = slices.DeleteFunc(slices.Clone(t.Offers), func(o tariff.Offer) bool { return !isFor(o.For) })
	for i := range mine.Offers {
		mine.Offers[i].Steps = prices(mine.Offers[i].Steps, mine.Offers[i].NoSurge)
	}
	mine.Caps = slices.DeleteFunc(slices.Clone(t.Caps), func(c tariff.Cap) bool { return !isFor(c.For) })
	for i := range mine.Caps {
		mine.Caps[i].Amounts = slices.Clone(mine.Caps[i].Amounts)
		for j := range mine.Caps[i].Amounts {
			if a := &mine.Caps[i].Amounts[j]; !t.Surge.CapsHold {
				a.Minor = dearer(a.Minor)
			}
		}
	}
	mine.Extras = slices.DeleteFunc(slices.Clone(t.Extras), func(e tariff.Extra) bool { return !isFor(e.For) || e.Tender != "" && e.Tender != stay.Tender })
	mine.Discounts = slices.DeleteFunc(slices.Clone(t.Discounts), func(d tariff.Discount) bool { return !isFor(d.For) })
	mine.Lost.Prices = slices.DeleteFunc(slices.Clone(t.Lost.Prices), func(p tariff.LostPrice) bool { return !isFor(p.For) })
	mine.Charging.Prices = slices.DeleteFunc(slices.Clone(t.Charging.Prices), func(c tariff.ChargePrice) bool { return !isFor(c.For) })
	mine.Booking.Steps, mine.Booking.OverstaySteps = prices(t.Booking.Steps, false), prices(t.Booking.OverstaySteps, false)
	return &mine
}

func slowSeconds(t *tariff.Tariff, entryMS, exitMS int64) (int64, int64) {
	const minute = 60_000
	switch t.Seconds {
	case tariff.SecondsDrop:
		return entryMS, entryMS + (exitMS-entryMS)/minute*minute
	case tariff.SecondsUp:
		return entryMS, entryMS + (exitMS-entryMS+minute-1)/minute*minute
	case tariff.SecondsClock:
		return floor(entryMS, minute) * minute, floor(exitMS, minute) * minute
	}
	return entryMS, exitMS
}

func slowJoin(t *tariff.Tariff, stay *tariff.Stay) {
	cameMS := stay.EntryMS
	for _, visit := range slices.Backward(stay.Earlier) {
		left, came := time.UnixMilli(visit.ExitMS).In(t.Zone).Format(time.DateOnly), time.UnixMilli(cameMS).In(t.Zone).Format(time.DateOnly)
		soon := t.Reentry.WithinMS > 0 && cameMS-visit.ExitMS <= t.Reentry.WithinMS
		if !soon && !(t.Reentry.SameDay && left == came) {
			return
		}
		if t.Reentry.Gap == tariff.GapFree {
			stay.EntryMS -= visit.ExitMS - visit.EntryMS
		} else {
			stay.EntryMS = min(stay.EntryMS, visit.EntryMS)
		}
		cameMS = visit.EntryMS
	}
}

// slowCodes are the discounts that count, as the tariff lists them.
func slowCodes(t *tariff.Tariff, stay *tariff.Stay) []tariff.Discount {
	clock := newSlowTable(t, stay.EntryMS/60_000, stay.EntryMS/60_000)
	day := tariff.Date(floor(clock.shown[200], minutesOfDay))
	valid := func(d tariff.Discount) bool {
		return slowIn(t, clock, d.Entry, stay.EntryMS/60_000) && (d.ValidFrom == 0 || d.ValidFrom <= day) && (d.ValidTo == 0 || day <= d.ValidTo)
	}
	shown := []int{}
	for _, code := range stay.Discounts {
		i := slices.IndexFunc(t.Discounts, func(d tariff.Discount) bool { return d.Code == code })
		if i < 0 || !valid(t.Discounts[i]) {
			continue
		}
		alike := slices.DeleteFunc(slices.Clone(shown), func(other int) bool { return other != i })
		again := len(alike) > 0 && int64(len(alike)) < t.Discounts[i].Times && (t.Discounts[i].Stacks || t.BestDiscount || len(alike) == len(shown))
		first := len(alike) == 0 && (len(shown) == 0 || t.BestDiscount || t.Discounts[shown[0]].Stacks && t.Discounts[i].Stacks)
		if again || first {
			shown = append(shown, i)
		}
	}
	codes := []tariff.Discount{}
	for i, d := range t.Discounts {
		for _, one := range shown {
			if one == i {
				codes = append(codes, d)
			}
		}
		if d.Automatic && valid(d) && !slices.Contains(shown, i) {
			codes = append(codes, d)
		}
	}
	return codes
}

func slowOff(t *tariff.Tariff, codes []tariff.Discount, sum int64) int64 {
	for _, fixed := range []bool{true, false} {
		for _, d := range codes {
			off := d.Minor * partsOfMinor
			switch d.Kind {
			case tariff.TimeOff:
				continue
			case tariff.PercentOff:
				off = portion(sum, d.Basis, 10_000)
			case tariff.FixedPrice:
				off = sum - off
			}
			if (d.Kind == tariff.FixedPrice) != fixed || sum < d.MinMinor*partsOfMinor {
				continue
			}
			if d.MaxMinor > 0 {
				off = min(off, d.MaxMinor*partsOfMinor)
			}
			sum -= max(0, min(off, sum))
		}
	}
	return sum
}

// slowParked prices parking time: grace, time off, then what is cheaper.
func slowParked(t *tariff.Tariff, fromMS, toMS int64, codes []tariff.Discount) int64 {
	from, to := fromMS/60_000, toMS/60_000
	if grace := t.Grace.EntryMS / 60_000; grace > 0 && to > from {
		if stay := to - from; stay < grace || stay == grace && !t.Grace.Sharp {
			return 0
		}
		if t.Grace.Kind == tariff.Continuous {
			from += grace
		}
	}
	start, end, gift, shorter := from, to, int64(0), false
	for _, d := range codes {
		if d.Kind != tariff.TimeOff {
			continue
		}
		shorter = true
		switch off := min(d.ValueMS/60_000, end-start); d.TimeFrom {
		case tariff.OffPrice:
			gift += off
		case tariff.OffEnd:
			end -= off
		default:
			start += off
		}
	}
	clock := newSlowTable(t, from, to)
	whole := slowTime(t, clock, from, to, from, to, 0)
	if shorter {
		return min(whole, slowTime(t, clock, from, to, start, end, min(gift, end-start)))
	}
	return whole
}

// slowLess is a price without what its first minutes cost, that a discount pays for.
func slowLess(price, first int64) int64 { return price - max(0, min(price, first)) }

// slowTime prices time by the rules or an offer, of a stay of which discounts leave a part, and pay for its first minutes.
func slowTime(t *tariff.Tariff, clock *slowTable, from, to, start, end, gift int64) int64 {
	best, found := int64(0), false
	rules := func() int64 {
		return slowLess(slowRules(t, clock, start, end), slowRules(t, clock, start, min(end, start+gift)))
	}
	if t.Choice == tariff.Cheapest || len(t.Offers) == 0 {
		best, found = rules(), true
	}
	for i := range t.Offers {
		o := &t.Offers[i]
		if !slowIn(t, clock, o.Entry, from) || !slowIn(t, clock, o.Exit, to) || to-from < o.MinMS/60_000 || o.MaxMS > 0 && to-from > o.MaxMS/60_000 {
			continue
		}
		total := slowOffer(t, clock, o, from, to)
		if !o.Timeless {
			total = slowOffer(t, clock, o, start, end)
			switch {
			case gift == 0:
			case o.Covers == tariff.CoversEntry && !slowIn(t, clock, o.Entry, start):
				total = rules()
			default:
				total = slowLess(total, slowOffer(t, clock, o, start, min(end, start+gift)))
			}
		}
		if t.Choice == tariff.Priority || len(o.For.Products) > 0 {
			return total
		}
		best = min(best, total)
	}
	if !found {
		return rules()
	}
	return best
}

// slowOffer sells an offer from a minute on, and again if it repeats, and prices the rest by the rules.
func slowOffer(t *tariff.Tariff, clock *slowTable, o *tariff.Offer, from, to int64) int64 {
	if o.Covers == tariff.CoversEntry && !slowIn(t, clock, o.Entry, from) {
		return slowRules(t, clock, from, to)
	}
	until := min(to, slowCovered(t, clock, o, from))
	total := slowLadder(o.Steps, until-from)
	if until >= to {
		return total
	}
	again := o.Repeats && slowIn(t, clock, o.Entry, until)
	rest := slowRules(t, clock, until, to)
	if again && t.Choice == tariff.Cheapest && slowCovered(t, clock, o, until) >= to && rest < slowLadder(o.Steps, to-until) {
		again = false
	}
	if again {
		return total + slowOffer(t, clock, o, until, to)
	}
	return total + rest
}

func slowCovered(t *tariff.Tariff, clock *slowTable, o *tariff.Offer, from int64) int64 {
	last := clock.from + int64(len(clock.shown)) - 1
	switch o.Covers {
	case tariff.CoversPeriod:
		if o.Roll == tariff.Civil {
			return slowDaysLater(t, from, o.ForMS/86_400_000)
		}
		return from + o.ForMS/60_000
	case tariff.CoversClock:
		for until := from + 1; until < last; until++ {
			if clock.day(until, o.UntilMS) != clock.day(from, o.UntilMS) {
				return until
			}
		}
	case tariff.CoversEntry:
		index, day, _ := slowStretch(t, clock, o.Entry, from)
		if len(o.Entry) == 0 {
			break
		}
		for until := from + 1; until < last; until++ {
			if clock.shown[until-clock.from] >= day*minutesOfDay+o.Entry[index].ToMS/60_000 {
				return until
			}
		}
	}
	return 1 << 40
}

// slowLadder prices minutes by steps, unit by unit, without rules or caps.
func slowLadder(steps []tariff.Step, minutes int64) int64 {
	sum := int64(0)
	for i := range steps {
		s := &steps[i]
		from, to := s.FromMS/60_000, min(minutes, s.ToMS/60_000)
		if s.ToMS == 0 {
			to = minutes
		}
		if minutes < from || minutes == from && i > 0 && !steps[i-1].Sharp {
			return sum
		}
		switch unit := s.UnitMS / 60_000; {
		case unit == 0:
			sum += partsOf(s)
		case s.Count == tariff.Prorated:
			sum += partsOf(s) / unit * (to - from)
		case s.Count == tariff.Completed:
			for at := from + unit; at <= to; at += unit {
				sum += partsOf(s)
			}
		default:
			sum += partsOf(s)
			for at := from + unit; (at < to || at == to && s.Sharp) && (s.ToMS == 0 || at < s.ToMS/60_000); at += unit {
				sum += partsOf(s)
			}
		}
	}
	return sum
}

func slowLost(t *tariff.Tariff, stay *tariff.Stay) int64 {
	minor := t.Lost.Minor
	if len(t.Lost.Prices) > 0 {
		minor = t.Lost.Prices[0].Minor
	}
	price := minor * partsOfMinor
	switch {
	case t.Lost.Kind == tariff.LostDays:
		for days := int64(86_400_000); days < stay.ExitMS-stay.EntryMS; days += 86_400_000 {
			price += minor * partsOfMinor
		}
		return price
	case t.Lost.Kind == tariff.LostSince:
		exit := floor(stay.ExitMS, 60_000)
		clock, opened := newSlowTable(t, exit-2*minutesOfDay, exit), exit
		for clock.day(opened-1, t.Lost.SinceMS) == clock.day(exit, t.Lost.SinceMS) {
			opened--
		}
		return max(price, slowParked(t, opened*60_000, stay.ExitMS, nil))
	case stay.Unknown || t.Lost.Kind == tariff.LostFixed:
		return price
	}
	known := slowParked(t, stay.EntryMS, stay.ExitMS, nil)
	switch t.Lost.Kind {
	case tariff.LostOnTop:
		return known + price
	case tariff.LostAsStay:
		return known
	}
	return max(known, price)
}

func slowBooked(t *tariff.Tariff, stay *tariff.Stay) int64 {
	b, k := stay.Booked, &t.Booking
	from, to, entry, exit := b.FromMS/60_000, b.ToMS/60_000, stay.EntryMS/60_000, stay.ExitMS/60_000
	clock := newSlowTable(t, min(from, entry), max(to, exit))
	plain := func(from, to int64) int64 { return slowTime(t, clock, from, to, from, to, 0) }
	booking := int64(0)
	switch {
	case b.PaidMinor > 0:
		booking = b.PaidMinor * partsOfMinor
	case len(k.Steps) == 0 && k.Minor == 0:
		booking = plain(from, to)
	default:
		booking = k.Minor*partsOfMinor + slowLadder(k.Steps, to-from)
	}
	if b.NoShow {
		return booking + k.NoShowMinor*partsOfMinor
	}
	late := exit > to+k.LateMS/60_000
	if late && k.Overstay == tariff.OverstayWhole {
		if whole := slowParked(t, min(entry, from)*60_000, stay.ExitMS, nil); whole > booking {
			return whole
		}
	}
	sum := booking
	if entry < from-k.EarlyMS/60_000 {
		sum += plain(entry, min(from, exit))
	}
	switch after := max(entry, to); {
	case !late || k.Overstay == tariff.OverstayWhole:
	case k.Overstay == tariff.OverstayRate:
		sum += slowLadder(k.OverstaySteps, exit-after)
	default:
		sum += plain(after, exit)
	}
	return sum
}

// slowExtras adds fees beside the time; a fee for each stretch counts those that hold a minute of the stay.
func slowExtras(t *tariff.Tariff, stay *tariff.Stay, base int64) int64 {
	sum := int64(0)
	entry, exit := floor(stay.EntryMS, 60_000), floor(stay.ExitMS, 60_000)
	clock := newSlowTable(t, entry, exit)
	for _, e := range t.Extras {
		if base <= 0 && !e.Always || !slowIn(t, clock, e.Entry, entry) || !slowIn(t, clock, e.Exit, exit) {
			continue
		}
		touched := map[[2]int64]bool{}
		if len(e.During) == 0 {
			touched[[2]int64{}] = true
		}
		for minute := entry; minute < exit && len(e.During) > 0; minute++ {
			if index, day, inside := slowStretch(t, clock, e.During, minute); inside {
				touched[[2]int64{int64(index), day}] = true
			}
		}
		sum += int64(len(touched)) * (e.Minor*partsOfMinor + portion(base, e.Basis, 10_000))
	}
	return sum
}

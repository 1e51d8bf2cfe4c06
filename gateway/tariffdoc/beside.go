package tariffdoc

import (
	"fmt"
	"slices"

	"gatehouse/gateway/tariff"
)

const (
	saysGraceKind = `"10 min grace" can be read in two ways: write kind = "turnaround" if a longer stay is paid from its entry, or kind = "continuous" if the ` +
		`10 minutes are taken off every stay`
	saysGap  = `the time between visits can be read in two ways: write gap = "counts" if it is priced as if the vehicle had never left, or gap = "free" if only the visits are`
	saysFrom = `"2 h free" can be read in three ways: write from = "start" if the stay is priced as if it began 2 h later, from = "end" if as if it ended 2 h earlier, ` +
		`or from = "price" if what the first 2 h cost comes off (of a table with 1st hour 2.00, 2nd 3.00, 3rd 4.00 the third hour then costs 4.00, not 2.00)`
)

// beside reads grace, re-entry, lost tickets, extras and discounts.
func (r *reader) beside() {
	r.grace()
	if d := r.doc.Reentry; d != nil {
		r.tariff.Reentry = tariff.Reentry{
			WithinMS: r.duration(d.Within, "reentry", "within"), SameDay: d.SameDay,
			Gap: word(r, d.Gap, []string{"counts", "free"}, []tariff.Gap{tariff.GapCounts, tariff.GapFree}, true, saysGap, "reentry", "gap"),
		}
		if d.Within == "" && !d.SameDay {
			r.wrong("nothing says which visits are joined", `write within = "60 min", or same_day = true`, "reentry")
		}
	}
	if d := r.doc.Lost; d != nil {
		r.tariff.Lost = tariff.Lost{
			Minor: r.positive(d.Price, "lost", "price"), Taxes: r.taxSet(d.Taxes, []any{"lost", "taxes"}),
			Kind: word(r, d.Kind, []string{"fixed", "per-day", "at-least", "on-top", "as-stay", "since"},
				[]tariff.LostKind{tariff.LostFixed, tariff.LostDays, tariff.LostGreat, tariff.LostOnTop, tariff.LostAsStay, tariff.LostSince}, true,
				`write kind = "fixed" (the price), "per-day" (for each started 24 h), "at-least" (the stay, but at least the price), "on-top" (both), "as-stay", or `+
					`"since" (a stay since the place opened)`, "lost", "kind"),
			SinceMS: r.clock(d.Since, "lost", "since"),
		}
		if since := r.tariff.Lost.Kind == tariff.LostSince; since != (d.Since != "") {
			r.wrong("kind since and the time since then belong to each other", `write kind = "since" and since = "06:00", or neither`, "lost")
		}
		for i := range d.Prices {
			path := []any{"lost", "prices", i}
			r.tariff.Lost.Prices = append(r.tariff.Lost.Prices, tariff.LostPrice{
				For: r.who(&d.Prices[i].who, path), Minor: r.positive(d.Prices[i].Price, under(path, "price")...),
			})
		}
	}
	for i := range r.doc.Extras {
		d := &r.doc.Extras[i]
		path := []any{"extra", i}
		r.tariff.Extras = append(r.tariff.Extras, tariff.Extra{
			ID: d.Name, For: r.who(&d.who, path), Minor: r.positive(d.Amount, under(path, "amount")...), Basis: r.scaled(d.Percent, 2, under(path, "percent")...),
			Always: d.Always, Tender: d.Tender, Entry: r.whens(d.Entry, under(path, "entry")), Exit: r.whens(d.Exit, under(path, "exit")),
			During: r.whens(d.During, under(path, "during")),
			Taxes:  r.taxSet(d.Taxes, under(path, "taxes")),
		})
		r.named(d.Name, path)
		r.costs(d.Amount, d.Percent, path)
	}
	for i := range r.doc.Discounts {
		r.discount(i)
	}
}

// costs refuses a fee that says no amount.
func (r *reader) costs(amount, percent string, path []any) {
	if amount == "" && percent == "" {
		r.wrong("it has no amount", `write amount = "1.00", percent = "5", or both`, path...)
	}
}

func (r *reader) named(name string, path []any) {
	if name == "" {
		r.wrong("it has no name", "write one; receipts print it", path...)
	}
}

func (r *reader) grace() {
	d := r.doc.Grace
	if d == nil {
		return
	}
	g := &r.tariff.Grace
	g.EntryMS, g.ExitMS, g.OverstayMS = r.duration(d.Entry, "grace", "entry"), r.duration(d.Exit, "grace", "exit"), r.duration(d.Over, "grace", "overstay")
	if g.OverstayMS > 0 && r.tariff.MaxStayMS == 0 {
		r.wrong("there is no longest stay", `write longest_stay = "2 h" at the top`, "grace", "overstay")
	}
	g.Late = word(r, d.Late, []string{"whole", "fresh", "rate"}, []tariff.LateExit{tariff.LateWhole, tariff.LateFresh, tariff.LateRate}, false, "", "grace", "late")
	g.LateSteps = r.steps(d.LateSteps, []any{"grace", "late_step"})
	switch {
	case g.Late != tariff.LateWhole && d.Exit == "":
		r.wrong("nothing says how long one has to leave", `write exit = "15 min"`, "grace", "late")
	case (g.Late == tariff.LateRate) != (len(d.LateSteps) > 0):
		r.wrong("late = \"rate\" and late_step belong to each other", `write late_step = [{ price = "2.00", per = "15 min", count = "started" }] and late = "rate", or neither`, "grace", "late_step")
	}
	g.Kind = word(r, d.Kind, []string{"turnaround", "continuous"}, []tariff.GraceKind{tariff.Turnaround, tariff.Continuous}, g.EntryMS > 0, saysGraceKind, "grace", "kind")
	g.Sharp = r.exclusive(d.Limit, false, "grace", "limit")
}

func (r *reader) discount(i int) {
	d := &r.doc.Discounts[i]
	path := []any{"discount", i}
	one := tariff.Discount{
		Code: d.Code, Name: d.Name, For: r.who(&d.who, path), Payer: d.Payer, Burns: d.Burns, Stacks: d.Stacks, Automatic: d.Automatic,
		ValidFrom: r.date(d.ValidFrom, under(path, "valid_from")...), ValidTo: r.date(d.ValidUntil, under(path, "valid_until")...),
		MaxMinor: r.positive(d.Max, under(path, "max")...), MinMinor: r.positive(d.Min, under(path, "min")...), Entry: r.whens(d.Entry, under(path, "entry")),
		ValueMS: r.duration(d.Time, under(path, "time")...), Basis: r.scaled(d.Percent, 2, under(path, "percent")...),
	}
	ways := 0
	for kind, text := range map[tariff.DiscountKind]string{tariff.TimeOff: d.Time, tariff.PercentOff: d.Percent, tariff.MoneyOff: d.Money, tariff.FixedPrice: d.Price} {
		if text != "" {
			ways++
			one.Kind = kind
		}
	}
	if ways != 1 {
		r.wrong(fmt.Sprintf("%d kinds of discount", ways), `write exactly one of time = "2 h", percent = "50", money = "2.00" or price = "5.00"`, path...)
	}
	if one.Stacks && r.tariff.BestDiscount {
		r.wrong("only the best discount counts, so none stands beside another", `leave stacks out, or write discount_choice = "together" at the top`, under(path, "stacks")...)
	}
	if one.Kind == tariff.PercentOff && one.Basis > 10_000 {
		r.wrong("more than all", "write at most 100", under(path, "percent")...)
	}
	if one.Kind == tariff.TimeOff && d.Max+d.Min != "" {
		r.wrong("max and min are of discounts of percent, money or price", "leave them out: time is taken off before anything is priced", path...)
	}
	if one.Times = d.Times; d.Times < 0 || d.Times > 8 {
		r.wrong(fmt.Sprintf("shown %d times", d.Times), "write 1 to 8", under(path, "times")...)
	}
	if text := d.Money + d.Price; text != "" {
		one.Minor = r.positive(text, path...)
	}
	one.TimeFrom = word(r, d.From, []string{"start", "end", "price"}, []tariff.TimeFrom{tariff.OffStart, tariff.OffEnd, tariff.OffPrice}, d.Time != "", saysFrom, under(path, "from")...)
	r.named(d.Code, path)
	if slices.ContainsFunc(r.tariff.Discounts, func(other tariff.Discount) bool { return other.Code == d.Code }) {
		r.wrong(fmt.Sprintf("there is a %q before it, which alone would count", d.Code), "give each its own code", under(path, "code")...)
	}
	r.tariff.Discounts = append(r.tariff.Discounts, one)
}

// money reads rounding, tenders, surge, late fees and violations.
func (r *reader) money() {
	modes, values := []string{"half-up", "half-even", "up", "down"}, []tariff.Mode{tariff.HalfUp, tariff.HalfEven, tariff.Up, tariff.Down}
	ofWords := []string{"line", "total"}
	if d := r.doc.Rounding; d != nil {
		r.tariff.Rounding = tariff.Rounding{
			Of:   word(r, d.Of, ofWords, []tariff.Of{tariff.OfLine, tariff.OfTotal}, true, `write of = "line" or of = "total"`, "rounding", "of"),
			Mode: word(r, d.Mode, modes, values, true, `write mode = "half-up", "half-even", "up" or "down"`, "rounding", "mode"), StepMinor: r.positive(d.Step, "rounding", "step"),
			TaxMode: word(r, d.TaxMode, modes, values, false, "", "rounding", "tax_mode"), TaxOf: tariff.OfTotal,
		}
		if d.TaxOf != "" {
			r.tariff.Rounding.TaxOf = word(r, d.TaxOf, []string{"line", "total", "tax"}, []tariff.Of{tariff.OfLine, tariff.OfTotal, tariff.OfEach}, false, "", "rounding", "tax_of")
		}
	} else {
		r.tariff.Rounding = tariff.Rounding{Of: tariff.OfTotal, TaxOf: tariff.OfTotal}
	}
	for i := range r.doc.Tenders {
		d := &r.doc.Tenders[i]
		r.named(d.Name, []any{"tender", i})
		if slices.ContainsFunc(r.tariff.Tenders, func(other tariff.Tender) bool { return other.ID == d.Name }) {
			r.wrong(fmt.Sprintf("there is a %q before it, which alone would count", d.Name), "give each its own name", "tender", i, "name")
		}
		if d.Step == "" {
			r.wrong("it has no step", `write the least coin: step = "0.05"`, "tender", i)
		}
		r.tariff.Tenders = append(r.tariff.Tenders, tariff.Tender{
			ID: d.Name, MaxMinor: r.positive(d.Max, "tender", i, "max"), StepMinor: r.positive(d.Step, "tender", i, "step"),
			Mode: word(r, d.Mode, modes, values, true, `write mode = "half-up", "half-even", "up" or "down"`, "tender", i, "mode"),
		})
	}
	if d := r.doc.Surge; d != nil {
		if len(d.Steps) == 0 {
			r.wrong("surge has no steps", `write step = [{ occupancy = "80", multiplier = "1.5" }]`, "surge")
		}
		r.tariff.Surge.CapsHold = word(r, d.Caps, []string{"rise", "hold"}, []bool{false, true}, true, `write caps = "rise" if maxima rise with the prices, or caps = "hold"`, "surge", "caps")
		for i, step := range d.Steps {
			r.tariff.Surge.Steps = append(r.tariff.Surge.Steps, tariff.SurgeStep{
				FromPermille: r.scaled(step.Occupancy, 1, "surge", "step", i, "occupancy"), Permille: r.scaled(step.Multiplier, 3, "surge", "step", i, "multiplier"),
			})
		}
	}
	for i, d := range r.doc.Late {
		r.named(d.Name, []any{"late_fee", i})
		r.costs(d.Amount, d.Percent, []any{"late_fee", i})
		r.tariff.Late = append(r.tariff.Late, tariff.LateFee{
			ID: d.Name, AfterDays: d.AfterDays, Basis: r.scaled(d.Percent, 2, "late_fee", i, "percent"), Minor: r.positive(d.Amount, "late_fee", i, "amount"),
		})
	}
	for i, d := range r.doc.Violations {
		if d.Instead == nil {
			r.wrong("instead is missing", `write instead = true if it is paid in place of the fee, or false if beside it`, "violation", i)
		}
		r.tariff.Violations = append(r.tariff.Violations, tariff.Penalty{
			Code: d.Code, Name: d.Name, Minor: r.positive(d.Amount, "violation", i, "amount"), Instead: d.Instead != nil && *d.Instead,
			ReducedMinor: r.positive(d.Reduced, "violation", i, "reduced"), WithinMS: r.duration(d.Within, "violation", i, "within"),
		})
		r.named(d.Code, []any{"violation", i})
	}
}

func (r *reader) bookings() {
	d := r.doc.Booking
	if d == nil {
		return
	}
	b := &r.tariff.Booking
	b.Minor, b.NoShowMinor = r.positive(d.Amount, "booking", "amount"), r.positive(d.NoShow, "booking", "no_show")
	b.EarlyMS, b.LateMS = r.duration(d.Early, "booking", "early"), r.duration(d.Late, "booking", "late")
	b.Steps = r.steps(d.Steps, []any{"booking", "step"})
	b.OverstaySteps = r.steps(d.OverstaySteps, []any{"booking", "overstay_step"})
	b.Taxes = r.taxSet(d.Taxes, []any{"booking", "taxes"})
	b.Overstay = word(r, d.Overstay, []string{"fresh", "whole", "rate"}, []tariff.Overstay{tariff.OverstayFresh, tariff.OverstayWhole, tariff.OverstayRate}, true,
		`staying beyond the booked end can be priced in several ways: write overstay = "fresh" (a new stay by the rules), "whole" (the whole stay by the rules, at least the booking) or "rate" (overstay_step)`,
		"booking", "overstay")
}

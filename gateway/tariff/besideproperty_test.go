package tariff_test

import (
	"fmt"
	"time"

	"pgregory.net/rapid"

	"gatehouse/gateway/tariff"
	"gatehouse/sync/fact"
)

// anythingBeside gives a tariff and a stay some of what comes beside the time: every switch of the document that the rules
// do not have.
func anythingBeside(t *rapid.T, cfg *tariff.Tariff, stay *tariff.Stay) {
	stay.Vehicle = rapid.SampledFrom([]string{"", "car"}).Draw(t, "vehicle")
	stay.Product = rapid.SampledFrom([]string{"", "", "ticket"}).Draw(t, "product")
	stay.Groups = rapid.SampledFrom([][]string{nil, {"staff"}, {"guest", "resident"}}).Draw(t, "groups")
	stay.SpotType = rapid.SampledFrom([]fact.SpotType{fact.AnyType, fact.Regular, fact.EV}).Draw(t, "spot")
	stay.Tender = rapid.SampledFrom([]string{"", "cash"}).Draw(t, "tender")
	anyClock(t, cfg, stay)
	anySurge(t, cfg, stay)
	anyFees(t, cfg, stay)
	anyDiscounts(t, cfg, stay)
	switch rapid.IntRange(0, 6).Draw(t, "kindOfStay") {
	case 0:
		stay.Lost, stay.Unknown = true, rapid.Bool().Draw(t, "unknown")
		cfg.Lost = tariff.Lost{Kind: tariff.LostKind(rapid.IntRange(0, 5).Draw(t, "lost")), Minor: amount(t), SinceMS: 6 * hourMS}
		for range rapid.IntRange(0, 2).Draw(t, "lostPrices") {
			cfg.Lost.Prices = append(cfg.Lost.Prices, tariff.LostPrice{For: anyWho(t), Minor: amount(t)})
		}
	case 1:
		anyBooking(t, cfg, stay)
	case 2, 3:
		anySession(t, cfg, stay)
	}
	anyTaxes(t, cfg)
}

func amount(t *rapid.T) int64 {
	return int64(rapid.SampledFrom([]int{0, 5, 99, 250, 1000, 2500}).Draw(t, "amount"))
}

func minutes(t *rapid.T, most int) int64 {
	return int64(rapid.IntRange(0, most).Draw(t, "minutes")) * 60_000
}

// anyClock has seconds in the times of a stay, where they are cut, and visits before it.
func anyClock(t *rapid.T, cfg *tariff.Tariff, stay *tariff.Stay) {
	if cfg.Seconds = tariff.Seconds(rapid.IntRange(0, 3).Draw(t, "seconds")); cfg.Seconds == tariff.SecondsClock {
		stay.EntryMS += int64(rapid.IntRange(0, 59_999).Draw(t, "entrySeconds"))
	}
	if cfg.Seconds != tariff.SecondsExact {
		stay.ExitMS = max(stay.EntryMS, stay.ExitMS+int64(rapid.IntRange(-30_000, 30_000).Draw(t, "exitSeconds")))
	}
	if rarely(t, 4, "reentry") {
		cfg.Reentry = tariff.Reentry{WithinMS: int64(rapid.SampledFrom([]int{0, 30, 120}).Draw(t, "within")) * 60_000, SameDay: rapid.Bool().Draw(t, "sameDay"), Gap: tariff.Gap(rapid.IntRange(0, 1).Draw(t, "gap"))}
		at := stay.EntryMS - stay.EntryMS%60_000
		for range rapid.IntRange(0, 2).Draw(t, "visits") {
			exitMS := at - minutes(t, 200)
			at = exitMS - minutes(t, 200)
			stay.Earlier = append([]tariff.Visit{{EntryMS: at, ExitMS: exitMS}}, stay.Earlier...)
		}
	}
}

func anySurge(t *rapid.T, cfg *tariff.Tariff, stay *tariff.Stay) {
	if !rarely(t, 3, "surge") {
		return
	}
	cfg.Surge = tariff.Surge{CapsHold: rapid.Bool().Draw(t, "capsHold"), Steps: []tariff.SurgeStep{
		{FromPermille: 0, Permille: 500}, {FromPermille: 300, Permille: 1000}, {FromPermille: 800, Permille: 1500}, {FromPermille: 950, Permille: 2000},
	}}
	stay.OccupancyPermille = int64(rapid.IntRange(0, 1000).Draw(t, "occupancy"))
}

// anyFees are a least fee, extras, violations and late fees.
func anyFees(t *rapid.T, cfg *tariff.Tariff, stay *tariff.Stay) {
	if rarely(t, 3, "minimum") {
		cfg.MinMinor = amount(t)
	}
	for i := range rapid.IntRange(0, 2).Draw(t, "extras") {
		e := tariff.Extra{ID: fmt.Sprint("extra ", i), For: anyWho(t), Minor: amount(t), Basis: int64(rapid.SampledFrom([]int{0, 0, 250, 1000}).Draw(t, "percent")), Always: rapid.Bool().Draw(t, "always")}
		switch rapid.IntRange(0, 5).Draw(t, "extraWhen") {
		case 0:
			e.Tender = "cash"
		case 1:
			e.Entry = anyWhen(t)
		case 2:
			e.Exit = anyWhen(t)
		case 3:
			e.During = anyWhen(t)[:1]
			e.During[0].ToMS = min(e.During[0].ToMS, e.During[0].FromMS+24*hourMS) // stretches of one list that overlap are not counted
		}
		cfg.Extras = append(cfg.Extras, e)
	}
	if rarely(t, 4, "violated") {
		cfg.Violations = []tariff.Penalty{
			{Code: "ticket", Minor: 4000, ReducedMinor: 2000, WithinMS: 14 * 24 * hourMS, Instead: rapid.Bool().Draw(t, "instead")}, {Code: "bay", Minor: 700},
		}
		stay.Violations = rapid.SliceOfN(rapid.SampledFrom([]string{"ticket", "bay", "none"}), 1, 2).Draw(t, "violations")
		stay.ViolationAgeMS = int64(rapid.IntRange(0, 20).Draw(t, "age")) * 24 * hourMS
	}
	if rarely(t, 4, "unpaid") {
		cfg.Late = []tariff.LateFee{{ID: "late", AfterDays: 3, Minor: 500}, {ID: "later", AfterDays: 10, Basis: 2500, Minor: 100}}
		stay.UnpaidDays = int64(rapid.IntRange(0, 12).Draw(t, "unpaidDays"))
	}
}

func anyDiscounts(t *rapid.T, cfg *tariff.Tariff, stay *tariff.Stay) {
	cfg.BestDiscount = rarely(t, 4, "bestDiscount")
	for _, code := range []string{"a", "b", "c"} {
		d := tariff.Discount{
			Code: code, For: anyWho(t), Kind: tariff.DiscountKind(rapid.IntRange(0, 3).Draw(t, "discount")), ValueMS: minutes(t, 300), TimeFrom: tariff.TimeFrom(rapid.IntRange(0, 2).Draw(t, "timeFrom")),
			Basis: int64(rapid.SampledFrom([]int{0, 1250, 5000, 10_000}).Draw(t, "percent")), Minor: amount(t), Stacks: rapid.Bool().Draw(t, "stacks"), Automatic: rarely(t, 5, "automatic"),
			Times: int64(rapid.SampledFrom([]int{0, 1, 3}).Draw(t, "times")),
		}
		if rarely(t, 4, "bounded") {
			d.MaxMinor, d.MinMinor = amount(t), amount(t)
		}
		if rarely(t, 5, "discountEntry") {
			d.Entry = anyWhen(t)
		}
		if rarely(t, 5, "dated") {
			d.ValidFrom, d.ValidTo = tariff.DateOf(2026, time.March, 28), tariff.DateOf(2026, time.October, 25)
		}
		cfg.Discounts = append(cfg.Discounts, d)
	}
	stay.Discounts = rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", "unknown"}), 0, 4).Draw(t, "codes")
}

func anyBooking(t *rapid.T, cfg *tariff.Tariff, stay *tariff.Stay) {
	cfg.Booking = tariff.Booking{
		Minor: amount(t), Overstay: tariff.Overstay(rapid.IntRange(0, 2).Draw(t, "overstay")), OverstaySteps: anySteps(t), EarlyMS: minutes(t, 30), LateMS: minutes(t, 30), NoShowMinor: amount(t),
	}
	if rapid.Bool().Draw(t, "bookedSteps") {
		cfg.Booking.Steps = anySteps(t)
	}
	fromMS := (stay.EntryMS + int64(rapid.IntRange(-90, 90).Draw(t, "early"))*60_000) / 60_000 * 60_000
	stay.Booked = &tariff.Booked{FromMS: fromMS, ToMS: fromMS + minutes(t, 600), NoShow: rarely(t, 8, "noShow")}
	if rapid.Bool().Draw(t, "paidAhead") {
		stay.Booked.PaidMinor = amount(t)
	}
}

func anySession(t *rapid.T, cfg *tariff.Tariff, stay *tariff.Stay) {
	k := &cfg.Charging
	*k = tariff.Charging{StepEach: rapid.Bool().Draw(t, "stepEach"), IdleGraceMS: minutes(t, 60), GraceAlways: rapid.Bool().Draw(t, "graceAlways"), WithParking: rapid.Bool().Draw(t, "withParking")}
	if rarely(t, 4, "bounds") {
		k.MinMinor, k.MaxMinor = 100, int64(rapid.SampledFrom([]int{0, 400, 2000}).Draw(t, "sessionMax"))
	}
	for i := range rapid.IntRange(1, 5).Draw(t, "prices") {
		q := tariff.ChargePrice{
			ID: string(rune('a' + i)), Dimension: tariff.Dimension(rapid.IntRange(0, 6).Draw(t, "dimension")), PriceMilli: int64(rapid.SampledFrom([]int{0, 39_000, 100_000, 12_345}).Draw(t, "price")),
			StepMS: int64(rapid.SampledFrom([]int{0, 0, 5, 15}).Draw(t, "step")) * 60_000, StepWh: int64(rapid.SampledFrom([]int{0, 100, 1000}).Draw(t, "stepWh")),
		}
		switch rapid.IntRange(0, 5).Draw(t, "bound") {
		case 0:
			q.MinMA = 16_000
		case 1:
			q.MaxMA = 32_000
		case 2:
			q.FromMS = minutes(t, 120)
		case 3:
			q.ToMS = 60_000 + minutes(t, 120)
		case 4:
			q.When = anyWhen(t)
		}
		if rarely(t, 4, "most") {
			q.MaxMinor = 250
		}
		k.Prices = append(k.Prices, q)
	}
	fromMS := stay.EntryMS/60_000*60_000 + minutes(t, 60)
	stay.Session = &tariff.Session{FromMS: fromMS, ToMS: fromMS + minutes(t, 400), EnergyWh: int64(rapid.IntRange(0, 60_000).Draw(t, "energy")), CurrentMA: int64(rapid.SampledFrom([]int{0, 16_000, 32_000}).Draw(t, "current")),
		ReservedMS: minutes(t, 30), NoShow: rarely(t, 8, "sessionNoShow")}
	if rapid.Bool().Draw(t, "left") {
		stay.Session.LeftMS = stay.Session.ToMS + minutes(t, 200)
	} else {
		stay.ExitMS = stay.ExitMS / 60_000 * 60_000
	}
	for range rapid.IntRange(0, 2).Draw(t, "further") {
		next := *stay.Session
		next.FromMS, next.EnergyWh, next.NoShow = max(next.ToMS, next.LeftMS)+minutes(t, 60), int64(rapid.IntRange(0, 9_000).Draw(t, "energy")), false
		next.ToMS = next.FromMS + minutes(t, 200)
		if next.LeftMS > 0 {
			next.LeftMS = next.ToMS + minutes(t, 90)
		}
		stay.Further = append(stay.Further, next)
	}
}

package tariff_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gatehouse/gateway/tariff"
	"gatehouse/sync/fact"
)

// zones with clocks that change by an hour, by half an hour, and not at all.
func zones(t testing.TB) []*time.Location {
	list := []*time.Location{}
	for _, name := range []string{"UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, zone)
	}
	return list
}

// rarely is true one time in so many.
func rarely(t *rapid.T, times int, name string) bool {
	return rapid.IntRange(1, times).Draw(t, name) == times
}

func anyWhen(t *rapid.T) []tariff.When {
	list := []tariff.When{}
	for range rapid.IntRange(1, 2).Draw(t, "stretches") {
		from := int64(rapid.IntRange(0, 47).Draw(t, "from")) * 30
		length := int64(rapid.SampledFrom([]int{60, 90, 300, 600, 720, 1440, 3600}).Draw(t, "length"))
		w := tariff.When{FromMS: from * 60_000, ToMS: (from + length) * 60_000}
		if rarely(t, 8, "wholeDays") {
			w.FromMS, w.ToMS = 0, 24*hourMS
		}
		w.Days = rapid.SampledFrom([]tariff.DaySet{0, 0, tariff.Weekdays, tariff.Weekend, tariff.Friday, tariff.Sunday | tariff.Holiday, tariff.HolidayEve, tariff.HolidayAfter | tariff.Monday,
			tariff.OwnDay, tariff.OwnDay<<1 | tariff.Saturday}).Draw(t, "days")
		if rarely(t, 10, "except") {
			w.Except = rapid.SampledFrom([]tariff.DaySet{tariff.Holiday, tariff.OwnDay, tariff.Sunday}).Draw(t, "exceptDays")
		}
		if rarely(t, 10, "season") {
			w.FirstOfYear, w.LastOfYear = rapid.SampledFrom([]int{301, 329, 1025, 1201}).Draw(t, "first"), rapid.SampledFrom([]int{328, 401, 1024, 1231}).Draw(t, "last")
		}
		if rarely(t, 12, "fromDate") {
			w.FirstDate = tariff.DateOf(2026, time.March, rapid.IntRange(7, 30).Draw(t, "firstDate"))
		}
		if rarely(t, 12, "toDate") {
			w.LastDate = tariff.DateOf(2026, time.October, rapid.IntRange(20, 28).Draw(t, "lastDate"))
		}
		list = append(list, w)
	}
	return list
}

// anyWho is mostly everybody.
func anyWho(t *rapid.T) tariff.Who {
	switch rapid.IntRange(0, 12).Draw(t, "for") {
	case 0:
		return tariff.Who{Groups: []string{"resident", "staff"}}
	case 1:
		return tariff.Who{Vehicles: []string{"car"}}
	case 2:
		return tariff.Who{Products: []string{"ticket"}}
	case 3:
		return tariff.Who{Spots: tariff.SpotsOf(fact.EV, fact.Large)}
	}
	return tariff.Who{}
}

func anySteps(t *rapid.T) []tariff.Step {
	steps := []tariff.Step{}
	fromMS := int64(0)
	count := rapid.IntRange(1, 3).Draw(t, "steps")
	for i := range count {
		s := tariff.Step{FromMS: fromMS, PriceMinor: int64(rapid.SampledFrom([]int{0, 1, 7, 50, 100, 333}).Draw(t, "price"))}
		if rarely(t, 6, "fraction") {
			s.PriceMilli = int64(rapid.IntRange(1, 3).Draw(t, "quarters")) * 250
		}
		s.UnitMS = int64(rapid.SampledFrom([]int{0, 10, 15, 20, 30, 60, 60, 120, 1440}).Draw(t, "unit")) * 60_000
		if s.UnitMS > 0 {
			s.Count = tariff.Count(rapid.IntRange(0, 2).Draw(t, "count"))
		}
		if i < count-1 || rapid.IntRange(0, 4).Draw(t, "ends") == 0 {
			s.ToMS = fromMS + int64(rapid.SampledFrom([]int{15, 40, 60, 90, 180, 600}).Draw(t, "stepLength"))*60_000
		}
		s.Sharp = rapid.IntRange(0, 3).Draw(t, "sharp") == 0
		steps = append(steps, s)
		fromMS = s.ToMS
	}
	return steps
}

func anyCap(t *rapid.T, rules int) tariff.Cap {
	c := tariff.Cap{ID: "cap", For: anyWho(t), Window: tariff.CapWindow(rapid.IntRange(0, 3).Draw(t, "window")), Once: rapid.IntRange(0, 3).Draw(t, "once") == 0}
	c.PeriodMS = int64(rapid.SampledFrom([]int{300, 720, 1440, 1440, 2880}).Draw(t, "period")) * 60_000
	if c.PeriodMS%86_400_000 == 0 {
		c.Roll = tariff.Roll(rapid.IntRange(0, 1).Draw(t, "roll"))
	}
	c.ResetMS = int64(rapid.SampledFrom([]int{0, 0, 360, 150}).Draw(t, "reset")) * 60_000
	if c.Window == tariff.PerBand {
		c.When = anyWhen(t)
	}
	if rapid.IntRange(0, 2).Draw(t, "some") == 0 {
		c.Rules = []string{fmt.Sprint("r", rapid.IntRange(0, rules-1).Draw(t, "capRule"))}
		if c.Window == tariff.PerPeriod && c.Roll == tariff.Elapsed {
			c.Begins = tariff.Begins(rapid.IntRange(0, 1).Draw(t, "begins"))
		}
	}
	if rarely(t, 6, "capEntry") {
		c.Entry = anyWhen(t)
	}
	c.Decided = tariff.Decided(rapid.IntRange(0, 1).Draw(t, "decided"))
	for range rapid.IntRange(1, 2).Draw(t, "amounts") {
		a := tariff.CapAmount{Minor: int64(rapid.SampledFrom([]int{0, 100, 250, 500, 900, 2000}).Draw(t, "amount"))}
		switch rapid.IntRange(0, 4).Draw(t, "amountWhen") {
		case 2:
			a.First, a.Last = int64(rapid.IntRange(0, 2).Draw(t, "firstWindow")), int64(rapid.SampledFrom([]int{0, 0, 2, 3}).Draw(t, "lastWindow"))
		case 0:
			a.When = anyWhen(t)
		case 1:
			a.Rule = fmt.Sprint("r", rapid.IntRange(0, rules-1).Draw(t, "amountRule"))
		}
		c.Amounts = append(c.Amounts, a)
	}
	return c
}

func anyTariff(t *rapid.T, zone *time.Location) *tariff.Tariff {
	cfg := &tariff.Tariff{Version: "v", Currency: "EUR", Zone: zone, Rounding: tariff.Rounding{Of: tariff.OfTotal}, GapsFree: true, FirstWins: true}
	cfg.Calendar.Holidays = []tariff.Date{tariff.DateOf(2026, time.March, 27), tariff.DateOf(2026, time.October, 26)}
	cfg.Calendar.AsDay = tariff.AsDay(rapid.IntRange(0, 2).Draw(t, "asDay"))
	cfg.Calendar.Own = []tariff.OwnDays{
		{Name: "fair", Dates: []tariff.Date{tariff.DateOf(2026, time.March, 28), tariff.DateOf(2026, time.June, 3)}, Also: rapid.Bool().Draw(t, "also")},
		{Name: "match", Dates: []tariff.Date{tariff.DateOf(2026, time.April, 4), tariff.DateOf(2026, time.October, 25)}, Also: rapid.Bool().Draw(t, "also")},
	}
	dayStarts := int64(rapid.SampledFrom([]int{0, 360, 360, 1170}).Draw(t, "paidDayStarts")) * 60_000
	paid := tariff.AnchorPaid + tariff.Anchor(rapid.IntRange(0, 1).Draw(t, "paidDay"))
	rules := rapid.IntRange(1, 3).Draw(t, "rules")
	for i := range rules {
		r := tariff.Rule{ID: fmt.Sprint("r", i), For: anyWho(t), NoSurge: rarely(t, 5, "noSurge"), Steps: anySteps(t), Anchor: tariff.Anchor(rapid.IntRange(0, 5).Draw(t, "anchor"))}
		for j := range r.Steps {
			if r.Anchor >= tariff.AnchorPaid && r.Steps[j].Count == tariff.Completed {
				r.Steps[j].Count = tariff.Started
			}
		}
		r.ResetMS = int64(rapid.SampledFrom([]int{0, 360, 150}).Draw(t, "dayStarts")) * 60_000
		if r.Anchor >= tariff.AnchorPaid { // of all alike: they share what is paid
			r.Anchor, r.ResetMS = paid, dayStarts
		}
		if i < rules-1 || rapid.Bool().Draw(t, "gap") {
			r.When = anyWhen(t)
		}
		if rapid.IntRange(0, 3).Draw(t, "restarts") == 0 {
			r.RestartMS = int64(rapid.SampledFrom([]int{300, 720, 1440, 2880}).Draw(t, "restart")) * 60_000
			if r.RestartMS%(24*hourMS) == 0 && r.Anchor < tariff.AnchorPaid {
				r.Roll = tariff.Roll(rapid.IntRange(0, 1).Draw(t, "restartRoll"))
			}
		}
		cfg.Rules = append(cfg.Rules, r)
	}
	for range rapid.IntRange(0, 3).Draw(t, "caps") {
		cfg.Caps = append(cfg.Caps, anyCap(t, rules))
	}
	cfg.Boundary = rapid.SampledFrom([]tariff.Boundary{0, 0, 0, tariff.BoundaryEntry, tariff.BoundaryExit}).Draw(t, "boundary")
	for range rapid.SampledFrom([]int{0, 0, 1, 2}).Draw(t, "offers") {
		cfg.Offers = append(cfg.Offers, anyOffer(t))
		cfg.Offers[len(cfg.Offers)-1].ID = fmt.Sprint("offer ", len(cfg.Offers))
	}
	cfg.Choice = tariff.Choice(rapid.IntRange(0, 1).Draw(t, "choice"))
	if rapid.IntRange(0, 2).Draw(t, "graced") == 0 {
		cfg.Grace = tariff.Grace{EntryMS: 10 * 60_000, Kind: tariff.GraceKind(rapid.IntRange(0, 1).Draw(t, "graceKind")), Sharp: rapid.Bool().Draw(t, "sharpGrace")}
	}
	return cfg
}

// anyStay is at most five days, often around a change of the clocks.
func anyStay(t *rapid.T, zone *time.Location) (entryMS, exitMS int64) {
	start := rapid.SampledFrom([]time.Time{
		time.Date(2026, time.March, 27, 0, 0, 0, 0, zone), time.Date(2026, time.October, 23, 0, 0, 0, 0, zone), time.Date(2026, time.March, 6, 0, 0, 0, 0, zone),
		time.Date(2026, time.April, 3, 0, 0, 0, 0, zone), time.Date(2026, time.June, 1, 0, 0, 0, 0, zone),
	}).Draw(t, "around").UnixMilli()
	entryMS = start + int64(rapid.IntRange(0, 3*1440).Draw(t, "entry"))*60_000
	longest := rapid.SampledFrom([]int{90, 600, 1500, 5 * 1440}).Draw(t, "longest")
	return entryMS, entryMS + int64(rapid.IntRange(0, longest).Draw(t, "minutes"))*60_000
}

func anyOffer(t *rapid.T) tariff.Offer {
	o := tariff.Offer{ID: "offer", For: anyWho(t), Entry: anyWhen(t), Covers: tariff.Covers(rapid.IntRange(0, 3).Draw(t, "covers")), UntilMS: 6 * hourMS, ForMS: 12 * hourMS,
		Steps: []tariff.Step{{PriceMinor: int64(rapid.IntRange(0, 900).Draw(t, "flat"))}}, Timeless: rapid.Bool().Draw(t, "timeless"), NoSurge: rarely(t, 5, "calm")}
	if rarely(t, 4, "ladder") {
		o.Steps = anySteps(t)
	}
	if rapid.Bool().Draw(t, "exitWindow") {
		o.Exit = anyWhen(t)
	}
	if rarely(t, 3, "days") {
		o.ForMS, o.Roll = 24*hourMS, tariff.Roll(rapid.IntRange(0, 1).Draw(t, "forRoll"))
	}
	o.Repeats = o.Covers != tariff.CoversStay && rarely(t, 3, "repeats")
	if rarely(t, 5, "least") {
		o.MinMS = int64(rapid.IntRange(1, 300).Draw(t, "minStay")) * 60_000
	}
	if rarely(t, 5, "most") {
		o.MaxMS = int64(rapid.IntRange(60, 2000).Draw(t, "maxStay")) * 60_000
	}
	return o
}

func TestEngineAgreesWithTheSlowOne(t *testing.T) {
	all := zones(t)
	if campaign() {
		if err := flag.Set("rapid.checks", "100000"); err != nil {
			t.Fatal(err)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		zone := rapid.SampledFrom(all).Draw(t, "zone")
		cfg := anyTariff(t, zone)
		entryMS, exitMS := anyStay(t, zone)
		stay := tariff.Stay{EntryMS: entryMS, ExitMS: exitMS}
		if rapid.Bool().Draw(t, "beside") {
			anythingBeside(t, cfg, &stay)
		}
		parts := slowSum(cfg, copied(stay))
		fee := tariff.Quote(cfg, stay)
		if wrong := audit(cfg, &fee, parts); wrong != "" {
			t.Fatalf("%s: %d, minute by minute %d parts: %v to %v: %+v\n%+v\n%+v", wrong, fee.TotalMinor, parts, time.UnixMilli(stay.EntryMS).In(zone), time.UnixMilli(stay.ExitMS).In(zone), stay, cfg, fee.Charges)
		}
	})
}

// copied is a stay of which nothing is shared.
func copied(stay tariff.Stay) tariff.Stay {
	stay.Earlier = slices.Clone(stay.Earlier)
	return stay
}

// campaign is whether long runs are wanted.
func campaign() bool { return os.Getenv("GATEHOUSE_CAMPAIGN") != "" }

package tariff_test

import (
	"math/big"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gatehouse/gateway/tariff"
	"gatehouse/sync/fact"
)

// slow prices a stay a second way: tick by tick, each one asked of package time's calendar, in fractions.
// Entry, exit and unit are whole ticks.
type slow struct {
	tariff *tariff.Tariff
	stay   tariff.Stay
	tickMS int64
}

func (s slow) total() int64 {
	elapsed := s.stay.ExitMS - s.stay.EntryMS
	if elapsed <= s.tariff.GraceEntryMS {
		return 0
	}
	sum := int64(0)
	for from := int64(0); from < elapsed; from += dayMS {
		sum += s.day(from, min(from+dayMS, elapsed))
	}
	for s.stay.Bounded && sum > 0 && s.withTax(sum) > s.tariff.SuspectMaxMinor {
		sum--
	}
	return s.withTax(sum)
}

func (s slow) withTax(sum int64) int64 {
	if s.tariff.TaxIncluded {
		return sum
	}
	return sum + round(big.NewRat(sum*s.tariff.TaxPermille, 1000))
}

// day is the price of the part of one day between two instants since entry.
func (s slow) day(from, to int64) int64 {
	type run struct {
		rule   *tariff.Rule
		free   bool
		amount *big.Rat
	}
	var runs []run
	step := max(s.tickMS, s.tariff.StartedUnitMS)
	for at := from; at < to; at += step {
		rule := s.rule(at)
		free := rule == nil || rule.FirstHourFree && at < hourMS
		if n := len(runs); n == 0 || runs[n-1].rule != rule || runs[n-1].free != free {
			runs = append(runs, run{rule, free, new(big.Rat)})
		}
		if !free {
			last := runs[len(runs)-1].amount
			last.Add(last, big.NewRat(rule.RatePerHourMinor*step, hourMS))
		}
	}
	sum := int64(0)
	for _, r := range runs {
		sum += round(r.amount)
	}
	return min(sum, s.maximum(from))
}

// maximum looks at the day in quarters of an hour: shorter runs of a rule are only at its ends.
func (s slow) maximum(from int64) int64 {
	for at := from; ; at = min(at+hourMS/4, from+dayMS-1) {
		if rule := s.rule(at); rule != nil && rule.MaxDailyMinor > 0 {
			return rule.MaxDailyMinor
		}
		if at == from+dayMS-1 {
			return 1 << 60
		}
	}
}

// rule sorts all rules that apply at an instant since entry.
func (s slow) rule(sinceEntry int64) *tariff.Rule {
	civil := time.UnixMilli(s.stay.EntryMS + sinceEntry).In(s.tariff.Zone)
	today := civil.Format(time.DateOnly)
	kind := map[time.Weekday]tariff.DayType{time.Saturday: tariff.Weekend, time.Sunday: tariff.Weekend}[civil.Weekday()]
	if kind == tariff.AnyDay {
		kind = tariff.Weekday
	}
	if slices.ContainsFunc(s.tariff.Holidays, func(d tariff.Date) bool { return d.String() == today }) {
		kind = tariff.Holiday
	}
	var fit []*tariff.Rule
	for i := range s.tariff.Rules {
		r := &s.tariff.Rules[i]
		hours := r.StartHour <= civil.Hour() && civil.Hour() < r.EndHour
		if r.StartHour > r.EndHour {
			hours = civil.Hour() >= r.StartHour || civil.Hour() < r.EndHour
		}
		early := r.ValidFrom != 0 && today < r.ValidFrom.String()
		late := r.ValidUntil != 0 && today > r.ValidUntil.String()
		if hours && !early && !late && (r.DayType == kind || r.DayType == tariff.AnyDay) &&
			(r.SpotType == s.stay.SpotType || r.SpotType == fact.AnyType) {
			fit = append(fit, r)
		}
	}
	if len(fit) == 0 {
		return nil
	}
	rank := func(r *tariff.Rule) int {
		score := r.Priority * 2
		if r.SpotType != fact.AnyType {
			score += 1000
		}
		if r.DayType != tariff.AnyDay {
			score++
		}
		return score
	}
	return slices.MaxFunc(fit, func(a, b *tariff.Rule) int { return rank(a) - rank(b) })
}

// round is half up.
func round(r *big.Rat) int64 {
	twice := new(big.Int).Mul(r.Num(), big.NewInt(2))
	twice.Add(twice, r.Denom())
	return twice.Div(twice, new(big.Int).Mul(r.Denom(), big.NewInt(2))).Int64()
}

// days near which something changes: clocks (Europe, America, Australia, Lebanon), the year, nothing.
var days = []tariff.Date{
	tariff.DateOf(2026, time.March, 28), tariff.DateOf(2026, time.October, 24), tariff.DateOf(2026, time.March, 7),
	tariff.DateOf(2026, time.November, 1), tariff.DateOf(2026, time.April, 4), tariff.DateOf(2026, time.October, 3),
	tariff.DateOf(2025, time.December, 31), tariff.DateOf(2026, time.June, 10),
}

var zones = []string{"UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Asia/Beirut"}

// hours, most of them where clocks change.
var (
	startHours = []int{0, 0, 0, 1, 2, 3, 4, 8, 17, 20, 23}
	endHours   = []int{24, 24, 24, 1, 2, 3, 4, 9, 18, 22, 0}
)

func drawTariff(t *rapid.T, zones []*time.Location, around tariff.Date, units []int64) *tariff.Tariff {
	tr := &tariff.Tariff{
		Zone:            rapid.SampledFrom(zones).Draw(t, "zone"),
		TaxPermille:     rapid.SampledFrom([]int64{0, 80, 190, 999}).Draw(t, "tax"),
		TaxIncluded:     rapid.Bool().Draw(t, "included"),
		GraceEntryMS:    rapid.SampledFrom([]int64{0, 5 * minuteMS, hourMS / 2}).Draw(t, "grace"),
		GraceExitMS:     15 * minuteMS,
		SuspectMaxMinor: rapid.Int64Range(0, 5000).Draw(t, "suspect"),
		StartedUnitMS:   rapid.SampledFrom(units).Draw(t, "unit"),
	}
	near := rapid.Custom(func(t *rapid.T) tariff.Date { return around + tariff.Date(rapid.IntRange(-2, 5).Draw(t, "day")) })
	tr.Holidays = rapid.SliceOfNDistinct(near, 0, 2, rapid.ID).Draw(t, "holidays")
	slices.Sort(tr.Holidays)
	for i := range rapid.IntRange(1, 7).Draw(t, "rules") {
		r := tariff.Rule{
			ID:               string(rune('a' + i)),
			SpotType:         rapid.SampledFrom([]fact.SpotType{fact.AnyType, fact.AnyType, fact.Regular, fact.EV}).Draw(t, "type"),
			DayType:          rapid.SampledFrom([]tariff.DayType{0, 0, tariff.Weekday, tariff.Weekend, tariff.Holiday}).Draw(t, "day type"),
			StartHour:        rapid.SampledFrom(startHours).Draw(t, "start"),
			EndHour:          rapid.SampledFrom(endHours).Draw(t, "end"),
			RatePerHourMinor: rapid.SampledFrom([]int64{0, 1, 7, 100, 333, 1999}).Draw(t, "rate"),
			MaxDailyMinor:    rapid.SampledFrom([]int64{0, 0, 500, 3333, 20000}).Draw(t, "max"),
			FirstHourFree:    rapid.IntRange(0, 3).Draw(t, "free") == 0,
			Priority:         rapid.IntRange(0, 2).Draw(t, "priority"),
		}
		if rapid.IntRange(0, 2).Draw(t, "bounded") == 0 {
			r.ValidFrom, r.ValidUntil = near.Draw(t, "from"), near.Draw(t, "until")
		}
		tr.Rules = append(tr.Rules, r)
	}
	return tr
}

// drawCase draws a tariff and a stay of whole ticks, some days or some minutes long.
func drawCase(t *rapid.T, zones []*time.Location) slow {
	grain := rapid.SampledFrom([]struct {
		tickMS, ticks int64
		units         []int64
	}{
		{hourMS / 4, 400, []int64{0, hourMS / 4, hourMS / 2, 3 * hourMS / 4, hourMS, 5 * hourMS, dayMS}},
		{minuteMS, 500, []int64{0, minuteMS, 7 * minuteMS, 20 * minuteMS, hourMS}},
		{1000, 300, []int64{0, 1000, 90_000, hourMS}},
	}).Draw(t, "grain")
	day := rapid.SampledFrom(days).Draw(t, "around")
	s := slow{tariff: drawTariff(t, zones, day, grain.units), tickMS: grain.tickMS}
	s.stay.EntryMS = int64(day)*dayMS + rapid.Int64Range(0, 2*dayMS/grain.tickMS).Draw(t, "entry")*grain.tickMS
	s.stay.ExitMS = s.stay.EntryMS + rapid.Int64Range(0, grain.ticks).Draw(t, "ticks")*grain.tickMS
	s.stay.SpotType = rapid.SampledFrom([]fact.SpotType{fact.Regular, fact.EV, fact.AnyType}).Draw(t, "spot")
	s.stay.Bounded = rapid.IntRange(0, 3).Draw(t, "suspect") == 0
	return s
}

func allZones(t testing.TB) []*time.Location {
	var list []*time.Location
	for _, name := range zones {
		list = append(list, zone(t, name))
	}
	return list
}

// TestTheSlowWayAgrees prices 3,000 stays both ways.
func TestTheSlowWayAgrees(t *testing.T) {
	zones := allZones(t)
	rapid.Check(t, func(t *rapid.T) {
		for range 30 {
			s := drawCase(t, zones)
			fee := tariff.Quote(s.tariff, s.stay)
			if want := s.total(); fee.TotalMinor != want {
				t.Fatalf("%+v\n%+v\ncosts %+v, the slow way %d", s.tariff, s.stay, fee, want)
			}
		}
	})
}

// TestAYearTheSlowWay goes through all that a year has: 2 clock changes, 104 weekends, 2 holidays.
func TestAYearTheSlowWay(t *testing.T) {
	tr := banded(zone(t, "Europe/Berlin"))
	entry := at(t, tr.Zone, "2026-01-01 10:15")
	s := slow{tr, tariff.Stay{EntryMS: entry, ExitMS: entry + 365*dayMS + 3*hourMS, SpotType: fact.Regular}, hourMS / 4}
	fee := tariff.Quote(tr, s.stay)
	if want := s.total(); fee.TotalMinor != want {
		t.Errorf("%d, the slow way %d", fee.TotalMinor, want)
	}
	t.Logf("a year costs %d in %d charges", fee.TotalMinor, len(fee.Charges))
}

// TestChargesTileTheStayAndSumUp: nothing is paid twice, nothing is left out, and the receipt can be added up.
func TestChargesTileTheStayAndSumUp(t *testing.T) {
	zones := allZones(t)
	rapid.Check(t, func(t *rapid.T) {
		s := drawCase(t, zones)
		fee := tariff.Quote(s.tariff, s.stay)
		sum := int64(0)
		for _, c := range fee.Charges {
			sum += c.AmountMinor
			if c.Note != tariff.NoNote && c.Note != tariff.Suspect && c.AmountMinor != 0 {
				t.Errorf("a free charge costs: %+v", c)
			}
		}
		if s.tariff.TaxIncluded && sum != fee.TotalMinor || !s.tariff.TaxIncluded && sum != fee.SubtotalMinor {
			t.Errorf("charges sum up to %d, fee %+v", sum, fee)
		}
		if fee.SubtotalMinor+fee.TaxMinor != fee.TotalMinor || fee.TotalMinor < 0 || fee.TaxMinor < 0 {
			t.Errorf("fee %+v", fee)
		}
		if at := tiled(t, s.stay.EntryMS, fee.Charges); at != s.stay.ExitMS {
			t.Errorf("charges end at %d, the stay at %d: %+v", at, s.stay.ExitMS, fee.Charges)
		}
	})
}

// tiled walks through charges and returns where they end. Charges that stand for several days come in groups of
// 24 hours.
func tiled(t *rapid.T, at int64, charges []tariff.Charge) int64 {
	for i := 0; i < len(charges); {
		days, start := charges[i].Days, at
		for first := true; first || days > 1 && at < start+dayMS; first = false {
			if i == len(charges) || charges[i].FromMS != at || charges[i].Days != days || days > 1 && charges[i].ToMS > start+dayMS {
				t.Fatalf("charge %d does not go on at %d: %+v", i, at, charges)
			}
			at, i = charges[i].ToMS, i+1
		}
		at += (days - 1) * dayMS
	}
	return at
}

func TestALongerStayNeverCostsLess(t *testing.T) {
	zones := allZones(t)
	rapid.Check(t, func(t *rapid.T) {
		s := drawCase(t, zones)
		before := int64(0)
		for range 30 {
			s.stay.ExitMS += rapid.Int64Range(1, 3*hourMS).Draw(t, "more")
			now := tariff.Quote(s.tariff, s.stay).TotalMinor
			if now < before {
				t.Fatalf("%+v %+v: %d, a little earlier %d", s.tariff, s.stay, now, before)
			}
			before = now
		}
	})
}

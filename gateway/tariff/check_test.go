package tariff_test

import (
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gatehouse/gateway/tariff"
	"gatehouse/sync/fact"
)

func TestAGoodTariffHasNoProblems(t *testing.T) {
	for _, tr := range []*tariff.Tariff{flat(time.UTC, 500, 2000, hourMS), flat(time.UTC, 0, 0, 0)} {
		if problems := tariff.Check(tr); len(problems) > 0 {
			t.Errorf("%v", problems)
		}
	}
	for _, p := range tariff.Check(banded(zone(t, "Europe/Berlin"))) {
		t.Error(p)
	}
}

func TestCheckSaysWhatToWriteInstead(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*tariff.Tariff)
		want  string // part of the one problem
	}{
		"version":         {func(t *tariff.Tariff) { t.Version = "" }, "for example 2026-03"},
		"currency":        {func(t *tariff.Tariff) { t.Currency = "€" }, "for example EUR"},
		"zone":            {func(t *tariff.Tariff) { t.Zone = nil }, "Europe/Berlin"},
		"tax":             {func(t *tariff.Tariff) { t.TaxPermille = -80 }, "8 % is 80"},
		"holidays":        {func(t *tariff.Tariff) { t.Holidays = []tariff.Date{20600, 20600} }, "each day once"},
		"entry grace":     {func(t *tariff.Tariff) { t.GraceEntryMS = -1 }, "write 0 to"},
		"exit grace":      {func(t *tariff.Tariff) { t.GraceExitMS = 2 * dayMS }, "write 0 to"},
		"no exit grace":   {func(t *tariff.Tariff) { t.GraceExitMS = 0 }, "warning: tariff: no time to leave"},
		"unit":            {func(t *tariff.Tariff) { t.StartedUnitMS = 7 * hourMS }, "divides a day"},
		"lost":            {func(t *tariff.Tariff) { t.LostMinor = 0 }, "warning: tariff: price of a lost ticket is nothing"},
		"suspect":         {func(t *tariff.Tariff) { t.SuspectMaxMinor = -1 }, "minor units"},
		"no rules":        {func(t *tariff.Tariff) { t.Rules = nil }, "0 rules: write 1"},
		"too many rules":  {func(t *tariff.Tariff) { t.Rules = make([]tariff.Rule, tariff.RulesMax+1) }, "201 rules"},
		"no id":           {func(t *tariff.Tariff) { t.Rules[0].ID = "" }, "rule #1: id of 0 bytes"},
		"same id":         {func(t *tariff.Tariff) { t.Rules[1].ID = "day" }, "same id"},
		"day type":        {func(t *tariff.Tariff) { t.Rules[4].DayType = 9 }, "write one of"},
		"spot type":       {func(t *tariff.Tariff) { t.Rules[4].SpotType = 9 }, "write any or one of"},
		"rate":            {func(t *tariff.Tariff) { t.Rules[0].RatePerHourMinor = -1 }, "rate per hour is -1"},
		"maximum":         {func(t *tariff.Tariff) { t.Rules[2].MaxDailyMinor = -1 }, "daily maximum is -1"},
		"hours":           {func(t *tariff.Tariff) { t.Rules[4].EndHour = 25 }, "an end of 0 to 24"},
		"no hours":        {func(t *tariff.Tariff) { t.Rules[4].EndHour = 10 }, "write 0 and 24"},
		"validity":        {func(t *tariff.Tariff) { t.Rules[4].ValidFrom, t.Rules[4].ValidUntil = 20601, 20600 }, "the earlier day first"},
		"first hour":      {func(t *tariff.Tariff) { t.StartedUnitMS, t.Rules[0].FirstHourFree = 8*hourMS, true }, "divides an hour"},
		"gap":             {func(t *tariff.Tariff) { t.Rules[0].EndHour = 18 }, "no rule from 18 to 20 on a weekday"},
		"gap on holidays": {func(t *tariff.Tariff) { t.Rules = t.Rules[:3] }, "no rule from 0 to 24 on a holiday"},
		"gap of a type":   {func(t *tariff.Tariff) { only(t, fact.EV) }, "warning: tariff: spot type compact has no rule"},
		"gap for a while": {func(t *tariff.Tariff) { t.Rules[2].ValidUntil = tariff.DateOf(2026, 5, 31) }, "from 2026-06-01 on spot type"},
		"all expired":     {expire, "from 2027-01-01 on no rule is valid"},
		"overlap":         {func(t *tariff.Tariff) { t.Rules[0].EndHour = 21 }, `hour 20 of weekday days for spot type any is also in rule "day"`},
		"two maxima":      {func(t *tariff.Tariff) { t.Rules[1].MaxDailyMinor = 900 }, `is 9.00 EUR, that of rule "day" for other hours of the same days 25.00 EUR`},
	} {
		tr := banded(time.UTC)
		tr.Rules = append(tr.Rules, tariff.Rule{ID: "event", DayType: tariff.Weekday, StartHour: 10, EndHour: 12, Priority: 1})
		c.spoil(tr)
		problems := tariff.Check(tr)
		if len(problems) == 0 || !strings.Contains(problems[0].String(), c.want) {
			t.Errorf("%s: %v, want %q", name, problems, c.want)
		}
	}
}

func only(t *tariff.Tariff, spotType fact.SpotType) {
	for i := range t.Rules {
		t.Rules[i].SpotType = spotType
	}
}

func expire(t *tariff.Tariff) {
	for i := range t.Rules {
		t.Rules[i].ValidUntil = tariff.DateOf(2026, time.December, 31)
	}
}

// A tariff without an error has a price for every instant, and the order of its rules means nothing.
func TestACheckedTariffMeansOneThing(t *testing.T) {
	zones := allZones(t)
	checked := 0
	rapid.Check(t, func(t *rapid.T) {
		s := drawCase(t, zones)
		s.tariff.Version, s.tariff.Currency = "1", "EUR"
		s.tariff.Rules = append(s.tariff.Rules, tariff.Rule{ID: "else", EndHour: 24, RatePerHourMinor: 50, Priority: -1})
		for _, p := range tariff.Check(s.tariff) {
			if !p.Warning {
				return
			}
		}
		checked++
		fee := tariff.Quote(s.tariff, s.stay)
		for _, c := range fee.Charges {
			if c.Note == tariff.NoRule {
				t.Errorf("no rule: %+v", c)
			}
		}
		s.tariff.Rules = rapid.Permutation(s.tariff.Rules).Draw(t, "order")
		if again := tariff.Quote(s.tariff, s.stay); !reflect.DeepEqual(fee, again) {
			t.Errorf("%+v, and with rules in another order %+v", fee, again)
		}
	})
	if checked == 0 {
		t.Error("no tariff was without errors")
	}
}

// FuzzTariff feeds nonsense: neither Check nor Quote may fail, and a fee still adds up.
func FuzzTariff(f *testing.F) {
	f.Add("day", uint8(1), uint8(1), 8, 20, int64(500), int64(2000), true, int32(20000), int32(21000), int64(0), int64(80), int64(0), int64(90_000_000))
	f.Add("", uint8(9), uint8(9), -30, 30, int64(math.MinInt64), int64(math.MaxInt64), false, int32(math.MinInt32), int32(math.MaxInt32),
		int64(math.MaxInt64), int64(math.MinInt64), int64(math.MinInt64), int64(math.MaxInt64))
	f.Add("x", uint8(0), uint8(0), 22, 6, int64(math.MaxInt64), int64(-1), true, int32(0), int32(0), int64(1), int64(5000), int64(-5), int64(1<<40))
	f.Fuzz(func(t *testing.T, id string, spotType, dayType uint8, start, end int, rate, most int64, free bool,
		from, until int32, unit, permille, entry, exit int64) {
		rule := tariff.Rule{ID: id, SpotType: fact.SpotType(spotType), DayType: tariff.DayType(dayType), StartHour: start, EndHour: end,
			RatePerHourMinor: rate, MaxDailyMinor: most, FirstHourFree: free, ValidFrom: tariff.Date(from), ValidUntil: tariff.Date(until)}
		other := rule
		other.StartHour, other.EndHour, other.ValidFrom, other.Priority = end, start, tariff.Date(until), start
		tr := &tariff.Tariff{Rules: []tariff.Rule{rule, other, {EndHour: 24, RatePerHourMinor: 7}}, Holidays: []tariff.Date{tariff.Date(from)},
			TaxPermille: permille, TaxIncluded: free, StartedUnitMS: unit, GraceEntryMS: rate, GraceExitMS: most, LostMinor: rate, SuspectMaxMinor: most}
		for _, p := range tariff.Check(tr) {
			if p.Text == "" || !strings.Contains(id, "%") && strings.Contains(p.Text, "%!") {
				t.Errorf("problem %+v", p)
			}
		}
		stay := tariff.Stay{EntryMS: entry, ExitMS: exit, SpotType: fact.SpotType(spotType), Bounded: !free}
		bill := tariff.Due(tr, stay, []tariff.Payment{{AtMS: exit, AmountMinor: most}, {AtMS: entry, AmountMinor: rate}})
		for _, fee := range []tariff.Fee{bill.Fee, tariff.QuoteLost(tr, exit)} {
			sum := int64(0)
			for _, c := range fee.Charges {
				sum += c.AmountMinor
			}
			if fee.TotalMinor < 0 || fee.SubtotalMinor+fee.TaxMinor != fee.TotalMinor || sum != fee.SubtotalMinor && sum != fee.TotalMinor {
				t.Errorf("%+v", fee)
			}
		}
		if bill.DueMinor < 0 {
			t.Errorf("%+v", bill)
		}
	})
}

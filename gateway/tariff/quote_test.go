package tariff_test

import (
	"math"
	"reflect"
	"slices"
	"testing"
	"time"

	"gatehouse/gateway/tariff"
	"gatehouse/sync/fact"
)

func TestAFeeSaysWhatItIsFor(t *testing.T) {
	tr := banded(zone(t, "Europe/Berlin"))
	entry, exit := at(t, tr.Zone, "2026-06-08 18:00"), at(t, tr.Zone, "2026-06-08 21:30")
	got := tariff.Quote(tr, tariff.Stay{EntryMS: entry, ExitMS: exit, SpotType: fact.Compact})
	want := tariff.Fee{
		Currency: "EUR", SubtotalMinor: 950, TotalMinor: 950, PaidUntilMS: exit + 15*minuteMS,
		Charges: []tariff.Charge{
			{Rule: "day", FromMS: entry, ToMS: entry + 2*hourMS, Days: 1, RatePerHourMinor: 400, AmountMinor: 800},
			{Rule: "night", FromMS: entry + 2*hourMS, ToMS: exit, Days: 1, RatePerHourMinor: 100, AmountMinor: 150},
		},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestDaysAlikeAreOneCharge(t *testing.T) {
	fee := tariff.Quote(flat(time.UTC, 500, 2000, hourMS), tariff.Stay{ExitMS: 30*dayMS + hourMS})
	want := []tariff.Charge{
		{Rule: "flat", ToMS: dayMS, Days: 30, RatePerHourMinor: 500, UnitMS: hourMS, Units: 24, AmountMinor: 60000, Capped: true},
		{Rule: "flat", FromMS: 30 * dayMS, ToMS: 30*dayMS + hourMS, Days: 1, RatePerHourMinor: 500, UnitMS: hourMS, Units: 1, AmountMinor: 500},
	}
	if !slices.Equal(fee.Charges, want) {
		t.Errorf("got %+v", fee.Charges)
	}
}

func TestTheMoreParticularRuleApplies(t *testing.T) {
	tr := flat(time.UTC, 100, 0, hourMS)
	tr.Rules = append(tr.Rules,
		tariff.Rule{ID: "weekday", DayType: tariff.Weekday, EndHour: 24, RatePerHourMinor: 200},
		tariff.Rule{ID: "event", StartHour: 18, EndHour: 23, RatePerHourMinor: 900, Priority: 5},
		tariff.Rule{ID: "ev", SpotType: fact.EV, StartHour: 8, EndHour: 20, RatePerHourMinor: 300},
	)
	for _, c := range []struct {
		spotType fact.SpotType
		entry    string
		want     int64
	}{
		{fact.Regular, "2026-06-07 10:00", 100}, // Sunday: only the rule for any day
		{fact.Regular, "2026-06-08 10:00", 200}, // Monday: its own day type
		{fact.Regular, "2026-06-08 19:00", 900}, // priority
		{fact.EV, "2026-06-08 19:00", 300},      // a rule of the spot type, whatever the priority of others
		{fact.EV, "2026-06-08 20:00", 900},      // without one, the rule for any type
	} {
		entry := at(t, time.UTC, c.entry)
		if got := tariff.Quote(tr, tariff.Stay{EntryMS: entry, ExitMS: entry + hourMS, SpotType: c.spotType}).TotalMinor; got != c.want {
			t.Errorf("%v at %s costs %d, want %d", c.spotType, c.entry, got, c.want)
		}
	}
}

func TestFirstHourFree(t *testing.T) {
	tr := flat(time.UTC, 600, 0, 0)
	tr.Rules[0].FirstHourFree = true
	wants(t, tr, "2026-06-08 10:00", "2026-06-08 11:00", 0, "2026-06-08 10:00", "2026-06-08 11:30", 300)
	tr.StartedUnitMS = hourMS / 2
	wants(t, tr, "2026-06-08 10:00", "2026-06-08 11:00", 0, "2026-06-08 10:00", "2026-06-08 11:01", 300)
	tr.StartedUnitMS = 0
	tr.Rules[0].StartHour = 10
	tr.Rules = append(tr.Rules, tariff.Rule{ID: "early", StartHour: 0, EndHour: 10, RatePerHourMinor: 300})
	wants(t, tr, "2026-06-08 09:30", "2026-06-08 11:00", 150+0+300) // only the half hour under the rule is free
}

func TestAnHourWithoutARuleIsFreeAndSaysSo(t *testing.T) {
	tr := flat(time.UTC, 600, 0, 0)
	tr.Rules[0].EndHour = 12
	entry := at(t, time.UTC, "2026-06-08 11:00")
	fee := tariff.Quote(tr, tariff.Stay{EntryMS: entry, ExitMS: entry + 3*hourMS})
	if len(fee.Charges) != 2 || fee.Charges[1].Note != tariff.NoRule || fee.Charges[1].AmountMinor != 0 || fee.TotalMinor != 600 {
		t.Errorf("got %+v", fee)
	}
}

func TestASuspectStayIsBounded(t *testing.T) {
	tr := flat(time.UTC, 500, 0, hourMS)
	tr.SuspectMaxMinor = 2000
	for _, c := range []struct {
		permille int64
		included bool
		charges  int64
	}{{0, false, 2000}, {190, true, 2000}, {190, false, 1681}, {80, false, 1852}} {
		tr.TaxPermille, tr.TaxIncluded = c.permille, c.included
		fee := tariff.Quote(tr, tariff.Stay{ExitMS: 40 * dayMS, Bounded: true})
		last := fee.Charges[len(fee.Charges)-1]
		if fee.TotalMinor != 2000 || last.Note != tariff.Suspect || last.AmountMinor != c.charges-40*24*500 {
			t.Errorf("%+v: %+v", c, fee)
		}
		if fee := tariff.Quote(tr, tariff.Stay{ExitMS: hourMS, Bounded: true}); len(fee.Charges) != 1 || fee.Charges[0].AmountMinor != 500 {
			t.Errorf("an hour is within the bound: %+v", fee)
		}
	}
}

func TestALostTicketHasItsPrice(t *testing.T) {
	tr := flat(time.UTC, 500, 0, 0)
	tr.TaxPermille, tr.TaxIncluded = 190, true
	fee := tariff.QuoteLost(tr, 7)
	if fee.TotalMinor != 2000 || fee.TaxMinor != 319 || len(fee.Charges) != 1 || fee.Charges[0].Note != tariff.Lost {
		t.Errorf("got %+v", fee)
	}
}

func TestStaysThatAreNone(t *testing.T) {
	tr := flat(time.UTC, 500, 2000, hourMS)
	for _, stay := range []tariff.Stay{{}, {EntryMS: 5}, {EntryMS: math.MaxInt64, ExitMS: math.MinInt64}} {
		if fee := tariff.Quote(tr, stay); fee.TotalMinor != 0 || len(fee.Charges) != 0 {
			t.Errorf("%+v: %+v", stay, fee)
		}
	}
}

func TestAWrongClockIsNoStay(t *testing.T) {
	tr := flat(zone(t, "Europe/Berlin"), 500, 2000, hourMS)
	fee := tariff.Quote(tr, tariff.Stay{EntryMS: math.MinInt64, ExitMS: math.MaxInt64})
	if fee.TotalMinor != tariff.StayMaxMS/dayMS*2000 || fee.Charges[len(fee.Charges)-1].Note != tariff.TooLong {
		t.Errorf("got %d, %+v", fee.TotalMinor, fee.Charges)
	}
}

func TestTheWordsOfATariff(t *testing.T) {
	for _, d := range []tariff.DayType{tariff.AnyDay, tariff.Weekday, tariff.Weekend, tariff.Holiday} {
		text, _ := d.MarshalText()
		var back tariff.DayType
		if err := back.UnmarshalText(text); err != nil || back != d {
			t.Errorf("%s came back as %v, %v", text, back, err)
		}
	}
	var day tariff.DayType
	if err := day.UnmarshalText([]byte("sunday")); err == nil {
		t.Error("sunday is no day type")
	}
	date := tariff.DateOf(2026, time.February, 28)
	text, _ := date.MarshalText()
	var back tariff.Date
	if err := back.UnmarshalText(text); err != nil || back != date || string(text) != "2026-02-28" || back.Weekday() != time.Saturday {
		t.Errorf("%s came back as %v, %v", text, back, err)
	}
	if err := back.UnmarshalText([]byte("29.2.2026")); err == nil || back != date {
		t.Errorf("29.2.2026 became %v", back)
	}
	if note, _ := tariff.NoRule.MarshalText(); string(note) != "no_rule" {
		t.Errorf("note %s", note)
	}
}

func TestQuotingAgainAllocatesNothing(t *testing.T) {
	tr := banded(zone(t, "Europe/Berlin"))
	stay := tariff.Stay{EntryMS: at(t, tr.Zone, "2026-06-08 18:00"), ExitMS: at(t, tr.Zone, "2026-06-09 09:30"), SpotType: fact.Regular}
	var buffer []tariff.Charge
	if n := testing.AllocsPerRun(100, func() { buffer = tariff.QuoteInto(buffer, tr, stay).Charges }); n > 0 {
		t.Errorf("%v allocations with a buffer", n)
	}
	if n := testing.AllocsPerRun(100, func() { tariff.Quote(tr, stay) }); n > 1 {
		t.Errorf("%v allocations without", n)
	}
}

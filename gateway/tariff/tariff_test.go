package tariff_test

import (
	"testing"
	"time"
	_ "time/tzdata"

	"gatehouse/gateway/tariff"
	"gatehouse/sync/fact"
)

const (
	minuteMS = int64(60_000)
	hourMS   = 60 * minuteMS
	dayMS    = 24 * hourMS
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// at is the instant of a civil time in a zone, or of an RFC 3339 time.
func at(t testing.TB, z *time.Location, text string) int64 {
	t.Helper()
	if instant, err := time.Parse(time.RFC3339, text); err == nil {
		return instant.UnixMilli()
	}
	instant, err := time.ParseInLocation("2006-01-02 15:04", text, z)
	if err != nil {
		t.Fatal(err)
	}
	return instant.UnixMilli()
}

// flat is one price around the clock.
func flat(z *time.Location, ratePerHourMinor, maxDailyMinor, unitMS int64) *tariff.Tariff {
	return &tariff.Tariff{
		Version: "1", Currency: "EUR", Zone: z, StartedUnitMS: unitMS,
		LostMinor: 2000, SuspectMaxMinor: 2000, GraceExitMS: 15 * minuteMS,
		Rules: []tariff.Rule{{ID: "flat", EndHour: 24, RatePerHourMinor: ratePerHourMinor, MaxDailyMinor: maxDailyMinor}},
	}
}

// banded is the usual city tariff: dear by day, cheap at night, cheaper on weekends and holidays.
func banded(z *time.Location) *tariff.Tariff {
	t := flat(z, 0, 0, 0)
	t.Holidays = []tariff.Date{tariff.DateOf(2026, time.April, 3), tariff.DateOf(2026, time.December, 25)}
	t.Rules = []tariff.Rule{
		{ID: "day", DayType: tariff.Weekday, StartHour: 8, EndHour: 20, RatePerHourMinor: 400, MaxDailyMinor: 2500},
		{ID: "night", DayType: tariff.Weekday, StartHour: 20, EndHour: 8, RatePerHourMinor: 100, MaxDailyMinor: 2500},
		{ID: "weekend", DayType: tariff.Weekend, EndHour: 24, RatePerHourMinor: 200, MaxDailyMinor: 1500},
		{ID: "holiday", DayType: tariff.Holiday, EndHour: 24, RatePerHourMinor: 50, MaxDailyMinor: 500},
	}
	return t
}

// cost is the total of a stay of a regular car between two civil times.
func cost(t testing.TB, tr *tariff.Tariff, from, to string) int64 {
	t.Helper()
	z := tr.Zone
	return tariff.Quote(tr, tariff.Stay{EntryMS: at(t, z, from), ExitMS: at(t, z, to), SpotType: fact.Regular}).TotalMinor
}

// wants checks totals of stays, given as from, to and total.
func wants(t *testing.T, tr *tariff.Tariff, stays ...any) {
	t.Helper()
	for i := 0; i < len(stays); i += 3 {
		from, to, want := stays[i].(string), stays[i+1].(string), int64(stays[i+2].(int))
		if got := cost(t, tr, from, to); got != want {
			t.Errorf("%s to %s costs %d, want %d", from, to, got, want)
		}
	}
}

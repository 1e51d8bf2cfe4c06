package tariff_test

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"gatehouse/gateway/tariff"
	"gatehouse/sync/fact"
)

// The vectors are numbered as in the project's parking reference, section 8.

func TestV1BandsArePricedEachForItself(t *testing.T) {
	tr := flat(zone(t, "Asia/Singapore"), 0, 0, 0)
	tr.Rules = []tariff.Rule{
		{ID: "morning", StartHour: 7, EndHour: 10, RatePerHourMinor: 120},
		{ID: "day", StartHour: 10, EndHour: 20, RatePerHourMinor: 160},
		{ID: "evening", StartHour: 20, EndHour: 7, RatePerHourMinor: 120},
	}
	wants(t, tr, "2026-06-10 09:30", "2026-06-10 10:30", 140)
}

func TestV5UnitsAreAnchoredAtEntry(t *testing.T) {
	tr := flat(time.UTC, 0, 0, hourMS/2)
	tr.Rules = []tariff.Rule{
		{ID: "day", StartHour: 7, EndHour: 17, RatePerHourMinor: 240},
		{ID: "night", StartHour: 17, EndHour: 7, RatePerHourMinor: 120},
	}
	wants(t, tr, "2026-06-08 16:50", "2026-06-08 17:20", 120, "2026-06-08 16:50", "2026-06-08 17:21", 180)
}

func TestV8ADayIs24HoursFromEntry(t *testing.T) {
	wants(t, flat(time.UTC, 600, 2000, 10*minuteMS), "2026-06-08 20:00", "2026-06-09 08:00", 2000)
}

func TestV9EachStartedUnitCounts(t *testing.T) {
	wants(t, flat(time.UTC, 300, 0, 20*minuteMS),
		"2026-06-08 10:00", "2026-06-08 10:21", 200, "2026-06-08 10:00", "2026-06-08 10:30", 200,
		"2026-06-08 10:00", "2026-06-08 11:00", 300, "2026-06-08 10:00", "2026-06-08 12:00", 600)
}

func TestV12TheMaximumIsThatOfTheDaysStart(t *testing.T) {
	tr := flat(zone(t, "Asia/Tokyo"), 0, 0, hourMS/2)
	tr.Rules = []tariff.Rule{
		{ID: "week", DayType: tariff.Weekday, EndHour: 24, RatePerHourMinor: 200, MaxDailyMinor: 900},
		{ID: "weekend", DayType: tariff.Weekend, EndHour: 24, RatePerHourMinor: 200, MaxDailyMinor: 1200},
	}
	wants(t, tr, "2026-06-07 10:00", "2026-06-08 09:00", 1200, "2026-06-07 10:00", "2026-06-08 12:00", 1200+400,
		"2026-06-05 10:00", "2026-06-06 09:00", 900)
}

func TestV15AnEveningAndAMorningAreOneDay(t *testing.T) {
	wants(t, flat(time.UTC, 300, 2700, hourMS), "2026-06-08 13:00", "2026-06-09 11:00", 2700)
}

func TestV16TurningRoundIsFreeAndStayingIsPaidFromTheStart(t *testing.T) {
	tr := flat(time.UTC, 200, 0, 15*minuteMS)
	tr.GraceEntryMS = 6 * minuteMS
	wants(t, tr, "2026-06-08 10:00", "2026-06-08 11:03", 250,
		"2026-06-08 10:00", "2026-06-08 10:06", 0, "2026-06-08 10:00", "2026-06-08 10:07", 50)
}

func TestV18SpringNight(t *testing.T) {
	wants(t, flat(zone(t, "Europe/Berlin"), 200, 0, hourMS), "2026-03-29 01:30", "2026-03-29 03:30", 200)
}

func TestV19AutumnNight(t *testing.T) {
	wants(t, flat(zone(t, "Europe/Berlin"), 200, 0, hourMS), "2026-10-25T01:30:00+02:00", "2026-10-25T03:30:00+01:00", 600)
}

func TestV20TheHourThatComesTwice(t *testing.T) {
	wants(t, flat(zone(t, "Europe/Berlin"), 200, 0, hourMS), "2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00", 200)
}

func TestV21ADayOf25HoursIsADayAndAnHour(t *testing.T) {
	wants(t, flat(zone(t, "Europe/Berlin"), 200, 1500, hourMS), "2026-10-24 12:00", "2026-10-25 12:00", 1500+200)
}

func TestV22TheNightMaximumOnEveryNight(t *testing.T) {
	tr := flat(zone(t, "Europe/Berlin"), 0, 0, 0)
	tr.Rules = []tariff.Rule{
		{ID: "day", StartHour: 6, EndHour: 22, RatePerHourMinor: 300},
		{ID: "night", StartHour: 22, EndHour: 6, RatePerHourMinor: 100, MaxDailyMinor: 500},
	}
	for _, night := range []struct {
		from, to string
		minutes  int64
	}{
		{"2026-03-28 22:00", "2026-03-29 06:00", 420},
		{"2026-06-08 22:00", "2026-06-09 06:00", 480},
		{"2026-10-24 22:00", "2026-10-25 06:00", 540},
	} {
		if got := (at(t, tr.Zone, night.to) - at(t, tr.Zone, night.from)) / minuteMS; got != night.minutes {
			t.Fatalf("%s: %d minutes", night.from, got)
		}
		wants(t, tr, night.from, night.to, 500)
	}
}

func TestV37TheSourceDesignsOwnExample(t *testing.T) {
	wants(t, flat(time.UTC, 500, 2000, 0), "2026-06-08 08:00", "2026-06-09 09:00", 2500)
}

func TestV38LateExitOwesTheDifference(t *testing.T) {
	tr := flat(time.UTC, 300, 0, hourMS)
	paid := []tariff.Payment{{AtMS: at(t, time.UTC, "2026-06-08 14:00"), AmountMinor: 300}}
	for exit, want := range map[string]int64{
		"2026-06-08 14:00": 0, "2026-06-08 14:14": 0, "2026-06-08 14:15": 0, "2026-06-08 14:16": 300, "2026-06-08 15:11": 600,
	} {
		stay := tariff.Stay{EntryMS: at(t, time.UTC, "2026-06-08 13:10"), ExitMS: at(t, time.UTC, exit)}
		if bill := tariff.Due(tr, stay, paid); bill.DueMinor != want {
			t.Errorf("exit at %s: %d due, want %d: %+v", exit, bill.DueMinor, want, bill)
		}
	}
}

func TestABandThatStartsWhereTheClockJumps(t *testing.T) {
	tr := flat(zone(t, "Europe/Berlin"), 0, 0, 0)
	tr.Rules = []tariff.Rule{
		{ID: "night", StartHour: 20, EndHour: 3, RatePerHourMinor: 100},
		{ID: "morning", StartHour: 3, EndHour: 20, RatePerHourMinor: 1000},
	}
	wants(t, tr,
		"2026-03-29T01:30:00+01:00", "2026-03-29T03:30:00+02:00", 50+500,
		"2026-10-25T01:30:00+02:00", "2026-10-25T03:30:00+01:00", 250+500)
	tr.Rules[0].EndHour, tr.Rules[1].StartHour = 2, 2 // in autumn it is two o'clock twice, and morning from the first
	wants(t, tr,
		"2026-03-29T01:30:00+01:00", "2026-03-29T03:30:00+02:00", 50+500,
		"2026-10-25T01:30:00+02:00", "2026-10-25T03:30:00+01:00", 50+2500)
}

// dst.txt comes from the tz database, as its first line says.
func TestClockChanges(t *testing.T) {
	file, err := os.Open("testdata/dst.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	stays, days := 0, 0
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		var kind, name, from, to string
		var minutes int64
		if n, _ := fmt.Sscanf(lines.Text(), "stay %s %s %s %d", &name, &from, &to, &minutes); n == 4 {
			kind, stays = "stay", stays+1
		} else if n, _ := fmt.Sscanf(lines.Text(), "day %s %s %d", &name, &from, &minutes); n == 3 {
			kind, days = "day", days+1
			date, err := tariff.ParseDate(from)
			if err != nil {
				t.Fatal(err)
			}
			from, to = date.String()+" 00:00", (date+1).String()+" 00:00"
		} else {
			t.Fatalf("%q is neither a stay nor a day", lines.Text())
		}
		z := zone(t, name)
		minute := flat(z, 60, 0, 0)
		if got := cost(t, minute, from, to); got != minutes {
			t.Errorf("%s %s %s to %s: %d minutes, want %d", kind, name, from, to, got, minutes)
		}
		hour := flat(z, 1, 0, hourMS)
		if got, want := cost(t, hour, from, to), (minutes+59)/60; got != want {
			t.Errorf("%s %s %s to %s: %d started hours, want %d", kind, name, from, to, got, want)
		}
	}
	if stays != 72 || days != 72 {
		t.Errorf("%d stays, %d days", stays, days)
	}
}

// The defects are numbered as in the project's parking reference, section 1.3.

// The source design caps the whole days and then counts their hours once more: 40.00.
func TestSourceDefect2DailyCap(t *testing.T) {
	tr := flat(time.UTC, 500, 2000, 0)
	wants(t, tr, "2026-06-08 08:00", "2026-06-08 11:00", 1500, "2026-06-08 08:00", "2026-06-08 13:00", 2000,
		"2026-06-08 08:00", "2026-06-09 08:00", 2000, "2026-06-08 08:00", "2026-06-09 09:00", 2500,
		"2026-06-08 08:00", "2026-06-10 08:00", 4000)
}

// The source design asks for the rules of the moment of entry only.
func TestSourceDefect3RulesByEntryTime(t *testing.T) {
	tr := banded(zone(t, "Europe/Berlin"))
	wants(t, tr,
		"2026-06-08 19:00", "2026-06-08 21:00", 400+100, // Monday: an hour of day, one of night
		"2026-06-05 23:00", "2026-06-06 01:00", 100+200, // Friday into Saturday
		"2026-04-02 23:00", "2026-04-03 01:00", 100+50) // into Good Friday
	tr.Rules[0].ValidUntil = tariff.DateOf(2026, time.June, 8)
	tr.Rules = append(tr.Rules, tariff.Rule{ID: "dearer", DayType: tariff.Weekday, StartHour: 8, EndHour: 20,
		RatePerHourMinor: 500, MaxDailyMinor: 2500, ValidFrom: tariff.DateOf(2026, time.June, 9)})
	wants(t, tr, "2026-06-08 19:00", "2026-06-09 09:00", 400+12*100+500)
}

// The source design takes the maximum of the first rule it finds, for all days of the stay.
func TestSourceDefect3CapOfTheFirstRule(t *testing.T) {
	tr := banded(zone(t, "Europe/Berlin"))
	wants(t, tr, "2026-06-05 09:00", "2026-06-07 09:00", 2500+1500)
	tr.Rules = []tariff.Rule{{ID: "free", StartHour: 0, EndHour: 8}, {ID: "paid", StartHour: 8, EndHour: 24, RatePerHourMinor: 500, MaxDailyMinor: 2000}}
	wants(t, tr, "2026-06-08 07:59", "2026-06-08 20:00", 2000)
}

// The source design prices bands by the server's own zone.
func TestSourceDefect3NoTimeZone(t *testing.T) {
	stay := tariff.Stay{EntryMS: at(t, time.UTC, "2026-06-08 18:30"), ExitMS: at(t, time.UTC, "2026-06-08 19:30")}
	for name, want := range map[string]int64{"UTC": 400, "Europe/Berlin": 100, "Asia/Kathmandu": 100, "America/New_York": 400} {
		if got := tariff.Quote(banded(zone(t, name)), stay).TotalMinor; got != want {
			t.Errorf("in %s it costs %d, want %d", name, got, want)
		}
	}
}

// The source design adds up floats, and a tax of 8 % that no site can change.
func TestSourceDefect8FloatMoneyAndFixedTax(t *testing.T) {
	tr := flat(time.UTC, 10, 0, 0)
	wants(t, tr, "2026-06-08 10:00", "2026-06-08 10:03", 1, "2026-06-08 10:00", "2026-06-08 10:02", 0) // 0.5 up, 0.33 down
	tr = flat(time.UTC, 250, 0, hourMS)
	for _, c := range []struct {
		permille           int64
		included           bool
		subtotal, tax, sum int64
	}{{80, false, 250, 20, 270}, {190, true, 210, 40, 250}, {190, false, 250, 48, 298}, {0, false, 250, 0, 250}} {
		tr.TaxPermille, tr.TaxIncluded = c.permille, c.included
		fee := tariff.Quote(tr, tariff.Stay{ExitMS: hourMS})
		if fee.SubtotalMinor != c.subtotal || fee.TaxMinor != c.tax || fee.TotalMinor != c.sum {
			t.Errorf("%+v: %d + %d = %d", c, fee.SubtotalMinor, fee.TaxMinor, fee.TotalMinor)
		}
	}
}

// The source design rounds 59.7 minutes to "1 hour 60 minutes".
func TestSourceDefect8SixtyMinutes(t *testing.T) {
	for elapsedMS, want := range map[int64][2]int64{
		-1: {0, 0}, 0: {0, 0}, hourMS - 1: {0, 59}, hourMS: {1, 0}, 2*hourMS - 18_000: {1, 59}, 25*hourMS + minuteMS: {25, 1},
	} {
		if h, m := tariff.HoursMinutes(elapsedMS); h != want[0] || m != want[1] {
			t.Errorf("%d ms are %d h %d min, want %v", elapsedMS, h, m, want)
		}
	}
}

// In the source design a paid ticket opens the exit for ever.
func TestSourceDefect9PaidOpensForEver(t *testing.T) {
	tr := flat(time.UTC, 300, 1500, hourMS)
	stay := tariff.Stay{ExitMS: 3 * dayMS, SpotType: fact.Regular}
	bill := tariff.Due(tr, stay, []tariff.Payment{{AtMS: hourMS, AmountMinor: 300}})
	if bill.DueMinor != 3*1500-300 || bill.LeaveByMS != 0 {
		t.Errorf("three days after paying for an hour: %+v", bill)
	}
}

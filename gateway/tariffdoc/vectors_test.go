package tariffdoc_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gatehouse/gateway/tariff"
	"gatehouse/gateway/tariffdoc"
	"gatehouse/sync/fact"
)

// doc completes a tariff by what most have alike. A body that sets one of these words itself keeps its own.
func doc(currency, zone, body string) string {
	head := fmt.Sprintf("version = \"v1\"\ncurrency = %q\ntimezone = %q\n", currency, zone)
	top, _, _ := strings.Cut(body, "[")
	for word, value := range map[string]string{"limit": "inclusive", "seconds": "exact", "boundary": "split"} {
		if !strings.Contains(top, word+" =") {
			head += fmt.Sprintf("%s = %q\n", word, value)
		}
	}
	return head + body
}

func parse(t testing.TB, text string) *tariff.Tariff {
	t.Helper()
	loaded, _, err := tariffdoc.Parse("tariff.toml", []byte(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return loaded
}

// vector is a row: a stay on a tariff, and what it must cost.
type vector struct {
	source   string
	tariff   string
	stays    string // "entry > exit = fee, entry > exit = fee": civil times; a date left out is that of the time before
	currency string
	zone     string
}

const perMinute = `
price = "0.60"
per = "30 min"
count = "prorated"
`

// singapore is S 347/2017, electronic car parks.
const singapore = `
[[rule]]
name = "07-10"
hours = "07:00-10:00"` + perMinute + `
[[rule]]
name = "10-20"
hours = "10:00-20:00"
price = "0.80"
per = "30 min"
count = "prorated"
[[rule]]
name = "20-22:30"
hours = "20:00-22:30"` + perMinute + `
[[rule]]
name = "night"
hours = "22:30-07:00"` + perMinute + `
[[cap]]
name = "night"
amount = "5.00"
per = "window"
hours = "22:30-07:00"
repeats = true
`

// coupons is Singapore S 555/2017: per half hour or part. The anchor separates both readings.
const coupons = `
[[rule]]
name = "day"
hours = "07:00-17:00"
anchor = %[1]q
price = "1.20"
per = "30 min"
count = "started"
[[rule]]
name = "evening"
hours = "17:00-07:00"
anchor = %[1]q
price = "0.60"
per = "30 min"
count = "started"
`

// zhangye is the airport's price for small cars.
const zhangye = `
[grace]
entry = "15 min"
kind = "turnaround"
limit = "exclusive"
[[rule]]
name = "hours"
restart = "24 h"
step = [ { up_to = "1 h", total = "2" }, { price = "1", per = "1 h", count = "started" } ]
[[cap]]
name = "24 h"
amount = "25"
per = "24 h"
counts = "elapsed"
repeats = true
`

const motorcycle = `
[[rule]]
name = "hours"
step = [ { up_to = "1 h", total = "1.00" }, { price = "0.50", per = "1 h", count = "started" } ]
[[cap]]
name = "24 h"
amount = "5"
per = "24 h"
counts = "elapsed"
repeats = true
`

// started is a price of each started unit, and a cap.
func started(price, per, cap string) string {
	rule := fmt.Sprintf("[[rule]]\nname = \"time\"\nprice = %q\nper = %q\ncount = \"started\"\n", price, per)
	if cap == "" {
		return rule
	}
	return rule + "[[cap]]\nname = \"maximum\"\n" + cap + "\n"
}

const sydneyEarlyBird = `
choice = "cheapest"
[[rule]]
name = "hours"
price = "36.00"
per = "24 h"
count = "started"
[[offer]]
name = "early bird"
entry = { days = "mon-fri", hours = "06:00-09:30" }
exit = { hours = "15:00-22:00" }
flat = "16.00"
covers = "stay"
`

const stoke = `
choice = %q
[[rule]]
name = "hours"
days = "mon-sat"
anchor = "entry"
step = [ { up_to = "1 h", total = "1.40" }, { up_to = "2 h", total = "2.80" }, { up_to = "3 h", total = "4.20" }, { total = "4.40" } ]
[[rule]]
name = "Sunday"
days = "sun"
anchor = "entry"
flat = "3.00"
[[offer]]
name = "evening"
entry = { hours = "17:00-07:00" }
flat = "4.00"
covers = "entry-window"
`

const zweibruecken = `
[[rule]]
name = "morning"
hours = "07:00-13:00"
anchor = "band"
price = "0.50"
per = "30 min"
count = "started"
[[rule]]
name = "afternoon"
hours = "13:00-19:30"
anchor = "band"
price = "0.50"
per = "30 min"
count = "started"
[[rule]]
name = "night"
hours = "19:30-07:00"
anchor = "band"
price = "0.50"
per = "30 min"
count = "started"
[[cap]]
name = "half day"
amount = "3.00"
per = "window"
hours = ["07:00-13:00", "13:00-19:30", "19:30-07:00"]
repeats = true
[[extra]]
name = "exit outside opening hours"
amount = "10.00"
exit = { hours = "22:00-06:00" }
`

const nested = `
[[rule]]
name = "time"
price = "100"
per = "30 min"
count = "started"
[[cap]]
name = "night"
amount = "500"
per = "window"
hours = "20:00-08:00"
repeats = true
[[cap]]
name = "24 h"
amount = "900"
per = "24 h"
counts = "elapsed"
repeats = true
`

const awa3 = `
[[rule]]
name = "night"
hours = "20:00-08:00"
anchor = "band"
price = "100"
per = "1 h"
count = "started"
[[rule]]
name = "day"
hours = "08:00-20:00"
anchor = "band"
price = "330"
per = "15 min"
count = "started"
[[cap]]
name = "5 h"
amount = "2600"
per = "5 h"
begins = "rule"
rules = "day"
repeats = false
`

// street is a zone with a break at noon.
func street(anchor string) string {
	return fmt.Sprintf("gaps = \"free\"\n[[rule]]\nname = \"zone\"\nhours = [\"09:30-13:30\", \"17:00-20:00\"]\nanchor = %q\nprice = \"1.00\"\nper = \"1 h\"\ncount = \"started\"\n", anchor)
}

func vectors() []vector {
	perDay := `amount = %s
per = "day"
repeats = %v`
	per24 := `amount = %s
per = "24 h"
counts = %q
repeats = true`
	day := func(amount string, repeats bool) string { return fmt.Sprintf(perDay, amount, repeats) }
	rolling := func(amount string) string { return fmt.Sprintf(per24, amount, "elapsed") }
	restartDaily := func(text string) string { return strings.Replace(text, "[[rule]]", "[[rule]]\nanchor = \"day\"", 1) }
	return []vector{
		{"V1 SG347, derived", singapore, "2026-03-02 09:30 > 10:30 = 1.40", "SGD", "Asia/Singapore"},
		{"V2 SG347, derived", singapore, "2026-03-02 18:00 > 2026-03-03 08:00 = 12.40", "SGD", "Asia/Singapore"},
		{"V3 SG347, derived", singapore, "2026-03-02 07:00 > 2026-03-03 07:00 = 27.60", "SGD", "Asia/Singapore"},
		{"V4 SG347, derived", singapore, "2026-03-02 22:30 > 2026-03-03 02:40 = 5.00, 2026-03-02 22:30 > 2026-03-03 02:39 = 4.98", "SGD", "Asia/Singapore"},
		{"V4b SG347 and HDB15, derived", "[grace]\nentry = \"15 min\"\nkind = \"turnaround\"\n" + singapore, "2026-03-02 07:00 > 07:15 = 0, 2026-03-02 07:00 > 07:16 = 0.32", "SGD", "Asia/Singapore"},
		{"V5 SG555, derived, anchored at entry", fmt.Sprintf(coupons, "entry"), "2026-03-02 16:50 > 17:20 = 1.20", "SGD", "Asia/Singapore"},
		{"V5 SG555, derived, anchored at the band", fmt.Sprintf(coupons, "band"), "2026-03-02 16:50 > 17:20 = 1.80", "SGD", "Asia/Singapore"},
		{"V6 ZYA, derived", zhangye, "2026-03-02 10:00 > 10:14:59 = 0, 2026-03-02 10:00 > 10:15 = 2, 2026-03-02 10:00 > 11:00 = 2, 2026-03-02 10:00 > 11:00:01 = 3, " +
			"2026-03-02 10:00 > 2026-03-03 10:00 = 25, 2026-03-02 10:00 > 2026-03-03 10:00:01 = 27, 2026-03-02 10:00 > 2026-03-03 12:00 = 28, 2026-03-02 10:00 > 2026-03-04 10:00 = 50", "CNY", "Asia/Shanghai"},
		{"V6b ZYA, derived", motorcycle, "2026-03-02 10:00 > 20:00 = 5", "CNY", "Asia/Shanghai"},
		{"V7 COYA, published", started("100", "10 min", day(`"2000"`, true)), "2026-03-02 22:00 > 2026-03-03 08:00 = 3200", "JPY", "Asia/Tokyo"},
		{"V8 COYA, published", started("100", "10 min", rolling(`"2000"`)), "2026-03-02 20:00 > 2026-03-03 08:00 = 2000", "JPY", "Asia/Tokyo"},
		{"V9 PARKCODE, published", started("100", "20 min", ""), "2026-03-02 10:00 > 10:21 = 200, 2026-03-02 10:00 > 10:30 = 200, 2026-03-02 10:00 > 11:00 = 300, 2026-03-02 10:00 > 12:00 = 600", "JPY", "Asia/Tokyo"},
		{"V10 TORA, published", started("100", "30 min", day(`"500"`, false)), "2026-03-02 17:00 > 2026-03-03 06:00 = 1700", "JPY", "Asia/Tokyo"},
		{"V11 AWA1, published", nested, "2026-03-02 18:00 > 2026-03-03 07:50 = 900", "JPY", "Asia/Tokyo"},
		{"V12 AWA2, published", "holidays = \"JP\"\nholidays_count_as = \"holiday\"\n" + started("100", "10 min", `amounts = [{ days = "mon-fri", amount = "900" }, { days = ["sat", "sun", "holiday"], amount = "1200" }]
per = "24 h"
counts = "elapsed"
repeats = true`), "2026-03-01 10:00 > 2026-03-02 09:00 = 1200", "JPY", "Asia/Tokyo"},
		{"V13 AWA3, published", awa3, "2026-03-02 07:00 > 18:00 = 9300", "JPY", "Asia/Tokyo"},
		{"X1 PARKCODE, the correct repeating answer", started("200", "20 min", rolling(`"1500"`)), "2026-03-02 10:00 > 2026-03-03 16:00 = 3000", "JPY", "Asia/Tokyo"},
		{"V14 PT-day, published (23:46, 00:01) and derived", restartDaily(started("2.00", "20 min", day(`"20.00"`, true))),
			"2026-03-02 20:45 > 23:45 = 18, 2026-03-02 20:45 > 23:46 = 20, 2026-03-02 20:45 > 2026-03-03 00:01 = 22", "USD", "America/New_York"},
		{"V15 PT-SF, published, rolling", started("6.00", "1 h", rolling(`"27.00"`)), "2026-03-02 13:00 > 2026-03-03 11:00 = 27", "USD", "America/Los_Angeles"},
		{"V15 PT-SF, published, calendar", started("6.00", "1 h", day(`"27.00"`, true)), "2026-03-02 13:00 > 2026-03-03 11:00 = 54", "USD", "America/Los_Angeles"},
		{"V16 PT-grace, published, turnaround", "[grace]\nentry = \"6 min\"\nkind = \"turnaround\"\n" + started("0.50", "15 min", ""), "2026-03-02 10:00 > 11:03 = 2.50", "USD", "America/New_York"},
		{"V16 PT-grace, published, continuous", "[grace]\nentry = \"6 min\"\nkind = \"continuous\"\n" + started("0.50", "15 min", ""), "2026-03-02 10:00 > 11:03 = 2.00", "USD", "America/New_York"},
		{"V18 derived, spring", started("2.00", "1 h", ""), "2026-03-29 01:30 > 03:30 = 2", "EUR", "Europe/Berlin"},
		{"V19 derived, autumn", started("2.00", "1 h", ""), "2026-10-25 01:30 > 03:30 = 6", "EUR", "Europe/Berlin"},
		{"V21 derived, elapsed", started("2.00", "1 h", rolling(`"20.00"`)), "2026-10-24 12:00 > 2026-10-25 12:00 = 22", "EUR", "Europe/Berlin"},
		{"V21 derived, civil", started("2.00", "1 h", fmt.Sprintf(per24, `"20.00"`, "civil")), "2026-10-24 12:00 > 2026-10-25 12:00 = 20", "EUR", "Europe/Berlin"},
		{"V22 derived", started("2.00", "1 h", "amount = \"5.00\"\nper = \"window\"\nhours = \"22:00-06:00\"\nrepeats = true"),
			"2026-03-28 22:00 > 2026-03-29 06:00 = 5, 2026-03-02 22:00 > 2026-03-03 06:00 = 5, 2026-10-24 22:00 > 2026-10-25 06:00 = 5", "EUR", "Europe/Berlin"},
		{"V30 ZWB, derived", zweibruecken, "2026-03-02 08:00 > 12:45 = 3.00, 2026-03-02 08:00 > 23:00 = 19.00", "EUR", "Europe/Berlin"},
		{"V31 ZWB, derived, units restart at 13:00", zweibruecken, "2026-03-02 08:00 > 14:10 = 4.50", "EUR", "Europe/Berlin"},
		{"V32 STOKE, derived, by tier", strings.Replace(fmt.Sprintf(stoke, "first"), `hours = "17:00-07:00"`, `hours = "19:00-07:00"`, 1), "2026-03-02 17:30 > 19:45 = 4.20", "GBP", "Europe/London"},
		{"V32 STOKE, derived, cheapest", fmt.Sprintf(stoke, "cheapest"), "2026-03-02 17:30 > 19:45 = 4.00, 2026-03-02 17:30 > 18:15 = 1.40", "GBP", "Europe/London"},
		{"V33 SMH, published", sydneyEarlyBird, "2026-03-02 08:30 > 13:48 = 36, 2026-03-02 08:30 > 15:00 = 16", "AUD", "Australia/Perth"},
		{"V36 CHI, derived", "[[tax]]\nname = \"city\"\npercent = \"20\"\nincluded = false\n[[tax]]\nname = \"county\"\npercent = \"6\"\nincluded = false\n" + started("5.00", "1 h", rolling(`"32.00"`)),
			"2026-03-02 10:00 > 2026-03-04 11:00 = 86.94, 2026-03-02 10:00 > 2026-03-04 20:00 = 120.96", "USD", "America/Chicago"},
		{"street zone, only paid hours count", street("paid"), "2026-03-02 13:00 > 17:30 = 1.00, 2026-03-02 13:00 > 17:31 = 2.00, 2026-03-02 13:10 > 17:10 = 1.00, 2026-03-02 14:00 > 16:00 = 0, 2026-03-02 19:30 > 2026-03-03 10:00 = 1.00", "EUR", "Europe/Madrid"},
		{"street zone, bands count anew", street("band"), "2026-03-02 13:00 > 17:30 = 2.00", "EUR", "Europe/Madrid"},
		{"street zone, the clock runs on", street("entry"), "2026-03-02 13:00 > 17:30 = 2.00", "EUR", "Europe/Madrid"},
		{"flat price per day at weekends, own reading", "gaps = \"free\"\n[[rule]]\nname = \"weekend day\"\ndays = \"weekend\"\nanchor = \"day\"\nflat = \"15.00\"\n",
			"2026-03-07 10:00 > 2026-03-08 09:00 = 30.00, 2026-03-07 10:00 > 2026-03-07 23:00 = 15.00, 2026-03-06 10:00 > 2026-03-07 00:00 = 0", "AUD", "Australia/Sydney"},
		{"night flat once a night, own reading", "[[rule]]\nname = \"night\"\nhours = \"20:00-08:00\"\nanchor = \"band\"\nflat = \"5.00\"\n[[rule]]\nname = \"day\"\nhours = \"08:00-20:00\"\nanchor = \"band\"\nprice = \"2.00\"\nper = \"1 h\"\ncount = \"started\"\n",
			"2026-03-02 19:00 > 2026-03-03 09:00 = 9.00, 2026-03-02 21:00 > 2026-03-04 07:00 = 34.00", "EUR", "Europe/Paris"},
		{"V37 seed tariff, derived", "[[rule]]\nname = \"all\"\nprice = \"5.00\"\nper = \"1 h\"\ncount = \"prorated\"\n[[cap]]\nname = \"max\"\n" + rolling(`"20.00"`), "2026-03-02 10:00 > 2026-03-03 11:00 = 25", "USD", "UTC"},
	}
}

func TestVectors(t *testing.T) {
	for _, v := range vectors() {
		cfg := parse(t, doc(v.currency, v.zone, v.tariff))
		for _, row := range strings.Split(v.stays, ", ") {
			stay, want := stayOf(t, cfg, row)
			fee := tariff.Quote(cfg, stay)
			if fee.TotalMinor != want {
				t.Errorf("%s: %s costs %d: %+v", v.source, row, fee.TotalMinor, fee.Charges)
			}
			adds(t, fee)
		}
	}
}

// stayOf reads "entry > exit = fee".
func stayOf(t *testing.T, cfg *tariff.Tariff, row string) (tariff.Stay, int64) {
	t.Helper()
	times, fee, _ := strings.Cut(row, " = ")
	from, to, _ := strings.Cut(times, " > ")
	if len(to) < len("2026-03-02 ") {
		to = from[:len("2026-03-02 ")] + to
	}
	return tariff.Stay{EntryMS: civilMS(t, cfg, from), ExitMS: civilMS(t, cfg, to)}, minorOf(t, cfg, fee)
}

func civilMS(t *testing.T, cfg *tariff.Tariff, text string) int64 {
	t.Helper()
	form := "2006-01-02 15:04:05"
	at, err := time.ParseInLocation(form[:len(text)], text, cfg.Zone)
	if err != nil {
		t.Fatal(err)
	}
	return at.UnixMilli()
}

// adds checks that what is printed sums to the total.
func adds(t *testing.T, fee tariff.Fee) {
	t.Helper()
	sum := int64(0)
	for _, c := range fee.Charges {
		sum += c.AmountMinor
	}
	if sum != fee.TotalMinor-fee.AddedMinor || fee.SubtotalMinor+fee.TaxMinor != fee.TotalMinor {
		t.Errorf("the lines sum to %d: %+v", sum, fee)
	}
}

func minorOf(t *testing.T, cfg *tariff.Tariff, text string) int64 {
	t.Helper()
	m, err := fact.ParseMoney(text, cfg.Currency)
	if err != nil {
		t.Fatal(err)
	}
	return m.Minor
}

package tariffdoc_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"gatehouse/gateway/tariff"
	"gatehouse/gateway/tariffdoc/receipt"
)

// V17 (Canada): tax to the cent, and only cash is rounded to what there are coins for.
func TestCashIsRoundedAndCardsAreNot(t *testing.T) {
	cfg := parse(t, doc("CAD", "America/Toronto", `
[[tax]]
name = "GST"
percent = "5"
included = false
[[tender]]
name = "cash"
step = "0.05"
mode = "half-up"
[[rule]]
name = "time"
flat = "1.83"
[[extra]]
name = "service"
amount = "2.86"
`))
	stay := tariff.Stay{EntryMS: 0, ExitMS: 3_600_000}
	if bill := tariff.Due(cfg, stay, nil); bill.DueMinor != 492 || bill.TenderMinor != 492 {
		t.Errorf("by card: %d, %d", bill.DueMinor, bill.TenderMinor)
	}
	stay.Tender = "cash"
	if bill := tariff.Due(cfg, stay, nil); bill.DueMinor != 492 || bill.TenderMinor != 490 {
		t.Errorf("cash: %d, %d", bill.DueMinor, bill.TenderMinor)
	}
	if bill := tariff.Due(cfg, stay, []tariff.Payment{{AtMS: stay.ExitMS, AmountMinor: 490, Tender: "cash"}}); bill.DueMinor != 0 {
		t.Errorf("4.90 in cash leave %d", bill.DueMinor)
	}
	if bill := tariff.Due(cfg, stay, []tariff.Payment{{AtMS: stay.ExitMS, AmountMinor: 490}}); bill.DueMinor != 2 {
		t.Errorf("4.90 by card leave %d", bill.DueMinor)
	}
}

// V34 (Wilson Westpoint): three hours free by plate; back within an hour counts from the first entry.
func TestVisitsAreJoined(t *testing.T) {
	body := `
[reentry]
within = "60 min"
gap = %q
[[rule]]
name = "time"
step = [ { up_to = "3 h", free = true }, { price = "5.00", per = "1 h", count = "started" } ]
`
	at := func(text string) int64 {
		return civilMS(t, parse(t, doc("AUD", "Australia/Perth", started("1", "1 h", ""))), "2026-03-02 "+text)
	}
	for _, c := range []struct {
		gap, back string
		want      int64
	}{{"counts", "12:15", 500}, {"free", "12:15", 0}, {"counts", "12:31", 0}} {
		cfg := parse(t, doc("AUD", "Australia/Perth", fmt.Sprintf(body, c.gap)))
		fee := tariff.Quote(cfg, tariff.Stay{EntryMS: at(c.back), ExitMS: at("13:20"), Earlier: []tariff.Visit{{EntryMS: at("10:00"), ExitMS: at("11:30")}}})
		if fee.TotalMinor != c.want {
			t.Errorf("gap %s, back at %s: %d, not %d", c.gap, c.back, fee.TotalMinor, c.want)
		}
	}
}

// V35 (Palm Beach): no claim check is the full daily rate for the period.
func TestALostTicketCostsDays(t *testing.T) {
	cfg := parse(t, doc("USD", "America/New_York", "[lost]\nkind = \"per-day\"\nprice = \"11.00\"\n"+started("1", "1 h", "")))
	if fee := tariff.Quote(cfg, tariff.Stay{EntryMS: 0, ExitMS: 51 * 3_600_000, Lost: true}); fee.TotalMinor != 3300 {
		t.Errorf("two days and three hours cost %d", fee.TotalMinor)
	}
}

// V30 (Zweibruecken): without a ticket the stay is priced from the opening of the day, whenever it began.
func TestALostTicketCountsSinceTheOpening(t *testing.T) {
	cfg := parse(t, doc("EUR", "Europe/Berlin", "[lost]\nkind = \"since\"\nsince = \"06:00\"\nprice = \"5.00\"\n"+started("0.50", "30 min", "")))
	for exit, want := range map[string]int64{"2026-03-03T11:45": 600, "2026-03-03T07:00": 500, "2026-03-04T05:59": 2400, "2026-03-29T12:00": 600} {
		exitMS := localMS(t, cfg, exit)
		for _, stay := range []tariff.Stay{{EntryMS: exitMS, ExitMS: exitMS, Lost: true, Unknown: true}, {EntryMS: exitMS - 3*24*3_600_000, ExitMS: exitMS, Lost: true}} {
			if fee := tariff.Quote(cfg, stay); fee.TotalMinor != want {
				t.Errorf("out at %s: %d: %+v", exit, fee.TotalMinor, fee.Charges)
			}
		}
	}
}

// TestWhatIsPaidTooMuch is given back, kept, or buys time: 3.00 an hour, 5.00 paid after half an hour.
func TestWhatIsPaidTooMuch(t *testing.T) {
	for _, c := range []struct {
		overpay   string
		exit      string
		due, over int64
		kept      int64
		leaveBy   string
	}{
		{"credit", "11:30", 100, 0, 0, ""}, {"credit", "10:50", 0, 200, 0, ""},
		{"kept", "11:30", 300, 0, 200, ""}, {"kept", "10:50", 0, 0, 200, ""},
		{"extends", "10:50", 0, 0, 0, "11:00"}, {"extends", "11:30", 100, 0, 0, ""},
	} {
		cfg := parse(t, doc("EUR", "UTC", fmt.Sprintf("overpay = %q\n", c.overpay)+started("3.00", "1 h", "")))
		at := func(clock string) int64 { return localMS(t, cfg, "2026-03-02T"+clock) }
		stay := tariff.Stay{EntryMS: at("10:00"), ExitMS: at(c.exit)}
		bill := tariff.Due(cfg, stay, []tariff.Payment{{AtMS: at("10:30"), AmountMinor: 500}})
		leaveByMS := int64(0)
		if c.leaveBy != "" {
			leaveByMS = at(c.leaveBy)
		}
		if bill.DueMinor != c.due || bill.OverMinor != c.over || bill.KeptMinor != c.kept || bill.LeaveByMS != leaveByMS || bill.PaidMinor != 500 {
			t.Errorf("%s until %s: %+v", c.overpay, c.exit, bill)
		}
	}
}

// TestPaidAhead: before the hours time counts from their beginning, an hour goes on the next morning, and what buys no
// further unit buys nothing.
func TestPaidAhead(t *testing.T) {
	cfg := parse(t, doc("GBP", "Europe/London", "gaps = \"free\"\n[[rule]]\nname = \"zone\"\nhours = \"08:00-18:00\"\nanchor = \"paid\"\nprice = \"1.00\"\nper = \"30 min\"\ncount = \"started\"\n"))
	for entry, want := range map[string]struct {
		minor int64
		until string
	}{"02T07:00": {200, "02T09:00"}, "02T10:00": {250, "02T11:00"}, "02T17:30": {200, "03T08:30"}, "02T17:45": {99, "02T17:45"}} {
		fromMS := localMS(t, cfg, "2026-03-"+entry)
		if untilMS := tariff.Buys(cfg, tariff.Stay{EntryMS: fromMS, ExitMS: fromMS}, want.minor); untilMS != localMS(t, cfg, "2026-03-"+want.until) {
			t.Errorf("%d from %s: until %v", want.minor, entry, time.UnixMilli(untilMS).In(cfg.Zone))
		}
	}
	if free := parse(t, doc("EUR", "UTC", started("3.00", "1 h", "amount = \"9.00\"\nper = \"visit\"\nrepeats = true"))); tariff.Buys(free, tariff.Stay{}, 900) != tariff.StayMaxMS {
		t.Error("what is paid to the maximum of the visit is not paid for ever")
	}
}

// TestOverstayGraceAndTheCashier are two bounds that the fee does not know.
func TestOverstayGraceAndTheCashier(t *testing.T) {
	cfg := parse(t, doc("EUR", "UTC", "longest_stay = \"2 h\"\n[grace]\noverstay = \"10 min\"\n[[tender]]\nname = \"cash\"\nstep = \"0.05\"\nmode = \"half-up\"\nmax = \"8.00\"\n"+started("3.00", "1 h", "")))
	for minutes, want := range map[int64][2]bool{120: {false, false}, 130: {false, true}, 131: {true, true}} {
		bill := tariff.Due(cfg, tariff.Stay{ExitMS: minutes * 60_000, Tender: "cash"}, nil)
		if bill.Fee.Overstay != want[0] || bill.Cashier != want[1] {
			t.Errorf("%d minutes: overstay %v, cashier %v", minutes, bill.Fee.Overstay, bill.Cashier)
		}
	}
}

// TestAFlatPriceOfTheVisitIsPaidOnce, though flat prices of a dozen nights come after it.
func TestAFlatPriceOfTheVisitIsPaidOnce(t *testing.T) {
	cfg := parse(t, doc("EUR", "Europe/Berlin", "[[rule]]\nname = \"day\"\nhours = \"08:00-20:00\"\nanchor = \"entry\"\nflat = \"7.00\"\n[[rule]]\nname = \"night\"\nhours = \"20:00-08:00\"\nanchor = \"band\"\nflat = \"1.00\"\n"))
	fromMS := localMS(t, cfg, "2026-05-04T10:00")
	if fee := tariff.Quote(cfg, tariff.Stay{EntryMS: fromMS, ExitMS: fromMS + 12*24*3_600_000}); fee.TotalMinor != 1900 {
		t.Errorf("twelve days cost %d: %+v", fee.TotalMinor, fee.Charges)
	}
}

// V38: paid, and out too late: what is due is the difference, and no new visit.
func TestLateAfterPayingIsTheDifference(t *testing.T) {
	cfg := parse(t, doc("EUR", "Europe/Berlin", "[grace]\nexit = \"15 min\"\n"+started("3.00", "1 h", "")))
	paid := []tariff.Payment{{AtMS: civilMS(t, cfg, "2026-03-02 14:00"), AmountMinor: 300}}
	for exit, want := range map[string]int64{"14:14": 0, "14:16": 300} {
		bill := tariff.Due(cfg, tariff.Stay{EntryMS: civilMS(t, cfg, "2026-03-02 13:10"), ExitMS: civilMS(t, cfg, "2026-03-02 "+exit)}, paid)
		if bill.DueMinor != want {
			t.Errorf("at %s %d is due, not %d", exit, bill.DueMinor, want)
		}
	}
}

// TestLateAfterPayingAsTheBoardSays: the difference, a new stay, or a price of its own (informacje.tychy.pl, "Parkuj i Jedź": 15
// minutes to leave, then 2 for each started quarter), and that again after a second payment.
func TestLateAfterPayingAsTheBoardSays(t *testing.T) {
	const rate = "late = \"rate\"\nlate_step = [ { price = \"2.00\", per = \"15 min\", count = \"started\" } ]\n"
	for _, c := range []struct {
		late, paid, exit string
		total, due       int64
	}{
		{"", "14:00=300", "14:15", 600, 0}, {"", "14:00=300", "15:20", 900, 600},
		{"late = \"fresh\"\n", "14:00=300", "14:15", 300, 0}, {"late = \"fresh\"\n", "14:00=300", "14:16", 600, 300}, {"late = \"fresh\"\n", "14:00=300", "15:20", 900, 600},
		{"late = \"fresh\"\n", "14:00=299", "14:16", 600, 301}, {"late = \"fresh\"\n", "", "15:20", 900, 900},
		{"late = \"fresh\"\n", "11:10=300", "14:10", 300, 0}, {"late = \"fresh\"\n", "13:10=300", "14:20", 600, 300}, {rate, "13:10=600", "14:20", 600, 0},
		{rate, "14:00=300", "14:15", 300, 0}, {rate, "14:00=300", "14:16", 500, 200}, {rate, "14:00=300", "15:20", 1300, 1000},
		{rate, "14:00=300 14:16=200", "14:31", 500, 0}, {rate, "14:00=300 14:16=200", "14:40", 700, 200}, {rate, "14:16=200 14:00=300", "14:40", 700, 200},
		{rate, "14:00=300 14:16=100", "14:40", 700, 300}, {rate, "14:00=100 14:05=200", "14:20", 300, 0}, {rate, "14:00=300 14:05=-300", "14:10", 300, 300},
	} {
		cfg := parse(t, doc("EUR", "Europe/Berlin", "[grace]\nexit = \"15 min\"\n"+c.late+started("3.00", "1 h", "")))
		var paid []tariff.Payment
		for _, one := range strings.Fields(c.paid) {
			at, amount, _ := strings.Cut(one, "=")
			minor, err := strconv.ParseInt(amount, 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			paid = append(paid, tariff.Payment{AtMS: localMS(t, cfg, "2026-03-02T"+at), AmountMinor: minor})
		}
		bill := tariff.Due(cfg, tariff.Stay{EntryMS: localMS(t, cfg, "2026-03-02T13:10"), ExitMS: localMS(t, cfg, "2026-03-02T"+c.exit)}, paid)
		if bill.Fee.TotalMinor != c.total || bill.DueMinor != c.due {
			t.Errorf("%q, paid %q, out at %s: %d, due %d: %+v", c.late, c.paid, c.exit, bill.Fee.TotalMinor, bill.DueMinor, bill.Fee.Charges)
		}
		adds(t, bill.Fee)
	}
}

// TestAPaidDayThatBeginsWithinPaidHours has its flat price, though the half hour before was covered by that of the day before.
func TestAPaidDayThatBeginsWithinPaidHours(t *testing.T) {
	cfg := parse(t, doc("EUR", "UTC", "gaps = \"free\"\n[[rule]]\nname = \"zone\"\nhours = \"05:30-06:30\"\nanchor = \"paid\"\nday_starts = \"06:00\"\nflat = \"1.00\"\n"))
	for exit, want := range map[string]int64{"03-27T05:30": 0, "03-27T05:45": 100, "03-27T06:30": 200, "03-28T05:45": 200, "03-28T06:30": 300, "03-29T06:30": 400} {
		fee := tariff.Quote(cfg, tariff.Stay{EntryMS: localMS(t, cfg, "2026-03-27T00:00"), ExitMS: localMS(t, cfg, "2026-"+exit)})
		if fee.TotalMinor != want {
			t.Errorf("until %s: %d, not %d: %+v", exit, fee.TotalMinor, want, fee.Charges)
		}
	}
}

// V20: the hour that comes twice is an hour.
func TestTheHourThatComesTwice(t *testing.T) {
	cfg := parse(t, doc("EUR", "Europe/Berlin", started("2.00", "1 h", "")))
	first := time.Date(2026, time.October, 25, 0, 30, 0, 0, time.UTC).UnixMilli()
	if fee := tariff.Quote(cfg, tariff.Stay{EntryMS: first, ExitMS: first + 3_600_000}); fee.TotalMinor != 200 {
		t.Errorf("02:30 to 02:30 costs %d", fee.TotalMinor)
	}
}

// TestElapsedTimeAcrossClockChanges prices each interval of the daylight saving vectors a cent a minute.
func TestElapsedTimeAcrossClockChanges(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(sharedData(t, "dst-vectors"), "dst.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Cases []struct {
			ID, Zone string
			Entry    time.Time `json:"entry_utc"`
			Exit     time.Time `json:"exit_utc"`
			Minutes  int64     `json:"elapsed_minutes"`
		}
	}
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	for _, c := range file.Cases {
		minute := parse(t, doc("USD", c.Zone, started("0.01", "1 min", "")))
		hours := parse(t, doc("USD", c.Zone, started("0.01", "1 h", "")))
		stay := tariff.Stay{EntryMS: c.Entry.UnixMilli(), ExitMS: c.Exit.UnixMilli()}
		if got := tariff.Quote(minute, stay).TotalMinor; got != c.Minutes {
			t.Errorf("%s: %d minutes, not %d", c.ID, got, c.Minutes)
		}
		if got := tariff.Quote(hours, stay).TotalMinor; got != (c.Minutes+59)/60 {
			t.Errorf("%s: %d started hours of %d minutes", c.ID, got, c.Minutes)
		}
	}
}

// TestDemandPricing are San Francisco's reviews.
func TestDemandPricing(t *testing.T) {
	rules := map[string]string{
		"sf-code-402": `
[demand]
every_days = 28
step = [ { occupancy = "0", change = "-0.25" }, { occupancy = "60", change = "0" }, { occupancy = "80", change = "0.25" } ]
bounds = [ { min = "0.50", max = "9.00" }, { valid_from = "2021-07-01", min = "0.50", max = "10.00" } ]
`,
		"sfpark-pilot-meters": `
[demand]
step = [ { occupancy = "0", change = "-0.50" }, { occupancy = "30", change = "-0.25" }, { occupancy = "60", change = "0" }, { occupancy = "80", change = "0.25" } ]
bounds = [ { min = "0.25", max = "6.00" } ]
`,
	}
	data, err := os.ReadFile(filepath.Join(sharedData(t, "demand-pricing"), "sf.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Vectors []struct {
			Rule      string
			Rate      int64   `json:"rate_minor"`
			Occupancy float64 `json:"occupancy_pct"`
			New       int64   `json:"new_rate_minor"`
			On        string
			Since     *int64 `json:"days_since_change"`
			Why       string
		}
	}
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	for _, v := range file.Vectors {
		cfg := parse(t, doc("USD", "America/Los_Angeles", started("1.00", "1 h", "")+rules[v.Rule]))
		on, since := tariff.DateOf(2026, time.January, 1), int64(365)
		if v.On != "" {
			if on, err = tariff.ParseDate(v.On); err != nil {
				t.Fatal(err)
			}
		}
		if v.Since != nil {
			since = *v.Since
		}
		if got := cfg.Demand.Review(v.Rate, int64(v.Occupancy*10_000+0.5), on, since); got != v.New {
			t.Errorf("%s: %d at %v %% becomes %d, not %d (%s)", v.Rule, v.Rate, v.Occupancy, got, v.New, v.Why)
		}
	}
}

// ledgerTariff is the rule behind a garage's fees, as a document.
func ledgerTariff(freeMin, blockHours, blockFee, stepHours, stepFee, most int64) string {
	return doc("CNY", "Asia/Shanghai", fmt.Sprintf(`
[grace]
entry = "%d min"
kind = "turnaround"
[[rule]]
name = "time"
step = [ { up_to = "%d h", total = "%d" }, { price = "%d", per = "%d h", count = "started" } ]
[[cap]]
name = "24 h"
amount = "%d"
per = "24 h"
counts = "elapsed"
repeats = true
`, freeMin, blockHours, blockFee, stepFee, stepHours, most))
}

// TestLedgers prices every stable paid stay of real car parks: the share that equals what was paid, give or take a
// minute, must reach the one that the rule is known to reach.
func TestLedgers(t *testing.T) {
	dir := sharedData(t, "cn-parking-ledger")
	data, err := os.ReadFile(filepath.Join(dir, "tariffs.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Tariffs []struct {
			Garage     string
			Free       int64   `json:"free_up_to_min"`
			BlockHours int64   `json:"first_block_hours"`
			BlockFee   int64   `json:"first_block_fee"`
			StepHours  int64   `json:"step_hours"`
			StepFee    int64   `json:"step_fee"`
			Cap        int64   `json:"cap_per_24h"`
			Paid       int64   `json:"paid_stays"`
			Share      float64 `json:"agree_within_1_min_pct"`
			Sharp      float64 `json:"agree_at_the_printed_minute_pct"`
		}
	}
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	for _, g := range file.Tariffs {
		cfg := parse(t, ledgerTariff(g.Free, g.BlockHours, g.BlockFee, g.StepHours, g.StepFee, g.Cap))
		near, sharp, all := ledger(t, cfg, filepath.Join(dir, g.Garage+".csv"))
		if share := 100 * float64(near) / float64(all); share < g.Share-0.005 || all != g.Paid {
			t.Errorf("%s: %.2f %% of %d stays agree, not %.2f %% of %d", g.Garage, share, all, g.Share, g.Paid)
		}
		if share := 100 * float64(sharp) / float64(all); share < g.Sharp-0.005 {
			t.Errorf("%s: %.2f %% of stays agree at the printed minute, not %.2f %%", g.Garage, share, g.Sharp)
		}
	}
}

func ledger(t *testing.T, cfg *tariff.Tariff, name string) (near, sharp, all int64) {
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	buffer := make([]tariff.Charge, 0, 32)
	for _, row := range rows[1:] {
		fee, err := strconv.ParseFloat(row[2], 64)
		if err != nil {
			t.Fatal(err)
		}
		if fee == 0 || row[3] != "1" {
			continue
		}
		all++
		stay := tariff.Stay{EntryMS: localMS(t, cfg, row[0]), ExitMS: localMS(t, cfg, row[1])}
		want := int64(fee*100 + 0.5)
		found := false
		for _, shift := range []int64{0, -60_000, 60_000} {
			moved := stay
			moved.ExitMS += shift
			if tariff.QuoteInto(buffer, cfg, moved).TotalMinor == want {
				if shift == 0 {
					sharp++
				}
				found = true
			}
		}
		if found {
			near++
		}
	}
	return near, sharp, all
}

// TestATaxOnATax: in Vancouver the GST is on the price and the parking tax (translink.ca, parking tax FAQ). A receipt of 12.60
// with 2.64 and 0.76 (vancouversun.com, "GST/HST applies to 21% parking tax") has each of them rounded down.
func TestATaxOnATax(t *testing.T) {
	for _, c := range []struct {
		on, rounding string
		total, tax   int64
	}{
		{"price", "", 1588, 328}, {"price-and-taxes", "", 1601, 341},
		{"price-and-taxes", "rounding = { of = \"total\", mode = \"half-up\", tax_of = \"tax\", tax_mode = \"down\" }\n", 1600, 340},
	} {
		cfg := parse(t, doc("CAD", "America/Vancouver", fmt.Sprintf(`%s
[[tax]]
name = "parking tax"
percent = "21"
included = false
[[tax]]
name = "GST"
percent = "5"
included = false
on = %q
[[rule]]
name = "time"
flat = "12.60"
`, c.rounding, c.on)))
		fee := tariff.Quote(cfg, tariff.Stay{ExitMS: 3_600_000})
		if fee.TotalMinor != c.total || fee.TaxMinor != c.tax || cfg.TaxWithin(fee.TotalMinor) != fee.TaxMinor && c.rounding == "" {
			t.Errorf("on %s: %d, of which tax %d, and %d in all of it", c.on, fee.TotalMinor, fee.TaxMinor, cfg.TaxWithin(fee.TotalMinor))
		}
		adds(t, fee)
	}
}

// TestTaxesAreRoundedAsTheFileSays has two lines of 0.15 and two taxes of 5 % on top: 0.0075 each.
func TestTaxesAreRoundedAsTheFileSays(t *testing.T) {
	for of, want := range map[string]int64{"line": 4, "tax": 4, "total": 3} {
		cfg := parse(t, doc("EUR", "Europe/Berlin", fmt.Sprintf(`
[rounding]
of = "line"
mode = "half-up"
tax_of = %q
tax_mode = "half-up"
[[tax]]
name = "a"
percent = "5"
included = false
[[tax]]
name = "b"
percent = "5"
included = false
[[rule]]
name = "time"
flat = "0.15"
[[extra]]
name = "service"
amount = "0.15"
`, of)))
		if fee := tariff.Quote(cfg, tariff.Stay{EntryMS: 0, ExitMS: 3_600_000}); fee.TaxMinor != want || fee.TotalMinor != 30+want {
			t.Errorf("by %s: %d", of, fee.TaxMinor)
		}
	}
}

// TestADiscountThatDoesNotCountIsOnTheReceipt: who showed it sees why nothing came of it.
func TestADiscountThatDoesNotCountIsOnTheReceipt(t *testing.T) {
	cfg := parse(t, doc("EUR", "UTC", "discount_choice = \"best\"\n"+started("2.00", "1 h", "")+
		"[[discount]]\ncode = \"HALF\"\npercent = \"50\"\nburns = true\n[[discount]]\ncode = \"EURO\"\nmoney = \"1.00\"\npayer = \"Shop\"\n"))
	fee := tariff.Quote(cfg, tariff.Stay{ExitMS: 4 * 3_600_000, Discounts: []string{"EURO", "HALF", "EURO"}})
	said := []string{}
	for i := range fee.Charges {
		if c := &fee.Charges[i]; c.Kind == tariff.Off {
			said = append(said, fmt.Sprintf("%s %d %s", c.Rule, c.AmountMinor, receipt.How("EUR", c)))
		}
	}
	want := []string{"HALF -400 50 % off", "EURO 0 not counted: another one takes more off"}
	if !slices.Equal(said, want) || fee.TotalMinor != 400 {
		t.Errorf("%d: %q, want %q", fee.TotalMinor, said, want)
	}
	adds(t, fee)
}

package tariffdoc_test

import (
	"strings"
	"testing"

	"gatehouse/gateway/tariff"
)

const hourly = "[[rule]]\nname = \"time\"\nprice = \"2.00\"\nper = \"1 h\"\ncount = \"started\"\n"

const shops = hourly + `
[[discount]]
code = "CINEMA"
time = "2 h"
from = "start"
payer = "cinema"
stacks = true
[[discount]]
code = "HALF"
percent = "50"
payer = "market"
stacks = true
[[discount]]
code = "EURO"
money = "1.00"
payer = "baker"
stacks = true
[[discount]]
code = "HOTEL"
price = "5.00"
payer = "hotel"
`

const booking = hourly + `
[booking]
amount = "1.00"
step = [ { price = "1.50", per = "1 h", count = "started" } ]
overstay = %s
overstay_step = [ { price = "4.00", per = "30 min", count = "started" } ]
early = "15 min"
late = "10 min"
no_show = "3.00"
`

// TestBesideTheTime prices what boards say in small print; the stays begin on 2 March 2026 at 10:00 in Berlin.
func TestBesideTheTime(t *testing.T) {
	const hourMS, minuteMS = int64(3_600_000), int64(60_000)
	entryMS := civilMS(t, parse(t, doc("EUR", "Europe/Berlin", hourly)), "2026-03-02 10:00")
	at := func(minutes int64) tariff.Stay {
		return tariff.Stay{EntryMS: entryMS, ExitMS: entryMS + minutes*minuteMS}
	}
	with := func(minutes int64, codes ...string) tariff.Stay {
		s := at(minutes)
		s.Discounts = codes
		return s
	}
	booked := func(from, to int64, b tariff.Booked) tariff.Stay {
		s := at(to)
		s.EntryMS = entryMS + from*minuteMS
		b.FromMS, b.ToMS = entryMS, entryMS+2*hourMS
		s.Booked = &b
		return s
	}
	change := func(s tariff.Stay, do func(*tariff.Stay)) tariff.Stay { do(&s); return s }
	overstay := func(kind string) string {
		return booking[:len(hourly)] + replaceOnce(booking[len(hourly):], "%s", `"`+kind+`"`)
	}
	surge := "[surge]\ncaps = %s\nstep = [ { occupancy = \"80\", multiplier = \"1.5\" } ]\n" + hourly + "[[cap]]\nname = \"max\"\namount = \"6.00\"\nper = \"visit\"\n"
	full := func(minutes int64) tariff.Stay {
		return change(at(minutes), func(s *tariff.Stay) { s.OccupancyPermille = 850 })
	}
	for _, c := range []struct {
		name, tariff string
		stay         tariff.Stay
		want         int64
	}{
		{"time off is before pricing", shops, with(200, "CINEMA"), 400},
		{"percent of what is left", shops, with(200, "HALF"), 400},
		{"percent before money, as the file lists them, whatever is shown first", shops, with(200, "EURO", "HALF"), 300},
		{"all that stack", shops, with(200, "HALF", "CINEMA", "EURO"), 100},
		{"never below nothing", shops, with(30, "EURO", "CINEMA"), 0},
		{"one that does not stack is alone", shops, with(600, "HOTEL", "HALF"), 500},
		{"a fixed price is no floor", shops, with(50, "HOTEL"), 200},
		{"surge frozen at entry", replaceOnce(surge, "%s", `"rise"`), full(60), 300},
		{"maxima rise", replaceOnce(surge, "%s", `"rise"`), full(600), 900},
		{"maxima hold", replaceOnce(surge, "%s", `"hold"`), full(600), 600},
		{"no surge below", replaceOnce(surge, "%s", `"hold"`), at(60), 200},
		{"a booking in time", overstay("fresh"), booked(0, 120, tariff.Booked{}), 400},
		{"early and late within the grace", overstay("fresh"), booked(-15, 130, tariff.Booked{}), 400},
		{"overstay as a fresh stay", overstay("fresh"), booked(0, 150, tariff.Booked{}), 600},
		{"overstay at its own rate", overstay("rate"), booked(0, 150, tariff.Booked{}), 800},
		{"overstay by the whole stay", overstay("whole"), booked(0, 150, tariff.Booked{}), 600},
		{"paid ahead", overstay("fresh"), booked(0, 150, tariff.Booked{PaidMinor: 250}), 450},
		{"nobody came", overstay("fresh"), booked(0, 0, tariff.Booked{NoShow: true}), 700},
		{"lost, at least", "[lost]\nprice = \"9.00\"\nkind = \"at-least\"\n" + hourly, change(at(600), func(s *tariff.Stay) { s.Lost = true }), 2000},
		{"lost, on top", "[lost]\nprice = \"9.00\"\nkind = \"on-top\"\n" + hourly, change(at(60), func(s *tariff.Stay) { s.Lost = true }), 1100},
		{"lost, and nobody knows when it came", "[lost]\nprice = \"9.00\"\nkind = \"on-top\"\n" + hourly, change(at(60), func(s *tariff.Stay) { s.Lost, s.Unknown = true, true }), 900},
		{"unpaid for 31 days", "[[late_fee]]\nname = \"late\"\nafter_days = 30\npercent = \"50\"\n[[late_fee]]\nname = \"later\"\nafter_days = 60\npercent = \"100\"\n" + hourly,
			change(at(60), func(s *tariff.Stay) { s.UnpaidDays = 31 }), 300},
		{"unpaid for 61 days", "[[late_fee]]\nname = \"late\"\nafter_days = 30\npercent = \"50\"\n[[late_fee]]\nname = \"later\"\nafter_days = 60\npercent = \"100\"\n" + hourly,
			change(at(60), func(s *tariff.Stay) { s.UnpaidDays = 61 }), 400},
		{"a fine in place of the fee", "[[violation]]\ncode = \"no-ticket\"\namount = \"60.00\"\ninstead = true\nreduced = \"6.00\"\nwithin = \"1 h\"\n" + hourly,
			change(at(60), func(s *tariff.Stay) { s.Violations = []string{"no-ticket"} }), 600},
		{"motorcycles before all", "overlaps = \"first\"\n[[rule]]\nname = \"motorcycles\"\nvehicles = \"motorcycle\"\nanchor = \"entry\"\nflat = \"1.00\"\n[[rule]]\nname = \"all\"\nanchor = \"entry\"\nflat = \"5.00\"\n",
			change(at(60), func(s *tariff.Stay) { s.Vehicle = "motorcycle" }), 100},
		{"a weekend ticket", "choice = \"cheapest\"\n" + hourly + "[[offer]]\nname = \"weekend\"\nentry = { hours = \"fri 18:00 - mon 12:00\" }\nflat = \"10.00\"\ncovers = \"entry-window\"\n",
			change(at(180), func(s *tariff.Stay) { s.EntryMS -= 48 * hourMS }), 1200},
		{"idle time at a charger", hourly + "[charging]\nidle_grace = \"10 min\"\nidle_grace_kind = \"continuous\"\nwith_parking = true\n[[charging.price]]\nname = \"kWh\"\nof = \"energy\"\nprice = \"0.395\"\n[[charging.price]]\nname = \"idle\"\nof = \"idle\"\nprice = \"6.00\"\n",
			change(at(100), func(s *tariff.Stay) {
				s.Session = &tariff.Session{FromMS: entryMS, ToMS: entryMS + hourMS, EnergyWh: 10_000}
			}), 400 + 395 + 300},
	} {
		cfg := parse(t, doc("EUR", "Europe/Berlin", c.tariff))
		fee := tariff.Quote(cfg, c.stay)
		if fee.TotalMinor != c.want {
			t.Errorf("%s: %d, not %d: %+v", c.name, fee.TotalMinor, c.want, fee.Charges)
		}
		adds(t, fee)
	}
}

func replaceOnce(text, old, by string) string { return strings.Replace(text, old, by, 1) }

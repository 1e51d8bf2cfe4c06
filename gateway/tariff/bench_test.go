package tariff_test

import (
	"testing"
	"time"

	"gatehouse/gateway/tariff"
)

const hourMS = int64(time.Hour / time.Millisecond)

// flat, banded and complex are the tariffs of the benchmarks.
func flat() *tariff.Tariff {
	return &tariff.Tariff{
		Version: "v", Currency: "EUR", Zone: berlin(), Grace: tariff.Grace{EntryMS: 600_000, ExitMS: 900_000},
		Rules: []tariff.Rule{{ID: "all", Steps: []tariff.Step{{PriceMinor: 200, UnitMS: hourMS}}}}, Caps: []tariff.Cap{tariff.DailyMax(1500)},
		Taxes: []tariff.Tax{{ID: "VAT", RatePPM: 190_000, Included: true}},
	}
}

func banded() *tariff.Tariff {
	t := flat()
	day := tariff.Rule{ID: "day", Anchor: tariff.AnchorBand, When: []tariff.When{{FromMS: 8 * hourMS, ToMS: 18 * hourMS}}, Steps: []tariff.Step{{PriceMinor: 100, UnitMS: hourMS / 2}}}
	evening := tariff.Rule{ID: "evening", Anchor: tariff.AnchorBand, When: []tariff.When{{FromMS: 18 * hourMS, ToMS: 22 * hourMS}}, Steps: []tariff.Step{{PriceMinor: 100, UnitMS: hourMS}}}
	night := tariff.Rule{ID: "night", Anchor: tariff.AnchorBand, When: []tariff.When{{FromMS: 22 * hourMS, ToMS: 32 * hourMS}}, Steps: []tariff.Step{{PriceMinor: 50, UnitMS: hourMS}}}
	sunday := tariff.Rule{ID: "sunday", Anchor: tariff.AnchorBand, When: []tariff.When{{Days: tariff.Sunday | tariff.Holiday, ToMS: 24 * hourMS}}, Steps: []tariff.Step{{PriceMinor: 50, UnitMS: hourMS}}}
	t.Rules = []tariff.Rule{sunday, day, evening, night}
	t.Caps = append([]tariff.Cap{{ID: "night", Window: tariff.PerBand, When: []tariff.When{{FromMS: 22 * hourMS, ToMS: 32 * hourMS}}, Amounts: []tariff.CapAmount{{Minor: 300}}}}, t.Caps...)
	return t
}

// complexOne has rules by day type, nested caps, an early bird, an evening flat, a discount and two taxes.
func complexOne() *tariff.Tariff {
	t := banded()
	t.Taxes = append(t.Taxes, tariff.Tax{ID: "city", RatePPM: 60_000})
	t.Calendar.Holidays = []tariff.Date{tariff.DateOf(2026, time.May, 1), tariff.DateOf(2026, time.December, 25)}
	t.Caps = append(t.Caps, tariff.Cap{ID: "week", Window: tariff.PerPeriod, PeriodMS: 7 * 24 * hourMS, Amounts: []tariff.CapAmount{{Minor: 6000}}})
	t.Offers = []tariff.Offer{
		{ID: "early bird", Entry: []tariff.When{{Days: tariff.Weekdays, FromMS: 6 * hourMS, ToMS: 9 * hourMS}}, Exit: []tariff.When{{FromMS: 15 * hourMS, ToMS: 20 * hourMS}}, Steps: []tariff.Step{{PriceMinor: 900}}},
		{ID: "evening", Entry: []tariff.When{{FromMS: 18 * hourMS, ToMS: 26 * hourMS}}, Covers: tariff.CoversEntry, Steps: []tariff.Step{{PriceMinor: 400}}},
	}
	t.Discounts = []tariff.Discount{{Code: "SHOP", Kind: tariff.PercentOff, Basis: 5000, Payer: "shop"}}
	t.Surge.Steps = []tariff.SurgeStep{{FromPermille: 900, Permille: 1500}}
	return t
}

func berlin() *time.Location {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	return zone
}

func BenchmarkQuote(b *testing.B) {
	entryMS := time.Date(2026, time.March, 2, 8, 30, 0, 0, berlin()).UnixMilli()
	ordinary := tariff.Stay{EntryMS: entryMS, ExitMS: entryMS + 155*60_000}
	year := tariff.Stay{EntryMS: entryMS, ExitMS: entryMS + 365*24*hourMS}
	for _, c := range []struct {
		name   string
		tariff *tariff.Tariff
		stay   tariff.Stay
	}{
		{"flat", flat(), ordinary}, {"banded", banded(), ordinary}, {"complex", complexOne(), ordinary},
		{"flat/year", flat(), year}, {"banded/year", banded(), year}, {"complex/year", complexOne(), year},
	} {
		b.Run(c.name, func(b *testing.B) {
			buffer := make([]tariff.Charge, 0, 64)
			b.ReportAllocs()
			for b.Loop() {
				tariff.QuoteInto(buffer, c.tariff, c.stay)
			}
		})
	}
}

// What an ordinary quote needs lies on the stack: a gate prices while somebody waits.
func TestAnOrdinaryQuoteAllocatesNothing(t *testing.T) {
	entryMS := time.Date(2026, time.March, 2, 8, 30, 0, 0, berlin()).UnixMilli()
	stay := tariff.Stay{EntryMS: entryMS, ExitMS: entryMS + 155*60_000}
	buffer := make([]tariff.Charge, 0, 64)
	for name, priced := range map[string]*tariff.Tariff{"flat": flat(), "banded": banded(), "complex": complexOne()} {
		if n := testing.AllocsPerRun(100, func() { tariff.QuoteInto(buffer, priced, stay) }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

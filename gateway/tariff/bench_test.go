package tariff_test

import (
	"testing"

	"gatehouse/gateway/tariff"
	"gatehouse/sync/fact"
)

func BenchmarkQuote(b *testing.B) {
	berlin := zone(b, "Europe/Berlin")
	plain, city := flat(berlin, 500, 2000, hourMS), banded(berlin)
	entry := at(b, berlin, "2026-06-08 18:00")
	for _, c := range []struct {
		name   string
		tariff *tariff.Tariff
		lastMS int64
	}{
		{"plain-2h", plain, 2 * hourMS},
		{"banded-15h", city, 15 * hourMS},
		{"banded-week", city, 7 * dayMS},
		{"plain-year", plain, 365 * dayMS},
		{"banded-year", city, 365 * dayMS},
	} {
		stay := tariff.Stay{EntryMS: entry, ExitMS: entry + c.lastMS, SpotType: fact.Regular}
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			var buffer []tariff.Charge
			for b.Loop() {
				buffer = tariff.QuoteInto(buffer, c.tariff, stay).Charges
			}
		})
	}
	b.Run("plain-2h-fresh", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			tariff.Quote(plain, tariff.Stay{EntryMS: entry, ExitMS: entry + 2*hourMS})
		}
	})
}

func BenchmarkCheck(b *testing.B) {
	city := banded(zone(b, "Europe/Berlin"))
	for b.Loop() {
		tariff.Check(city)
	}
}

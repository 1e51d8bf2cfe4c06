package tariffdoc_test

import (
	"testing"

	"gatehouse/gateway/tariff"
)

const threeTaxes = `
[[tax]]
name = "VAT 10"
percent = "10"
included = false
[[tax]]
name = "VAT 15"
percent = "15"
included = false
[[tax]]
name = "VAT 20"
percent = "20"
included = false
`

const energyOnly = threeTaxes + `
[charging]
[[charging.price]]
name = "energy"
of = "energy"
price = "0.25"
step = "1 Wh"
taxes = "VAT 10"
`

const withMinimum = threeTaxes + `
[charging]
min = "0.50"
[[charging.price]]
name = "energy"
of = "energy"
price = "0.25"
step = "1 Wh"
taxes = "VAT 10"
`

const startEnergyIdle = threeTaxes + `
[charging]
steps = "last"
[[charging.price]]
name = "start"
of = "session"
price = "0.50"
taxes = "VAT 20"
[[charging.price]]
name = "energy"
of = "energy"
price = "0.25"
step = "1 Wh"
taxes = "VAT 10"
[[charging.price]]
name = "idle"
of = "idle"
price = "2.00"
step = "15 min"
taxes = "VAT 20"
`

const chargingTime = threeTaxes + `
[charging]
steps = "last"
[[charging.price]]
name = "charging"
of = "charging"
price = "2.00"
step = "1 min"
taxes = "VAT 10"
`

// complexSession is OCPI's example with restrictions. Its text prices charging above 32 A on weekends at 1.25 an hour;
// its own sum comes out at 1.20, which stands here.
const complexSession = threeTaxes + `
[charging]
steps = "last"
[[charging.price]]
name = "start"
of = "session"
price = "2.50"
taxes = "VAT 15"
[[charging.price]]
name = "slow"
of = "charging"
max_current = "32"
price = "1.00"
step = "15 min"
taxes = "VAT 20"
[[charging.price]]
name = "fast"
of = "charging"
min_current = "32"
days = "mon-fri"
price = "2.00"
step = "10 min"
taxes = "VAT 20"
[[charging.price]]
name = "fast"
of = "charging"
min_current = "32"
days = "weekend"
price = "1.20"
step = "10 min"
taxes = "VAT 20"
[[charging.price]]
name = "idle"
of = "idle"
days = "mon-fri"
hours = "09:00-18:00"
price = "5.00"
step = "5 min"
taxes = "VAT 10"
[[charging.price]]
name = "idle"
of = "idle"
days = "sat"
hours = "10:00-17:00"
price = "6.00"
step = "5 min"
taxes = "VAT 10"
`

const stepped = `
[charging]
steps = "last"
[[charging.price]]
name = "day"
of = "charging"
hours = "00:00-17:00"
price = "1.20"
step = "15 min"
[[charging.price]]
name = "evening"
of = "charging"
hours = "17:00-24:00"
price = "2.40"
step = "15 min"
[[charging.price]]
name = "idle"
of = "idle"
hours = "00:00-20:00"
price = "1.00"
step = "15 min"
`

const tenMinutes = `
[charging]
steps = "last"
[[charging.price]]
name = "charging"
of = "charging"
price = "1.00"
step = "10 min"
[[charging.price]]
name = "idle"
of = "idle"
price = "2.00"
step = "10 min"
`

// reserved is a reservation before a session, and what is paid if nobody comes.
const reserved = threeTaxes + `
[charging]
steps = "last"
[[charging.price]]
name = "reservation"
of = "reserved"
price = "5.00"
step = "1 min"
taxes = "VAT 20"
[[charging.price]]
name = "start"
of = "session"
price = "0.50"
taxes = "VAT 20"
[[charging.price]]
name = "energy"
of = "energy"
price = "0.25"
step = "1 Wh"
taxes = "VAT 10"
`

const noShow = threeTaxes + `
[charging]
steps = "last"
[[charging.price]]
name = "reservation"
of = "reserved"
price = "2.00"
step = "10 min"
taxes = "VAT 20"
[[charging.price]]
name = "nobody came"
of = "no-show"
price = "4.00"
taxes = "VAT 20"
[[charging.price]]
name = "start"
of = "session"
price = "0.50"
taxes = "VAT 20"
[[charging.price]]
name = "energy"
of = "energy"
price = "0.25"
step = "1 Wh"
taxes = "VAT 10"
`

// TestCharging are OCPI's worked examples. Amounts without tax are in cents, taxes in thousandths of a cent.
func TestCharging(t *testing.T) {
	for _, c := range []struct {
		source, tariff, start   string
		chargedMin, idleMin     int64
		wh, milliampere, before int64 // before: minutes reserved
		noShow                  bool
		ex, taxMilli            int64
	}{
		{"e01", energyOnly, "2026-03-02 09:30", 60, 0, 20_000, 0, 0, false, 500, 50_000},
		{"e03 20 kWh", withMinimum, "2026-03-02 09:30", 60, 0, 20_000, 0, 0, false, 500, 50_000},
		{"e03 1 kWh", withMinimum, "2026-03-02 09:30", 60, 0, 1_000, 0, 0, false, 50, 5_000},
		{"e04", startEnergyIdle, "2026-03-02 09:30", 60, 40, 20_000, 0, 0, false, 700, 90_000},
		{"e06", chargingTime, "2026-03-02 09:30", 150, 0, 0, 0, 0, false, 500, 50_000},
		{"e08 and V23", complexSession, "2026-03-02 09:30", 165, 42, 0, 16_000, 0, false, 900, 130_000},
		{"V24", complexSession, "2026-03-07 13:30", 114, 71, 0, 43_000, 0, false, 1228, 158_100},
		{"V25", stepped, "2026-03-02 16:55", 10, 2, 0, 0, 0, false, 55, 0},
		{"V26", stepped, "2026-03-02 16:35", 35, 0, 0, 0, 0, false, 130, 0},
		{"V27", stepped, "2026-03-02 19:40", 12, 20, 0, 0, 0, false, 73, 0},
		{"V28", tenMinutes, "2026-03-02 10:00", 21, 16, 0, 0, 0, false, 35 + 67, 0},
		{"e10", reserved, "2026-03-02 10:00", 60, 0, 20_000, 0, 15, false, 675, 85_000},
		{"e12 used", noShow, "2026-03-02 10:00", 60, 0, 20_000, 0, 22, false, 650, 80_000},
		{"e12 nobody came", noShow, "2026-03-02 10:00", 0, 0, 0, 0, 60, true, 600, 120_000},
	} {
		cfg := parse(t, doc("EUR", "Europe/Berlin", c.tariff))
		fromMS := civilMS(t, cfg, c.start)
		toMS := fromMS + c.chargedMin*60_000
		exitMS := toMS + c.idleMin*60_000
		fee := tariff.Quote(cfg, tariff.Stay{EntryMS: fromMS, ExitMS: exitMS, Session: &tariff.Session{
			FromMS: fromMS, ToMS: toMS, EnergyWh: c.wh, CurrentMA: c.milliampere, ReservedMS: c.before * 60_000, NoShow: c.noShow,
		}})
		if fee.SubtotalMinor != c.ex || fee.TaxMilli != c.taxMilli {
			t.Errorf("%s: %d and a tax of %d/1000, published %d and %d/1000: %+v", c.source, fee.SubtotalMinor, fee.TaxMilli, c.ex, c.taxMilli, fee.Charges)
		}
		adds(t, fee)
	}
}

// TestTheLeastOfASessionIsTaxed, though nothing else of the session has a price.
func TestTheLeastOfASessionIsTaxed(t *testing.T) {
	cfg := parse(t, doc("EUR", "UTC", "[[tax]]\nname = \"VAT\"\npercent = \"5\"\nincluded = false\n[charging]\nmin = \"1.00\"\n[[charging.price]]\nname = \"energy\"\nof = \"energy\"\nprice = \"0.50\"\n"))
	if fee := tariff.Quote(cfg, tariff.Stay{ExitMS: 3_600_000, Session: &tariff.Session{ToMS: 60_000}}); fee.TotalMinor != 105 {
		t.Errorf("%d: %+v", fee.TotalMinor, fee.Charges)
	}
}

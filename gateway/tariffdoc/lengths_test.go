package tariffdoc_test

import (
	"fmt"
	"testing"

	"gatehouse/gateway/tariff"
	"gatehouse/gateway/tariffdoc/receipt"
)

// A driver multiplies what the receipt says, and gets the amount: of stays of more than an hour as well.
func TestAReceiptOfProratedTimeCanBeChecked(t *testing.T) {
	cfg := parse(t, doc("EUR", "Europe/Berlin", `
[[rule]]
name = "time"
price = "36.00"
per = "1 h"
count = "prorated"
`))
	for seconds, want := range map[int64]string{
		59:           "0 min 59 s at 36.00 per 1 h",
		60:           "1 min at 36.00 per 1 h",
		3600:         "1 h at 36.00 per 1 h",
		3600 + 30:    "1 h 0 min 30 s at 36.00 per 1 h",
		5400:         "1 h 30 min at 36.00 per 1 h",
		5400 + 59:    "1 h 30 min 59 s at 36.00 per 1 h",
		26*3600 + 61: "26 h 1 min 1 s at 36.00 per 1 h",
		48 * 3600:    "2 days at 36.00 per 1 h",
	} {
		fee := tariff.Quote(cfg, tariff.Stay{ExitMS: seconds * 1000})
		said := ""
		for i := range fee.Charges {
			said += receipt.How("EUR", &fee.Charges[i])
		}
		if said != want || fee.TotalMinor != seconds { // a second costs a cent
			t.Errorf("%d s: %s, %d: want %s", seconds, said, fee.TotalMinor, want)
		}
	}
}

// Whatever a length is, what is said of it is all of it, to the second.
func FuzzLength(f *testing.F) {
	for _, ms := range []int64{0, 59_000, 3_630_000, 5_459_000, 172_800_000, 90_061_000} {
		f.Add(ms)
	}
	f.Fuzz(func(t *testing.T, ms int64) {
		if ms < 0 {
			return
		}
		said, total := receipt.Length(ms), int64(0)
		units := map[string]int64{"days": 86_400, "h": 3600, "min": 60, "s": 1}
		for rest := said; rest != ""; {
			var count int64
			var unit string
			if _, err := fmt.Sscan(rest, &count, &unit); err != nil || units[unit] == 0 {
				t.Fatalf("%d ms: %q", ms, said)
			}
			total += count * units[unit]
			rest = rest[min(len(rest), len(fmt.Sprint(count, " ", unit))+1):]
		}
		if total != ms/1000 {
			t.Errorf("%d ms: %q", ms, said)
		}
	})
}

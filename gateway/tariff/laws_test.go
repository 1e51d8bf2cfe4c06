package tariff_test

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"gatehouse/gateway/tariff"
)

// orderly is a tariff of which a longer stay costs no less: nothing in it depends on how the stay ends.
func orderly(t *rapid.T, cfg *tariff.Tariff) {
	cfg.Boundary, cfg.Offers, cfg.Grace = tariff.BoundarySplit, nil, tariff.Grace{ExitMS: 15 * 60_000}
	cfg.Rounding.Of = tariff.Of(rapid.IntRange(0, 1).Draw(t, "rounding"))
	if rapid.Bool().Draw(t, "taxed") {
		cfg.Taxes = []tariff.Tax{{ID: "VAT", RatePPM: 190_000, Included: rapid.Bool().Draw(t, "included")}}
	}
}

// TestLaws are what holds for every tariff and stay.
func TestLaws(t *testing.T) {
	all := zones(t)
	rapid.Check(t, func(t *rapid.T) {
		zone := rapid.SampledFrom(all).Draw(t, "zone")
		cfg := anyTariff(t, zone)
		orderly(t, cfg)
		cfg.Rounding.Of = tariff.OfTotal
		entryMS, exitMS := anyStay(t, zone)
		stay := tariff.Stay{EntryMS: entryMS, ExitMS: exitMS}
		fee := tariff.Quote(cfg, stay)
		sum := int64(0)
		for _, c := range fee.Charges {
			sum += c.AmountMinor
		}
		if sum != fee.TotalMinor-fee.AddedMinor || fee.SubtotalMinor+fee.TaxMinor != fee.TotalMinor {
			t.Fatalf("the lines sum to %d: %+v", sum, fee)
		}
		if again := tariff.Quote(cfg, stay); !reflect.DeepEqual(again, fee) {
			t.Fatalf("the same stay: %+v and %+v", fee, again)
		}
		longer := stay
		longer.ExitMS += int64(rapid.IntRange(0, 600).Draw(t, "more")) * 60_000
		if more := tariff.Quote(cfg, longer); more.TotalMinor < fee.TotalMinor {
			t.Fatalf("%d more minutes cost %d instead of %d", (longer.ExitMS-exitMS)/60_000, more.TotalMinor, fee.TotalMinor)
		}
		cfg.Caps = append(cfg.Caps, tariff.Cap{ID: "visit", Window: tariff.PerVisit, Amounts: []tariff.CapAmount{{Minor: 700}}})
		if capped := tariff.Quote(cfg, stay); capped.TotalMinor-capped.AddedMinor > 700 || capped.TotalMinor > fee.TotalMinor {
			t.Fatalf("capped at 7.00 it costs %d, without %d", capped.TotalMinor, fee.TotalMinor)
		}
	})
}

// TestADiscountNeverRaisesAFee shows any discounts.
func TestADiscountNeverRaisesAFee(t *testing.T) {
	all := zones(t)
	rapid.Check(t, func(t *rapid.T) {
		zone := rapid.SampledFrom(all).Draw(t, "zone")
		cfg := anyTariff(t, zone)
		cfg.Discounts = []tariff.Discount{
			{Code: "start", Kind: tariff.TimeOff, ValueMS: 2 * hourMS, Stacks: true}, {Code: "end", Kind: tariff.TimeOff, ValueMS: hourMS, TimeFrom: tariff.OffEnd, Stacks: true},
			{Code: "half", Kind: tariff.PercentOff, Basis: 5000, Stacks: true}, {Code: "money", Kind: tariff.MoneyOff, Minor: 150, Stacks: true},
			{Code: "price", Kind: tariff.FixedPrice, Minor: 400},
		}
		entryMS, exitMS := anyStay(t, zone)
		stay := tariff.Stay{EntryMS: entryMS, ExitMS: exitMS}
		without := tariff.Quote(cfg, stay).TotalMinor
		stay.Discounts = rapid.SliceOfN(rapid.SampledFrom([]string{"start", "end", "half", "money", "price", "unknown"}), 1, 4).Draw(t, "codes")
		if with := tariff.Quote(cfg, stay).TotalMinor; with > without || with < 0 {
			t.Fatalf("%v: %d instead of %d", stay.Discounts, with, without)
		}
	})
}

// TestSplittingAPaymentChangesNothing pays a fee at once and in parts.
func TestSplittingAPaymentChangesNothing(t *testing.T) {
	all := zones(t)
	rapid.Check(t, func(t *rapid.T) {
		zone := rapid.SampledFrom(all).Draw(t, "zone")
		cfg := anyTariff(t, zone)
		orderly(t, cfg)
		entryMS, exitMS := anyStay(t, zone)
		stay := tariff.Stay{EntryMS: entryMS, ExitMS: exitMS}
		total := tariff.Quote(cfg, stay).TotalMinor
		part := rapid.Int64Range(0, max(0, total)).Draw(t, "part")
		late := stay
		late.ExitMS += int64(rapid.IntRange(0, 40).Draw(t, "late")) * 60_000
		once := tariff.Due(cfg, late, []tariff.Payment{{AtMS: exitMS, AmountMinor: total}})
		twice := tariff.Due(cfg, late, []tariff.Payment{{AtMS: exitMS, AmountMinor: part}, {AtMS: exitMS, AmountMinor: total - part}})
		if once.DueMinor != twice.DueMinor || once.PaidMinor != twice.PaidMinor {
			t.Fatalf("at once %d is due, in parts %d", once.DueMinor, twice.DueMinor)
		}
		if bounded := tariff.Quote(cfg, tariff.Stay{EntryMS: entryMS, ExitMS: exitMS, Bounded: true}); bounded.TotalMinor != 0 {
			t.Fatalf("a suspect stay without a bound costs %d: %+v", bounded.TotalMinor, bounded)
		}
	})
}

// TestWhatIsPaidTooMuchIsAccountedFor pays any amounts on the way, and keeps the account by hand.
func TestWhatIsPaidTooMuchIsAccountedFor(t *testing.T) {
	all := zones(t)
	rapid.Check(t, func(t *rapid.T) {
		zone := rapid.SampledFrom(all).Draw(t, "zone")
		cfg := anyTariff(t, zone)
		orderly(t, cfg)
		cfg.Grace.ExitMS, cfg.Overpay = 0, tariff.Overpay(rapid.IntRange(0, 2).Draw(t, "overpay"))
		entryMS, exitMS := anyStay(t, zone)
		feeAt := func(atMS int64) int64 {
			return tariff.Quote(cfg, tariff.Stay{EntryMS: entryMS, ExitMS: atMS}).TotalMinor
		}
		paid, sum, account := []tariff.Payment{}, int64(0), int64(0)
		for atMS := entryMS; len(paid) < 3 && atMS < exitMS; atMS += int64(rapid.IntRange(1, 300).Draw(t, "later")) * 60_000 {
			p := tariff.Payment{AtMS: atMS, AmountMinor: amount(t)}
			paid, sum = append(paid, p), sum+p.AmountMinor
			account += min(p.AmountMinor, max(0, feeAt(atMS)-account))
		}
		bill, fee := tariff.Due(cfg, tariff.Stay{EntryMS: entryMS, ExitMS: exitMS}, paid), feeAt(exitMS)
		wantDue, wantOver, wantKept := max(0, fee-sum), max(0, sum-fee), int64(0)
		switch {
		case cfg.Overpay == tariff.OverpayKept:
			wantDue, wantOver, wantKept = fee-account, 0, sum-account
		case cfg.Overpay == tariff.OverpayExtends && fee > 0 && wantOver > 0:
			wantOver = 0
			if untilMS := bill.LeaveByMS; feeAt(untilMS) > sum || untilMS < entryMS+tariff.StayMaxMS && feeAt(untilMS+1) <= sum {
				t.Fatalf("%d paid until %d, when it costs %d, and a moment later %d", sum, untilMS, feeAt(untilMS), feeAt(untilMS+1))
			}
		}
		if bill.DueMinor != wantDue || bill.OverMinor != wantOver || bill.KeptMinor != wantKept || bill.PaidMinor != sum {
			t.Fatalf("overpay %d, fee %d, paid %v: %+v, by hand due %d, over %d, kept %d", cfg.Overpay, fee, paid, bill, wantDue, wantOver, wantKept)
		}
	})
}

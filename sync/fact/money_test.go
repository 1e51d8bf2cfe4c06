package fact_test

import (
	"math"
	"strings"
	"testing"

	"gatehouse/sync/fact"
)

func TestMoneyIsPrintedWithTheDigitsOfItsCurrency(t *testing.T) {
	for _, c := range []struct {
		minor    int64
		currency fact.Currency
		want     string
	}{
		{1240, "EUR", "12.40 EUR"}, {5, "EUR", "0.05 EUR"}, {0, "EUR", "0.00 EUR"}, {-5, "EUR", "-0.05 EUR"}, {-1240, "EUR", "-12.40 EUR"},
		{1240, "JPY", "1240 JPY"}, {0, "JPY", "0 JPY"}, {-7, "KRW", "-7 KRW"},
		{1240, "KWD", "1.240 KWD"}, {5, "BHD", "0.005 BHD"}, {-1240, "TND", "-1.240 TND"},
		{math.MinInt64, "EUR", "-92233720368547758.08 EUR"}, {math.MaxInt64, "JPY", "9223372036854775807 JPY"},
	} {
		if got := (fact.Money{Minor: c.minor, Currency: c.currency}).String(); got != c.want {
			t.Errorf("%d minor units of %s are printed %q, not %q", c.minor, c.currency, got, c.want)
		}
	}
}

func TestMoneyIsReadExactly(t *testing.T) {
	for _, c := range []struct {
		text     string
		currency fact.Currency
		minor    int64
	}{
		{"12.40", "EUR", 1240}, {"12.4", "EUR", 1240}, {"12", "EUR", 1200}, {"0.05", "EUR", 5}, {"-0.05", "EUR", -5}, {"007", "EUR", 700},
		{"1240", "JPY", 1240}, {"1.24", "KWD", 1240}, {"1", "KWD", 1000}, {"999999999999999.999", "KWD", 999_999_999_999_999_999},
	} {
		got, err := fact.ParseMoney(c.text, c.currency)
		if err != nil || got != (fact.Money{Minor: c.minor, Currency: c.currency}) {
			t.Errorf("%q of %s is read as %d (%v), not %d", c.text, c.currency, got.Minor, err, c.minor)
		}
	}
}

func TestMoneyRefusesWhatIsNoAmount(t *testing.T) {
	for _, c := range []struct {
		text     string
		currency fact.Currency
		why      string
	}{
		{"", "EUR", "not a decimal number"}, {"-", "EUR", "not a decimal number"}, {".5", "EUR", "not a decimal number"},
		{"1.", "EUR", "no digit after the point"}, {"1.234", "EUR", "EUR has 2 digits"}, {"1.5", "JPY", "JPY has 0 digits"}, {"1.", "JPY", "no digit"},
		{"1,50", "EUR", "not a decimal number"}, {"+1", "EUR", "not a decimal number"}, {"--1", "EUR", "not a decimal number"}, {" 1", "EUR", "not"},
		{"1.-5", "EUR", "not a decimal number"}, {"1e3", "EUR", "not a decimal number"}, {"１", "EUR", "not a decimal number"}, {"1.5.0", "EUR", "digits after"},
		{"1234567890123456", "EUR", "not a decimal number"},
	} {
		_, err := fact.ParseMoney(c.text, c.currency)
		if err == nil || !strings.Contains(err.Error(), c.why) || !strings.Contains(err.Error(), "write for example") {
			t.Errorf("%q of %s: %v; want %q and what to write", c.text, c.currency, err, c.why)
		}
	}
}

func FuzzParseMoney(f *testing.F) {
	for _, text := range []string{"12.40", "-0.05", "1.", "999999999999999.999", "１"} {
		f.Add(text, byte(0))
	}
	f.Fuzz(func(t *testing.T, text string, which byte) {
		currency := []fact.Currency{"EUR", "JPY", "KWD"}[which%3]
		read, err := fact.ParseMoney(text, currency)
		if err != nil {
			return
		}
		again, err := fact.ParseMoney(read.Decimal(), currency)
		if err != nil || again != read {
			t.Errorf("%q of %s is read as %d and printed %s, which is read as %d (%v)", text, currency, read.Minor, read, again.Minor, err)
		}
	})
}

func FuzzPrintMoney(f *testing.F) {
	f.Add(int64(-5), byte(0))
	f.Fuzz(func(t *testing.T, minor int64, which byte) {
		minor %= 1_000_000_000_000_000
		amount := fact.Money{Minor: minor, Currency: []fact.Currency{"EUR", "JPY", "KWD"}[which%3]}
		if got, err := fact.ParseMoney(amount.Decimal(), amount.Currency); err != nil || got != amount {
			t.Errorf("%d is printed %s and read as %d (%v)", minor, amount, got.Minor, err)
		}
	})
}

package fact

import (
	"fmt"
	"strconv"
)

// Currency is an ISO 4217 code.
type Currency string

// MinorDigits is the number of digits after the point in amounts of the currency: 0 for yen, 3 for dinars.
func (c Currency) MinorDigits() int {
	switch c {
	case "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF":
		return 0
	case "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND":
		return 3
	}
	return 2
}

// Money is an exact amount: minor units (cents) of a currency.
type Money struct {
	Minor    int64    `cbor:"1,keyasint,omitempty" json:"minor"`
	Currency Currency `cbor:"2,keyasint,omitempty" json:"currency"`
}

// String prints the amount with its currency: "12.40 EUR".
func (m Money) String() string { return m.Decimal() + " " + string(m.Currency) }

// Decimal prints the amount alone, with exactly the currency's digits: "12.40".
func (m Money) Decimal() string {
	digits := m.Currency.MinorDigits()
	sign, magnitude := "", uint64(m.Minor)
	if m.Minor < 0 {
		sign, magnitude = "-", -magnitude
	}
	text := strconv.FormatUint(magnitude, 10)
	if digits == 0 {
		return sign + text
	}
	for len(text) <= digits {
		text = "0" + text
	}
	return sign + text[:len(text)-digits] + "." + text[len(text)-digits:]
}

// ParseMoney reads a decimal amount ("12.4", "12") exactly. More digits than the currency has are an error,
// not rounded.
func ParseMoney(text string, currency Currency) (Money, error) {
	fail := func(why string) (Money, error) {
		return Money{}, fmt.Errorf("fact: amount %q: %s; write for example %s", text, why, Money{Minor: 1250, Currency: currency}.Decimal())
	}
	whole, fraction, pointed := text, "", false
	for i, r := range text {
		if r == '.' {
			whole, fraction, pointed = text[:i], text[i+1:], true
			break
		}
	}
	digits := currency.MinorDigits()
	if pointed && fraction == "" {
		return fail("no digit after the point")
	}
	if len(fraction) > digits {
		return fail(fmt.Sprintf("%s has %d digits after the point", currency, digits))
	}
	negative := len(whole) > 0 && whole[0] == '-'
	if negative {
		whole = whole[1:]
	}
	for len(fraction) < digits {
		fraction += "0"
	}
	if whole == "" || len(whole) > 15 || !allDigits(whole) || !allDigits(fraction) {
		return fail("not a decimal number")
	}
	minor, _ := strconv.ParseInt(whole+fraction, 10, 64)
	if negative {
		minor = -minor
	}
	return Money{Minor: minor, Currency: currency}, nil
}

func allDigits(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return true
}

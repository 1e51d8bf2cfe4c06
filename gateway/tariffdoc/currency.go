package tariffdoc

import (
	"fmt"
	"slices"
	"strings"

	"gatehouse/sync/fact"
)

// currencies are the ISO 4217 codes of money in use (2026), but for those of four digits, which nobody parks for.
const currencies = "" +
	"AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF " +
	"CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD " +
	"HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD " +
	"LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK " +
	"PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS " +
	"TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG"

// currency reads an ISO 4217 code.
func (r *reader) currency(text string) fact.Currency {
	known := strings.Fields(currencies)
	if slices.Contains(known, text) {
		return fact.Currency(text)
	}
	do := `write its ISO 4217 code, for example currency = "EUR"`
	if upper := strings.ToUpper(text); slices.Contains(known, upper) {
		do = fmt.Sprintf("write currency = %q", upper)
	}
	r.wrong(fmt.Sprintf("%q is no currency", text), do, "currency")
	return "EUR" // what amounts are read as, so that one mistake is told once
}

// intended is an amount as it was probably meant: without signs, a point for the comma, no more digits than there are.
// It is empty if that is no amount either.
func intended(text string, digits int) string {
	clean := strings.TrimSpace(strings.Map(func(letter rune) rune {
		switch {
		case letter == ',':
			return '.'
		case letter >= '0' && letter <= '9', letter == '.':
			return letter
		}
		return -1
	}, text))
	whole, fraction, _ := strings.Cut(clean, ".")
	if whole == "" || strings.Contains(fraction, ".") || len(fraction) > digits && strings.Trim(fraction[digits:], "0") != "" {
		return ""
	}
	if fraction = fraction[:min(len(fraction), digits)]; fraction == "" {
		return whole
	}
	return whole + "." + fraction
}

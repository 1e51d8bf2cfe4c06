package receipt

import (
	"fmt"
	"strings"

	"gatehouse/gateway/tariff"
	"gatehouse/sync/fact"
)

// How says how the amount of a line came about.
func How(currency fact.Currency, c *tariff.Charge) string {
	how := ""
	switch {
	case c.Kind == tariff.Energy:
		how = fmt.Sprintf("%d.%03d kWh at %s", c.Units/1000, c.Units%1000, fractional(currency, c))
	case c.Kind == tariff.Time && c.UnitMS > 0 && c.Units > 0:
		how = fmt.Sprintf("%d x %s at %s", c.Units, Length(c.UnitMS), fractional(currency, c))
	case c.UnitMS > 0 && c.PriceMinor != 0:
		how = fmt.Sprintf("%s at %s per %s", Length(c.ToMS-c.FromMS), fractional(currency, c), Length(c.UnitMS))
	case c.Basis != 0:
		how = share(currency, c)
	case (c.Kind == tariff.Time || c.Kind == tariff.ExtraFee) && c.Units > 1:
		how = fmt.Sprintf("%d x %s", c.Units, fractional(currency, c))
		if c.UpToMS > 0 {
			how += " for the steps up to " + Length(c.UpToMS)
		}
	case c.Kind == tariff.Time && c.UpToMS > 0:
		how = fractional(currency, c) + " for the step up to " + Length(c.UpToMS)
	case c.Kind == tariff.Time:
		how = fractional(currency, c) + " for this time"
	case c.Kind == tariff.NoRule:
		how = "no price at this time: free"
	case c.Kind == tariff.Rounded:
		how = "of the total"
	case c.Kind == tariff.Flat:
		how = "flat price"
	case c.Kind == tariff.Off && c.ToMS > c.FromMS && c.AmountMinor == 0:
		how = Length(c.ToMS-c.FromMS) + " not counted"
	case c.Kind == tariff.Off && c.AmountMinor == 0 && c.Basis == 0:
		return "not counted: another one takes more off"
	case c.Kind == tariff.Off && c.ToMS > c.FromMS:
		how = "what " + Length(c.ToMS-c.FromMS) + " cost"
	default:
		how = strings.ReplaceAll(c.Kind.String(), "_", " ")
	}
	if c.Cap != "" {
		how += fmt.Sprintf(", %s less: %s", decimal(currency, c.CutMinor), c.Cap)
	}
	if c.Times > 1 {
		how += fmt.Sprintf(", %d times", c.Times)
	}
	if c.Payer != "" {
		how += ", paid by " + c.Payer
	}
	return how
}

// share is a part of what stands before it on the receipt.
func share(currency fact.Currency, c *tariff.Charge) string {
	how := strings.TrimRight(strings.TrimRight(fmt.Sprintf("%d.%02d", c.Basis/100, c.Basis%100), "0"), ".") + " %"
	switch {
	case c.Kind == tariff.Off:
		return how + " off"
	case c.PriceMinor != 0:
		how += " and " + decimal(currency, c.PriceMinor)
	}
	if c.Units > 1 {
		how = fmt.Sprintf("%d x %s", c.Units, how)
	}
	return how + " more"
}

// fractional is a price with the digits that it has beyond those of the currency.
func fractional(currency fact.Currency, c *tariff.Charge) string {
	text := decimal(currency, c.PriceMinor)
	if c.Milli != 0 {
		if currency.MinorDigits() == 0 {
			text += "."
		}
		text = strings.TrimRight(fmt.Sprintf("%s%03d", text, c.Milli), "0")
	}
	return text
}

// Length prints a duration: 1 h 30 min. Seconds are printed where there are any, however long it is: a price by the time that has
// passed can't be checked without them.
func Length(ms int64) string {
	days, hours, minutes, seconds := ms/86_400_000, ms/3_600_000, ms/60_000%60, ms/1000%60
	switch {
	case days > 1 && ms%86_400_000 == 0:
		return fmt.Sprintf("%d days", days)
	case hours > 0 && seconds > 0:
		return fmt.Sprintf("%d h %d min %d s", hours, minutes, seconds)
	case hours > 0 && minutes == 0:
		return fmt.Sprintf("%d h", hours)
	case hours > 0:
		return fmt.Sprintf("%d h %d min", hours, minutes)
	case seconds == 0:
		return fmt.Sprintf("%d min", minutes)
	}
	return fmt.Sprintf("%d min %d s", minutes, seconds)
}

func decimal(currency fact.Currency, minor int64) string {
	return fact.Money{Minor: minor, Currency: currency}.Decimal()
}

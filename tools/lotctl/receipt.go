package main

import (
	"fmt"
	"strings"
	"time"

	"gatehouse/gateway/tariff"
	"gatehouse/sync/fact"
)

// receipt is a fee as lotctl fee --json prints it.
type receipt struct {
	Currency      string        `json:"currency"`
	TotalMinor    int64         `json:"totalMinor"`
	TaxMinor      int64         `json:"taxMinor"`
	SubtotalMinor int64         `json:"subtotalMinor"`
	TaxMilli      int64         `json:"taxMilliMinor"`
	AddedMinor    int64         `json:"addedTaxMinor"`
	PaidMinor     int64         `json:"paidMinor"`
	DueMinor      int64         `json:"dueMinor"`
	TenderMinor   int64         `json:"dueInTenderMinor"`
	OverMinor     int64         `json:"overpaidMinor"`
	PaidUntil     string        `json:"paidUntil,omitempty"`
	Overstay      bool          `json:"overstay"`
	Tariff        string        `json:"tariff"`
	Version       string        `json:"version"`
	Charges       []receiptLine `json:"charges"`
}

type receiptLine struct {
	From        string `json:"from"`
	To          string `json:"to"`
	Rule        string `json:"rule"`
	Kind        string `json:"kind"`
	Times       int64  `json:"times"`
	Units       int64  `json:"units"`
	UnitSeconds int64  `json:"unitSeconds"`
	PriceMinor  int64  `json:"priceMinor"`
	PriceMilli  int64  `json:"priceMilliMinor,omitempty"` // thousandths of a minor unit beside priceMinor
	AmountMinor int64  `json:"amountMinor"`
	Cap         string `json:"cap,omitempty"`
	CutMinor    int64  `json:"cutMinor,omitempty"`
	Payer       string `json:"payer,omitempty"`
	Text        string `json:"text"`
}

func receiptOf(t *tariff.Tariff, b *tariff.Bill) receipt {
	r := receipt{
		Currency: string(t.Currency), TotalMinor: b.Fee.TotalMinor, TaxMinor: b.Fee.TaxMinor, SubtotalMinor: b.Fee.SubtotalMinor, TaxMilli: b.Fee.TaxMilli,
		AddedMinor: b.Fee.AddedMinor, PaidMinor: b.PaidMinor, DueMinor: b.DueMinor, TenderMinor: b.TenderMinor, OverMinor: b.OverMinor,
		Overstay: b.Fee.Overstay, Tariff: t.ID, Version: t.Version, Charges: []receiptLine{},
	}
	if b.LeaveByMS != 0 {
		r.PaidUntil = at(t, b.LeaveByMS).Format(time.RFC3339)
	}
	for i := range b.Fee.Charges {
		c := &b.Fee.Charges[i]
		r.Charges = append(r.Charges, receiptLine{
			From: at(t, c.FromMS).Format(time.RFC3339), To: at(t, c.ToMS).Format(time.RFC3339), Rule: c.Rule, Kind: c.Kind.String(), Times: c.Times,
			Units: c.Units, UnitSeconds: c.UnitMS / 1000, PriceMinor: c.PriceMinor, PriceMilli: c.Milli, AmountMinor: c.AmountMinor, Cap: c.Cap, CutMinor: c.CutMinor,
			Payer: c.Payer, Text: howOf(t, c),
		})
	}
	return r
}

func at(t *tariff.Tariff, ms int64) time.Time { return time.UnixMilli(ms).In(t.Zone) }

func decimal(t *tariff.Tariff, minor int64) string {
	return fact.Money{Minor: minor, Currency: t.Currency}.Decimal()
}

// howOf says how the amount of a line came about.
func howOf(t *tariff.Tariff, c *tariff.Charge) string {
	how := ""
	switch {
	case c.Kind == tariff.Energy:
		how = fmt.Sprintf("%d.%03d kWh at %s", c.Units/1000, c.Units%1000, fractional(t, c))
	case c.Kind == tariff.Time && c.UnitMS > 0 && c.Units > 0:
		how = fmt.Sprintf("%d x %s at %s", c.Units, lengthOf(c.UnitMS), fractional(t, c))
	case c.UnitMS > 0 && c.PriceMinor != 0:
		how = fmt.Sprintf("%s at %s per %s", lengthOf(c.ToMS-c.FromMS), fractional(t, c), lengthOf(c.UnitMS))
	case c.Kind == tariff.Time:
		how = "up to this time " + decimal(t, c.PriceMinor)
	case c.Kind == tariff.Flat:
		how = "flat price"
	default:
		how = strings.ReplaceAll(c.Kind.String(), "_", " ")
	}
	if c.Cap != "" {
		how += fmt.Sprintf(", %s less: %s", decimal(t, c.CutMinor), c.Cap)
	}
	if c.Times > 1 {
		how += fmt.Sprintf(", %d times", c.Times)
	}
	if c.Payer != "" {
		how += ", paid by " + c.Payer
	}
	return how
}

// fractional is a price with the digits that it has beyond those of the currency.
func fractional(t *tariff.Tariff, c *tariff.Charge) string {
	text := decimal(t, c.PriceMinor)
	if c.Milli != 0 {
		if t.Currency.MinorDigits() == 0 {
			text += "."
		}
		text = strings.TrimRight(fmt.Sprintf("%s%03d", text, c.Milli), "0")
	}
	return text
}

func lengthOf(ms int64) string {
	days, hours, minutes, seconds := ms/86_400_000, ms/3_600_000, ms/60_000%60, ms/1000%60
	switch {
	case days > 1 && ms%86_400_000 == 0:
		return fmt.Sprintf("%d days", days)
	case hours > 0 && minutes == 0 && seconds == 0:
		return fmt.Sprintf("%d h", hours)
	case hours > 0:
		return fmt.Sprintf("%d h %d min", hours, minutes)
	case seconds == 0:
		return fmt.Sprintf("%d min", minutes)
	}
	return fmt.Sprintf("%d min %d s", minutes, seconds)
}

// receiptText is a fee as a driver reads it.
func receiptText(t *tariff.Tariff, s *tariff.Stay, b *tariff.Bill, tender string) string {
	var w strings.Builder
	const form = "Mon 2006-01-02 15:04"
	elapsed := s.ExitMS - s.EntryMS
	fmt.Fprintf(&w, "%s (version %s)\n", t.Name, t.Version)
	fmt.Fprintf(&w, "from %s\nto   %s\n%d h %d min, amounts in %s\n\n", at(t, s.EntryMS).Format(form), at(t, s.ExitMS).Format(form), elapsed/3_600_000, elapsed/60_000%60, t.Currency)
	for i := range b.Fee.Charges {
		c := &b.Fee.Charges[i]
		span := at(t, c.FromMS).Format("2006-01-02 15:04")
		if c.ToMS != c.FromMS {
			span += " - " + at(t, c.ToMS).Format("01-02 15:04")
		}
		fmt.Fprintf(&w, "  %-32s %10s  %s\n", span, decimal(t, c.AmountMinor), strings.TrimSuffix(c.Rule+": "+howOf(t, c), ": "))
	}
	line := func(name string, minor int64) { fmt.Fprintf(&w, "  %-32s %10s\n", name, decimal(t, minor)) }
	fmt.Fprintln(&w, "  "+strings.Repeat("-", 43))
	if b.Fee.AddedMinor != 0 {
		line("tax on top", b.Fee.AddedMinor)
	}
	line("total", b.Fee.TotalMinor)
	if b.Fee.TaxMinor != 0 {
		line("  of which tax", b.Fee.TaxMinor)
	}
	if b.PaidMinor != 0 {
		line("paid", b.PaidMinor)
	}
	line("due", b.DueMinor)
	if b.TenderMinor != b.DueMinor {
		line("due in "+tender, b.TenderMinor)
	}
	if b.OverMinor != 0 {
		line("paid too much", b.OverMinor)
	}
	if b.LeaveByMS != 0 {
		fmt.Fprintf(&w, "paid: leave by %s\n", at(t, b.LeaveByMS).Format(form))
	}
	if b.Fee.Overstay {
		fmt.Fprintf(&w, "longer than the longest stay of %s\n", lengthOf(t.MaxStayMS))
	}
	return w.String()
}

package main

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"gatehouse/gateway/tariff"
	wording "gatehouse/gateway/tariffdoc/receipt"
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
	KeptMinor     int64         `json:"keptMinor"`
	Entry         string        `json:"entry"`
	Exit          string        `json:"exit"` // with --pays: until when it is enough
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

func receiptOf(t *tariff.Tariff, s *tariff.Stay, b *tariff.Bill) receipt {
	r := receipt{
		Currency: string(t.Currency), TotalMinor: b.Fee.TotalMinor, TaxMinor: b.Fee.TaxMinor, SubtotalMinor: b.Fee.SubtotalMinor, TaxMilli: b.Fee.TaxMilli,
		AddedMinor: b.Fee.AddedMinor, PaidMinor: b.PaidMinor, DueMinor: b.DueMinor, TenderMinor: b.TenderMinor, OverMinor: b.OverMinor, KeptMinor: b.KeptMinor,
		Overstay: b.Fee.Overstay, Tariff: t.ID, Version: t.Version, Charges: linesOf(t, b.Fee.Charges),
		Entry: at(t, s.EntryMS).Format(time.RFC3339), Exit: at(t, s.ExitMS).Format(time.RFC3339),
	}
	if b.LeaveByMS != 0 {
		r.PaidUntil = at(t, b.LeaveByMS).Format(time.RFC3339)
	}
	return r
}

func linesOf(t *tariff.Tariff, charges []tariff.Charge) []receiptLine {
	lines := []receiptLine{}
	for i := range charges {
		c := &charges[i]
		lines = append(lines, receiptLine{
			From: at(t, c.FromMS).Format(time.RFC3339), To: at(t, c.ToMS).Format(time.RFC3339), Rule: c.Rule, Kind: c.Kind.String(), Times: c.Times,
			Units: c.Units, UnitSeconds: c.UnitMS / 1000, PriceMinor: c.PriceMinor, PriceMilli: c.Milli, AmountMinor: c.AmountMinor, Cap: c.Cap, CutMinor: c.CutMinor,
			Payer: c.Payer, Text: wording.How(t.Currency, c),
		})
	}
	return lines
}

func at(t *tariff.Tariff, ms int64) time.Time { return time.UnixMilli(ms).In(t.Zone) }

func decimal(t *tariff.Tariff, minor int64) string {
	return fact.Money{Minor: minor, Currency: t.Currency}.Decimal()
}

// receiptText is a fee as a driver reads it.
func receiptText(t *tariff.Tariff, s *tariff.Stay, b *tariff.Bill, tender string) string {
	var w strings.Builder
	form := "Mon 2006-01-02 15:04"
	if s.EntryMS%60_000 != 0 || s.ExitMS%60_000 != 0 {
		form += ":05"
	}
	_, entryOffset := at(t, s.EntryMS).Zone()
	if _, exitOffset := at(t, s.ExitMS).Zone(); exitOffset != entryOffset {
		form += " -07:00" // the clocks changed: how long it was is not what they show
	}
	elapsed := s.ExitMS - s.EntryMS
	fmt.Fprintf(&w, "%s (version %s)\n", cmp.Or(t.Name, t.ID, "Tariff"), t.Version)
	fmt.Fprintf(&w, "from %s\nto   %s\n%d h %d min, amounts in %s\n\n", at(t, s.EntryMS).Format(form), at(t, s.ExitMS).Format(form), elapsed/3_600_000, elapsed/60_000%60, t.Currency)
	for i := range b.Fee.Charges {
		c := &b.Fee.Charges[i]
		from, to := at(t, c.FromMS), at(t, c.ToMS)
		span := from.Format("2006-01-02 15:04")
		switch {
		case c.ToMS == c.FromMS:
		case from.Year() == to.Year():
			span += to.Format(" - 01-02 15:04")
		default:
			span += to.Format(" - 2006-01-02 15:04")
		}
		fmt.Fprintf(&w, "  %-32s %10s  %s\n", span, decimal(t, c.AmountMinor), strings.TrimPrefix(c.Rule+": "+wording.How(t.Currency, c), ": "))
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
	if b.Cashier {
		fmt.Fprintf(&w, "  more than can be paid in %s: pay at the cashier's\n", tender)
	}
	if b.KeptMinor != 0 {
		line("paid too much, no change", b.KeptMinor)
	}
	if b.OverMinor != 0 {
		line("paid too much", b.OverMinor)
	}
	if b.LeaveByMS != 0 {
		fmt.Fprintf(&w, "paid: leave by %s\n", at(t, b.LeaveByMS).Format(form))
	}
	if c := &t.Calendar; c.KnownTo != 0 && at(t, s.ExitMS).Format(time.DateOnly) > c.KnownTo.String() {
		fmt.Fprintf(&w, "holidays are known until %v only: list those of later years in extra_holidays\n", c.KnownTo)
	}
	if b.Fee.Overstay {
		fmt.Fprintf(&w, "longer than the longest stay of %s\n", wording.Length(t.MaxStayMS))
	}
	return w.String()
}

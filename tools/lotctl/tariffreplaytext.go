package main

import (
	"fmt"
	"strings"

	wording "gatehouse/gateway/tariffdoc/receipt"
)

// barMax is the longest bar of the histogram, in letters.
const barMax = 40

// text is the result as a person reads it in a terminal.
func (r *comparison) text() string {
	var w strings.Builder
	against := "what was paid"
	if r.Old != nil {
		against = titleOf(*r.Old)
	}
	fmt.Fprintf(&w, "%s against %s, amounts in %s\n", titleOf(r.New), against, r.Currency)
	fmt.Fprintf(&w, "%d stays priced of %d", r.Priced, r.Rows)
	if r.Untrusted > 0 {
		fmt.Fprintf(&w, ", %d not to be trusted (--all takes them)", r.Untrusted)
	}
	if r.Open > 0 {
		fmt.Fprintf(&w, ", %d without an exit yet", r.Open)
	}
	if r.BadRows > 0 {
		fmt.Fprintf(&w, ", %d bad", r.BadRows)
	}
	fmt.Fprintln(&w)
	for _, bad := range r.Bad {
		fmt.Fprintf(&w, "  line %d: %s\n", bad.Line, bad.Problem)
	}
	if more := r.BadRows - len(r.Bad); more > 0 {
		fmt.Fprintf(&w, "  and %d more\n", more)
	}
	r.revenue(&w)
	r.bars(&w)
	r.stories(&w)
	return w.String()
}

func titleOf(n tariffName) string {
	return strings.TrimSpace(n.Name + " " + n.Version)
}

func (r *comparison) revenue(w *strings.Builder) {
	money := func(minor int64) string { return decimal(r.newTariff, minor) }
	fmt.Fprintf(w, "\nrevenue   %14s old\n          %14s new\n          %14s change%s\n", money(r.OldMinor), money(r.NewMinor), signed(money(r.Change)), r.share(r.Change, r.OldMinor))
	if r.Old != nil && r.Paid != nil {
		fmt.Fprintf(w, "          %14s paid by the tickets' own column\n", money(*r.Paid))
	}
	fmt.Fprintf(w, "same      %14d stays%s\n", r.Same, r.share(int64(r.Same), int64(r.Priced)))
	fmt.Fprintf(w, "winners   %14d stays%s pay %s less\n", r.Winners.Stays, r.share(int64(r.Winners.Stays), int64(r.Priced)), money(r.Winners.Minor))
	fmt.Fprintf(w, "losers    %14d stays%s pay %s more\n", r.Losers.Stays, r.share(int64(r.Losers.Stays), int64(r.Priced)), money(r.Losers.Minor))
}

func signed(text string) string {
	if strings.HasPrefix(text, "-") {
		return text
	}
	return "+" + text
}

// share is a part in percent.
func (r *comparison) share(part, whole int64) string {
	if whole == 0 {
		return ""
	}
	tenths := (part*2000 + whole) / (2 * whole)
	if part < 0 {
		tenths = -((-part*2000 + whole) / (2 * whole))
	}
	sign := ""
	if tenths < 0 {
		sign, tenths = "-", -tenths
	}
	return fmt.Sprintf(" (%s%d.%d %%)", sign, tenths/10, tenths%10)
}

// bars draws the histogram.
func (r *comparison) bars(w *strings.Builder) {
	most := 1
	for _, span := range r.Histogram {
		most = max(most, span.Stays)
	}
	fmt.Fprintln(w, "\nchange per stay")
	for _, span := range r.Histogram {
		label := "none"
		if span.FromMinor != 0 {
			label = signed(decimal(r.newTariff, span.FromMinor))
			if span.ToMinor != span.FromMinor {
				label += " to " + signed(decimal(r.newTariff, span.ToMinor))
			}
		}
		length := (span.Stays*barMax + most - 1) / most // the least number is still seen
		fmt.Fprintf(w, "  %26s %8d %s\n", label, span.Stays, strings.Repeat("#", length))
	}
}

// stories tells the biggest changes, with both explanations.
func (r *comparison) stories(w *strings.Builder) {
	if len(r.Biggest) > 0 {
		fmt.Fprintln(w, "\nbiggest changes")
	}
	const form = "Mon 2006-01-02 15:04"
	for i := range r.Biggest {
		b := &r.Biggest[i]
		length := wording.Length(b.row.exitMS - b.row.entryMS)
		fmt.Fprintf(w, "%s  line %d: %s, %s%s\n", signed(decimal(r.newTariff, b.Change)), b.Line, at(r.newTariff, b.row.entryMS).Format(form),
			length, strings.TrimRight(", "+b.Type, ", "))
		if r.Old == nil {
			fmt.Fprintf(w, "    old %10s  was paid\n", decimal(r.newTariff, b.OldMinor))
		} else {
			r.charges(w, "old", b.OldMinor, b.Old)
		}
		r.charges(w, "new", b.NewMinor, b.New)
	}
}

func (r *comparison) charges(w *strings.Builder, name string, totalMinor int64, lines []receiptLine) {
	fmt.Fprintf(w, "    %s %10s\n", name, decimal(r.newTariff, totalMinor))
	for _, line := range lines {
		fmt.Fprintf(w, "        %10s  %s\n", decimal(r.newTariff, line.AmountMinor), strings.TrimSuffix(line.Rule+": "+line.Text, ": "))
	}
}

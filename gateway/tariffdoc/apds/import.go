package apds

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"slices"
	"strings"
	"time"

	"gatehouse/sync/fact"
)

// BytesMax bounds a table.
const BytesMax = 1 << 20

// linesMax bounds the lines of a collection.
const linesMax = 200

// ErrNotSaid marks tables that can't be imported because they leave something open, or say what no tariff has.
var ErrNotSaid = errors.New("apds")

// Import makes a tariff document (TOML, for tariffdoc.Parse) of a RateTable in JSON. What the table leaves open comes
// from answers, or from those that it carries. Its error lists every question that is not answered, with the answers
// that there are, and everything that can't be imported.
func Import(data []byte, answers Answers) (string, error) {
	if len(data) > BytesMax {
		return "", fmt.Errorf("%w: the table has more than %d bytes", ErrNotSaid, BytesMax)
	}
	var table RateTable
	decoder := json.NewDecoder(strings.NewReader(string(data)))
	decoder.UseNumber()
	if err := decoder.Decode(&table); err != nil {
		return "", fmt.Errorf("%w: this is no RateTable: %w", ErrNotSaid, err)
	}
	if _, err := decoder.Token(); err != io.EOF {
		return "", fmt.Errorf("%w: there is something after the table", ErrNotSaid)
	}
	i := importer{table: &table, answers: answers.over(table.Answers)}
	i.header()
	if len(table.Collections) == 1 {
		i.collection(&table.Collections[0])
	}
	if len(i.problems) > 0 {
		return "", fmt.Errorf("%w: the table can't be imported:\n  %s", ErrNotSaid, strings.Join(i.problems, "\n  "))
	}
	return i.out.String(), nil
}

// importer writes the document and collects what stands in the way.
type importer struct {
	table    *RateTable
	answers  Answers
	problems []string
	out      strings.Builder
}

func (i *importer) refuse(format string, arguments ...any) {
	i.problems = append(i.problems, fmt.Sprintf(format, arguments...))
}

// ask is an answer, which must be one of some words.
func (i *importer) ask(answer, flag, question string, words ...string) string {
	switch {
	case answer == "":
		i.refuse("%s: answer --%s=%s", question, flag, strings.Join(words, " or --"+flag+"="))
	case len(words) > 0 && !strings.Contains(words[0], "/") && !slices.Contains(words, answer):
		i.refuse("%q is no answer: answer --%s=%s", answer, flag, strings.Join(words, " or --"+flag+"="))
	}
	return answer
}

func (i *importer) write(format string, arguments ...any) {
	fmt.Fprintf(&i.out, format+"\n", arguments...)
}

// quoted is a text as TOML.
func quoted(text string) string {
	encoded, _ := json.Marshal(strings.ToValidUTF8(text, "")) // texts never fail; JSON's are TOML's
	return string(encoded)
}

func (i *importer) header() {
	t, a := i.table, &i.answers
	for _, what := range a.LeftOut {
		i.refuse("the table was exported without %s: get the tariff itself", what)
	}
	if len(t.Collections) != 1 {
		i.refuse("%d collections of lines: APDS does not say which of them holds at which hours; import each in a table of its own and write the hours", len(t.Collections))
		return
	}
	version := a.Version
	if version == "" {
		version = fmt.Sprintf("apds-%d", t.Version)
	}
	if len(t.Name) > 0 {
		i.write("name = %s", quoted(t.Name[0].Text))
	}
	i.write("version = %s", quoted(version))
	i.write("source = %s", quoted(fmt.Sprintf("APDS RateTable %s, version %d", t.ID, t.Version)))
	i.write("currency = %s", quoted(t.Collections[0].Currency))
	zoneText := i.ask(a.Timezone, "timezone", "the time zone is the Place's, which a table does not name", "Europe/Berlin")
	i.write("timezone = %s", quoted(zoneText))
	i.write("limit = %s", quoted(i.ask(a.Limit, "limit", "is a stay of exactly the end of a tier still within it?", "inclusive", "exclusive")))
	i.write("seconds = %s", quoted(i.ask(a.Seconds, "seconds", "what does a started minute count?", "exact", "drop", "up", "clock")))
	zone, err := time.LoadLocation(zoneText)
	if err != nil {
		i.refuse("%q is no time zone", zoneText)
		zone = time.UTC
	}
	i.day("valid_from", "validityStart", t.ValidFrom, zone, 0)
	i.day("valid_until", "validityEnd", t.ValidUntil, zone, -1)
	c := &t.Collections[0]
	if c.ValidFrom != t.ValidFrom || c.ValidUntil != t.ValidUntil {
		i.refuse("the collection is valid at other times than its table: write one table for each time")
	}
}

// day writes a bound of validity. Ours are whole days.
func (i *importer) day(key, name, text string, zone *time.Location, shift int) {
	if text == "" {
		return
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		i.refuse("%s %q is no time", name, text)
		return
	}
	local := at.In(zone)
	switch {
	case at.Year() <= 1970 && shift == 0:
	case local.Hour() != 0 || local.Minute() != 0 || local.Second() != 0:
		i.refuse("%s %s is not the beginning of a day in %s", name, text, zone)
	default:
		i.write("%s = %s", key, quoted(local.AddDate(0, 0, shift).Format(time.DateOnly)))
	}
}

// collection writes rule, cap and tax.
func (i *importer) collection(c *Collection) {
	if c.Relative || c.ReferenceAt != "" {
		i.refuse("relativeTimes: prices of an event are counted from its start, which no stay knows")
	}
	if c.TaxValue != "" {
		i.refuse("taxValue: a tax of a fixed amount has no rate to print")
	}
	if minMS, ok := parseDuration(c.MinTime); !ok || minMS > 0 {
		i.refuse("minTime %q: APDS does not say what a shorter stay costs", c.MinTime)
	}
	maxMS, ok := parseDuration(c.MaxTime)
	if !ok {
		i.refuse("maxTime %q is no duration of days, hours and minutes", c.MaxTime)
	} else if maxMS < longestMS {
		i.write("longest_stay = %s", quoted(span(maxMS)))
	}
	if minimum := i.money(c.MinValue, "minValueCollection", c.Currency); minimum != "" {
		i.write("minimum = %s", quoted(minimum))
	}
	i.tax(c)
	i.write("\n[[rule]]\nname = %s", quoted(i.ruleName(c)))
	resets := i.resets(c)
	i.lines(c, resets.lines)
	if maximum := i.money(c.MaxValue, "maxValueCollection", c.Currency); maximum != "" {
		i.write("\n[[cap]]\nname = \"maximum\"\namount = %s", quoted(maximum))
		i.write("%s", resets.maximum)
	}
}

func (i *importer) ruleName(c *Collection) string {
	if len(c.Lines) > 0 && c.Lines[0].Description != "" && len(c.Lines[0].Description) <= 60 {
		return c.Lines[0].Description
	}
	return "parking"
}

func (i *importer) tax(c *Collection) {
	if c.TaxRate == "" {
		return
	}
	rate, ok := exactly(c.TaxRate)
	if !ok || rate.Sign() < 0 {
		i.refuse("taxRate %q is no percentage", c.TaxRate)
		return
	}
	if ppm := new(big.Rat).Mul(rate, big.NewRat(10_000, 1)); !ppm.IsInt() {
		i.refuse("taxRate %s has more than four digits after the point", c.TaxRate)
		return
	}
	i.write("\n[[tax]]\nname = \"tax\"\npercent = %s\nincluded = %t", quoted(strings.TrimSuffix(strings.TrimRight(rate.FloatString(4), "0"), ".")), c.TaxIncluded)
}

// exactly is a JSON number without any loss. Numbers of no sensible size are none.
func exactly(number json.Number) (*big.Rat, bool) {
	mantissa, exponent, _ := strings.Cut(strings.ToLower(string(number)), "e")
	if len(mantissa) > 40 || len(exponent) > 3 {
		return nil, false
	}
	return new(big.Rat).SetString(string(number))
}

// money reads an amount by its digits. Nothing is nothing.
func (i *importer) money(number json.Number, name, currency string) string {
	if number == "" {
		return ""
	}
	value, ok := exactly(number)
	if !ok {
		i.refuse("%s %q is no amount", name, number)
		return ""
	}
	digits := fact.Currency(currency).MinorDigits()
	text := value.FloatString(digits)
	if exact, _ := new(big.Rat).SetString(text); exact.Cmp(value) != 0 {
		i.refuse("%s %s is finer than %s can be paid", name, number, currency)
	}
	return text
}

// reset is what begins anew when, in the words of a tariff document.
type reset struct{ lines, maximum string }

// resets reads resetTime, a free text of which APDS says only that it is the "time that rate resets".
func (i *importer) resets(c *Collection) reset {
	periodMS, isPeriod := parseDuration(c.ResetTime)
	clockMS, isClock := parseClock(c.ResetTime)
	forever := c.ResetTime == noReset || isPeriod && periodMS >= longestMS
	var r reset
	switch {
	case forever:
		return reset{maximum: `per = "visit"`}
	case isClock:
		day := fmt.Sprintf("day_starts = %s", quoted(clockOf(clockMS)[:5]))
		r = reset{"anchor = \"day\"\n" + day, "per = \"day\"\nrepeats = true\n" + day}
	case isPeriod && periodMS >= minuteMS:
		r = reset{fmt.Sprintf("restart = %s", quoted(span(periodMS))), fmt.Sprintf("per = %s\nrepeats = true", quoted(span(periodMS)))}
		if periodMS >= dayMS {
			counts := i.ask(i.answers.Counts, "counts", "resetTime "+c.ResetTime+": do the hours pass, or do they end at the same time of the day when the clocks change?", "elapsed", "civil")
			r.lines += fmt.Sprintf("\nrestart_counts = %s", quoted(counts))
			r.maximum += fmt.Sprintf("\ncounts = %s", quoted(counts))
		}
	default:
		i.refuse("resetTime %q: it can be read as a duration from entry such as PT24H, a time of day such as 00:00, or %q", c.ResetTime, noReset)
		return r
	}
	words := []string{"maximum", "lines", "both"}
	if c.MaxValue == "" {
		words = []string{"lines"}
	}
	switch i.ask(i.answers.Resets, "resets", "resetTime "+c.ResetTime+": what begins anew then?", words...) {
	case "maximum":
		r.lines = ""
	case "lines":
		r.maximum = `per = "visit"`
	}
	return r
}

// lines writes the steps of the rule.
func (i *importer) lines(c *Collection, restart string) {
	if len(c.Lines) == 0 || len(c.Lines) > linesMax {
		i.refuse("%d lines: write 1 to %d", len(c.Lines), linesMax)
		return
	}
	if restart != "" {
		i.write("%s", restart)
	}
	lines := slices.Clone(c.Lines)
	slices.SortStableFunc(lines, func(a, b Line) int { return cmp.Compare(a.Sequence, b.Sequence) })
	if len(lines) == 1 && lines[0].Type == flatRate && lines[0].Start == "" && lines[0].End == "" {
		i.other(&lines[0])
		i.write("flat = %s", quoted(i.money(lines[0].Value, "value", c.Currency)))
		return
	}
	endMS := int64(0)
	i.write("step = [")
	for n := range lines {
		endMS = i.line(&lines[n], c, endMS, n == len(lines)-1, tiersOf(lines))
	}
	i.write("]")
	if endMS != 0 && !strings.Contains(restart, "restart = "+quoted(span(endMS))) {
		if i.ask(i.answers.Beyond, "beyond", fmt.Sprintf("what does time beyond the last line, after %s, cost?", span(endMS)), "free") == "free" {
			i.write("beyond = \"free\"")
		}
	}
}

func tiersOf(lines []Line) int {
	tiers := 0
	for _, l := range lines {
		if l.Type != incrementingRate {
			tiers++
		}
	}
	return tiers
}

// other refuses what a line says that no step can.
func (i *importer) other(l *Line) {
	if l.MinValue != "" || l.MaxValue != "" {
		i.refuse("line %d: minValue and maxValue of a line: APDS does not say for which time they are", l.Sequence)
	}
	if l.Usage != "" && l.Usage != "unlimited" {
		i.refuse("line %d: usageCondition %s: how often, or how long, is in fields that APDS does not have", l.Sequence, l.Usage)
	}
	if len(l.Tax) > 0 {
		i.refuse("line %d: a tax of its own: write the tax of the collection", l.Sequence)
	}
}

// line writes a step that begins where the one before ended, and is where it ends; 0: never.
func (i *importer) line(l *Line, c *Collection, fromMS int64, last bool, tiers int) int64 {
	i.other(l)
	if startMS, ok := parseDuration(l.Start); l.Start != "" && (!ok || startMS != fromMS) {
		i.refuse("line %d: it starts at %q, but the one before it ends after %s: APDS does not say what the time between costs, or which line counts",
			l.Sequence, l.Start, span(fromMS))
	}
	endMS, bounded := parseDuration(l.End)
	switch {
	case l.End == "" && !last:
		i.refuse("line %d: it has no durationEnd, but it is not the last", l.Sequence)
	case l.End != "" && (!bounded || endMS <= fromMS):
		i.refuse("line %d: durationEnd %q is no duration after its start", l.Sequence, l.End)
	}
	price := i.money(l.Value, fmt.Sprintf("line %d: value", l.Sequence), c.Currency)
	if price == "" {
		i.refuse("line %d: no value", l.Sequence)
	}
	step := ""
	if endMS > 0 {
		step = "up_to = " + quoted(span(endMS)) + ", "
	}
	switch l.Type {
	case incrementingRate:
		periodMS, ok := parseDuration(l.Period)
		if !ok || periodMS == 0 {
			i.refuse("line %d: incrementPeriod %q: nothing says for how long the value is", l.Sequence, l.Period)
		}
		count := i.ask(i.answers.Count, "count", fmt.Sprintf("line %d: what of an increment is paid?", l.Sequence), "started", "prorated", "completed")
		step += fmt.Sprintf("price = %s, per = %s, count = %s", quoted(price), quoted(span(periodMS)), quoted(count))
	case flatRateTier:
		key := "flat"
		if tiers > 1 && i.ask(i.answers.Tiers, "tiers", fmt.Sprintf("line %d: is the value of a tier added to those before, or is it the total?", l.Sequence), "added", "total") == "total" {
			key = "total"
		}
		step += fmt.Sprintf("%s = %s", key, quoted(price))
	default:
		i.refuse("line %d: a %s beside other lines: APDS does not say whether it comes instead of them", l.Sequence, l.Type)
	}
	i.write("  { %s },", step)
	return endMS
}

// span prints a duration in the words of a tariff document.
func span(ms int64) string {
	parts := []string{}
	for _, unit := range []struct {
		ms   int64
		name string
	}{{hourMS, "h"}, {minuteMS, "min"}, {secondMS, "s"}} {
		if n := ms / unit.ms; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, unit.name))
			ms -= n * unit.ms
		}
	}
	if len(parts) == 0 {
		return "0 min"
	}
	return strings.Join(parts, " ")
}

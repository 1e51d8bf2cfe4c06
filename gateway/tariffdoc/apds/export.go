package apds

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"gatehouse/gateway/tariff"
	"gatehouse/sync/fact"
)

// Export is a tariff as a valid RateTable. What it could not say is in Answers.LeftOut; where that is empty, the table
// and its answers mean what the tariff means.
func Export(t *tariff.Tariff) RateTable {
	e := exporter{tariff: t, answers: &Answers{Timezone: zoneName(t), Version: t.Version}}
	e.seconds()
	name := t.Name
	if name == "" {
		name = "tariff " + t.Version
	}
	table := RateTable{
		ID: idOf(t), Version: 1, Name: []Text{{"en", name}}, ValidFrom: e.day(t.ValidFrom), ActiveTimes: []string{"P1D"},
		Availability: "public", RateType: e.rateType(), Validation: len(t.Discounts) > 0, Answers: e.answers,
	}
	if t.ValidTo != 0 {
		table.ValidUntil = e.day(t.ValidTo + 1)
	}
	e.lose(len(t.Rules) > 1, "which of several rules applies when")
	for i := range t.Rules {
		e.rule(&table, &t.Rules[i])
	}
	for i := range t.Offers {
		o := &t.Offers[i]
		e.lose(true, "when and how long offer "+o.ID+" holds")
		e.collect(&table, o.ID, o.Steps, 0)
	}
	if len(table.Collections) == 0 {
		e.lose(true, "prices of charging")
		e.collect(&table, "free", nil, 0)
	}
	e.rest()
	return table
}

// exporter keeps what could not be said.
type exporter struct {
	tariff  *tariff.Tariff
	answers *Answers
}

func (e *exporter) lose(is bool, what string) {
	if is {
		e.answers.LeftOut = append(e.answers.LeftOut, what)
	}
}

func zoneName(t *tariff.Tariff) string {
	if t.Zone == nil {
		return "UTC"
	}
	return t.Zone.String()
}

// idOf is a UUID (version 8) that follows from the tariff's name, so that an export repeated is the same object.
func idOf(t *tariff.Tariff) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{"gatehouse tariff", t.ID, t.Name, t.Version, string(t.Currency)}, "\x00")))
	sum[6], sum[8] = sum[6]&0x0f|0x80, sum[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

// day is the beginning of a civil day. A tariff without a first one has always been valid.
func (e *exporter) day(d tariff.Date) string {
	if d == 0 {
		return "1970-01-01T00:00:00Z"
	}
	zone := e.tariff.Zone
	if zone == nil {
		zone = time.UTC
	}
	at := time.UnixMilli(int64(d) * dayMS).UTC()
	return time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, zone).Format(time.RFC3339)
}

func (e *exporter) seconds() {
	e.answers.Seconds = [...]string{
		tariff.SecondsExact: "exact", tariff.SecondsDrop: "drop", tariff.SecondsUp: "up", tariff.SecondsClock: "clock",
	}[e.tariff.Seconds]
}

func (e *exporter) rateType() string {
	for i := range e.tariff.Rules {
		for _, s := range e.tariff.Rules[i].Steps {
			if s.UnitMS > 0 && s.UnitMS < dayMS {
				return "hourly"
			}
		}
	}
	return ""
}

// rule exports a rule with what the tariff's caps and taxes add to it.
func (e *exporter) rule(table *RateTable, r *tariff.Rule) {
	named := func(what string) string { return what + " of rule " + r.ID }
	e.lose(len(r.When) > 0, named("days and hours"))
	e.lose(r.For.Spots != 0 || len(r.For.Vehicles)+len(r.For.Groups)+len(r.For.Products) > 0, named("drivers"))
	e.lose(r.Anchor == tariff.AnchorClock, named("units on the clock"))
	e.lose(r.Anchor == tariff.AnchorPaid || r.Anchor == tariff.AnchorPaidDay, named("that only paid time counts"))
	e.lose(r.Taxes != 0, named("taxes"))
	if len(r.For.Groups) > 0 && len(e.tariff.Rules) == 1 {
		table.Availability = "restricted"
	}
	e.collect(table, r.ID, r.Steps, len(e.tariff.Caps))
	e.resets(&table.Collections[len(table.Collections)-1], r)
}

// collect adds a collection of steps.
func (e *exporter) collect(table *RateTable, id string, steps []tariff.Step, caps int) {
	t := e.tariff
	c := Collection{
		Currency: string(t.Currency), Sequence: len(table.Collections) + 1, MinTime: "PT0M", MaxTime: durationOf(longestMS), ResetTime: noReset,
		TaxIncluded: true, ValidFrom: table.ValidFrom, ValidUntil: table.ValidUntil,
	}
	if t.MaxStayMS > 0 {
		c.MaxTime = durationOf(t.MaxStayMS)
	}
	if t.MinMinor > 0 {
		c.MinValue = e.money(t.MinMinor)
	}
	e.tax(&c)
	for i := range steps {
		c.Lines = append(c.Lines, e.line(id, &steps[i], i))
	}
	if len(steps) == 0 {
		c.Lines = []Line{{Sequence: 1, Type: flatRate, Description: id, Value: "0"}}
	} else if last := steps[len(steps)-1].ToMS; last != 0 {
		e.answer(&e.answers.Beyond, "free", "what time beyond the last step of "+id+" costs")
	}
	table.Collections = append(table.Collections, c)
}

// answer answers a question of the whole table, or notes that its parts have several answers.
func (e *exporter) answer(to *string, value, what string) {
	e.lose(*to != "" && *to != value, what)
	*to = value
}

func (e *exporter) money(minor int64) json.Number {
	return json.Number(fact.Money{Minor: minor, Currency: e.tariff.Currency}.Decimal())
}

// price is that of a unit, with the digits that it has beyond those of the currency.
func (e *exporter) price(s *tariff.Step) json.Number {
	whole := e.money(s.PriceMinor)
	if s.PriceMilli == 0 {
		return whole
	}
	e.lose(s.PriceMinor < 0, "negative prices below the least coin")
	if e.tariff.Currency.MinorDigits() == 0 {
		whole += "."
	}
	return whole + json.Number(fmt.Sprintf("%03d", s.PriceMilli))
}

func (e *exporter) line(id string, s *tariff.Step, i int) Line {
	l := Line{Sequence: i + 1, Type: flatRateTier, Description: id, Start: durationOf(s.FromMS), Value: e.price(s)}
	e.lose(s.FromMS%secondMS+s.ToMS%secondMS+s.UnitMS%secondMS != 0, "parts of a second")
	if s.ToMS != 0 {
		l.End = durationOf(s.ToMS)
	}
	limit := "inclusive"
	if s.Sharp {
		limit = "exclusive"
	}
	e.answer(&e.answers.Limit, limit, "whether limits of "+id+" are inclusive: they differ")
	if s.UnitMS == 0 {
		e.answers.Tiers = "added"
		e.lose(s.Count == tariff.Completed, "that a flat price of "+id+" is only for completed tiers")
		return l
	}
	l.Type, l.Period = incrementingRate, durationOf(s.UnitMS)
	count := [...]string{tariff.Started: "started", tariff.Prorated: "prorated", tariff.Completed: "completed"}[s.Count]
	e.answer(&e.answers.Count, count, "what of an increment of "+id+" is paid: it differs")
	return l
}

// tax exports the one tax that a collection can have.
func (e *exporter) tax(c *Collection) {
	taxes := e.tariff.Taxes
	if len(taxes) == 0 {
		return
	}
	sumPPM := int64(0)
	for _, tax := range taxes {
		sumPPM += tax.RatePPM
		e.lose(tax.OnTaxes && c.Sequence == 1, "that tax "+tax.ID+" is on other taxes as well")
	}
	e.lose(len(taxes) > 1 && c.Sequence == 1, "several taxes: their rates are added up")
	c.TaxIncluded = taxes[0].Included
	c.TaxRate = json.Number(fmt.Sprintf("%d.%04d", sumPPM/10_000, sumPPM%10_000))
}

// resets exports the maximum, and when it and the lines begin anew.
func (e *exporter) resets(c *Collection, r *tariff.Rule) {
	e.lose(len(e.tariff.Caps) > 1 && c.Sequence == 1, "several maxima: only the first is told")
	lines := ""
	switch {
	case r.Anchor == tariff.AnchorDay:
		lines = clockOf(r.ResetMS)
		e.lose(r.RestartMS > 0, "a restart of rule "+r.ID+" within the day")
	case r.RestartMS > 0:
		lines = e.period(r.RestartMS, r.Roll)
	}
	maximum := e.maximum(c)
	switch {
	case lines == "" && maximum == "":
	case lines == "":
		c.ResetTime = maximum
		e.answer(&e.answers.Resets, "maximum", "what resets: it differs")
	case maximum == "" || maximum == noReset:
		c.ResetTime = lines
		e.answer(&e.answers.Resets, "lines", "what resets: it differs")
		e.lose(maximum == noReset, "that the lines begin anew, but the maximum does not")
	default:
		c.ResetTime = lines
		e.answer(&e.answers.Resets, "both", "what resets: it differs")
		e.lose(lines != maximum, "that the lines begin anew at other times than the maximum")
	}
}

func (e *exporter) period(ms int64, roll tariff.Roll) string {
	counts := [...]string{tariff.Elapsed: "elapsed", tariff.Civil: "civil"}[roll]
	if ms >= dayMS {
		e.answer(&e.answers.Counts, counts, "how periods are counted: they differ")
	}
	return durationOf(ms)
}

// maximum exports the first cap, and is when it begins anew.
func (e *exporter) maximum(c *Collection) string {
	if len(e.tariff.Caps) == 0 {
		return ""
	}
	one := &e.tariff.Caps[0]
	named := func(what string) string { return what + " of maximum " + one.ID }
	if len(one.Amounts) > 0 {
		c.MaxValue = e.money(one.Amounts[0].Minor)
	}
	if c.Sequence == 1 {
		conditional := len(one.Amounts) != 1 || len(one.Amounts[0].When) > 0 || one.Amounts[0].Rule != "" ||
			one.Amounts[0].First > 1 || one.Amounts[0].Last != 0
		e.lose(conditional, named("amounts that differ"))
		e.lose(len(one.When) > 0 || one.Window == tariff.PerBand, named("hours"))
		e.lose(one.For.Spots != 0 || len(one.For.Vehicles)+len(one.For.Groups)+len(one.For.Products) > 0, named("drivers"))
		e.lose(len(one.Rules) > 0 || one.Begins != tariff.BeginsEntry, named("rules"))
		e.lose(len(one.Entry) > 0, named("for which entries"))
		e.lose(one.Once, named("that it holds only once"))
	}
	switch one.Window {
	case tariff.PerPeriod:
		return e.period(one.PeriodMS, one.Roll)
	case tariff.PerDay:
		return clockOf(one.ResetMS)
	}
	return noReset
}

// rest notes the parts of a tariff for which APDS has no words at all.
func (e *exporter) rest() {
	t := e.tariff
	e.lose(t.Grace.EntryMS > 0, "grace at entry")
	e.lose(t.Grace.ExitMS > 0 || t.Grace.Late != tariff.LateWhole, "time to leave after paying")
	e.lose(t.Grace.OverstayMS > 0, "grace before an overstay")
	e.lose(t.Overpay != tariff.OverpayCredit, "what becomes of money paid too much")
	e.lose(t.VersionAt != tariff.VersionAtEntry, "that the version at exit counts")
	e.lose(t.Reentry != tariff.Reentry{}, "visits that are joined")
	e.lose(len(t.Extras) > 0, "fees beside the time")
	e.lose(t.Lost.Kind != tariff.LostFixed || t.Lost.Minor != 0 || len(t.Lost.Prices) > 0, "price of a lost ticket")
	e.lose(len(t.Discounts) > 0, "discounts")
	e.lose(t.Rounding != tariff.Rounding{Of: tariff.OfTotal, TaxOf: tariff.OfTotal}, "rounding") // but for what a document has by itself
	e.lose(len(t.Tenders) > 0, "rounding of what is paid")
	e.lose(len(t.Surge.Steps) > 0, "surge")
	e.lose(t.Booking.Minor > 0 || len(t.Booking.Steps) > 0 || t.Booking.NoShowMinor > 0 || t.Booking.Overstay != 0, "reservations")
	e.lose(len(t.Charging.Prices) > 0 && len(t.Rules)+len(t.Offers) > 0, "prices of charging")
	e.lose(len(t.Demand.Steps) > 0, "demand pricing")
	e.lose(len(t.Late) > 0, "late fees")
	e.lose(len(t.Violations) > 0, "violations")
	e.lose(t.SuspectMaxMinor > 0, "most that a suspect stay costs")
	e.lose(len(t.Rules) == 1 && (t.Boundary != tariff.BoundarySplit) && t.Rules[0].RestartMS == 0 && len(t.Rules[0].When) > 0, "boundaries")
}

package tariff

import (
	"fmt"
	"slices"
	"strings"

	"gatehouse/sync/fact"
)

// Problem is something wrong with a tariff, for the person who writes it.
type Problem struct {
	Part    string // "rule", "cap", "offer", "extra", "tax", "discount", "grace"; empty: the tariff as a whole
	Index   int    // of the part in its list, if it is in one
	Key     string // "hours", "amount": what of the part; empty: the part as a whole
	ID      string // of the part
	Text    string // what is wrong
	Do      string // what to write instead
	Warning bool   // the tariff can be used as it is, but probably isn't what was meant
}

// String prints the problem on one line.
func (p Problem) String() string {
	level, where := "error", "tariff"
	if p.Warning {
		level = "warning"
	}
	if p.Part != "" {
		where = strings.TrimSpace(p.Part + " " + p.ID)
	}
	text := level + ": " + where + ": " + p.Text
	if p.Do != "" {
		text += "; " + p.Do
	}
	return text
}

// RulesMax is the greatest number of rules of a tariff (and of its other parts), StepsMax that of steps of a rule
// and ProblemsMax that of problems that Check lists: all far beyond what a person writes or reads.
const (
	RulesMax    = 200
	StepsMax    = 200
	ProblemsMax = 100

	idMax = 60
)

// Check lists what is wrong with a tariff, in a fixed order. Without an error among it, the tariff means one
// thing only, and every hour has its price.
func Check(t *Tariff) []Problem {
	c := checker{tariff: t}
	c.header()
	c.parts()
	if !c.failed {
		c.timetable()
		c.during()
	}
	if !c.failed {
		c.beside()
		c.capsAndUnits()
		c.monotone()
	}
	return c.problems
}

// checker collects problems.
type checker struct {
	tariff   *Tariff
	problems []Problem
	failed   bool // some are errors
}

func (c *checker) error(part string, index int, do, format string, arguments ...any) {
	c.failed = true
	c.add(Problem{Part: part, Index: index, Do: do, Text: fmt.Sprintf(format, arguments...)})
}

func (c *checker) warn(part string, index int, do, format string, arguments ...any) {
	c.add(Problem{Part: part, Index: index, Do: do, Text: fmt.Sprintf(format, arguments...), Warning: true})
}

func (c *checker) add(p Problem) {
	p.Part, p.Key, _ = strings.Cut(p.Part, ".")
	switch p.Part {
	case "rule":
		p.ID = c.tariff.Rules[p.Index].ID
	case "cap":
		p.ID = c.tariff.Caps[p.Index].ID
	case "offer":
		p.ID = c.tariff.Offers[p.Index].ID
	case "tax":
		p.ID = c.tariff.Taxes[p.Index].ID
	case "extra":
		p.ID = c.tariff.Extras[p.Index].ID
	case "discount":
		p.ID = c.tariff.Discounts[p.Index].Code
	}
	if len(c.problems) < ProblemsMax {
		c.problems = append(c.problems, p)
	}
}

// header checks what is not a part.
func (c *checker) header() {
	t := c.tariff
	if t.Version == "" {
		c.error("", 0, "name it, for example 2026-03", "no version: tickets keep the version they entered with")
	}
	if !isCurrency(t.Currency) {
		c.error("", 0, "write an ISO 4217 code, for example EUR", "currency %q", t.Currency)
	}
	if t.Zone == nil {
		c.error("", 0, "write the location's IANA name, for example Europe/Berlin", "no time zone")
	}
	if t.ValidTo != 0 && t.ValidTo < t.ValidFrom {
		c.error("", 0, "write the earlier day first", "valid until %v, but only from %v", t.ValidTo, t.ValidFrom)
	}
	if !slices.IsSorted(t.Calendar.Holidays) {
		c.error("", 0, "write the earlier first", "the holidays are not in order")
	}
	if len(t.Calendar.Own) > 40 {
		c.error("", 0, "write at most 40", "%d kinds of own days", len(t.Calendar.Own))
	}
	c.amount("price of a lost ticket", t.Lost.Minor)
	c.amount("most that a suspect stay costs", t.SuspectMaxMinor)
	c.amount("least that a stay costs", t.MinMinor)
	for i, tax := range t.Taxes {
		if tax.RatePPM < 0 || tax.RatePPM > ppm {
			c.error("tax.percent", i, "write 0 to 100", "a tax of %d %%", tax.RatePPM*100/ppm)
		}
	}
	c.graces()
}

func (c *checker) graces() {
	g := c.tariff.Grace
	if g.EntryMS < 0 || g.EntryMS > 7*dayMS {
		c.error("", 0, "write 0 to 7 days", "entry grace of %d ms", g.EntryMS)
	}
	if g.OverstayMS < 0 || g.OverstayMS > 7*dayMS {
		c.error("", 0, "write 0 to 7 days", "overstay grace of %d ms", g.OverstayMS)
	}
	if g.ExitMS < 0 || g.ExitMS > dayMS {
		c.error("", 0, "write 0 to a day", "exit grace of %d ms", g.ExitMS)
	}
	c.steps("grace.late_step", 0, g.LateSteps)
	if (g.Late == LateRate) != (len(g.LateSteps) > 0) {
		c.error("grace.late", 0, "write a price for it, and that it counts, or neither", "the price of leaving late has %d steps, and counts: %t", len(g.LateSteps), g.Late == LateRate)
	}
}

func (c *checker) amount(what string, minor int64) {
	if minor < 0 || minor > PriceMaxMinor {
		c.error("", 0, fmt.Sprintf("write 0 to %d minor units", PriceMaxMinor), "%s is %d", what, minor)
	}
}

// parts checks rules, caps, offers and discounts each for itself.
func (c *checker) parts() {
	t := c.tariff
	if len(t.Rules) > RulesMax || len(t.Offers) > RulesMax || len(t.Discounts) > RulesMax || len(t.Caps) > capsMax || len(t.Taxes) > 16 {
		c.error("", 0, fmt.Sprintf("write at most %d rules, offers and discounts, %d caps and 16 taxes", RulesMax, capsMax), "too many parts")
		return
	}
	if len(t.Rules) == 0 && len(t.Offers) == 0 && len(t.Charging.Prices) == 0 {
		c.error("", 0, "write a rule", "no rule: all parking is free")
	}
	seen := map[string]bool{}
	for i := range t.Rules {
		r := &t.Rules[i]
		c.id(seen, "rule", i, r.ID)
		c.whens("rule", i, r.When)
		c.steps("rule", i, r.Steps)
		if r.RestartMS != 0 && r.RestartMS < minuteMS {
			c.error("rule", i, "write at least a minute", "its steps start anew after %d ms", r.RestartMS)
		}
	}
	for i := range t.Offers {
		o := &t.Offers[i]
		c.id(seen, "offer", i, o.ID)
		c.whens("offer", i, o.Entry)
		c.whens("offer", i, o.Exit)
		c.steps("offer", i, o.Steps)
		if o.MaxMS > 0 && o.MaxMS < o.MinMS {
			c.error("offer.max_stay", i, "write a longest stay above the least", "no stay is as long as its least and as short as its longest")
		}
	}
	for i := range t.Caps {
		c.cap(i, &t.Caps[i])
	}
	for i := range t.Extras {
		e := &t.Extras[i]
		for _, list := range [][]When{e.Entry, e.Exit, e.During} {
			c.whens("extra", i, list)
		}
	}
	for i := range t.Discounts {
		c.whens("discount", i, t.Discounts[i].Entry)
	}
}

func (c *checker) id(seen map[string]bool, part string, i int, id string) {
	if id == "" || len(id) > idMax {
		c.error(part, i, fmt.Sprintf("write 1 to %d; receipts print it", idMax), "its name has %d bytes", len(id))
	}
	if seen[id] {
		c.error(part, i, "give each its own", "a part before it has the same name")
	}
	seen[id] = true
}

func (c *checker) whens(part string, index int, list []When) {
	for i := range list {
		if w := &list[i]; w.FromMS < 0 || w.FromMS >= dayMS || w.ToMS <= w.FromMS || w.ToMS > 8*dayMS {
			c.error(part, index, "write a start before 24:00 and an end after it, within 8 days", "hours from %d to %d ms after midnight", w.FromMS, w.ToMS)
		}
	}
}

func (c *checker) steps(part string, index int, steps []Step) {
	if len(steps) > StepsMax {
		c.error(part, index, fmt.Sprintf("write at most %d", StepsMax), "%d steps", len(steps))
	}
	endMS := int64(0)
	for i := range steps {
		s := &steps[i]
		if s.FromMS != endMS || s.ToMS != 0 && s.ToMS <= s.FromMS || s.ToMS == 0 && i < len(steps)-1 {
			c.error(part, index, "let each begin where the one before ends", "step %d goes from %d to %d ms", i+1, s.FromMS, s.ToMS)
		}
		if s.UnitMS < 0 || s.UnitMS > StayMaxMS || abs(s.PriceMinor) > PriceMaxMinor || s.PriceMilli < 0 || s.PriceMilli > 999 {
			c.error(part, index, "write a smaller price or unit", "step %d has a unit of %d ms at %d minor units", i+1, s.UnitMS, s.PriceMinor)
		}
		endMS = s.ToMS
	}
}

func (c *checker) cap(i int, one *Cap) {
	c.whens("cap", i, one.When)
	c.whens("cap", i, one.Entry)
	if one.Window == PerPeriod && (one.PeriodMS < minuteMS || one.PeriodMS > 366*dayMS) {
		c.error("cap", i, "write a minute to a year", "a period of %d ms", one.PeriodMS)
	}
	if one.Window == PerBand && len(one.When) == 0 {
		c.error("cap", i, "write when", "it holds for a band, but not for which")
	}
	if len(one.Amounts) == 0 {
		c.error("cap", i, "write one", "no amount")
	}
	for _, id := range one.Rules {
		if !slices.ContainsFunc(c.tariff.Rules, func(r Rule) bool { return r.ID == id }) {
			c.error("cap.rules", i, "write the name of a rule as it is written there", "there is no rule %q", id)
		}
	}
	for _, a := range one.Amounts {
		c.whens("cap", i, a.When)
		if a.Rule != "" && !slices.ContainsFunc(c.tariff.Rules, func(r Rule) bool { return r.ID == a.Rule }) {
			c.error("cap.amounts", i, "write the name of a rule as it is written there", "there is no rule %q", a.Rule)
		}
		if a.Minor < 0 || a.Minor > PriceMaxMinor {
			c.error("cap", i, "write 0 or more", "an amount of %d minor units", a.Minor)
		}
	}
}

// during finds extras whose stretches overlap: what a stay touches both of would be due once or twice.
func (c *checker) during() {
	for i := range c.tariff.Extras {
		if day, overlap := c.overlap(c.tariff.Extras[i].During); overlap {
			c.error("extra.during", i, "let one end where the next begins, or write an [[extra]] for each if both are due", "two of its stretches overlap on %v", day)
			return
		}
	}
}

// overlap is the first day of a year on which a stretch of a list begins that another one has a part of.
func (c *checker) overlap(list []When) (Date, bool) {
	first := c.firstDay()
	for day := first; day < first+366; day++ {
		for i := range list {
			for j := range list {
				for back := range Date(8) {
					one, other := &list[i], &list[j]
					meets := other.FromMS-int64(back)*dayMS <= one.FromMS && one.FromMS < other.ToMS-int64(back)*dayMS
					if (i != j || back > 0) && meets && one.startsOn(day, c.tariff.Calendar.kinds(day)) && other.startsOn(day-back, c.tariff.Calendar.kinds(day-back)) {
						return day, true
					}
				}
			}
		}
	}
	return 0, false
}

// beside warns of a maximum for some drivers beside a smaller one for all, which holds for them as well.
func (c *checker) beside() {
	for i := range c.tariff.Caps {
		some := &c.tariff.Caps[i]
		if some.For.same(&Who{}) || len(some.Rules) > 0 {
			continue
		}
		for j := range c.tariff.Caps {
			all := &c.tariff.Caps[j]
			alike := all.Window == some.Window && all.PeriodMS == some.PeriodMS && all.ResetMS == some.ResetMS && len(all.Rules) == 0 && all.For.same(&Who{})
			if alike && len(all.Amounts) == 1 && len(some.Amounts) > 0 && len(all.Amounts[0].When) == 0 && all.Amounts[0].Minor <= some.Amounts[0].Minor {
				c.warn("cap", i, "let the other one name the rules that it is for", "cap %q holds for these drivers as well, and is no more", all.ID)
			}
		}
	}
}

func isCurrency(code fact.Currency) bool {
	for i := range len(code) {
		if code[i] < 'A' || code[i] > 'Z' {
			return false
		}
	}
	return len(code) == 3
}

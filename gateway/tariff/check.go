package tariff

import (
	"fmt"

	"gatehouse/sync/fact"
)

// Problem is something wrong with a tariff, for the person who writes it.
type Problem struct {
	Rule    string // id; empty: the tariff as a whole
	Text    string // what is wrong and what to write instead
	Warning bool   // the tariff can be used as it is, but probably isn't what was meant
}

// String prints the problem on one line.
func (p Problem) String() string {
	level, where := "error", "tariff"
	if p.Warning {
		level = "warning"
	}
	if p.Rule != "" {
		where = "rule " + p.Rule
	}
	return level + ": " + where + ": " + p.Text
}

// RulesMax is the greatest number of rules of a tariff, and ProblemsMax that of problems that Check lists: both
// far beyond what a person writes or reads.
const (
	RulesMax    = 200
	ProblemsMax = 100

	idMax = 40
)

// Check lists what is wrong with a tariff, in a fixed order. Without an error among it, the tariff means one
// thing only, and every hour of every spot type that it names has its price.
func Check(t *Tariff) []Problem {
	c := checker{tariff: t}
	c.header()
	if len(t.Rules) == 0 || len(t.Rules) > RulesMax {
		c.error("", "%d rules: write 1 to %d", len(t.Rules), RulesMax)
		return c.problems
	}
	for i := range t.Rules {
		c.rule(i)
	}
	c.overlaps()
	c.gaps()
	return c.problems
}

// checker collects problems.
type checker struct {
	tariff   *Tariff
	problems []Problem
}

func (c *checker) error(rule, format string, arguments ...any) {
	c.add(Problem{Rule: rule, Text: fmt.Sprintf(format, arguments...)})
}

func (c *checker) warn(rule, format string, arguments ...any) {
	c.add(Problem{Rule: rule, Text: fmt.Sprintf(format, arguments...), Warning: true})
}

func (c *checker) add(p Problem) {
	if len(c.problems) < ProblemsMax {
		c.problems = append(c.problems, p)
	}
}

// header checks what is not a rule.
func (c *checker) header() {
	t := c.tariff
	if t.Version == "" {
		c.error("", "no version: name it, for example 2026-03; tickets keep the version they entered with")
	}
	if !isCurrency(t.Currency) {
		c.error("", "currency %q: write an ISO 4217 code, for example EUR", t.Currency)
	}
	if t.Zone == nil {
		c.error("", "no time zone: write the location's IANA name, for example Europe/Berlin")
	}
	if t.TaxPermille < 0 || t.TaxPermille > 1000 {
		c.error("", "tax of %d per mille: write 0 to 1000; 8 %% is 80", t.TaxPermille)
	}
	for i := 1; i < len(t.Holidays); i++ {
		if t.Holidays[i] <= t.Holidays[i-1] {
			c.error("", "holiday %v follows %v: write each day once, the earlier first", t.Holidays[i], t.Holidays[i-1])
		}
	}
	c.times()
	c.amount("", "price of a lost ticket", t.LostMinor, true)
	c.amount("", "most that a suspect stay costs", t.SuspectMaxMinor, true)
}

func (c *checker) times() {
	t := c.tariff
	if t.GraceEntryMS < 0 || t.GraceEntryMS > dayMS {
		c.error("", "entry grace of %d ms: write 0 to %d (a day)", t.GraceEntryMS, dayMS)
	}
	if t.GraceExitMS < 0 || t.GraceExitMS > dayMS {
		c.error("", "exit grace of %d ms: write 0 to %d (a day)", t.GraceExitMS, dayMS)
	}
	if t.GraceExitMS == 0 {
		c.warn("", "no time to leave after paying: whoever pays at a machine owes again at the exit; write for example %d ms", hourMS/4)
	}
	if u := t.StartedUnitMS; u < 0 || u > dayMS || u > 0 && dayMS%u != 0 {
		c.error("", "started unit of %d ms: write 0 (exact) or one that divides a day, for example %d (an hour)", u, hourMS)
	}
}

// amount checks an amount in minor units; one of nothing may be meant.
func (c *checker) amount(rule, what string, minor int64, shouldCost bool) {
	if minor < 0 || minor > amountMaxMinor {
		c.error(rule, "%s is %d: write minor units, 0 to %d", what, minor, int64(amountMaxMinor))
	}
	if minor == 0 && shouldCost {
		c.warn(rule, "%s is nothing: write for example the price of a day", what)
	}
}

// rule checks one rule for itself.
func (c *checker) rule(i int) {
	r := &c.tariff.Rules[i]
	id := c.name(i)
	if r.ID == "" || len(r.ID) > idMax {
		c.error(id, "id of %d bytes: write 1 to %d; receipts print it", len(r.ID), idMax)
	}
	for _, other := range c.tariff.Rules[:i] {
		if other.ID == r.ID && r.ID != "" {
			c.error(id, "a rule before it has the same id: give each its own")
		}
	}
	if r.SpotType > fact.Handicapped {
		c.error(id, "spot type %v: write any or one of %v", r.SpotType, fact.SpotTypes())
	}
	if r.DayType > Holiday {
		c.error(id, "day type %v: write one of %q", r.DayType, dayTypeText)
	}
	if r.RatePerHourMinor < 0 || r.RatePerHourMinor > RateMaxMinor {
		c.error(id, "rate per hour is %d: write minor units, 0 to %d", r.RatePerHourMinor, RateMaxMinor)
	}
	c.amount(id, "daily maximum", r.MaxDailyMinor, false)
	c.hours(id, r)
}

// name is the id of a rule, or its place in the list.
func (c *checker) name(i int) string {
	if id := c.tariff.Rules[i].ID; id != "" {
		return id
	}
	return fmt.Sprintf("#%d", i+1)
}

func (c *checker) hours(id string, r *Rule) {
	switch {
	case r.StartHour < 0 || r.StartHour > 23 || r.EndHour < 0 || r.EndHour > 24:
		c.error(id, "hours %d to %d: write a start of 0 to 23 and an end of 0 to 24", r.StartHour, r.EndHour)
	case r.StartHour == r.EndHour:
		c.error(id, "hours %d to %d are none: write 0 and 24 for the whole day", r.StartHour, r.EndHour)
	}
	if r.ValidFrom != 0 && r.ValidUntil != 0 && r.ValidUntil < r.ValidFrom {
		c.error(id, "valid until %v, but only from %v: write the earlier day first", r.ValidUntil, r.ValidFrom)
	}
	if unit := c.tariff.StartedUnitMS; r.FirstHourFree && unit > 0 && hourMS%unit != 0 {
		c.error(id, "the first hour is free, but units of %d ms don't end with it: write a unit that divides an hour", unit)
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

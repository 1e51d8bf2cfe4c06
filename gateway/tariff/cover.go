package tariff

import (
	"fmt"
	"math"
	"slices"

	"gatehouse/sync/fact"
)

// overlaps finds pairs of rules of which only their order in the list says which one applies, and pairs whose
// daily maximum depends on the minute of entry.
func (c *checker) overlaps() {
	rules := c.tariff.Rules
	for i := range rules {
		for j := range i {
			a, b, first, second := &rules[j], &rules[i], c.name(j), c.name(i)
			if a.SpotType != b.SpotType || a.DayType != b.DayType || !validTogether(a, b) {
				continue
			}
			if hour := sharedHour(a, b); hour >= 0 && a.Priority == b.Priority {
				c.error(second, "hour %d of %v days for spot type %v is also in rule %q, at the same priority %d: give the one that shall apply a higher one",
					hour, b.DayType, b.SpotType, first, a.Priority)
			} else if hour < 0 && a.MaxDailyMinor != b.MaxDailyMinor && a.MaxDailyMinor > 0 && b.MaxDailyMinor > 0 {
				c.warn(second, "its daily maximum is %s, that of rule %q for other hours of the same days %s: a stay keeps for 24 hours the one it starts under; write the same in both",
					c.money(b.MaxDailyMinor), first, c.money(a.MaxDailyMinor))
			}
		}
	}
}

func (c *checker) money(minor int64) string {
	return fact.Money{Minor: minor, Currency: c.tariff.Currency}.String()
}

func validTogether(a, b *Rule) bool {
	return (a.ValidUntil == 0 || b.ValidFrom <= a.ValidUntil) && (b.ValidUntil == 0 || a.ValidFrom <= b.ValidUntil)
}

// sharedHour is the first hour that both rules cover, or -1.
func sharedHour(a, b *Rule) int {
	for hour := range 24 {
		if a.covers(hour) && b.covers(hour) {
			return hour
		}
	}
	return -1
}

// gaps finds hours without a rule: parking would be free then.
func (c *checker) gaps() {
	for _, from := range c.changes() {
		if !slices.ContainsFunc(c.tariff.Rules, func(r Rule) bool { return r.validOn(from, r.DayType) }) {
			c.error("", "%sno rule is valid: parking is free; write a later valid_until, or leave it out", since(from))
			continue
		}
		for _, spotType := range fact.SpotTypes() {
			c.gapsOfType(spotType, from)
		}
	}
}

func (c *checker) gapsOfType(spotType fact.SpotType, from Date) {
	if !slices.ContainsFunc(c.tariff.Rules, func(r Rule) bool { return r.serves(spotType) }) {
		c.warn("", "%sspot type %v has no rule: parking there is free; if there are such spots write one, or give a rule spot type any", since(from), spotType)
		return
	}
	for _, dayType := range []DayType{Weekday, Weekend, Holiday} {
		if dayType == Holiday && len(c.tariff.Holidays) == 0 {
			continue
		}
		for hour := 0; hour < 24; {
			rule, until := c.tariff.ruleAt(spotType, from, dayType, hour)
			if rule == noRule {
				until = c.gapEnd(spotType, from, dayType, until)
				c.error("", "%sspot type %v has no rule from %d to %d on a %v: parking is free then; write a rule for it, with rate 0 if that is meant",
					since(from), spotType, hour, until, dayType)
			}
			hour = until
		}
	}
}

// gapEnd is the hour at which a gap that goes on at hour ends.
func (c *checker) gapEnd(spotType fact.SpotType, from Date, dayType DayType, hour int) int {
	for hour < 24 {
		rule, until := c.tariff.ruleAt(spotType, from, dayType, hour)
		if rule != noRule {
			break
		}
		hour = until
	}
	return hour
}

// since says from when on a problem exists, if it is not there from the start.
func since(from Date) string {
	if from == 0 {
		return ""
	}
	return fmt.Sprintf("from %v on ", from)
}

// changes lists the days on which rules start or cease to be valid, ascending. The first is 0 if some rule has
// always been valid.
func (c *checker) changes() []Date {
	var days []Date
	for _, r := range c.tariff.Rules {
		days = append(days, r.ValidFrom)
		if r.ValidUntil != 0 && r.ValidUntil < math.MaxInt32 {
			days = append(days, r.ValidUntil+1)
		}
	}
	slices.Sort(days)
	return slices.Compact(days)
}

package tariff

import (
	"fmt"
	"slices"
	"time"

	"gatehouse/sync/fact"
)

// toldMax stretches without a rule, or with two, are told of one by one.
const toldMax = 6

// timetable walks two years of every kind of driver that the tariff knows, and finds rules that are never in
// force, stretches without a rule, and stretches where more than one applies.
func (c *checker) timetable() {
	v := cover{checker: c, used: make([]bool, len(c.tariff.Rules)), told: map[string]bool{}, looks: looksMax / max(1, len(c.tariff.Rules))}
	for _, asker := range c.askers() {
		if v.walk(asker); v.looks <= 0 {
			return // a timetable beyond what a person writes
		}
	}
	for i, was := range v.used {
		if !was {
			c.error("rule", i, "take it out, or write it before the one that hides it", "it is never in force: rules before it cover all of its hours")
		}
	}
}

// askers are stays that differ in all that a tariff asks for: one as plain as can be, and one for each word in it.
func (c *checker) askers() []Stay {
	list := []Stay{{}}
	for _, kind := range fact.SpotTypes() {
		list = append(list, Stay{SpotType: kind})
	}
	for i := range c.tariff.Rules {
		w := &c.tariff.Rules[i].For
		one := Stay{Groups: w.Groups}
		if len(w.Vehicles) > 0 {
			one.Vehicle = w.Vehicles[0]
		}
		if len(w.Products) > 0 {
			one.Product = w.Products[0]
		}
		for _, kind := range fact.SpotTypes() {
			if w.Spots == 0 || w.Spots&(1<<kind) != 0 {
				one.SpotType = kind
				break
			}
		}
		if same := func(s Stay) bool {
			return s.SpotType == one.SpotType && s.Vehicle == one.Vehicle && s.Product == one.Product && slices.Equal(s.Groups, one.Groups)
		}; !slices.ContainsFunc(list, same) && len(list) < 40 {
			list = append(list, one)
		}
	}
	return list
}

// firstDay is from when the checker looks at a tariff.
func (c *checker) firstDay() Date {
	if c.tariff.ValidFrom != 0 {
		return c.tariff.ValidFrom
	}
	first := Date(0)
	for i := range c.tariff.Rules {
		for _, w := range c.tariff.Rules[i].When {
			if w.FirstDate != 0 && (first == 0 || w.FirstDate < first) {
				first = w.FirstDate
			}
		}
	}
	if first != 0 {
		return first
	}
	first = DateOf(2026, time.January, 1)
	if holidays := c.tariff.Calendar.Holidays; len(holidays) > 0 {
		first = max(holidays[0], min(first, holidays[len(holidays)-1]))
	}
	return first
}

// looksMax bounds how many rules are looked at.
const looksMax = 4_000_000

// cover collects what the walks see.
type cover struct {
	*checker
	used  []bool          // rules that are in force at some time
	told  map[string]bool // gaps and overlaps, whatever the day
	looks int             // how many more there may be
}

// walk looks at each stretch of two years for one kind of driver.
func (v *cover) walk(asker Stay) {
	p := pricer{tariff: v.tariff, stay: asker, clock: civil{zone: time.UTC}}
	p.days.calendar = &v.tariff.Calendar
	atMS := int64(v.firstDay()) * dayMS
	endMS := atMS + 731*dayMS
	for ; atMS < endMS && v.looks > 0; v.looks-- {
		rule, untilMS := p.glance(atMS)
		if untilMS = min(untilMS, endMS); rule != none {
			v.used[rule] = true
			untilMS = max(untilMS, atMS+1)
			v.overlap(&p, rule, atMS, untilMS)
			atMS = untilMS
			continue
		}
		for untilMS < endMS {
			next, further := p.glance(untilMS)
			if next != none {
				break
			}
			untilMS = further
		}
		if !v.tariff.GapsFree && len(v.tariff.Rules) > 0 {
			v.gap(asker, atMS, untilMS, endMS)
		}
		atMS = untilMS
	}
}

// gap tells of a stretch without a rule, once for those at the same hours of other days or for other spots.
func (v *cover) gap(asker Stay, fromMS, untilMS, endMS int64) {
	until := hour(untilMS)
	if untilMS >= endMS {
		until = "the end"
	}
	who := ""
	if asker.SpotType != fact.AnyType {
		who = fmt.Sprintf("spot type %v: ", asker.SpotType)
	} else if !v.general() {
		return
	}
	if v.tell(fmt.Sprint("gap ", floorMod(fromMS, dayMS), " ", floorMod(untilMS, dayMS))) {
		v.error("", 0, "write a rule for it, or say that such hours are free", "%sno rule applies from %s to %s: parking is free then", who, hour(fromMS), until)
	}
}

// tell reports whether something is new and should be told.
func (v *cover) tell(what string) bool {
	if v.told[what] || len(v.told) >= toldMax {
		return false
	}
	v.told[what] = true
	return true
}

// general reports whether some rule is for every spot type.
func (c *checker) general() bool {
	return slices.ContainsFunc(c.tariff.Rules, func(r Rule) bool { return r.For.Spots == 0 })
}

// overlap tells of the first moment of a stretch under a rule at which another one applies to exactly the same drivers.
func (v *cover) overlap(p *pricer, first int, fromMS, untilMS int64) {
	for atMS := fromMS; atMS < untilMS && !v.tariff.FirstWins && v.looks > 0; v.looks-- {
		date, clockMS := p.clock.at(atMS)
		edgeMS := forever
		for i := first + 1; i < len(v.tariff.Rules); i++ {
			r := &v.tariff.Rules[i]
			if !r.For.same(&v.tariff.Rules[first].For) {
				continue
			}
			found := p.days.find(r.When, date, clockMS)
			edgeMS = min(edgeMS, found.edgeMS)
			if found.inside {
				if v.tell(fmt.Sprint("both ", first, " ", i)) {
					v.error("rule.hours", i, "change the hours, or say that the first counts", "on %s rule %q applies too", hour(atMS), v.tariff.Rules[first].ID)
				}
				return
			}
		}
		atMS = max(atMS+1, p.edge(atMS, edgeMS-clockMS))
	}
}

func hour(ms int64) string { return time.UnixMilli(ms).UTC().Format("Mon 2006-01-02 15:04") }

// capsAndUnits finds maxima that are less than the first unit.
func (c *checker) capsAndUnits() {
	for i := range c.tariff.Caps {
		one := &c.tariff.Caps[i]
		for _, a := range one.Amounts {
			for r := range c.tariff.Rules {
				c.capBelow(i, one, a, r)
			}
		}
	}
}

func (c *checker) capBelow(i int, one *Cap, a CapAmount, r int) {
	rule := &c.tariff.Rules[r]
	if len(one.Rules) > 0 && !slices.Contains(one.Rules, rule.ID) || a.Rule != "" && a.Rule != rule.ID || a.Minor == 0 || a.First > 1 {
		return
	}
	for _, s := range rule.Steps {
		if s.PriceMinor > a.Minor && s.Count != Prorated {
			c.warn("cap.amount", i, "write a greater maximum, or take it out", "its maximum of %s is less than one unit of rule %q (%s)",
				c.money(a.Minor), rule.ID, c.money(s.PriceMinor))
			return
		}
		if s.PriceMinor != 0 {
			return
		}
	}
}

func (c *checker) money(minor int64) string {
	return fact.Money{Minor: minor, Currency: c.tariff.Currency}.String()
}

// monotone looks for a stay that becomes cheaper by lasting longer, among many entries of a week.
func (c *checker) monotone() {
	if c.orderly() {
		return
	}
	first := c.firstDay()
	p := pricer{tariff: c.tariff, clock: civil{zone: c.tariff.zone()}}
	told := map[string]bool{}
	for day := range Date(7) {
		for quarter := range int64(12) {
			c.falls(p.clock.instant((int64(first)+int64(day))*dayMS+quarter*2*hourMS+10*minuteMS), told)
			if len(told) == 2 {
				return
			}
		}
	}
}

// orderly reports whether nothing in a tariff depends on how a stay ends, so that a longer one costs no less: there are
// neither offers nor steps that give something back, and each unit is priced by the rule in force when it starts.
func (c *checker) orderly() bool {
	t := c.tariff
	for i := range t.Rules {
		if slices.ContainsFunc(t.Rules[i].Steps, func(s Step) bool { return s.PriceMinor < 0 }) {
			return false
		}
	}
	for i := range t.Extras {
		if len(t.Extras[i].Exit) > 0 {
			return false
		}
	}
	return len(t.Offers) == 0 && t.Boundary == BoundarySplit && t.Rounding.Of != OfLine
}

// falls warns of the first stay from an entry that is cheaper than a shorter one, once for each offer that makes it so.
func (c *checker) falls(entryMS int64, told map[string]bool) {
	var buffer [32]Charge
	before, wasBy := int64(0), none
	for minutes := int64(10); minutes <= 3*24*60; minutes += 10 + minutes/60*5 {
		exitMS := entryMS + minutes*minuteMS
		fee := QuoteInto(buffer[:0], c.tariff, Stay{EntryMS: entryMS, ExitMS: exitMS})
		now, offer, part, index := fee.TotalMinor, "", "", 0
		by := none
		if i := slices.IndexFunc(fee.Charges, func(one Charge) bool { return one.Kind == Flat }); i >= 0 {
			by = slices.IndexFunc(c.tariff.Offers, func(o Offer) bool { return o.ID == fee.Charges[i].Rule })
			offer, part, index = fmt.Sprintf(" by offer %q", fee.Charges[i].Rule), "offer", by
		} else if wasBy != none {
			part, index = "offer", wasBy
		} else if i := slices.IndexFunc(fee.Charges, func(one Charge) bool { return one.Kind == Time && one.AmountMinor < 0 }); i >= 0 {
			part = "rule"
			index = slices.IndexFunc(c.tariff.Rules, func(r Rule) bool { return r.ID == fee.Charges[i].Rule })
		}
		if now < before && !told[offer] {
			told[offer] = true
			c.warn(part, index, "check that the board says so", "a longer stay is cheaper: from %s, %d minutes cost %s%s, and a little less cost %s",
				time.UnixMilli(entryMS).In(c.tariff.zone()).Format("Mon 2006-01-02 15:04"), minutes, c.money(now), offer, c.money(before))
			return
		}
		before, wasBy = now, by
	}
}

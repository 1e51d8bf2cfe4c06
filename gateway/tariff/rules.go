package tariff

import "math"

// none is the index where no rule applies.
const none = -1

const forever = int64(math.MaxInt64 / 4)

// days answers what kinds of days there are, and remembers the last ones.
type days struct {
	calendar *Calendar
	dates    [8]Date
	sets     [8]DaySet
}

func (d *days) kinds(date Date) DaySet {
	i := date & 7
	if d.dates[i] != date || d.sets[i] == 0 {
		d.dates[i], d.sets[i] = date, d.calendar.kinds(date)
	}
	return d.sets[i]
}

// stretch is the place of an instant in a list of stretches of civil time.
type stretch struct {
	inside bool
	when   int   // of the list
	starts Date  // its day
	edgeMS int64 // the time after the day's midnight at which the answer may change, at most 24 h
}

// find looks an instant up: the first stretch that holds it.
func (d *days) find(list []When, date Date, atMS int64) stretch {
	if len(list) == 0 {
		return stretch{inside: true, edgeMS: forever}
	}
	found := stretch{edgeMS: dayMS}
	for i := range list {
		w := &list[i]
		for back := int64(0); back*dayMS < w.ToMS && back < 9; back++ {
			from, to := w.FromMS-back*dayMS, w.ToMS-back*dayMS
			found.edgeMS = edge(edge(found.edgeMS, from, atMS), to, atMS)
			if starts := date - Date(back); !found.inside && from <= atMS && atMS < to && w.startsOn(starts, d.kinds(starts)) {
				found.inside, found.when, found.starts = true, i, starts
			}
		}
	}
	return found
}

func edge(nearest, candidate, atMS int64) int64 {
	if candidate > atMS && candidate < nearest {
		return candidate
	}
	return nearest
}

// holds reports whether an instant is in a list.
func (p *pricer) holds(list []When, instantMS int64) bool {
	if len(list) == 0 {
		return true
	}
	date, atMS := p.clock.at(instantMS)
	return p.days.find(list, date, atMS).inside
}

// inForce is a rule and the time that it is in force.
type inForce struct {
	rule    int
	sinceMS int64
	untilMS int64
}

// glance is the rule in force at an instant, and until when that is sure.
func (p *pricer) glance(instantMS int64) (rule int, untilMS int64) {
	date, atMS := p.clock.at(instantMS)
	edgeMS := forever
	rules := p.tariff.Rules
	for i := range rules {
		if r := &rules[i]; r.For.matches(&p.stay) {
			found := p.days.find(r.When, date, atMS)
			edgeMS = min(edgeMS, found.edgeMS)
			if found.inside {
				return i, p.edge(instantMS, edgeMS-atMS)
			}
		}
	}
	return none, p.edge(instantMS, edgeMS-atMS)
}

// edge is the instant that is some time after another on the clock, or the change of the clock before it.
func (p *pricer) edge(instantMS, aheadMS int64) int64 {
	if aheadMS > 9*dayMS {
		return forever
	}
	return min(instantMS+aheadMS, p.clock.untilMS)
}

// abuts reports whether one stretch of a list ends at an instant and the next one begins there. Whole days go on into
// each other.
func (p *pricer) abuts(list []When, instantMS int64) bool {
	date, atMS := p.clock.at(instantMS)
	now := p.days.find(list, date, atMS)
	if !now.inside || len(list) == 0 {
		return false
	}
	w := &list[now.when]
	if atMS != w.FromMS || now.starts != date || w.FromMS == 0 && w.ToMS == dayMS {
		return false
	}
	beforeDate, beforeMS := p.clock.at(instantMS - 1)
	before := p.days.find(list, beforeDate, beforeMS)
	if !before.inside {
		return false
	}
	return int64(before.starts)*dayMS+list[before.when].ToMS == int64(date)*dayMS+atMS
}

// ruleAt is the rule in force at an instant and until when it is, though not beyond limitMS.
func (p *pricer) ruleAt(instantMS, limitMS int64) inForce {
	rule, untilMS := p.glance(instantMS)
	for untilMS <= limitMS {
		next, further := p.glance(untilMS)
		if next != rule || rule != none && p.tariff.Rules[rule].Anchor == AnchorBand && p.abuts(p.tariff.Rules[rule].When, untilMS) {
			break
		}
		untilMS = further
	}
	return inForce{rule, instantMS, untilMS}
}

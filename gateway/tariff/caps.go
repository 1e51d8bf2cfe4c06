package tariff

import "slices"

// capsMax is how many caps a tariff may have.
const capsMax = 16

// meter is what a cap has seen of the window that it is in.
type meter struct {
	opened  bool
	applies bool // to the run that is being priced
	decided bool
	spent   bool // a once-only cap whose window is over
	first   Date // of a PerBand window: its stretch; of a PerDay window: its day
	when    int
	untilMS int64
	limit   exact
	used    exact
	count   int64 // of the windows until now, this one included
}

// meters are those of all caps of a tariff for one stay.
type meters [capsMax]meter

// capsAt opens the windows of caps at an instant under a rule, and is when one of them may end or start.
func (p *pricer) capsAt(instantMS int64, rule int) int64 {
	edgeMS := forever
	for i := range p.caps() {
		c, m := &p.tariff.Caps[i], &p.meters[i]
		m.applies = c.For.matches(&p.stay) && !m.spent && p.holds(c.Entry, p.fromMS) && (len(c.Rules) == 0 || rule != none && slices.Contains(c.Rules, p.tariff.Rules[rule].ID))
		if c.Window == PerPeriod && c.Begins == BeginsEntry {
			edgeMS = min(edgeMS, p.window(c, m, instantMS))
			m.applies = m.applies && !m.spent
		} else if m.applies {
			edgeMS = min(edgeMS, p.window(c, m, instantMS))
		}
		if m.applies && !m.decided {
			edgeMS = min(edgeMS, p.decide(c, m, instantMS, rule))
		}
	}
	return edgeMS
}

func (p *pricer) caps() []Cap { return p.tariff.Caps[:min(capsMax, len(p.tariff.Caps))] }

// window moves a cap's meter to the window that holds an instant, and is the window's end, or an edge before it.
func (p *pricer) window(c *Cap, m *meter, instantMS int64) int64 {
	switch c.Window {
	case PerVisit:
		m.open(c, !m.opened, forever)
	case PerDay:
		date, atMS := split(p.clock.steady(instantMS) - c.ResetMS)
		m.open(c, !m.opened || date > m.first, 0)
		m.first = max(m.first, date)
		if date < m.first {
			return p.clock.untilMS
		}
		return p.clock.reach(p.clock.steady(instantMS) + dayMS - atMS)
	case PerPeriod:
		if m.opened && instantMS < m.untilMS {
			return m.untilMS
		}
		if c.Begins == BeginsRule {
			m.open(c, true, p.ahead(instantMS, max(c.PeriodMS, minuteMS), c.Roll))
			return m.untilMS
		}
		return p.period(c, m, instantMS)
	default:
		date, atMS := p.clock.at(instantMS)
		found := p.days.find(c.When, date, atMS)
		if m.applies = found.inside; found.inside {
			m.open(c, !m.opened || found.starts != m.first || found.when != m.when, 0)
			m.first, m.when = found.starts, found.when
			m.applies = !m.spent
		}
		return p.edge(instantMS, found.edgeMS-atMS)
	}
	return m.untilMS
}

// period moves a meter to the period from entry that holds an instant.
func (p *pricer) period(c *Cap, m *meter, instantMS int64) int64 {
	periodMS := max(c.PeriodMS, minuteMS)
	index := (instantMS - p.fromMS) / periodMS
	endMS := p.fromMS + (index+1)*periodMS
	if c.Roll == Civil {
		localMS := p.clock.local(p.fromMS)
		index = max(0, index-1) // a day of 25 hours
		for endMS = p.rolled(p.fromMS, localMS, (index+1)*periodMS); endMS <= instantMS; index++ {
			endMS = p.rolled(p.fromMS, localMS, (index+2)*periodMS)
		}
	}
	m.open(c, true, endMS)
	m.count = index + 1
	m.spent = c.Once && index > 0
	m.applies = m.applies && !m.spent
	return endMS
}

// open starts a window if it is a new one.
func (m *meter) open(c *Cap, isNew bool, untilMS int64) {
	if !isNew {
		return
	}
	m.spent = m.opened && c.Once
	m.applies = m.applies && !m.spent
	m.opened, m.decided, m.used, m.limit, m.untilMS = true, false, 0, amountMax, untilMS
	m.count++
}

// decide finds the amount of a window, or is when one may come to fit.
func (p *pricer) decide(c *Cap, m *meter, instantMS int64, rule int) (edgeMS int64) {
	edgeMS = forever
	for i := range c.Amounts {
		a := &c.Amounts[i]
		date, atMS := p.clock.at(instantMS)
		found := p.days.find(a.When, date, atMS)
		edgeMS = min(edgeMS, p.edge(instantMS, found.edgeMS-atMS))
		if a.First > m.count || a.Last > 0 && a.Last < m.count {
			continue
		}
		if found.inside && (a.Rule == "" || rule != none && p.tariff.Rules[rule].ID == a.Rule) {
			m.decided, m.limit = true, exactly(clamp(p.surgedCap(a.Minor), 0, PriceMaxMinor))
			return forever
		}
	}
	if c.Decided == AtStart {
		m.decided = true
		return forever
	}
	return edgeMS
}

// cap lets an amount through the caps that apply, and says what they cut off and which. Each counts what is charged in the
// end, so their order does not matter: what one cut off is nothing to another.
func (p *pricer) cap(amount exact) (rest exact, name string) {
	rest = amount
	for i := range p.caps() {
		if m := &p.meters[i]; m.applies && rest > max(0, m.limit-m.used) {
			rest, name = max(0, m.limit-m.used), p.tariff.Caps[i].ID
		}
	}
	for i := range p.caps() {
		if m := &p.meters[i]; m.applies {
			m.used = m.used.plus(rest)
		}
	}
	return rest, name
}

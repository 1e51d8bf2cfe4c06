package tariff_test

import (
	"slices"
	"time"

	"gatehouse/gateway/tariff"
)

// slow prices a stay minute by minute, straight from what doc.go says: it looks everything up anew in each minute,
// and has no idea of runs, edges or periods. Times are whole minutes and units divide a day, so that amounts are
// exact in parts of a minor unit.
type slow struct {
	t           *tariff.Tariff
	entry, exit int64 // minutes since 1970
	rule        int   // that was in force when the last unit started
	bandStart   int64
	flats       map[[3]int64]bool
	caps        []slowCap
	parts       int64 // the sum, in 1/86,400,000 of a minor unit
	clock       *slowTable
	counted     int64 // since when paid time is counted
	free, paid  int64 // minutes without a price since then; minutes with one that are paid
	paidDay     int64 // the day of counted, once there is one
	dayKnown    bool
	force       slowForce
}

// slowForce is the rule that prices a stretch of a stay if the one at its beginning does.
type slowForce struct {
	known        bool
	rule         int
	since, until int64
}

// slowTable is what the clock shows in each minute of a stay, and the latest that it has shown until then, both as
// minutes since it showed 1 January 1970.
type slowTable struct {
	from          int64
	shown, steady []int64
}

func newSlowTable(t *tariff.Tariff, entry, exit int64) *slowTable {
	table := &slowTable{from: entry - 200}
	latest := int64(-1 << 62)
	for minute := table.from; minute <= exit+2; minute++ {
		at := time.Unix(minute*60, 0).In(t.Zone)
		shown := time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), 0, 0, time.UTC).Unix() / 60
		latest = max(latest, shown)
		table.shown, table.steady = append(table.shown, shown), append(table.steady, latest)
	}
	return table
}

// day is the number of the day of a minute for a reset, of a clock that is never set back.
func (c *slowTable) day(minute, resetMS int64) int64 {
	return floor(c.steady[minute-c.from]-resetMS/60_000, minutesOfDay)
}

type slowCap struct {
	key     [2]int64
	open    bool
	windows int
	start   int64 // of a period that began with a rule
	limit   int64 // -1: none
	decided bool
	used    int64
}

const (
	minutesOfDay = 1440
	partsOfMinor = 86_400_000
)

// partsOf is the price of a unit.
func partsOf(step *tariff.Step) int64 {
	return step.PriceMinor*partsOfMinor + step.PriceMilli*(partsOfMinor/1000)
}

func slowKinds(t *tariff.Tariff, day int64) tariff.DaySet {
	holiday := func(day int64) bool { return slices.Contains(t.Calendar.Holidays, tariff.Date(day)) }
	set := tariff.Sunday << ((day + 4) % 7)
	for i, own := range t.Calendar.Own {
		if !slices.Contains(own.Dates, tariff.Date(day)) {
			continue
		}
		if !own.Also {
			return tariff.OwnDay << i
		}
		set |= tariff.OwnDay << i
	}
	if holiday(day) {
		switch t.Calendar.AsDay {
		case tariff.AsHoliday:
			set = set &^ (tariff.Weekdays | tariff.Weekend)
		case tariff.AsSunday:
			set = set&^(tariff.Weekdays|tariff.Weekend) | tariff.Sunday
		}
		set |= tariff.Holiday
	}
	if holiday(day + 1) {
		set |= tariff.HolidayEve
	}
	if holiday(day - 1) {
		set |= tariff.HolidayAfter
	}
	return set
}

// slowStarts reports whether a stretch starts on a day.
func slowStarts(t *tariff.Tariff, w *tariff.When, day int64) bool {
	kinds := slowKinds(t, day)
	if w.Days != 0 && w.Days&kinds == 0 || w.Except&kinds != 0 {
		return false
	}
	if w.FirstDate != 0 && day < int64(w.FirstDate) || w.LastDate != 0 && day > int64(w.LastDate) {
		return false
	}
	at := time.Unix(day*86_400, 0).UTC()
	ofYear := int(at.Month())*100 + at.Day()
	switch {
	case w.FirstOfYear == 0:
		return true
	case w.FirstOfYear <= w.LastOfYear:
		return w.FirstOfYear <= ofYear && ofYear <= w.LastOfYear
	}
	return ofYear >= w.FirstOfYear || ofYear <= w.LastOfYear
}

// slowStretch is the first stretch of a list that holds a minute: its index and its day.
func slowStretch(t *tariff.Tariff, clock *slowTable, list []tariff.When, minute int64) (index int, day int64, inside bool) {
	shown := clock.shown[minute-clock.from]
	today, ofDay := shown/minutesOfDay, shown%minutesOfDay
	for i, w := range list {
		for day := today; day > today-9; day-- {
			since := (today-day)*minutesOfDay + ofDay
			if since*60_000 >= w.FromMS && since*60_000 < w.ToMS && slowStarts(t, &w, day) {
				return i, day, true
			}
		}
	}
	return 0, 0, false
}

func slowIn(t *tariff.Tariff, clock *slowTable, list []tariff.When, minute int64) bool {
	_, _, inside := slowStretch(t, clock, list, minute)
	return inside || len(list) == 0
}

func slowRuleAt(t *tariff.Tariff, clock *slowTable, minute int64) int {
	for i := range t.Rules {
		if slowIn(t, clock, t.Rules[i].When, minute) {
			return i
		}
	}
	return -1
}

// slowDaysLater is the minute at which the clock first shows the time of a minute, or a later one, some days after it.
func slowDaysLater(t *tariff.Tariff, minute, days int64) int64 {
	shown := func(minute int64) int64 {
		at := time.Unix(minute*60, 0).In(t.Zone)
		return time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), 0, 0, time.UTC).Unix() / 60
	}
	later := minute + days*minutesOfDay - 180
	for shown(later) < shown(minute)+days*minutesOfDay {
		later++
	}
	return later
}

func floor(a, b int64) int64 {
	if a < 0 {
		return -((-a + b - 1) / b)
	}
	return a / b
}

func slowRules(t *tariff.Tariff, clock *slowTable, entry, exit int64) int64 {
	s := slow{t: t, entry: entry, exit: exit, rule: -2, flats: map[[3]int64]bool{}, caps: make([]slowCap, len(t.Caps)), clock: clock, counted: entry}
	for minute := entry; minute < exit || minute == exit && exit > entry; {
		minute = s.unit(minute)
	}
	return s.parts
}

// place is what a unit must not outlast: it says which step of which count of steps a minute is in.
type place struct {
	rule         int
	origin, step int64
	found        bool
}

// ruleFor is the rule that prices a minute.
func (s *slow) ruleFor(minute int64) int {
	switch s.t.Boundary {
	case tariff.BoundaryEntry:
		return s.forced(minute).rule
	case tariff.BoundaryExit:
		return slowRuleAt(s.t, s.clock, s.exit-1)
	}
	return slowRuleAt(s.t, s.clock, minute)
}

// forced is the rule at entry, and again at each restart of its steps.
func (s *slow) forced(minute int64) slowForce {
	if s.force.known && minute < s.force.until {
		return s.force
	}
	f := slowForce{known: true, rule: slowRuleAt(s.t, s.clock, minute), since: minute, until: 1 << 40}
	if f.rule < 0 {
		return f
	}
	r := &s.t.Rules[f.rule]
	switch {
	case r.Anchor == tariff.AnchorDay:
		for f.until = minute + 1; f.until <= s.exit+1 && s.clock.day(f.until, r.ResetMS) == s.clock.day(minute, r.ResetMS); f.until++ {
		}
	case r.RestartMS > 0 && r.Roll == tariff.Civil:
		f.until = slowDaysLater(s.t, minute, r.RestartMS/86_400_000)
	case r.RestartMS > 0:
		f.until = minute + r.RestartMS/60_000
	}
	return f
}

// abuts reports whether a stretch of a rule's hours begins where another one ends. Whole days go on into each other.
func (s *slow) abuts(rule int, minute int64) bool {
	list := s.t.Rules[rule].When
	index, day, inside := slowStretch(s.t, s.clock, list, minute)
	if !inside || list[index].FromMS == 0 && list[index].ToMS == minutesOfDay*60_000 || s.clock.shown[minute-s.clock.from] != day*minutesOfDay+list[index].FromMS/60_000 {
		return false
	}
	before, itsDay, was := slowStretch(s.t, s.clock, list, minute-1)
	return was && itsDay*minutesOfDay+list[before].ToMS/60_000 == s.clock.shown[minute-s.clock.from]
}

// begun reports whether a stay that ends where a unit starts has begun it.
func (s *slow) begun(p place, minute int64) bool {
	steps := s.t.Rules[p.rule].Steps
	if p.step > 0 && steps[p.step].FromMS == (minute-p.origin)*60_000 {
		return steps[p.step-1].Sharp
	}
	return steps[p.step].Sharp
}

// placeOf finds the step of a rule that holds a minute.
func (s *slow) placeOf(rule int, minute int64) place {
	r := &s.t.Rules[rule]
	p := place{rule: rule, origin: s.entry}
	switch r.Anchor {
	case tariff.AnchorPaid, tariff.AnchorPaidDay:
		p.origin = s.counted + s.free
	case tariff.AnchorBand:
		p.origin = s.bandStart
	case tariff.AnchorDay:
		for p.origin = minute; p.origin > s.entry && s.clock.day(p.origin-1, r.ResetMS) == s.clock.day(minute, r.ResetMS); p.origin-- {
		}
	}
	if s.t.Boundary == tariff.BoundaryEntry {
		p.origin = max(p.origin, s.forced(minute).since)
	}
	if restart := r.RestartMS / 60_000; restart > 0 && r.Roll == tariff.Civil {
		first := p.origin
		for days := restart / minutesOfDay; ; days += restart / minutesOfDay {
			next := slowDaysLater(s.t, first, days)
			if next > minute {
				break
			}
			p.origin = next
		}
	} else if restart > 0 {
		p.origin += (minute - p.origin) / restart * restart
	}
	for i, step := range r.Steps {
		if since := (minute - p.origin) * 60_000; since >= step.FromMS && (step.ToMS == 0 || since < step.ToMS) {
			p.step, p.found = int64(i), true
		}
	}
	return p
}

// unit prices the unit that starts at a minute, and is when the next one may.
func (s *slow) unit(minute int64) int64 {
	if s.t.Boundary == tariff.BoundaryEntry {
		s.force = s.forced(minute)
	}
	rule := s.ruleFor(minute)
	if rule != s.rule || rule >= 0 && s.t.Boundary == tariff.BoundarySplit && s.abuts(rule, minute) {
		s.rule, s.bandStart = rule, minute
	}
	s.openCaps(minute, rule)
	if rule < 0 || !slices.ContainsFunc(s.t.Rules[rule].Steps, func(step tariff.Step) bool { return step.PriceMinor != 0 || step.PriceMilli != 0 }) {
		s.free++
		return minute + 1
	}
	r := &s.t.Rules[rule]
	if r.Anchor == tariff.AnchorPaidDay {
		if day := s.clock.day(minute, r.ResetMS); !s.dayKnown || day != s.paidDay {
			if s.dayKnown {
				s.counted, s.free, s.paid = minute, 0, 0
			}
			s.paidDay, s.dayKnown = day, true
		}
	}
	p := s.placeOf(rule, minute)
	if !p.found || minute == s.exit && !s.begun(p, minute) {
		return minute + 1
	}
	step := &r.Steps[p.step]
	if r.Anchor == tariff.AnchorPaid || r.Anchor == tariff.AnchorPaidDay {
		return s.unitOfPaidTime(minute, p, step)
	}
	if step.UnitMS == 0 {
		key := [3]int64{int64(rule), p.step, p.origin}
		if s.flats[key] {
			return minute + 1
		}
		s.flats[key] = true
		s.add(partsOf(step))
		if step.ToMS == 0 || r.Anchor == tariff.AnchorBand {
			return minute + 1
		}
		return s.end(p, minute, 1<<40)
	}
	if step.Count == tariff.Prorated && minute == s.exit {
		return minute + 1
	}
	if step.Count == tariff.Prorated {
		s.add(partsOf(step) / (step.UnitMS / 60_000))
		return minute + 1
	}
	unit := step.UnitMS / 60_000
	if r.Anchor == tariff.AnchorClock {
		ofDay := s.clock.shown[minute-s.clock.from] % minutesOfDay
		unit -= ofDay % unit
	}
	end := s.end(p, minute, unit)
	if step.Count != tariff.Completed || end <= s.exit {
		s.add(partsOf(step))
	}
	return end
}

// unitOfPaidTime prices a minute of a rule that counts only time with a price, in which a unit may go on after a break.
func (s *slow) unitOfPaidTime(minute int64, p place, step *tariff.Step) int64 {
	since := minute - s.counted - s.free
	if since < s.paid {
		return minute + 1
	}
	if step.Count == tariff.Prorated && step.UnitMS > 0 {
		if minute == s.exit {
			return minute + 1
		}
		s.add(partsOf(step) / (step.UnitMS / 60_000))
		return minute + 1
	}
	length := int64(1 << 40)
	if step.UnitMS > 0 {
		length = step.UnitMS / 60_000
	}
	s.paid = since + length
	if step.ToMS > 0 {
		s.paid = min(s.paid, since+step.ToMS/60_000-(minute-p.origin))
	}
	if restart := s.t.Rules[p.rule].RestartMS / 60_000; restart > 0 {
		s.paid = min(s.paid, since+restart-(minute-p.origin))
	}
	s.add(partsOf(step))
	return minute + 1
}

// end is when a unit ends: when it is over, or when its step, its day, its restart or its band is.
func (s *slow) end(p place, minute, unit int64) int64 {
	r := &s.t.Rules[p.rule]
	for at := minute + 1; ; at++ {
		if at == minute+unit || at > s.exit+1 {
			return at
		}
		if r.Anchor == tariff.AnchorBand && (s.ruleFor(at) != p.rule || s.t.Boundary == tariff.BoundarySplit && s.abuts(p.rule, at)) {
			return at
		}
		if next := s.placeOf(p.rule, at); next.origin != p.origin || next.step != p.step || !next.found {
			return at
		}
	}
}

// openCaps moves each cap to the window that holds a minute.
func (s *slow) openCaps(minute int64, rule int) {
	for i := range s.caps {
		c, m := &s.t.Caps[i], &s.caps[i]
		mine := len(c.Rules) == 0 || rule >= 0 && slices.Contains(c.Rules, s.t.Rules[rule].ID)
		mine = mine && slowIn(s.t, s.clock, c.Entry, s.entry)
		key, inside := s.window(c, m, minute, mine)
		m.open = inside && mine
		if !inside {
			continue
		}
		if m.windows == 0 || key != m.key {
			*m = slowCap{key: key, open: m.open, windows: m.windows + 1, start: m.start, limit: -1}
			if c.Window == tariff.PerPeriod && c.Begins == tariff.BeginsEntry { // periods from entry count, whether or not a unit starts in them
				m.windows = int(key[0]) + 1
			}
		}
		if c.Once && m.windows > 1 {
			m.open = false
		}
		for _, a := range c.Amounts {
			if a.First > int64(m.windows) || a.Last > 0 && a.Last < int64(m.windows) {
				continue
			}
			if m.open && !m.decided && (a.Rule == "" || rule >= 0 && a.Rule == s.t.Rules[rule].ID) && slowIn(s.t, s.clock, a.When, minute) {
				m.limit, m.decided = a.Minor*partsOfMinor, true
			}
		}
		if m.open && c.Decided == tariff.AtStart {
			m.decided = true
		}
	}
}

func (s *slow) window(c *tariff.Cap, m *slowCap, minute int64, mine bool) (key [2]int64, inside bool) {
	switch c.Window {
	case tariff.PerVisit:
		return key, mine
	case tariff.PerDay:
		return [2]int64{s.clock.day(minute, c.ResetMS)}, mine
	case tariff.PerBand:
		index, day, found := slowStretch(s.t, s.clock, c.When, minute)
		return [2]int64{int64(index), day}, found && mine
	}
	period := c.PeriodMS / 60_000
	if c.Begins == tariff.BeginsRule {
		if mine && (m.windows == 0 || minute >= m.start+period) {
			m.start = minute
		}
		return [2]int64{m.start, 1}, mine
	}
	if c.Roll == tariff.Civil {
		days := int64(0)
		for slowDaysLater(s.t, s.entry, (days+1)*(period/minutesOfDay)) <= minute {
			days++
		}
		return [2]int64{days, 2}, true
	}
	return [2]int64{(minute - s.entry) / period, 3}, true
}

// add lets an amount through the caps.
func (s *slow) add(parts int64) {
	for i := range s.caps {
		m := &s.caps[i]
		if !m.open {
			continue
		}
		if m.limit >= 0 {
			parts = min(parts, max(0, m.limit-m.used))
		}
	}
	for i := range s.caps {
		if s.caps[i].open {
			s.caps[i].used += parts
		}
	}
	s.parts += parts
}

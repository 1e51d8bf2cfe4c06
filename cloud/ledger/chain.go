package ledger

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"gatehouse/sync/fact"
	"gatehouse/sync/outbox"
	"gatehouse/sync/wire"
)

// Location is what headquarters knows of a lot beside its facts.
type Location struct {
	ID       fact.LocationID
	Name     string
	Zone     *time.Location
	Currency fact.Currency
}

// Summary is one location at a glance.
type Summary struct {
	Location
	Open     [SpotTypes]int64 // open visits by the type that is priced
	Facts    int64
	NewestMS int64 // wall time of the newest fact
	Today    Sums
	Day      Day // that Today is of
	Live     wire.Live
	LiveAtMS int64    // when headquarters heard it; 0: never
	Reached  fact.Dot // the newest fact that headquarters has of the newest incarnation
	// Agreement is what the lot's own digest of its history, in its last live message that had one, came to beside
	// headquarters'; AgreedMS is when the two were the same last.
	Agreement outbox.Agreement
	AgreedMS  int64
	// RowsDiffer is set from when its rows were found not to be what its signed batches come to until they are made again.
	RowsDiffer bool
	// Apart are the incarnations about which a person should decide.
	Apart  []outbox.Apart
	Alerts int // active ones
}

// Waiting is how many facts headquarters lacks: as many as the lot said, but not those that have come since.
func (s *Summary) Waiting() uint64 {
	if s.Live.Waiting == 0 || s.Live.Produced.Seq == 0 || s.Live.Produced.Incarnation != s.Reached.Incarnation {
		return s.Live.Waiting
	}
	return min(s.Live.Waiting, s.Live.Produced.Seq-min(s.Live.Produced.Seq, s.Reached.Seq))
}

// Chain is what headquarters' page shows of all locations: counters that each change moves, so that a view costs the
// same with one location as with 500. It is not safe for use by many goroutines.
type Chain struct {
	places map[fact.LocationID]*place
	days   map[Day]*Sums
	open   [SpotTypes]int64
	spots  Occupancy
}

type place struct {
	Summary
	days   map[Day]*Sums
	alerts map[alertKey]Alert
	newest uint64
}

// Occupancy is the spots of all locations as their last live messages said.
type Occupancy struct {
	Total, Available, Occupied, Reserved, Held, Maintenance, Unknown int64
}

func (o *Occupancy) add(live wire.Live, sign int64) {
	for _, t := range live.Types {
		o.Total += sign * int64(t.Total)
		o.Available += sign * int64(t.Available)
		o.Occupied += sign * int64(t.Occupied)
		o.Reserved += sign * int64(t.Reserved)
		o.Held += sign * int64(t.Held)
		o.Maintenance += sign * int64(t.Maintenance)
		o.Unknown += sign * int64(t.Unknown)
	}
}

// daysKept is how many civil days of sums a chain holds in memory; older ones are in the store.
const daysKept = 8

// NewChain is a chain without locations.
func NewChain() *Chain {
	return &Chain{places: map[fact.LocationID]*place{}, days: map[Day]*Sums{}}
}

// SetLocation adds a location, or changes what is known of it.
func (c *Chain) SetLocation(l Location) {
	p := c.place(l.ID)
	p.Location = l
}

func (c *Chain) place(id fact.LocationID) *place {
	p := c.places[id]
	if p == nil {
		p = &place{days: map[Day]*Sums{}, alerts: map[alertKey]Alert{}}
		p.ID, p.Zone = id, time.UTC
		c.places[id] = p
	}
	return p
}

// Add moves the counters by a change that is committed.
func (c *Chain) Add(id fact.LocationID, change Change) {
	p := c.place(id)
	p.Facts += change.Facts
	if change.NewestHLC >= p.newest {
		p.newest, p.NewestMS = change.NewestHLC, change.NewestMS
	}
	for i, more := range change.Open {
		p.Open[i] += more
		c.open[i] += more
	}
	for _, hour := range change.Hours {
		if hour.Boot == 0 {
			addDay(p.days, hour.Day, hour.Sums)
			addDay(c.days, hour.Day, hour.Sums)
		}
	}
	for _, a := range change.Alerts {
		c.SetAlert(id, a)
	}
}

// Take puts the counters of a location in place of those that are here. What the location said of itself stays.
func (c *Chain) Take(from *Chain, id fact.LocationID) {
	fresh, known := from.places[id]
	if !known {
		return
	}
	old := c.place(id)
	for i, open := range old.Open {
		c.open[i] += fresh.Open[i] - open
	}
	for _, day := range slices.Sorted(maps.Keys(old.days)) {
		if sums := c.days[day]; sums != nil {
			sums.Add(*old.days[day], -1)
		}
	}
	for _, day := range slices.Sorted(maps.Keys(fresh.days)) {
		addDay(c.days, day, *fresh.days[day])
	}
	fresh.Live, fresh.LiveAtMS, fresh.Agreement, fresh.AgreedMS, fresh.RowsDiffer = old.Live, old.LiveAtMS, old.Agreement, old.AgreedMS, old.RowsDiffer
	if old.Reached.Incarnation > fresh.Reached.Incarnation {
		fresh.Reached = old.Reached
	}
	c.places[id] = fresh
}

// addDay keeps the newest days.
func addDay(days map[Day]*Sums, day Day, sums Sums) {
	if days[day] == nil {
		if len(days) >= daysKept {
			oldest := slices.Sorted(maps.Keys(days))[0]
			if day < oldest {
				return
			}
			delete(days, oldest)
		}
		days[day] = &Sums{}
	}
	days[day].Add(sums, 1)
}

// SetAlert puts an alert in place of an older one.
func (c *Chain) SetAlert(id fact.LocationID, a Alert) {
	p := c.place(id)
	key := alertKey{a.Kind, a.Subject}
	old, found := p.alerts[key]
	if found && !a.Newer(&old) {
		return
	}
	if found && old.Active {
		p.Alerts--
	}
	if a.Active {
		p.Alerts++
		p.alerts[key] = a
	} else {
		delete(p.alerts, key)
	}
}

// SetLive takes a live message, unless it has a newer one; it reports whether it did.
func (c *Chain) SetLive(live wire.Live, heardMS int64) bool {
	p := c.place(live.Location)
	quiet := heardMS-p.LiveAtMS >= liveQuietMS && live.Incarnation != p.Live.Incarnation
	late := cmp.Or(cmp.Compare(live.Incarnation, p.Live.Incarnation), cmp.Compare(live.Serial, p.Live.Serial)) <= 0
	if p.LiveAtMS != 0 && late && !quiet {
		return false
	}
	c.spots.add(p.Live, -1)
	c.spots.add(live, 1)
	p.Live, p.LiveAtMS = live, heardMS
	return true
}

// liveQuietMS is for how long a run must have said nothing before one is heard that seems to be older: a gateway speaks each
// minute, so that it has ended, and its clock was ahead.
const liveQuietMS = 150_000

// Reach says how far headquarters has an incarnation of a location.
func (c *Chain) Reach(id fact.LocationID, dot fact.Dot) {
	p := c.place(id)
	if cmp.Or(cmp.Compare(dot.Incarnation, p.Reached.Incarnation), cmp.Compare(dot.Seq, p.Reached.Seq)) > 0 {
		p.Reached = dot
	}
}

// SetAgreement says what the comparison of a location's history with headquarters' came to.
func (c *Chain) SetAgreement(id fact.LocationID, found outbox.Agreement, nowMS int64) {
	p := c.place(id)
	switch found {
	case outbox.AgreementUnknown:
		return // the last comparison stands
	case outbox.Agrees:
		p.AgreedMS = nowMS
	}
	p.Agreement = found
}

// SetApart says about which incarnations of a location a person should decide. What is given must not change.
func (c *Chain) SetApart(id fact.LocationID, apart []outbox.Apart) { c.place(id).Apart = apart }

// SetRowsDiffer says what the comparison of a location's rows with its batches came to.
func (c *Chain) SetRowsDiffer(id fact.LocationID, differ bool) { c.place(id).RowsDiffer = differ }

// Day are the sums of a civil day over all locations, each in its own zone.
func (c *Chain) Day(day Day) Sums {
	if sums := c.days[day]; sums != nil {
		return *sums
	}
	return Sums{}
}

// Open is the number of open visits of all locations by the type that is priced.
func (c *Chain) Open() [SpotTypes]int64 { return c.open }

// Spots are all spots as the last live messages said.
func (c *Chain) Spots() Occupancy { return c.spots }

// Len is the number of locations.
func (c *Chain) Len() int { return len(c.places) }

// Summary is one location at a moment of headquarters' clock.
func (c *Chain) Summary(id fact.LocationID, nowMS int64) (Summary, bool) {
	p := c.places[id]
	if p == nil {
		return Summary{}, false
	}
	s := p.Summary
	s.Day = DayOf(nowMS, p.Zone)
	if sums := p.days[s.Day]; sums != nil {
		s.Today = *sums
	}
	return s, true
}

// Summaries are all locations, by their names.
func (c *Chain) Summaries(nowMS int64) []Summary {
	all := make([]Summary, 0, len(c.places))
	for _, id := range slices.Sorted(maps.Keys(c.places)) {
		s, _ := c.Summary(id, nowMS)
		all = append(all, s)
	}
	return all
}

// Alerts are the active alerts of a location, sorted.
func (c *Chain) Alerts(id fact.LocationID) []Alert {
	p := c.places[id]
	if p == nil {
		return nil
	}
	alerts := make([]Alert, 0, len(p.alerts))
	for _, key := range slices.SortedFunc(maps.Keys(p.alerts), compareAlertKeys) {
		alerts = append(alerts, p.alerts[key])
	}
	return alerts
}

package ledger

import (
	"cmp"
	"slices"
	"time"

	"gatehouse/sync/fact"
)

// methods is how many payment methods Sums tell apart; a method of newer software counts as unknown.
const methods = 5

// Sums are what happened in some time. They only add up.
type Sums struct {
	Facts        int64
	Entries      int64 // vehicles by the loops
	Exits        int64
	Denied       int64 // at entries
	DeniedExit   int64
	Sessions     int64 // visits that ended
	StayMS       int64 // of those
	FeeMinor     int64 // what those came to
	RevenueMinor [methods]int64
	Payments     int64
	RefundMinor  int64 // given back, as a positive amount
	OwedMinor    int64 // left owing
	Tailgates    int64
	BackedOut    int64
	Raised       int64 // by hand
	Violations   int64
	Corrections  int64
}

// ReceivedMinor is all money received, before refunds.
func (s *Sums) ReceivedMinor() int64 {
	sum := int64(0)
	for _, minor := range s.RevenueMinor {
		sum += minor
	}
	return sum
}

// NetMinor is the money received less what was given back.
func (s *Sums) NetMinor() int64 { return s.ReceivedMinor() - s.RefundMinor }

// Add adds other sums, sign times.
func (s *Sums) Add(other Sums, sign int64) {
	to, from := s.columns(), other.columns()
	for i := range to {
		*to[i] += sign * *from[i]
	}
}

// IsZero reports whether nothing happened.
func (s Sums) IsZero() bool { return s == Sums{} }

// Columns are pointers to all numbers, in the order of SumColumns.
func (s *Sums) Columns() []*int64 { return s.columns() }

// SumColumns are the names of the numbers.
func SumColumns() []string {
	return []string{
		"facts", "entries", "exits", "denied", "denied_exit", "sessions", "stay_ms", "fee", "payments", "refunds", "owed",
		"tailgates", "backed_out", "raised", "violations", "corrections",
		"revenue_unknown", "revenue_card", "revenue_mobile", "revenue_pass", "revenue_cash",
	}
}

func (s *Sums) columns() []*int64 {
	columns := []*int64{
		&s.Facts, &s.Entries, &s.Exits, &s.Denied, &s.DeniedExit, &s.Sessions, &s.StayMS, &s.FeeMinor, &s.Payments, &s.RefundMinor, &s.OwedMinor,
		&s.Tailgates, &s.BackedOut, &s.Raised, &s.Violations, &s.Corrections,
	}
	for i := range s.RevenueMinor {
		columns = append(columns, &s.RevenueMinor[i])
	}
	return columns
}

// Day is a civil day of a location, as the number 20260601.
type Day int32

// DayOf is the civil day of a moment.
func DayOf(wallMS int64, zone *time.Location) Day {
	year, month, day := time.UnixMilli(wallMS).In(zone).Date()
	return Day(year*10_000 + int(month)*100 + day)
}

// EndMS is the moment at which the day ends in a zone.
func (d Day) EndMS(zone *time.Location) int64 {
	return time.Date(int(d/10_000), time.Month(d/100%100), int(d%100)+1, 0, 0, 0, 0, zone).UnixMilli()
}

// HourKey names the sums of a civil hour of a location. Where clocks go back, two hours share one key.
type HourKey struct {
	Day  Day
	Hour int8
	Boot uint64 // not 0: by a clock of this boot that was never set; the day is what that clock said
}

func (k HourKey) compare(other HourKey) int {
	return cmp.Or(cmp.Compare(k.Day, other.Day), cmp.Compare(k.Hour, other.Hour), cmp.Compare(k.Boot, other.Boot))
}

// Hour is what facts add to an hour.
type Hour struct {
	HourKey
	Sums
}

// Refusal counts vehicles refused at an entry or an exit in one hour, by the reason.
type Refusal struct {
	HourKey
	Exit   bool
	Reason fact.Reason
	Count  int64
}

// calendar turns wall times into civil hours, and remembers the last quarter of an hour: offsets of zones change at quarters.
type calendar struct {
	zone    *time.Location
	quarter int64
	key     HourKey
	known   bool
}

const quarterMS = 15 * 60 * 1000

func (c *calendar) hour(wallMS int64) HourKey {
	quarter := wallMS / quarterMS
	if wallMS < 0 {
		quarter--
	}
	if !c.known || quarter != c.quarter {
		at := time.UnixMilli(wallMS).In(c.zone)
		year, month, day := at.Date()
		c.quarter, c.known = quarter, true
		c.key = HourKey{Day: Day(year*10_000 + int(month)*100 + day), Hour: int8(at.Hour())}
	}
	return c.key
}

// ClockStep says by how much a boot's clock was wrong before it was set.
type ClockStep struct {
	Boot   uint64
	HLC    uint64
	StepMS int64
}

// Redate moves the sums of clocks that were never set to the hours that are now known for them. Sums of boots whose clock
// is still not known stay as they are. The result is sorted, and each key is in it once.
func Redate(hours []Hour, steps []ClockStep, zone *time.Location) []Hour {
	byBoot := map[uint64]int64{}
	for _, step := range steps {
		byBoot[step.Boot] += step.StepMS
	}
	total := map[HourKey]*Sums{}
	for _, hour := range hours {
		key := hour.HourKey
		if stepMS, known := byBoot[key.Boot]; known && key.Boot != 0 {
			at := time.Date(int(key.Day/10_000), time.Month(key.Day/100%100), int(key.Day%100), int(key.Hour), 30, 0, 0, zone)
			key = (&calendar{zone: zone}).hour(at.UnixMilli() + stepMS)
		}
		if total[key] == nil {
			total[key] = &Sums{}
		}
		total[key].Add(hour.Sums, 1)
	}
	moved := make([]Hour, 0, len(total))
	// any order: sorted below
	for key, sums := range total {
		moved = append(moved, Hour{key, *sums})
	}
	slices.SortFunc(moved, func(a, b Hour) int { return a.compare(b.HourKey) })
	return moved
}

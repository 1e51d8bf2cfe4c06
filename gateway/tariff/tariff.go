package tariff

import (
	"fmt"
	"slices"
	"time"

	"gatehouse/sync/fact"
)

// Tariff is one version of a location's prices (APDS: RateTable). A stay is priced by the version that was
// promised at its entry. Amounts are minor units of Currency.
type Tariff struct {
	Version  string
	Currency fact.Currency
	Zone     *time.Location // of the location; nil is UTC
	Rules    []Rule
	Holidays []Date // the civil days with day type holiday; ascending

	TaxPermille int64 // 80 is 8 %
	TaxIncluded bool  // prices contain the tax; else it comes on top

	GraceEntryMS int64 // a stay no longer than this is free
	GraceExitMS  int64 // time to leave after paying

	LostMinor       int64 // price of a lost ticket
	SuspectMaxMinor int64 // most that a bounded stay may cost, tax included

	// StartedUnitMS is the unit each started one of which counts in full (APDS: RateLine increment). 0 prices
	// time exactly.
	StartedUnitMS int64
}

// Rule prices the hours of some days for a spot type (source design: pricing_rules; APDS: RateLine).
type Rule struct {
	ID               string
	SpotType         fact.SpotType // AnyType: every type that has no rule of its own for the instant
	DayType          DayType
	StartHour        int // civil hours, half open; 0 and 24 are the whole day, 22 and 6 go over midnight
	EndHour          int
	RatePerHourMinor int64
	MaxDailyMinor    int64 // for 24 hours that start under this rule; 0: no maximum
	FirstHourFree    bool
	Priority         int  // the highest applies
	ValidFrom        Date // first civil day; 0: no bound
	ValidUntil       Date // last civil day; 0: no bound
}

// DayType is a kind of civil day.
type DayType uint8

// The day types. A holiday is neither weekday nor weekend.
const (
	AnyDay DayType = iota
	Weekday
	Weekend
	Holiday
)

var dayTypeText = [...]string{"any", "weekday", "weekend", "holiday"}

// String is the code of the day type.
func (d DayType) String() string {
	if int(d) < len(dayTypeText) {
		return dayTypeText[d]
	}
	return fmt.Sprintf("unknown_%d", d)
}

// MarshalText makes JSON carry the code.
func (d DayType) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the code; an unknown one is an error that lists the codes.
func (d *DayType) UnmarshalText(text []byte) error {
	at := slices.Index(dayTypeText[:], string(text))
	if at < 0 {
		return fmt.Errorf("tariff: day type %q is none of %q", text, dayTypeText)
	}
	*d = DayType(at)
	return nil
}

// zone is the tariff's zone, for tariffs that Check never saw.
func (t *Tariff) zone() *time.Location {
	if t.Zone == nil {
		return time.UTC
	}
	return t.Zone
}

// dayType is the day type of a civil day.
func (t *Tariff) dayType(d Date) DayType {
	if slices.Contains(t.Holidays, d) {
		return Holiday
	}
	if day := d.Weekday(); day == time.Saturday || day == time.Sunday {
		return Weekend
	}
	return Weekday
}

// noRule is the index of the rule where none applies.
const noRule = -1

// ruleAt is the index of the rule that applies in an hour of a civil day, and the hour until which no rule
// starts or ends.
func (t *Tariff) ruleAt(spotType fact.SpotType, date Date, dayType DayType, hour int) (best, untilHour int) {
	best, untilHour = noRule, 24
	for i := range t.Rules {
		r := &t.Rules[i]
		if !r.serves(spotType) || !r.validOn(date, dayType) {
			continue
		}
		untilHour = nextEdge(r.StartHour, hour, untilHour)
		untilHour = nextEdge(r.EndHour, hour, untilHour)
		if r.covers(hour) && (best == noRule || r.beats(&t.Rules[best])) {
			best = i
		}
	}
	return best, untilHour
}

func nextEdge(edge, hour, until int) int {
	if edge > hour && edge < until {
		return edge
	}
	return until
}

func (r *Rule) serves(spotType fact.SpotType) bool {
	return r.SpotType == spotType || r.SpotType == fact.AnyType
}

func (r *Rule) validOn(date Date, dayType DayType) bool {
	return (r.DayType == AnyDay || r.DayType == dayType) &&
		(r.ValidFrom == 0 || date >= r.ValidFrom) && (r.ValidUntil == 0 || date <= r.ValidUntil)
}

func (r *Rule) covers(hour int) bool {
	if r.StartHour <= r.EndHour {
		return r.StartHour <= hour && hour < r.EndHour
	}
	return r.StartHour <= hour || hour < r.EndHour
}

// beats reports whether r goes before other where both apply; the first in the list wins a draw.
func (r *Rule) beats(other *Rule) bool {
	if own, others := r.SpotType != fact.AnyType, other.SpotType != fact.AnyType; own != others {
		return own
	}
	if r.Priority != other.Priority {
		return r.Priority > other.Priority
	}
	return r.DayType != AnyDay && other.DayType == AnyDay
}

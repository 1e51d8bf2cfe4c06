package ledger

import (
	"cmp"
	"slices"
	"time"
)

// CloseAfterMS is how long after its end a day counts as closed: facts that come later restate it.
const CloseAfterMS = 4 * 60 * 60 * 1000

// Restatement is what facts that came on one day changed in an earlier one that was closed. The day's own sums hold the
// change already; the restatement says that they once said otherwise, and since when they don't.
type Restatement struct {
	Day Day
	On  Day // when headquarters heard of it, in the location's zone
	Sums
}

// Restate finds what hours change in days that are closed at a moment of headquarters' clock.
func Restate(hours []Hour, zone *time.Location, nowMS int64) []Restatement {
	on := DayOf(nowMS, zone)
	byDay := map[Day]*Sums{}
	for _, hour := range hours {
		if hour.Boot != 0 || hour.Day.EndMS(zone)+CloseAfterMS > nowMS {
			continue
		}
		if byDay[hour.Day] == nil {
			byDay[hour.Day] = &Sums{}
		}
		byDay[hour.Day].Add(hour.Sums, 1)
	}
	var found []Restatement
	// any order: sorted below
	for day, sums := range byDay {
		found = append(found, Restatement{Day: day, On: on, Sums: *sums})
	}
	slices.SortFunc(found, func(a, b Restatement) int { return cmp.Compare(a.Day, b.Day) })
	return found
}

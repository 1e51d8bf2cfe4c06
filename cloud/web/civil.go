package web

import (
	"time"
)

// The forms of times that browsers send.
const (
	momentForm = "2006-01-02T15:04"
	dayForm    = "2006-01-02"
)

// zone is the location's, or UTC while it is not known.
func (v *lotView) zone() *time.Location {
	zone, err := time.LoadLocation(v.Timezone)
	if err != nil {
		return time.UTC
	}
	return zone
}

// readMoment reads a field of civil time in a zone; what is wrong with it is said there. An hour that comes twice is the
// first.
func (f *field) readMoment(zone *time.Location) time.Time {
	value := f.Value[:min(len(f.Value), len(momentForm))] // some browsers send seconds as well
	meant, err := time.Parse(momentForm, value)
	t, _ := time.ParseInLocation(momentForm, value, zone)
	switch {
	case f.Value == "" || f.Wrong != "":
		return time.Time{}
	case err != nil:
		f.Wrong = "Write it as 2026-06-02T18:00: year, month and day, hour and minute."
		return time.Time{}
	case t.Format(momentForm) != meant.Format(momentForm):
		f.Wrong = "Clocks go forward then: there is no such time on that day."
		return time.Time{}
	}
	if before := t.Add(-time.Hour); before.Format(momentForm) == t.Format(momentForm) {
		return before
	}
	return t
}

// readDay reads a field of a civil day: when it begins, so many days later.
func (f *field) readDay(zone *time.Location, later int) time.Time {
	day, err := time.Parse(dayForm, f.Value)
	switch {
	case f.Value == "":
		return time.Time{}
	case err != nil:
		f.Wrong = "Write it as 2026-06-02: year, month and day."
		return time.Time{}
	}
	return time.Date(day.Year(), day.Month(), day.Day()+later, 0, 0, 0, 0, zone)
}

// spanText says from when until when, in civil time.
func spanText(from, until time.Time, zone *time.Location) string {
	from, until = from.In(zone), until.In(zone)
	if from.Format(dayForm) == until.Format(dayForm) {
		return from.Format("Mon 2 Jan 2006, 15:04") + " to " + until.Format("15:04")
	}
	return from.Format("Mon 2 Jan 2006 15:04") + " to " + until.Format("Mon 2 Jan 2006 15:04")
}

// daysText says on which days something holds; either end may be open.
func daysText(from, until *time.Time, zone *time.Location) string {
	const form = "2 Jan 2006"
	last := func() string { return until.Add(-time.Second).In(zone).Format(form) }
	switch {
	case from == nil && until == nil:
		return "always"
	case from == nil:
		return "until " + last()
	case until == nil:
		return "from " + from.In(zone).Format(form)
	}
	return from.In(zone).Format(form) + " to " + last()
}

package tariff

import "slices"

// When is a set of stretches of civil time, half open: each starts at FromMS after midnight of a day of Days, and
// ends at ToMS after that same midnight. 22:00 to 06:00 is 22 h to 30 h, Friday 18:00 to Monday 06:00 is 18 h to
// 78 h on Fridays. On days with a change of the clocks the times are those that the clock shows.
type When struct {
	Days      DaySet // empty: every day
	Except    DaySet
	FromMS    int64
	ToMS      int64 // above FromMS, at most 8 days
	FirstDate Date  // first and last day on which a stretch may start; 0: no bound
	LastDate  Date
	// FirstOfYear and LastOfYear bound a season that comes back each year, as month*100+day; it may go over new
	// year. 0: all year.
	FirstOfYear, LastOfYear int
}

// DaySet is a set of kinds of days.
type DaySet uint64

// Kinds of days. A day may be of several kinds. The operator's own begin at OwnDay.
const (
	Sunday DaySet = 1 << iota
	Monday
	Tuesday
	Wednesday
	Thursday
	Friday
	Saturday
	Holiday
	HolidayEve   // the day before a holiday
	HolidayAfter // the day after a holiday
	OwnDay

	Weekdays = Monday | Tuesday | Wednesday | Thursday | Friday
	Weekend  = Saturday | Sunday
)

// Calendar says of what kinds a civil day is.
type Calendar struct {
	Holidays []Date // ascending
	KnownTo  Date   // last day of which it is known whether it is a holiday; 0: no bound
	AsDay    AsDay
	Own      []OwnDays // the n-th is kind OwnDay << n
}

// AsDay says whether a holiday is also the weekday that it falls on.
type AsDay uint8

// What a holiday is besides a holiday.
const (
	AsHoliday AsDay = iota // nothing else
	AsSunday               // a Sunday
	AsWeekday              // the weekday that it falls on
)

// OwnDays are days that the operator names: fairs, matches.
type OwnDays struct {
	Name  string
	Dates []Date // ascending
	Also  bool   // it stays what it is besides
}

// kinds lists of what kinds a day is.
func (c *Calendar) kinds(d Date) DaySet {
	set := Sunday << d.Weekday()
	for i := range c.Own {
		if contains(c.Own[i].Dates, d) {
			if !c.Own[i].Also {
				return OwnDay << i
			}
			set |= OwnDay << i
		}
	}
	if len(c.Holidays) == 0 {
		return set
	}
	if contains(c.Holidays, d) {
		switch c.AsDay {
		case AsHoliday:
			set = set&^(Weekdays|Weekend) | Holiday
		case AsSunday:
			set = set&^(Weekdays|Weekend) | Holiday | Sunday
		default:
			set |= Holiday
		}
	}
	if contains(c.Holidays, d+1) {
		set |= HolidayEve
	}
	if contains(c.Holidays, d-1) {
		set |= HolidayAfter
	}
	return set
}

func contains(dates []Date, d Date) bool {
	_, found := slices.BinarySearch(dates, d)
	return found
}

// startsOn reports whether a stretch starts on a day of these kinds.
func (w *When) startsOn(d Date, kinds DaySet) bool {
	if w.Days != 0 && w.Days&kinds == 0 || w.Except&kinds != 0 {
		return false
	}
	if w.FirstDate != 0 && d < w.FirstDate || w.LastDate != 0 && d > w.LastDate {
		return false
	}
	return w.FirstOfYear == 0 || inSeason(d.monthDay(), w.FirstOfYear, w.LastOfYear)
}

func inSeason(day, first, last int) bool {
	if first <= last {
		return first <= day && day <= last
	}
	return day >= first || day <= last
}

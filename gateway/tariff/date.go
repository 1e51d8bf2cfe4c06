package tariff

import (
	"fmt"
	"time"
)

const (
	hourMS = int64(time.Hour / time.Millisecond)
	dayMS  = 24 * hourMS
)

// Date is a civil day without a zone, counted from 1 January 1970. As a bound of a rule, 0 means none.
type Date int32

// DateOf is the day of the proleptic Gregorian calendar.
func DateOf(year int, month time.Month, day int) Date {
	return Date(floorDiv(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).UnixMilli(), dayMS))
}

// ParseDate reads 2006-01-02.
func ParseDate(text string) (Date, error) {
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return 0, fmt.Errorf("tariff: date %q: write a day as 2026-01-31: %w", text, err)
	}
	return Date(floorDiv(at.UnixMilli(), dayMS)), nil
}

// String prints 2006-01-02.
func (d Date) String() string {
	return time.UnixMilli(int64(d) * dayMS).UTC().Format(time.DateOnly)
}

// Weekday is the day of the week.
func (d Date) Weekday() time.Weekday {
	const thursday = 4 // 1 January 1970
	return time.Weekday(floorMod(int64(d)+thursday, 7))
}

// MarshalText prints 2006-01-02.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads 2006-01-02.
func (d *Date) UnmarshalText(text []byte) error {
	date, err := ParseDate(string(text))
	if err == nil {
		*d = date
	}
	return err
}

func floorDiv(a, b int64) int64 { return (a - floorMod(a, b)) / b }

func floorMod(a, b int64) int64 { return (a%b + b) % b }

// monthDay is month*100+day.
func (d Date) monthDay() int {
	_, month, day := time.UnixMilli(int64(d) * dayMS).UTC().Date()
	return int(month)*100 + day
}

const minuteMS = hourMS / 60

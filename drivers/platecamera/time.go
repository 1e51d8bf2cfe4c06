package platecamera

import (
	"strconv"
	"strings"
	"time"
)

// yearEnd bounds what is taken for a time. A clock that was never set shows 1970, and that is what it shows.
const yearEnd = 2200

// EpochOf reads a time in seconds, milliseconds, microseconds or nanoseconds since 1970, by its size.
func EpochOf(n Node) (time.Time, bool) { return epoch(n.Text()) }

func epoch(text string) (time.Time, bool) {
	whole, fraction, _ := strings.Cut(text, ".")
	if whole == "" || len(whole) > 19 || !isDigits(whole) || !isDigits(fraction) {
		return time.Time{}, false
	}
	number, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || number <= 0 {
		return time.Time{}, false
	}
	var at time.Time
	switch {
	case number < 1e11:
		nanoseconds, _ := strconv.ParseInt((fraction + "000000000")[:9], 10, 64)
		at = time.Unix(number, nanoseconds)
	case number < 1e14:
		at = time.UnixMilli(number)
	case number < 1e17:
		at = time.UnixMicro(number)
	default:
		at = time.Unix(0, number)
	}
	return plausible(at)
}

func plausible(at time.Time) (time.Time, bool) {
	if at = at.UTC(); at.Year() < 1970 || at.Year() >= yearEnd {
		return time.Time{}, false
	}
	return at, true
}

// TimeOf reads a written time, or an epoch. A time without a zone is in zone.
func TimeOf(n Node, zone *time.Location) (time.Time, bool) { return TimeOfText(n.Text(), zone) }

// TimeOfText is TimeOf for a text that is no value of its own.
func TimeOfText(text string, zone *time.Location) (time.Time, bool) {
	if len(text) > 40 || text == "" {
		return time.Time{}, false
	}
	if isDigits(text) && len(text) < 14 || len(text) > 14 && isDigits(text) && text[0] != '2' || isSeconds(text) {
		return epoch(text)
	}
	if isDigit(text[0]) {
		return moment(text, zone)
	}
	at, err := time.Parse(time.RFC1123, text)
	if name, offset := at.Zone(); err != nil || offset == 0 && name != "UTC" && name != "GMT" {
		return time.Time{}, false
	}
	return plausible(at)
}

// isSeconds reports whether a text is an epoch with a fraction, and not a day before its month.
func isSeconds(text string) bool {
	whole, fraction, _ := strings.Cut(text, ".")
	return len(whole) > 8 && len(whole) < 14 && isDigits(whole) && isDigits(fraction)
}

// moment reads the ways in which cameras write times: 2026-01-02T03:04:05.6+01:00, 2026/01/02 03:04:05 GMT,
// 02.01.2026 03:04:05, 2026-1-2 3:04:05, 20260102T030405+0100, 20260102030405678 and what is between them.
func moment(text string, zone *time.Location) (time.Time, bool) {
	r := timeReader{rest: text}
	year, month, day := r.date()
	if !r.skip("T") {
		r.skip(" ")
	}
	hour := r.short()
	r.skip(":")
	minute, second := r.number(2), 0
	if r.skip(":") || r.rest != "" && isDigit(r.rest[0]) {
		second = r.number(2)
	}
	nanosecond := r.fraction()
	r.skip(" ")
	offset, zoned := r.zone()
	if zoned {
		zone = time.UTC
	}
	at := time.Date(year, time.Month(month), day, hour, minute, second, nanosecond, zone)
	isDate := month >= 1 && month <= 12 && day >= 1 && day <= time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
	if r.wrong || r.rest != "" || !isDate || hour > 23 || minute > 59 || second > 59 {
		return time.Time{}, false
	}
	return plausible(at.Add(-offset))
}

// timeReader takes a written time apart. What is wrong stays wrong.
type timeReader struct {
	rest  string
	wrong bool
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// number reads so many digits.
func (r *timeReader) number(digits int) int {
	if len(r.rest) < digits || !isDigits(r.rest[:digits]) {
		r.wrong = true
		return 0
	}
	value := 0
	for i := range digits {
		value = value*10 + int(r.rest[i]-'0')
	}
	r.rest = r.rest[digits:]
	return value
}

// short reads two digits, or one that stands alone.
func (r *timeReader) short() int {
	if len(r.rest) == 1 || len(r.rest) > 1 && !isDigit(r.rest[1]) {
		return r.number(1)
	}
	return r.number(2)
}

// skip passes over a text, and reports whether it was there.
func (r *timeReader) skip(text string) bool {
	rest, found := strings.CutPrefix(r.rest, text)
	r.rest = rest
	return found
}

func (r *timeReader) date() (year, month, day int) {
	if len(r.rest) > 2 && r.rest[2] == '.' {
		day = r.number(2)
		r.skip(".")
		month = r.number(2)
		r.skip(".")
		return r.number(4), month, day
	}
	year = r.number(4)
	separator := "-"
	if strings.HasPrefix(r.rest, "/") {
		separator = "/"
	}
	r.skip(separator)
	month = r.short()
	r.skip(separator)
	return year, month, r.short()
}

// fraction reads the digits behind the seconds, which some cameras write without a point.
func (r *timeReader) fraction() (nanoseconds int) {
	if !r.skip(".") {
		r.skip(",")
	}
	digits := 0
	for ; digits < len(r.rest) && isDigit(r.rest[digits]); digits++ {
		if digits < 9 {
			nanoseconds = nanoseconds*10 + int(r.rest[digits]-'0')
		}
	}
	r.rest = r.rest[digits:]
	for ; digits < 9; digits++ {
		nanoseconds *= 10
	}
	return nanoseconds
}

// zone reads how far the written time is ahead of UTC. Of the names of zones, only those of UTC are known.
func (r *timeReader) zone() (ahead time.Duration, zoned bool) {
	if r.skip("Z") || r.skip("z") || r.skip("UTC") || r.skip("GMT") {
		return 0, true
	}
	sign := time.Duration(1)
	if !r.skip("+") {
		if !r.skip("-") {
			return 0, false
		}
		sign = -1
	}
	ahead = time.Duration(r.short()) * time.Hour // +8:00, as old firmware has it
	r.skip(":")
	if r.rest != "" {
		ahead += time.Duration(r.number(2)) * time.Minute
	}
	return sign * ahead, true
}

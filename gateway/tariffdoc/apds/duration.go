package apds

import (
	"fmt"
	"strconv"
	"strings"
)

const (
	secondMS = int64(1000)
	minuteMS = 60 * secondMS
	hourMS   = 60 * minuteMS
	dayMS    = 24 * hourMS

	longestMS = 3660 * dayMS
	noReset   = "none"
)

// durationOf prints a duration as ISO 8601: PT40M, PT24H, P3660D. Milliseconds are cut.
func durationOf(ms int64) string {
	if ms >= 2*dayMS && ms%dayMS == 0 {
		return fmt.Sprintf("P%dD", ms/dayMS)
	}
	text := "PT"
	for _, unit := range []struct {
		ms   int64
		name string
	}{{hourMS, "H"}, {minuteMS, "M"}, {secondMS, "S"}} {
		if n := ms / unit.ms; n > 0 {
			text += strconv.FormatInt(n, 10) + unit.name
			ms -= n * unit.ms
		}
	}
	if text == "PT" {
		return "PT0M"
	}
	return text
}

// parseDuration reads an ISO 8601 duration of weeks, days, hours, minutes and seconds. Years and months have no one
// length.
func parseDuration(text string) (int64, bool) {
	rest, isDuration := strings.CutPrefix(text, "P")
	days, clock, timed := strings.Cut(rest, "T")
	if !isDuration || rest == "" || timed && clock == "" {
		return 0, false
	}
	sum := int64(0)
	add := func(part string, units map[byte]int64) bool {
		for part != "" {
			digits := len(part) - len(strings.TrimLeft(part, "0123456789"))
			n, err := strconv.ParseInt(part[:digits], 10, 32)
			if err != nil || digits == len(part) || units[part[digits]] == 0 {
				return false
			}
			if sum += n * units[part[digits]]; sum > 10*longestMS {
				return false
			}
			part = part[digits+1:]
		}
		return true
	}
	ok := add(days, map[byte]int64{'W': 7 * dayMS, 'D': dayMS}) && add(clock, map[byte]int64{'H': hourMS, 'M': minuteMS, 'S': secondMS})
	return sum, ok
}

// parseClock reads 06:00 and 06:00:00 as milliseconds since midnight.
func parseClock(text string) (int64, bool) {
	if len(text) == 8 && text[5:] == ":00" {
		text = text[:5]
	}
	if len(text) != 5 || text[2] != ':' {
		return 0, false
	}
	hours, err := strconv.ParseUint(text[:2], 10, 8)
	minutes, err2 := strconv.ParseUint(text[3:], 10, 8)
	if err != nil || err2 != nil || hours > 23 || minutes > 59 {
		return 0, false
	}
	return int64(hours)*hourMS + int64(minutes)*minuteMS, true
}

// clockOf prints a time of day.
func clockOf(ms int64) string { return fmt.Sprintf("%02d:%02d:00", ms/hourMS, ms%hourMS/minuteMS) }

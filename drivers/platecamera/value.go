package platecamera

import (
	"strconv"
	"strings"
	"time"
)

const billion = 1_000_000_000

// Decimal is a number times a billion. Cameras write numbers as texts as well, so it takes either.
func Decimal(text string) (billionths int64, ok bool) {
	text, negative := strings.CutPrefix(strings.TrimSuffix(strings.TrimSpace(text), "%"), "-")
	if mantissa, exponent, found := strings.Cut(strings.ToLower(text), "e"); found {
		return scientific(mantissa, exponent, negative)
	}
	whole, fraction, _ := strings.Cut(text, ".")
	if len(whole) > 9 || whole+fraction == "" || !isDigits(whole) || !isDigits(fraction) {
		return 0, false
	}
	fraction = (fraction + "000000000")[:9]
	value, _ := strconv.ParseInt(whole+fraction, 10, 64)
	if negative {
		value = -value
	}
	return value, true
}

// scientific reads numbers that are too small to be written otherwise, such as 1e-05.
func scientific(mantissa, exponent string, negative bool) (int64, bool) {
	value, ok := Decimal(mantissa)
	power, err := strconv.Atoi(exponent)
	if !ok || err != nil {
		return 0, false
	}
	for ; power < 0 && value != 0; power++ {
		value /= 10
	}
	for ; power > 0; power-- {
		if value > 1<<59 || value == 0 {
			return 0, value == 0
		}
		value *= 10
	}
	if negative {
		value = -value
	}
	return value, true
}

func isDigits(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return true
}

// ShareOf reads a confidence that is full at the given value: 1, 100 or 255. What is out of range is cut.
func ShareOf(n Node, full int64) Share {
	billionths, ok := Decimal(n.Text())
	if !ok {
		return Share{}
	}
	return Share{Billionths: min(max(billionths/full, 0), billion), Known: true}
}

// ShareOfEither reads a confidence of a camera that writes 0 to 1, or 0 to 100, by its version.
func ShareOfEither(n Node) Share {
	if billionths, ok := Decimal(n.Text()); ok && billionths > billion {
		return ShareOf(n, 100)
	}
	return ShareOf(n, 1)
}

// SharesOf reads a list of confidences, such as "99,99,61" or [99, 99, 61].
func SharesOf(n Node, full int64) []Share {
	var shares []Share
	add := func(text string) {
		if billionths, ok := Decimal(text); ok && len(shares) < charsMax {
			shares = append(shares, Share{Billionths: min(max(billionths/full, 0), billion), Known: true})
		}
	}
	if n.IsList() {
		for item := range n.Items() {
			add(item.Text())
		}
		return shares
	}
	for text := range strings.FieldsFuncSeq(n.Text(), func(r rune) bool { return r == ',' || r == ';' || r == ' ' }) {
		add(text)
	}
	return shares
}

// yearEnd bounds what is taken for a time. A clock that was never set shows 1970, and that is what it shows.
const yearEnd = 2200

// EpochOf reads a time in seconds, milliseconds, microseconds or nanoseconds since 1970, by its size.
func EpochOf(n Node) (time.Time, bool) { return epoch(n.Text()) }

func epoch(text string) (time.Time, bool) {
	whole, fraction, _ := strings.Cut(text, ".")
	number, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || number <= 0 || !isDigits(fraction) {
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

// zonedLayouts and localLayouts are the ways in which cameras write times; a fraction of a second may follow the seconds of each.
var (
	zonedLayouts = []string{
		"2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05Z07",
		"2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05Z0700", "2006-01-02 15:04:05 Z07:00", "2006-01-02 15:04:05 Z0700",
		"2006-01-02 15:04:05 MST", "20060102T150405Z0700", "Mon, 02 Jan 2006 15:04:05 MST",
	}
	localLayouts = []string{
		"2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006/01/02 15:04:05", "02.01.2006 15:04:05", "20060102 150405", "20060102150405",
		"20060102T150405", "2006-01-02T15:04",
	}
)

// TimeOf reads a written time, or an epoch. A time without a zone is in zone.
func TimeOf(n Node, zone *time.Location) (time.Time, bool) { return TimeOfText(n.Text(), zone) }

// TimeOfText is TimeOf for a text that is no value of its own.
func TimeOfText(text string, zone *time.Location) (time.Time, bool) {
	if len(text) > 40 {
		return time.Time{}, false
	}
	if isDigits(text) && len(text) < 14 || len(text) > 14 && isDigits(text) && text[0] != '2' {
		return epoch(text)
	}
	text = pointed(text)
	for _, layout := range zonedLayouts {
		at, err := time.Parse(layout, text)
		if err == nil && isKnownZone(at) {
			return plausible(at)
		}
	}
	for _, layout := range localLayouts {
		if at, err := time.ParseInLocation(layout, text, zone); err == nil {
			return plausible(at)
		}
	}
	return time.Time{}, false
}

// isKnownZone reports whether a time's zone was understood: of the names, only those of UTC are.
func isKnownZone(at time.Time) bool {
	name, offset := at.Zone()
	return offset != 0 || name == "" || name == "UTC" || name == "GMT" || name == "Z"
}

// pointed puts a point before milliseconds that follow the seconds without one, as in 20211208 125854132.
func pointed(text string) string {
	digits := 0
	for i := range len(text) {
		if text[i] >= '0' && text[i] <= '9' {
			digits++
		} else if text[i] != ' ' {
			return text
		}
	}
	if digits == 17 {
		return text[:len(text)-3] + "." + text[len(text)-3:]
	}
	return text
}

// WordOf is a word in lower case. A camera that has the field and leaves it empty says "unknown".
func WordOf(n Node) string {
	if !n.Exists() {
		return ""
	}
	if word := strings.ToLower(n.Text()); word != "" && word != "null" {
		return word
	}
	return "unknown"
}

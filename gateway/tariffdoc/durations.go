package tariffdoc

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
)

const longestMS = 10 * 366 * dayMS

// duration reads "30 min", "1 h 30 min", "24 h", "7 days". Empty is 0.
func (r *reader) duration(text string, path ...any) int64 {
	if text == "" {
		return 0
	}
	sum, ok := parseDuration(text)
	if !ok {
		r.wrong(fmt.Sprintf("%q is no duration", text), durationAdvice(strings.TrimSpace(text)), path...)
	}
	return sum
}

// durationAdvice says what to write instead of something that is no duration.
func durationAdvice(text string) string {
	if _, alone := parseDuration("1 " + text); alone {
		return fmt.Sprintf("write %q", "1 "+text)
	}
	if text != "" && strings.Trim(text, "0123456789") == "" {
		return fmt.Sprintf(`write %q or %q`, text+" min", text+" h")
	}
	if strings.Contains(text, "month") {
		return `a month is 28 to 31 days: write "30 days", or price who has a monthly ticket by groups`
	}
	if whole := inWholeUnits(text); whole != "" {
		return fmt.Sprintf("write %q", whole)
	}
	return `write for example "30 min", "1 h 30 min", "24 h" or "7 days"`
}

// inWholeUnits writes a duration that has a fraction without one: "1.5 h" is "1 h 30 min". Empty if there is no such way.
func inWholeUnits(text string) string {
	end := len(text) - len(strings.TrimLeft(text, "0123456789.,"))
	whole, fraction, pointed := strings.Cut(strings.Replace(text[:end], ",", ".", 1), ".")
	unitMS, known := parseDuration("1" + text[end:])
	count, err := strconv.ParseInt(cmp.Or(whole, "0"), 10, 32)
	part, err2 := strconv.ParseInt(fraction, 10, 32)
	if !pointed || !known || err != nil || err2 != nil || len(fraction) > 4 {
		return ""
	}
	scale := int64(1)
	for range fraction {
		scale *= 10
	}
	sumMS := count*unitMS + part*unitMS/scale
	if part*unitMS%scale != 0 || sumMS%1000 != 0 || sumMS == 0 || sumMS > longestMS {
		return ""
	}
	var words []string
	for _, unit := range []struct {
		name string
		ms   int64
	}{{"d", dayMS}, {"h", hourMS}, {"min", minuteMS}, {"s", 1000}} {
		if n := sumMS / unit.ms; n > 0 {
			words = append(words, fmt.Sprint(n, " ", unit.name))
		}
		sumMS %= unit.ms
	}
	return strings.Join(words, " ")
}

func parseDuration(text string) (int64, bool) {
	units := map[string]int64{
		"s": 1000, "sec": 1000, "second": 1000, "seconds": 1000, "m": minuteMS, "min": minuteMS, "mins": minuteMS, "minute": minuteMS, "minutes": minuteMS,
		"h": hourMS, "hr": hourMS, "hrs": hourMS, "hour": hourMS, "hours": hourMS, "d": dayMS, "day": dayMS, "days": dayMS, "week": 7 * dayMS, "weeks": 7 * dayMS,
	}
	sum, rest := int64(0), strings.TrimSpace(text)
	for rest != "" {
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
		number, err := strconv.ParseInt(rest[:digits], 10, 32)
		rest = strings.TrimLeft(rest[digits:], " ")
		letters := len(rest) - len(strings.TrimLeft(rest, "abcdefghijklmnopqrstuvwxyz"))
		unit, known := units[rest[:letters]]
		if err != nil || !known {
			return 0, false
		}
		rest = strings.TrimLeft(rest[letters:], " ")
		if sum += number * unit; sum > longestMS {
			return 0, false
		}
	}
	return sum, sum > 0 || strings.TrimSpace(text) != ""
}

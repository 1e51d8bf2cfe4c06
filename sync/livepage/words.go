package livepage

import (
	"strconv"
	"strings"
	"time"
)

var (
	conditionWords = map[string]string{"ok": "All well", "info": "All well, see notes", "warning": "Needs a look", "fault": "Needs you now"}
	severityWords  = map[string]string{"ok": "Well", "info": "Note", "warning": "Needs a look", "fault": "Needs you now"}
	typeWords      = map[string]string{"compact": "Compact", "regular": "Regular", "large": "Large", "ev": "EV", "handicapped": "Handicapped"}
)

// ConditionWords say how a location is.
func ConditionWords(severity string) string {
	return WordFor(conditionWords, severity)
}

// SeverityWords say how urgent one thing is.
func SeverityWords(severity string) string {
	return WordFor(severityWords, severity)
}

// TypeWords name the types of spots.
func TypeWords(code string) string {
	return WordFor(typeWords, code)
}

// Free is how many spots are free. While nothing is known of any spot, that is no number.
func Free(available, unknown, total int) string {
	if unknown == total {
		return "–"
	}
	return Thousands(available)
}

// WordFor is a code's word, or the code made readable.
func WordFor(words map[string]string, code string) string {
	if word, known := words[code]; known {
		return word
	}
	return strings.ReplaceAll(code, "_", " ")
}

// Stamp is a moment for the script.
func Stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// Thousands groups the digits of a number.
func Thousands(n int) string { return GroupedDigits(strconv.Itoa(n)) }

// GroupedDigits puts a narrow space between the thousands of a decimal number.
func GroupedDigits(text string) string {
	whole, fraction, pointed := strings.Cut(text, ".")
	sign := strings.HasPrefix(whole, "-")
	whole = strings.TrimPrefix(whole, "-")
	for at := len(whole) - 3; at > 0; at -= 3 {
		whole = whole[:at] + "\u202f" + whole[at:]
	}
	if sign {
		whole = "\u2212" + whole
	}
	if pointed {
		return whole + "." + fraction
	}
	return whole
}

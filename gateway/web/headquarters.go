package web

import (
	"fmt"

	"gatehouse/sync/livepage"
)

const (
	secondsPerMinute = 60
	secondsPerHour   = 3600
	secondsPerDay    = 24 * secondsPerHour
	secondsPerYear   = 365 * secondsPerDay
)

// linkWords say how the sync with headquarters is.
var linkWords = map[string]string{
	"synced": "Has everything", "sending": "Sending", "unreachable": "Can't be reached", "not_enrolled": "Not enrolled", "fenced": "Keeps our facts apart",
}

// Words is the state in words.
func (h *headquarters) Words() string { return livepage.WordFor(linkWords, h.State) }

// Tone is how the state is marked. To be cut off for a while is no fault: the lot goes on by itself.
func (h *headquarters) Tone() string {
	switch h.State {
	case "synced":
		return "ok"
	case "sending":
		return "info"
	}
	return "warning"
}

// Detail is a sentence more.
func (h *headquarters) Detail() string {
	switch {
	case h.State == "unreachable":
		return "Gates go on by themselves; what happens waits in the log and leaves by itself."
	case h.State == "not_enrolled":
		return "Make a code at headquarters, and run lotctl enrol."
	case h.State == "fenced":
		return "There may be two gateways of one card: headquarters must decide."
	case h.DrainPerSecond > 0 && h.Waiting > 0:
		return fmt.Sprintf("%s facts a second.", livepage.Thousands(h.DrainPerSecond))
	}
	return ""
}

// spanText is a time as a person says it, in its largest unit.
func spanText(seconds int) string {
	switch {
	case seconds < 2*secondsPerMinute:
		return fmt.Sprintf("%d\u202fs", seconds)
	case seconds < 2*secondsPerHour:
		return fmt.Sprintf("%d\u202fmin", seconds/secondsPerMinute)
	case seconds < 2*secondsPerDay:
		return fmt.Sprintf("%d\u202fh", seconds/secondsPerHour)
	case seconds < 2*secondsPerYear:
		return fmt.Sprintf("%s\u202fd", livepage.Thousands(seconds/secondsPerDay))
	}
	return fmt.Sprintf("%d\u202fyears", seconds/secondsPerYear)
}

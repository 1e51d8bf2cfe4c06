package web

import (
	"cmp"
	"encoding/json"
	"fmt"
	"html/template"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"gatehouse/sync/livepage"
)

// view is the state as the templates print it.
type view struct {
	state
	Cards    []card
	Notices  []alert // alerts and checks
	More     int     // alerts beyond Notices
	Vehicles livepage.Chart
	Takings  livepage.Chart
	Cell     string // size of a spot's cell: large, medium or small
	zone     *time.Location
}

// card is one gate with what is wrong with it.
type card struct {
	gate
	Index     int
	Tone      string // ok, warning or fault
	StateText string
	Broken    []alert
	Missing   string // what it works without
	ArmText   string // where the arm is, and how that is known
	Car       string // where a vehicle is: waiting, passing or nowhere
	Operate   bool
	Currency  string
}

// alikeMax alerts of one kind are read one by one; more are one.
const alikeMax = 3

const (
	// noticesMax is how many notices a person reads; the rest is a number.
	noticesMax = 10
	// decisionsMax is how many decisions fit beside the gates.
	decisionsMax = 12
)

// urgency orders what needs a person: the worst first, wherever it was found.
var urgency = map[string]int{"fault": 2, "warning": 1}

func viewOf(text []byte) (*view, error) {
	v := &view{}
	if err := json.Unmarshal(text, &v.state); err != nil {
		return nil, fmt.Errorf("web: the state is not as expected: %w", err)
	}
	v.zone = zoneOf(v.Timezone)
	for i, g := range v.Gates {
		v.Cards = append(v.Cards, v.cardOf(i, g))
	}
	for _, c := range v.Checks {
		v.Notices = append(v.Notices, alert{Code: c.ID, Severity: c.State, Where: "gateway", What: checkText(c), Do: c.Do})
	}
	v.Notices = append(v.Notices, v.Alerts...)
	slices.SortStableFunc(v.Notices, func(a, b alert) int { return cmp.Compare(urgency[b.Severity], urgency[a.Severity]) })
	v.Notices = fold(v.Notices)
	v.More = max(0, len(v.Notices)-noticesMax) + v.AlertsTotal - len(v.Alerts)
	v.Notices = v.Notices[:min(len(v.Notices), noticesMax)]
	v.Decisions = v.Decisions[:min(len(v.Decisions), decisionsMax)]
	v.Vehicles, v.Takings = livepage.VehiclesChart(v.Today), livepage.TakingsChart(v.Today, v.Currency)
	v.Cell = cellSize(v.Realtime.TotalSpots)
	return v, nil
}

// fold keeps the first of many alerts of one kind, and counts the others.
func fold(alerts []alert) []alert {
	kinds := map[string]int{}
	for _, a := range alerts {
		kinds[a.Code]++
	}
	folded := []alert{}
	for _, a := range alerts {
		switch n := kinds[a.Code]; {
		case n > alikeMax:
			a.Alike = n - 1
			kinds[a.Code] = -1
			folded = append(folded, a)
		case n > 0:
			folded = append(folded, a)
		}
	}
	return folded
}

// zoneOf is a location's civil time; UTC where its zone is not known to this machine.
func zoneOf(name string) *time.Location {
	if zone, err := time.LoadLocation(name); err == nil {
		return zone
	}
	return time.UTC
}

func checkText(c check) string {
	text := capital(strings.ReplaceAll(c.ID, "_", " ")) + ": " + c.Value
	if c.Limit != "" {
		text += ", limit " + c.Limit
	}
	return text
}

// capital is a text as a sentence begins.
func capital(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:]
}

// cellSize fits the cells of all spots onto a screen or two.
func cellSize(spots int) string {
	switch {
	case spots <= 150:
		return "large"
	case spots <= 3000:
		return "medium"
	}
	return "small"
}

// stateWords say what a gate does.
var stateWords = map[string]string{
	"boot": "Starting", "idle": "Ready", "armed": "Vehicle waiting", "deciding": "Deciding", "vending": "Open for one", "passing": "Passing",
	"passed": "Passed", "backed_out": "Backed out", "tailgated": "Tailgated", "wrong_way": "Wrong way", "held_open": "Held open",
	"fire": "Fire", "stuck_open": "Stuck open", "stuck_closed": "Stuck closed", "broken_arm": "Arm broken", "locked_out": "Gave up",
	"stopped": "Stopped",
}

// withoutWords say what a gate works without.
var withoutWords = map[string]string{
	"no_camera": "camera", "no_printer": "ticket column", "no_display": "display", "no_terminal": "payment terminal",
	"no_spot_sensors": "spot sensors", "no_clock": "a set clock", "no_disk": "disk", "no_loops": "loops",
}

// armWords say where the arm is, and what is not known about it.
func armWords(g gate) string {
	way := map[string]string{"up": "going up", "down": "coming down"}
	switch g.ArmSight {
	case "seen":
		return "Arm is " + g.Arm
	case "moving":
		return "Arm is " + way[g.Arm]
	case "assumed":
		return "Arm was sent " + g.Arm + ", not seen there"
	}
	return "Where the arm is, nobody knows"
}

func (v *view) cardOf(i int, g gate) card {
	c := card{
		gate: g, Index: i, Tone: "ok", StateText: livepage.WordFor(stateWords, g.State), ArmText: armWords(g), Operate: v.Operates(), Currency: v.Currency,
	}
	for _, a := range v.Alerts {
		if a.Where == g.GateID && a.Code != "held_open" {
			a.What = capital(strings.TrimPrefix(a.What, g.Name+": "))
			c.Broken = append(c.Broken, a)
		}
	}
	missing := []string{}
	for _, code := range g.Without {
		missing = append(missing, livepage.WordFor(withoutWords, code))
	}
	c.Missing = strings.Join(missing, ", ")
	switch {
	case g.State == "passing" || g.State == "wrong_way":
		c.Car = "passing"
	case g.VehiclePresent:
		c.Car = "waiting"
	}
	switch {
	case len(g.Faults) > 0 || g.State == "fire":
		c.Tone = "fault"
	case c.Missing != "" || g.HeldOpen:
		c.Tone = "warning"
	}
	return c
}

// Operates reports whether the reader may work the gates.
func (v *view) Operates() bool { return v.Role == "operate" || v.Role == "configure" }

// At prints a moment of today in civil time, and of another day with its date.
func (v *view) At(t time.Time) string {
	local, now := t.In(v.zone), v.Now.In(v.zone)
	if local.YearDay() == now.YearDay() && local.Year() == now.Year() {
		return local.Format("15:04:05")
	}
	return local.Format("2 Jan 15:04")
}

// Ago is a moment that the script turns into how long ago it was.
func (v *view) Ago(t time.Time) template.HTML {
	return template.HTML(fmt.Sprintf(`<time class="ago" datetime="%s">%s</time>`, livepage.Stamp(t), v.At(t)))
}

// Running is the version of the gateway.
func (v *view) Running() string { return v.state.Version }

// Day is the day in civil time.
func (v *view) Day() string { return v.Now.In(v.zone).Format("Monday, 2 January") }

// Shares are the spots by status, for the bar.
func (v *view) Shares() []livepage.Share {
	r := v.Realtime
	return livepage.Shares(r.Occupied, r.Held, r.Reserved, r.Maintenance, r.Unknown, r.Available)
}

// Condition is how the site is, in words.
func (v *view) Condition() string { return livepage.ConditionWords(v.Severity) }

// clockWords say how far the clock can be trusted.
var clockWords = map[string]string{"unset": "clock not set", "held": "clock not checked", "synced": "clock synced"}

// Trust is how far the clock can be trusted, in words.
func (v *view) Trust() string { return livepage.WordFor(clockWords, v.Clock) }

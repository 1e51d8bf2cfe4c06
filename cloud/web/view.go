package web

import (
	"cmp"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"html/template"
	"math"
	"slices"
	"strings"
	"time"

	"gatehouse/sync/livepage"
)

// chainView is the chain's state as the templates print it.
type chainView struct {
	state
	Query    string
	Set      string // tells one set of locations from another
	Notices  []need
	More     int
	Lines    []line // the most urgent, or those that were searched for
	Hidden   int    // that are not among them
	Vehicles livepage.Chart
	pages    map[bool]func() []byte // the whole page, by whether it is for a wall, for a view that many readers share
}

const (
	// noticesMax is how many needs a person reads; the rest is a number.
	noticesMax = 24
	// linesMax is how many locations are listed one by one.
	linesMax = 40
	// alikeMax needs of one kind are read one by one at a location; more are unfolded.
	alikeMax = 4
)

// chainAlikeMax are those of the chain: one kind of fault at many locations hides no other, and what has time is one line.
var chainAlikeMax = map[string]int{"fault": 8, "warning": alikeMax, "info": 1}

func chainViewOf(text []byte, query string) (*chainView, error) {
	v := &chainView{Query: query}
	if err := json.Unmarshal(text, &v.state); err != nil {
		return nil, fmt.Errorf("web: the state is not as expected: %w", err)
	}
	v.Notices = fold(v.Needs, func(n need) int { return chainAlikeMax[n.Severity] })
	shown := 0
	for _, n := range v.Notices[:min(noticesMax, len(v.Notices))] {
		shown += 1 + len(n.Others)
	}
	v.Notices = v.Notices[:min(noticesMax, len(v.Notices))]
	decide(v.Notices, v.Role)
	v.More = max(0, v.NeedsTotal-shown)
	v.Vehicles = livepage.VehiclesChart(v.Today)
	v.Lines = found(v.Locations, query)
	v.Hidden = len(v.Lines) - min(linesMax, len(v.Lines))
	v.Lines = v.Lines[:min(linesMax, len(v.Lines))]
	set := fnv.New32a()
	for i := range v.Locations {
		_, _ = set.Write([]byte(v.Locations[i].LocationID + "\n")) // it never fails
	}
	v.Set = fmt.Sprintf("-%08x", set.Sum32())
	return v, nil
}

var severityOrder = []string{"fault", "warning", "info", "ok"}

// found are the locations that a query is part of, the most urgent first and then the fullest, by tenths, so that they keep
// their place while vehicles come and go.
func found(all []line, query string) []line {
	query = strings.ToLower(strings.TrimSpace(query))
	lines := []line{}
	for _, l := range all {
		if query == "" || strings.Contains(strings.ToLower(l.LocationID+" "+l.Name), query) {
			lines = append(lines, l)
		}
	}
	slices.SortStableFunc(lines, func(a, b line) int {
		return cmp.Or(
			cmp.Compare(slices.Index(severityOrder, a.Severity), slices.Index(severityOrder, b.Severity)),
			cmp.Compare(b.level(), a.level()))
	})
	return lines
}

// fold leaves a few of many needs of one kind, and puts the others behind the last of them.
func fold(needs []need, most func(need) int) []need {
	folded, kinds, last := []need{}, map[string]int{}, map[string]int{}
	for _, n := range needs {
		kinds[n.Code]++
		if kinds[n.Code] > most(n) {
			folded[last[n.Code]].Others = append(folded[last[n.Code]].Others, n)
			continue
		}
		last[n.Code] = len(folded)
		folded = append(folded, n)
	}
	return folded
}

// Cells is one code for each location, by name: the letter of its severity, a letter for how it is connected, and its
// level from 0 to 9.
func (v *chainView) Cells() string {
	var b strings.Builder
	for i := range v.Locations {
		l := &v.Locations[i]
		b.WriteByte(l.Severity[0])
		connected := byte('n')
		switch {
		case !l.Online:
			connected = 'x'
		case l.Stale:
			connected = 's'
		}
		b.WriteByte(connected)
		b.WriteByte(byte('0' + l.level()))
	}
	return b.String()
}

// Condition is how the chain is, in words.
func (v *chainView) Condition() string {
	if v.Realtime.Locations == 0 && v.Severity == "ok" {
		return "No location yet"
	}
	if offline := v.Realtime.Locations - v.Realtime.Online; v.Severity == "ok" && offline > 0 {
		return "All well but " + livepage.Thousands(offline) + " offline"
	}
	return livepage.ConditionWords(v.Severity)
}

// Nothing says that no location needs a person. One that is offline for a short while doesn't, and is not said to be well.
func (v *chainView) Nothing() string {
	switch offline := v.Realtime.Locations - v.Realtime.Online; offline {
	case 0:
		return "Nothing. All locations are well."
	case 1:
		return "Nothing yet. One location is offline for a short while; its gates go on by themselves."
	default:
		return fmt.Sprintf("Nothing yet. %s locations are offline for a short while; their gates go on by themselves.", livepage.Thousands(offline))
	}
}

// Equal is how many locations have at headquarters the history that they have themselves.
func (v *chainView) Equal() (n int) {
	for i := range v.Locations {
		if v.Locations[i].History == "equal" {
			n++
		}
	}
	return n
}

// level is how full a location is, from 0 to 9.
func (l *line) level() int {
	if l.Total <= 0 {
		return 0
	}
	return min(9, max(0, l.Occupied*10/l.Total))
}

// Field is all locations as cells. It is made by hand: five hundred are many for a template.
func (v *chainView) Field() template.HTML {
	var b strings.Builder
	cells := v.Cells()
	for i := range v.Locations {
		l := &v.Locations[i]
		name, code := template.HTMLEscapeString(l.Name), cells[3*i:3*i+3]
		fmt.Fprintf(&b, `<li><a class="%s" href="/lots/%s" title="%s" aria-label="%s"></a>`, classOf(code), template.URLQueryEscaper(l.LocationID), name, name+spoken(code))
	}
	return template.HTML(b.String())
}

// classOf is a cell's code as classes, as the script makes them too.
func classOf(code string) string { return code[:1] + " " + code[1:2] + " l" + code[2:] }

// spoken is a cell's code for who can't see it, as the script says it too.
func spoken(code string) string {
	words := ""
	switch code[0] {
	case 'f':
		words = ", needs you now"
	case 'w':
		words = ", needs a look"
	}
	if code[1] == 'x' {
		words += ", offline"
	}
	return words + ", " + code[2:] + "0 % full"
}

// lotView is one location as the templates print it.
type lotView struct {
	lot
	Notices  []need
	Vehicles livepage.Chart
	Operate  bool
	Decides  bool
	Tab      string // the page of it that is shown; "": how it is now
}

func lotViewOf(text []byte) (*lotView, error) {
	v := &lotView{}
	if err := json.Unmarshal(text, &v.lot); err != nil {
		return nil, fmt.Errorf("web: the location is not as expected: %w", err)
	}
	v.Notices, v.Vehicles = fold(v.NeedsList, mostAtLot), livepage.VehiclesChart(v.Today)
	decide(v.Notices, v.Role)
	putAside(v.Notices, v.Role)
	v.Decides = v.Role == roleDecides
	v.Operate = v.Role == roleOperates || v.Role == roleDecides
	return v, nil
}

// mostAtLot folds no faults at a location: somebody is there to mend each.
func mostAtLot(n need) int {
	if n.Severity == "fault" {
		return math.MaxInt
	}
	return alikeMax
}

// Shares are the spots by status, for the bar.
func (r *realtime) Shares() []livepage.Share {
	return livepage.Shares(r.Occupied, r.Held, r.Reserved, r.Maintenance, r.Unknown, r.Available)
}

// Shares are the spots by status, for the bar.
func (v *lotView) Shares() []livepage.Share {
	sums := [6]int{}
	for _, t := range v.ByType {
		for i, n := range [6]int{t.Occupied, t.Held, t.Reserved, t.Maintenance, t.Unknown, t.Available} {
			sums[i] += n
		}
	}
	return livepage.Shares(sums[0], sums[1], sums[2], sums[3], sums[4], sums[5])
}

// Against is today so far beside the usual, of 100.
func (r revenue) Against() int {
	if r.UsualMinor <= 0 {
		return 0
	}
	return int(min(200, r.SoFarMinor*100/r.UsualMinor))
}

// UsualKnown reports whether it is known of any currency what is usual.
func (v *chainView) UsualKnown() bool {
	return slices.ContainsFunc(v.Revenue, func(r revenue) bool { return r.UsualMinor > 0 })
}

// Done is how many locations of a rollout have it.
func (r rollout) Done() int {
	return r.Progress["in_effect"] + r.Progress["held"] + r.Progress["replaced"]
}

// All is how many locations a rollout is for.
func (r rollout) All() (all int) {
	for _, n := range r.Progress { // any order: a sum is the same in each
		all += n
	}
	return all
}

// stateWords say where a document stands.
var stateWords = map[string]string{
	"none": "none", "sent": "sent, no answer yet", "held": "there, waits for its time", "in_effect": "in effect", "refused": "refused by the gateway",
	"failed": "failed", "returned": "gone back from", "waiting": "waits for its stage", "replaced": "replaced by a newer one",
}

// ageText is how old something is.
func ageText(ms int64) string {
	d := time.Duration(ms) * time.Millisecond
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 6*time.Hour && int(d.Minutes())%60 > 0:
		return fmt.Sprintf("%d h %d min", int(d.Hours()), int(d.Minutes())%60)
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d.Hours())/24)
}

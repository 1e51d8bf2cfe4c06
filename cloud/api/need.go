package api

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"gatehouse/cloud/enrol"
	"gatehouse/cloud/ledger"
	"gatehouse/cloud/steer"
	"gatehouse/sync/fact"
	"gatehouse/sync/outbox"
	"gatehouse/sync/wire"
)

// Need is something that needs a person, with what to do about it.
type Need struct {
	Code     string     `json:"code" example:"offline"`
	Severity string     `json:"severity" enum:"info,warning,fault"`
	Location string     `json:"locationId,omitempty"`
	Name     string     `json:"name,omitempty" doc:"The location's"`
	Subject  string     `json:"subject,omitempty" doc:"The gate, spot, device or rollout"`
	Since    *time.Time `json:"since,omitempty"`
	What     string     `json:"what"`
	Do       string     `json:"do"`
	Aside    *Aside     `json:"aside,omitempty" doc:"Somebody knows of it: it counts as nothing until then"`
	weight   int64      // among those of one severity, the heavier first
}

const (
	severityInfo    = "info"
	severityWarning = "warning"
	severityFault   = "fault"
)

// severities are in the order of urgency.
var severities = []string{severityFault, severityWarning, severityInfo}

func compareNeeds(a, b Need) int {
	return cmp.Or(
		compareBool(a.Aside != nil, b.Aside != nil),
		cmp.Compare(slices.Index(severities, a.Severity), slices.Index(severities, b.Severity)), cmp.Compare(b.weight, a.weight),
		cmp.Compare(a.Location, b.Location), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Subject, b.Subject))
}

// compareBool has what is not so come first.
func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// alertWords say what an alert is about, and what to do.
var alertWords = map[ledger.AlertKind]struct {
	severity, what, do string
	weight             int64
}{
	ledger.AlertFire:      {severityFault, "Fire input is on", "All gates open by themselves. Call the lot.", 1_000},
	ledger.AlertClone:     {severityFault, "Two gateways run one card", "One of them is a copy. Find out which, revoke its device, and settle its facts.", 900},
	ledger.AlertForged:    {severityFault, "Batches with a wrong signature", "Somebody else speaks as this lot. Revoke its device and enrol the gateway again.", 880},
	ledger.AlertLost:      {severityFault, "The gateway has lost facts", "Its log was damaged, or headquarters was restored to an older state than the gateway still keeps. Look at the storage card, and compare the money of those days on site.", 860},
	ledger.AlertFork:      {severityWarning, "The card was restored from an older copy", "Facts of the run before are kept apart. Accept them if they are the lot's.", 500},
	ledger.AlertUnread:    {severityWarning, "Facts that this version can't read", "Bring headquarters to the version of the gateways.", 300},
	ledger.AlertHistory:   {severityWarning, "The gateway no longer has its oldest facts", "What headquarters lost of them stays lost. Restore its backup if there is a newer one.", 400},
	ledger.AlertRestore:   {severityWarning, "Headquarters was restored from an older state", "Nothing: the gateways send again what is missing.", 100},
	ledger.AlertGate:      {severityFault, "Gate fault", "Look at the gate with its camera, and send somebody if it doesn't recover.", 800},
	ledger.AlertDamage:    {severityWarning, "The gateway's log was damaged and mended", "Change the storage card soon.", 450},
	ledger.AlertStall:     {severityWarning, "The gateway's disk stood still", "Gates went on. Change the storage card soon.", 350},
	ledger.AlertMoved:     {severityWarning, "A barrier moved that nobody commanded", "Look at the camera of that time.", 420},
	ledger.AlertSensor:    {severityInfo, "Sensor out of order", "Have it changed with the next round.", 50},
	ledger.AlertHold:      {severityInfo, "Gate is held open", "End the hold when it is not needed any more.", 60},
	ledger.AlertViolation: {severityInfo, "Wrongly parked", "Have an attendant look.", 20},
}

// Sync is how a location's facts come in.
type Sync struct {
	Online   bool       `json:"online" doc:"By the broker's word"`
	Stale    bool       `json:"stale" doc:"What is shown of now is old"`
	Since    *time.Time `json:"since" doc:"Since when it is on or off line; null: nothing was heard of it"`
	HeardAt  *time.Time `json:"heardAt" doc:"When it said last how it is"`
	Waiting  uint64     `json:"waiting" doc:"Facts that headquarters lacks, of those that it was told of"`
	OldestMS int64      `json:"oldestMS" doc:"Age of the oldest of them, by now"`
	Program  string     `json:"version" doc:"Of the gateway's software"`
	History  string     `json:"history" enum:"unknown,equal,differs" doc:"The digest of the lot's own log beside that of headquarters' copy"`
	EqualAt  *time.Time `json:"historyEqualAt" doc:"When the two were last found equal"`
}

// agreements are the words of outbox.Agreement.
var agreements = [...]string{"unknown", "equal", "differs"}

// syncOf is how a location's sync is. What it said of its outbox grows older while it says nothing.
func (s *Server) syncOf(l *ledger.Summary, nowMS int64) Sync {
	link := s.Link(l.ID)
	silent := l.LiveAtMS == 0 || nowMS-l.LiveAtMS > silentMS
	out := Sync{
		Online: link.Online, Stale: silent || !link.Online, Since: timeAt(link.SinceMS), HeardAt: timeAt(l.LiveAtMS), Waiting: l.Waiting(), Program: l.Live.Program,
		History: agreements[l.Agreement], EqualAt: timeAt(l.AgreedMS),
	}
	switch {
	case out.Waiting > 0:
		out.OldestMS = l.Live.OldestMS + max(0, nowMS-l.LiveAtMS)
	case !link.Online && l.LiveAtMS > 0: // whatever happens there since then waits
		out.OldestMS = max(0, nowMS-l.LiveAtMS)
	}
	return out
}

// needsOf is what needs a person at one location, unsorted. newest is the newest version that any gateway runs.
func (s *Server) needsOf(l *ledger.Summary, alerts []ledger.Alert, newest string, nowMS int64) []Need {
	var needs []Need
	add := func(n Need) {
		n.Location, n.Name = string(l.ID), nameOfLocation(l)
		needs = append(needs, n)
	}
	sync := s.syncOf(l, nowMS)
	if n, is := offline(l, sync, nowMS); is {
		add(n)
	}
	if l.Currency == "" && l.LiveAtMS > 0 {
		add(Need{Code: "not_described", Severity: severityWarning, weight: 150,
			What: "Headquarters was not told its time zone and currency: its days end at midnight UTC",
			Do:   "PUT /api/v1/locations/" + string(l.ID) + " with its name, timezone and currency."})
	}
	if l.Agreement == outbox.Differs {
		add(Need{Code: "history_differs", Severity: severityFault, Since: timeAt(l.AgreedMS), What: "Headquarters' copy of its history is not what the lot has", weight: 890,
			Do: "Verify and mend the location; if it still differs, look for a second card, and have the lot count."})
	}
	for _, apart := range l.Apart {
		add(apartNeed(&apart))
	}
	if l.RowsDiffer {
		add(Need{Code: "rows_differ", Severity: severityFault, What: "Its rows at headquarters are not what its signed batches come to", weight: 885,
			Do: "Verify and mend it: its rows are then made again of the batches. Look at headquarters' disk."})
	}
	for i := range alerts {
		add(alertNeed(&alerts[i]))
	}
	for _, gate := range l.Live.Gates {
		if gate.Fault != fact.FaultNone && !slices.ContainsFunc(alerts, func(a ledger.Alert) bool {
			return a.Kind == ledger.AlertGate && strings.HasPrefix(a.Subject, string(gate.Gate)+" ")
		}) {
			words := alertWords[ledger.AlertGate]
			add(Need{Code: string(ledger.AlertGate), Severity: words.severity, Subject: string(gate.Gate), What: "Gate " + string(gate.Gate) + ": " + readable(gate.Fault.String()), Do: words.do, weight: words.weight})
		}
	}
	if drift := l.Live.Inside - int64(l.Live.Tickets); !sync.Stale && max(drift, -drift) > driftVehicles {
		add(Need{Code: "drift", Severity: severityWarning, What: fmt.Sprintf("Loops count %d vehicles inside, tickets %d", l.Live.Inside, l.Live.Tickets),
			Do: "Have the lot counted, and correct the count with its reason.", weight: 200 + max(drift, -drift)})
	}
	if u := (*s.usual.Load())[l.ID]; u.isLow() {
		add(Need{Code: "revenue_low", Severity: severityWarning,
			What: fmt.Sprintf("Took in %s until this hour, usually %s", moneyText(u.todayMinor, l.Currency), moneyText(u.minor, l.Currency)),
			Do:   "See whether its gates are held open, its terminals work, and its facts have arrived.", weight: 250})
	}
	if newest != "" && l.Live.Program != "" && l.Live.Program != newest {
		add(Need{Code: "version_behind", Severity: severityInfo, What: "Runs " + l.Live.Program + ", others run " + newest, Do: "Update it in a quiet hour.", weight: 10})
	}
	return needs
}

// apartNeed is the need of an incarnation whose facts are kept apart: what it may be, and what to do in each case.
func apartNeed(apart *outbox.Apart) Need {
	n := Need{
		Code: "facts_apart", Severity: severityWarning, Subject: apart.Incarnation.String(), weight: 510,
		What: fmt.Sprintf("%d facts of run %s are kept apart, and not counted", apart.Facts, apart.Incarnation),
		Do:   "They came from a card that was restored since. Count them if its vehicles were there, else leave them out.",
	}
	if apart.Standing == wire.Fenced {
		n.Severity, n.weight = severityFault, 895
		n.What = fmt.Sprintf("Run %s is fenced with %d facts kept apart: its card was copied", apart.Incarnation, apart.Facts)
		n.Do = "Find out which box stands at the gates now, also if it was put in place of another meanwhile: count its facts, leave the other's out, and revoke the other's device. Gates go on."
	}
	return n
}

func nameOfLocation(l *ledger.Summary) string { return cmp.Or(l.Name, string(l.ID)) }

func moneyText(minor int64, currency fact.Currency) string {
	return strings.TrimSpace(fact.Money{Minor: minor, Currency: currency}.String())
}

// offline is the need of a location that is cut off or far behind; the older what it holds back, the heavier.
func offline(l *ledger.Summary, sync Sync, nowMS int64) (Need, bool) {
	n := Need{Code: "offline", Severity: severityWarning, Since: sync.Since, weight: 600 + min(240, sync.OldestMS/3_600_000)}
	if n.Since == nil {
		n.Since = sync.HeardAt
	}
	switch {
	case l.LiveAtMS == 0 && !sync.Online:
		n.Code, n.Severity, n.What, n.Do = "never_heard", severityInfo, "Nothing was heard of it since headquarters started", "Enrol its gateway, or see whether it is connected."
		return n, true
	case !sync.Online && nowMS-l.LiveAtMS > silentMS:
		n.What, n.Do = "Offline. Gates go on by themselves; facts wait there", "See whether the site has power and a network."
	case sync.Online && sync.OldestMS >= outboxWarnMS:
		n.Code, n.Since, n.What = "behind", nil, fmt.Sprintf("Connected, and %s behind with %d facts", ageText(sync.OldestMS), sync.Waiting)
		n.Do = "It should drain by itself; if it doesn't, look at lotctl sync status on site."
	case sync.Online && sync.Stale && l.LiveAtMS > 0:
		n.Code, n.Since, n.What, n.Do = "silent", sync.HeardAt, "Connected, and says nothing of how it is", "Look at the gateway's own page."
	default:
		return n, false
	}
	if sync.OldestMS >= outboxFaultMS {
		n.Severity = severityFault
	}
	return n, true
}

func ageText(ms int64) string {
	switch d := time.Duration(ms) * time.Millisecond; {
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h %d min", int(d.Hours()), int(d.Minutes())%60)
	default:
		return fmt.Sprintf("%d days", int(d.Hours())/24)
	}
}

func alertNeed(a *ledger.Alert) Need {
	words, known := alertWords[a.Kind]
	if !known {
		words.severity, words.what, words.do = severityWarning, readable(string(a.Kind)), "Look at the gateway's own page."
	}
	n := Need{Code: string(a.Kind), Severity: words.severity, Subject: a.Subject, Since: timeAt(a.AtMS), What: words.what, Do: words.do, weight: words.weight}
	switch a.Kind {
	case ledger.AlertGate:
		gate, _, _ := strings.Cut(a.Subject, " ")
		n.What = "Gate " + gate + ": " + readable(a.Detail)
	case ledger.AlertSensor, ledger.AlertViolation:
		subject, _, _ := strings.Cut(a.Subject, " ")
		if a.Kind == ledger.AlertSensor {
			n.What = "Sensor at " + subject + ": " + readable(a.Detail)
		} else {
			n.What = "Violation: " + readable(a.Detail)
			n.Subject = subject // without the ticket's number: with it on paper, a gate opens
		}
	case ledger.AlertHold, ledger.AlertMoved:
		n.What += ": " + a.Subject
	}
	return n
}

// deviceNeeds are those of gateways' identities.
func (s *Server) deviceNeeds(names map[string]string, now time.Time) []Need {
	var needs []Need
	for _, d := range s.Registry.Devices() {
		n := Need{Location: d.Location, Name: cmp.Or(names[d.Location], d.Location), Subject: d.Fingerprint}
		left := d.NotAfter.Sub(now)
		switch {
		case d.State == enrol.StateWaiting:
			n.Code, n.Severity, n.weight, n.Since = "device_waits", severityWarning, 550, new(d.EnrolledAt.UTC())
			n.What, n.Do = "A gateway waits to be let in: "+enrol.SpokenFingerprint(d.Fingerprint), "Compare the fingerprint with the one on its screen, and confirm it."
		case d.State == enrol.StateActive && left <= 0:
			n.Code, n.Severity, n.weight = "certificate_expired", severityFault, 700
			n.What, n.Do = "The gateway's certificate has expired: no facts come in", "Enrol it again with a new code. Gates go on meanwhile."
		case d.State == enrol.StateActive && left < certificateDays*24*time.Hour:
			n.Code, n.Severity, n.weight = "certificate_expires", severityWarning, 150
			n.What = fmt.Sprintf("The gateway's certificate ends in %d days", int(left.Hours()/24))
			n.Do = "It renews by itself while it is connected; see why it has not."
		default:
			continue
		}
		needs = append(needs, n)
	}
	return needs
}

// rolloutNeeds are those of documents on their way.
func (s *Server) rolloutNeeds() []Need {
	var needs []Need
	for _, r := range s.Desk.Rollouts() {
		if r.State == steer.Stopped {
			needs = append(needs, Need{
				Code: "rollout_stopped", Severity: severityWarning, Subject: r.ID, weight: 650, Since: timeAt(r.CreatedMS),
				What: "The rollout of a new " + r.Kind.String() + " document has stopped: " + r.Why, Do: "See why; resume it without those that failed, or release another.",
			})
		}
	}
	return needs
}

// checkWords say what is the matter with headquarters itself where a check is not well, before its detail, and what to do. The
// other checks are told at the locations, or mend by themselves.
var checkWords = map[string]struct {
	severity, what, do string
	detailed           bool
	weight             int64
}{
	"broker":      {severityFault, "Headquarters has no connection to its broker, and hears no location", "See whether it runs and can be reached. Gates go on by themselves, and their facts wait there.", true, 2_000},
	"store":       {severityFault, "Headquarters' store takes no facts", "Look at its disk or database. Gateways keep what it lacks, and send it again.", true, 1_900},
	"signing_key": {severityFault, "Headquarters can't sign what it sends", "Put the folder authority back from a copy; without one, see gatehouse-cloud rotate-key --lost.", false, 1_800},
	"stable":      {severityWarning, "The newest facts are in no copy yet", "Look at it, and at its room. Gateways keep those facts meanwhile.", true, 640},
}

// ownNeeds are those of headquarters itself.
func (s *Server) ownNeeds() []Need {
	needs := []Need{}
	for _, check := range s.Checks() {
		words, told := checkWords[check.ID]
		if check.Well || !told {
			continue
		}
		n := Need{Code: "headquarters", Subject: check.ID, Severity: words.severity, What: words.what, Do: words.do, weight: words.weight}
		if words.detailed && check.Detail != "" {
			n.What += ": " + check.Detail
		}
		needs = append(needs, n)
	}
	return needs
}

// needsAt are those of one location, sorted.
func (s *Server) needsAt(ctx context.Context, id fact.LocationID) []Need {
	needs := []Need{}
	for _, n := range s.stateOf(ctx).all {
		if n.Location == string(id) {
			needs = append(needs, n)
		}
	}
	return needs
}

// newestVersion is the highest of versions by their numbers; development builds don't count.
func newestVersion(versions map[string]int) string {
	newest := ""
	for version := range versions { // any order: the highest is the same
		if strings.ContainsAny(version, "0123456789") && (newest == "" || compareVersions(version, newest) > 0) {
			newest = version
		}
	}
	return newest
}

// compareVersions compares the numbers in two texts from left to right, and then the texts.
func compareVersions(a, b string) int {
	x, y := numbersIn(a), numbersIn(b)
	return cmp.Or(slices.Compare(x, y), cmp.Compare(a, b))
}

func numbersIn(text string) []int {
	numbers, within := []int{}, false
	for i := range len(text) {
		digit := text[i] >= '0' && text[i] <= '9'
		if digit && !within {
			numbers = append(numbers, 0)
		}
		if at := len(numbers) - 1; digit && numbers[at] < 1_000_000_000 {
			numbers[at] = numbers[at]*10 + int(text[i]-'0')
		}
		within = digit
	}
	return numbers
}

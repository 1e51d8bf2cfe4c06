package web

import (
	"encoding/json"
	"net/url"
	"slices"
)

// decision is what a person may do about a need, right where it is shown: a word for the record, where one is asked for, and
// buttons.
type decision struct {
	ID      string // of its field
	Summary string // what unfolds it
	Buttons []button
}

// Why reports whether any of it goes on record with a reason.
func (d *decision) Why() bool {
	return slices.ContainsFunc(d.Buttons, func(b button) bool { return b.Why })
}

// button posts a body to a path of the API.
type button struct {
	Label, Path, Body string
	Why               bool // the API wants a reason
	First             bool // what is done most often
}

// The role that works the gates and sets needs aside, and the one that decides.
const (
	roleOperates = "operate"
	roleDecides  = "configure"
)

// decide gives the needs that somebody can decide here their buttons.
func decide(needs []need, role string) {
	for i := range needs {
		if n := &needs[i]; role == roleDecides && len(n.Others) == 0 {
			n.Decision = n.decision()
		}
	}
}

func (n *need) decision() *decision {
	location, subject := "/api/v1/locations/"+url.PathEscape(n.LocationID), url.PathEscape(n.Subject)
	d := &decision{ID: n.ID(), Summary: "Decide"}
	switch n.Code {
	case "facts_apart":
		settle := location + "/incarnations/" + subject + "/settle"
		d.Buttons = []button{
			{"Count its facts", settle, `{"accept":true}`, true, true},
			{"Leave them out", settle, `{"accept":false}`, true, false},
		}
	case "device_waits":
		device := "/api/v1/devices/" + subject
		d.Buttons = []button{
			{"It is the same: let it in", device + "/confirm", `{}`, false, true},
			{"It is another: revoke it", device + "/revoke", `{}`, true, false},
		}
	case "rollout_stopped":
		d.Buttons = []button{{"Go on without those", "/api/v1/rollouts/" + subject + "/resume", `{}`, true, true}}
	case "rows_differ", "history_differs":
		d.Buttons = []button{{"Verify and mend", location + "/verify", `{"mend":true}`, false, true}}
	default:
		return nil
	}
	return d
}

// ID names it on its page.
func (n *need) ID() string { return n.Code + "-" + n.LocationID + "-" + n.Subject }

// putAside gives what has no other button one to be quiet for some time, on the page of its location.
func putAside(needs []need, role string) {
	if role != roleOperates && role != roleDecides {
		return
	}
	for i := range needs {
		if n := &needs[i]; n.Decision == nil && len(n.Others) == 0 {
			n.Decision = n.aside()
		}
	}
}

func (n *need) aside() *decision {
	type span struct {
		label   string
		minutes int
	}
	d, spans := &decision{ID: n.ID(), Summary: "Set aside"}, []span{{"For 4 hours", 4 * 60}, {"For a day", 24 * 60}, {"For a week", 7 * 24 * 60}}
	if n.Aside != nil {
		d.Summary, spans = "Tell it again", []span{{"Tell it again", 0}}
	}
	for _, s := range spans {
		body, _ := json.Marshal(map[string]any{"code": n.Code, "subject": n.Subject, "minutes": s.minutes}) // texts and a number never fail
		d.Buttons = append(d.Buttons, button{Label: s.label, Path: "/api/v1/locations/" + url.PathEscape(n.LocationID) + "/needs/set-aside", Body: string(body), Why: true})
	}
	return d
}

// Verify holds the location's rows against its signed batches, when somebody wants to know.
func (v *lotView) Verify() button {
	return button{Label: "Verify its rows now", Path: "/api/v1/locations/" + url.PathEscape(v.LocationID) + "/verify", Body: `{"mend":false}`}
}

// Revoke takes a device's right away.
func (d device) Revoke() *decision {
	return &decision{ID: "revoke-" + d.Fingerprint, Buttons: []button{
		{Label: "Revoke for good", Path: "/api/v1/devices/" + url.PathEscape(d.Fingerprint) + "/revoke", Body: `{}`, Why: true},
	}}
}

// Opens reports whether it has a right that can be taken away.
func (d device) Opens() bool { return d.State == "active" || d.State == "waiting" }

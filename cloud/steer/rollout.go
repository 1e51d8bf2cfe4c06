package steer

import (
	"cmp"
	"fmt"
	"slices"

	"gatehouse/sync/fact"
	"gatehouse/sync/policy"
	"gatehouse/sync/wire"
)

// RolloutState is where a rollout stands.
type RolloutState string

// The states.
const (
	Running RolloutState = "running"
	Stopped RolloutState = "stopped" // by its stop rule or by a person
	Ended   RolloutState = "done"
)

// PlaceState is where one location of a rollout stands.
type PlaceState string

// The states.
const (
	PlaceWaiting  PlaceState = "waiting" // for its stage
	PlaceSent     PlaceState = "sent"
	PlaceHeld     PlaceState = "held" // there, for its time
	PlaceDone     PlaceState = "in_effect"
	PlaceRefused  PlaceState = "refused"
	PlaceFailed   PlaceState = "failed"
	PlaceReturned PlaceState = "returned" // went back, because it had lost headquarters
	PlaceReplaced PlaceState = "replaced" // a newer document came before this one's turn
)

// well reports whether the next stage may rely on it.
func (s PlaceState) well() bool { return s == PlaceHeld || s == PlaceDone || s == PlaceReplaced }

// bad reports whether it counts for the stop rule.
func (s PlaceState) bad() bool { return s == PlaceRefused || s == PlaceFailed || s == PlaceReturned }

// Rollout is one content on its way to many locations.
type Rollout struct {
	ID              string
	Kind            policy.Kind
	Actor, Reason   string
	CreatedMS       int64
	EffectiveFromMS int64 // 0: at once
	ReturnAfterMS   int64 // 0: never
	Overrule        bool  // technicians' local edits too
	Content         []byte
	WaitMS          int64 // how long a stage must have been well before the next
	StopAfter       int   // failures that stop it
	State           RolloutState
	Why             string // it stopped
	Stage           int    // the one that is under way, from 0
	WellMS          int64  // since when all of it are well; 0: not yet
	Places          []Place
	revision        int64
}

// Place is one location of a rollout.
type Place struct {
	Location fact.LocationID
	Stage    int
	Version  uint64 // 0: not released yet
	State    PlaceState
	Note     string
	AtMS     int64
}

// Stages is how many stages there are.
func (r *Rollout) Stages() int {
	last := -1
	for i := range r.Places {
		last = max(last, r.Places[i].Stage)
	}
	return last + 1
}

// Count is how many locations are in a state.
func (r *Rollout) Count(state PlaceState) (count int) {
	for i := range r.Places {
		if r.Places[i].State == state {
			count++
		}
	}
	return count
}

// due are the locations that are to be released now.
func (r *Rollout) due() (places []fact.LocationID) {
	if r.State != Running {
		return nil
	}
	for i := range r.Places {
		if r.Places[i].State == PlaceWaiting && r.Places[i].Stage <= r.Stage {
			places = append(places, r.Places[i].Location)
		}
	}
	return places
}

// placeAt is a location's place, or nil.
func (r *Rollout) placeAt(location fact.LocationID) *Place {
	at := slices.IndexFunc(r.Places, func(p Place) bool { return p.Location == location })
	if at < 0 {
		return nil
	}
	return &r.Places[at]
}

// released notes that a location's document is written.
func (r *Rollout) released(h Held, nowMS int64) {
	if p := r.placeAt(h.Location); p != nil && p.State == PlaceWaiting {
		p.Version, p.State, p.AtMS = h.Version, PlaceSent, nowMS
	}
}

// replaced notes where a newer document came before this one was answered; it reports whether it found any.
func (r *Rollout) replaced(held func(fact.LocationID, policy.Kind) Held) (found bool) {
	for i := range r.Places {
		p := &r.Places[i]
		if p.State == PlaceSent && held(p.Location, r.Kind).Version > p.Version {
			p.State, found = PlaceReplaced, true
		}
	}
	return found
}

// answers are what each of a gateway's words means.
var answers = map[wire.ResultCode]PlaceState{
	wire.Done: PlaceDone, wire.Held: PlaceHeld, wire.Refused: PlaceRefused, wire.Failed: PlaceFailed, wire.Returned: PlaceReturned,
}

// note takes a gateway's answer; it reports whether that changes anything.
func (r *Rollout) note(h Held) bool {
	p, state := r.placeAt(h.Location), answers[h.Answer.Code]
	if p == nil || state == "" || p.Version != h.Answer.Version || p.State == state {
		return false
	}
	p.State, p.Note, p.AtMS = state, h.Answer.Note, h.Answer.AtMS
	if !state.well() {
		r.WellMS = 0
	}
	return true
}

// judge moves the rollout on, or stops it; it reports whether it did.
func (r *Rollout) judge(nowMS int64) bool {
	if r.State != Running {
		return false
	}
	bad, well := []string{}, true
	for i := range r.Places {
		p := &r.Places[i]
		if p.State.bad() {
			bad = append(bad, string(p.Location)+" "+string(p.State))
		}
		well = well && (p.Stage > r.Stage || p.State.well())
	}
	switch {
	case len(bad) >= r.StopAfter:
		r.State, r.Why = Stopped, fmt.Sprintf("%d failed: %s", len(bad), firstFew(bad))
	case !well:
		return false
	case r.Stage+1 >= r.Stages():
		r.State = Ended
	case r.WellMS == 0:
		r.WellMS = nowMS
	case nowMS-r.WellMS >= r.WaitMS:
		r.Stage, r.WellMS = r.Stage+1, 0
	default:
		return false
	}
	return true
}

func firstFew(texts []string) string {
	const few = 3
	text := ""
	for i, t := range texts[:min(few, len(texts))] {
		if i > 0 {
			text += ", "
		}
		text += t
	}
	if len(texts) > few {
		text += " and more"
	}
	return text
}

// staged makes the places: the first stages as given, each location once, and all others in the last.
func staged(first [][]fact.LocationID, all []fact.LocationID) []Place {
	places, seen := []Place{}, map[fact.LocationID]bool{}
	stage := 0
	add := func(locations []fact.LocationID) {
		before := len(places)
		for _, l := range locations {
			if !seen[l] && slices.Contains(all, l) {
				seen[l] = true
				places = append(places, Place{Location: l, Stage: stage, State: PlaceWaiting})
			}
		}
		if len(places) > before {
			stage++
		}
	}
	for _, locations := range first {
		add(locations)
	}
	add(all)
	slices.SortStableFunc(places, func(a, b Place) int {
		return cmp.Or(cmp.Compare(a.Stage, b.Stage), cmp.Compare(a.Location, b.Location))
	})
	return places
}

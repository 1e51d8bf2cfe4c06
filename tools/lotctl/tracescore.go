package main

import (
	"fmt"
	"time"

	"gatehouse/sync/fact"
)

// frostCentiC: at a degree and less, snow lies and puddles freeze.
const frostCentiC = 100

// score compares what the detector said with what the trace says.
type score struct {
	all, warm rated // warm is without the frost
	frosty    bool  // there was one
	delaysMS  []int64
	misses    []miss
}

// rated counts rows and changes.
type rated struct {
	rows                           int
	occupied, seen, free, seenFree int
	arrivals, departures           tally
}

type tally struct {
	Found    int `json:"found"`
	Missed   int `json:"missed"`
	False    int `json:"false"`
	Unjudged int `json:"unjudged,omitempty"`
}

// miss is a change that was missed, or one that was none.
type miss struct {
	TimeUTC string `json:"timeUTC"`
	Kind    string `json:"kind"` // arrival or departure
	What    string `json:"what"` // missed or false
	Why     string `json:"why"`
}

func (t *trace) score(r *replayed) *score {
	s := &score{misses: []miss{}}
	for i := range t.rows {
		if !r.scored[i] || t.rows[i].truth == fact.SpotUnknown {
			continue
		}
		s.all.row(t.rows[i].truth, r.states[i])
		if t.frost(i) {
			s.frosty = true
		} else {
			s.warm.row(t.rows[i].truth, r.states[i])
		}
	}
	s.match(t, r)
	return s
}

func (r *rated) row(truth, state fact.SpotStatus) {
	r.rows++
	if truth == fact.SpotOccupied {
		r.occupied++
		r.seen += count(state == fact.SpotOccupied)
		return
	}
	r.free++
	r.seenFree += count(state == fact.SpotAvailable)
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// match finds for each change of the reference the one of the detector, and tells those left over.
func (s *score) match(t *trace, r *replayed) {
	measured := t.measured()
	truth := t.edges(r, measured)
	found := t.edges(r, r.states)
	for _, arrival := range []bool{true, false} {
		match(ofKind(truth, arrival), ofKind(found, arrival))
	}
	for i := range truth {
		e := &truth[i]
		if e.matched {
			s.delaysMS = append(s.delaysMS, e.delayMS)
			s.count(t, e, func(c *tally) { c.Found++ })
			continue
		}
		s.count(t, e, func(c *tally) { c.Missed++ })
		s.tell(e, "missed", t.whyMissed(r, e, !e.arrival && i > 0 && !truth[i-1].matched))
	}
	unseen := unseen(found, measured)
	for i := range found {
		switch e := &found[i]; {
		case e.matched:
		case unseen[e.row], !t.spoken(e.atMS, e.row):
			s.count(t, e, func(c *tally) { c.Unjudged++ })
		default:
			s.count(t, e, func(c *tally) { c.False++ })
			s.tell(e, "false", t.whyFalse(r, e, !e.arrival && i > 0 && !found[i-1].matched))
		}
	}
}

// count counts a change, and again if it was not in the frost.
func (s *score) count(t *trace, e *edge, one func(*tally)) {
	for _, r := range []*rated{&s.all, &s.warm} {
		switch {
		case r == &s.warm && t.frost(e.row):
		case e.arrival:
			one(&r.arrivals)
		default:
			one(&r.departures)
		}
	}
}

// spoken reports whether the reference says anything near a time: a change where it is silent is not false.
func (t *trace) spoken(atMS int64, row int) bool {
	for i := row; i >= 0 && t.rows[i].atMS >= atMS-matchMS; i-- {
		if t.rows[i].truth != fact.SpotUnknown {
			return true
		}
	}
	for i := row; i < len(t.rows) && t.rows[i].atMS <= atMS+matchMS; i++ {
		if t.rows[i].truth != fact.SpotUnknown {
			return true
		}
	}
	return false
}

// tell notes a change of the reference that was missed, or one of the detector that is not in it.
func (s *score) tell(e *edge, what, why string) {
	kind := "departure"
	if e.arrival {
		kind = "arrival"
	}
	s.misses = append(s.misses, miss{TimeUTC: time.UnixMilli(e.atMS).UTC().Format(time.RFC3339), Kind: kind, What: what, Why: why})
}

// sensed says how far the sensor's value was from the empty spot's.
func (t *trace) sensed(r *replayed, e *edge) string {
	away, from := r.away[e.row], r.from[e.row]
	if t.magnetic {
		return fmt.Sprintf("%.1f of %.1f microtesla from the empty field", float64(away)/1000, float64(from)/1000)
	}
	return fmt.Sprintf("%d of %d mm nearer than the floor", away, from)
}

// whyMissed says what the sensor saw of a change that the detector did not make. A departure may end an arrival that it
// missed.
func (t *trace) whyMissed(r *replayed, e *edge, endsMissed bool) string {
	away, from := r.away[e.row], r.from[e.row]
	why := "was taken for free already"
	switch {
	case away < from && (3*away < from || !e.arrival) && t.frost(e.row):
		why = "in the frost, when ice and snow echo like a car"
	case e.arrival && 3*away < from:
		why = "nothing to be felt"
	case e.arrival && away < from:
		why = "too weak"
	case e.arrival:
		why = "was taken for occupied already"
	case away >= from:
		why = "the spot is not as empty as it was"
	case endsMissed:
		why = "ends an arrival that was missed"
	}
	return why + ": " + t.sensed(r, e)
}

// whyFalse says what the reference says where the detector made a change that it does not have. A departure may end a
// false arrival.
func (t *trace) whyFalse(r *replayed, e *edge, endsFalse bool) string {
	truth, why := t.rows[e.row].truth, "the reference sees no car"
	switch {
	case endsFalse:
		why = "ends a false arrival"
	case e.arrival && truth == fact.SpotOccupied:
		why = "the reference sees a car already"
	case e.arrival && t.frost(e.row):
		why = "in the frost, when snow on a sensor hides a car"
	case !e.arrival && truth == fact.SpotOccupied:
		why = "the reference sees the car still"
	case !e.arrival:
		why = "the reference sees no car already"
	}
	return why + ": " + t.sensed(r, e)
}

// frost reports whether a radar is the reference, and its sensor was so cold that there may be ice on it.
func (t *trace) frost(row int) bool {
	r := &t.rows[row].reading
	return t.radar && r.HasTemperature && r.TemperatureCentiC <= frostCentiC
}

package main

import (
	"fmt"
	"time"

	"gatehouse/sync/fact"
)

// matchMS is how far apart a change of the reference and one of the detector may be to be the same one; each counts for one
// only. In traces of radio sensors a heartbeat carries readings of half an hour with one reference.
const matchMS = 30 * 60 * 1000

// frostCentiC: at a degree and less, snow lies and puddles freeze.
const frostCentiC = 100

// score compares what the detector said with what the trace says.
type score struct {
	rows                           int
	occupied, seen, free, seenFree int
	arrivals, departures           tally
	misses                         []miss
}

type tally struct {
	Found  int `json:"found"`
	Missed int `json:"missed"`
	False  int `json:"false"`
}

// miss is a change that was missed, or one that was none.
type miss struct {
	TimeUTC string `json:"timeUTC"`
	Kind    string `json:"kind"` // arrival or departure
	What    string `json:"what"` // missed or false
	Why     string `json:"why"`
}

// edge is a change of the reference or of the detector between two rows.
type edge struct {
	fromMS, atMS int64 // it happened after fromMS and not after atMS
	row          int
	arrival      bool
	matched      bool
}

func (t *trace) score(r *replayed) *score {
	s := &score{misses: []miss{}}
	for i, row := range t.rows {
		if !r.scored[i] || row.truth == fact.SpotUnknown {
			continue
		}
		s.rows++
		if row.truth == fact.SpotOccupied {
			s.occupied++
			s.seen += count(r.states[i] == fact.SpotOccupied)
		} else {
			s.free++
			s.seenFree += count(r.states[i] == fact.SpotAvailable)
		}
	}
	s.match(t, r)
	return s
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// edges are the changes of a state along the rows, over rows at which it is not known.
func (t *trace) edges(r *replayed, stateAt func(row int) fact.SpotStatus) []edge {
	edges := []edge{}
	last := -1
	for i := range t.rows {
		if !r.scored[i] {
			last = -1
			continue
		}
		state := stateAt(i)
		if state == fact.SpotUnknown {
			continue
		}
		if last >= 0 && stateAt(last) != state {
			edges = append(edges, edge{fromMS: t.rows[last].atMS, atMS: t.rows[i].atMS, row: i, arrival: state == fact.SpotOccupied})
		}
		last = i
	}
	return edges
}

// match finds for each change of the reference the nearest of the detector, and tells those left over.
func (s *score) match(t *trace, r *replayed) {
	truth := t.edges(r, func(row int) fact.SpotStatus { return t.rows[row].truth })
	found := t.edges(r, func(row int) fact.SpotStatus { return r.states[row] })
	first := 0
	for i := range truth {
		want := &truth[i]
		for first < len(found) && found[first].atMS < want.fromMS-matchMS {
			first++
		}
		if got := nearest(found[first:], want); got != nil {
			got.matched, want.matched = true, true
		}
	}
	for i := range truth {
		s.tell(t, r, &truth[i], true)
	}
	for i := range found {
		if found[i].matched || t.spoken(found[i].atMS, found[i].row) {
			s.tell(t, r, &found[i], false)
		}
	}
}

// nearest is the change of the same kind, not matched yet, that is the nearest in time.
func nearest(found []edge, want *edge) *edge {
	var best *edge
	for i := range found {
		got := &found[i]
		if got.fromMS > want.atMS+matchMS {
			break
		}
		if got.matched || got.arrival != want.arrival {
			continue
		}
		if best == nil || apart(got, want) < apart(best, want) {
			best = got
		}
	}
	return best
}

func apart(a, b *edge) int64 { return max(a.atMS-b.atMS, b.atMS-a.atMS) }

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

// tell counts a change of the reference, or one of the detector that is not in it.
func (s *score) tell(t *trace, r *replayed, e *edge, reference bool) {
	kind, counts := "departure", &s.departures
	if e.arrival {
		kind, counts = "arrival", &s.arrivals
	}
	switch {
	case reference && e.matched:
		counts.Found++
		return
	case !reference && e.matched:
		return
	case reference:
		counts.Missed++
	default:
		counts.False++
	}
	what := "false"
	if reference {
		what = "missed"
	}
	s.misses = append(s.misses, miss{
		TimeUTC: time.UnixMilli(e.atMS).UTC().Format(time.RFC3339), Kind: kind, What: what, Why: t.why(r, e, reference),
	})
}

// why says what the sensor saw where it and the reference differ.
func (t *trace) why(r *replayed, e *edge, reference bool) string {
	away, from := r.away[e.row], r.from[e.row]
	seen := fmt.Sprintf("%d of %d mm nearer than the floor", away, from)
	if t.magnetic {
		seen = fmt.Sprintf("%.1f of %.1f microtesla from the empty field", float64(away)/1000, float64(from)/1000)
	}
	lasted := t.lasted(r, e, reference)
	switch {
	case reference && lasted == 1:
		return "one row of the reference only: " + seen
	case reference && away < from && (3*away < from || !e.arrival) && t.frost(e.row):
		return "in the frost, when ice and snow echo like a car: " + seen
	case reference && e.arrival && 3*away < from:
		return "nothing to be felt: " + seen
	case reference && e.arrival && away < from:
		return "too weak: " + seen
	case reference && e.arrival:
		return "was taken for occupied already: " + seen
	case reference && away >= from:
		return "the spot is not as empty as it was: " + seen
	case reference:
		return "was taken for free already: " + seen
	case lasted == 1:
		return "one row only: " + seen
	case e.arrival:
		return "the reference sees no car: " + seen
	}
	if t.rows[e.row].truth == fact.SpotOccupied {
		return "the reference sees the car still: " + seen
	}
	return "ends a false arrival: " + seen
}

// frost reports whether a radar is the reference, and its sensor was so cold that there may be ice on it.
func (t *trace) frost(row int) bool {
	r := &t.rows[row].reading
	return t.radar && r.HasTemperature && r.TemperatureCentiC <= frostCentiC
}

// lasted is how many rows with a known state the state after a change lasted.
func (t *trace) lasted(r *replayed, e *edge, reference bool) int {
	rows := 0
	for i := e.row; i < len(t.rows); i++ {
		state := r.states[i]
		if reference {
			state = t.rows[i].truth
		}
		if state == fact.SpotUnknown {
			continue
		}
		if (state == fact.SpotOccupied) != e.arrival {
			break
		}
		rows++
	}
	return rows
}

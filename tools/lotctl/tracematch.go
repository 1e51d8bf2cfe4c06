package main

import (
	"slices"

	"gatehouse/sync/fact"
)

// matchMS is how far apart a change of the reference and one of the detector may be to be the same one; each counts for one
// only. In traces of radio sensors a heartbeat carries readings of half an hour with one reference.
const matchMS = 30 * 60 * 1000

// edge is a change of the reference or of the detector between two rows.
type edge struct {
	fromMS, atMS int64 // it happened after fromMS and not after atMS
	row          int
	arrival      bool
	matched      bool
	delayMS      int64 // of the reference's: how much later the detector's is, or earlier than it can be
}

// edges are the changes of a state along the rows, over rows at which it is not known.
func (t *trace) edges(r *replayed, states []fact.SpotStatus) []edge {
	edges := []edge{}
	last := -1
	for i := range t.rows {
		if !r.scored[i] {
			last = -1
			continue
		}
		state := states[i]
		if state == fact.SpotUnknown {
			continue
		}
		if last >= 0 && states[last] != state {
			edges = append(edges, edge{fromMS: t.rows[last].atMS, atMS: t.rows[i].atMS, row: i, arrival: state == fact.SpotOccupied})
		}
		last = i
	}
	return edges
}

// measured is what the reference says of each row where it was measured. A packet that carries several readings has one
// scan of the radar, made when it was sent: with the last of them.
func (t *trace) measured() []fact.SpotStatus {
	states := make([]fact.SpotStatus, len(t.rows))
	for i := range t.rows {
		if i+1 < len(t.rows) && t.rows[i].sameScan(&t.rows[i+1]) {
			continue
		}
		states[i] = t.rows[i].truth
	}
	return states
}

func (row *traceRow) sameScan(next *traceRow) bool {
	return row.counter != "" && row.counter == next.counter && row.hasEcho && next.hasEcho && row.echo == next.echo &&
		next.atMS-row.atMS <= matchMS
}

// value is how good a way is to match the changes up to a place: the more pairs the better, then the shorter the delays.
type value struct {
	pairs   int
	apartMS int64
}

func (v value) better(than value) bool {
	return v.pairs > than.pairs || v.pairs == than.pairs && v.apartMS < than.apartMS
}

// step says how the best way to a place came about. At most three fit in two bits.
type step uint8

const (
	unmatched step = iota // the change of the reference that is matched here
	paired                // with this change of the detector
	earlier               // with one before it, or with none
)

// row is a change of the reference against those of the detector that it may be: got[first:end].
type row struct {
	first, end int
	steps      int // where those of the row begin
}

// match finds which changes of the reference the detector made: as many as can be, in the order of time, and of the ways
// to do so the one with the shortest delays. Both lists are of one kind of change, in the order of time. It takes time and two
// bits for each two changes that may be one.
func match(want, got []*edge) {
	rows := make([]row, len(want))
	best := make([]value, 1, len(got)+1) // by how many changes of the detector there were: the best of the changes so far
	var steps steps
	first := 0
	for i, w := range want {
		for first < len(got) && got[first].atMS < w.fromMS-matchMS {
			first++
		}
		end := first
		for end < len(got) && got[end].fromMS <= w.atMS+matchMS {
			end++
		}
		for len(best) <= end {
			best = append(best, best[len(best)-1])
		}
		rows[i] = row{first: first, end: end, steps: steps.count}
		before := best[first]
		for j := first; j < end; j++ {
			now := value{before.pairs + 1, before.apartMS + apart(w, got[j])}
			before = best[j+1]
			taken := unmatched
			if now.better(best[j+1]) {
				best[j+1], taken = now, paired
			}
			if best[j].better(best[j+1]) {
				best[j+1], taken = best[j], earlier
			}
			steps.add(taken)
		}
	}
	at := len(got)
	for i := len(want) - 1; i >= 0; i-- {
		at = rows[i].back(&steps, at, want[i], got)
	}
}

// back follows the best way through a row, from how many changes of the detector there are to how many there are for the row
// before. It matches the pair on that way.
func (r *row) back(steps *steps, at int, w *edge, got []*edge) int {
	for at = min(at, r.end); at > r.first; at-- {
		switch steps.get(r.steps + at - 1 - r.first) {
		case unmatched:
			return at
		case paired:
			g := got[at-1]
			w.matched, g.matched = true, true
			w.delayMS = max(g.atMS-w.atMS, 0) + min(g.atMS-w.fromMS, 0)
			return at - 1
		}
	}
	return at
}

// steps are four to a byte.
type steps struct {
	list  []uint8
	count int
}

func (s *steps) add(one step) {
	if s.count%4 == 0 {
		s.list = append(s.list, 0)
	}
	s.list[s.count/4] |= uint8(one) << (s.count % 4 * 2)
	s.count++
}

func (s *steps) get(i int) step { return step(s.list[i/4] >> (i % 4 * 2) & 3) }

func apart(a, b *edge) int64 { return max(a.atMS-b.atMS, b.atMS-a.atMS) }

// ofKind are the arrivals, or the departures.
func ofKind(edges []edge, arrival bool) (found []*edge) {
	for i := range edges {
		if edges[i].arrival == arrival {
			found = append(found, &edges[i])
		}
	}
	return found
}

// unseen are the rows between which the detector was in a state about which the reference says nothing: the changes at
// their ends can be neither right nor wrong.
func unseen(found []edge, measured []fact.SpotStatus) map[int]bool {
	rows := map[int]bool{}
	known := func(state fact.SpotStatus) bool { return state != fact.SpotUnknown }
	for i := 1; i < len(found); i++ {
		if !slices.ContainsFunc(measured[found[i-1].row:found[i].row], known) {
			rows[found[i-1].row], rows[found[i].row] = true, true
		}
	}
	return rows
}

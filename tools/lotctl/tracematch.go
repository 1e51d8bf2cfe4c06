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

// pair is a change of the reference that one of the detector may be, and the pairs before it.
type pair struct {
	want, got int
	before    int // index of the pair before it, or -1
	length    int // of the chain of pairs that ends here
	apartMS   int64
}

func (p *pair) better(than *pair) bool {
	return p.length > than.length || p.length == than.length && p.apartMS < than.apartMS
}

// match finds which changes of the reference the detector made: as many as can be, in the order of time, and of the ways
// to do so the one with the shortest delays. Both lists are of one kind of change.
func match(want, got []*edge) {
	chain := []pair{}                // all that may follow one another
	best := make([]int, 0, len(got)) // per change of the detector: the best chain that ends there or before
	first := 0
	for i, w := range want {
		for first < len(got) && got[first].atMS < w.fromMS-matchMS {
			first++
		}
		end := first
		for end < len(got) && got[end].fromMS <= w.atMS+matchMS {
			end++
		}
		for len(best) < end {
			best = append(best, chainBefore(best, len(best)))
		}
		for j := end - 1; j >= first; j-- {
			p := pair{want: i, got: j, before: chainBefore(best, j), length: 1, apartMS: apart(w, got[j])}
			if p.before >= 0 {
				p.length, p.apartMS = chain[p.before].length+1, chain[p.before].apartMS+p.apartMS
			}
			chain = append(chain, p)
			for k := j; k < len(best) && (best[k] < 0 || p.better(&chain[best[k]])); k++ {
				best[k] = len(chain) - 1
			}
		}
	}
	for at := chainBefore(best, len(best)); at >= 0; at = chain[at].before {
		w, g := want[chain[at].want], got[chain[at].got]
		w.matched, g.matched = true, true
		w.delayMS = max(g.atMS-w.atMS, 0) + min(g.atMS-w.fromMS, 0)
	}
}

// chainBefore is the best chain that ends before a change of the detector, or -1.
func chainBefore(best []int, got int) int {
	if got == 0 {
		return -1
	}
	return best[got-1]
}

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

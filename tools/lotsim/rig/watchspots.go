package rig

import (
	"fmt"

	"gatehouse/sync/fact"
)

func (w *watcher) parked(f fact.TicketParked) error {
	v := w.open[f.Ticket]
	if v == nil {
		return fmt.Errorf("B1: ticket %s is parked and not open", f.Ticket)
	}
	if w.spots[v.spot] == f.Ticket {
		delete(w.spots, v.spot)
	}
	if other := w.open[w.spots[f.Spot]]; other != nil && other != v {
		other.spot, other.parked = "", false
	}
	v.spot, v.parked, v.inside = f.Spot, true, true
	w.spots[f.Spot] = f.Ticket
	return nil
}

// allocation checks that each spot has at most one assignment, and each ticket at most one spot (B1), and that a
// sensor never took an assignment away from an open ticket without saying where it went (B4).
func (w *watcher) allocation(r *Rig) error {
	seen := map[fact.TicketID]fact.SpotID{}
	for i := range w.cfg.Spots {
		state := r.lot.SpotState(int32(i))
		id := w.cfg.Spots[i].ID
		if state.Ticket == "" {
			if lost := w.spots[id]; lost != "" && w.open[lost] != nil {
				return fmt.Errorf("B4: spot %s was given to ticket %s, and is nobody's", id, lost)
			}
			continue
		}
		if other := seen[state.Ticket]; other != "" {
			w.doubles++
			return fmt.Errorf("B1: ticket %s has spots %s and %s", state.Ticket, other, id)
		}
		seen[state.Ticket] = id
		if w.open[state.Ticket] == nil {
			return fmt.Errorf("B1: spot %s belongs to ticket %s, which is not open", id, state.Ticket)
		}
		if w.spots[id] != state.Ticket {
			return fmt.Errorf("B4: spot %s belongs to %s, by the facts to %q", id, state.Ticket, w.spots[id])
		}
	}
	return nil
}

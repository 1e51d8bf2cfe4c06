package lot

import (
	"slices"

	"gatehouse/sync/fact"
)

// counts are the numbers of spots by status, kept up to date with every change; at first all are unknown.
type counts struct {
	all    [statuses]int
	types  [spotTypes][statuses]int
	floors [][statuses]int
	// parked are the tickets whose vehicles a sensor sees on their spots, empty the spots that a sensor sees empty.
	parked, empty int
	// Totals don't change.
	typeTotal  [spotTypes]int
	floorTotal []int
}

const (
	statuses  = int(fact.SpotMaintenance) + 1
	spotTypes = int(fact.Handicapped) + 1
)

func newCounts(cfg *Config) counts {
	c := counts{floors: make([][statuses]int, len(cfg.Floors)), floorTotal: make([]int, len(cfg.Floors))}
	for i := range cfg.Spots {
		c.typeTotal[cfg.Spots[i].Type]++
		c.floorTotal[cfg.Spots[i].Floor]++
		c.move(&cfg.Spots[i], fact.SpotUnknown, 1)
	}
	return c
}

func (c *counts) move(spot *Spot, status fact.SpotStatus, by int) {
	c.all[status] += by
	c.types[spot.Type][status] += by
	c.floors[spot.Floor][status] += by
}

// witness counts what a spot's sensor bears witness to.
func (c *counts) witness(spot *Spot, s *SpotState, by int) {
	switch {
	case spot.Sensor < 0 || s.Fault != fact.ReasonNone:
	case s.Sensed == fact.SpotAvailable:
		c.empty += by
	case s.Sensed == fact.SpotOccupied && s.Ticket != "" && s.Parked:
		c.parked += by
	}
}

// restoreSpot sets a spot as it was stored, or as it is at first.
func (l *Lot) restoreSpot(i int32, state SpotState) {
	l.counts.move(&l.cfg.Spots[i], l.spots[i].Status(), -1)
	l.counts.witness(&l.cfg.Spots[i], &l.spots[i], -1)
	l.spots[i] = state
	l.counts.move(&l.cfg.Spots[i], state.Status(), 1)
	l.counts.witness(&l.cfg.Spots[i], &state, 1)
	l.offer(i, state.Status())
}

// offer has the allocator give a spot away, or not.
func (l *Lot) offer(i int32, status fact.SpotStatus) {
	if status == fact.SpotAvailable {
		l.allocator.Free(i)
	} else {
		l.allocator.Withdraw(i)
	}
}

// changeSpot changes one spot's remembered state and everything that is counted from it.
func (l *Lot) changeSpot(i int32, change func(*SpotState)) {
	spot := &l.spots[i]
	before := spot.Status()
	l.counts.witness(&l.cfg.Spots[i], spot, -1)
	change(spot)
	l.counts.witness(&l.cfg.Spots[i], spot, 1)
	after := spot.Status()
	l.dirty.add(TableSpots, string(l.cfg.Spots[i].ID))
	if before == after {
		return
	}
	l.counts.move(&l.cfg.Spots[i], before, -1)
	l.counts.move(&l.cfg.Spots[i], after, 1)
	l.offer(i, after)
	l.signs.moved = true
}

func (l *Lot) changeSpotID(id fact.SpotID, change func(*SpotState)) {
	if i, found := l.spotIndex[id]; found {
		l.changeSpot(i, change)
	}
}

// assign holds a spot for a ticket.
func (l *Lot) assign(t *Ticket, id fact.SpotID) {
	t.Spot, t.Parked = id, false
	i, found := l.spotIndex[id]
	if !found {
		return
	}
	l.allocator.Take(i)
	l.changeSpot(i, func(s *SpotState) { s.Ticket, s.Parked, s.Reservation, s.Uses = t.ID, false, "", s.Uses+1 })
}

// unassign frees what a ticket holds. Whether a car stands there is the sensor's business.
func (l *Lot) unassign(t *Ticket) {
	i, found := l.spotIndex[t.Spot]
	if !found || l.spots[i].Ticket != t.ID {
		return
	}
	l.changeSpot(i, func(s *SpotState) { s.Ticket, s.Parked = "", false })
}

// arrive puts a ticket that is through the entry among those whose car will be seen on a spot. A spot without
// a sensor is taken as occupied at once.
func (l *Lot) arrive(t *Ticket) {
	i, found := l.spotIndex[t.Spot]
	if !found || t.Parked {
		return
	}
	if l.cfg.Spots[i].Sensor >= 0 {
		l.expect(t)
		return
	}
	t.Parked, t.ParkedMS = true, l.meta.Last.WallMS
	l.changeSpot(i, func(s *SpotState) { s.Parked = true })
}

// expect puts a ticket among those on their way to a spot, in the order of their entries.
func (l *Lot) expect(t *Ticket) {
	at := len(l.tickets.arriving)
	for at > 0 && l.tickets.arriving[at-1].Entry.HLC > t.Entry.HLC {
		at--
	}
	l.tickets.arriving = slices.Insert(l.tickets.arriving, at, t)
}

// roam puts a ticket among those that have left their spot, in the order of leaving.
func (l *Lot) roam(t *Ticket) {
	at := len(l.tickets.roaming)
	for at > 0 && l.tickets.roaming[at-1].VacatedMS > t.VacatedMS {
		at--
	}
	l.tickets.roaming = slices.Insert(l.tickets.roaming, at, t)
}

func (l *Lot) applySpotChanged(r fact.Record, f fact.SpotChanged) {
	i, found := l.spotIndex[f.Spot]
	if !found {
		return
	}
	sinceMS := r.At.WallMS - f.SinceMS
	leaves := f.After == fact.SpotAvailable && l.spots[i].Parked
	var ticket *Ticket
	if leaves {
		ticket = l.tickets.byID[l.spots[i].Ticket]
	}
	hour := l.hour(r.At.WallMS)
	l.stayOccupied(hour, min(r.At.WallMS, hour.StartMS+hourMS))
	l.changeSpot(i, func(s *SpotState) {
		s.Sensed, s.Confidence, s.SinceMS, s.Vehicle = f.After, f.Confidence, sinceMS, f.Vehicle
		if leaves {
			s.Ticket, s.Parked = "", false
		}
		if f.After == fact.SpotAvailable {
			s.Violation = fact.ViolationNone
		}
	})
	if ticket != nil {
		ticket.Parked, ticket.VacatedMS = false, sinceMS
		l.roam(ticket)
		l.dirty.add(TableTickets, string(ticket.ID))
	}
	hour.PeakOccupied = max(hour.PeakOccupied, int64(l.counts.all[fact.SpotOccupied]))
}

// applyTicketParked ties a ticket to the spot where its car stands and frees the one it was given.
func (l *Lot) applyTicketParked(r fact.Record, f fact.TicketParked) {
	t := l.tickets.byID[f.Ticket]
	i, found := l.spotIndex[f.Spot]
	if t == nil || !found {
		return
	}
	if t.Spot != f.Spot {
		l.unassign(t)
	}
	if other := l.tickets.byID[l.spots[i].Ticket]; other != nil && other != t {
		other.Spot, other.Parked = "", false
		l.dirty.add(TableTickets, string(other.ID))
	}
	t.Spot, t.Parked, t.ParkedMS, t.VacatedMS = f.Spot, true, r.At.WallMS, 0
	if t.Status == TicketAdmitted {
		t.Status = TicketActive
	}
	l.tickets.arriving, l.tickets.roaming = without(l.tickets.arriving, t), without(l.tickets.roaming, t)
	l.changeSpot(i, func(s *SpotState) { s.Ticket, s.Parked = t.ID, true })
	l.dirty.add(TableTickets, string(t.ID))
}

package lot

import (
	"slices"

	"gatehouse/gateway/booking"
	"gatehouse/sync/fact"
)

func (l *Lot) applyRight(r fact.Record) bool {
	switch f := r.Fact.(type) {
	case fact.ReservationMade:
		l.book.Made(f)
		l.hour(r.At.WallMS).RevenueMinor += f.PrepaidMinor
		l.dirty.add(TableReservations, string(f.Reservation))
	case fact.ReservationEdited:
		l.applyReservationEdited(f)
	case fact.ReservationEnded:
		l.applyReservationEnded(f)
	case fact.ReservationSpot:
		l.applyReservationSpot(f)
	case fact.RightsLent:
		l.applyLent(f)
	case fact.PassIssued:
		l.book.PassIssued(f)
		l.dirty.add(TablePasses, string(f.Pass))
	case fact.PassRevoked:
		l.book.PassRevoked(f)
		l.dirty.add(TablePasses, string(f.Pass))
	default:
		return false
	}
	return true
}

func (l *Lot) applyReservationEdited(f fact.ReservationEdited) {
	l.freeReserved(l.book.Edited(f), f.Reservation)
	l.dirty.add(TableReservations, string(f.Reservation))
}

func (l *Lot) applyReservationEnded(f fact.ReservationEnded) {
	l.freeReserved(l.book.Ended(f), f.Reservation)
	l.dirty.add(TableReservations, string(f.Reservation))
	l.dirty.add(TableEndedReservations, string(f.Reservation))
}

func (l *Lot) applyReservationSpot(f fact.ReservationSpot) {
	if old, found := l.book.ByID(f.Reservation); found {
		l.freeReserved(old.Spot, old.ID)
	}
	l.book.SpotBound(f)
	l.changeSpotID(f.Spot, func(s *SpotState) { s.Reservation = f.Reservation })
	l.dirty.add(TableReservations, string(f.Reservation))
}

// freeReserved gives back a spot that was bound to a reservation.
func (l *Lot) freeReserved(spot fact.SpotID, id fact.ReservationID) {
	if i, found := l.spotIndex[spot]; found && l.spots[i].Reservation == id {
		l.changeSpot(i, func(s *SpotState) { s.Reservation = "" })
	}
}

// expireBookings binds spots to reservations that are about to start, and ends those whose driver never came.
func (l *Lot) expireBookings() {
	dues := l.book.Due(l.now.WallMS)
	if len(dues) > 0 {
		for _, id := range l.book.Forget(l.now.WallMS - dayMS) {
			l.dirty.add(TableReservations, string(id))
		}
	}
	for _, due := range dues {
		switch due.Kind {
		case booking.Assign:
			l.bindSpot(due.Reservation)
		case booking.NoShow:
			l.emit(fact.ReservationEnded{Reservation: due.Reservation, Status: fact.ReservationNoShow, Actor: "gateway"})
		case booking.Overstay:
			l.overstayed(due.Reservation)
		}
	}
	if l.signs.moved && len(l.waiting) > 0 {
		l.bindWaiting()
	}
}

// overstayed records that a vehicle is still inside when its reserved time is over.
func (l *Lot) overstayed(id fact.ReservationID) {
	r, _ := l.book.ByID(id)
	if t := l.tickets.byID[r.Ticket]; t != nil && t.Open() && !t.Overstay {
		l.emit(fact.ViolationFound{Violation: fact.ViolationOverstay, Spot: t.Spot, Ticket: t.ID})
	}
}

// bindSpot keeps a spot for a reservation. If none is free now, the reservation waits for the next, ahead of
// everybody without a right.
func (l *Lot) bindSpot(id fact.ReservationID) {
	r, found := l.book.ByID(id)
	if !found || r.Status != fact.ReservationConfirmed || r.Spot != "" {
		return
	}
	types := l.cfg.Upgrade.Types(r.SpotType, r.SpotType == fact.Handicapped)
	if at, ok := l.allocator.Best(types, 0); ok {
		l.emit(fact.ReservationSpot{Reservation: id, Spot: l.cfg.Spots[at].ID})
		return
	}
	if !slices.Contains(l.waiting, id) {
		l.waiting = append(l.waiting, id)
	}
}

// bindWaiting serves the reservations that found no spot when theirs was due.
func (l *Lot) bindWaiting() {
	waiting := l.waiting
	l.waiting = nil
	for _, id := range waiting {
		l.bindSpot(id)
	}
}

// unplaced is how many reservations of a type are due and wait for a spot; those that headquarters sold are counted by kept.
func (l *Lot) unplaced(kind fact.SpotType) int {
	n := 0
	for _, id := range l.waiting {
		if r, found := l.book.ByID(id); found && r.Status == fact.ReservationConfirmed && r.SpotType == kind && r.Right == 0 {
			n++
		}
	}
	return n
}

// moveReservation finds another spot for a reservation that can't have its own any more. Without one, it is due again.
func (l *Lot) moveReservation(id fact.ReservationID) {
	if r, found := l.book.ByID(id); found && r.Status == fact.ReservationConfirmed {
		moved := fact.ReservationSpot{Reservation: id}
		types := l.cfg.Upgrade.Types(r.SpotType, r.SpotType == fact.Handicapped)
		if at, ok := l.allocator.Best(types, 0); ok {
			moved.Spot = l.cfg.Spots[at].ID
		}
		l.emit(moved)
	}
}

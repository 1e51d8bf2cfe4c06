package booking

import "gatehouse/sync/fact"

// Deactivated: the vehicle of an active reservation backed out of the entry (fact.VehicleBackedOut). The
// reservation holds as before; a new spot will be due.
func (b *Book) Deactivated(id fact.ReservationID) {
	if e, err := b.live(id); err == nil && e.Status == fact.ReservationActive {
		after := e.Reservation
		after.Status, after.Ticket, after.Spot = fact.ReservationConfirmed, "", ""
		b.change(e, after)
	}
}

package booking

import "gatehouse/sync/fact"

// schedule notes what will be due for a reservation as it is now.
func (b *Book) schedule(e *entry) {
	note := func(kind ActionKind, whenMS int64) {
		b.agenda.push(due{Action{kind, e.ID, whenMS}, e.generation})
	}
	if e.Status == fact.ReservationActive {
		note(Overstay, e.EndMS)
	} else {
		note(NoShow, b.rules.NoShowAtMS(&e.Reservation))
		if e.Spot == "" {
			note(Assign, b.rules.AssignAtMS(&e.Reservation))
		}
	}
	b.tidy()
}

// tidy drops what is outdated when it is most of the agenda, so that a reservation edited a million times takes
// no more memory than another.
func (b *Book) tidy() {
	if len(b.agenda) < 64+4*len(b.reservations) {
		return
	}
	old := b.agenda
	b.agenda = make(agenda, 0, len(old)/2)
	for i := range old {
		if b.holds(&old[i]) {
			b.agenda.push(old[i])
		}
	}
}

// holds reports whether the reservation is as it was when this was noted.
func (b *Book) holds(d *due) bool {
	e, known := b.reservations[d.Reservation]
	return known && e.Live() && e.generation == d.generation
}

// Next is when something will be due; false if nothing will.
func (b *Book) Next() (whenMS int64, ok bool) {
	for len(b.agenda) > 0 {
		if b.holds(&b.agenda[0]) {
			return b.agenda[0].WhenMS, true
		}
		b.agenda.pop()
	}
	return 0, false
}

// Due returns what is due, by time, then kind, then reservation. Until the fact about it has been taken over,
// Assign and NoShow are due again RetryMS later. A spot for somebody who did not come is not due.
func (b *Book) Due(nowMS int64) []Action {
	var found []Action
	for {
		when, ok := b.Next()
		if !ok || when > nowMS {
			return found
		}
		d := b.agenda.pop()
		if d.Kind == Assign && b.rules.DueNoShow(&b.reservations[d.Reservation].Reservation, nowMS) {
			continue
		}
		found = append(found, d.Action)
		if d.Kind != Overstay {
			d.WhenMS = nowMS + max(b.rules.RetryMS, 1)
			b.agenda.push(d)
		}
	}
}

package lot

import (
	"slices"

	"gatehouse/sync/fact"
)

// doubted is the spot of a ticket whose vehicle backed out, if a closing loop that failed just then is no liar. A restart
// forgets it: then the spot's sensor is asked first in any case.
type doubted struct {
	spot    int32
	ticket  fact.TicketID
	gate    int
	untilMS int64 // monotonic
}

// doubtBackOut keeps a spot from being given to another while the one it was given to may be on its way there. A spot
// without a sensor has no second witness, and is free at once.
func (l *Lot) doubtBackOut(i int, id fact.TicketID) {
	t := l.tickets[id]
	if t == nil || t.Status != TicketCancelled {
		return
	}
	at, found := l.spotIndex[t.Spot]
	if !found || l.cfg.Spots[at].Sensor < 0 || l.spots[at].Status() != fact.SpotAvailable {
		return
	}
	l.emit(fact.SpotChanged{Spot: t.Spot, Before: fact.SpotAvailable, After: fact.SpotUnknown, Reason: fact.ReasonBackedOut})
	l.doubted = append(l.doubted, doubted{at, id, i, l.now.MonoMS + l.cfg.Policy.BackedOutMS})
}

// expireDoubted gives the spots away again that nobody came to.
func (l *Lot) expireDoubted() {
	for len(l.doubted) > 0 && l.doubted[0].untilMS <= l.now.MonoMS {
		spot := l.doubted[0].spot
		l.doubted = slices.Delete(l.doubted, 0, 1)
		if l.spots[spot].Sensed == fact.SpotUnknown && l.sensing[spot].Status() == fact.SpotAvailable {
			l.emit(fact.SpotChanged{
				Spot: l.cfg.Spots[spot].ID, Before: fact.SpotUnknown, After: fact.SpotAvailable,
				Confidence: l.sensing[spot].Confidence(), Reason: fact.ReasonConfirmed,
			})
		}
	}
}

// cameInAfterAll is the ticket of a vehicle that seemed to have backed out and now stands where it was told to park. A
// closing loop that has been seen working since leaves no doubt that it did back out.
func (l *Lot) cameInAfterAll(spot int32) *Ticket {
	n := slices.IndexFunc(l.doubted, func(d doubted) bool { return d.spot == spot })
	if n < 0 {
		return nil
	}
	d := l.doubted[n]
	l.doubted = slices.Delete(l.doubted, n, n+1)
	t := l.tickets[d.ticket]
	if t == nil || t.Open() || l.lanes[d.gate].passage.Qualified() {
		return nil
	}
	l.emit(fact.TicketCorrected{Ticket: t.ID, Close: false, Actor: correctedBy, Note: "it did not back out: its spot sees a car"})
	return t
}

package lot

import (
	"slices"

	"gatehouse/sync/fact"
)

// doubted is a spot that was freed on a guess, and to which a vehicle may be on its way: its ticket's vehicle backed out,
// if a closing loop that failed just then is no liar; or a car that parked elsewhere was taken for its own. A restart
// forgets it: then the spot's sensor is asked first in any case.
type doubted struct {
	spot    int32
	ticket  fact.TicketID
	gate    int   // of a back-out; else -1
	untilMS int64 // monotonic
}

// doubtBackOut keeps a spot from being given to another while the one it was given to may be on its way there. A spot
// without a sensor has no second witness, and is free at once.
func (l *Lot) doubtBackOut(i int, id fact.TicketID) {
	t := l.tickets.byID[id]
	if t == nil || t.Status != TicketCancelled {
		return
	}
	l.doubtSpot(doubted{gate: i, ticket: id}, t.Spot, fact.ReasonBackedOut)
}

// doubtSpot keeps a spot from being given away that was freed for a reason.
func (l *Lot) doubtSpot(d doubted, id fact.SpotID, reason fact.Reason) {
	at, found := l.spotIndex[id]
	if !found || l.cfg.Spots[at].Sensor < 0 || l.spots[at].Status() != fact.SpotAvailable {
		return
	}
	l.emit(fact.SpotChanged{Spot: id, Before: fact.SpotAvailable, After: fact.SpotUnknown, Reason: reason})
	d.spot, d.untilMS = at, l.now.MonoMS+l.cfg.Policy.DoubtedMS
	l.doubts.spots = append(l.doubts.spots, d)
}

// expireDoubted gives the spots away again that nobody came to.
func (l *Lot) expireDoubted() {
	for len(l.doubts.spots) > 0 && l.doubts.spots[0].untilMS <= l.now.MonoMS {
		spot := l.doubts.spots[0].spot
		l.doubts.spots = slices.Delete(l.doubts.spots, 0, 1)
		if l.spots[spot].Sensed == fact.SpotUnknown && l.sensing.spots[spot].Status() == fact.SpotAvailable {
			l.emit(fact.SpotChanged{
				Spot: l.cfg.Spots[spot].ID, Before: fact.SpotUnknown, After: fact.SpotAvailable,
				Confidence: l.sensing.spots[spot].Confidence(), Reason: fact.ReasonConfirmed,
			})
		}
	}
}

// cameInAfterAll is the ticket of a vehicle that seemed to have backed out and now stands where it was told to park. A
// closing loop that has been seen working since leaves no doubt that it did back out.
func (l *Lot) cameInAfterAll(spot int32) *Ticket {
	n := slices.IndexFunc(l.doubts.spots, func(d doubted) bool { return d.spot == spot })
	if n < 0 {
		return nil
	}
	d := l.doubts.spots[n]
	l.doubts.spots = slices.Delete(l.doubts.spots, n, n+1)
	t := l.tickets.byID[d.ticket]
	if d.gate < 0 || t == nil || t.Open() || l.lanes[d.gate].passage.Qualified() {
		return nil
	}
	l.emit(fact.TicketCorrected{Ticket: t.ID, Close: false, Actor: correctedBy, Note: "it did not back out: its spot sees a car"})
	return t
}

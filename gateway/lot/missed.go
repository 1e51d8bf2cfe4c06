package lot

import (
	"slices"

	"gatehouse/gateway/gate"
	"gatehouse/gateway/plate"
	"gatehouse/sync/fact"
)

// follows tells a gate of a reading that is of another vehicle than the one it was granted for: bumper to bumper, its
// loops alone can't tell the next one from the first, come back.
func (l *Lot) follows(n *lane, s *sighting) {
	if n.through == "" {
		return
	}
	direction := l.direction(s.Gate)
	surely := n.passage.MindsFollower(l.now.MonoMS, direction) && l.surelyOther(n.through, s)
	n.feed(l, s.Gate, gate.Follows(direction, surely))
}

// surelyOther reports whether a reading can't be of the vehicle of an open ticket.
func (l *Lot) surelyOther(id fact.TicketID, s *sighting) bool {
	t := l.tickets[id]
	if t == nil || t.Plate == "" || s.plate == "" {
		return false
	}
	match := l.plates.Match(s.opinions())
	switch match.Outcome {
	case plate.Found:
		return match.ID != id
	case plate.None:
		return match.Cost == plate.NothingNear
	}
	return false
}

// correctedBy is the actor of corrections that no person made.
const correctedBy = "gateway"

// unnamedMax is how many vehicles are remembered that left without their ticket.
const unnamedMax = 64

// leftUnnamed takes note that a vehicle left on no ticket, or on one for a lost one: an open ticket somewhere is its own.
func (l *Lot) leftUnnamed(at fact.Stamp) {
	kept := l.meta.Unnamed[max(0, len(l.meta.Unnamed)-unnamedMax+1):]
	l.meta.Unnamed = append(slices.Clone(kept), at.WallMS) // a checkpoint may still be writing the old one
}

// unnamedSince is the first vehicle that left without its ticket from a time on; -1: none.
func (l *Lot) unnamedSince(sinceMS int64) int {
	return slices.IndexFunc(l.meta.Unnamed, func(leftMS int64) bool { return leftMS >= sinceMS })
}

// named takes note that a ticket was found to be that of a vehicle that left without it.
func (l *Lot) named(t *Ticket) {
	if i := l.unnamedSince(t.VacatedMS); i >= 0 {
		l.meta.Unnamed = slices.Concat(l.meta.Unnamed[:i], l.meta.Unnamed[i+1:])
	}
}

// missedExit judges a ticket whose car left its spot long ago and was not seen since. If a vehicle left without a ticket
// in that time, these are two witnesses of the same; if none did, a person has to look.
func (l *Lot) missedExit(t *Ticket) {
	l.suspect(t, fact.ReasonMissedExit)
	if l.unnamedSince(t.VacatedMS) >= 0 {
		l.emit(fact.TicketCorrected{Ticket: t.ID, Close: true, Actor: correctedBy, Note: "left its spot, and an exit without its ticket"})
	}
}

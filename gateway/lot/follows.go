package lot

import (
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
	t := l.tickets.byID[id]
	if t == nil || t.Plate == "" || s.plate == "" {
		return false
	}
	match := l.tickets.plates.Match(s.opinions())
	switch match.Outcome {
	case plate.Found:
		return match.ID != id
	case plate.None:
		return match.Cost == plate.NothingNear
	}
	return false
}

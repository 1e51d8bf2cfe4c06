package lot

import (
	"slices"

	"gatehouse/sync/fact"
)

// What the gateway concludes of tickets whose vehicles no exit knew: on an unread plate, a lost ticket, behind another,
// through a gate that was held open. Nothing is charged for it, and whoever was taken for gone and comes to an exit
// after all goes on with its ticket (reappeared).

// correctedBy is the actor of corrections that no person made.
const correctedBy = "gateway"

const (
	// unnamedMax is how many vehicles are remembered that left without their ticket.
	unnamedMax = 64
	// settledMS after a vehicle left, the sensor of its spot has said so, and whoever was let out with it is gone.
	settledMS = 2 * 60_000
	// lookAgainMS is how long to wait for those who drive about to park or to leave.
	lookAgainMS = 60_000
)

// doubts are what the lot does not know for sure, and when it will.
type doubts struct {
	spots     []doubted // in the order of their ends
	whoLeftMS int64     // wall time at which to look whose the vehicles were that left without a ticket
	emptyMS   int64     // monotonic time since when sensors see every spot empty; never: they do not
	// followedUntilMS is how long a vehicle that followed another in may be on its way; monotonic.
	followedUntilMS int64
	exits           []fact.TicketID // that were under way when the power went
}

// conclude closes a ticket by what the gateway has seen.
func (l *Lot) conclude(t *Ticket, why string) {
	l.emit(fact.TicketCorrected{Ticket: t.ID, Close: true, Actor: correctedBy, Note: why})
}

// leftUnnamed takes note that a vehicle left on no ticket, or on one for a lost one: an open ticket somewhere is its own.
func (l *Lot) leftUnnamed(at fact.Stamp) {
	kept := l.meta.Unnamed[max(0, len(l.meta.Unnamed)-unnamedMax+1):]
	l.meta.Unnamed = append(slices.Clone(kept), at.WallMS) // a checkpoint may still be writing the old one
	l.doubts.whoLeftMS = min(l.doubts.whoLeftMS, at.WallMS+settledMS)
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
// in that time, these are two witnesses of the same. Where sensors know of every spot that it is empty or whose car stands
// there, it is nowhere: it went out close behind another. Else a person has to look.
func (l *Lot) missedExit(t *Ticket) {
	l.suspect(t, fact.ReasonMissedExit)
	switch {
	case l.unnamedSince(t.VacatedMS) >= 0:
		l.conclude(t, "left its spot, and an exit without its ticket")
	case l.counts.parked+l.counts.empty == len(l.spots):
		l.conclude(t, "left unseen: its spot is empty, and no other spot has a vehicle that is not accounted for")
	default:
		l.tickets.vacatedDue.put(l.now.WallMS+l.cfg.Policy.VacatedMS, t.ID)
	}
}

// expireDeparted finds whose the vehicles were that left without their tickets, by elimination: so many vehicles are
// missing by the loops, and so many tickets are those that may have left, each of which was seen to leave its spot.
func (l *Lot) expireDeparted() {
	if l.now.WallMS < l.doubts.whoLeftMS {
		return
	}
	l.doubts.whoLeftMS = never
	for n, leftMS := range l.meta.Unnamed {
		if l.now.WallMS < leftMS+settledMS {
			l.doubts.whoLeftMS = leftMS + settledMS
			return
		}
		left, missing := l.mayHaveLeft(leftMS)
		if len(left) > 0 && len(left) <= min(n+1, missing) {
			for _, t := range left {
				l.conclude(t, "left, by elimination: its spot is empty, a vehicle left without a ticket, and every other is still here")
			}
			l.doubts.whoLeftMS = l.now.WallMS // the others may be certain now
			return
		}
	}
	if len(l.tickets.roaming) > 0 && len(l.meta.Unnamed) > 0 {
		l.doubts.whoLeftMS = l.now.WallMS + lookAgainMS
	}
}

// mayHaveLeft lists the tickets whose vehicles had left their spots by a time and were not seen since, if nobody else may
// have left by then; and how many vehicles are missing, by the loops. A vehicle on its spot by a sensor's word is here, and
// so is one that came later.
func (l *Lot) mayHaveLeft(byMS int64) (left []*Ticket, missing int) {
	inside := len(l.tickets.open)
	others := inside - l.counts.parked
	for i := range l.lanes {
		if t := l.tickets.byID[l.lanes[i].through]; t != nil && t.Status == TicketAdmitted {
			inside--
			if t.Entry.WallMS > byMS {
				others--
			}
		}
	}
	for _, t := range l.tickets.arriving {
		if t.Entry.WallMS > byMS {
			others--
		}
	}
	for _, t := range l.tickets.roaming {
		if t.VacatedMS > byMS {
			others--
		} else if t.Status == TicketActive {
			left = append(left, t)
		}
	}
	if others != len(left) {
		return nil, 0
	}
	return left, inside - int(l.meta.LoopInside)
}

// expireEmpty audits the counts when sensors have seen every spot empty for so long that nobody can be driving about: who
// has a ticket from before has left, and if nobody came since, the loops start from nothing.
func (l *Lot) expireEmpty() {
	if l.counts.empty < len(l.spots) || len(l.spots) == 0 {
		l.doubts.emptyMS = never
		return
	}
	if l.doubts.emptyMS == never {
		l.doubts.emptyMS = l.now.MonoMS
	}
	if l.now.MonoMS < l.emptyAuditMS() {
		return
	}
	sinceMS := l.now.WallMS - (l.now.MonoMS - l.doubts.emptyMS)
	for _, t := range slices.Clone(l.tickets.open) {
		if t.Status == TicketActive && max(t.Entry.WallMS, t.VacatedMS) <= sinceMS {
			l.conclude(t, "left: the sensors see every spot empty")
		}
	}
	l.doubts.emptyMS = l.now.MonoMS // whoever is left has the same time to park
	if len(l.tickets.open) == 0 && l.meta.LoopInside != 0 {
		l.emit(fact.CountCorrected{Before: l.meta.LoopInside, Actor: correctedBy, Note: "the sensors see every spot empty"})
	}
}

// emptyAuditMS is the monotonic time at which an empty lot is audited, if there is anything to doubt.
func (l *Lot) emptyAuditMS() int64 {
	if l.doubts.emptyMS == never || len(l.tickets.open) == 0 && l.meta.LoopInside == 0 {
		return never
	}
	return l.doubts.emptyMS + l.cfg.Policy.VacatedMS
}

// reappeared takes back what was concluded of a ticket: its vehicle is here. That it was here all the while nobody
// knows, so that its price is bounded.
func (l *Lot) reappeared(t *Ticket) *Ticket {
	l.emit(fact.TicketCorrected{Ticket: t.ID, Actor: correctedBy, Note: "it had not left: it was seen again"})
	l.suspect(t, fact.ReasonMissedExit)
	return t
}

// takenForGone reports whether a visit is over by nothing but the gateway's own conclusion.
func (t *Ticket) takenForGone() bool { return !t.Open() && t.Concluded != "" && t.ExitGate == "" }

// lastTakenForGone finds the last ticket of a kind that was taken for gone within a day: a sensor may have lost sight
// of its vehicle for the whole stay. Whoever comes later has come anew.
func (l *Lot) lastTakenForGone(of func(*Ticket) bool) *Ticket {
	var last *Ticket
	for _, t := range l.tickets.closed.ring {
		recent := t != nil && l.now.WallMS-t.Exit.WallMS <= dayMS
		if recent && t.takenForGone() && of(t) && (last == nil || last.Exit.HLC < t.Exit.HLC) {
			last = t
		}
	}
	return last
}

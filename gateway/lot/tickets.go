package lot

import (
	"slices"

	"gatehouse/gateway/plate"
	"gatehouse/sync/fact"
)

// tickets are those in memory: the open ones, and those that closed last.
type tickets struct {
	byID     map[fact.TicketID]*Ticket
	open     []*Ticket
	closed   closedTickets
	holders  ticketsBy[fact.PassID]     // the open ones
	asked    map[fact.PaymentID]*Ticket // payments for which no terminal has said yet that the money came
	plates   *plate.Index[fact.TicketID]
	arriving []*Ticket // passed the entry, not yet seen parked; by entry
	roaming  []*Ticket // seen to leave their spot; the latest last
	// Which of the open ones are to be looked at, and when; by wall time, and forgotten by a restart.
	overstayDue due[fact.TicketID]
	vacatedDue  due[fact.TicketID]
	chargeDue   due[fact.TicketID]
}

func newTickets(cfg *Config) tickets {
	return tickets{
		byID: map[fact.TicketID]*Ticket{}, closed: closedTickets{byPlate: ticketsBy[fact.Plate]{}}, holders: ticketsBy[fact.PassID]{},
		asked: map[fact.PaymentID]*Ticket{}, plates: plate.NewIndex[fact.TicketID](cfg.Matching),
	}
}

// keepTicket takes a ticket into memory.
func (l *Lot) keepTicket(t *Ticket) {
	l.tickets.byID[t.ID] = t
	l.tariffs.uses[t.TariffDigest]++
	for i := range t.Payments {
		if s := t.Payments[i].Status; s == PaymentPending || s == PaymentFailed {
			l.tickets.asked[t.Payments[i].ID] = t
		}
	}
}

// dropTicket takes a ticket out of memory; the archive has it.
func (l *Lot) dropTicket(t *Ticket) {
	delete(l.tickets.byID, t.ID)
	for i := range t.Payments {
		delete(l.tickets.asked, t.Payments[i].ID)
	}
	if l.tariffs.uses[t.TariffDigest]--; l.tariffs.uses[t.TariffDigest] == 0 {
		delete(l.tariffs.uses, t.TariffDigest)
		l.forgetTariff(t.TariffDigest)
	}
}

// insertTicket adds an open ticket to all indexes.
func (l *Lot) insertTicket(t *Ticket) {
	t.place = len(l.tickets.open)
	l.tickets.open = append(l.tickets.open, t)
	l.tickets.plates.Add(t.Plate, t.ID)
	l.tickets.holders.add(t.Pass, t)
	l.dirty.add(TableTickets, string(t.ID))
}

// removeOpen takes a ticket out of the indexes of open ones.
func (l *Lot) removeOpen(t *Ticket) {
	last := l.tickets.open[len(l.tickets.open)-1]
	l.tickets.open[t.place], last.place = last, t.place
	l.tickets.open = l.tickets.open[:len(l.tickets.open)-1]
	l.tickets.arriving = without(l.tickets.arriving, t)
	l.tickets.roaming = without(l.tickets.roaming, t)
	l.tickets.plates.Remove(t.Plate, t.ID)
	l.tickets.holders.remove(t.Pass, t)
}

// without removes one ticket from a list, keeping the order of the others.
func without(list []*Ticket, t *Ticket) []*Ticket {
	if i := slices.Index(list, t); i >= 0 {
		return slices.Delete(list, i, i+1)
	}
	return list
}

// closeTicket ends a visit and frees its spot.
func (l *Lot) closeTicket(t *Ticket, status TicketStatus, at fact.Stamp) {
	l.removeOpen(t)
	l.unassign(t)
	t.Status, t.Exit = status, at
	if status == TicketCompleted {
		hour := l.hour(at.WallMS)
		hour.Stays++
		stayMS, _ := at.SinceMS(t.Entry)
		hour.StaysMS += stayMS
	}
	if t.Reservation != "" {
		l.endReservation(t, status)
	}
	if status == TicketCancelled { // it never came in
		for len(t.Coupons) > 0 {
			l.unburn(t.Coupons[0])
			t.forgetCoupon(t.Coupons[0])
		}
	}
	l.dirty.add(TableTickets, string(t.ID))
	l.dirty.add(TableClosedTickets, string(t.ID))
	l.dirty.add(TableRecent, string(t.ID))
	l.keepClosed(t)
}

// endReservation ends a visit's reservation, or has it hold again if its vehicle backed out.
func (l *Lot) endReservation(t *Ticket, status TicketStatus) {
	if status == TicketCancelled {
		l.book.Deactivated(t.Reservation)
	} else {
		l.book.Completed(t.Reservation)
		l.dirty.add(TableEndedReservations, string(t.Reservation))
	}
	l.dirty.add(TableReservations, string(t.Reservation))
}

// keepClosed remembers a closed ticket until enough newer ones have closed.
func (l *Lot) keepClosed(t *Ticket) {
	if old := l.tickets.closed.keep(t); old != nil {
		l.dropTicket(old)
		l.dirty.add(TableRecent, string(old.ID))
	}
}

// reopenTicket takes back a close; the ticket has no spot until its car is seen.
func (l *Lot) reopenTicket(t *Ticket) {
	l.tickets.closed.takeBack(t)
	t.Status, t.Spot, t.Parked, t.Exit, t.VacatedMS, t.Concluded = TicketActive, "", false, fact.Stamp{}, l.meta.Last.WallMS, ""
	l.dirty.add(TableClosedTickets, string(t.ID))
	l.dirty.add(TableRecent, string(t.ID))
	l.insertTicket(t)
	l.roam(t)
}

// changeTicket changes a ticket in memory, open or recently closed.
func (l *Lot) changeTicket(id fact.TicketID, change func(*Ticket)) {
	t := l.tickets.byID[id]
	if t == nil {
		return
	}
	change(t)
	if t.Open() {
		l.dirty.add(TableTickets, string(id))
	} else {
		l.dirty.add(TableClosedTickets, string(id))
		l.dirty.add(TableRecent, string(id))
	}
}

// suspect marks a stay as doubtful, once.
func (l *Lot) suspect(t *Ticket, reason fact.Reason) {
	if t.Suspect == fact.ReasonNone {
		l.emit(fact.TicketSuspected{Ticket: t.ID, Reason: reason})
	}
}

// watchOverstay has a ticket looked at when its stay becomes too long.
func (l *Lot) watchOverstay(t *Ticket) {
	limitMS := l.cfg.Policy.MaxStayMS
	if limitMS > 0 && t.Pass == "" && !t.Overstay {
		l.tickets.overstayDue.put(t.Entry.WallMS+limitMS, t.ID)
	}
}

// watchVacated has a ticket looked at when its car has been away from its spot for long: it may have left behind
// another, or on a misread plate, and a later visit must not be charged for both.
func (l *Lot) watchVacated(t *Ticket) {
	if t.VacatedMS != 0 && !t.Parked {
		l.tickets.vacatedDue.put(t.VacatedMS+l.cfg.Policy.VacatedMS, t.ID)
	}
}

// expireVacated marks the tickets whose cars were not seen since they left their spots.
func (l *Lot) expireVacated() {
	for l.tickets.vacatedDue.next() <= l.now.WallMS {
		t := l.tickets.byID[l.tickets.vacatedDue.take()]
		if t != nil && t.Status == TicketActive && !t.Parked && t.VacatedMS != 0 && l.now.WallMS-t.VacatedMS >= l.cfg.Policy.VacatedMS {
			l.missedExit(t)
		}
	}
}

// expireTickets finds overstays, and closes exits that a power cut interrupted and that nobody came back for.
func (l *Lot) expireTickets() {
	l.expireVacated()
	l.expireCharging()
	l.expireDeparted()
	l.expireEmpty()
	for l.tickets.overstayDue.next() <= l.now.WallMS {
		t := l.tickets.byID[l.tickets.overstayDue.take()]
		if t == nil || !t.Open() || t.Overstay {
			continue
		}
		entryMS, nowMS, _ := l.stay(t, l.now)
		if leftMS := entryMS + l.cfg.Policy.MaxStayMS - nowMS; leftMS > 0 { // a clock was set since
			l.tickets.overstayDue.put(l.now.WallMS+leftMS, t.ID)
		} else {
			l.emit(fact.ViolationFound{Violation: fact.ViolationOverstay, Spot: t.Spot, Ticket: t.ID})
		}
	}
	if len(l.doubts.exits) == 0 || l.now.MonoMS < l.cfg.Policy.InterruptedMS {
		return
	}
	for _, id := range l.doubts.exits {
		if t := l.tickets.byID[id]; t != nil && t.Status == TicketLeaving {
			l.conclude(t, "exit granted before a power cut, and not seen since")
		}
	}
	l.doubts.exits = nil
}

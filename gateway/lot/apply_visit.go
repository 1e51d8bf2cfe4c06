package lot

import "gatehouse/sync/fact"

func (l *Lot) applyEntryGranted(r fact.Record, f fact.EntryGranted) {
	t := &Ticket{
		ID: f.Ticket, Plate: f.Plate, PlateRaw: f.PlateRaw, Credential: f.Credential, Vehicle: f.Vehicle,
		Priced: f.Priced, Entry: r.At, EntryLineMS: l.meta.LineMS, EntryDoubts: l.meta.Doubts, EntryGate: f.Gate, Reservation: f.Reservation, Pass: f.Pass,
		Tariff: f.Tariff, TariffDigest: l.meta.Tariff, Occupancy: f.Occupancy, Granted: r.Dot, Reason: f.Reason,
	}
	if before := l.tickets.byID[f.Rejoins]; before != nil && f.Rejoins != "" {
		t.rejoin(before)
	}
	if reservation, found := l.book.ByID(f.Reservation); found {
		l.activate(t, reservation, r)
	}
	l.keepTicket(t)
	l.insertTicket(t)
	l.assign(t, f.Spot)
	l.decided(f.Gate, Decision{
		Granted: true, Reason: f.Reason, Plate: f.Plate, Ticket: f.Ticket, Spot: f.Spot, Without: f.Without,
	}, r.At)
}

// activate turns a reservation into the ticket's: its price was paid ahead, its spot is the ticket's now.
func (l *Lot) activate(t *Ticket, reservation Reservation, r fact.Record) {
	t.BookedStartMS, t.BookedEndMS = reservation.StartMS, reservation.EndMS
	if reservation.PrepaidMinor > 0 {
		t.Payments = append(t.Payments, Payment{
			ID: fact.PaymentID(reservation.ID), Status: PaymentCompleted, AmountMinor: reservation.PrepaidMinor,
			Reference: string(reservation.ID), At: r.At, Prepaid: true,
		})
	}
	l.freeReserved(reservation.Spot, reservation.ID)
	l.book.Activated(reservation.ID, t.ID)
	l.dirty.add(TableReservations, string(reservation.ID))
}

// regrant lets a ticket's vehicle through once more.
func (l *Lot) regrant(r fact.Record, id fact.TicketID, status TicketStatus) {
	l.changeTicket(id, func(t *Ticket) { t.Status, t.Granted = status, r.Dot })
}

func (l *Lot) applyDenied(at fact.Stamp, reason fact.Reason) {
	hour := l.hour(at.WallMS)
	hour.Denied++
	if reason == fact.ReasonFull {
		hour.DeniedFull++
	}
}

func (l *Lot) applyExitGranted(r fact.Record, f fact.ExitGranted) {
	l.changeTicket(f.Ticket, func(t *Ticket) {
		if t.Open() { // one that a person has closed stays so
			t.Status = TicketLeaving
		}
		t.Granted, t.Reason = r.Dot, f.Reason
		t.FeeMinor, t.TaxMinor, t.ExitGate = f.FeeMinor, f.TaxMinor, f.Gate
	})
	l.decided(f.Gate, Decision{
		Granted: true, Reason: f.Reason, Plate: f.Plate, Ticket: f.Ticket, FeeText: l.moneyText(f.FeeMinor), Without: f.Without,
	}, r.At)
}

// applyPassed counts a vehicle by the closing loop and moves its visit on.
func (l *Lot) applyPassed(r fact.Record, f fact.VehiclePassed) {
	l.countPassage(f.Gate, f.Direction, r.At)
	t := l.tickets.byID[f.Ticket]
	if f.Direction == fact.Outward && (f.Ticket == "" || t != nil && t.Suspect == fact.ReasonLostTicket) {
		l.leftUnnamed(r.At)
	}
	if t == nil || !t.Open() {
		return
	}
	if f.Direction == fact.Outward {
		l.closeTicket(t, TicketCompleted, r.At)
		return
	}
	t.Status = TicketActive
	l.dirty.add(TableTickets, string(t.ID))
	l.arrive(t)
}

// countPassage counts one vehicle through a gate.
func (l *Lot) countPassage(id fact.GateID, direction fact.Direction, at fact.Stamp) {
	l.changeGate(id, func(g *GateState) { g.Passed++ })
	hour := l.hour(at.WallMS)
	if direction == fact.Outward {
		l.meta.LoopInside--
		hour.Exits++
	} else {
		l.meta.LoopInside++
		hour.Entries++
	}
	hour.PeakInside = max(hour.PeakInside, l.meta.LoopInside)
	l.signs.moved = true
}

// applyBackedOut ends a grant that was not used. A ticket that has moved on meanwhile, because a loop missed its
// vehicle, stays as it is: a car that stands inside has not backed out.
func (l *Lot) applyBackedOut(r fact.Record, f fact.VehicleBackedOut) {
	t := l.tickets.byID[f.Ticket]
	switch {
	case t == nil:
	case f.Direction == fact.Outward && t.Status == TicketLeaving:
		t.Status = TicketActive
		l.dirty.add(TableTickets, string(t.ID))
	case f.Direction != fact.Outward && t.Status == TicketAdmitted:
		l.closeTicket(t, TicketCancelled, r.At)
	}
}

func (l *Lot) applyTailgated(r fact.Record, f fact.VehicleTailgated) {
	l.countPassage(f.Gate, f.Direction, r.At)
	l.hour(r.At.WallMS).Tailgates++
	if f.Direction == fact.Outward {
		l.leftUnnamed(r.At)
	}
	l.changeGate(f.Gate, func(g *GateState) { g.Tailgated++ })
}

func (l *Lot) applyPaymentReceived(r fact.Record, f fact.PaymentReceived) {
	l.hour(r.At.WallMS).RevenueMinor += f.AmountMinor
	delete(l.tickets.asked, f.Payment)
	l.changeTicket(f.Ticket, func(t *Ticket) {
		p := t.payment(f.Payment)
		if p == nil {
			t.Payments = append(t.Payments, Payment{ID: f.Payment})
			p = &t.Payments[len(t.Payments)-1]
		}
		p.Status, p.AmountMinor, p.Method, p.Reference, p.At = PaymentCompleted, f.AmountMinor, f.Method, f.Reference, r.At
		p.LineMS = l.meta.LineMS
		t.OwedMinor -= min(t.OwedMinor, f.AmountMinor)
		if l.tariffOf(t).Payable(t.OwedMinor, f.Method.String()) == 0 {
			t.OwedMinor = 0 // less than the least coin
		}
	})
}

// applyTicketLost opens a ticket for a vehicle that is inside and has none.
func (l *Lot) applyTicketLost(r fact.Record, f fact.TicketLost) {
	t := &Ticket{
		ID: f.Ticket, Status: TicketActive, Plate: f.Plate, Entry: r.At, EntryLineMS: l.meta.LineMS, EntryDoubts: l.meta.Doubts,
		Lost: true, Tariff: l.promised(), TariffDigest: l.meta.Tariff, Suspect: fact.ReasonLostTicket, Priced: fact.Regular,
	}
	l.keepTicket(t)
	l.insertTicket(t)
}

func (l *Lot) applyTicketCorrected(r fact.Record, f fact.TicketCorrected) {
	t := l.tickets.byID[f.Ticket]
	if t == nil || t.Open() != f.Close {
		return
	}
	if f.Close {
		if f.Actor == correctedBy {
			t.Concluded = f.Note
			if t.VacatedMS > 0 {
				l.named(t)
			}
		}
		l.closeTicket(t, TicketCompleted, r.At)
		return
	}
	l.reopenTicket(t)
}

package lot

import (
	"slices"

	"gatehouse/gateway/gate"
	"gatehouse/gateway/plate"
	"gatehouse/sync/fact"
	"gatehouse/sync/policy"
)

// exitByPlate finds the ticket of a plate and settles it. An ambiguous plate asks for the ticket; it never
// guesses.
func (l *Lot) exitByPlate(i int, read plate.Read) fact.Reason {
	match := l.tickets.plates.Match(read)
	l.lanes[i].shown, l.lanes[i].seen = fact.CredentialPlate, read.Plate
	if match.Outcome != plate.Found && read.Plate != "" {
		if t := l.lastTakenForGone(func(t *Ticket) bool { return t.Plate == read.Plate }); t != nil {
			return l.settle(i, l.reappeared(t), fact.CredentialPlate, read.Plate)
		}
	}
	switch match.Outcome {
	case plate.Found:
		return l.settle(i, l.tickets.byID[match.ID], fact.CredentialPlate, read.Plate)
	case plate.Ambiguous:
		if t := l.newestOf(match); t != nil {
			return l.settle(i, t, fact.CredentialPlate, read.Plate)
		}
		return l.denyExit(i, "", read.Plate, fact.ReasonAmbiguousPlate, 0)
	}
	if pass, found := l.book.PassForPlate(read.Plate, l.now.WallMS); found && read.Plate != "" {
		return l.exitUnseen(i, pass, read.Plate)
	}
	return l.denyExit(i, "", read.Plate, fact.ReasonNoTicket, 0)
}

// newestOf resolves twins: of several tickets with exactly the plate read, all but the newest are known to
// have missed their exit. Different plates stay ambiguous.
func (l *Lot) newestOf(match plate.Match[fact.TicketID]) *Ticket {
	var newest *Ticket
	for _, id := range match.Others {
		t := l.tickets.byID[id]
		if t == nil || match.Cost != 0 || newest != nil && newest.Plate != t.Plate {
			return nil
		}
		if newest == nil || newest.Entry.HLC < t.Entry.HLC {
			newest = t
		}
	}
	return newest
}

// shown takes a code or a card.
func (l *Lot) shown(e Shown) {
	if l.outward(e.Gate) {
		l.exitByTicket(e)
		return
	}
	v := visit{credential: e.Kind, vehicle: fact.Regular, plate: l.recentPlate(e.Gate)}
	if policy.IsVoucher(e.Text) {
		reason := fact.ReasonNone
		if e, reason = l.voucherShown(e); reason != fact.ReasonNone {
			l.denyEntry(e.Gate, v, reason)
			return
		}
	}
	if t := l.interruptedEntry(e); t != nil {
		l.readmit(e.Gate, t, nil)
		return
	}
	if pass, found := l.book.PassForCard(e.Text, l.now.WallMS); found && e.Kind == fact.CredentialCard {
		v.pass, v.reason = pass, fact.ReasonPass
	} else if r, found := l.book.ByID(fact.ReservationID(e.Text)); found && e.Kind == fact.CredentialReservation {
		if r.Status == fact.ReservationActive || r.Status == fact.ReservationCompleted {
			l.denyEntry(e.Gate, v, fact.ReasonTicketUsed)
			return
		}
		if !l.cfg.Booking.InWindow(&r, l.now.WallMS) {
			l.denyEntry(e.Gate, v, fact.ReasonOutsideWindow)
			return
		}
		v.reservation, v.reason = r, fact.ReasonReservation
	} else {
		l.denyEntry(e.Gate, v, fact.ReasonUnknownCredential)
		return
	}
	l.entry(e.Gate, v)
}

// interruptedEntry finds the ticket that a pass or reservation was given at this gate, and that was never seen through.
func (l *Lot) interruptedEntry(e Shown) *Ticket {
	var shown []*Ticket
	switch e.Kind {
	case fact.CredentialCard:
		if pass, found := l.book.PassForCard(e.Text, l.now.WallMS); found {
			shown = l.tickets.holders[pass.ID]
		}
	case fact.CredentialReservation:
		if r, found := l.book.ByID(fact.ReservationID(e.Text)); found && l.tickets.byID[r.Ticket] != nil {
			shown = []*Ticket{l.tickets.byID[r.Ticket]}
		}
	}
	for _, t := range shown {
		if t.Status == TicketAdmitted && t.EntryGate == l.cfg.Gates[e.Gate].ID {
			return t
		}
	}
	return nil
}

// recentPlate is the plate that the camera read of the vehicle standing at a gate, if it read one well.
func (l *Lot) recentPlate(i int) fact.Plate {
	n := l.lane(i)
	if n.answerMS == 0 || l.now.MonoMS-n.answerMS > l.cfg.Policy.PlateFreshMS {
		return ""
	}
	if n.answered.Confidence < l.cfg.Policy.PlateConfidence {
		return ""
	}
	return n.answered.plate
}

func (l *Lot) exitByTicket(e Shown) {
	n := l.lane(e.Gate)
	n.asked, n.shown, n.seen = true, e.Kind, l.recentPlate(e.Gate)
	n.wait(waitNone, never)
	if e.Kind == fact.CredentialCard {
		l.exitByCard(e)
		return
	}
	if v, err := policy.ParseVoucher(e.Text); err == nil {
		e.Kind, e.Text = fact.CredentialReservation, string(v.Reservation())
	}
	id := fact.TicketID(e.Text)
	if r, found := l.book.ByID(fact.ReservationID(e.Text)); found && e.Kind == fact.CredentialReservation {
		id = r.Ticket
	}
	t := l.tickets.byID[id]
	switch {
	case t == nil:
		l.denyExit(e.Gate, "", n.seen, fact.ReasonNoTicket, 0)
	case t.takenForGone():
		l.settle(e.Gate, l.reappeared(t), e.Kind, n.seen)
	case !t.Open():
		l.denyExit(e.Gate, t.ID, n.seen, fact.ReasonTicketUsed, 0)
	default:
		l.settle(e.Gate, t, e.Kind, n.seen)
	}
}

// exitByCard settles the visit that a card stands for, whatever has become of its pass since: it may have ended, or have new
// terms under another id.
func (l *Lot) exitByCard(e Shown) {
	n := l.lane(e.Gate)
	passes := l.book.PassesOfCard(e.Text)
	for _, id := range passes {
		if t := l.holder(id, n.seen); t != nil {
			l.settle(e.Gate, t, e.Kind, n.seen)
			return
		}
	}
	if t := l.lastTakenForGone(func(t *Ticket) bool { return slices.Contains(passes, t.Pass) }); t != nil {
		l.settle(e.Gate, l.reappeared(t), e.Kind, n.seen)
		return
	}
	if pass, found := l.book.PassForCard(e.Text, l.now.WallMS); found {
		l.exitUnseen(e.Gate, pass, n.seen)
		return
	}
	l.denyExit(e.Gate, "", n.seen, fact.ReasonUnknownCredential, 0)
}

// exitUnseen lets out whoever has a right to park and whose entry was not seen: a gate was held open, or the vehicle came in
// behind another. Where nobody may hand a pass back, it has to be so that somebody came in unseen.
func (l *Lot) exitUnseen(i int, pass Pass, seen fact.Plate) fact.Reason {
	if l.cfg.Policy.Twin == TwinDeny && int(l.meta.LoopInside) <= len(l.tickets.open) {
		return l.denyExit(i, "", seen, fact.ReasonNoTicket, 0)
	}
	l.lanes[i].wait(waitNone, never)
	l.emit(fact.BarrierRaised{Gate: l.cfg.Gates[i].ID, Note: "pass " + string(pass.ID) + ", whose entry was not seen", Reason: fact.ReasonPass})
	l.lanes[i].feed(l, i, gate.RaiseOnce(fact.ReasonPass))
	l.show(i, Face{Lines: []string{"Thank you", "Drive safely"}, Colour: Green})
	return fact.ReasonPass
}

// holder is the ticket of a pass whose vehicle wants to leave: the one with its plate, or else the newest. One before that has
// missed its exit, or somebody has handed the pass back.
func (l *Lot) holder(id fact.PassID, seen fact.Plate) *Ticket {
	var newest *Ticket
	for _, t := range l.tickets.holders[id] {
		if seen != "" && t.Plate == seen {
			return t
		}
		newest = t
	}
	return newest
}

// settle lets a ticket's vehicle out if nothing is due, and asks for what is.
func (l *Lot) settle(i int, t *Ticket, shown fact.CredentialKind, seen fact.Plate) fact.Reason {
	n := l.lane(i)
	if t.Status == TicketLeaving && l.pending(t.ID) {
		return t.Reason // one that was only let in and stands here now has passed its entry, whatever the loops there say
	}
	if n.ticket != t.ID {
		l.withdrawLost(i, "its driver has found the ticket")
	}
	account := l.Account(t, l.now)
	if account.ClockDoubted {
		l.suspect(t, fact.ReasonClockDoubt)
	}
	n.shown, n.seen = shown, seen
	if t.Status != TicketLeaving && l.waiveSmall(t, &account) {
		account = l.Account(t, l.now)
	}
	switch {
	case t.Status == TicketLeaving: // granted before a power cut: what was settled holds
		account.Fee.TotalMinor, account.Fee.TaxMinor = t.FeeMinor, t.TaxMinor
		return l.grantExit(i, t, account, shown, seen, t.Reason)
	case l.meta.Fire: // nobody is asked to pay while it burns
		return l.grantExit(i, t, account, shown, seen, fact.ReasonFire)
	case account.DueMinor <= 0:
		return l.grantExit(i, t, account, shown, seen, account.Reason)
	case n.payment != "" && n.ticket == t.ID:
		return fact.ReasonUnpaid // the terminal is being asked already
	}
	n.ticket, n.dueMinor, n.attempts = t.ID, account.DueMinor, 0
	return l.demand(i, t, seen)
}

// demand has the terminal ask for what is due, or goes by the policy where there is none that works.
func (l *Lot) demand(i int, t *Ticket, seen fact.Plate) fact.Reason {
	n := l.lane(i)
	switch {
	case t.MayOwe:
		return l.letOutOwing(i, t, fact.ReasonOperator)
	case !l.cfg.Gates[i].Terminal && l.freeFlow(i):
		return l.letOutOwing(i, t, fact.ReasonUnpaid) // it leaves; the bill follows it
	case !l.cfg.Gates[i].Terminal:
		return l.denyExit(i, t.ID, seen, fact.ReasonUnpaid, n.dueMinor)
	case n.down&fact.WithoutTerminal != 0:
		return l.withoutTerminal(i, t)
	}
	if p := t.pendingPayment(); p != nil {
		l.resume(i, p)
	} else {
		l.askPayment(i)
	}
	return fact.ReasonUnpaid
}

// withoutTerminal decides on a vehicle for which something is due and whose gate has no terminal that works.
func (l *Lot) withoutTerminal(i int, t *Ticket) fact.Reason {
	if l.cfg.Policy.TerminalDownOwed {
		return l.letOutOwing(i, t, fact.ReasonTerminalFault)
	}
	return l.denyExit(i, t.ID, l.lanes[i].seen, fact.ReasonTerminalFault, l.lanes[i].dueMinor)
}

// grantExit lets a vehicle out.
func (l *Lot) grantExit(i int, t *Ticket, a Account, shown fact.CredentialKind, seen fact.Plate, reason fact.Reason) fact.Reason {
	if reason == fact.ReasonPaid || reason == fact.ReasonFire {
		a.Fee = l.honoured(t, a.Fee, t.settledMinor())
	}
	l.returnCoupons(t)
	l.emit(fact.ExitGranted{
		Gate: l.cfg.Gates[i].ID, Ticket: t.ID, Credential: shown, Plate: seen, FeeMinor: a.Fee.TotalMinor,
		TaxMinor: a.Fee.TaxMinor, PaidMinor: t.PaidMinor(), Reason: reason, Without: l.without(i),
	})
	n := l.lane(i)
	n.ticket, n.payment, n.dueMinor = "", "", 0
	n.wait(waitNone, never)
	l.letThrough(i, t.ID, gate.Grant(gate.Vend{Ticket: t.ID, Direction: fact.Outward, Reason: reason}))
	l.show(i, Face{Lines: []string{"Thank you", "Drive safely"}, Colour: Green})
	return reason
}

// letOutOwing lets a vehicle out because of a fault of ours, or by a person's word, and records what it owes: the price
// it was shown, once.
func (l *Lot) letOutOwing(i int, t *Ticket, why fact.Reason) fact.Reason {
	n := l.lane(i)
	account := l.Account(t, l.now)
	owedMinor := min(account.DueMinor, n.dueMinor)
	account.Fee = l.honoured(t, account.Fee, account.Fee.TotalMinor-account.DueMinor+owedMinor)
	if more := owedMinor - t.OwedMinor; more > 0 {
		l.emit(fact.FeeOwed{Ticket: t.ID, AmountMinor: more, Reason: why})
	}
	return l.grantExit(i, t, account, n.shown, n.seen, fact.ReasonOwed)
}

// denyExit refuses, says why on the display and in the log. A gate that holds nobody lets out all the same: what is known to
// be due is owed.
func (l *Lot) denyExit(i int, id fact.TicketID, seen fact.Plate, reason fact.Reason, dueMinor int64) fact.Reason {
	if l.cfg.Gates[i].HoldsNobody {
		if t := l.tickets.byID[id]; t != nil && t.Open() && dueMinor > 0 {
			return l.letOutOwing(i, t, reason)
		}
		return l.letOutUnknown(i)
	}
	l.emit(fact.ExitDenied{
		Gate: l.cfg.Gates[i].ID, Ticket: id, Credential: l.lanes[i].shown, Plate: seen, DueMinor: dueMinor, Reason: reason,
		Without: l.without(i),
	})
	l.lanes[i].feed(l, i, gate.Refuse(l.direction(i)))
	lines := refusalLines(reason)
	if dueMinor > 0 {
		lines = append(lines, l.moneyText(dueMinor))
	}
	l.show(i, Face{Lines: lines, Colour: Red})
	return reason
}

// letOutUnknown lets a vehicle out that nobody knows, at a gate where everybody may leave.
func (l *Lot) letOutUnknown(i int) fact.Reason {
	l.lanes[i].wait(waitNone, never)
	l.emit(fact.BarrierRaised{Gate: l.cfg.Gates[i].ID, Note: "free exit", Reason: fact.ReasonFree})
	l.lanes[i].feed(l, i, gate.RaiseOnce(fact.ReasonFree))
	l.show(i, Face{Lines: []string{"Thank you", "Drive safely"}, Colour: Green})
	return fact.ReasonFree
}

// helpPressed calls a person, to whom an alert tells it. At an exit it opens a lost ticket for a driver who has none, and asks
// for its fee.
func (l *Lot) helpPressed(i int) {
	n := l.lane(i)
	n.helpAtMS = l.now.WallMS
	if !l.outward(i) {
		l.show(i, Face{Lines: []string{"Help is called", "Please wait"}, Colour: Yellow})
		if !n.present {
			n.wait(waitWelcome, l.now.MonoMS+welcomeMS)
		}
		return
	}
	if !l.ready(i) || n.payment != "" {
		return
	}
	if t := l.tickets.byID[n.ticket]; t != nil && t.Open() {
		l.settle(i, t, fact.CredentialNone, l.recentPlate(i))
		return
	}
	id := fact.TicketID(l.nextDot().ID('T'))
	l.emit(fact.TicketLost{Ticket: id, Gate: l.cfg.Gates[i].ID, FeeMinor: l.tariffs.current.Tariff.Lost.Minor}) // its tariff says what comes of that
	l.settle(i, l.tickets.byID[id], fact.CredentialNone, l.recentPlate(i))
}

// forLost reports whether a ticket was opened for a vehicle of which nobody knows how it came in.
func (t *Ticket) forLost() bool { return t.Lost && t.EntryGate == "" }

// withdrawLost closes the ticket for a lost one that nobody needs any more, unless somebody has paid for it.
func (l *Lot) withdrawLost(i int, why string) {
	if t := l.tickets.byID[l.lanes[i].ticket]; t != nil && t.Open() && t.forLost() && t.settledMinor() == 0 && !t.MayOwe {
		l.conclude(t, why)
	}
}

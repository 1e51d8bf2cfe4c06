package lot

import (
	"cmp"
	"slices"

	"gatehouse/gateway/gate"
	"gatehouse/sync/fact"
	"gatehouse/sync/platetext"
)

// passage carries out what a gate's state machine says.
func (l *Lot) passage(i int, out gate.Output) {
	id := l.cfg.Gates[i].ID
	switch out.Kind {
	case gate.Commanded:
		l.moveBarrier(i, out)
	case gate.Arrived:
		l.arrived(i, out)
		l.offeredEarly(i)
	case gate.Left:
		l.left(i)
		l.lanes[i].turned = true
	case gate.Passed:
		l.emit(fact.VehiclePassed{Gate: id, Direction: l.wayOf(i, out), Ticket: out.Vend.Ticket, Reason: out.Reason})
		if out.Vend.Ticket == "" {
			l.slipped(i, l.unsettled(i, out))
		} else {
			l.gone(i, out.Vend.Ticket)
			l.watchCharging(l.tickets.byID[out.Vend.Ticket]) // a spot without a sensor counts as taken from now on
		}
	case gate.BackedOut:
		l.emit(fact.VehicleBackedOut{Gate: id, Direction: out.Vend.Direction, Ticket: out.Vend.Ticket})
		l.gone(i, out.Vend.Ticket)
		l.lanes[i].turned = true
		if out.Through && out.Vend.Direction != fact.Outward {
			l.doubtBackOut(i, out.Vend.Ticket)
		}
	case gate.Tailgated:
		l.tailgated(i, out)
	case gate.WrongWay:
		l.emit(fact.VehicleWrongWay{Gate: id, Through: out.Through, Direction: out.Direction})
	case gate.Faulted:
		l.emit(fact.GateFaulted{Gate: id, Fault: out.Fault})
	case gate.Recovered:
		l.emit(fact.GateRecovered{Gate: id, Fault: out.Fault})
	case gate.Moved:
		l.emit(fact.BarrierMoved{Gate: id, Up: out.Up})
	}
}

// wayOf is the direction in which a vehicle went; a gate with one direction needs no telling.
func (l *Lot) wayOf(i int, out gate.Output) fact.Direction {
	if out.Direction == fact.DirectionUnknown {
		return l.direction(i)
	}
	return out.Direction
}

// moveBarrier passes an order on: at once where a car is in danger, else after the facts that caused it.
func (l *Lot) moveBarrier(i int, out gate.Output) {
	effect := MoveBarrier{Gate: i, Command: out.Command, Cause: out.Cause, Ticket: out.Vend.Ticket, Retry: out.Retry, Early: l.cfg.Gates[i].Stall == StallOpen}
	if out.Urgent {
		l.out.Urgent = append(l.out.Urgent, effect)
		return
	}
	l.do(effect)
}

// arrived starts deciding on a vehicle that stands on the arming loop. Its plate may have been seen already. One
// that may be the vehicle granted before, back from under the arm, is decided on only by something new.
func (l *Lot) arrived(i int, out gate.Output) {
	n := l.lane(i)
	n.followed, n.ahead = n.present && !n.granted, n.ticket
	if n.turned {
		n.turned, n.answerMS = false, 0 // what is read now is of this vehicle, also if it is the same
	}
	n.present, n.granted, n.asked, n.again = true, false, false, 0
	n.ticket, n.payment, n.attempts, n.dueMinor, n.shown, n.seen = "", "", 0, 0, fact.CredentialNone, ""
	n.towards = out.Direction
	n.fresh = n.fresh && l.now.MonoMS-n.readMS <= l.cfg.Policy.PlateFreshMS
	switch {
	case n.fresh && n.early:
		n.wait(waitPlate, l.now.MonoMS+min(betterMS, l.cfg.Policy.PlateWaitMS))
		return
	case n.fresh:
		l.decide(i)
		return
	}
	if out.Vend.Ticket != "" {
		return
	}
	if l.cfg.Gates[i].Camera && n.down&fact.WithoutCamera == 0 {
		n.wait(waitPlate, l.now.MonoMS+l.cfg.Policy.PlateWaitMS)
		greeting := "Welcome"
		if l.outward(i) {
			greeting = "One moment"
		}
		l.show(i, Face{Lines: []string{greeting, "Reading your plate"}, Colour: Yellow})
		return
	}
	n.asked = true
	l.plateMissing(i)
}

// left forgets a vehicle that went away and was granted nothing; not the one that has arrived behind it. A payment under
// way stays the ticket's.
func (l *Lot) left(i int) {
	n := l.lane(i)
	if n.followed {
		n.followed, n.ahead = false, ""
		return
	}
	l.withdrawLost(i, "its driver drove away")
	n.present, n.granted, n.asked, n.fresh = false, false, false, false
	n.helpAtMS = 0
	n.ticket, n.payment, n.dueMinor = "", "", 0
	n.wait(waitWelcome, l.now.MonoMS+welcomeMS)
}

// gone ends a grant: its vehicle is through, or has backed out.
func (l *Lot) gone(i int, ticket fact.TicketID) {
	n := l.lane(i)
	if n.ticket == ticket {
		n.ticket = ""
	}
	if n.granted && n.passage.Vends() == 0 {
		n.present, n.granted, n.helpAtMS = false, false, 0
	}
	if n.waiting == waitNone {
		n.wait(waitWelcome, l.now.MonoMS+welcomeMS)
	}
}

// tailgated counts a vehicle that came through on another's grant.
func (l *Lot) tailgated(i int, out gate.Output) {
	guess := l.unsettled(i, out)
	direction := l.wayOf(i, out)
	l.emit(fact.VehicleTailgated{Gate: l.cfg.Gates[i].ID, Direction: direction, After: out.Vend.Ticket, Guess: guess})
	if direction == fact.Inward {
		l.doubts.followedUntilMS = l.now.MonoMS + l.cfg.Policy.DoubtedMS
	}
	l.slipped(i, guess)
}

// unsettled is the ticket that was being settled for the vehicle that has now gone through without a grant.
func (l *Lot) unsettled(i int, out gate.Output) fact.TicketID {
	n := l.lane(i)
	id := n.ticket
	if n.followed {
		id = n.ahead
	}
	if l.wayOf(i, out) != fact.Outward || id == out.Vend.Ticket {
		return ""
	}
	return id
}

// slipped forgets a vehicle that went through without a grant: behind another, in a hold, by a person's word. If it was
// being asked to pay, its ticket becomes suspect, not closed; unless its spot saw it leave as well.
func (l *Lot) slipped(i int, id fact.TicketID) {
	if t := l.tickets.byID[id]; t != nil && t.Open() {
		if slices.Contains(l.tickets.roaming, t) || t.forLost() {
			l.goneOwing(i, t)
		} else {
			l.suspect(t, fact.ReasonMissedExit)
		}
	}
	l.left(i)
}

// goneOwing ends the stay of a vehicle that left its spot, was asked to pay at the exit, and went through without: two
// witnesses are enough, and a ticket for a lost one is nobody else's. What it was asked for is a debt.
func (l *Lot) goneOwing(i int, t *Ticket) {
	dueMinor := l.Account(t, l.now).DueMinor
	if asked := l.lanes[i].dueMinor; asked > 0 {
		dueMinor = min(dueMinor, asked)
	}
	if dueMinor > 0 {
		l.emit(fact.FeeOwed{Ticket: t.ID, AmountMinor: dueMinor, Reason: fact.ReasonMissedExit})
	}
	why := "left its spot, and the exit without a grant"
	if t.forLost() {
		why = "left without a grant while it was asked for the price of a lost ticket"
	}
	l.conclude(t, why)
}

// fire raises every gate and holds it, or ends that.
func (l *Lot) fire(active bool) {
	if active == l.meta.Fire && l.meta.Seq > 1 {
		active = l.meta.Fire
	} else if active {
		l.emit(fact.FireStarted{})
	} else if l.meta.Fire {
		l.emit(fact.FireEnded{})
	}
	l.signs.moved = true
	for i := range l.lanes {
		l.lanes[i].feed(l, i, gate.Fire(active))
	}
	for i := range l.lanes { // who was being asked to pay is not any more
		n := l.lane(i)
		if t := l.tickets.byID[n.ticket]; active && l.ready(i) && t != nil && t.Open() {
			l.settle(i, t, n.shown, n.seen)
		}
	}
}

// decide acts on the plate that was read for the vehicle that stands at a gate.
func (l *Lot) decide(i int) {
	n := l.lane(i)
	n.fresh, n.asked = false, true
	n.wait(waitNone, never)
	n.answered, n.answerMS = n.read, l.now.MonoMS
	if n.read.plate == "" || n.read.Confidence < l.cfg.Policy.PlateConfidence {
		l.plateMissing(i)
		return
	}
	if l.outward(i) {
		l.exitByPlate(i, n.read.opinions())
		return
	}
	l.entry(i, visit{
		credential: fact.CredentialPlate, plate: n.read.plate, raw: n.read.Raw, confidence: n.read.Confidence,
		vehicle: cmp.Or(n.read.Vehicle, fact.Regular), reason: fact.ReasonPlate,
	})
}

// outward reports whether a gate lets vehicles out; one that serves both ways is told by its loops.
func (l *Lot) outward(i int) bool {
	return l.direction(i) == fact.Outward
}

// direction is the way that a gate serves, or that the vehicle standing there wants to go.
func (l *Lot) direction(i int) fact.Direction {
	if direction := l.cfg.Gates[i].Lane.Direction; direction != fact.DirectionUnknown {
		return direction
	}
	return l.lanes[i].towards
}

// plateSeen takes a reading. One of the vehicle that was just decided on is a repetition.
func (l *Lot) plateSeen(e PlateSeen) {
	n := l.lane(e.Gate)
	if e.EventID != "" && e.EventID == n.lastRead {
		return
	}
	n.lastRead = e.EventID
	read := sighting{e, platetext.Normal(e.Raw)}
	if l.repeated(n, read.plate) {
		return
	}
	l.follows(n, &read)
	if l.freeFlow(e.Gate) {
		n.asked, n.towards = false, e.Direction // nothing else tells where it goes
	}
	n.read, n.readMS, n.fresh, n.early = read, l.now.MonoMS, true, n.present
	if l.ready(e.Gate) && (!n.asked || n.answered.Raw == "" && e.Raw != "") {
		l.decide(e.Gate)
	}
}

// repeated reports whether a reading is of the vehicle that was decided on last.
func (l *Lot) repeated(n *lane, read fact.Plate) bool {
	return n.answerMS != 0 && l.now.MonoMS-n.answerMS <= l.cfg.Policy.RepeatMS && read == n.answered.plate
}

// ready reports whether a gate can decide on a vehicle now: one stands there, or the gate can't tell.
func (l *Lot) ready(i int) bool {
	n := l.lane(i)
	return n.present && !n.granted || l.blind(i)
}

// freeFlow reports whether a gate has no barrier: each reading there is a vehicle that passes.
func (l *Lot) freeFlow(i int) bool { return l.cfg.Gates[i].Lane.Closing == gate.NoArm }

// blind reports whether a gate can't tell that a vehicle has arrived.
func (l *Lot) blind(i int) bool {
	faults := l.lanes[i].passage.Faults()
	return !l.cfg.Gates[i].Lane.ArmingLoop || faults.Has(fact.FaultLoopFailed) || faults.Has(fact.FaultLoopStuck)
}

// plateMissing handles a vehicle whose plate nobody could read.
func (l *Lot) plateMissing(i int) {
	gate := &l.cfg.Gates[i]
	if l.outward(i) {
		if l.lanes[i].ticket == "" {
			l.denyExit(i, "", "", fact.ReasonNoTicket, 0)
		}
		return
	}
	switch {
	case gate.NoPlate == NoPlateDeny:
		l.denyEntry(i, visit{}, fact.ReasonNoTicket)
	case gate.NoPlate == NoPlateTicket && gate.TicketButton && l.lanes[i].down&fact.WithoutPrinter == 0:
		l.show(i, Face{Lines: []string{"Welcome", "Please take a ticket"}, Colour: Yellow})
	default:
		l.entry(i, visit{credential: fact.CredentialNone, vehicle: fact.Regular, reason: fact.ReasonAnonymous})
	}
}

// ticketPressed lets a vehicle in on a paper ticket.
func (l *Lot) ticketPressed(i int) {
	n := l.lane(i)
	if l.outward(i) || l.pressedAgain(i) {
		return
	}
	v := visit{credential: fact.CredentialTicket, vehicle: fact.Regular, reason: fact.ReasonTicketTaken, print: true}
	if n.asked && n.answered.Vehicle != fact.AnyType && l.now.MonoMS-n.answerMS <= l.cfg.Policy.PlateFreshMS {
		v.vehicle = n.answered.Vehicle
	}
	n.wait(waitNone, never)
	n.asked = true
	l.entry(i, v)
}

// pressedAgain reports whether a gate that can't tell who stands there has just given a ticket to a vehicle that has not gone
// through yet: nobody else can reach the button.
func (l *Lot) pressedAgain(i int) bool {
	t := l.tickets.byID[l.lanes[i].through]
	return l.blind(i) && t != nil && t.Credential == fact.CredentialTicket && t.Status == TicketAdmitted && l.pending(t.ID) &&
		l.now.MonoMS-t.Entry.MonoMS <= l.cfg.Policy.RepeatMS
}

// againMax bounds how often a vehicle that does not move is given its grant anew: a quarter of an hour of the usual patience.
const againMax = 30

// waitsOn lets a vehicle through once more that could not use its grant and stands there still: the lane behind the arm is
// jammed, or the barrier has closed too early. What was settled holds, and it is the same vehicle: nobody asks who it is.
func (l *Lot) waitsOn(i int, ended, next gate.Output) bool {
	n, t := l.lane(i), l.tickets.byID[ended.Vend.Ticket]
	same := ended.Kind == gate.BackedOut && next.Kind == gate.Arrived && ended.Direction == next.Direction && next.Vend.Ticket == ""
	if !same || t == nil || n.through != t.ID || !l.pending(t.ID) || n.again >= againMax {
		return false
	}
	n.again++
	if t.Status == TicketLeaving {
		account := l.Account(t, l.now)
		account.Fee.TotalMinor, account.Fee.TaxMinor = t.FeeMinor, t.TaxMinor
		l.grantExit(i, t, account, n.shown, n.seen, t.Reason)
		return true
	}
	l.emit(fact.EntryReadmitted{Gate: l.cfg.Gates[i].ID, Ticket: t.ID})
	l.letThrough(i, t.ID, gate.Grant(gate.Vend{Ticket: t.ID, Direction: fact.Inward, Reason: fact.ReasonReentered}))
	return true
}

package lot

import (
	"cmp"
	"errors"

	"gatehouse/gateway/booking"
	"gatehouse/gateway/gate"
	"gatehouse/gateway/plate"
	"gatehouse/sync/fact"
	"gatehouse/sync/platetext"
)

// command carries out what a person or a program asks. A repeated key gets the first answer again.
func (l *Lot) command(ev Event) {
	request, known := requestOf(ev)
	if !known {
		l.out.Result.Problem = invalid("unknown event", "use an event of this package")
		return
	}
	l.eager = true
	if past := l.answers.byKey[request.Key]; request.Key != "" && past != nil {
		l.out.Result = past.answer(request)
		return
	}
	l.out.Result = l.carryOut(ev)
	if r := &l.out.Result; request.Key != "" && r.Problem == nil {
		l.emit(fact.RequestHandled{
			Key: request.Key, Digest: request.Digest, Code: r.Reason, Ticket: r.Ticket, Reservation: r.Reservation,
			Payment: r.Payment, Granted: r.Granted, FeeMinor: r.DueMinor,
		})
	}
}

// answer is what the first request with this key was told.
func (p *request) answer(again Request) Result {
	f := p.Handled
	if f.Digest != again.Digest {
		return refuse(ProblemKeyReused, "this idempotency key was used for another request", "use a new key for each new request")
	}
	return Result{
		Repeated: true, Granted: f.Granted, Reason: f.Code, Ticket: f.Ticket, Reservation: f.Reservation,
		Payment: f.Payment, DueMinor: f.FeeMinor,
	}
}

func requestOf(ev Event) (Request, bool) {
	switch e := ev.(type) {
	case RequestEntry:
		return e.Request, true
	case RequestExit:
		return e.Request, true
	case SetSpot:
		return e.Request, true
	case ServiceSpot:
		return e.Request, true
	case MakeReservation:
		return e.Request, true
	case EditReservation:
		return e.Request, true
	case CancelReservation:
		return e.Request, true
	case RaiseGate:
		return e.Request, true
	case LowerGate:
		return e.Request, true
	case HoldGate:
		return e.Request, true
	case EndHold:
		return e.Request, true
	case ConfirmGate:
		return e.Request, true
	case CorrectCount:
		return e.Request, true
	case CorrectTicket:
		return e.Request, true
	case IssuePass:
		return e.Request, true
	case RevokePass:
		return e.Request, true
	case FreeExit:
		return e.Request, true
	}
	return requestOfMoney(ev)
}

func (l *Lot) carryOut(ev Event) Result {
	switch e := ev.(type) {
	case RequestEntry:
		return l.requestEntry(e)
	case RequestExit:
		return l.requestExit(e)
	case SetSpot:
		return l.setSpot(e)
	case ServiceSpot:
		l.emit(fact.SpotServiced{Spot: l.cfg.Spots[e.Spot].ID, Out: e.Out, Actor: e.Actor, Note: clip(e.Note)})
		if reserved := l.spots[e.Spot].Reservation; e.Out && reserved != "" {
			l.moveReservation(reserved)
		}
		return Result{Granted: true, Reason: fact.ReasonOperator}
	case MakeReservation:
		return l.makeReservation(e)
	case EditReservation:
		return l.editReservation(e)
	case CancelReservation:
		return l.cancelReservation(e)
	case CorrectCount:
		l.emit(fact.CountCorrected{Before: l.meta.LoopInside, After: e.Inside, Actor: e.Actor, Note: clip(e.Note)})
		return Result{Granted: true, Reason: fact.ReasonOperator}
	case CorrectTicket:
		return l.correctTicket(e)
	case IssuePass:
		return l.issuePass(e)
	case FreeExit:
		return l.freeExit(e)
	case RevokePass:
		if _, found := l.book.PassByID(e.Pass); !found {
			return refuse(ProblemNotFound, "no pass "+string(e.Pass), "look the pass up by its plate")
		}
		l.emit(fact.PassRevoked{Pass: e.Pass, Actor: e.Actor})
		return Result{Granted: true, Pass: e.Pass, Reason: fact.ReasonOperator}
	}
	if result, known := l.commandMoney(ev); known {
		return result
	}
	return l.commandGate(ev)
}

func (l *Lot) commandGate(ev Event) Result {
	switch e := ev.(type) {
	case RaiseGate:
		if l.lanes[e.Gate].passage.Faults().Has(fact.FaultStopped) {
			return refuse(ProblemBlocked, "the stop button is pressed", "release it when the lane is safe; then try again")
		}
		l.lanes[e.Gate].wait(waitNone, never) // the person decides: nothing more is asked
		l.emit(fact.BarrierRaised{Gate: l.cfg.Gates[e.Gate].ID, Actor: e.Actor, Note: clip(e.Note), Reason: fact.ReasonCommand})
		l.lanes[e.Gate].feed(l, e.Gate, gate.RaiseOnce(fact.ReasonCommand))
	case LowerGate:
		const overruled = gate.BlockArm | gate.BlockStopped | gate.BlockBarrier
		l.lanes[e.Gate].feed(l, e.Gate, gate.Tick()) // what blocks it is to be known as of now
		if blocks := l.lanes[e.Gate].passage.Blocks() &^ overruled; blocks != 0 {
			return refuse(ProblemBlocked, "the arm stays up because of: "+blocks.String(), "clear the lane, end a hold, or confirm the gate on site; then try again")
		}
		l.lanes[e.Gate].feed(l, e.Gate, gate.Lower())
	case HoldGate:
		if !l.gates[e.Gate].Held {
			l.emit(fact.HoldStarted{Gate: l.cfg.Gates[e.Gate].ID, Actor: e.Actor, Note: clip(e.Note)})
		}
		l.lanes[e.Gate].feed(l, e.Gate, gate.Hold(true))
	case EndHold:
		if l.gates[e.Gate].Held {
			l.emit(fact.HoldEnded{Gate: l.cfg.Gates[e.Gate].ID, Actor: e.Actor, Note: clip(e.Note)})
		}
		l.lanes[e.Gate].feed(l, e.Gate, gate.Hold(false))
	case ConfirmGate:
		l.emit(fact.GateConfirmed{Gate: l.cfg.Gates[e.Gate].ID, Actor: e.Actor, Note: clip(e.Note)})
		l.lanes[e.Gate].feed(l, e.Gate, gate.Confirm())
	}
	return Result{Granted: true, Reason: fact.ReasonCommand}
}

func invalid(message, hint string) *Problem {
	return &Problem{Code: ProblemInvalid, Message: message, Hint: hint}
}

func refuse(code ProblemCode, message, hint string) Result {
	return Result{Problem: &Problem{Code: code, Message: message, Hint: hint}}
}

// requestEntry decides on an entry that a program asks for by plate.
func (l *Lot) requestEntry(e RequestEntry) Result {
	p := platetext.Normal(e.Raw)
	if l.cfg.Gates[e.Gate].Lane.Direction == fact.Outward {
		return refuse(ProblemInvalid, "gate "+string(l.cfg.Gates[e.Gate].ID)+" is an exit", "name an entry gate")
	}
	v := visit{
		credential: fact.CredentialPlate, plate: p, raw: e.Raw, confidence: 1000, vehicle: fact.Regular,
		reason: fact.ReasonPlate, claimedMS: e.ClaimedMS,
	}
	if p == "" {
		v.credential, v.confidence, v.reason = fact.CredentialNone, 0, fact.ReasonAnonymous
	}
	ticket, reason := l.entry(e.Gate, v)
	return Result{Granted: ticket != "", Ticket: ticket, Reason: reason}
}

// requestExit decides on an exit that a program asks for by plate.
func (l *Lot) requestExit(e RequestExit) Result {
	if l.cfg.Gates[e.Gate].Lane.Direction == fact.Inward {
		return refuse(ProblemInvalid, "gate "+string(l.cfg.Gates[e.Gate].ID)+" is an entry", "name an exit gate")
	}
	before := len(l.out.Facts)
	reason := l.exitByPlate(e.Gate, plate.Read{Plate: platetext.Normal(e.Raw), Confidence: 1000})
	result := Result{Reason: reason, DueMinor: l.lanes[e.Gate].dueMinor, Ticket: l.lanes[e.Gate].ticket}
	for _, r := range l.out.Facts[before:] {
		switch f := r.Fact.(type) {
		case fact.ExitGranted:
			result.Granted, result.Ticket, result.DueMinor = true, f.Ticket, 0
		case fact.BarrierRaised:
			result.Granted, result.DueMinor = true, 0
		case fact.ExitDenied:
			result.Ticket, result.DueMinor = f.Ticket, f.DueMinor
		}
	}
	return result
}

// letWaitingOut lets a vehicle out that stands at an exit while its ticket is paid elsewhere.
func (l *Lot) letWaitingOut(t *Ticket) {
	for i := range l.lanes {
		if n := &l.lanes[i]; n.ticket == t.ID && n.present && !n.granted {
			l.settle(i, t, n.shown, n.seen)
			return
		}
	}
}

// setSpot takes a person's word for what a sensor would say. It passes no debounce: the person looked.
func (l *Lot) setSpot(e SetSpot) Result {
	if e.Status != fact.SpotAvailable && e.Status != fact.SpotOccupied {
		return refuse(ProblemInvalid, "a spot can be set to available or occupied", "take it out of service to block it")
	}
	spot := &l.spots[e.Spot]
	if spot.Sensed != e.Status || spot.Vehicle != e.Vehicle {
		l.spotBecame(e.Spot, fact.SpotChanged{
			Spot: l.cfg.Spots[e.Spot].ID, Before: spot.Sensed, After: e.Status, Confidence: 1000,
			Reason: fact.ReasonOperator, Vehicle: clip(e.Vehicle), Actor: e.Actor,
		})
	}
	if e.Status == fact.SpotAvailable {
		l.calibrate(e.Spot)
	}
	return Result{Granted: true, Reason: fact.ReasonOperator, Ticket: spot.Ticket}
}

func (l *Lot) makeReservation(e MakeReservation) Result {
	made := fact.ReservationMade{
		Reservation: fact.ReservationID(l.nextDot().ID('R')), User: e.User, SpotType: e.SpotType,
		Plate: platetext.Normal(e.Raw), StartMS: e.StartMS, EndMS: e.EndMS, PrepaidMinor: e.PrepaidMinor,
	}
	if e.PrepaidMinor < 0 {
		return refuse(ProblemInvalid, "prepaidAmount is negative", "leave it out, or write what was paid")
	}
	if problem := l.unfit(e.SpotType, l.book.CheckMade(made, l.now.WallMS)); problem != nil {
		return Result{Problem: problem}
	}
	l.emit(made)
	return Result{Granted: true, Reservation: made.Reservation, Reason: fact.ReasonReservation}
}

// unfit says why a reservation can't be had.
func (l *Lot) unfit(kind fact.SpotType, err error) *Problem {
	switch {
	case kind == fact.AnyType || l.counts.typeTotal[kind] == 0:
		return invalid("this location has no spots of type "+kind.String(), "choose one of the types that availability lists")
	case err == nil:
		return nil
	case errors.Is(err, booking.ErrNoAvailability):
		return &Problem{ProblemNoCapacity, err.Error(), "choose another time or another type of spot"}
	case errors.Is(err, booking.ErrUnknown):
		return &Problem{ProblemNotFound, err.Error(), "check the number"}
	case errors.Is(err, booking.ErrOver):
		return &Problem{ProblemConflict, err.Error(), "only a reservation that still holds can be changed"}
	}
	return invalid(err.Error(), "times are RFC 3339; the end lies after the start, and the start not in the past")
}

// editReservation replaces what a reservation asks for; what can't be had leaves the old one whole.
func (l *Lot) editReservation(e EditReservation) Result {
	edited := fact.ReservationEdited{
		Reservation: e.Reservation, SpotType: e.SpotType, Plate: platetext.Normal(e.Raw), StartMS: e.StartMS, EndMS: e.EndMS,
	}
	if r, _ := l.book.ByID(e.Reservation); r.Right > 0 {
		return refuse(ProblemNotPossible, "headquarters sold this reservation", "change it where it was booked; here it can only be cancelled")
	}
	if problem := l.unfit(e.SpotType, l.book.CheckEdited(edited, l.now.WallMS)); problem != nil {
		return Result{Problem: problem}
	}
	l.emit(edited)
	return Result{Granted: true, Reservation: e.Reservation, Reason: fact.ReasonReservation}
}

func (l *Lot) cancelReservation(e CancelReservation) Result {
	if err := l.book.CheckCancelled(e.Reservation); err != nil {
		r, _ := l.book.ByID(e.Reservation)
		return Result{Problem: l.unfit(cmp.Or(r.SpotType, fact.Regular), err)}
	}
	l.emit(fact.ReservationEnded{Reservation: e.Reservation, Status: fact.ReservationCancelled, Actor: e.Actor})
	return Result{Granted: true, Reservation: e.Reservation, Reason: fact.ReasonReservation}
}

func (l *Lot) correctTicket(e CorrectTicket) Result {
	t := l.tickets.byID[e.Ticket]
	if t == nil {
		return refuse(ProblemNotFound, "no ticket "+string(e.Ticket), "check the ticket number")
	}
	if t.Open() != e.Close {
		return refuse(ProblemConflict, "ticket "+string(e.Ticket)+" is "+t.Status.String(), "nothing is to be corrected")
	}
	l.emit(fact.TicketCorrected{Ticket: e.Ticket, Close: e.Close, Actor: e.Actor, Note: clip(e.Note)})
	return Result{Granted: true, Ticket: e.Ticket, Reason: fact.ReasonOperator}
}

func (l *Lot) issuePass(e IssuePass) Result {
	p := platetext.Normal(e.Raw)
	if p == "" && e.Card == "" {
		return refuse(ProblemInvalid, "a pass needs a plate or a card", "give at least one of them")
	}
	if e.UntilMS <= e.FromMS {
		return refuse(ProblemInvalid, "the pass ends before it begins", "give an end after the start")
	}
	id := fact.PassID(l.nextDot().ID('M'))
	l.emit(fact.PassIssued{
		Pass: id, User: e.User, Plate: p, Card: e.Card, SpotType: e.SpotType, FromMS: e.FromMS, UntilMS: e.UntilMS, Actor: e.Actor,
	})
	return Result{Granted: true, Pass: id, Reason: fact.ReasonPass}
}

package lot

import "gatehouse/sync/fact"

// payTicket records a payment taken elsewhere than at an exit.
func (l *Lot) payTicket(e PayTicket) Result {
	t, problem := l.payable(e.Ticket)
	if problem != nil {
		return Result{Problem: problem}
	}
	account := l.Account(t, l.now)
	mostMinor := account.DueMinor
	if e.Method == fact.MethodCash {
		mostMinor = max(mostMinor, account.CashMinor)
	}
	switch {
	case e.AmountMinor == 0 && e.Method == fact.MethodCash && l.waiveSmall(t, &account):
		return l.moved(t, "", fact.ReasonFree)
	case e.AmountMinor <= 0:
		return refuse(ProblemInvalid, "the amount must be more than nothing", "pay what the fee says is due: "+l.amount(account.DueMinor))
	case account.DueMinor == 0:
		return refuse(ProblemOverpayment, "nothing is due", "nothing is to be paid")
	case e.AmountMinor > mostMinor:
		return refuse(ProblemOverpayment, "only "+l.amount(mostMinor)+" is due", "pay that amount or less")
	}
	if onceMinor := l.tariffOf(t).Most(e.Method.String()); e.AmountMinor > onceMinor {
		return refuse(ProblemNotPossible, "one payment by "+e.Method.String()+" is at most "+l.amount(onceMinor), "pay by another method, or in parts, or at the cashier's")
	}
	id := fact.PaymentID(l.nextDot().ID('P'))
	if e.Authorise {
		l.emit(fact.PaymentAuthorised{
			Payment: id, Ticket: e.Ticket, AmountMinor: e.AmountMinor, Method: e.Method, Reference: clip(e.Reference), Actor: e.Actor,
		})
		return Result{Granted: true, Ticket: e.Ticket, Payment: id, DueMinor: account.DueMinor, Reason: fact.ReasonUnpaid}
	}
	l.emit(fact.PaymentReceived{
		Payment: id, Ticket: e.Ticket, AmountMinor: e.AmountMinor, Method: e.Method, Reference: clip(e.Reference),
	})
	return l.moved(t, id, fact.ReasonPaid)
}

// ticketOf finds a ticket that a command names.
func (l *Lot) ticketOf(id fact.TicketID) (*Ticket, *Problem) {
	if t := l.tickets.byID[id]; t != nil {
		return t, nil
	}
	return nil, &Problem{ProblemNotFound, "no ticket " + string(id), "check the ticket number, or look the ticket up by its plate"}
}

// ongoing finds a ticket whose vehicle has not been let out yet.
func (l *Lot) ongoing(id fact.TicketID) (*Ticket, *Problem) {
	t, problem := l.ticketOf(id)
	if problem == nil && t.Status >= TicketLeaving {
		problem = &Problem{ProblemTicketClosed, "the visit of ticket " + string(id) + " is settled", "nothing is to be done"}
	}
	return t, problem
}

// payable finds a ticket for which something can be paid.
func (l *Lot) payable(id fact.TicketID) (*Ticket, *Problem) {
	t, problem := l.ticketOf(id)
	switch {
	case problem != nil:
		return nil, problem
	case t.takenForGone() && t.OwedMinor == 0:
		l.reappeared(t) // somebody pays for it, so it has not left
	case !t.Open() && t.OwedMinor == 0:
		return nil, &Problem{ProblemTicketClosed, "the visit of ticket " + string(id) + " is over and paid", "nothing is to be paid"}
	case len(t.Payments) >= paymentsMax:
		return nil, &Problem{ProblemNotPossible, "ticket " + string(id) + " has too many payments", "call the operator"}
	}
	return t, nil
}

// moved is the answer when a ticket's account has moved. A vehicle that waits at an exit is let out if nothing is due.
func (l *Lot) moved(t *Ticket, payment fact.PaymentID, reason fact.Reason) Result {
	dueMinor := l.Account(t, l.now).DueMinor
	if dueMinor == 0 && t.Open() {
		l.letWaitingOut(t)
	}
	return Result{Granted: true, Ticket: t.ID, Payment: payment, DueMinor: dueMinor, Reason: reason}
}

// paymentOf finds a payment that a command names.
func (l *Lot) paymentOf(id fact.TicketID, payment fact.PaymentID) (*Ticket, *Payment, *Problem) {
	t, problem := l.ticketOf(id)
	if problem != nil {
		return nil, nil, problem
	}
	p := t.payment(payment)
	switch {
	case p == nil:
		return nil, nil, &Problem{ProblemNotFound, "ticket " + string(id) + " has no payment " + string(payment), "the ticket lists its payments"}
	case p.Prepaid:
		return nil, nil, &Problem{ProblemNotPossible, "payment " + string(payment) + " was paid with the reservation", "where it was booked it can be given back"}
	}
	return t, p, nil
}

// capture takes money that was authorised. What is not due is never taken.
func (l *Lot) capture(e CapturePayment) Result {
	t, p, problem := l.paymentOf(e.Ticket, e.Payment)
	if problem != nil {
		return Result{Problem: problem}
	}
	dueMinor := l.Account(t, l.now).DueMinor
	amountMinor := e.AmountMinor
	if amountMinor == 0 {
		amountMinor = min(p.AmountMinor, dueMinor)
	}
	switch {
	case p.Status != PaymentAuthorised:
		return refuse(ProblemConflict, "payment "+string(e.Payment)+" is "+p.Status.String(), "only one that is authorised can be captured")
	case amountMinor > p.AmountMinor:
		return refuse(ProblemOverpayment, "only "+l.amount(p.AmountMinor)+" is authorised", "capture that amount or less")
	case amountMinor < 0 || amountMinor > dueMinor || dueMinor == 0:
		return refuse(ProblemOverpayment, "only "+l.amount(dueMinor)+" is due", "capture what is due, or void the payment")
	}
	reference := p.Reference
	if e.Reference != "" {
		reference = clip(e.Reference)
	}
	l.emit(fact.PaymentReceived{Payment: p.ID, Ticket: t.ID, AmountMinor: amountMinor, Method: p.Method, Reference: reference})
	return l.moved(t, p.ID, fact.ReasonPaid)
}

// void takes a payment back. Once the vehicle has left, money can only be given back.
func (l *Lot) void(e VoidPayment) Result {
	t, p, problem := l.paymentOf(e.Ticket, e.Payment)
	if problem != nil {
		return Result{Problem: problem}
	}
	receivedMinor := int64(0)
	switch {
	case p.Status == PaymentAuthorised:
	case p.Status != PaymentCompleted || p.RefundedMinor > 0:
		return refuse(ProblemConflict, "payment "+string(e.Payment)+" is "+p.Status.String(), "only one that is authorised or received can be voided")
	case t.Status >= TicketLeaving:
		return refuse(ProblemTicketClosed, "the visit of ticket "+string(e.Ticket)+" is settled", "refund the payment instead")
	default:
		receivedMinor = p.AmountMinor
	}
	l.emit(fact.PaymentVoided{Payment: p.ID, Ticket: t.ID, AmountMinor: receivedMinor, Actor: e.Actor, Note: clip(e.Note)})
	return Result{Granted: true, Ticket: t.ID, Payment: p.ID, DueMinor: l.Account(t, l.now).DueMinor, Reason: fact.ReasonOperator}
}

// refund gives money back.
func (l *Lot) refund(e RefundPayment) Result {
	t, p, problem := l.paymentOf(e.Ticket, e.Payment)
	if problem != nil {
		return Result{Problem: problem}
	}
	leftMinor := p.AmountMinor - p.RefundedMinor
	amountMinor := e.AmountMinor
	if amountMinor == 0 {
		amountMinor = min(leftMinor, l.Account(t, l.now).OverMinor)
	}
	switch {
	case p.Status != PaymentCompleted:
		return refuse(ProblemConflict, "payment "+string(e.Payment)+" is "+p.Status.String(), "only money that was received can be given back")
	case amountMinor == 0:
		return refuse(ProblemInvalid, "nothing was paid too much", "write the amount that is to be given back all the same")
	case amountMinor < 0 || amountMinor > leftMinor:
		return refuse(ProblemInvalid, "only "+l.amount(leftMinor)+" of the payment is left", "give back that amount or less")
	}
	l.emit(fact.PaymentRefunded{
		Payment: p.ID, Ticket: t.ID, AmountMinor: amountMinor, Reference: clip(e.Reference), Actor: e.Actor, Note: clip(e.Note),
	})
	return Result{Granted: true, Ticket: t.ID, Payment: p.ID, DueMinor: l.Account(t, l.now).DueMinor, Reason: fact.ReasonOperator}
}

// waive lets a driver off.
func (l *Lot) waive(e WaiveFee) Result {
	t, problem := l.payable(e.Ticket)
	if problem != nil {
		return Result{Problem: problem}
	}
	dueMinor := l.Account(t, l.now).DueMinor
	amountMinor := e.AmountMinor
	if amountMinor == 0 {
		amountMinor = dueMinor
	}
	switch {
	case e.Waiver == fact.WaiverNone:
		return refuse(ProblemInvalid, "a waiver needs a reason", "write why: equipment_fault, emergency_vehicle, staff, goodwill, wrong_charge or other")
	case dueMinor == 0:
		return refuse(ProblemConflict, "nothing is due", "nothing is to be waived")
	case amountMinor < 0 || amountMinor > dueMinor:
		return refuse(ProblemInvalid, "only "+l.amount(dueMinor)+" is due", "waive that amount or less")
	}
	id := fact.PaymentID(l.nextDot().ID('P'))
	l.emit(fact.FeeWaived{Payment: id, Ticket: t.ID, AmountMinor: amountMinor, Waiver: e.Waiver, Actor: e.Actor, Note: clip(e.Note)})
	return l.moved(t, id, fact.ReasonOperator)
}

// waiveSmall waives what is due if there is no coin as small, and reports whether it did.
func (l *Lot) waiveSmall(t *Ticket, a *Account) bool {
	if a.DueMinor <= 0 || a.CashMinor > 0 || len(t.Payments) >= paymentsMax || t.MayOwe {
		return false
	}
	id := fact.PaymentID(l.nextDot().ID('P'))
	l.emit(fact.FeeWaived{Payment: id, Ticket: t.ID, AmountMinor: a.DueMinor, Waiver: fact.WaiverSmall, Actor: "gateway"})
	return true
}

// owe lets a driver leave who will pay later. What is owed is known, and written down, at the exit.
func (l *Lot) owe(e OweFee) Result {
	t, problem := l.ongoing(e.Ticket)
	if problem != nil {
		return Result{Problem: problem}
	}
	l.emit(fact.FeeOwed{Ticket: t.ID, Reason: fact.ReasonOperator})
	l.letWaitingOut(t)
	return Result{Granted: true, Ticket: t.ID, DueMinor: l.Account(t, l.now).DueMinor, Reason: fact.ReasonOwed}
}

// mislay has a ticket cost what its tariff says of lost ones.
func (l *Lot) mislay(e MislayTicket) Result {
	t, problem := l.ongoing(e.Ticket)
	switch {
	case problem != nil:
		return Result{Problem: problem}
	case t.Lost:
		return refuse(ProblemConflict, "ticket "+string(e.Ticket)+" is lost already", "nothing is to be done")
	}
	l.emit(fact.TicketMislaid{Ticket: t.ID, Actor: e.Actor, Note: clip(e.Note)})
	return Result{Granted: true, Ticket: t.ID, DueMinor: l.Account(t, l.now).DueMinor, Reason: fact.ReasonLostTicket}
}

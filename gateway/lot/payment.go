package lot

import "gatehouse/sync/fact"

// askPayment sends a payment order to a gate's terminal. The order is a fact first, under an id of ours, so
// that a lost reply can be asked for and nobody pays twice.
func (l *Lot) askPayment(i int) {
	n := l.lane(i)
	n.payment = ""
	t := l.tickets.byID[n.ticket]
	if t == nil {
		return
	}
	if !t.Open() { // a person has closed it meanwhile
		l.denyExit(i, t.ID, n.seen, fact.ReasonTicketUsed, 0)
		return
	}
	n.attempts++
	n.unanswered = false
	n.payment = fact.PaymentID(l.nextDot().ID('P'))
	l.emit(fact.PaymentRequested{Payment: n.payment, Ticket: t.ID, Gate: l.cfg.Gates[i].ID, AmountMinor: n.dueMinor})
	l.do(AskPayment{Gate: i, Payment: n.payment, Amount: fact.Money{Minor: n.dueMinor, Currency: l.cfg.Currency}})
	l.show(i, Face{Lines: []string{"Please pay", l.moneyText(n.dueMinor)}, Colour: Yellow})
	n.wait(waitAnswer, l.now.MonoMS+answerMS)
}

// askPaymentStatus asks a terminal that has not answered what became of an order; after long enough the
// vehicle is let out owing, because nobody waits for a broken terminal.
func (l *Lot) askPaymentStatus(i int) {
	n := l.lane(i)
	t := l.tickets.byID[n.ticket]
	if n.payment == "" || t == nil {
		return
	}
	if p := t.payment(n.payment); p == nil || p.Status != PaymentPending { // it was for a vehicle with the same ticket at another gate
		n.payment = ""
		l.denyExit(i, t.ID, n.seen, fact.ReasonTicketUsed, 0)
		return
	}
	if n.unanswered && l.now.MonoMS-n.doubtMS >= l.cfg.Policy.PaymentGiveUpMS {
		n.payment = ""
		l.letOutOwing(i, t, fact.ReasonTerminalFault)
		return
	}
	if !n.unanswered {
		n.unanswered, n.doubtMS = true, l.now.MonoMS
	}
	asked := i
	if p := t.payment(n.payment); p != nil {
		if origin, found := l.gateIndex[p.Gate]; found {
			asked = origin // only the terminal that took the order knows of it
		}
	}
	l.do(AskPaymentStatus{Gate: asked, Payment: n.payment})
	n.wait(waitAnswer, l.now.MonoMS+l.cfg.Policy.PaymentRetryMS)
}

// paymentAnswered takes what a terminal says. Money that came for a vehicle already gone, or on an order that was taken
// for lost or declined, is the ticket's all the same.
func (l *Lot) paymentAnswered(e PaymentAnswered) {
	i, t := l.findPayment(e.Payment)
	if t == nil {
		return
	}
	p := t.payment(e.Payment)
	if p.Status != PaymentPending && e.Outcome != PaymentApproved {
		return
	}
	l.terminalAnswered(p.Gate, e.Outcome)
	switch e.Outcome {
	case PaymentApproved:
		l.emit(fact.PaymentReceived{
			Payment: e.Payment, Ticket: t.ID, AmountMinor: p.AmountMinor, Method: e.Method, Reference: clip(e.Reference),
		})
		l.eager = true
		switch {
		case i >= 0:
			l.paid(i, t)
		case t.Open():
			l.letWaitingOut(t) // which another order was for
		}
	case PaymentDeclined:
		l.emit(fact.PaymentFailed{Payment: e.Payment, Ticket: t.ID, Reason: fact.ReasonDeclined})
		if i >= 0 {
			l.declined(i, t)
		}
	case PaymentNotFound:
		l.emit(fact.PaymentFailed{Payment: e.Payment, Ticket: t.ID, Reason: fact.ReasonTerminalFault})
		if i >= 0 {
			l.orderLost(i, t)
		}
	default:
		if i >= 0 {
			l.doubt(i)
		}
	}
}

// findPayment finds a pending payment's ticket, and the gate whose driver waits for it (-1: none).
func (l *Lot) findPayment(id fact.PaymentID) (int, *Ticket) {
	t := l.tickets.asked[id]
	for i := range l.lanes {
		if n := &l.lanes[i]; t != nil && n.payment == id && n.ticket == t.ID {
			return i, t
		}
	}
	return -1, t
}

// paid lets the vehicle out for which the amount asked has come: a price once shown is honoured. If a person has closed its
// ticket meanwhile, that was too early.
func (l *Lot) paid(i int, t *Ticket) {
	n := l.lane(i)
	n.payment = ""
	if !t.Open() {
		l.emit(fact.TicketCorrected{Ticket: t.ID, Close: false, Actor: correctedBy, Note: "paid at an exit after it was closed"})
	}
	account := l.Account(t, l.now)
	l.grantExit(i, t, account, n.shown, n.seen, fact.ReasonPaid)
}

func (l *Lot) declined(i int, t *Ticket) {
	n := l.lane(i)
	n.payment = ""
	if n.attempts < l.cfg.Policy.PaymentAttempts {
		l.show(i, Face{Lines: refusalLines(fact.ReasonDeclined), Colour: Red})
		n.wait(waitRetry, l.now.MonoMS+l.cfg.Policy.PaymentRetryMS)
		return
	}
	l.denyExit(i, t.ID, n.seen, fact.ReasonDeclined, n.dueMinor)
}

// orderLost asks again when an order was lost on the way: a new one can't charge twice. A terminal that loses one after the
// other is as good as none.
func (l *Lot) orderLost(i int, t *Ticket) {
	n := l.lane(i)
	if n.attempts < l.cfg.Policy.PaymentAttempts || !t.Open() {
		l.askPayment(i)
		return
	}
	n.payment = ""
	n.wait(waitNone, never)
	l.withoutTerminal(i, t)
}

// terminalAnswered counts the orders that a gate's terminal lost, one after the other.
func (l *Lot) terminalAnswered(id fact.GateID, outcome PaymentOutcome) {
	i, found := l.gateIndex[id]
	switch {
	case !found:
	case outcome == PaymentNotFound:
		l.lanes[i].ordersLost++
	case outcome != PaymentUnknown:
		l.lanes[i].ordersLost = 0
	}
}

// losesOrders reports whether a gate's terminal has lost so many orders one after the other that a person must look at it.
func (l *Lot) losesOrders(i int) bool { return l.lanes[i].ordersLost >= l.cfg.Policy.PaymentAttempts }

// doubt begins to ask for a payment whose reply was lost.
func (l *Lot) doubt(i int) {
	n := l.lane(i)
	if !n.unanswered {
		n.unanswered, n.doubtMS = true, l.now.MonoMS
	}
	n.wait(waitAnswer, l.now.MonoMS+l.cfg.Policy.PaymentRetryMS)
}

// resume takes up an order that is still without an answer, instead of a second one.
func (l *Lot) resume(i int, p *Payment) {
	n := l.lane(i)
	n.payment, n.dueMinor, n.unanswered = p.ID, p.AmountMinor, false
	l.show(i, Face{Lines: []string{"Checking your", "payment"}, Colour: Yellow})
	l.askPaymentStatus(i)
}

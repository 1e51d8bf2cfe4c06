package world

import (
	"strconv"

	"gatehouse/drivers"
	"gatehouse/sync/fact"
)

// order is a payment that a terminal was asked for.
type order struct {
	payment fact.PaymentID
	amount  fact.Money
	car     int32 // -1: nobody was there
	answer  drivers.PaymentAnswer
	said    bool // decided
	lost    bool // the answer does not arrive
}

// PayOrder asks a gate's terminal for a payment; it is false if the terminal does not hear. The answer is a
// signal, unless it is lost. The same payment again is the same order.
func (w *World) PayOrder(ms int64, gate int, payment fact.PaymentID, amount fact.Money) bool {
	w.reach(ms)
	lane := &w.lanes[gate]
	if !lane.plan.Terminal || lane.terminalDown || w.dark {
		return false
	}
	if known := lane.findOrder(payment); known != nil {
		if known.said {
			w.emit(PaymentAnswer{Gate: gate, Payment: payment, Answer: known.answer})
		}
		return true
	}
	if w.happens(&lane.dice, OrderLost) {
		return false
	}
	made := order{payment: payment, amount: amount, car: -1, lost: w.happens(&lane.dice, ReplyLost)}
	delayMS := int64(30_000) // nobody there
	made.answer.Outcome = drivers.PaymentDeclined
	if c := w.attendant(gate); c != nil {
		made.car, c.mind.paying = c.index, true
		made.answer = w.pays(lane, c)
		delayMS = c.dice.between(2_000, 6_000)
	}
	number := int32(len(lane.orders))
	lane.orders, lane.ordered[payment] = append(lane.orders, made), number
	w.queue.push(event{ms: w.nowMS + delayMS, what: terminalSays, at: int32(gate), other: number})
	return true
}

// pays is how a driver's payment will end.
func (w *World) pays(lane *lane, c *car) drivers.PaymentAnswer {
	first := c.does.Has(PaymentDeclined)
	if first {
		c.does &^= FaultsOf(PaymentDeclined)
		w.truth.Fired[PaymentDeclined]++
	}
	if first || w.happens(&lane.dice, PaymentDeclined) {
		return drivers.PaymentAnswer{Outcome: drivers.PaymentDeclined}
	}
	method := fact.MethodCreditCard
	if c.dice.below(2) == 0 {
		method = fact.MethodMobilePay
	}
	return drivers.PaymentAnswer{Outcome: drivers.PaymentApproved, Method: method}
}

// terminalSays decides an order, and answers.
func (w *World) terminalSays(g int, number int32) {
	lane := &w.lanes[g]
	o := &lane.orders[number]
	o.said = true
	if o.car >= 0 {
		w.cars[o.car].mind.paying = false
	}
	if o.answer.Outcome == drivers.PaymentApproved {
		if lane.indexOf(o.car) < 0 {
			o.answer = drivers.PaymentAnswer{Outcome: drivers.PaymentDeclined} // drove away
		} else {
			o.answer.Reference = "A" + strconv.Itoa(g) + "-" + strconv.Itoa(int(number))
			w.truth.Payments = append(w.truth.Payments, Paid{Payment: o.payment, Gate: g, Car: int(o.car), Amount: o.amount, AtMS: w.nowMS})
		}
	}
	if !o.lost && !lane.terminalDown {
		w.emit(PaymentAnswer{Gate: g, Payment: o.payment, Answer: o.answer})
	}
}

// PayStatus asks a gate's terminal what became of a payment. It answers at once, unless it is down.
func (w *World) PayStatus(ms int64, gate int, payment fact.PaymentID) {
	w.reach(ms)
	lane := &w.lanes[gate]
	if !lane.plan.Terminal || lane.terminalDown {
		return
	}
	answer := drivers.PaymentAnswer{Outcome: drivers.PaymentNotFound}
	if o := lane.findOrder(payment); o != nil {
		answer = drivers.PaymentAnswer{Outcome: drivers.PaymentUnknown}
		if o.said {
			answer = o.answer
		}
	}
	w.emit(PaymentAnswer{Gate: gate, Payment: payment, Answer: answer})
}

// findOrder is the terminal's own memory.
func (l *lane) findOrder(payment fact.PaymentID) *order {
	if number, found := l.ordered[payment]; found {
		return &l.orders[number]
	}
	return nil
}

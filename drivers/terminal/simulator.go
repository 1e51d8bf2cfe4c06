package terminal

import (
	"fmt"
	"io"
	"sync"

	"gatehouse/drivers"
	"gatehouse/sync/fact"
)

// Step is how a simulated terminal treats one order.
type Step uint8

// The steps. Without a script every order is approved.
const (
	Approve Step = iota
	Decline
	LoseReply // approves, and its answers are lost
	LoseOrder // never gets the order
	Wait      // asks for a card until Finish or a CANCEL
)

// Simulator is a terminal: Run answers what comes from the far side of a serial port.
type Simulator struct {
	port     io.ReadWriter
	mu       sync.Mutex
	script   []Step
	payments map[string]drivers.PaymentAnswer // outcome PaymentUnknown: a card is being asked for
	pending  []string                         // order number and payment of the one who is asked for a card
	charged  int
}

// NewSimulator makes a terminal that approves everything.
func NewSimulator(port io.ReadWriter) *Simulator {
	return &Simulator{port: port, payments: map[string]drivers.PaymentAnswer{}}
}

// Script says what happens to the next orders, one step each.
func (s *Simulator) Script(steps ...Step) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.script = append(s.script, steps...)
}

// Charged counts the payments that were taken.
func (s *Simulator) Charged() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.charged
}

// Finish ends a Wait: the customer's card is approved or declined. Nobody may be waiting.
func (s *Simulator) Finish(approved bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.pending) == 0 {
		return nil
	}
	order, payment := s.pending[0], s.pending[1]
	s.settle(payment, approved)
	return s.tell(order, payment)
}

// Run answers orders until the port ends; it returns the port's error.
func (s *Simulator) Run() error {
	var splitter Splitter
	chunk := make([]byte, 64)
	for {
		n, err := s.port.Read(chunk)
		if err != nil {
			return err
		}
		for _, b := range chunk[:n] {
			if fields, complete := splitter.Push(b); complete && len(fields) >= 3 {
				if err := s.obey(fields[0], fields[1], fields[2]); err != nil {
					return err
				}
			}
		}
	}
}

func (s *Simulator) obey(verb, order, payment string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch verb {
	case "PAY":
		return s.pay(order, payment)
	case "STATUS":
		return s.tell(order, payment)
	case "CANCEL":
		if len(s.pending) > 0 && s.pending[1] == payment {
			s.settle(payment, false)
		}
	}
	return nil
}

// pay treats an order as the script says. A payment that it knows is not taken again.
func (s *Simulator) pay(order, payment string) error {
	if _, known := s.payments[payment]; known {
		return s.tell(order, payment)
	}
	step := Approve
	if len(s.script) > 0 {
		step, s.script = s.script[0], s.script[1:]
	}
	if step == LoseOrder {
		return nil
	}
	s.payments[payment] = drivers.PaymentAnswer{}
	if step == Wait {
		s.pending = []string{order, payment}
	} else {
		s.settle(payment, step != Decline)
	}
	if step == LoseReply {
		return nil
	}
	if err := s.say("WAIT", order, payment); err != nil || step == Wait {
		return err
	}
	return s.tell(order, payment)
}

// settle writes down how a payment ended.
func (s *Simulator) settle(payment string, approved bool) {
	s.pending = nil
	answer := drivers.PaymentAnswer{Outcome: drivers.PaymentDeclined}
	if approved {
		s.charged++
		answer = drivers.PaymentAnswer{Outcome: drivers.PaymentApproved, Reference: fmt.Sprintf("A%06d", s.charged), Method: fact.MethodCreditCard}
	}
	s.payments[payment] = answer
}

// tell answers with what is known of a payment.
func (s *Simulator) tell(order, payment string) error {
	answer, known := s.payments[payment]
	switch {
	case !known:
		return s.say("NOTFOUND", order, payment)
	case answer.Outcome == drivers.PaymentApproved:
		return s.say("APPROVED", order, payment, answer.Reference, answer.Method.String())
	case answer.Outcome == drivers.PaymentDeclined:
		return s.say("DECLINED", order, payment)
	}
	return s.say("WAIT", order, payment)
}

func (s *Simulator) say(fields ...string) error {
	_, err := s.port.Write(Encode(fields...))
	return err
}

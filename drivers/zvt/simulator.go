package zvt

import (
	"io"
	"sync"
	"time"
)

// Step is how a simulated terminal treats one payment.
type Step uint8

// The steps. Without a script every payment is approved.
const (
	Approve Step = iota
	Decline
	LoseReply // approves, and says no more
	LoseOrder // never gets the order
	LoseAck   // gets the order, says nothing, and declines
	Wait      // asks for a card until Finish or an abort
	LateReply // approves after its customer was given up: 20 s
	Garble    // sends frames with a wrong checksum, then right ones
)

// lateAfter is how late a LateReply is.
const lateAfter = 20 * time.Second

// reverseAfter is how long it waits for the answer to a status before it takes the payment back.
const reverseAfter = 5 * time.Second

// cardLimit is how long it waits for a card.
const cardLimit = 2 * time.Minute

// deafFor is longer than an order is sent again and again.
const deafFor = 4 * time.Second

// Simulator is a terminal: Run answers what comes from the far side of a port.
type Simulator struct {
	port     io.ReadWriter
	serial   bool
	mu       sync.Mutex
	script   []Step
	last     Status // receipt 0: there is none
	charged  int
	reversed int
	outgoing []APDU // each after the answer to the one before
	orders   int    // that wait for a card, counted
	waiting  int64  // amount of the payment for which a card is asked
	payment  int    // receipt whose status nobody has answered yet
	unacked  int    // messages that nobody has answered yet
	mute     bool
	garbling bool
	forgets  bool
	refuses  bool
	deafTill time.Time
	splitter Splitter
	received []byte
}

// NewSimulator makes a terminal that approves everything, on a serial port or on a TCP connection.
func NewSimulator(port io.ReadWriter, serial bool) *Simulator {
	return &Simulator{port: port, serial: serial, last: Status{Currency: 978}}
}

// SetForgets makes it a terminal that repeats no receipt.
func (s *Simulator) SetForgets(forgets bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forgets = forgets
}

// SetRefuses makes it a terminal that refuses to repeat a receipt, as one does that has none.
func (s *Simulator) SetRefuses(refuses bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuses = refuses
}

// CloseDay has it hand its payments in by itself, as at night. It numbers receipts from 1 again, and traces on.
func (s *Simulator) CloseDay() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last.Receipt = 0
}

// Script says what happens to the next payments, one step each.
func (s *Simulator) Script(steps ...Step) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.script = append(s.script, steps...)
}

// Charged counts the payments that were taken and not taken back.
func (s *Simulator) Charged() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.charged - s.reversed
}

// Finish ends a Wait: the customer's card is approved or declined. Nobody may be waiting.
func (s *Simulator) Finish(approved bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.waiting > 0 {
		s.end(approved)
	}
}

// Attach gives the terminal another port: the connection that was made after the last one broke.
func (s *Simulator) Attach(port io.ReadWriter) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.port, s.received, s.splitter, s.outgoing = port, nil, Splitter{}, nil
}

// Run answers until the port ends; it returns the port's error.
func (s *Simulator) Run() error {
	chunk := make([]byte, 256)
	s.mu.Lock()
	port := s.port
	s.mu.Unlock()
	for {
		n, err := port.Read(chunk)
		if err != nil {
			return err
		}
		s.mu.Lock()
		for _, b := range chunk[:n] {
			s.take(b)
		}
		s.mu.Unlock()
	}
}

func (s *Simulator) take(b byte) {
	if !s.serial {
		s.received = append(s.received, b)
		if a, used, err := ParseAPDU(s.received); err != nil || used > 0 {
			if err == nil {
				s.obey(a)
			}
			s.received = nil
		}
		return
	}
	if found, data := s.splitter.Push(b); found == FoundFrame {
		a, used, err := ParseAPDU(data)
		if err != nil || used != len(data) {
			return
		}
		if a.Command == Authorisation && len(s.script) > 0 && s.script[0] == LoseOrder {
			s.script, s.deafTill = s.script[1:], time.Now().Add(deafFor)
		}
		if time.Now().Before(s.deafTill) {
			return
		}
		s.write([]byte{ack})
		s.obey(a)
	}
}

func (s *Simulator) write(data []byte) { _, _ = s.port.Write(data) } // a cut connection is the other side's to notice

func (s *Simulator) say(a APDU) {
	if a.Command>>8 == 0x04 || a.Command>>8 == 0x06 {
		s.unacked++
	}
	if s.mute {
		return
	}
	data := a.AppendTo(nil)
	if !s.serial {
		s.write(data)
		return
	}
	frame := AppendFrame(nil, data)
	if s.garbling {
		wrong := append([]byte(nil), frame...)
		wrong[len(wrong)-1] ^= 1
		s.write(wrong)
	}
	s.write(frame)
}

// obey does a command.
func (s *Simulator) obey(a APDU) {
	if s.mute && a.Command != acknowledged {
		s.mute = false // the line is mended
	}
	switch {
	case a.Command>>8 == acknowledged>>8:
		if s.unacked = max(s.unacked-1, 0); s.unacked == 0 {
			s.payment = 0 // its status was answered
			s.next()
		}
		return
	case a.Command>>8 == refusedClass:
		s.reverse()
		return
	case a.Command == CancelCommand:
		s.say(APDU{Command: acknowledged})
		if s.waiting > 0 {
			s.end(false)
		}
		return
	case s.waiting > 0 && a.Command != Registration:
		s.say(APDU{Command: refusedClass<<8 | 0x9C})
		return
	}
	s.outgoing, s.unacked = nil, 0
	switch a.Command {
	case Authorisation:
		s.pay(a)
	case RepeatReceipt:
		if s.forgets {
			s.say(APDU{Command: acknowledged})
			s.queue(APDU{Command: Completion})
			return
		}
		if s.last.Receipt == 0 || s.refuses {
			s.say(APDU{Command: refusedClass<<8 | 0x83})
			return
		}
		s.say(APDU{Command: acknowledged})
		s.queue(APDU{Command: StatusInfo, Data: s.last.AppendTo(nil)}, APDU{Command: PrintLine, Data: []byte("\x00COPY")}, APDU{Command: Completion})
	case Reversal:
		s.say(APDU{Command: acknowledged})
		s.reversed++
		s.queue(APDU{Command: Completion})
	case Registration, StatusEnquiry, EndOfDay:
		s.say(APDU{Command: acknowledged})
		s.queue(APDU{Command: Completion})
	default:
		s.say(APDU{Command: refusedClass<<8 | 0x83})
	}
}

// queue says messages, each after the answer to the one before.
func (s *Simulator) queue(messages ...APDU) {
	s.outgoing = messages
	s.next()
}

func (s *Simulator) next() {
	if len(s.outgoing) > 0 {
		a := s.outgoing[0]
		s.outgoing = s.outgoing[1:]
		s.say(a)
	}
}

// reverse takes back the payment whose status was refused.
func (s *Simulator) reverse() {
	s.outgoing, s.unacked = nil, 0
	s.takeBack()
	s.say(APDU{Command: Abort, Data: []byte{0x6C}})
}

func (s *Simulator) takeBack() {
	if s.payment > 0 {
		s.payment = 0
		s.reversed++
		s.last.Receipt++
		s.last.Result = 0xB4
	}
}

// pay treats a payment as the script says.
func (s *Simulator) pay(a APDU) {
	step := Approve
	if len(s.script) > 0 {
		step, s.script = s.script[0], s.script[1:]
	}
	if len(a.Data) < 7 || a.Data[0] != fieldAmount {
		s.say(APDU{Command: refusedClass<<8 | 0x9A})
		return
	}
	s.waiting, _ = fromBCD(a.Data[1:7])
	s.garbling = step == Garble
	switch step {
	case LoseOrder: // over TCP
		s.waiting = 0
		return
	case LoseAck:
		s.waiting = 0
		return
	case LoseReply:
		s.say(APDU{Command: acknowledged})
		s.mute = true
		s.end(true)
		s.payment = 0 // its status counts as taken
		return
	}
	s.say(APDU{Command: acknowledged})
	s.say(APDU{Command: Intermediate, Data: []byte{0x0A, 1}}) // insert a card
	switch step {
	case Wait:
		s.orders++
		this := s.orders
		time.AfterFunc(cardLimit, func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			if s.waiting > 0 && s.orders == this {
				s.end(false)
			}
		})
	case LateReply:
		time.AfterFunc(lateAfter, func() { s.Finish(true) })
	default:
		s.end(step != Decline)
	}
	s.garbling = false
}

// end ends the payment under way.
func (s *Simulator) end(approved bool) {
	amount := s.waiting
	s.waiting = 0
	if !approved {
		s.queue(APDU{Command: StatusInfo, Data: []byte{fieldResult, 0x6C}}, APDU{Command: Abort, Data: []byte{0x6C}})
		return
	}
	s.charged++
	s.last = Status{AmountMinor: amount, Currency: 978, Receipt: s.last.Receipt + 1, Trace: s.last.Trace + 1, CardType: 6}
	s.payment = s.last.Receipt
	receipt := s.payment
	time.AfterFunc(reverseAfter, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.payment == receipt {
			s.takeBack()
			s.outgoing = nil
		}
	})
	s.queue(APDU{Command: StatusInfo, Data: s.last.AppendTo(nil)}, APDU{Command: PrintLine, Data: []byte("\x00RECEIPT")}, APDU{Command: Completion})
}

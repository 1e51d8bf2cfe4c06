package wiegand

import (
	"time"

	"gatehouse/drivers/credentials"
)

// bitPeriod is the usual time between two bits.
const bitPeriod = 2 * time.Millisecond

// Simulator is a reader with a keypad. It waits for the time that its bits take.
type Simulator struct {
	pulse func(wire int) // makes a wire active and inactive again
}

// NewSimulator makes a reader on two wires.
func NewSimulator(pulse func(wire int)) *Simulator { return &Simulator{pulse: pulse} }

// Show shows a card.
func (s *Simulator) Show(card credentials.Card) {
	value, count := credentials.EncodeCard(card)
	s.Send(value, count)
}

// Press presses a key of a keypad with frames of 4 or 8 bits.
func (s *Simulator) Press(key byte, bits int) { s.Send(credentials.EncodeKey(key, bits), bits) }

// Send sends bits, the highest first, and a pause.
func (s *Simulator) Send(value uint64, count int) {
	for i := count - 1; i >= 0; i-- {
		s.pulse(int(value >> i & 1))
		time.Sleep(bitPeriod)
	}
	time.Sleep(50 * bitPeriod)
}

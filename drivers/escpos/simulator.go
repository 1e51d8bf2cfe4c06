package escpos

import (
	"io"
	"slices"
	"sync"
	"time"
)

// Simulator is a printer: Run prints what comes from the far side of a serial port.
type Simulator struct {
	port    io.ReadWriter
	mu      sync.Mutex
	machine Machine
	slips   []Slip
	waiting []byte // bytes that came while it could not print
	paper   int    // lines that are left; below 0: plenty
	near    bool
	cover   bool          // open
	fault   byte          // the bit of its error status
	left    int           // answers that it still gives; below 0: all
	slip    time.Duration // how long printing takes
	reply   time.Duration // how long a real-time answer takes
}

// NewSimulator makes a printer with a new roll.
func NewSimulator(port io.ReadWriter) *Simulator { return &Simulator{port: port, paper: -1, left: -1} }

// Run prints until the port ends; it returns the port's error.
func (s *Simulator) Run() error {
	chunk := make([]byte, 256)
	for {
		n, err := s.port.Read(chunk)
		if err != nil {
			return err
		}
		s.mu.Lock()
		s.take(chunk[:n])
		s.mu.Unlock()
	}
}

// take answers real-time questions at once, also when it can't print, and prints the rest.
func (s *Simulator) take(data []byte) {
	for len(data) > 0 {
		if len(data) >= 3 && data[0] == dle && data[1] == 4 {
			s.answer(s.status(data[2]), s.reply)
			data = data[3:]
			continue
		}
		s.waiting = append(s.waiting, data[0])
		data = data[1:]
	}
	for len(s.waiting) > 0 && s.able() {
		e, happened := s.machine.Push(s.waiting[0])
		if s.waiting[0] == lf && s.paper > 0 {
			s.paper--
		}
		s.waiting = s.waiting[1:]
		if happened && e.Slip != nil {
			s.slips = append(s.slips, *e.Slip)
		} else if happened && e.Queued {
			s.answer(0, s.slip)
		}
	}
}

// answer sends a byte after so long. A port that is gone takes nothing, and ends Run.
func (s *Simulator) answer(b byte, after time.Duration) {
	if s.left == 0 {
		return
	}
	s.left = max(s.left-1, -1)
	send := func() { _, _ = s.port.Write([]byte{b}) }
	if after == 0 {
		send()
		return
	}
	time.AfterFunc(after, send)
}

func (s *Simulator) able() bool { return s.paper != 0 && !s.cover && s.fault == 0 }

// status is the answer to a real-time question.
func (s *Simulator) status(question byte) byte {
	b := byte(0x12)
	switch question {
	case askPrinter:
		if !s.able() {
			b |= 0x08
		}
	case askOffline:
		if s.cover {
			b |= 0x04
		}
		if s.paper == 0 {
			b |= 0x20
		}
		if s.fault != 0 {
			b |= 0x40
		}
	case askError:
		b |= s.fault
	case askPaper:
		if s.near {
			b |= 0x0C
		}
		if s.paper == 0 {
			b |= 0x60
		}
	}
	return b
}

func (s *Simulator) change(do func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	do()
}

// Slips are all slips that came out.
func (s *Simulator) Slips() (slips []Slip) {
	s.change(func() { slips = slices.Clone(s.slips) })
	return slips
}

// SetPaper says how many lines of paper are left: below 0 is plenty.
func (s *Simulator) SetPaper(lines int) { s.change(func() { s.paper = lines }) }

// SetNearEnd says that the roll is nearly used up.
func (s *Simulator) SetNearEnd(near bool) { s.change(func() { s.near = near }) }

// SetCover opens or closes the cover.
func (s *Simulator) SetCover(open bool) { s.change(func() { s.cover = open }) }

// The faults that a printer can have, as bits of its error status.
const (
	FaultNone   = 0x00
	FaultCutter = 0x08
	FaultBroken = 0x20
	FaultHot    = 0x40
)

// SetFault breaks it, or mends it.
func (s *Simulator) SetFault(fault byte) { s.change(func() { s.fault = fault }) }

// SetPace makes it take its time for a slip, and for the answer to a real-time question.
func (s *Simulator) SetPace(slip, reply time.Duration) {
	s.change(func() { s.slip, s.reply = slip, reply })
}

// MuteAfter makes the printer print and not answer after so many answers, as behind a cable with one broken wire.
func (s *Simulator) MuteAfter(answers int) { s.change(func() { s.left = answers }) }

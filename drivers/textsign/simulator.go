package textsign

import (
	"io"
	"sync"

	"gatehouse/drivers/dialog"
)

// Simulator is a sign on the far side of a serial port.
type Simulator struct {
	port    io.ReadWriter
	id      byte
	mu      sync.Mutex
	text    string
	refuses bool
}

// NewSimulator makes a dark sign.
func NewSimulator(port io.ReadWriter, id byte) *Simulator { return &Simulator{port: port, id: id} }

// Run shows what arrives until the port ends; it returns the port's error.
func (s *Simulator) Run() error {
	return dialog.Serve(s.port, func(data []byte) (int, bool) {
		p, used, found, bad := Parse(data)
		if !found && bad == nil {
			return used, false
		}
		_, _ = io.WriteString(s.port, s.take(p, found)) // a port that is gone ends the next read
		return used, true
	})
}

func (s *Simulator) take(p Packet, found bool) (answer string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case !found || s.refuses:
		return "NACK"
	case p.Sign != s.id && p.Sign != 0:
		return ""
	}
	s.text = p.Text
	if p.Sign == 0 {
		return ""
	}
	return "ACK"
}

// Shown is its text.
func (s *Simulator) Shown() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text
}

// SetRefuses makes it refuse everything.
func (s *Simulator) SetRefuses(refuses bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuses = refuses
}

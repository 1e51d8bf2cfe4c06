package textsign

import (
	"io"
	"sync"
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
	var data []byte
	chunk := make([]byte, 64)
	for {
		n, err := s.port.Read(chunk)
		if err != nil {
			return err
		}
		data = append(data, chunk[:n]...)
		for {
			p, used, found, bad := Parse(data)
			data = data[used:]
			if !found && bad == nil {
				break
			}
			if answer := s.take(p, found); answer != "" {
				if _, err := s.port.Write([]byte(answer)); err != nil {
					return err
				}
			}
		}
	}
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

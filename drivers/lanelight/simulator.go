package lanelight

import (
	"io"
	"sync"
)

// Simulator is a light on the far side of a serial port.
type Simulator struct {
	port io.Reader
	mu   sync.Mutex
	now  Fields
}

// NewSimulator makes a dark light.
func NewSimulator(port io.Reader) *Simulator { return &Simulator{port: port, now: Fields{' ', ' '}} }

// Run obeys until the port ends; it returns the port's error.
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
			fields, used, found := Parse(data)
			data = data[used:]
			if !found {
				break
			}
			s.mu.Lock()
			s.now = fields
			s.mu.Unlock()
		}
	}
}

// Shown is what its fields show.
func (s *Simulator) Shown() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return string([]byte{s.now.Left, s.now.Right})
}

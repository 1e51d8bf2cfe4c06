package lanelight

import (
	"io"
	"sync"

	"gatehouse/drivers/dialog"
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
	return dialog.Serve(s.port, func(data []byte) (int, bool) {
		fields, used, found := Parse(data)
		if found {
			s.mu.Lock()
			s.now = fields
			s.mu.Unlock()
		}
		return used, found
	})
}

// Shown is what its fields show.
func (s *Simulator) Shown() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return string([]byte{s.now.Left, s.now.Right})
}

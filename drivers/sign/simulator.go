package sign

import (
	"fmt"
	"io"
	"sync"

	"gatehouse/drivers"
	"gatehouse/drivers/dialog"
)

// Simulator is a sign: Run reads frames from the far side of a serial port, Shown is what a driver of a car reads.
type Simulator struct {
	port   io.Reader
	digits int
	mu     sync.Mutex
	frame  Frame
	on     bool
}

// NewSimulator makes a dark sign of so many digits.
func NewSimulator(port io.Reader, digits int) *Simulator {
	return &Simulator{port: port, digits: digits}
}

// Run shows what arrives until the port ends; it returns the port's error.
func (s *Simulator) Run() error {
	return dialog.Serve(s.port, func(data []byte) (int, bool) {
		frame, used, found := Parse(data)
		if found {
			s.show(frame)
		}
		return used, found
	})
}

func (s *Simulator) show(frame Frame) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.frame, s.on = frame, true
}

// Shown is the number and its colour. A dark sign, and one that is told more digits than it has, shows "".
func (s *Simulator) Shown() (number string, colour drivers.Colour) {
	s.mu.Lock()
	defer s.mu.Unlock()
	number = fmt.Sprint(s.frame.Count)
	if !s.on || len(number) > s.digits {
		return "", s.frame.Colour
	}
	return number, s.frame.Colour
}

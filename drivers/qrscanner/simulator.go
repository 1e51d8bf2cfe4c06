package qrscanner

import "io"

// Simulator is a scanner on the far side of a serial port.
type Simulator struct{ port io.Writer }

// NewSimulator makes a scanner.
func NewSimulator(port io.Writer) *Simulator { return &Simulator{port: port} }

// Scan shows a code to the scanner.
func (s *Simulator) Scan(code string) error {
	_, err := s.port.Write(append([]byte(code), '\r', '\n'))
	return err
}

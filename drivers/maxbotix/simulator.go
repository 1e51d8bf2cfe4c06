package maxbotix

import (
	"io"

	"gatehouse/drivers"
)

// Simulator is a sensor: it writes readings to Out, the far side of a serial port.
type Simulator struct {
	Out io.Writer
}

// Send writes one reading, and a byte FF as sensors do.
func (s Simulator) Send(sample drivers.Sample) error {
	_, err := s.Out.Write(append(Encode(sample), own))
	return err
}

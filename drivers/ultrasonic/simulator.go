package ultrasonic

import (
	"io"

	"gatehouse/drivers"
)

// Simulator is a sensor: it writes frames to Out, the far side of a serial port.
type Simulator struct {
	Out io.Writer
}

// Send writes the frame of a sample. A real sensor sends one every 100 to 300 ms.
func (s Simulator) Send(sample drivers.Sample) error {
	_, err := s.Out.Write(Encode(sample))
	return err
}

// SendDistance writes the frame of a distance.
func (s Simulator) SendDistance(distanceMM int32) error {
	return s.Send(drivers.Sample{Kind: drivers.SampleDistance, DistanceMM: distanceMM})
}

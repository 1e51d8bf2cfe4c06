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

// Serve is a sensor that must be asked: it answers each command that comes from wire with what measure says, until wire
// ends.
func (s Simulator) Serve(wire io.Reader, command byte, measure func() drivers.Sample) error {
	chunk := make([]byte, 16)
	for {
		n, err := wire.Read(chunk)
		for _, b := range chunk[:n] {
			if b != command {
				continue
			}
			if err := s.Send(measure()); err != nil {
				return err
			}
		}
		if err != nil {
			return nil // a wire that ended is no fault of the sensor
		}
	}
}

package urm

import (
	"io"

	"gatehouse/drivers"
)

// Simulator is a bus with sensors: it answers what comes from Wire, the far side of a serial port.
type Simulator struct {
	Wire io.ReadWriter
	// Measure says what a sensor measures now; false is a sensor that is not there.
	Measure func(address byte) (drivers.Sample, bool)
}

// Serve answers until the wire ends.
func (s Simulator) Serve() error {
	var decoder Decoder
	chunk := make([]byte, 64)
	for {
		n, err := s.Wire.Read(chunk)
		for _, b := range chunk[:n] {
			frame, complete := decoder.Push(b)
			if !complete || frame.Command != readDistance {
				continue
			}
			if sample, there := s.Measure(frame.Address); there {
				if _, err := s.Wire.Write(answerOf(frame.Address, sample).Append(nil)); err != nil {
					return err
				}
			}
		}
		if err != nil {
			return nil // a wire that ended is no fault of the sensors
		}
	}
}

package maxbotix

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"gatehouse/drivers"
)

// silentAfter is how long no reading comes from a sensor that counts as away.
const silentAfter = 5 * time.Second

// Driver is the catalog's line.
func Driver() drivers.Driver {
	return drivers.Driver{
		Name:    "maxbotix",
		Summary: "distance sensor of MaxBotix with a serial output (HRXL, XL MaxSonar)",
		Settings: map[string]string{
			"port": "name of the serial port on the board",
			"baud": "speed of the port (default 9600; 57600 for some models)",
		},
		Make: func(host drivers.Host, settings drivers.Settings) (any, error) { return newSensor(host, settings) },
	}
}

// Sensor is one sensor on a serial port of its own.
type Sensor struct {
	host    drivers.Host
	port    string
	baud    int
	skipped atomic.Uint64
}

func newSensor(host drivers.Host, settings drivers.Settings) (*Sensor, error) {
	port, err := settings.Text("port", "")
	if err == nil && port == "" {
		err = fmt.Errorf("%w: port is missing: write the name of one of the board's serial ports", drivers.ErrSettings)
	}
	if err != nil {
		return nil, err
	}
	baud, err := settings.Int("baud", 9600)
	return &Sensor{host: host, port: port, baud: baud}, err
}

// Skipped counts the bytes that made no sense.
func (s *Sensor) Skipped() uint64 { return s.skipped.Load() }

// Sense reports every reading until ctx ends, the port hangs up, or the sensor has been silent for too long.
func (s *Sensor) Sense(ctx context.Context, report func(drivers.Sample)) error {
	port, err := s.host.Serial(s.port, drivers.SerialMode{Baud: s.baud})
	if err != nil {
		return fmt.Errorf("maxbotix: open port %s: %w", s.port, err)
	}
	defer port.Close()
	var decoder Decoder
	chunk := make([]byte, 64)
	heard := time.Now()
	for ctx.Err() == nil {
		n, err := port.Read(chunk)
		if err != nil {
			return fmt.Errorf("maxbotix: read port %s: %w", s.port, err)
		}
		before := decoder.Skipped
		for _, b := range chunk[:n] {
			if sample, complete := decoder.Push(b); complete {
				heard = time.Now()
				report(sample)
			}
		}
		s.skipped.Add(decoder.Skipped - before)
		if time.Since(heard) > silentAfter {
			return fmt.Errorf("maxbotix: port %s: no reading for %v, check the sensor's power and its polarity (RS-232 or TTL): %w",
				s.port, silentAfter, drivers.ErrOffline)
		}
	}
	return ctx.Err()
}

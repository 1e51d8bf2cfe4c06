package maxbotix

import (
	"context"
	"errors"
	"time"

	"gatehouse/drivers"
	"gatehouse/drivers/talker"
)

// silentAfter is how long no reading comes from a sensor that counts as away.
const silentAfter = 5 * time.Second

// Driver is the catalog's line.
func Driver() drivers.Driver {
	return drivers.Driver{
		Name:    "maxbotix",
		Summary: "distance sensor of MaxBotix with a serial output (HRXL, XL, LV MaxSonar)",
		Settings: map[string]string{
			"port": "name of the serial port on the board",
			"baud": "speed of the port (default 9600; 57600 for some models)",
			"unit": "what a reading of four digits counts: mm (the default), or cm (XL models of 10 m, such as MB7066); in for LV models, whose three digits are inches",
		},
		Wires: map[string]drivers.Wire{"port": drivers.WireSerial},
		Make:  func(host drivers.Host, settings drivers.Settings) (any, error) { return newSensor(host, settings) },
	}
}

// ErrGarbage is the fault of bytes that are no reading.
var ErrGarbage = errors.New("maxbotix: bytes that are no reading R1234: check the baud rate and the polarity (RS-232 or TTL)")

// Sensor is one sensor on a serial port of its own.
type Sensor struct {
	drivers.Faults
	host drivers.Host
	port string
	baud int
	unit Unit
}

func newSensor(host drivers.Host, settings drivers.Settings) (*Sensor, error) {
	port, err := settings.Named("port", "one of the board's serial ports")
	if err != nil {
		return nil, err
	}
	baud, err := settings.Int("baud", 9600)
	if err != nil {
		return nil, err
	}
	unit, err := settings.OneOf("unit", "mm", "cm", "in")
	return &Sensor{host: host, port: port, baud: baud, unit: map[string]Unit{"cm": Centimetres, "in": Inches}[unit]}, err
}

// Channels is how many spots it watches.
func (*Sensor) Channels() int { return 1 }

// Sense reports every reading until ctx ends, the port hangs up, or the sensor has been silent for too long.
func (s *Sensor) Sense(ctx context.Context, report func(drivers.Sample)) error {
	port := talker.Port{
		Driver: "maxbotix", Name: s.port, Mode: drivers.SerialMode{Baud: s.baud}, Silent: silentAfter,
		Check: "check the sensor's power and its polarity (RS-232 or TTL)", Garbage: ErrGarbage,
	}
	return port.Listen(ctx, s.host, &s.Faults, &Decoder{Unit: s.unit}, report)
}

package ultrasonic

import (
	"context"
	"errors"
	"time"

	"gatehouse/drivers"
	"gatehouse/drivers/talker"
)

// Driver is the catalog's line.
func Driver() drivers.Driver {
	return drivers.Driver{
		Name:    "ultrasonic",
		Summary: "overhead distance sensor that sends FF H L SUM (A02YYUW, DYP-A02, ME007YS, JSN-SR04T)",
		Settings: map[string]string{
			"port":      "name of the serial port on the board",
			"model":     "one of " + modelNames() + " (default a02yyuw)",
			"baud":      "speed of the port (default: the model's)",
			"blind_mm":  "a distance of so much or less is no reading (default: the model's)",
			"period_ms": "how often a sensor that must be asked is asked, 60 to 10000 (default 200)",
			"silent_ms": "without a frame for so long the sensor counts as away (default 5000)",
		},
		Wires: map[string]drivers.Wire{"port": drivers.WireSerial},
		Make:  func(host drivers.Host, settings drivers.Settings) (any, error) { return newSensor(host, settings) },
	}
}

// ErrGarbage is the fault of bytes that are no frame.
var ErrGarbage = errors.New("ultrasonic: bytes that are no frame FF H L SUM: check the baud rate, the model, and the ground wire")

// Sensor is one sensor on a serial port of its own.
type Sensor struct {
	drivers.Faults
	host   drivers.Host
	port   string
	model  model
	period time.Duration // of asking
	silent time.Duration
}

func newSensor(host drivers.Host, settings drivers.Settings) (*Sensor, error) {
	port, err := settings.Named("port", "one of the board's serial ports")
	if err != nil {
		return nil, err
	}
	model, err := modelOf(settings)
	if err != nil {
		return nil, err
	}
	periodMS, err := settings.Within("period_ms", 200, 60, 10_000)
	if err != nil {
		return nil, err
	}
	silentMS, err := settings.Within("silent_ms", 5000, 500, 60_000)
	if err != nil {
		return nil, err
	}
	return &Sensor{
		host: host, port: port, model: model, period: time.Duration(periodMS) * time.Millisecond, silent: time.Duration(silentMS) * time.Millisecond,
	}, nil
}

// Channels is how many spots it watches.
func (*Sensor) Channels() int { return 1 }

// Sense reports every frame until ctx ends, the port hangs up, or the sensor has been silent for too long.
func (s *Sensor) Sense(ctx context.Context, report func(drivers.Sample)) error {
	port := talker.Port{
		Driver: "ultrasonic", Name: s.port, Mode: drivers.SerialMode{Baud: s.model.baud}, Silent: s.silent,
		Check: "check the sensor's power and its mode", Garbage: ErrGarbage,
	}
	if s.model.command != 0 {
		port.Ask = s.asking()
	}
	return port.Listen(ctx, s.host, &s.Faults, &Decoder{}, func(sample drivers.Sample) { report(s.model.judge(sample)) })
}

// asking asks as often as the period says.
func (s *Sensor) asking() func(drivers.Port) error {
	var asked time.Time
	return func(port drivers.Port) error {
		if time.Since(asked) < s.period {
			return nil
		}
		asked = time.Now()
		_, err := port.Write([]byte{s.model.command})
		return err
	}
}

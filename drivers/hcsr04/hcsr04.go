package hcsr04

import (
	"context"
	"fmt"
	"time"

	"gatehouse/drivers"
)

const (
	sensorsMax    = 32
	triggerPulse  = 100 * time.Microsecond // ten times what the sheet asks for
	slotMinMS     = 60
	slotMaxMS     = 1000
	slotDefaultMS = 70
	silentAfter   = 5 * time.Second
)

// Driver is the catalog's line.
func Driver() drivers.Driver {
	return drivers.Driver{
		Name:    "hcsr04",
		Summary: "ultrasonic sensors with trigger and echo lines (HC-SR04, JSN-SR04T)",
		Settings: map[string]string{
			"triggers":      "names of the board's outputs that trigger, in the order of the spots",
			"echoes":        "names of the board's inputs for the echoes, in the same order; without debounce",
			"slot_ms":       "how long each sensor has for itself, 60 to 1000 (default 70)",
			"blind_mm":      "a distance of less is no reading, 0 to 1000 (default 20; 250 for JSN-SR04T)",
			"temperature_c": "of the air, for the speed of sound, -40 to 60 (default 15)",
		},
		Wires: map[string]drivers.Wire{"triggers": drivers.WirePulsed, "echoes": drivers.WirePulses},
		Make:  func(host drivers.Host, settings drivers.Settings) (any, error) { return newSensors(host, settings) },
	}
}

// Sensors are sensors that fire in turn.
type Sensors struct {
	host             drivers.Host
	triggers, echoes []string
	slot             time.Duration
	temperatureC     int64
	blindMM          int64
}

func newSensors(host drivers.Host, settings drivers.Settings) (*Sensors, error) {
	s := &Sensors{host: host}
	var err error
	if s.triggers, err = settings.Texts("triggers"); err != nil {
		return nil, err
	}
	if s.echoes, err = settings.Texts("echoes"); err != nil {
		return nil, err
	}
	if len(s.triggers) == 0 || len(s.triggers) > sensorsMax || len(s.triggers) != len(s.echoes) {
		return nil, fmt.Errorf("%w: %d triggers and %d echoes: write one of each for every sensor, and %d at most",
			drivers.ErrSettings, len(s.triggers), len(s.echoes), sensorsMax)
	}
	slotMS, err := settings.Within("slot_ms", slotDefaultMS, slotMinMS, slotMaxMS)
	if err != nil {
		return nil, err
	}
	s.slot = time.Duration(slotMS) * time.Millisecond
	temperatureC, err := settings.Within("temperature_c", 15, -40, 60)
	if err != nil {
		return nil, err
	}
	blindMM, err := settings.Within("blind_mm", blindDefaultMM, 0, 1000)
	s.temperatureC, s.blindMM = int64(temperatureC), int64(blindMM)
	return s, err
}

// Channels is how many spots it watches.
func (s *Sensors) Channels() int { return len(s.triggers) }

// Sense fires the sensors in turn and reports what each measures, until ctx ends, a line is lost, or no sensor answers.
func (s *Sensors) Sense(ctx context.Context, report func(drivers.Sample)) error {
	lines, err := s.open(ctx)
	defer lines.close()
	if err != nil {
		return err
	}
	heard := time.Now()
	for channel := 0; ctx.Err() == nil; channel = (channel + 1) % len(s.triggers) {
		began := time.Now()
		echo, found, err := lines.fire(ctx, channel, began.Add(s.slot))
		if err != nil {
			return err
		}
		if found {
			heard = time.Now()
			sample := sampleOf(echo.Microseconds(), s.temperatureC, s.blindMM)
			sample.Channel = channel
			report(sample)
		}
		if err := lines.rest(ctx, began.Add(s.slot)); err != nil {
			return err
		}
		if time.Since(heard) > silentAfter {
			return fmt.Errorf("hcsr04: none of %d sensors answers, check their 5 V supply and cycle it, and that TRIG and ECHO are not swapped: %w",
				len(s.triggers), drivers.ErrOffline)
		}
	}
	return ctx.Err()
}

package spotinput

import (
	"context"
	"fmt"
	"time"

	"gatehouse/drivers"
)

// repeatAfter is when states are reported again, so that who restarted learns them.
const repeatAfter = 30 * time.Second

// inputsMax is more than any board has.
const inputsMax = 256

// Driver is the catalog's line.
func Driver() drivers.Driver {
	return drivers.Driver{
		Name:    "spotinput",
		Summary: "spot detectors with a contact, each on an input of the board",
		Settings: map[string]string{
			"inputs":          "names of the board's inputs, in the order of the spots",
			"normally_closed": "true if the contacts are closed while the spots are free (default false)",
		},
		Make: func(host drivers.Host, settings drivers.Settings) (any, error) { return newDetectors(host, settings) },
	}
}

// Detectors are contacts, one for each spot.
type Detectors struct {
	host   drivers.Host
	inputs []string
	closed bool
}

func newDetectors(host drivers.Host, settings drivers.Settings) (*Detectors, error) {
	inputs, ok := settings["inputs"].([]string)
	if value, written := settings["inputs"]; written && !ok {
		return nil, fmt.Errorf("%w: inputs = %v: write a list of names in quotes", drivers.ErrSettings, value)
	}
	if len(inputs) == 0 || len(inputs) > inputsMax {
		return nil, fmt.Errorf("%w: inputs: %d of them: write the names of 1 to %d inputs of the board", drivers.ErrSettings, len(inputs), inputsMax)
	}
	closed, isBool := settings["normally_closed"].(bool)
	if value, written := settings["normally_closed"]; written && !isBool {
		return nil, fmt.Errorf("%w: normally_closed = %v: write true or false", drivers.ErrSettings, value)
	}
	return &Detectors{host: host, inputs: inputs, closed: closed}, nil
}

// change is a level of one input, or the end of watching it.
type change struct {
	channel int
	active  bool
	ended   error
}

// normallyClosed is an Input of a board that knows its contact's kind.
type normallyClosed interface{ NormallyClosed() bool }

// Sense reports the state of each spot at the start, every change and every repeat, until ctx ends or an input is lost.
func (d *Detectors) Sense(ctx context.Context, report func(drivers.Sample)) error {
	watching, cancel := context.WithCancel(ctx)
	changes := make(chan change)
	running := 0
	defer func() {
		cancel()
		for running > 0 {
			if c := <-changes; c.ended != nil {
				running--
			}
		}
	}()
	inverts := make([]bool, len(d.inputs))
	for channel, name := range d.inputs {
		input, err := d.host.Input(name)
		if err != nil {
			return fmt.Errorf("spotinput: open input %s: %w", name, err)
		}
		known, ok := input.(normallyClosed)
		inverts[channel] = d.closed && !(ok && known.NormallyClosed())
		running++
		go func() {
			err := input.Watch(watching, func(active bool, _ time.Time) { changes <- change{channel: channel, active: active} })
			input.Close()
			changes <- change{channel: channel, ended: fmt.Errorf("spotinput: watch input %s: %w", name, err)}
		}()
	}
	states := make([]*drivers.Sample, len(d.inputs))
	repeat := time.NewTicker(repeatAfter)
	defer repeat.Stop()
	for {
		select {
		case c := <-changes:
			if c.ended != nil {
				running--
				if ctx.Err() != nil {
					return ctx.Err()
				}
				return c.ended
			}
			states[c.channel] = &drivers.Sample{Channel: c.channel, Kind: drivers.SampleOccupied, Occupied: c.active != inverts[c.channel]}
			report(*states[c.channel])
		case <-repeat.C:
			for _, state := range states {
				if state != nil {
					report(*state)
				}
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

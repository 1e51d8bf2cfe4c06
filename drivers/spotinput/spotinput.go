package spotinput

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gatehouse/drivers"
)

// repeatAfter is when states are reported again, so that whoever restarted learns them.
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
		Wires: map[string]drivers.Wire{"inputs": drivers.WireInput},
		Make:  func(host drivers.Host, settings drivers.Settings) (any, error) { return newDetectors(host, settings) },
	}
}

// Detectors are contacts, one for each spot.
type Detectors struct {
	host   drivers.Host
	inputs []string
	closed bool
}

func newDetectors(host drivers.Host, settings drivers.Settings) (*Detectors, error) {
	inputs, err := settings.Texts("inputs")
	if err != nil {
		return nil, err
	}
	if len(inputs) == 0 || len(inputs) > inputsMax {
		return nil, fmt.Errorf("%w: inputs: %d of them: write the names of 1 to %d inputs of the board", drivers.ErrSettings, len(inputs), inputsMax)
	}
	closed, err := settings.Bool("normally_closed")
	return &Detectors{host: host, inputs: inputs, closed: closed}, err
}

// Channels is how many spots it watches.
func (d *Detectors) Channels() int { return len(d.inputs) }

// Sense reports the state of each spot at the start, every change and every repeat, until ctx ends or an input is lost.
func (d *Detectors) Sense(ctx context.Context, report func(drivers.Sample)) error {
	watching, cancel := context.WithCancel(ctx)
	w := &watch{changes: make(chan change)}
	defer w.end()
	defer cancel()
	for channel, name := range d.inputs {
		if err := d.begin(watching, w, channel, name); err != nil {
			return err
		}
	}
	states := make([]drivers.Sample, len(d.inputs)) // alive: not heard yet
	repeat := time.NewTicker(repeatAfter)
	defer repeat.Stop()
	for {
		select {
		case c := <-w.changes:
			if c.ended != nil {
				w.running--
				return errors.Join(ctx.Err(), c.ended)
			}
			states[c.sample.Channel] = c.sample
			report(c.sample)
		case <-repeat.C:
			for _, state := range states {
				if state.Kind == drivers.SampleOccupied {
					report(state)
				}
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// watch is the inputs that are being watched.
type watch struct {
	changes chan change
	running int
}

// change is a state of one spot, or the end of watching it.
type change struct {
	sample drivers.Sample
	ended  error
}

// begin watches one input.
func (d *Detectors) begin(ctx context.Context, w *watch, channel int, name string) error {
	input, err := d.host.Input(name)
	if err != nil {
		return fmt.Errorf("spotinput: open input %s: %w", name, err)
	}
	known, ok := input.(drivers.KnowsContact)
	invert := d.closed && !(ok && known.NormallyClosed())
	w.running++
	go func() {
		err := input.Watch(ctx, func(active bool, _ time.Time) {
			w.changes <- change{sample: drivers.Sample{Channel: channel, Kind: drivers.SampleOccupied, Occupied: active != invert}}
		})
		input.Close()
		w.changes <- change{ended: fmt.Errorf("spotinput: watch input %s: %w", name, err)}
	}()
	return nil
}

// end waits until nobody watches any more.
func (w *watch) end() {
	for w.running > 0 {
		if c := <-w.changes; c.ended != nil {
			w.running--
		}
	}
}

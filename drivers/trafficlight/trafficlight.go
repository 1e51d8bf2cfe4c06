package trafficlight

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"gatehouse/drivers"
)

// Driver is the catalog's line.
func Driver() drivers.Driver {
	return drivers.Driver{
		Name:    "trafficlight",
		Summary: "traffic light of a lane, one relay of the board for each lamp",
		Settings: map[string]string{
			"red":    "name of the output of the red lamp",
			"green":  "name of the output of the green lamp",
			"yellow": "name of the output of the yellow lamp (default: none, red is shown)",
		},
		Wires: map[string]drivers.Wire{"red": drivers.WireHeld, "yellow": drivers.WireHeld, "green": drivers.WireHeld},
		Make:  func(host drivers.Host, settings drivers.Settings) (any, error) { return newLight(host, settings) },
	}
}

// Light is one light.
type Light struct {
	lamps lamps
	by    map[drivers.Colour]int // the lamp for a colour
	turn  chan struct{}          // holds a token while somebody shows
}

// lamps are the lamps of a light, by number.
type lamps interface {
	// light lights one lamp and no other; a negative number is none.
	light(ctx context.Context, lit int) error
}

// assemble makes a light of the lamps that find finds by their settings.
func assemble(l lamps, find func(key string) (lamp int, found bool, err error)) (*Light, error) {
	light := &Light{lamps: l, by: map[drivers.Colour]int{}, turn: make(chan struct{}, 1)}
	for _, place := range []struct {
		key    string
		colour drivers.Colour
		needed bool
	}{{"red", drivers.ColourRed, true}, {"green", drivers.ColourGreen, true}, {"yellow", drivers.ColourYellow, false}} {
		lamp, found, err := find(place.key)
		switch {
		case err != nil:
			return nil, err
		case !found && place.needed:
			return nil, fmt.Errorf("%w: %s is missing: write the relay of that lamp", drivers.ErrSettings, place.key)
		case !found:
			lamp = light.by[drivers.ColourRed]
		}
		light.by[place.colour] = lamp
	}
	return light, nil
}

func taken(key string, relay any) error {
	return fmt.Errorf("%w: %s = %#v is also another lamp: give each lamp a relay", drivers.ErrSettings, key, relay)
}

// Show lights the lamp of the face's colour, and no other.
func (l *Light) Show(ctx context.Context, face drivers.Face) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	select {
	case l.turn <- struct{}{}:
		defer func() { <-l.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if face.Unknown {
		return l.lamps.light(ctx, -1)
	}
	return l.lamps.light(ctx, l.by[min(face.Colour, drivers.ColourRed)])
}

// eachDarkFirst switches the other lamps off and then one on, unless one of the others may burn.
func eachDarkFirst(count, lit int, set func(lamp int, on bool) error) error {
	var dark []error
	for lamp := range count {
		if lamp != lit {
			dark = append(dark, set(lamp, false))
		}
	}
	if err := errors.Join(dark...); err != nil || lit < 0 {
		return err
	}
	return set(lit, true)
}

// outputs are lamps on the board's outputs, each opened when it is first needed.
type outputs struct {
	host drivers.Host
	all  []output
}

type output struct {
	name string
	open drivers.Output // nil: it is not
}

func newLight(host drivers.Host, settings drivers.Settings) (*Light, error) {
	o := &outputs{host: host}
	return assemble(o, func(key string) (lamp int, found bool, err error) {
		name, err := settings.Text(key, "")
		if err != nil || name == "" {
			return 0, false, err
		}
		if slices.ContainsFunc(o.all, func(other output) bool { return other.name == name }) {
			return 0, false, taken(key, name)
		}
		o.all = append(o.all, output{name: name})
		return len(o.all) - 1, true, nil
	})
}

func (o *outputs) light(_ context.Context, lit int) error {
	return eachDarkFirst(len(o.all), lit, func(lamp int, on bool) error { return o.all[lamp].set(o.host, on) })
}

// set switches a lamp. One that was never open is dark once it is, and an output that fails is opened anew the next time.
func (o *output) set(host drivers.Host, on bool) (err error) {
	if o.open == nil {
		if o.open, err = host.Output(o.name); err != nil {
			o.open = nil
			return fmt.Errorf("trafficlight: open output %s: %w", o.name, err)
		}
		if !on {
			return nil
		}
	}
	if err = o.open.Set(on); err != nil {
		err = fmt.Errorf("trafficlight: set output %s: %w", o.name, err)
		_ = o.open.Close() // it is told already
		o.open = nil
	}
	return err
}

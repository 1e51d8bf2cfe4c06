package trafficlight

import (
	"context"
	"errors"
	"fmt"

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
	host  drivers.Host
	lamps []*lamp                  // those that there are, red first
	by    map[drivers.Colour]*lamp // the one for a colour
	turn  chan struct{}            // holds a token while somebody shows
}

// lamp is one output, opened when it is first needed.
type lamp struct {
	name   string
	output drivers.Output
}

func newLight(host drivers.Host, settings drivers.Settings) (*Light, error) {
	l := &Light{host: host, by: map[drivers.Colour]*lamp{}, turn: make(chan struct{}, 1)}
	seen := map[string]bool{}
	for _, place := range []struct {
		key    string
		colour drivers.Colour
		needed bool
	}{{"red", drivers.ColourRed, true}, {"green", drivers.ColourGreen, true}, {"yellow", drivers.ColourYellow, false}} {
		name, err := settings.Text(place.key, "")
		switch {
		case err != nil:
			return nil, err
		case name == "" && place.needed:
			return nil, fmt.Errorf("%w: %s is missing: write the name of one of the board's outputs", drivers.ErrSettings, place.key)
		case name == "":
			l.by[place.colour] = l.by[drivers.ColourRed]
			continue
		case seen[name]:
			return nil, fmt.Errorf("%w: %s = %q is also another lamp: give each lamp a relay", drivers.ErrSettings, place.key, name)
		}
		seen[name] = true
		l.by[place.colour] = &lamp{name: name}
		l.lamps = append(l.lamps, l.by[place.colour])
	}
	return l, nil
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
	var lit *lamp
	if !face.Unknown {
		lit = l.by[min(face.Colour, drivers.ColourRed)]
	}
	var dark []error
	for _, other := range l.lamps {
		if other != lit {
			dark = append(dark, l.set(other, false))
		}
	}
	if err := errors.Join(dark...); err != nil || lit == nil {
		return err
	}
	return l.set(lit, true)
}

// set switches a lamp. An output that fails is opened anew the next time.
func (l *Light) set(a *lamp, on bool) (err error) {
	if a.output == nil {
		if !on {
			return l.open(a)
		}
		if err := l.open(a); err != nil {
			return err
		}
	}
	if err = a.output.Set(on); err != nil {
		err = fmt.Errorf("trafficlight: set output %s: %w", a.name, err)
		_ = a.output.Close() // it is told already
		a.output = nil
	}
	return err
}

// open opens a lamp's output, which is dark then.
func (l *Light) open(a *lamp) (err error) {
	if a.output, err = l.host.Output(a.name); err != nil {
		a.output = nil
		return fmt.Errorf("trafficlight: open output %s: %w", a.name, err)
	}
	return nil
}

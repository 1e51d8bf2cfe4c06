package contact

import (
	"context"
	"fmt"
	"time"

	"gatehouse/drivers"
)

// debounceMaxMS bounds the filter: a car needs about 500 ms to cross a loop.
const debounceMaxMS = 500

// Driver is the catalog's line.
func Driver() drivers.Driver {
	return drivers.Driver{
		Name:    "contact",
		Summary: "loop, arm switch, fire or stop contact, or a button, on an input of the board",
		Settings: map[string]string{
			"button":          "what a press asks for where it serves as reader: ticket (the default) or help",
			"input":           "name of the input on the board",
			"normally_closed": "true if the contact is closed at rest, so that a cut wire reads as active (default false)",
			"debounce_ms":     "a level counts once it has been stable for so long, 0 to 500 (default 0; the board filters as well)",
		},
		Wires: map[string]drivers.Wire{"input": drivers.WireInput},
		Make:  func(host drivers.Host, settings drivers.Settings) (any, error) { return newContact(host, settings) },
	}
}

// Contact is one contact.
type Contact struct {
	host     drivers.Host
	input    string
	closed   bool
	debounce time.Duration
	button   drivers.Button
}

func newContact(host drivers.Host, settings drivers.Settings) (*Contact, error) {
	input, err := settings.Named("input", "one of the board's inputs")
	if err != nil {
		return nil, err
	}
	closed, err := settings.Bool("normally_closed")
	if err != nil {
		return nil, err
	}
	debounceMS, err := settings.Within("debounce_ms", 0, 0, debounceMaxMS)
	if err != nil {
		return nil, err
	}
	button, err := settings.OneOf("button", "ticket", "help")
	if err != nil {
		return nil, err
	}
	c := &Contact{host: host, input: input, closed: closed, debounce: time.Duration(debounceMS) * time.Millisecond, button: drivers.ButtonTicket}
	if button == "help" {
		c.button = drivers.ButtonHelp
	}
	return c, nil
}

// Watch reports the level at the start and every edge that lasts, until ctx ends or the input is lost.
func (c *Contact) Watch(ctx context.Context, report func(drivers.Level)) error {
	input, err := c.host.Input(c.input)
	if err != nil {
		report(drivers.LevelFailed)
		return fmt.Errorf("contact: open input %s: %w", c.input, err)
	}
	defer input.Close()
	invert := c.closed
	if known, ok := input.(drivers.KnowsContact); ok && known.NormallyClosed() {
		invert = false
	}
	settled := filter{delay: c.debounce, report: func(active bool) { report(level(active != invert)) }}
	if err := settled.watch(ctx, input); ctx.Err() == nil {
		report(drivers.LevelFailed)
		return fmt.Errorf("contact: watch input %s: %w", c.input, err)
	}
	return ctx.Err()
}

// Read reports each press of a button, until ctx ends or the input is lost. One that is pressed at the start counts when it
// is pressed again.
func (c *Contact) Read(ctx context.Context, report func(drivers.Shown)) error {
	before := drivers.LevelActive
	return c.Watch(ctx, func(level drivers.Level) {
		if level == drivers.LevelActive && before == drivers.LevelInactive {
			report(drivers.Shown{Button: c.button})
		}
		before = level
	})
}

func level(active bool) drivers.Level {
	if active {
		return drivers.LevelActive
	}
	return drivers.LevelInactive
}

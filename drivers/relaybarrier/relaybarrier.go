package relaybarrier

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gatehouse/drivers"
)

// The pulse that barrier controllers want.
const (
	pulseMinMS     = 100
	pulseMaxMS     = 2000
	pulseDefaultMS = 500
)

// Driver is the catalog's line.
func Driver() drivers.Driver {
	return drivers.Driver{
		Name:    "relaybarrier",
		Summary: "barrier with dry-contact inputs, on relays of the board",
		Settings: map[string]string{
			"raise":    "name of the output that opens",
			"hold":     "name of the output that keeps it open (default: the raise output, if the board lets it stay on)",
			"lower":    "name of the output that closes (default: none, the barrier closes by itself)",
			"stop":     "name of the output that stops (default: none)",
			"pulse_ms": "length of a pulse, 100 to 2000 (default 500)",
		},
		Wires: map[string]drivers.Wire{"raise": drivers.WirePulsed, "hold": drivers.WireHeld, "lower": drivers.WirePulsed, "stop": drivers.WirePulsed},
		Make:  func(host drivers.Host, settings drivers.Settings) (any, error) { return newBarrier(host, settings) },
	}
}

// Barrier is one barrier.
type Barrier struct {
	raise, hold, lower, stop *relay // hold may be raise; lower and stop may be nil
	pulse                    time.Duration
	held                     bool
	turn                     chan struct{} // holds a token while somebody commands
}

func newBarrier(host drivers.Host, settings drivers.Settings) (*Barrier, error) {
	return assemble(settings, func(key string) (*relay, error) {
		name, err := settings.Text(key, "")
		if err != nil || name == "" {
			return nil, err
		}
		return &relay{name: name, get: func() (drivers.Output, error) { return host.Output(name) }}, nil
	})
}

// assemble makes a barrier of the relays that find finds by their settings; nil is none.
func assemble(settings drivers.Settings, find func(key string) (*relay, error)) (*Barrier, error) {
	b := &Barrier{turn: make(chan struct{}, 1)}
	for _, place := range []struct {
		key   string
		relay **relay
	}{{"raise", &b.raise}, {"hold", &b.hold}, {"lower", &b.lower}, {"stop", &b.stop}} {
		r, err := find(place.key)
		if err != nil {
			return nil, err
		}
		*place.relay = r
	}
	if b.raise == nil {
		return nil, fmt.Errorf("%w: raise is missing: write the name of the output that opens the barrier", drivers.ErrSettings)
	}
	if err := b.checkDistinct(); err != nil {
		return nil, err
	}
	if b.hold == nil {
		b.hold = b.raise
	}
	pulseMS, err := settings.Within("pulse_ms", pulseDefaultMS, pulseMinMS, pulseMaxMS)
	b.pulse = time.Duration(pulseMS) * time.Millisecond
	return b, err
}

// checkDistinct refuses one relay for two commands, which is how barriers close on cars.
func (b *Barrier) checkDistinct() error {
	seen := map[string]bool{}
	for _, r := range []*relay{b.raise, b.hold, b.lower, b.stop} {
		if r == nil {
			continue
		}
		if seen[r.name] {
			return fmt.Errorf("%w: the output %s has two commands: give raise, hold, lower and stop a relay each", drivers.ErrSettings, r.name)
		}
		seen[r.name] = true
	}
	return nil
}

// Do gives one command. An error that wraps ErrUnsupported says that the barrier has no relay for it.
func (b *Barrier) Do(ctx context.Context, command drivers.BarrierCommand) error {
	return b.inTurn(ctx, func() error { return b.do(command) })
}

// Probe asks whether the relay that opens is there. It moves none.
func (b *Barrier) Probe(ctx context.Context) error {
	return b.inTurn(ctx, func() error { return b.raise.probe(ctx) })
}

// inTurn does one thing at a time.
func (b *Barrier) inTurn(ctx context.Context, do func() error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	select {
	case b.turn <- struct{}{}:
		defer func() { <-b.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := do(); err != nil {
		return fmt.Errorf("relaybarrier: %w", err)
	}
	return nil
}

func (b *Barrier) do(command drivers.BarrierCommand) error {
	switch command {
	case drivers.BarrierRaise:
		return b.doRaise()
	case drivers.BarrierHold:
		return b.doHold()
	case drivers.BarrierRelease:
		return b.doRelease()
	case drivers.BarrierLower:
		return b.doLower()
	case drivers.BarrierStop:
		return b.doStop()
	}
	return fmt.Errorf("command %d: %w", command, drivers.ErrUnsupported)
}

func (b *Barrier) doRaise() error {
	lowered := b.lower.off()
	b.lower.rest()
	return errors.Join(lowered, b.raise.on(b.pulse))
}

// doHold falls back to a raise where no relay can be held: at a fire an arm that goes up once is better than
// one that does not.
func (b *Barrier) doHold() error {
	lowered := b.lower.off()
	b.lower.rest()
	err := b.hold.set(true)
	if err != nil {
		return errors.Join(lowered, err, b.raise.on(b.pulse))
	}
	b.held = true
	return lowered
}

// doRelease is also for a hold of which a restarted driver knows nothing: the relay is off then, and stays so.
func (b *Barrier) doRelease() error {
	if err := b.hold.off(); err != nil {
		return err
	}
	b.held = false
	return nil
}

func (b *Barrier) doLower() error {
	if b.lower == nil {
		return fmt.Errorf("lower: no output is named for it: %w", drivers.ErrUnsupported)
	}
	if b.held {
		return fmt.Errorf("lower: the barrier is held open: release it first")
	}
	err := b.raise.off()
	if b.hold != b.raise {
		err = errors.Join(err, b.hold.off())
	}
	if err != nil {
		return err
	}
	b.raise.rest()
	b.hold.rest()
	return b.lower.on(b.pulse)
}

// doStop ends whatever moves the arm even if there is no relay to stop it.
func (b *Barrier) doStop() error {
	err := errors.Join(b.lower.off(), b.raise.off(), b.doRelease())
	if b.stop == nil {
		return errors.Join(err, fmt.Errorf("stop: no output is named for it: %w", drivers.ErrUnsupported))
	}
	return errors.Join(err, b.stop.on(b.pulse))
}

package line

import (
	"context"
	"fmt"
	"time"
)

// output is an output of the board as a device has it.
type output struct {
	keeper  *keeper
	name    string
	release func()
	closed  bool // the keeper's goroutine owns it
}

// Set sets the level and ends a pulse.
func (o *output) Set(active bool) error {
	return o.do(func(r *relay) error { return r.set(active) })
}

// Pulse makes the output active for d, or for the board's maximum if that is shorter.
func (o *output) Pulse(d time.Duration) error {
	return o.do(func(r *relay) error { return r.pulse(d, time.Now()) })
}

// Probe reads the output back, which moves nothing: its line, or the module that it is on, may be gone.
func (o *output) Probe(context.Context) error {
	return o.do(func(r *relay) error {
		_, err := r.readBack()
		return err
	})
}

// Close makes the output safe and gives it back.
func (o *output) Close() error {
	err := o.do(func(r *relay) error {
		o.closed = true
		return r.makeSafe()
	})
	o.release()
	return err
}

func (o *output) do(order func(r *relay) error) error {
	return o.keeper.do(func() error {
		if o.closed {
			return fmt.Errorf("line: output %s: %w", o.name, ErrClosed)
		}
		return order(o.keeper.relays[o.name])
	})
}

package relaybarrier

import (
	"context"
	"fmt"
	"time"

	"gatehouse/drivers"
)

// relay is an output that is opened when it is first needed. A nil relay is always off.
type relay struct {
	name   string
	get    func() (drivers.Output, error)
	keeps  bool           // it may be on although nobody has opened it: its board goes on when the gateway does not
	output drivers.Output // nil: not open
	onTill time.Time      // its contacts are closed until then, as far as this process switched it
}

// restPause is how long a relay is given to open before the one for the other direction closes, a few times what it takes.
const restPause = 50 * time.Millisecond

// forLong is the end of what has none.
const forLong = 1 << 62

func (r *relay) open() error {
	if r.output != nil {
		return nil
	}
	output, err := r.get()
	if err != nil {
		return fmt.Errorf("open output %s: %w", r.name, err)
	}
	r.output = output
	return nil
}

// probe opens the relay, and asks it if it can be asked.
func (r *relay) probe(ctx context.Context) error {
	if err := r.open(); err != nil {
		return err
	}
	prober, asks := r.output.(drivers.Prober)
	if !asks {
		return nil
	}
	if err := prober.Probe(ctx); err != nil {
		return fmt.Errorf("ask output %s: %w", r.name, err)
	}
	return nil
}

// on gives a pulse.
func (r *relay) on(pulse time.Duration) error {
	if err := r.open(); err != nil {
		return err
	}
	r.onTill = time.Now().Add(pulse)
	if err := r.output.Pulse(pulse); err != nil {
		return fmt.Errorf("pulse output %s: %w", r.name, err)
	}
	return nil
}

// off ends a pulse or a level. An output of the gateway's board that was never opened is at its safe level.
func (r *relay) off() error {
	if r == nil || r.output == nil && !r.keeps {
		return nil
	}
	return r.set(false)
}

func (r *relay) set(active bool) error {
	if err := r.open(); err != nil {
		return err
	}
	if active {
		r.onTill = time.Now().Add(forLong)
	}
	if err := r.output.Set(active); err != nil {
		return fmt.Errorf("set output %s: %w", r.name, err)
	}
	if now := time.Now(); !active && r.onTill.After(now) {
		r.onTill = now
	}
	return nil
}

// rest waits until a relay that was switched off is open.
func (r *relay) rest() {
	if r != nil {
		time.Sleep(min(time.Until(r.onTill.Add(restPause)), restPause))
	}
}

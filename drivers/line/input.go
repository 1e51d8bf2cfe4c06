package line

import (
	"context"
	"fmt"
	"time"

	"periph.io/x/conn/v3/gpio"

	"gatehouse/boards"
	"gatehouse/drivers"
)

// lookEvery bounds every wait for an edge: after it the level is looked at, edge or not.
const lookEvery = 100 * time.Millisecond

// input is an input of the board as a device has it.
type input struct {
	spec    boards.Input
	pin     gpio.PinIO
	release func()
}

// NormallyClosed says that the board inverts this input already (drivers/contact asks).
func (in *input) NormallyClosed() bool { return in.spec.NC }

// Watch reports the level and every edge that lasts.
func (in *input) Watch(ctx context.Context, report func(active bool, at time.Time)) error {
	if err := in.pin.In(pull(in.spec.Bias), gpio.BothEdges); err != nil {
		return fmt.Errorf("line: input %s: %w: %w", in.spec.Name, drivers.ErrOffline, err)
	}
	settled := newDebouncer(in.spec, in.pin.Read() == gpio.High, time.Now())
	report(settled.reported, time.Now())
	for ctx.Err() == nil {
		edge := in.wait(settled.timeout(time.Now()))
		high := in.pin.Read() == gpio.High
		if active, at, news := settled.look(high, edge, time.Now()); news && ctx.Err() == nil {
			report(active, at)
		}
	}
	return ctx.Err()
}

// wait waits for an edge, at most so long. A line that does not wait must not make this process spin.
func (in *input) wait(timeout time.Duration) (edge bool) {
	start := time.Now()
	if in.pin.WaitForEdge(timeout) {
		return true
	}
	if left := timeout - time.Since(start); left > timeout/2 {
		time.Sleep(left)
	}
	return false
}

// Close gives the input back.
func (in *input) Close() error {
	in.release()
	return nil
}

func pull(bias boards.Bias) gpio.Pull {
	switch bias {
	case boards.BiasUp:
		return gpio.PullUp
	case boards.BiasDown:
		return gpio.PullDown
	case boards.BiasOff:
		return gpio.Float
	}
	return gpio.PullNoChange
}

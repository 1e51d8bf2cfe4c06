package line

import (
	"context"
	"fmt"
	"time"

	"gatehouse/drivers"
)

// input is an input of the board as a device has it.
type input struct {
	bank    bank
	spec    inputSpec
	release func()
}

// NormallyClosed says that the board inverts this input already (drivers/contact asks).
func (in *input) NormallyClosed() bool { return in.spec.NC }

// Watch reports the level and every edge that lasts. After lost edges the level that was read wins.
func (in *input) Watch(ctx context.Context, report func(active bool, at time.Time)) error {
	lines, err := in.bank.inputs([]inputSpec{in.spec}, consumerOf(in.spec.Name))
	if err != nil {
		return in.fail(err)
	}
	defer lines.close()
	levels, err := lines.levels()
	if err != nil {
		return in.fail(err)
	}
	high := levels != 0
	report(in.spec.Active(high), time.Now())
	for ctx.Err() == nil {
		edges, err := lines.next(ctx)
		if len(edges) == 0 && err == nil {
			edges, err = in.look(lines)
		}
		if err != nil {
			return in.fail(err)
		}
		for _, e := range edges {
			if e.high != high && ctx.Err() == nil {
				high = e.high
				report(in.spec.Active(high), e.at)
			}
		}
	}
	return ctx.Err()
}

// look makes an edge of the level, for the case that the real one was never signalled.
func (in *input) look(lines watched) ([]rawEdge, error) {
	levels, err := lines.levels()
	return []rawEdge{{high: levels != 0, at: time.Now()}}, err
}

func (in *input) fail(err error) error {
	return fmt.Errorf("line: input %s: %w: %w", in.spec.Name, drivers.ErrOffline, err)
}

// Close gives the input back.
func (in *input) Close() error {
	in.release()
	return nil
}

// consumerOf is the name under which the kernel lists us as the holder of a line.
func consumerOf(name string) string { return "gatehouse:" + name }

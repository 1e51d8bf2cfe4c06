package poller

import (
	"context"
	"time"

	"gatehouse/drivers"
)

// Run looks at once, then after each period and each time that early is sent to (which may be nil), until ctx ends or look
// fails. It reports what differs from the last look.
func Run(
	ctx context.Context, period time.Duration, early <-chan struct{}, look func() ([]drivers.Condition, error), report func(drivers.Condition),
) error {
	told := map[string]drivers.Condition{}
	ticker := time.NewTicker(period)
	defer ticker.Stop()
	for {
		conditions, err := look()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			return err
		}
		for _, c := range conditions {
			if last, known := told[c.ID]; !known || last != c {
				told[c.ID] = c
				report(c)
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		case <-early:
		}
	}
}

package contact

import (
	"context"
	"time"

	"gatehouse/drivers"
)

// filter reports a level once it has lasted for the delay. Every edge begins the delay anew, and the last edge
// always wins.
type filter struct {
	delay  time.Duration
	report func(active bool)

	pending, reported bool
	begun             bool
}

// watch runs until the input's Watch ends, and returns its error.
func (f *filter) watch(ctx context.Context, input drivers.Input) error {
	levels, ended := make(chan bool), make(chan error, 1)
	go func() {
		ended <- input.Watch(ctx, func(active bool, _ time.Time) { levels <- active })
	}()
	timer := time.NewTimer(f.delay)
	timer.Stop()
	defer timer.Stop()
	for {
		select {
		case active := <-levels:
			f.pending = active
			if !f.begun || f.delay == 0 {
				f.settle()
				continue
			}
			timer.Reset(f.delay)
		case <-timer.C:
			f.settle()
		case err := <-ended:
			return err
		}
	}
}

// settle reports the pending level if it is news.
func (f *filter) settle() {
	if f.begun && f.pending == f.reported {
		return
	}
	f.begun, f.reported = true, f.pending
	f.report(f.pending)
}

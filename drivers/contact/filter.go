package contact

import (
	"context"
	"time"

	"gatehouse/drivers"
)

// filter reports a level once it has lasted for the delay. Every edge begins the delay anew, and the last edge
// always wins. Whether a level has lasted is told by the times of its edges where both are known: a busy machine hears of
// them late and at once, and a press must not be lost by that.
type filter struct {
	delay  time.Duration
	report func(active bool)

	pending, reported bool
	since             time.Time // of pending
	begun             bool
}

// edge is one edge of the input.
type edge struct {
	active bool
	at     time.Time
}

// watch runs until the input's Watch ends, and returns its error.
func (f *filter) watch(ctx context.Context, input drivers.Input) error {
	edges, ended := make(chan edge), make(chan error, 1)
	go func() {
		ended <- input.Watch(ctx, func(active bool, at time.Time) { edges <- edge{active, at} })
	}()
	timer := time.NewTimer(f.delay)
	timer.Stop()
	defer timer.Stop()
	for {
		select {
		case e := <-edges:
			if f.take(e) {
				timer.Reset(f.delay)
			}
		case <-timer.C:
			f.settle()
		case err := <-ended:
			return err
		}
	}
}

// take takes an edge, and reports whether its level has yet to last.
func (f *filter) take(e edge) (waits bool) {
	if f.begun && e.at.Sub(f.since) >= f.delay {
		f.settle()
	}
	f.pending, f.since = e.active, e.at
	if f.begun && f.delay > 0 {
		return true
	}
	f.settle()
	return false
}

// settle reports the pending level if it is news.
func (f *filter) settle() {
	if f.begun && f.pending == f.reported {
		return
	}
	f.begun, f.reported = true, f.pending
	f.report(f.pending)
}

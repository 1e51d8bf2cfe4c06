package line

import (
	"time"

	"gatehouse/boards"
)

// debouncer decides which looks at a line are news: a level counts once it has been stable for the delay, and the last
// level always wins.
type debouncer struct {
	spec     boards.Input
	delay    time.Duration
	reported bool
	pending  bool
	since    time.Time // the last sign of movement
}

func newDebouncer(spec boards.Input, high bool, now time.Time) *debouncer {
	active := spec.Active(high)
	return &debouncer{spec: spec, delay: time.Duration(spec.DebounceUS) * time.Microsecond, reported: active, pending: active, since: now}
}

// look takes the level and whether there was an edge since the last look. The time of the news is that of the last
// edge.
func (d *debouncer) look(high, edge bool, now time.Time) (active bool, at time.Time, news bool) {
	if active = d.spec.Active(high); edge || active != d.pending {
		d.pending, d.since = active, now
	}
	if d.pending == d.reported || now.Sub(d.since) < d.delay {
		return false, time.Time{}, false
	}
	d.reported = d.pending
	return d.reported, d.since, true
}

// timeout is how long to wait for the next edge. It is never 0, which periph's Linux back end takes for ever.
func (d *debouncer) timeout(now time.Time) time.Duration {
	if d.pending == d.reported {
		return lookEvery
	}
	return min(max(d.delay-now.Sub(d.since), time.Millisecond), lookEvery)
}

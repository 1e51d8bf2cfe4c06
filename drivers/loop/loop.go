package loop

import (
	"context"
	"fmt"
	"sync"
	"time"

	"gatehouse/drivers"
)

// The limits of the settings.
const (
	stuckDefaultS   = 900
	stuckMaxS       = 24 * 3600
	windowDefaultMS = 1000
	windowMinMS     = 100
	windowMaxMS     = 10_000
)

// Driver is the catalog's line.
func Driver() drivers.Driver {
	return drivers.Driver{
		Name:    "loop",
		Summary: "loop detector with a presence relay, a pulse relay or both, on inputs of the board",
		Settings: map[string]string{
			"presence":      "name of the input of the presence relay",
			"pulse":         "name of the input of the pulse relay; with both, each checks the other",
			"stuck_after_s": "presence for longer is a fault and not a vehicle, 10 to 86400, or 0 for never (default 900)",
			"window_ms":     "how far apart presence and pulse of one vehicle may be, 100 to 10000 (default 1000)",
		},
		Wires: map[string]drivers.Wire{"presence": drivers.WireInput, "pulse": drivers.WireInput},
		Make:  func(host drivers.Host, settings drivers.Settings) (any, error) { return newLoop(host, settings) },
	}
}

// Loop is one detector.
type Loop struct {
	host  drivers.Host
	names [relayCount]string

	mu    sync.Mutex // held by the Watch that runs
	judge judge
}

func newLoop(host drivers.Host, settings drivers.Settings) (l *Loop, err error) {
	l = &Loop{host: host}
	for relay, key := range []string{presence: "presence", pulse: "pulse"} {
		if l.names[relay], err = settings.Text(key, ""); err != nil {
			return nil, err
		}
		l.judge.wired[relay] = l.names[relay] != ""
	}
	if !l.judge.wired[presence] && !l.judge.wired[pulse] {
		return nil, fmt.Errorf("%w: presence is missing: write the name of one of the board's inputs, for it or for pulse", drivers.ErrSettings)
	}
	if l.names[presence] == l.names[pulse] {
		return nil, fmt.Errorf("%w: pulse = %q is also presence: write the input of the other relay", drivers.ErrSettings, l.names[pulse])
	}
	stuckS, err := settings.Within("stuck_after_s", stuckDefaultS, 0, stuckMaxS)
	if err == nil && stuckS > 0 && stuckS < 10 {
		err = fmt.Errorf("%w: stuck_after_s = %d: write 10 to %d, or 0", drivers.ErrSettings, stuckS, stuckMaxS)
	}
	if err != nil {
		return nil, err
	}
	windowMS, err := settings.Within("window_ms", windowDefaultMS, windowMinMS, windowMaxMS)
	l.judge.stuckAfter, l.judge.window = time.Duration(stuckS)*time.Second, time.Duration(windowMS)*time.Millisecond
	return l, err
}

// edge is one edge of a relay, or the end of its input.
type edge struct {
	relay  int
	active bool
	at     time.Time
	err    error
}

// Watch reports the level at the start and every change, until ctx ends, an input is lost, or the detector can't be
// believed any more. A later Watch goes on with that fault.
func (l *Loop) Watch(ctx context.Context, report func(drivers.Level)) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	ctx, cancel := context.WithCancel(ctx)
	var watching sync.WaitGroup
	defer watching.Wait()
	defer cancel()
	edges := make(chan edge)
	for relay, name := range l.names {
		if name == "" {
			continue
		}
		input, err := l.host.Input(name)
		if err != nil {
			report(drivers.LevelFailed)
			return fmt.Errorf("loop: open input %s: %w", name, err)
		}
		watching.Go(func() { forward(ctx, relay, input, edges) })
	}
	l.judge.start()
	err := l.follow(ctx, edges, report)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	report(drivers.LevelFailed)
	return err
}

// forward sends what an input reports, and why it ended.
func forward(ctx context.Context, relay int, input drivers.Input, edges chan<- edge) {
	defer input.Close()
	send := func(e edge) {
		select {
		case edges <- e:
		case <-ctx.Done():
		}
	}
	err := input.Watch(ctx, func(active bool, at time.Time) { send(edge{relay: relay, active: active, at: at}) })
	if err == nil {
		err = drivers.ErrOffline
	}
	send(edge{relay: relay, err: err})
}

// follow judges edges, and the time between them, until something ends it.
func (l *Loop) follow(ctx context.Context, edges <-chan edge, report func(drivers.Level)) error {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	const nothing = drivers.LevelFailed + 1
	last, failed := nothing, l.judge.fault != sound
	for {
		if due := l.judge.due(); due.IsZero() {
			timer.Reset(time.Hour)
		} else {
			timer.Reset(time.Until(due))
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case e := <-edges:
			if e.err != nil {
				return fmt.Errorf("loop: watch input %s: %w", l.names[e.relay], e.err)
			}
			l.judge.edge(e.relay, e.active, e.at)
		case <-timer.C:
			l.judge.tick(time.Now())
		}
		if !l.judge.ready() {
			continue
		}
		if level := l.judge.level(); level != last {
			last = level
			report(level)
		}
		if l.judge.fault != sound && !failed {
			return l.judge.fault.err()
		}
		failed = l.judge.fault != sound
	}
}

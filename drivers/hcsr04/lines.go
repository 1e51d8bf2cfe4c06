package hcsr04

import (
	"context"
	"fmt"
	"time"

	"gatehouse/drivers"
)

// lines are the open lines of all sensors.
type lines struct {
	triggers []drivers.Output
	edges    chan edge
	cancel   context.CancelFunc
	watching int
	high     []bool      // by channel: its ECHO
	rose     []time.Time // when it last rose
}

// edge is one edge of an ECHO, or the end of watching it.
type edge struct {
	channel int
	active  bool
	at      time.Time
	ended   error
}

func (s *Sensors) open(ctx context.Context) (*lines, error) {
	watch, cancel := context.WithCancel(ctx)
	l := &lines{edges: make(chan edge, 64), cancel: cancel, high: make([]bool, len(s.echoes)), rose: make([]time.Time, len(s.echoes))}
	for _, name := range s.triggers {
		trigger, err := s.host.Output(name)
		if err != nil {
			return l, fmt.Errorf("hcsr04: open trigger %s: %w", name, err)
		}
		l.triggers = append(l.triggers, trigger)
	}
	for channel, name := range s.echoes {
		input, err := s.host.Input(name)
		if err != nil {
			return l, fmt.Errorf("hcsr04: open echo %s: %w", name, err)
		}
		l.watching++
		go func() {
			err := input.Watch(watch, func(active bool, at time.Time) { l.edges <- edge{channel: channel, active: active, at: at} })
			input.Close()
			l.edges <- edge{channel: channel, ended: fmt.Errorf("hcsr04: watch echo %s: %w", name, err)}
		}()
	}
	return l, nil
}

func (l *lines) close() {
	l.cancel()
	for l.watching > 0 {
		if e := <-l.edges; e.ended != nil {
			l.watching--
		}
	}
	for _, trigger := range l.triggers {
		_ = trigger.Close() // it is safe already
	}
}

// fire triggers a sensor and waits for its echo. A sensor whose ECHO is high is left alone.
func (l *lines) fire(ctx context.Context, channel int, deadline time.Time) (echo time.Duration, found bool, err error) {
	if err := l.drain(); err != nil || l.high[channel] {
		return 0, false, err
	}
	fired := time.Now()
	if err := l.triggers[channel].Pulse(triggerPulse); err != nil {
		return 0, false, fmt.Errorf("hcsr04: trigger sensor %d: %w", channel, err)
	}
	err = l.until(ctx, deadline, func(e edge) bool {
		if e.channel != channel || e.active || l.rose[channel].Before(fired) {
			return false
		}
		echo, found = e.at.Sub(l.rose[channel]), true
		return true
	})
	return echo, found, err
}

// rest keeps the slot for the sensor that fired in it.
func (l *lines) rest(ctx context.Context, deadline time.Time) error {
	return l.until(ctx, deadline, func(edge) bool { return false })
}

// until takes edges until done says so, the deadline is over or ctx ends.
func (l *lines) until(ctx context.Context, deadline time.Time, done func(edge) bool) error {
	timer := time.NewTimer(time.Until(deadline))
	defer timer.Stop()
	for {
		select {
		case e := <-l.edges:
			if err := l.take(e); err != nil {
				return err
			}
			if done(e) {
				return nil
			}
		case <-timer.C:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// drain takes the edges that are there.
func (l *lines) drain() error {
	for {
		select {
		case e := <-l.edges:
			if err := l.take(e); err != nil {
				return err
			}
		default:
			return nil
		}
	}
}

func (l *lines) take(e edge) error {
	if e.ended != nil {
		l.watching--
		return e.ended
	}
	l.high[e.channel] = e.active
	if e.active {
		l.rose[e.channel] = e.at
	}
	return nil
}

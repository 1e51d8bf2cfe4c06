package line

import (
	"fmt"
	"time"

	"periph.io/x/conn/v3/gpio"

	"gatehouse/boards"
	"gatehouse/drivers"
)

// retryEvery is how often the keeper tries again what a line refused.
const retryEvery = 100 * time.Millisecond

// relay is one output of the board. The keeper's goroutine owns it.
type relay struct {
	spec    boards.Output
	find    func() (gpio.PinIO, error)
	against []*relay // those it is interlocked with

	pin    gpio.PinIO // nil: not found yet
	ready  bool       // it has got its safe state
	driven bool       // by us, and not held by the pull-up
	active bool       // it is on, or may be
	since  time.Time  // the pulse began then
	endAt  time.Time  // the keeper changes it then; zero: never
	then   bool       // the state that it changes it to
}

// prepare finds the line and gives it the safe state.
func (r *relay) prepare() (err error) {
	if r.ready {
		return nil
	}
	if r.pin == nil {
		if r.pin, err = r.find(); err != nil {
			r.pin = nil
			return r.fail(err)
		}
	}
	switch {
	case r.spec.Safe == boards.SafeKeep:
	case r.restsHigh():
		err = r.pin.In(gpio.PullUp, gpio.NoEdge)
	default:
		r.active, r.driven = r.spec.Safe == boards.SafeOn, true
		err = r.pin.Out(gpio.Level(r.spec.High(r.active)))
	}
	if err != nil {
		return r.fail(err)
	}
	r.ready = true
	return nil
}

// restsHigh is an output that is off when its line is high.
func (r *relay) restsHigh() bool { return r.spec.Safe == boards.SafeOff && r.spec.High(false) }

func (r *relay) fail(err error) error {
	return fmt.Errorf("line: output %s: %w: %w", r.spec.Name, drivers.ErrOffline, err)
}

// drive sets the level. A line that the pull-up holds where it shall be is left alone: to drive it would pull it low
// for a moment. What fails is tried again by the keeper: to make the output inactive, or active if it is safe so.
func (r *relay) drive(active bool) error {
	if !active && !r.driven && r.restsHigh() {
		return nil
	}
	r.active = r.active || active // a line that reports an error may have moved all the same
	if err := r.pin.Out(gpio.Level(r.spec.High(active))); err != nil {
		r.endAt, r.then = time.Now().Add(retryEvery), active && r.spec.Safe == boards.SafeOn
		return r.fail(err)
	}
	r.active, r.driven, r.endAt = active, true, time.Time{}
	return nil
}

// set sets the level and ends a pulse.
func (r *relay) set(active bool) error {
	if active && r.spec.MaxOnMS > 0 {
		return fmt.Errorf("line: output %s may stay on for %d ms only: give it a pulse, or use an output with max_on_ms = 0: %w", r.spec.Name, r.spec.MaxOnMS, drivers.ErrUnsupported)
	}
	if err := r.interlocked(active); err != nil {
		return err
	}
	return r.drive(active)
}

// pulse makes the output active until a time that the keeper watches. A pulse within a pulse makes it longer, up to
// the maximum from its start on; within a level it changes nothing.
func (r *relay) pulse(length time.Duration, now time.Time) error {
	if length <= 0 {
		return fmt.Errorf("line: output %s: a pulse of %v: it has to be longer than 0", r.spec.Name, length)
	}
	if r.active && r.endAt.IsZero() {
		return nil
	}
	if err := r.interlocked(true); err != nil {
		return err
	}
	if !r.active {
		r.since = now
	}
	if err := r.drive(true); err != nil {
		return err
	}
	r.endAt, r.then = now.Add(length), false
	if last := r.since.Add(time.Duration(r.spec.MaxOnMS) * time.Millisecond); r.spec.MaxOnMS > 0 && last.Before(r.endAt) {
		r.endAt = last
	}
	return nil
}

// interlocked is an error while an output that must not be on together with this one is on.
func (r *relay) interlocked(active bool) error {
	for _, other := range r.against {
		if active && other.active {
			return fmt.Errorf("line: output %s: %w: %s is on", r.spec.Name, ErrInterlock, other.spec.Name)
		}
	}
	return nil
}

// makeSafe gives the line its safe state, whatever was commanded. A pulse ends even where the level is kept.
func (r *relay) makeSafe() error {
	if !r.ready || r.spec.Safe == boards.SafeKeep && r.endAt.IsZero() {
		return nil
	}
	return r.drive(r.spec.Safe == boards.SafeOn)
}

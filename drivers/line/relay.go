package line

import (
	"errors"
	"fmt"
	"time"

	"gatehouse/boards"
	"gatehouse/drivers"
)

// retryEvery is how often the keeper tries again what a line refused.
const retryEvery = 100 * time.Millisecond

// relay is one output of the board. The keeper's goroutine owns it.
type relay struct {
	spec    boards.Output
	request func() (driven, error)
	against []*relay // those it is interlocked with

	line   driven    // nil: not had yet
	active bool      // it is on, or may be
	since  time.Time // the pulse began then
	endAt  time.Time // the keeper changes it then; zero: never
	then   bool      // the state that it changes it to
}

// prepare requests the line, which gives it the safe state.
func (r *relay) prepare() error {
	if r.line != nil {
		return nil
	}
	line, err := r.request()
	if err != nil {
		return r.fail(err)
	}
	r.line, r.active = line, r.spec.Safe == boards.SafeOn
	return nil
}

func (r *relay) fail(err error) error {
	return fmt.Errorf("line: output %s: %w: %w", r.spec.Name, drivers.ErrOffline, err)
}

// drive sets the level. What fails is tried again by the keeper: to make the output inactive, or active if it is safe so.
func (r *relay) drive(active bool) error {
	r.active = r.active || active // a line that reports an error may have moved all the same
	if err := r.line.set(r.spec.High(active)); err != nil {
		r.endAt, r.then = time.Now().Add(retryEvery), active && r.spec.Safe == boards.SafeOn
		return r.fail(err)
	}
	r.active, r.endAt = active, time.Time{}
	return nil
}

// readBack is the state that the line really has.
func (r *relay) readBack() (active bool, err error) {
	high, err := r.line.high()
	if err != nil {
		return false, r.fail(err)
	}
	return r.spec.Active(high), nil
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
	if r.line == nil || r.spec.Safe == boards.SafeKeep && r.endAt.IsZero() {
		return nil
	}
	return r.drive(r.spec.Safe == boards.SafeOn)
}

// close makes the output safe and gives its line back to the kernel.
func (r *relay) close() error {
	err := r.makeSafe()
	if r.line != nil {
		err = errors.Join(err, r.line.close())
		r.line = nil
	}
	return err
}

package line

import (
	"errors"
	"fmt"
	"time"

	"gatehouse/boards"
	"gatehouse/drivers"
	"gatehouse/drivers/line/gpiochip"
)

// retryEvery is how often the keeper tries again what a line refused, regainEvery how often it looks for one that is gone.
const (
	retryEvery  = 100 * time.Millisecond
	regainEvery = time.Second
)

// relay is one output of the board. The keeper's goroutine owns it.
type relay struct {
	spec    boards.Output
	request func() (driven, error)
	against []*relay // those it is interlocked with

	line   driven    // nil: not had yet, or gone
	gone   bool      // it was had: the keeper looks for it
	pulsed bool      // it was in a pulse when it went, which has not been ended
	active bool      // it is on, or may be
	since  time.Time // the pulse began then
	endAt  time.Time // the keeper changes it then; zero: never
	then   bool      // the state that it changes it to
}

// prepare requests the line, which gives it the safe state: one that was gone as well, so that what was commanded before holds
// no more. What is kept is as it is found, but for the rest of a pulse.
func (r *relay) prepare() error {
	if r.line != nil {
		return nil
	}
	line, err := r.request()
	if err != nil {
		return r.away(err)
	}
	keeps := r.spec.Safe == boards.SafeKeep
	r.line, r.active, r.endAt, r.gone = line, r.spec.Safe == boards.SafeOn || keeps && r.active, time.Time{}, false
	if keeps && r.pulsed {
		return r.move(false)
	}
	r.pulsed = false
	return nil
}

// retry does what is due, or could not be done.
func (r *relay) retry() {
	if r.gone {
		_ = r.prepare() // tried until it works, and told whoever asks for the output
		return
	}
	_ = r.drive(r.then) // tried until it works; the device hears of it with its next command
}

// away is why the line can't be had. The keeper tries again if it was had before.
func (r *relay) away(err error) error {
	if r.gone {
		r.endAt = time.Now().Add(regainEvery)
		err = fmt.Errorf("%w (%w)", gpiochip.ErrGone, err)
	}
	return r.fail(err)
}

// lose gives a line back whose chip is gone: it stays dead when the chip returns. What was on may still be, with a supply of
// its own, until the line is had again.
func (r *relay) lose() {
	_ = r.line.close() // there is nothing at its other end
	r.line, r.gone, r.pulsed = nil, true, r.pulsed || !r.endAt.IsZero()
	r.endAt = time.Now().Add(regainEvery)
}

func (r *relay) fail(err error) error {
	return fmt.Errorf("line: output %s: %w: %w", r.spec.Name, drivers.ErrOffline, err)
}

// drive sets the level. A line that turns out to have been unplugged may be back.
func (r *relay) drive(active bool) error {
	had := r.line != nil
	err := r.move(active)
	if had && r.line == nil {
		err = r.move(active)
	}
	return err
}

// move sets the level. What fails is tried again by the keeper: to make the output inactive, or active if it is safe so.
func (r *relay) move(active bool) error {
	if err := r.prepare(); err != nil {
		return err
	}
	err := r.line.set(r.spec.High(active))
	switch {
	case err == nil:
		r.active, r.endAt, r.pulsed = active, time.Time{}, false
		return nil
	case errors.Is(err, gpiochip.ErrGone):
		r.lose()
	default:
		r.active = r.active || active // a line that reports an error may have moved all the same
		r.endAt, r.then = time.Now().Add(retryEvery), active && r.spec.Safe == boards.SafeOn
	}
	return r.fail(err)
}

// readBack is the state that the line really has.
func (r *relay) readBack() (active bool, err error) {
	if err := r.prepare(); err != nil {
		return false, err
	}
	high, err := r.line.high()
	if errors.Is(err, gpiochip.ErrGone) {
		r.lose()
		_ = r.prepare() // if it is back already; the caller hears that what was commanded holds no more
	}
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
// the maximum from its start on; within a level it orders the level once more.
func (r *relay) pulse(length time.Duration, now time.Time) error {
	if length <= 0 {
		return fmt.Errorf("line: output %s: a pulse of %v: it has to be longer than 0", r.spec.Name, length)
	}
	if err := r.prepare(); err != nil {
		return err
	}
	if r.active && r.endAt.IsZero() {
		return r.drive(true)
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

package line

import (
	"context"
	"fmt"
	"time"

	"gatehouse/drivers/line/gpiochip"
)

// virtualLine is a line of a Chip. Its fields belong to whoever holds the chip's mutex.
type virtualLine struct {
	chip   *Chip
	name   string
	high   bool
	rest   bool   // the level while nothing drives it
	driven bool   // by a gateway
	holder string // who has requested it
	reign  int    // counts the holders
	gone   bool   // its chip is unplugged
	losses int    // counts how often it was
	watch  *settling
}

// setLevel changes the level.
func (l *virtualLine) setLevel(high bool) (changed bool) {
	if l.high == high {
		return false
	}
	l.high = high
	if l.watch != nil {
		l.watch.moved(time.Now())
	}
	return true
}

// release gives the line up; it falls back to what the wiring makes of it.
func (l *virtualLine) release() (changed bool) {
	wasDriven := l.driven
	l.driven, l.holder = false, ""
	l.reign++
	return wasDriven && l.setLevel(l.rest)
}

// virtualOutput is an output as its holder has it.
type virtualOutput struct {
	line   *virtualLine
	reign  int
	losses int
}

// dead is an error once the chip was unplugged, also when it is back. The caller holds the chip's mutex.
func (o *virtualOutput) dead() error {
	if o.losses == o.line.losses {
		return nil
	}
	return fmt.Errorf("line %s: %w", o.line.name, gpiochip.ErrGone)
}

// set drives the line. A gateway that is dead drives nothing.
func (o *virtualOutput) set(high bool) error {
	l := o.line
	l.chip.mu.Lock()
	if err := o.dead(); err != nil {
		l.chip.mu.Unlock()
		return err
	}
	changed := false
	if l.reign == o.reign {
		l.driven, changed = true, l.setLevel(high)
	}
	l.chip.mu.Unlock()
	if changed {
		l.chip.tell(l.name, high)
	}
	return nil
}

func (o *virtualOutput) high() (bool, error) {
	o.line.chip.mu.Lock()
	defer o.line.chip.mu.Unlock()
	return o.line.high, o.dead()
}

func (o *virtualOutput) close() error {
	l := o.line
	l.chip.mu.Lock()
	changed := l.reign == o.reign && l.release()
	l.chip.mu.Unlock()
	if changed {
		l.chip.tell(l.name, l.rest)
	}
	return nil
}

// virtualInputs are inputs as their holder has them.
type virtualInputs struct {
	chip     *Chip
	settling []*settling
	edges    chan rawEdge
	lost     int // found edges full
}

// settling debounces one input as the kernel does: a level counts once it has been stable for the delay, and the last level
// always wins. Its fields belong to whoever holds the chip's mutex.
type settling struct {
	inputs *virtualInputs
	line   *virtualLine
	index  int
	delay  time.Duration
	high   bool
	timer  *time.Timer
	since  time.Time // the last movement
}

// moved takes a movement of the line. The level before it counts if it has lasted, although its timer may be late.
func (s *settling) moved(at time.Time) {
	if at.Sub(s.since) >= s.delay {
		s.settle(!s.line.high)
	}
	s.since = at
	if s.delay == 0 {
		s.settle(s.line.high)
		return
	}
	if s.timer != nil {
		s.timer.Stop()
	}
	var timer *time.Timer
	timer = time.AfterFunc(s.delay, func() {
		s.inputs.chip.mu.Lock()
		defer s.inputs.chip.mu.Unlock()
		if s.timer == timer && s.line.watch == s {
			s.settle(s.line.high)
		}
	})
	s.timer = timer
}

func (s *settling) settle(high bool) {
	if s.high == high {
		return
	}
	s.high = high
	w := s.inputs
	select {
	case w.edges <- rawEdge{index: s.index, high: s.high, at: s.since, lost: w.lost}:
		w.lost = 0
	default:
		w.lost++
	}
}

func (w *virtualInputs) levels() (levels uint64, err error) {
	w.chip.mu.Lock()
	defer w.chip.mu.Unlock()
	for i, s := range w.settling {
		if s.high {
			levels |= 1 << i
		}
	}
	return levels, nil
}

func (w *virtualInputs) next(ctx context.Context) ([]rawEdge, error) {
	timer := time.NewTimer(lookEvery)
	defer timer.Stop()
	select {
	case e := <-w.edges:
		return []rawEdge{e}, nil
	case <-ctx.Done():
	case <-timer.C:
	}
	return nil, nil
}

func (w *virtualInputs) close() error {
	w.chip.mu.Lock()
	defer w.chip.mu.Unlock()
	w.free()
	return nil
}

// free gives the lines back. The caller holds the chip's mutex.
func (w *virtualInputs) free() {
	for _, s := range w.settling {
		if s.line.watch == s {
			s.line.watch, s.line.holder = nil, ""
		}
	}
}

package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"gatehouse/gateway/journal"
	"gatehouse/gateway/lot"
	"gatehouse/sync/fact"
)

// input is one thing for the owner to do: an event, or something to read.
type input struct {
	event lot.Event
	reply func(lot.Result, error) // nil: nobody waits for a result
	read  func(*lot.Lot)
	done  func(error)
	alive func() // told as soon as the owner gets to it
}

// owner is the goroutine that owns the lot, and what only it touches. Its dealings with the disk are in disk.go.
type owner struct {
	lot      *lot.Lot
	clock    *Clock
	stamps   fact.Clock
	log      *slog.Logger
	inbox    chan input
	handled  atomic.Uint64 // inputs of the inbox
	readings *readings
	perform  func(step uint64, effects []lot.Effect)
	changed  func()
	durable  func() // facts have become durable; must not wait
	steps    uint64
	times    decisionTimes
	last     reading // of the clock
	lotWake  time.Time
	fatal    error      // why this run can't go on
	ends     chan error // capacity 1: why somebody wants this run to end

	open     func() (*journal.Journal, journal.Report, error) // opens the journal anew after a failure
	journal  *journal.Journal                                 // nil while a failed one is being mended
	opened   int                                              // how often the journal was opened
	answers  answers                                          // of the journal
	mended   chan mended
	stopping chan struct{} // closed when the last attempts are due
	pause    time.Duration // before the next mending
	waiting  []*commit     // in order
	stalled  bool
	stallAt  time.Time
	diskWake time.Time
}

// run decides until ctx ends. Then it makes durable what it has.
func (o *owner) run(ctx context.Context) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for o.fatal == nil {
		select {
		case <-ctx.Done():
			return o.end()
		case why := <-o.ends:
			return errors.Join(why, o.end())
		case in := <-o.inbox:
			o.handle(in)
			o.handled.Add(1)
		case <-o.readings.some:
		case <-o.answers.some:
			for _, answer := range o.answers.take() {
				o.settle(answer)
			}
		case mended := <-o.mended:
			o.adopt(mended)
		case <-timer.C:
			o.watchDisk()
			o.step(lot.Tick{}, nil)
		}
		o.hear()
		if o.journal != nil && o.fatal == nil {
			o.journal.CheckpointIfDue(time.Since(o.clock.origin).Milliseconds(), o.lot)
		}
		timer.Reset(time.Until(earlier(o.lotWake, o.diskWake)))
	}
	return errors.Join(o.fatal, o.journal.Close(nil))
}

// end decides on what has arrived, and makes durable what was decided.
func (o *owner) end() error {
	for range len(o.inbox) {
		o.handle(<-o.inbox)
	}
	for o.hear() {
	}
	return o.finish()
}

func farOff() time.Time { return time.Now().Add(time.Hour) }

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// handle takes one input. Behind too many facts that wait for the disk, people and programs are refused; vehicles
// never are.
func (o *owner) handle(in input) {
	refused := len(o.waiting) >= outstandingMax
	switch {
	case in.alive != nil:
		in.alive()
	case in.read != nil && refused:
		in.done(errDiskFailed)
	case in.read != nil:
		in.read(o.lot)
		o.commit(&commit{step: o.steps, reply: in.done})
	case in.reply != nil && refused:
		in.reply(lot.Result{}, errDiskFailed)
	default:
		o.step(in.event, in.reply)
	}
}

// hear takes readings that had to wait beside the inbox, if it is their turn.
func (o *owner) hear() (some bool) {
	reads := o.readings.take(o.handled.Load(), len(o.inbox) == 0)
	for _, read := range reads {
		o.step(read, nil)
	}
	return len(reads) > 0
}

// step has the lot decide on one event, and on a clock that was set before it: the event's stamp is of the new time.
func (o *owner) step(event lot.Event, reply func(lot.Result, error)) {
	now := o.clock.read()
	if stepMS := now.stepMS(o.last); stepMS != 0 || now.trust != o.last.trust {
		o.decide(now, lot.ClockChanged{To: now.trust, StepMS: stepMS}, nil)
	}
	o.last = now
	o.decide(now, event, reply)
}

// decide has the lot decide on one event, and sends what it asks for on its way.
func (o *owner) decide(now reading, event lot.Event, reply func(lot.Result, error)) {
	began := time.Now()
	out := o.lot.Step(o.stamps.At(now.wallMS, now.monoMS, now.trust), event)
	o.steps++
	o.perform(o.steps, out.Urgent)
	o.wake(out.WakeMS)
	if tells(event) || len(out.Facts)+len(out.Effects) > 0 {
		o.changed()
	}
	if len(out.Facts) == 0 && reply == nil && onlyShown(out.Effects) {
		o.perform(o.steps, out.Effects)
		return
	}
	c := &commit{step: o.steps, facts: out.Facts, effects: out.Effects, lazy: out.Lazy, began: began, times: &o.times}
	if reply != nil {
		result := out.Result
		c.reply = func(err error) { reply(result, err) }
	}
	o.commit(c)
}

// tells reports whether an event alone may be news to whoever looks at the lot.
func tells(event lot.Event) bool {
	switch event.(type) {
	case lot.Tick, lot.SpotRead:
		return false
	}
	return true
}

// onlyShown reports whether effects are all for displays: with no fact behind them, they show what everybody at
// the gate sees anyway.
func onlyShown(effects []lot.Effect) bool {
	for _, effect := range effects {
		switch effect.(type) {
		case lot.ShowFace, lot.ShowSign:
		default:
			return false
		}
	}
	return true
}

// wake has the owner come back by a time of the lot, and never at once: what was due now has been done.
func (o *owner) wake(monoMS int64) {
	_, nowMS := o.clock.Now()
	in := o.clock.real(min(monoMS-nowMS, time.Hour.Milliseconds()))
	o.lotWake = time.Now().Add(max(time.Millisecond, in))
}

// finish makes durable what was decided and writes a last checkpoint. For a disk that does not answer it waits only
// so long.
func (o *owner) finish() error {
	ended := make(chan error, 1)
	go func() { ended <- o.close() }()
	select {
	case err := <-ended:
		return err
	case <-time.After(stopMax):
		return fmt.Errorf("%w: it did not answer within %v", errDiskFailed, stopMax)
	}
}

// close closes the journal. A disk that has failed gets one more try.
func (o *owner) close() error {
	close(o.stopping)
	for _, c := range o.waiting {
		o.declareLate(c)
	}
	for last := false; ; last = true {
		if o.journal == nil {
			mended := <-o.mended
			if mended.err != nil {
				return fmt.Errorf("%w: %w", errDiskFailed, mended.err)
			}
			o.adopt(mended)
		}
		err := o.journal.Close(o.lot)
		if last || !errors.Is(err, journal.ErrBroken) {
			return err
		}
		o.journal = nil
		go o.mend(0)
	}
}

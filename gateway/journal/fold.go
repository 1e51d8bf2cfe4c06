package journal

import (
	"context"
	"errors"
	"fmt"

	"gatehouse/sync/fact"
	"gatehouse/sync/factlog"
	"gatehouse/sync/wire"
)

var errThrough = errors.New("read as far as asked")

// fold applies facts of the log to a state.
type fold struct {
	log      *factlog.Log
	location fact.LocationID
	state    State
	harvest  harvest
	drained  func(changes) error // hears of the harvest now and then, if set

	// What was folded.
	facts, skipped int
	first          factlog.Index
	last           fact.Dot
	at             fact.Stamp
	failure        error // a state record that could not be encoded: the harvest is not whole
}

// run folds the facts from one position to another, both included. It stops when ctx ends.
func (f *fold) run(ctx context.Context, from, through factlog.Index) error {
	err := f.log.Read(from, func(index factlog.Index, payload []byte) error {
		if index > through {
			return errThrough
		}
		if f.first == 0 {
			f.first = index
		}
		if err := f.apply(index, payload); err != nil || f.facts%DrainFacts != 0 {
			return err
		}
		return errors.Join(f.drain(), ctx.Err())
	})
	if err != nil && !errors.Is(err, errThrough) {
		return fmt.Errorf("journal: fold the log: %w", err)
	}
	return f.drain()
}

func (f *fold) apply(index factlog.Index, payload []byte) error {
	f.facts++
	record, err := wire.DecodeRecord(payload)
	if record.Dot != (fact.Dot{}) {
		f.last, f.at = record.Dot, record.At
	}
	if err != nil { // of newer software, or nothing that ours would write: neither may keep a gate shut
		f.skipped++
		return nil
	}
	if started, is := record.Fact.(fact.GatewayStarted); is && started.Location != f.location {
		return fmt.Errorf("%w: fact %d is of %q, not %q", ErrOtherLocation, index, started.Location, f.location)
	}
	f.state.Apply(record)
	return nil
}

// drain takes what changed in the state.
func (f *fold) drain() error {
	if err := f.harvest.take(f.state); f.failure == nil {
		f.failure = err
	}
	if f.drained == nil {
		return nil
	}
	return f.drained(f.harvest.records)
}

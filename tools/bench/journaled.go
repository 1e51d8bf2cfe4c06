package main

import (
	"errors"
	"fmt"
	"time"

	"gatehouse/gateway/journal"
	"gatehouse/gateway/lot"
	"gatehouse/sync/fact"
)

// journaled is a carpark whose facts go to a journal, as in the gateway.
type journaled struct {
	park    *carpark
	journal *journal.Journal
	began   time.Time
	aheadMS int64 // by which the journal's clock runs ahead
	err     error // the first failure of the journal

	bulk []fact.Record // of bulkHandle: not yet handed over
}

// bulkFacts is how many facts go into one commit while a lot is being filled.
const bulkFacts = 500

// journalOptions are those of the gateway.
func journalOptions(dir string) journal.Options {
	return journal.Options{Dir: dir, Location: locationID}
}

// openJournaled makes a carpark with so many parked vehicles behind it, all of it durable, checkpoint included.
func openJournaled(o journal.Options, cfg *lot.Config, vehicles int) (*journaled, error) {
	g, err := openBulk(o, cfg)
	if err != nil {
		return nil, err
	}
	g.park.start(true)
	if err := g.park.fill(vehicles); err != nil {
		return nil, err
	}
	return g, g.endBulk()
}

// openBulk opens a journal, and has its facts go out by the hundred until endBulk.
func openBulk(o journal.Options, cfg *lot.Config) (*journaled, error) {
	g, _, err := openJournal(o, cfg)
	if err != nil {
		return nil, err
	}
	g.park.handle = g.bulkHandle
	return g, nil
}

// openJournal opens a journal and makes a carpark of its state.
func openJournal(o journal.Options, cfg *lot.Config) (*journaled, journal.Report, error) {
	if _, err := lot.New(cfg); err != nil {
		return nil, journal.Report{}, err
	}
	j, state, report, err := journal.Open(o, func() journal.State {
		empty, _ := lot.New(cfg) // it was tried above with the same configuration
		return empty
	})
	if err != nil {
		return nil, report, err
	}
	g := &journaled{park: adopt(cfg, state.(*lot.Lot)), journal: j, began: time.Now()}
	g.park.handle = g.handle
	return g, report, nil
}

// bulkHandle gathers facts.
func (g *journaled) bulkHandle(_ decision, now fact.Stamp, event lot.Event) lot.Out {
	out := g.park.lot.Step(now, event)
	g.bulk = append(g.bulk, out.Facts...)
	if len(g.bulk) >= bulkFacts {
		g.bulkCommit()
	}
	return out
}

func (g *journaled) bulkCommit() {
	g.append(g.bulk, false)
	g.bulk = g.bulk[:0]
	g.checkpoint(g.sinceMS())
}

// longMS is longer than any journal here waits with a checkpoint.
const longMS = 2 * int64(notDueBefore/time.Millisecond)

// endBulk makes durable what was gathered, waits for a checkpoint of it, and has the carpark work as a gateway.
func (g *journaled) endBulk() error {
	g.bulkCommit()
	g.aheadMS += longMS
	for g.err == nil {
		h := g.journal.Health()
		g.keep(errors.Join(h.Broken, h.CheckpointErr, h.ArchiveErr))
		if h.Checkpointed == h.Appended && h.ArchiveReady {
			break
		}
		g.checkpoint(g.sinceMS())
		time.Sleep(time.Millisecond)
	}
	g.park.handle = g.handle
	return g.err
}

// handle decides and commits, and returns when what somebody waits for is durable.
func (g *journaled) handle(_ decision, now fact.Stamp, event lot.Event) lot.Out {
	out := g.park.lot.Step(now, event)
	if len(out.Facts) > 0 {
		g.append(out.Facts, out.Lazy)
		g.checkpoint(g.sinceMS())
	}
	return out
}

// append hands facts over, and waits for the disk unless they are lazy.
func (g *journaled) append(facts []fact.Record, lazy bool) {
	if lazy {
		g.journal.Append(facts, true, nil)
		return
	}
	done := make(chan error, 1)
	g.journal.Append(facts, false, func(err error) { done <- err })
	g.keep(<-done)
}

// sync waits until lazy facts are durable, too.
func (g *journaled) sync() {
	done := make(chan error, 1)
	g.journal.Sync(func(err error) { done <- err })
	g.keep(<-done)
}

// checkpoint has a checkpoint written if one is due, by the machine's time (sinceMS) or the lot's.
func (g *journaled) checkpoint(nowMS int64) { g.journal.CheckpointIfDue(g.aheadMS+nowMS, g.park.lot) }

func (g *journaled) sinceMS() int64 { return time.Since(g.began).Milliseconds() }

func (g *journaled) keep(err error) {
	if g.err == nil {
		g.err = err
	}
}

// close ends the journal; with what came of the run before.
func (g *journaled) close() error {
	if err := errors.Join(g.err, g.park.check(), g.journal.Close(g.park.lot)); err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	return nil
}

// cut ends the journal without a last checkpoint, as a power cut would.
func (g *journaled) cut() error {
	if err := errors.Join(g.err, g.park.check(), g.journal.Close(nil)); err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	return nil
}

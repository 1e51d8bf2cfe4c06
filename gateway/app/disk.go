package app

import (
	"errors"
	"fmt"
	"time"

	"gatehouse/gateway/journal"
	"gatehouse/gateway/lot"
	"gatehouse/sync/fact"
	"gatehouse/sync/wire"
)

// commit hands facts to the journal. Without facts it waits for those before it.
func (o *owner) commit(c *commit) {
	c.since = time.Now()
	if len(c.facts) == 0 && len(o.waiting) == 0 {
		c.release(o.perform)
		return
	}
	o.waiting = append(o.waiting, c)
	if o.journal != nil {
		o.hand(c, c.facts)
	}
	if !c.lazy {
		o.diskWake = earlier(o.diskWake, c.since.Add(stallMax))
	}
}

// hand gives those facts of a commit to the journal that it does not hold yet.
func (o *owner) hand(c *commit, facts []fact.Record) {
	opened := o.opened
	settled := func(err error) {
		if err == nil {
			c.release(o.perform) // here and not by the owner, so that a relay waits for nobody
			o.durable()
		}
		o.answers.put(answer{c, err, opened})
	}
	if len(facts) == 0 {
		o.journal.Sync(settled)
		return
	}
	o.journal.Append(facts, c.lazy, settled)
}

// settle takes note of what the journal says of a commit. What an older journal says no longer counts: it was
// read anew since.
func (o *owner) settle(a answer) {
	switch {
	case a.opened != o.opened || o.journal == nil || o.fatal != nil:
		return
	case errors.Is(a.err, wire.ErrNotStrict) || errors.Is(a.err, wire.ErrNoFact):
		o.fatal = fmt.Errorf("app: the lot made a fact that can't be written; start again from the log: %w", a.err)
		return
	case a.err != nil:
		o.breakOff(a.err)
		return
	}
	for i := range o.waiting {
		if o.waiting[i] == a.commit {
			o.waiting = append(o.waiting[:i], o.waiting[i+1:]...)
			break
		}
	}
	if len(a.commit.facts) > 0 {
		o.pause = mendPause
	}
	if o.stalled {
		o.answered(a.commit)
	}
}

// mended is a journal that was opened anew and what it holds; err says why there is none.
type mended struct {
	journal *journal.Journal
	report  journal.Report
	err     error
}

// breakOff gives up a journal whose last flush failed. What it was given is handed to the next one.
func (o *owner) breakOff(err error) {
	o.log.Error("disk failed; opening the log anew", "err", err, "in", o.pause)
	failed, pause := o.journal, o.pause
	o.journal = nil
	o.pause = min(2*o.pause, backOffMax)
	o.stall()
	go func() {
		if err := failed.Close(nil); err != nil && !errors.Is(err, journal.ErrBroken) {
			o.log.Error("close log", "err", err)
		}
		o.mend(pause)
	}()
}

// mend opens the journal anew, however often it takes; once the owner is stopping, it tries a last time. It runs
// beside the owner, because it waits for the disk.
func (o *owner) mend(pause time.Duration) {
	for last := false; ; pause = min(2*pause, backOffMax) {
		select {
		case <-o.stopping:
			last = true
		case <-time.After(pause):
		}
		opened, report, err := o.open()
		if err == nil || last {
			o.mended <- mended{opened, report, err}
			return
		}
		o.log.Error("log can't be opened; vehicles pass by policy", "err", err, "again_in", min(2*pause, backOffMax))
	}
}

// adopt goes on with a journal that was opened anew. What it holds is durable; the rest of what was decided is handed
// to it again.
func (o *owner) adopt(m mended) {
	o.journal = m.journal
	o.opened++
	o.lot.DirtyAll()
	o.journal.Replace()
	for _, c := range o.waiting {
		o.hand(c, missing(c.facts, m.report.Parent))
	}
	o.declareDamage(m.report)
}

// missing are the facts that come after the last one that the log holds.
func missing(facts []fact.Record, last fact.Dot) []fact.Record {
	for i := range facts {
		if facts[i].Dot.Incarnation != last.Incarnation || facts[i].Dot.Seq > last.Seq {
			return facts[i:]
		}
	}
	return nil
}

// declareDamage makes facts of what the log has lost, once.
func (o *owner) declareDamage(report journal.Report) {
	declared := o.lot.Meta().DeclaredThrough
	for _, damage := range report.Damage {
		if uint64(damage.Last) > declared {
			o.step(lot.LogDamaged{Fact: fact.LogDamaged{First: uint64(damage.First), Last: uint64(damage.Last)}}, nil)
		}
	}
}

// watchDisk lets vehicles through that have waited for the disk for too long.
func (o *owner) watchDisk() {
	o.diskWake = farOff()
	for _, c := range o.waiting {
		switch {
		case c.lazy || !c.held():
		case !c.overdue():
			o.diskWake = earlier(o.diskWake, c.since.Add(stallMax))
		default:
			o.stall()
			if c.releaseEarly(o.perform) {
				o.log.Warn("disk does not answer: what a vehicle waits for goes ahead by policy", "waited_ms", time.Since(c.since).Milliseconds())
			}
		}
	}
}

// stall has the lot know that the disk does not answer.
func (o *owner) stall() {
	if !o.stalled {
		o.stalled, o.stallAt = true, time.Now()
		o.step(lot.DiskChanged{Stalled: true}, nil)
	}
}

// answered takes note that a stalled disk has answered for a commit, and that it works again once nobody is overdue.
func (o *owner) answered(c *commit) {
	o.declareLate(c)
	for _, other := range o.waiting {
		if other.overdue() {
			return
		}
	}
	o.stalled = false
	o.log.Warn("disk answers again", "stalled_ms", time.Since(o.stallAt).Milliseconds())
	o.step(lot.DiskChanged{}, nil)
}

// declareLate makes a fact of a commit whose effects left before it was durable.
func (o *owner) declareLate(c *commit) {
	if !c.leftEarly() || len(c.facts) == 0 {
		return
	}
	first, last := c.facts[0].Dot.Seq, c.facts[len(c.facts)-1].Dot.Seq
	late := fact.CommitsLate{FirstSeq: first, LastSeq: last, StallMS: time.Since(c.since).Milliseconds()}
	o.step(lot.CommitsLate{Fact: late}, nil)
}

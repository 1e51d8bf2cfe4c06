package rig

import (
	"errors"
	"fmt"
	"time"

	"gatehouse/gateway/lot"
	"gatehouse/sync/fact"
	"gatehouse/sync/factlog"
	"gatehouse/sync/wire"
)

// commit hands facts to the log and begins a flush, if none is under way and somebody waits.
func (r *Rig) commit(c *commit) error {
	if len(c.facts) == 0 && len(r.waiting) == 0 {
		r.release(c)
		return nil
	}
	r.waiting = append(r.waiting, c)
	if r.retryMS != never {
		return nil // handed over when the log is open again
	}
	if err := r.hand(c); err != nil {
		return err
	}
	if !c.lazy {
		return r.begin()
	}
	return nil
}

// hand appends a commit's facts to the log.
func (r *Rig) hand(c *commit) error {
	for _, record := range c.facts {
		payload, err := wire.EncodeRecord(nil, record)
		if err != nil {
			return fmt.Errorf("encode %T: %w", record.Fact, err)
		}
		c.last, err = r.log.Append(payload)
		if err != nil {
			if r.retryMS == never {
				r.fail()
			}
			return nil
		}
		r.result.Facts++
		r.watch.appended(c.last, payload)
	}
	if len(c.facts) == 0 {
		c.last = r.log.Last()
	}
	return nil
}

// begin starts a flush for everything that waits.
func (r *Rig) begin() error {
	if r.flushing != never || r.retryMS != never {
		return nil
	}
	r.covers = r.log.Last()
	if len(r.cutFlushes) > 0 && r.result.Flushes >= r.cutFlushes[0] {
		r.cutFlushes = r.cutFlushes[1:]
		r.cuts = append([]int64{r.nowMS}, r.cuts...)
		r.flushing = r.nowMS
		return nil
	}
	if r.cfg.FlushMS == nil {
		r.flushing = r.nowMS
		return r.flush()
	}
	r.flushing = r.nowMS + r.cfg.FlushMS()
	return nil
}

// flush ends the flush under way: what it covers is durable, and its effects leave.
func (r *Rig) flush() error {
	r.flushing = never
	if r.cfg.Disturb != nil {
		r.cfg.Disturb(r.cfg.Disk)
	}
	began := time.Time{}
	if r.cfg.Measure {
		began = time.Now()
	}
	if err := r.flushLog(); err != nil {
		r.result.FlushErrors++
		r.fail()
		return nil
	}
	if r.cfg.Measure {
		r.result.commits = append(r.result.commits, time.Since(began))
	}
	r.result.Flushes++
	r.watch.durable(r.log.Durable())
	if err := r.releaseThrough(r.covers); err != nil {
		return err
	}
	r.checkpoint()
	r.prepare()
	for _, c := range r.waiting {
		if !c.lazy {
			return r.begin()
		}
	}
	return nil
}

func (r *Rig) flushLog() error {
	err := r.log.Flush()
	r.watch.flushed(r.log, err)
	return err
}

// prepare makes room for what is to come, as the committer does while nobody waits. A failure is no harm yet.
func (r *Rig) prepare() {
	for ready := false; !ready; {
		var err error
		if ready, err = r.log.Prepare(); err != nil {
			return
		}
	}
}

// releaseThrough sends on their way the effects of all commits up to a position of the log.
func (r *Rig) releaseThrough(last factlog.Index) error {
	for len(r.waiting) > 0 && r.waiting[0].last <= last {
		c := r.waiting[0]
		r.waiting = r.waiting[1:]
		r.release(c)
		if c.early && len(c.facts) > 0 {
			late := fact.CommitsLate{FirstSeq: c.facts[0].Dot.Seq, LastSeq: c.facts[len(c.facts)-1].Dot.Seq, StallMS: r.nowMS - c.sinceMS}
			if err := r.step(lot.CommitsLate{Fact: late}); err != nil {
				return err
			}
		}
	}
	if r.stalled && !r.overdue() {
		r.stalled = false
		return r.step(lot.DiskChanged{})
	}
	return nil
}

func (r *Rig) release(c *commit) {
	for _, effect := range c.effects {
		if !c.early || !mayLeaveEarly(effect) {
			r.performOne(effect, true)
		}
	}
}

func mayLeaveEarly(effect lot.Effect) bool {
	switch e := effect.(type) {
	case lot.MoveBarrier:
		return e.Early
	case lot.ShowFace, lot.ShowSign:
		return true
	}
	return false
}

// overdue reports whether somebody has waited for the disk for too long.
func (r *Rig) overdue() bool {
	for _, c := range r.waiting {
		if !c.lazy && r.nowMS-c.sinceMS >= stallMS {
			return true
		}
	}
	return false
}

// diskDeadline is when somebody will have waited for too long, or lazy facts long enough.
func (r *Rig) diskDeadline() int64 {
	deadline := never
	for _, c := range r.waiting {
		switch {
		case c.early:
		case c.lazy && r.flushing == never && r.retryMS == never:
			deadline = min(deadline, c.sinceMS+lazyMS)
		case !c.lazy:
			deadline = min(deadline, c.sinceMS+stallMS)
		}
	}
	return deadline
}

// watchDisk lets vehicles through that have waited for too long, and flushes lazy facts in time.
func (r *Rig) watchDisk() error {
	for _, c := range r.waiting {
		switch {
		case c.lazy && r.flushing == never && r.retryMS == never && r.nowMS-c.sinceMS >= lazyMS:
			if err := r.begin(); err != nil {
				return err
			}
			return nil
		case !c.lazy && !c.early && r.nowMS-c.sinceMS >= stallMS:
			c.early = true
			r.result.Stalls++
			if !r.stalled {
				r.stalled = true
				if err := r.step(lot.DiskChanged{Stalled: true}); err != nil {
					return err
				}
			}
			for _, effect := range c.effects {
				if mayLeaveEarly(effect) {
					r.performOne(effect, false)
				}
			}
		}
	}
	return nil
}

// fail gives the log up: what became of its last flush is not known.
func (r *Rig) fail() {
	r.flushing = never
	_ = r.log.Close()
	r.retryMS = r.nowMS + 250
}

// reopen opens the log anew and reads what it holds; the rest is handed to it again.
func (r *Rig) reopen() error {
	log, _, err := factlog.Open(r.cfg.Disk, r.cfg.Dir, r.logOptions())
	if err != nil {
		r.retryMS = r.nowMS + 1_000
		return nil
	}
	r.log, r.retryMS = log, never
	r.result.Reopened++
	last, err := r.lastDot()
	if err != nil {
		return err
	}
	r.watch.reopened(r.log)
	r.prepare()
	for _, c := range r.waiting {
		c.facts = after(c.facts, last)
		if err := r.hand(c); err != nil || r.retryMS != never {
			return err
		}
	}
	return r.begin()
}

// after are the facts behind the last one that the log holds.
func after(facts []fact.Record, last fact.Dot) []fact.Record {
	for i := range facts {
		if facts[i].Dot.Incarnation != last.Incarnation || facts[i].Dot.Seq > last.Seq {
			return facts[i:]
		}
	}
	return nil
}

// lastDot is the name of the last fact in the log.
func (r *Rig) lastDot() (fact.Dot, error) {
	var last fact.Dot
	err := r.log.Read(r.store.position+1, func(_ factlog.Index, payload []byte) error {
		record, err := wire.DecodeRecord(payload)
		last = record.Dot
		return err
	})
	if last.Seq == 0 {
		last = r.store.last
	}
	if err != nil {
		return last, errors.Join(errors.New("read the log anew"), err)
	}
	return last, nil
}

func (r *Rig) logOptions() factlog.Options {
	return factlog.Options{SegmentBytes: r.cfg.SegmentBytes, From: r.store.position, KnownDurable: r.store.position}
}

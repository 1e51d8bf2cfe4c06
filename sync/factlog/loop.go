package factlog

import (
	"errors"
	"runtime"
	"time"
)

// run is the committer's goroutine.
func (c *Committer) run() {
	defer close(c.gone)
	c.idle = time.NewTimer(idleMS * time.Millisecond)
	defer c.idle.Stop()
	for {
		select {
		case <-c.wake:
			closing, err := c.flush()
			c.makeRoom(err)
			if closing {
				c.end = errors.Join(err, c.log.Close())
				return
			}
			c.keepRoom()
		case <-c.idle.C:
			c.prepare()
		}
	}
}

// flush makes everything appended so far durable and answers those who wait for it.
func (c *Committer) flush() (closing bool, err error) {
	c.mu.Lock()
	closing = c.closing
	c.eager, c.armed = false, false
	c.lazyTimer.Stop()
	c.flushFor, c.waitFrom = c.waitFrom, time.Time{}
	before, start := c.log.Durable(), time.Now()
	c.mu.Unlock()

	err = c.log.Flush()

	c.mu.Lock()
	durable := c.log.Durable()
	if durable > before {
		c.count(time.Since(start).Microseconds())
	}
	c.flushFor = time.Time{}
	c.pick(durable, err)
	c.mu.Unlock()
	for _, w := range c.answering {
		w.answer(err)
	}
	clear(c.answering) // let go of what the closures hold
	if len(c.answering) > 1 {
		runtime.Gosched() // those who were answered together may append again together: one flush for them, not two
	}
	return closing, err
}

// answer calls done with the error of the append, if it had one, or else that of the flush.
func (w waiter) answer(err error) {
	if w.err != nil {
		err = w.err
	}
	w.done(err)
}

func (c *Committer) count(us int64) {
	c.stats.Flushes++
	c.stats.LastFlushUS = us
	c.stats.MaxFlushUS = max(c.stats.MaxFlushUS, us)
}

// pick moves the waiters that can be answered to answering: those up to durable, or all after an error.
func (c *Committer) pick(durable Index, err error) {
	n := 0
	for n < len(c.waiters) && (err != nil || c.waiters[n].last <= durable) {
		n++
	}
	c.answering = append(c.answering[:0], c.waiters[:n]...)
	left := copy(c.waiters, c.waiters[n:])
	clear(c.waiters[left:])
	c.waiters = c.waiters[:left]
}

// keepRoom sees to it that a spare is there in time: made in idle time if there is any, else beside the flushes.
func (c *Committer) keepRoom() {
	free, segment, ready := c.log.room()
	if ready || time.Now().Before(c.prepareFrom) {
		return
	}
	c.idle.Reset(idleMS * time.Millisecond)
	for more := free < segment/roomLowShare; more; {
		more = c.prepare() && free < segment/roomOverShare
	}
}

// makeRoom makes the spare for those who wait for one. A failed flush is why there is none.
func (c *Committer) makeRoom(err error) {
	c.mu.Lock()
	waiting := c.roomFor
	c.roomFor = nil
	c.mu.Unlock()
	if len(waiting) == 0 {
		return
	}
	for more := err == nil; more; {
		more = c.prepare()
	}
	if err == nil {
		err = c.Stats().PrepareErr
	}
	for _, done := range waiting {
		done(err)
	}
}

// prepare does a step towards the spare and reports whether there is more to do at once.
func (c *Committer) prepare() (more bool) {
	ready, err := c.log.Prepare()
	c.mu.Lock()
	c.stats.PrepareErr = err
	c.mu.Unlock()
	pause := idleMS * time.Millisecond
	switch {
	case ready:
		c.idle.Stop()
		return false
	case err != nil:
		pause = prepareRetryMS * time.Millisecond
		c.prepareFrom = time.Now().Add(pause)
	}
	c.idle.Reset(pause)
	return err == nil
}

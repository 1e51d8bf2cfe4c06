package factlog

import (
	"errors"
	"sync"
	"time"
)

// CommitterOptions are the choices of a Committer.
type CommitterOptions struct {
	// LazyMS is the longest that a lazy append waits for company; 0 means LazyMSDefault.
	LazyMS int64
}

const (
	// LazyMSDefault is what a power cut may cost of records that nobody waits for.
	LazyMSDefault = 1000

	// idleMS is how long nothing must have happened before the committer spends a step on the next spare.
	idleMS = 50
	// prepareRetryMS is the pause after a step that failed: a full disk stays full for a while.
	prepareRetryMS = 10_000

	// While no spare is ready and less than a half of a segment is free, each flush is followed by a step; below an
	// eighth the committer makes the spare before it flushes again, since what doesn't fit is refused.
	roomLowShare  = 2
	roomOverShare = 8
)

// Committer shares flushes: one goroutine flushes its Log, and what is appended during a flush goes out together in
// the next. A single append costs one handover, one write and one fdatasync.
type Committer struct {
	log  *Log
	base Index // durable when the committer began

	wake chan struct{} // capacity 1: one token says "look again", more would say nothing new
	gone chan struct{} // closed when the loop has ended

	mu        sync.Mutex // guards what follows; taken before the log's own, never held during I/O
	waiters   []waiter   // not yet answered, in the order of their appends
	roomFor   []func(error)
	eager     bool // somebody waits: flush now
	armed     bool // lazyTimer runs
	lazyTimer *time.Timer
	lazy      time.Duration
	closing   bool
	waitFrom  time.Time // when the first asked for the next flush, or zero
	flushFor  time.Time // when the first asked for the flush under way, or zero
	stats     Stats
	end       error // what Close returns

	// The loop's own.
	answering   []waiter
	idle        *time.Timer // runs while there is no spare
	prepareFrom time.Time   // after a step that failed: when to try again
}

// waiter is one answer that is owed.
type waiter struct {
	last Index // answered when this is durable
	err  error // the append itself failed
	done func(error)
}

// Stats are counters since the committer began, and what a stall watcher needs.
type Stats struct {
	Flushes uint64 // that had something to write
	Frames  uint64 // that are durable since
	Bytes   int64  // written for them, heads included

	LastFlushUS int64 // duration of the last flush
	MaxFlushUS  int64 // of the longest one
	// WaitingUS is how long the longest of those who don't wait by choice has been waiting, for the flush under way or
	// for what keeps it from beginning; 0: nobody waits. This is what a stall watcher watches.
	WaitingUS int64

	FreeBytes  int64 // Log.FreeBytes
	PrepareErr error // why there is no spare (a full disk, say); nil: there is, or it is being made
}

// NewCommitter starts the goroutine that from now on owns l; Close ends it and closes l. Others may go on to call
// the log's Read, Verify, Trim and getters.
func NewCommitter(l *Log, o CommitterOptions) *Committer {
	if o.LazyMS <= 0 {
		o.LazyMS = LazyMSDefault
	}
	c := &Committer{
		log: l, base: l.Durable(),
		wake: make(chan struct{}, 1), gone: make(chan struct{}),
		lazy: time.Duration(o.LazyMS) * time.Millisecond,
	}
	c.lazyTimer = time.AfterFunc(c.lazy, c.hurry)
	c.lazyTimer.Stop()
	go c.run()
	return c
}

// Append appends payloads, all or none, copies them, and returns the index of the last one; 0 if that failed. It
// never waits for the disk. done, which may be nil, is called once: with nil after the flush that made the payloads
// durable, else with the error of the append or of the flush. All calls of done come from the committer's goroutine,
// in the order of the appends; done must neither block nor call Close. A lazy append waits for the next eager one,
// for Sync, or for LazyMS. After Close, done is called at once with ErrClosed, by the caller.
func (c *Committer) Append(payloads [][]byte, lazy bool, done func(error)) Index {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closing {
		return c.refuse(done)
	}
	last, err := c.log.appendAll(payloads)
	c.await(waiter{last, err, done}, lazy && err == nil)
	return last
}

// Sync calls done when everything appended before it is durable, lazy or not.
func (c *Committer) Sync(done func(error)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closing {
		c.refuse(done)
		return
	}
	c.await(waiter{last: c.log.Last(), done: done}, false)
}

// Fits reports whether payloads can be appended now, all of them. What fits stays so until something else is appended.
func (c *Committer) Fits(payloads [][]byte) bool { return !errors.Is(c.log.Fits(payloads), ErrFull) }

// MakeRoom is for a burst that came faster than the next segment was filled with zeros: it has what is pending flushed and
// the spare made at once, and calls done when there is one; or with the reason why there is none, such as a full disk. Like
// those of Append, done is called once, from the committer's goroutine, and must neither block nor call Close.
func (c *Committer) MakeRoom(done func(error)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closing {
		c.refuse(done)
		return
	}
	c.roomFor = append(c.roomFor, done)
	c.rouse()
}

// refuse answers a call that came after Close. It lets go of the lock meanwhile, since done may call back.
func (c *Committer) refuse(done func(error)) Index {
	c.mu.Unlock()
	defer c.mu.Lock()
	if done != nil {
		done(ErrClosed)
	}
	return 0
}

// await queues an answer and sees to it that a flush comes.
func (c *Committer) await(w waiter, lazy bool) {
	if w.done != nil {
		c.waiters = append(c.waiters, w)
	}
	switch {
	case c.eager:
	case !lazy:
		c.rouse()
	case !c.armed:
		c.armed = true
		c.lazyTimer.Reset(c.lazy)
	}
}

// rouse demands a flush.
func (c *Committer) rouse() {
	c.eager = true
	if c.waitFrom.IsZero() {
		c.waitFrom = time.Now()
	}
	select {
	case c.wake <- struct{}{}:
	default: // a token is there already
	}
}

// hurry ends the wait of lazy appends.
func (c *Committer) hurry() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.rouse()
}

// Close flushes what is pending, answers all who wait, ends the goroutine and closes the log. It returns the error of
// that flush or of closing; called again, the same.
func (c *Committer) Close() error {
	c.mu.Lock()
	c.closing = true
	c.rouse()
	c.mu.Unlock()
	<-c.gone
	return c.end
}

// Stats returns the counters. It never waits for the disk.
func (c *Committer) Stats() Stats {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.stats
	durable, written := c.log.progress()
	s.Frames, s.Bytes = uint64(durable-c.base), written
	s.FreeBytes = c.log.FreeBytes()
	from := c.flushFor
	if from.IsZero() {
		from = c.waitFrom
	}
	if !from.IsZero() {
		s.WaitingUS = max(1, time.Since(from).Microseconds())
	}
	return s
}

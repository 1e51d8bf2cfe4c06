package journal

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"gatehouse/sync/fact"
	"gatehouse/sync/factlog"
)

// commits keeps account of what was handed to the log and of what is durable.
type commits struct {
	mu       sync.Mutex
	settled  sync.Cond
	appended factlog.Index
	durable  factlog.Index
	last     fact.Dot   // of appended
	at       fact.Stamp // of appended
	broken   error

	waiting  int       // appends that somebody waits for
	progress time.Time // when the first of them began to wait, or the last one was settled
}

func newCommits(position factlog.Index, last fact.Dot, at fact.Stamp) *commits {
	c := &commits{appended: position, durable: position, last: last, at: at}
	c.settled.L = &c.mu
	return c
}

// begin takes records into account and returns the position of the last, and what to call when they are durable or
// not: nil if the journal is broken.
func (c *commits) begin(records []fact.Record, lazy bool) (through factlog.Index, settle func(error) error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.broken != nil {
		return 0, nil
	}
	newest := records[len(records)-1]
	c.appended += factlog.Index(len(records))
	c.last, c.at = newest.Dot, newest.At
	through = c.appended
	if !lazy {
		if c.waiting == 0 {
			c.progress = time.Now()
		}
		c.waiting++
	}
	return through, func(err error) error { return c.settle(through, lazy, err) }
}

func (c *commits) settle(through factlog.Index, lazy bool, err error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !lazy {
		c.waiting--
		c.progress = time.Now()
	}
	if err != nil {
		c.breakOff(err)
		return c.broken
	}
	c.durable = max(c.durable, through)
	c.settled.Broadcast()
	return nil
}

// fail breaks the journal off.
func (c *commits) fail(err error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.breakOff(err)
	return c.broken
}

func (c *commits) breakOff(err error) {
	if c.broken == nil || errors.Is(c.broken, errNotTaken) {
		c.broken = fmt.Errorf("%w: %w", ErrBroken, err)
	}
	c.settled.Broadcast()
}

func (c *commits) failure() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.broken
}

// newest is the position of the last fact handed over, with its name and time.
func (c *commits) newest() (factlog.Index, fact.Dot, fact.Stamp) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.appended, c.last, c.at
}

// wait returns when the fact is durable, or with the reason why that will never be known.
func (c *commits) wait(through factlog.Index) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.durable < through && c.broken == nil {
		c.settled.Wait()
	}
	if c.durable >= through {
		return nil // also if the journal has ended since
	}
	return c.broken
}

package app

import (
	"sync"
	"time"

	"gatehouse/gateway/lot"
	"gatehouse/sync/fact"
)

// commit is what waits for one step's facts to be durable.
type commit struct {
	step    uint64 // number of the step, for what shows the latest only
	facts   []fact.Record
	effects []lot.Effect
	reply   func(error)
	since   time.Time
	lazy    bool

	mu     sync.Mutex
	early  bool // what may leave early has been let go
	before bool // some of it there was: effects left before the facts were durable
	over   bool
}

// release sends the effects on their way, and the answer after them.
func (c *commit) release(perform func(uint64, []lot.Effect)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over {
		return
	}
	c.over = true
	if c.early {
		_, c.effects = split(c.effects)
	}
	perform(c.step, c.effects)
	if c.reply != nil {
		c.reply(nil)
	}
}

// releaseEarly lets vehicles through although the disk does not answer. It reports whether anything left.
func (c *commit) releaseEarly(perform func(uint64, []lot.Effect)) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over || c.early {
		return false
	}
	early, _ := split(c.effects)
	c.early, c.before = true, len(early) > 0
	perform(c.step, early)
	return c.before
}

// leftEarly reports whether effects left before the facts were durable.
func (c *commit) leftEarly() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.before
}

// overdue reports whether somebody waits for longer than a vehicle should.
func (c *commit) overdue() bool { return !c.lazy && time.Since(c.since) >= stallMax }

// split parts the effects that may leave before their facts are durable when the disk stalls (what lets a vehicle
// through, where the gate's policy says so, and what a display shows) from the others: money and tickets never.
func split(effects []lot.Effect) (early, late []lot.Effect) {
	for _, effect := range effects {
		may := false
		switch e := effect.(type) {
		case lot.MoveBarrier:
			may = e.Early
		case lot.ShowFace, lot.ShowSign:
			may = true
		}
		if may {
			early = append(early, effect)
		} else {
			late = append(late, effect)
		}
	}
	return early, late
}

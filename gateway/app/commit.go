package app

import (
	"slices"
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
	began   time.Time // when the event came to be decided on
	times   *decisionTimes
	lazy    bool

	mu     sync.Mutex
	early  bool // what may leave early has been let go
	before bool // among it was something that a driver acts on: it left before the facts were durable
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
	c.times.observe(c.effects, c.began)
	if c.reply != nil {
		c.reply(nil)
	}
}

// releaseEarly lets vehicles through although the disk does not answer. It reports whether
// anything left but the count on a sign.
func (c *commit) releaseEarly(perform func(uint64, []lot.Effect)) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over || c.early {
		return false
	}
	early, _ := split(c.effects)
	c.early, c.before = true, slices.ContainsFunc(early, func(effect lot.Effect) bool {
		_, sign := effect.(lot.ShowSign)
		return !sign
	})
	perform(c.step, early)
	c.times.observe(early, c.began)
	return c.before
}

// held reports whether nothing has left yet.
func (c *commit) held() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.over && !c.early
}

// leftEarly reports whether effects left before the facts were durable.
func (c *commit) leftEarly() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.before
}

// overdue reports whether somebody waits for longer than a vehicle should.
func (c *commit) overdue() bool { return !c.lazy && time.Since(c.since) >= stallMax }

// split parts the effects that may leave before their facts are durable when the disk stalls from the others. What lets
// a vehicle through may, where the gate's policy says so, and what displays show, unless that announces what must
// wait. Money and tickets never may.
func split(effects []lot.Effect) (early, late []lot.Effect) {
	announced := slices.ContainsFunc(effects, func(effect lot.Effect) bool {
		_, asks := effect.(lot.AskPayment)
		move, moves := effect.(lot.MoveBarrier)
		return asks || moves && !move.Early
	})
	for _, effect := range effects {
		may := false
		switch e := effect.(type) {
		case lot.MoveBarrier:
			may = e.Early
		case lot.ShowFace:
			may = !announced
		case lot.ShowSign:
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

package app

import (
	"context"
	"sync/atomic"
	"time"

	"gatehouse/gateway/lot"
	"gatehouse/sync/fact"
)

const (
	// clockStepMS is a jump, and not drift, which is at most one part in clockDriftShare.
	clockStepMS     = 250
	clockDriftShare = 1_000
	// clockEvery is how often a clock is looked at that nobody asks.
	clockEvery = 10 * time.Second
	// builtMS is a moment that has passed for sure: a clock before it was never set.
	builtMS = 1_767_225_600_000 // 2026-01-01
)

// Clock is the gateway's time: the machine's, or in a demonstration a faster one that starts at another moment.
type Clock struct {
	speed   int64
	origin  time.Time // of the machine
	startMS int64     // wall time at the origin; 0: the machine's
	floorMS int64     // a moment that has passed for sure
	trust   atomic.Uint32
	paced   func() int64 // of a simulation: the time since the origin in ms; nil: the machine's
}

// NewClock is the machine's clock.
func NewClock() *Clock {
	c := &Clock{speed: 1, origin: time.Now(), floorMS: builtMS}
	c.look()
	return c
}

// NewDemoClock runs speed times as fast as the machine's and starts at the given moment.
func NewDemoClock(start time.Time, speed int) *Clock {
	c := &Clock{speed: int64(max(1, speed)), origin: time.Now(), startMS: start.UnixMilli()}
	c.trust.Store(uint32(fact.ClockSynced))
	return c
}

// NewPacedClock is a demonstration's clock that a simulation moves: now is its time in ms, which never goes back and
// runs speed times as fast as the machine's at most.
func NewPacedClock(start time.Time, speed int, now func() int64) *Clock {
	c := NewDemoClock(start, speed)
	c.paced = now
	return c
}

// Now is the wall time and the time since the clock was made.
func (c *Clock) Now() (wallMS, monoMS int64) {
	if c.paced != nil {
		monoMS = c.paced()
		return c.startMS + monoMS, monoMS
	}
	now := time.Now()
	monoMS = now.Sub(c.origin).Microseconds() * c.speed / 1_000
	if c.startMS != 0 {
		return c.startMS + monoMS, monoMS
	}
	return now.UnixMilli(), monoMS
}

// at is what the wall time was at a moment of the machine's, if the clock ran evenly since.
func (c *Clock) at(moment time.Time) time.Time {
	wallMS, _ := c.Now()
	return time.UnixMilli(wallMS - time.Since(moment).Milliseconds()*c.speed)
}

// Trust is how far the wall time is known to be right.
func (c *Clock) Trust() fact.Trust { return fact.Trust(c.trust.Load()) }

// reading is what a clock says at one moment.
type reading struct {
	wallMS, monoMS int64
	trust          fact.Trust
}

func (c *Clock) read() reading {
	wallMS, monoMS := c.Now()
	return reading{wallMS, monoMS, c.Trust()}
}

// stepMS is by how much the wall clock was set since an earlier reading; 0: it only drifted.
func (r reading) stepMS(earlier reading) int64 {
	elapsedMS := r.monoMS - earlier.monoMS
	stepMS := r.wallMS - earlier.wallMS - elapsedMS
	if allowedMS := clockStepMS + elapsedMS/clockDriftShare; stepMS > allowedMS || stepMS < -allowedMS {
		return stepMS
	}
	return 0
}

// real turns a duration of this clock into one of the machine's.
func (c *Clock) real(ms int64) time.Duration {
	return time.Duration(max(0, ms)) * time.Millisecond / time.Duration(c.speed)
}

// resume takes note of the last fact: its time has passed, so that a clock which says otherwise was not set yet.
func (c *Clock) resume(last fact.Stamp) {
	if last.Trust != fact.ClockUnset {
		c.floorMS = max(c.floorMS, last.WallMS)
	}
	c.look()
}

// look finds out how far the machine's clock can be trusted now.
func (c *Clock) look() {
	if c.startMS == 0 {
		wallMS, _ := c.Now()
		c.trust.Store(uint32(trustOf(wallMS, c.floorMS, disciplined())))
	}
}

func trustOf(wallMS, floorMS int64, disciplined bool) fact.Trust {
	switch {
	case wallMS < builtMS:
		return fact.ClockUnset
	case disciplined:
		return fact.ClockSynced
	case wallMS < floorMS:
		return fact.ClockUnset
	}
	return fact.ClockHeld
}

// watchClock looks at the clock from time to time, and has the owner do so.
func (a *App) watchClock(ctx context.Context) {
	ticker := time.NewTicker(clockEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			a.options.Clock.look()
			a.submit(lot.Tick{})
		}
	}
}

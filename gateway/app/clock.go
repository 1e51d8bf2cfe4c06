package app

import (
	"sync/atomic"
	"time"

	"gatehouse/sync/fact"
)

// Clock is the gateway's time: the machine's, or in a demonstration a faster one that starts at another moment.
type Clock struct {
	speed   int64
	origin  time.Time // of the machine
	startMS int64     // wall time at the origin; 0: the machine's
	trust   atomic.Uint32
}

// NewClock is the machine's clock.
func NewClock() *Clock { return &Clock{speed: 1, origin: time.Now()} }

// NewDemoClock runs speed times as fast as the machine's and starts at the given moment.
func NewDemoClock(start time.Time, speed int) *Clock {
	c := &Clock{speed: int64(max(1, speed)), origin: time.Now(), startMS: start.UnixMilli()}
	c.trust.Store(uint32(fact.ClockSynced))
	return c
}

// Now is the wall time and the time since the clock was made.
func (c *Clock) Now() (wallMS, monoMS int64) {
	monoMS = time.Since(c.origin).Milliseconds() * c.speed
	if c.startMS != 0 {
		return c.startMS + monoMS, monoMS
	}
	return time.Now().UnixMilli(), monoMS
}

// Trust is how far the wall time is known to be right.
func (c *Clock) Trust() fact.Trust { return fact.Trust(c.trust.Load()) }

// setTrust records what is known of the wall time now.
func (c *Clock) setTrust(trust fact.Trust) { c.trust.Store(uint32(trust)) }

// real turns a duration of this clock into one of the machine's.
func (c *Clock) real(ms int64) time.Duration {
	return time.Duration(max(0, ms)) * time.Millisecond / time.Duration(c.speed)
}

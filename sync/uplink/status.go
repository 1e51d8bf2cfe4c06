package uplink

import (
	"context"
	"time"

	"gatehouse/sync/outbox"
	"gatehouse/sync/wire"
)

// Status is how the sync is, for pages, metrics and technicians.
type Status struct {
	outbox.SenderStatus
	Read    uint64 // position up to which the log was read: what is durable behind it waits too
	Broker  string
	Failure string // why there is no connection; "": there is one
	// OldestMS is the age of the oldest fact that headquarters doesn't have; 0: it has all.
	OldestMS int64
	// DrainPerS is how many facts a second headquarters took over the last seconds.
	DrainPerS float64
	// DrainMS is how long what waits needs at that pace; 0: nothing waits or nothing moves.
	DrainMS int64
	// HeardAt is when headquarters last answered; zero: never in this run.
	HeardAt time.Time
}

// Status is how it is now. It never waits for the log or the network.
func (u *Uplink) Status() Status {
	u.mu.Lock()
	defer u.mu.Unlock()
	s := u.status
	s.Broker, s.Failure = u.options.Broker, u.failure.Load().(string)
	if !u.up.Load() {
		s.Linked, s.Synced = false, false
	}
	return s
}

// progress is what the rates are made of. The loop's.
type progress struct {
	samples [rateSamples]sample // a ring
	count   int
	oldest  uint64 // position whose time is known
	wallMS  int64
	heard   time.Time
	applied uint64
}

type sample struct {
	at      time.Time
	applied uint64
}

// rateSamples, one each statusEvery, are the time over which the drain rate is measured.
const rateSamples = 10

// note makes what the sender says visible.
func (u *Uplink) note() {
	status := u.sender.Status()
	p := &u.progress
	if status.Synced && (status.Applied != p.applied || p.heard.IsZero()) {
		p.applied, p.heard = status.Applied, time.Now()
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.status.Waiting > 0 && status.Waiting == 0 {
		u.Changed() // the last live message said that facts wait, and would be believed for a minute
	}
	u.status.SenderStatus, u.status.HeardAt, u.status.Read = status, p.heard, u.next-1
	if status.Waiting == 0 {
		u.status.OldestMS, u.status.DrainMS = 0, 0
	}
}

// measure finds the rates, and the age of what waits.
func (u *Uplink) measure(ctx context.Context, now time.Time) {
	status, p := u.sender.Status(), &u.progress
	before := p.samples[p.count%rateSamples]
	p.samples[p.count%rateSamples] = sample{now, status.Applied}
	p.count++
	rate := 0.0
	if seconds := now.Sub(before.at).Seconds(); !before.at.IsZero() && status.Applied > before.applied && seconds > 0 {
		rate = float64(status.Applied-before.applied) / seconds
	}
	oldestMS := int64(0)
	if status.Waiting > 0 {
		oldestMS = max(0, u.options.WallMS()-u.timeOf(ctx, status.Applied+1))
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.status.SenderStatus, u.status.DrainPerS, u.status.OldestMS, u.status.DrainMS = status, rate, oldestMS, 0
	if rate > 0 {
		u.status.DrainMS = int64(float64(status.Waiting) / rate * 1000)
	}
}

// timeOf is the wall time of the first fact from a position on.
func (u *Uplink) timeOf(ctx context.Context, position uint64) int64 {
	p := &u.progress
	if p.oldest == position {
		return p.wallMS
	}
	err := u.options.Log.Read(ctx, position, func(f Fact) bool {
		record, err := wire.DecodeRecord(f.Payload)
		if err == nil || record.Dot.Seq != 0 {
			p.oldest, p.wallMS = position, record.At.WallMS
		}
		return false
	})
	if err != nil || p.oldest != position {
		return u.options.WallMS()
	}
	return p.wallMS
}

package rig

import (
	"encoding/hex"
	"slices"
	"time"

	"gatehouse/drivers/sim/world"
	"gatehouse/gateway/lot"
)

// Result is what a run came to.
type Result struct {
	Arrivals          int
	Entries           int
	Exits             int
	Denied            int
	DeniedFull        int
	BackedOut         int // turned round at an entry of their own will
	GaveUp            int // turned round because no gate ever answered
	StillInside       int
	TicketsOpen       int
	DoubleAllocations int
	UnbilledExits     int
	ClosesOnPresence  int
	Tailgated         int
	Facts             int
	Flushes           int
	FlushErrors       int
	Reopened          int
	Checkpoints       int
	Cuts              int
	TornFlushes       int
	StoreLost         int
	Stalls            int
	ClockSteps        int
	Orders            int
	DamageDeclared    int
	Raises            int
	Retries           int
	RevenueMinor      int64
	OwedMinor         int64
	TraceSHA256       string
	SimulatedMS       int64
	Fired             [world.Faults]int

	decisions []time.Duration
	commits   []time.Duration
}

// DecisionUS is a percentile of the time that a decision took, in microseconds.
func (r *Result) DecisionUS(percent int) float64 { return percentileUS(r.decisions, percent) }

// CommitUS is a percentile of the time that a commit took, in microseconds.
func (r *Result) CommitUS(percent int) float64 { return percentileUS(r.commits, percent) }

func percentileUS(times []time.Duration, percent int) float64 {
	if len(times) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(times))
	return float64(sorted[min(len(sorted)-1, len(sorted)*percent/100)].Nanoseconds()) / 1_000
}

// decide has the lot decide on one event, and keeps how long that took: steps that only took a sensor's reading are no
// decisions.
func (r *Rig) decide(event lot.Event) lot.Out {
	switch event.(type) {
	case lot.SpotRead, lot.Tick:
		return r.lot.Step(r.now(), event)
	}
	if !r.cfg.Measure {
		return r.lot.Step(r.now(), event)
	}
	now, began := r.now(), time.Now()
	out := r.lot.Step(now, event)
	r.result.decisions = append(r.result.decisions, time.Since(began))
	return out
}

// finish sums the run up.
func (r *Rig) finish() Result {
	truth := r.world.Truth()
	result := &r.result
	for i := range truth.Cars {
		if truth.Cars[i].Where != world.Coming {
			result.Arrivals++
		}
	}
	for gate := range truth.Through {
		result.Entries += truth.Through[gate][0]
		result.Exits += truth.Through[gate][1]
	}
	result.BackedOut, result.GaveUp = truth.ByWhere[world.TurnedBack], truth.ByWhere[world.GaveUp]
	result.StillInside = truth.Inside
	result.TicketsOpen = len(r.lot.OpenTickets())
	result.ClosesOnPresence, _ = truth.ClosesOnPresence()
	for _, p := range truth.Passages {
		if p.How == world.Followed {
			result.Tailgated++
		}
	}
	for _, hour := range r.lot.Hours(0, never) {
		result.Denied += int(hour.Denied)
		result.DeniedFull += int(hour.DeniedFull)
		result.RevenueMinor += hour.RevenueMinor
		result.OwedMinor += hour.OwedMinor
	}
	result.Fired = truth.Fired
	result.DoubleAllocations = max(r.watch.doubles, truth.DoubleAllocations())
	result.UnbilledExits = r.unbilledExits(truth)
	result.SimulatedMS = r.nowMS
	result.TraceSHA256 = hex.EncodeToString(r.trace.Sum(nil))
	return *result
}

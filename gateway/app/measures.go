package app

import (
	"slices"
	"sync"
	"time"

	"gatehouse/gateway/gate"
	"gatehouse/gateway/lot"
	"gatehouse/sync/rest"
)

// decisionBounds are the upper bounds of the buckets of lot_gate_decision_seconds, among them the gate's budget (50 ms) and
// its limit (500 ms).
var decisionBounds = [...]float64{0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 5}

// decisionTimes counts how long vehicles waited from the event that let them through to the order that raises the arm,
// the disk in between. It is safe for concurrent use; nil counts nothing.
type decisionTimes struct {
	mu      sync.Mutex
	buckets [len(decisionBounds)]uint64 // each holds what is in those before it
	count   uint64
	sum     float64
}

// observe takes note of effects that have left, if an arm is raised for a vehicle by them.
func (d *decisionTimes) observe(effects []lot.Effect, began time.Time) {
	if d == nil || !slices.ContainsFunc(effects, letsThrough) {
		return
	}
	seconds := time.Since(began).Seconds()
	d.mu.Lock()
	defer d.mu.Unlock()
	for i, bound := range decisionBounds {
		if seconds <= bound {
			d.buckets[i]++
		}
	}
	d.count++
	d.sum += seconds
}

func letsThrough(effect lot.Effect) bool {
	move, moves := effect.(lot.MoveBarrier)
	return moves && move.Command == gate.CommandRaise && move.Cause == gate.CauseVend
}

// Measures are what only the shell can measure.
func (a *App) Measures() []rest.Measure {
	log := a.journal.Load().Health().Log
	return append(slices.Concat(a.owner.times.measures(), a.conditions.measures(), a.recordMeasures()),
		rest.Measure{Name: "lot_log_flushes", Help: "Flushes of the fact log since it was opened.", Value: float64(log.Flushes)},
		rest.Measure{Name: "lot_log_flush_max_seconds", Help: "The longest flush since the log was opened.", Value: float64(log.MaxFlushUS) / 1e6},
		rest.Measure{Name: "lot_inbox", Help: "Events that wait for their turn.", Value: float64(len(a.owner.inbox))},
	)
}

func (d *decisionTimes) measures() []rest.Measure {
	d.mu.Lock()
	defer d.mu.Unlock()
	buckets := make(map[float64]uint64, len(decisionBounds))
	for i, bound := range decisionBounds {
		buckets[bound] = d.buckets[i]
	}
	return []rest.Measure{{
		Name: "lot_gate_decision_seconds", Help: "From the event that lets a vehicle through to the order that raises the arm.",
		Buckets: buckets, Count: d.count, Value: d.sum,
	}}
}

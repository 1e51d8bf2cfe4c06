package app

import (
	"sync"

	"gatehouse/drivers"
	"gatehouse/gateway/lot"
)

// moves keeps orders to arms in the order in which they were decided, as far as it matters. What is urgent does not wait for
// the disk and may overtake what was decided before it. Then that must not lower an arm that was turned over a vehicle, nor let
// go of one that a fire holds, and must not move one that was stopped.
type moves struct {
	mu   sync.Mutex // held while an order is queued
	last map[int]moved
}

// moved are the steps that decided on the last orders to an arm: to rise or to stay up, to stay up, and to stop.
type moved struct{ up, hold, stop uint64 }

// give queues an order for an arm, unless it was overtaken.
func (m *moves) give(step uint64, e lot.MoveBarrier, queue func()) (given bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.last == nil {
		m.last = map[int]moved{}
	}
	last := m.last[e.Gate]
	switch drivers.BarrierCommand(e.Command) {
	case drivers.BarrierRaise:
		given, last.up = step >= last.stop, max(step, last.up)
	case drivers.BarrierHold:
		given, last.up, last.hold = step >= last.stop, max(step, last.up), max(step, last.hold)
	case drivers.BarrierRelease:
		given = step >= last.hold
	case drivers.BarrierLower:
		given = step >= max(last.up, last.stop)
	case drivers.BarrierStop:
		given, last.stop = true, max(step, last.stop)
	}
	m.last[e.Gate] = last
	if given {
		queue()
	}
	return given
}

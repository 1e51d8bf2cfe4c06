package app

import (
	"sync"

	"gatehouse/gateway/lot"
	"gatehouse/gateway/occupancy"
)

// readings are those that found the inbox full, in the order in which their sensors did: the last one of each. A sensor whose
// radio tells each change once must not have its last word dropped, and an older one that is in the inbox must not have it.
type readings struct {
	mu      sync.Mutex
	waiting map[sensed]lot.SpotRead
	order   []turn
	some    chan struct{} // holds a token when it is worth a look although no input comes
}

// turn is when a sensor's reading may be taken: once the owner has handled so many inputs, which are all those before it.
type turn struct {
	of    sensed
	after uint64
}

// sensed is one sensor of a spot.
type sensed struct {
	spot   int32
	sensor uint8
}

// readingsAtOnce are taken together at most, so that no vehicle waits for thousands of spots.
const readingsAtOnce = 64

func newReadings() *readings {
	return &readings{waiting: map[sensed]lot.SpotRead{}, some: make(chan struct{}, 1)}
}

// replace takes a reading for a sensor whose last one still waits, so that it is not overtaken. Another heartbeat says nothing
// that counts.
func (r *readings) replace(read lot.SpotRead) (waits bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	of := sensed{read.Spot, read.Reading.Sensor}
	if _, waits = r.waiting[of]; waits && read.Reading.Kind != occupancy.Alive {
		r.waiting[of] = read
	}
	return waits
}

// keep has a reading wait behind an inbox that was full, and the one input that the owner may have in hand, when the owner had
// handled so many.
func (r *readings) keep(read lot.SpotRead, handled uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	of := sensed{read.Spot, read.Reading.Sensor}
	if _, waits := r.waiting[of]; !waits {
		r.order = append(r.order, turn{of, handled + inboxMax + 1})
	}
	r.waiting[of] = read
	r.signal()
}

func (r *readings) signal() {
	select {
	case r.some <- struct{}{}:
	default:
	}
}

// take hands out those whose turn it is, which is so of all once the inbox is empty.
func (r *readings) take(handled uint64, empty bool) (taken []lot.SpotRead) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, next := range r.order {
		if len(taken) == readingsAtOnce {
			r.signal()
			break
		}
		if !empty && handled < next.after {
			break
		}
		taken = append(taken, r.waiting[next.of])
		delete(r.waiting, next.of)
	}
	r.order = append(r.order[:0], r.order[len(taken):]...)
	return taken
}

package loop

import (
	"errors"
	"fmt"
	"time"

	"gatehouse/drivers"
)

// ErrFault is a detector that can't be believed.
var ErrFault = errors.New("loop: the detector can't be believed")

// pulseMax is the longest pulse; detectors make 150 or 250 ms.
const pulseMax = 2 * time.Second

// relays of a detector.
const (
	presence = iota
	pulse
	relayCount
)

// fault is one kind of it.
type fault uint8

const (
	sound fault = iota
	faultStuck
	faultPulseStuck
	faultNoPulse
	faultNoPresence
)

var faultText = [...]struct{ name, hint string }{
	sound:           {},
	faultStuck:      {"is stuck: presence does not end", "look whether a vehicle stands there; else check the loop and the detector's supply, and re-tune it"},
	faultPulseStuck: {"is stuck: its pulse does not end", "check the pulse relay's wiring, and that the detector is set to pulse"},
	faultNoPulse:    {"shows presence without a pulse", "check the detector's supply and its loop: its presence relay closes when it fails"},
	faultNoPresence: {"pulses without presence", "check the wire of the presence relay"},
}

func (f fault) err() error {
	return fmt.Errorf("%w: it %s: %s", ErrFault, faultText[f].name, faultText[f].hint)
}

// judge tells vehicles and faults from the relays' edges. Times are of one monotonic clock.
type judge struct {
	wired      [relayCount]bool
	stuckAfter time.Duration // 0: never
	window     time.Duration // within which both relays must have moved

	active [relayCount]bool
	since  [relayCount]time.Time // of its last edge to active
	seen   [relayCount]bool      // has had such an edge
	paired bool                  // the present vehicle was seen by both
	begun  [relayCount]bool      // its level is known
	fault  fault
}

// start forgets what was seen, but not a fault.
func (j *judge) start() {
	*j = judge{wired: j.wired, stuckAfter: j.stuckAfter, window: j.window, fault: j.fault, paired: true}
}

// level is what to report now.
func (j *judge) level() drivers.Level {
	switch {
	case j.fault != sound:
		return drivers.LevelFailed
	case j.wired[presence] && j.active[presence], !j.wired[presence] && j.active[pulse]:
		return drivers.LevelActive
	}
	return drivers.LevelInactive
}

// ready reports whether the level of each relay is known.
func (j *judge) ready() bool {
	return (j.begun[presence] || !j.wired[presence]) && (j.begun[pulse] || !j.wired[pulse])
}

// edge takes the level of a relay.
func (j *judge) edge(relay int, active bool, now time.Time) {
	first, moved := !j.begun[relay], active != j.active[relay]
	j.begun[relay], j.active[relay] = true, active
	if moved && active {
		j.since[relay], j.seen[relay] = now, !first
		if relay == presence {
			j.paired = first // what stands there at the start has had its pulse
		}
		j.pair(now)
	}
	open := j.ready() && !j.active[presence] && !j.active[pulse]
	if open && (j.fault != faultNoPresence || moved && relay == presence) {
		j.fault = sound // the relays may have opened before the first edge of this life
	}
}

// pair takes note that both relays have seen the same vehicle.
func (j *judge) pair(now time.Time) {
	if j.seen[presence] && j.seen[pulse] && now.Sub(j.since[presence]) <= j.window && now.Sub(j.since[pulse]) <= j.window {
		j.paired = true
		j.seen[pulse] = false // it answers for one vehicle
	}
}

// due is when something will be wrong if nothing happens until then; zero is never.
func (j *judge) due() (at time.Time) {
	if j.fault != sound {
		return at
	}
	earliest := func(candidate time.Time) {
		if at.IsZero() || candidate.Before(at) {
			at = candidate
		}
	}
	if j.active[presence] && j.stuckAfter > 0 {
		earliest(j.since[presence].Add(j.stuckAfter))
	}
	if j.active[pulse] {
		earliest(j.since[pulse].Add(pulseMax))
	}
	if j.wired[presence] && j.wired[pulse] {
		if j.active[presence] && !j.paired {
			earliest(j.since[presence].Add(j.window))
		}
		if j.seen[pulse] && !j.active[presence] {
			earliest(j.since[pulse].Add(j.window))
		}
	}
	return at
}

// tick finds what is wrong by now.
func (j *judge) tick(now time.Time) {
	at := j.due()
	if at.IsZero() || now.Before(at) {
		return
	}
	both := j.wired[presence] && j.wired[pulse]
	switch {
	case j.active[pulse] && !now.Before(j.since[pulse].Add(pulseMax)):
		j.fault = faultPulseStuck
	case both && j.active[presence] && !j.paired:
		j.fault = faultNoPulse
	case both && j.seen[pulse] && !j.active[presence]:
		j.fault = faultNoPresence
		j.seen[pulse] = false
	default:
		j.fault = faultStuck
	}
}

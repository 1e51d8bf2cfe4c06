package app

import (
	"sync"

	"gatehouse/drivers"
	"gatehouse/gateway/gate"
	"gatehouse/gateway/lot"
	"gatehouse/gateway/occupancy"
	"gatehouse/gateway/site"
	"gatehouse/sync/fact"
)

// levels keeps what the switches of arms read: both make one event. It also knows who was heard of.
type levels struct {
	mu   sync.Mutex
	arms map[int][2]bool
	seen map[fact.DeviceID]bool
}

func newLevels() *levels {
	return &levels{arms: map[int][2]bool{}, seen: map[fact.DeviceID]bool{}}
}

// first reports whether a device is heard of for the first time.
func (l *levels) first(id fact.DeviceID) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	seen := l.seen[id]
	l.seen[id] = true
	return !seen
}

// arm takes one switch of an arm and returns both.
func (l *levels) arm(gate int, up, active bool) (bool, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	both := l.arms[gate]
	if up {
		both[0] = active
	} else {
		both[1] = active
	}
	l.arms[gate] = both
	return both[0], both[1]
}

// level reports an edge of a switch.
func (d *device) level(level drivers.Level) {
	d.alive()
	active := level == drivers.LevelActive
	switch d.Use {
	case site.UseArmingLoop:
		d.submit(lot.LoopChanged{Gate: d.Gate, Loop: gate.ArmingLoop, Level: loopLevel(level)})
	case site.UseClosingLoop:
		d.submit(lot.LoopChanged{Gate: d.Gate, Loop: gate.ClosingLoop, Level: loopLevel(level)})
	case site.UseArmUp, site.UseArmDown:
		up, down := d.levels.arm(d.Gate, d.Use == site.UseArmUp, active)
		d.submit(lot.ArmChanged{Gate: d.Gate, Up: up, Down: down})
	case site.UseFire:
		d.submit(lot.FireChanged{Active: level != drivers.LevelInactive})
	case site.UseStop:
		d.submit(lot.StopChanged{Gate: d.Gate, Active: level != drivers.LevelInactive})
	}
}

func loopLevel(level drivers.Level) gate.Level {
	switch level {
	case drivers.LevelActive:
		return gate.Occupied
	case drivers.LevelInactive:
		return gate.Clear
	}
	return gate.Failed
}

// plate reports a reading of a camera.
func (d *device) plate(read drivers.PlateRead) {
	d.alive()
	seen := lot.PlateSeen{
		Gate: d.Gate, Raw: read.Raw, Confidence: read.Confidence, Chars: read.Chars, Vehicle: read.Vehicle,
		EventID: read.EventID, Direction: read.Direction,
	}
	for _, candidate := range read.Candidates {
		seen.Candidates = append(seen.Candidates, lot.PlateCandidate{Raw: candidate.Raw, Confidence: candidate.Confidence})
	}
	d.submit(seen)
}

// shown reports what a driver showed or pressed.
func (d *device) shown(shown drivers.Shown) {
	d.alive()
	switch shown.Button {
	case drivers.ButtonTicket:
		d.submit(lot.TicketPressed{Gate: d.Gate})
	case drivers.ButtonHelp:
		d.submit(lot.HelpPressed{Gate: d.Gate})
	default:
		d.submit(lot.Shown{Gate: d.Gate, Kind: shown.Kind, Text: shown.Text})
	}
}

// sample reports a reading of a spot's sensor. The next one says the same, so it never waits.
func (d *device) sample(sample drivers.Sample) {
	d.alive()
	if sample.Channel < 0 || sample.Channel >= len(d.Spots) {
		return
	}
	reading := occupancy.Reading{
		Kind: occupancy.Kind(sample.Kind), DistanceMM: sample.DistanceMM, FieldNT: sample.FieldNT, Occupied: sample.Occupied,
	}
	if d.Use == site.UseSecondSensor {
		reading.Sensor = 1
	}
	d.offer(lot.SpotRead{Spot: d.Spots[sample.Channel], Reading: reading})
}

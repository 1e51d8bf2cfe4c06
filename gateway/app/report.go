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

// arms keeps what the switches of arms read: both of an arm make one event.
type arms struct {
	mu    sync.Mutex // held while an event is told, so that events are told in their order
	reads map[int]*armReads
}

type armReads struct{ up, down bool }

// change takes one switch of a gate's arm and tells what both read.
func (a *arms) change(at int, up, active bool, tell func(lot.Event)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.reads == nil {
		a.reads = map[int]*armReads{}
	}
	reads := a.reads[at]
	if reads == nil {
		reads = &armReads{}
		a.reads[at] = reads
	}
	if up {
		reads.up = active
	} else {
		reads.down = active
	}
	tell(lot.ArmChanged{Gate: at, Up: reads.up, Down: reads.down})
}

// alarms keeps what each fire and stop contact reads: one that is quiet says nothing of the others.
type alarms struct {
	mu    sync.Mutex // held while an event is told, so that events are told in their order
	reads map[int]map[fact.DeviceID]bool
}

// change takes one contact of a gate, or of all (-1), and tells whether any reads active.
func (a *alarms) change(id fact.DeviceID, at int, active bool, tell func(active bool)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.reads == nil {
		a.reads = map[int]map[fact.DeviceID]bool{}
	}
	if a.reads[at] == nil {
		a.reads[at] = map[fact.DeviceID]bool{}
	}
	a.reads[at][id] = active
	some := false
	for _, reads := range a.reads[at] {
		some = some || reads
	}
	tell(some)
}

// level reports an edge of a switch. A switch that can't be believed doesn't answer.
func (d *device) level(level drivers.Level) {
	if level != drivers.LevelFailed {
		d.alive()
	}
	switch d.Use {
	case site.UseArmingLoop:
		d.submit(lot.LoopChanged{Gate: d.Gate, Loop: gate.ArmingLoop, Level: loopLevel(level)})
	case site.UseClosingLoop:
		d.submit(lot.LoopChanged{Gate: d.Gate, Loop: gate.ClosingLoop, Level: loopLevel(level)})
	case site.UseArmUp, site.UseArmDown:
		d.arms.change(d.Gate, d.Use == site.UseArmUp, level == drivers.LevelActive, d.submit)
	case site.UseFire:
		d.alarms.change(d.ID, -1, level != drivers.LevelInactive, func(some bool) { d.submit(lot.FireChanged{Active: some}) })
	case site.UseStop:
		d.alarms.change(d.ID, d.Gate, level != drivers.LevelInactive, func(some bool) { d.submit(lot.StopChanged{Gate: d.Gate, Active: some}) })
	case site.UseMonitor, site.UseCamera:
		d.conditions.forget(d.ID)
	}
}

// lost says of a switch that nobody watches any more that it can't be believed: its last level must not be taken for
// the present one, least of all where an arm comes down. The same goes for a sensor that is silent as long as all is as it was.
// Of other devices it says nothing.
func (d *device) lost() {
	d.level(drivers.LevelFailed)
	for _, spot := range d.quiet {
		d.offer(lot.SpotRead{Spot: spot, Reading: occupancy.Reading{Sensor: d.sensor(), Kind: occupancy.Interference}})
	}
}

// sensor is which of its spots' sensors a device is.
func (d *device) sensor() uint8 {
	if d.Use == site.UseSecondSensor {
		return 1
	}
	return 0
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
	d.audit(read)
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

// sample reports a reading of a spot's sensor, and never waits.
func (d *device) sample(sample drivers.Sample) {
	d.alive()
	if sample.Channel < 0 || sample.Channel >= len(d.Spots) {
		return
	}
	reading := occupancy.Reading{
		Sensor: d.sensor(), Kind: occupancy.Kind(sample.Kind), DistanceMM: sample.DistanceMM, FieldNT: sample.FieldNT, Occupied: sample.Occupied,
		TemperatureCentiC: sample.TemperatureCentiC, HasTemperature: sample.HasTemperature,
	}
	d.offer(lot.SpotRead{Spot: d.Spots[sample.Channel], Reading: reading})
}

package world

import (
	"errors"
	"fmt"

	"gatehouse/drivers"
	"gatehouse/sync/fact"
)

// ErrPlan is wrapped by every error of Plan.Check.
var ErrPlan = errors.New("world: wrong plan")

// Plan is everything that will happen, but for what the gateway does about it.
type Plan struct {
	Gates     []GatePlan
	Spots     []SpotPlan
	Cars      []CarPlan
	Sensing   Sensing
	Faults    FaultPlan
	Incidents []Incident
	Read      FaceReader // how drivers understand a display; nil: ReadFace
	Seed      uint64
}

// GatePlan is one lane and what stands beside it. A gate serves one direction.
type GatePlan struct {
	Name      string
	Direction fact.Direction // Inward or Outward
	Closing   Closing
	Camera    bool
	Column    bool // ticket button, help button, code reader, ticket printer
	Display   bool
	Terminal  bool
	RiseMS    int64 // from down to up; 0: 1,800
	LowerMS   int64 // from up to down; 0: 1,800
}

// Closing says who lowers a gate's arm.
type Closing uint8

// A barrier that closes by itself has its own loop and photocell and reverses on them; one closed by the
// gateway obeys, even over a car.
const (
	ClosedByBarrier Closing = iota
	ClosedByGateway
)

// SpotPlan is one parking space.
type SpotPlan struct {
	Number     string // as painted, and as displays tell it
	Type       fact.SpotType
	Ultrasonic bool
	Second     bool  // a second sensor, which says occupied or not
	FloorMM    int32 // from the ultrasonic sensor to the floor; 0: 2,500
	DistanceM  int32 // from the gates
}

// CarPlan is one vehicle and what its driver means to do.
type CarPlan struct {
	ArriveMS int64 // at the entry's queue
	DepartMS int64 // when it means to leave its spot; 0: see StayMS
	StayMS   int64 // how long it parks, if DepartMS is 0; 0 as well: it stays
	Plate    string
	Kind     Kind
	Wants    fact.SpotType // AnyType: by its kind
	Code     string        // of a reservation, in the driver's hand
	Card     string        // of a pass, the same
	Does     FaultSet      // what its driver is sure to do, besides what chance gives
}

// Sensing is how often spot sensors report.
type Sensing struct {
	PeriodMS    int64 // between frames while something changes; 0: 1,000
	BurstFrames int   // so many of them after a change; 0: 10
	HeartbeatMS int64 // between frames otherwise; 0: 30,000; below 0: none
}

// Incident is a fault at a known time. At is a gate, a loop (LoopOf) or a spot, as the fault demands.
type Incident struct {
	AtMS  int64
	Fault Fault
	At    int
	ForMS int64 // 0: until the end
}

// FaceReader says what a driver makes of a display.
type FaceReader func(lines []string, colour drivers.Colour) Instruction

// Check reports the first thing that makes no sense, with what to write instead.
func (p *Plan) Check() error {
	for i, g := range p.Gates {
		if g.Direction != fact.Inward && g.Direction != fact.Outward {
			return fmt.Errorf("%w: gate %d (%s): write fact.Inward or fact.Outward for its direction", ErrPlan, i, g.Name)
		}
	}
	for i, c := range p.Cars {
		if c.ArriveMS < 0 || c.StayMS < 0 || c.DepartMS < 0 {
			return fmt.Errorf("%w: car %d (%s): times are 0 or more", ErrPlan, i, c.Plate)
		}
		if c.Kind >= kinds {
			return fmt.Errorf("%w: car %d (%s): no such kind of vehicle", ErrPlan, i, c.Plate)
		}
	}
	for i, incident := range p.Incidents {
		if size := p.places(incident.Fault); incident.At < 0 || incident.At >= size {
			return fmt.Errorf("%w: incident %d: %s needs a place below %d", ErrPlan, i, incident.Fault, size)
		}
	}
	return nil
}

// places is how many places a fault can be at.
func (p *Plan) places(fault Fault) int {
	switch fault {
	case ArmJam, ArmBroken, ArmLimitLost, ArmSlow, ArmByHand, LoopTouch, TerminalDown:
		return len(p.Gates)
	case LoopStuckOn, LoopStuckOff, LoopDropout:
		return 2 * len(p.Gates)
	case SpotStuck, SpotSilent, SecondWrong:
		return len(p.Spots)
	case FireAlarm:
		return 1
	}
	return 0
}

// orElse is a setting, or its default if it was left out.
func orElse(value, fallback int64) int64 {
	if value == 0 {
		return fallback
	}
	return value
}

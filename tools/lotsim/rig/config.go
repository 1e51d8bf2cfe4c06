package rig

import (
	"errors"
	"time"

	"gatehouse/drivers/sim/world"
	"gatehouse/gateway/lot"
	"gatehouse/sync/factlog"
)

// ErrInjected is what an injected fault of the disk fails with.
var ErrInjected = errors.New("rig: injected disk fault")

// Config is one run.
type Config struct {
	Seed  uint64
	Lot   *lot.Config
	World world.Plan
	Start time.Time // of the world's 0 ms
	Disk  factlog.Disk
	Dir   string
	// SegmentBytes of the log; 0: its default.
	SegmentBytes int64
	// FlushMS is how long the next flush takes; nil: no time.
	FlushMS func() int64
	// CutsMS are when the power fails, and OffMS for how long.
	CutsMS []int64
	OffMS  int64
	// CutFlushes are the flushes, by number, in the middle of which the power fails as well.
	CutFlushes []int
	// ClockSteps are jumps of the wall clock.
	ClockSteps []ClockStep
	// Orders are what people do, in the order of their times.
	Orders []Order
	// Disturb is called before each flush, to have the disk fail it; nil: nothing.
	Disturb func(d factlog.Disk)
	// Watch has the invariants checked at every step.
	Watch bool
	// Measure times decisions and commits by the machine's clock.
	Measure bool
	// Tell is shown every step that led to something; nil: nobody looks.
	Tell func(nowMS int64, event lot.Event, out lot.Out)
	// UntilMS ends the run; 0: when no car moves any more.
	UntilMS int64
}

// ClockStep is one jump of the wall clock.
type ClockStep struct {
	AtMS   int64
	StepMS int64
}

// Order is one thing that a person does beside a gate, or by the network.
type Order struct {
	AtMS  int64
	Event lot.Event
}

const (
	// stallMS is how long a vehicle waits for the disk before policy lets it through.
	stallMS = 300
	// lazyMS is how long lazy facts wait for company.
	lazyMS = 1_000
	// checkpointFacts and checkpointMS say when the state is kept.
	checkpointFacts = 256
	checkpointMS    = 1_000
	// stepsMost is more than a run without an end of its own takes.
	stepsMost = 3_000_000
	// never is a time that does not come.
	never = int64(1)<<62 - 1
)

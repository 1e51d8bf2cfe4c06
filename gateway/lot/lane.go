package lot

import (
	"gatehouse/gateway/gate"
	"gatehouse/sync/fact"
)

// lane is what a restart may forget of a gate: its passage state machine, the vehicle that stands there, and
// what is being asked of its driver.
type lane struct {
	passage *gate.Gate
	outputs []gate.Output
	down    fact.Degraded // what of the gate's devices is offline

	present  bool          // a vehicle stands on the arming loop
	followed bool          // another stood there before it, was granted nothing, and is between the loops
	ahead    fact.TicketID // that one's exit that was being settled
	turned   bool          // the last vehicle went back: it may come again
	towards  fact.Direction
	asked    bool          // the vehicle's plate was looked at, or its wait is over
	granted  bool          // the present vehicle has its grant
	through  fact.TicketID // of the last grant
	again    int           // how often it was given anew to a vehicle that stands there still
	read     sighting
	readMS   int64
	fresh    bool // read is of a vehicle that was not decided on yet
	early    bool // and was read while another stood on the loop: it may be of that one
	answered sighting
	answerMS int64 // when answered was decided on
	lastRead string

	offered   Event // what a driver showed or pressed while nobody stood there; nil: nothing
	offeredMS int64

	shown    fact.CredentialKind // what the driver showed last, at an exit
	seen     fact.Plate          // the plate read there
	ticket   fact.TicketID       // the exit being settled
	payment  fact.PaymentID
	attempts int
	dueMinor int64
	// ordersLost are those that the gate's terminal never got, since it got one
	ordersLost int
	// unanswered since doubtMS: the terminal was asked what became of the payment, and does not say
	unanswered bool
	doubtMS    int64

	helpAtMS int64 // wall time at which the help button was pressed; 0: it was not

	waiting wait
	untilMS int64
	face    Face
}

// wait is what a lane's timer is for.
type wait uint8

const (
	waitNone wait = iota
	waitPlate
	waitRetry   // before a declined card is asked for again
	waitAnswer  // before a silent terminal is asked what became of a payment
	waitWelcome // before a display goes back to its idle face
)

const (
	// welcomeMS is how long a message stays on a display after its vehicle is gone.
	welcomeMS = 4_000
	// betterMS is how long a vehicle whose plate may have been read early waits for a reading of its own.
	betterMS = 1_000
	// pressedForMS is how long a press waits for the loop to see the vehicle. A detector and its debounce take up to a second;
	// later it is more likely to be of somebody on foot.
	pressedForMS = 2_000
	// answerMS is how long a card payment may take before the terminal is asked about it.
	answerMS = 60_000
)

func newLane(cfg *Gate) lane {
	return lane{passage: gate.New(cfg.Lane), untilMS: never}
}

func (l *Lot) lane(i int) *lane { return &l.lanes[i] }

func (n *lane) wait(what wait, untilMS int64) { n.waiting, n.untilMS = what, untilMS }

func (n *lane) wakeMS() int64 { return min(n.untilMS, n.passage.WakeMS()) }

func (n *lane) loop(l *Lot, e LoopChanged) {
	n.feed(l, e.Gate, gate.LoopReads(e.Loop, e.Level))
}

func (n *lane) arm(l *Lot, e ArmChanged) { n.feed(l, e.Gate, gate.ArmReads(e.Up, e.Down)) }

// hold puts a remembered hold back after a restart.
func (n *lane) hold(l *Lot, i int, on bool) { n.feed(l, i, gate.Hold(on)) }

// feed gives an input to the passage state machine and carries out what it says.
func (n *lane) feed(l *Lot, i int, in gate.Input) {
	outputs := n.passage.Step(l.now.MonoMS, in, n.outputs[:0])
	n.outputs = nil // carrying them out may feed the gate again
	if l.watchPassage != nil {
		l.watchPassage(i, l.now.MonoMS, in, outputs)
	}
	for k := 0; k < len(outputs); k++ {
		if k+1 < len(outputs) && l.waitsOn(i, outputs[k], outputs[k+1]) {
			k++
			continue
		}
		l.passage(i, outputs[k])
	}
	n.outputs = outputs
}

// expire does what time has made due at a gate.
func (n *lane) expire(l *Lot, i int) {
	if n.passage.WakeMS() <= l.now.MonoMS {
		n.feed(l, i, gate.Tick())
	}
	if n.untilMS > l.now.MonoMS {
		return
	}
	waited := n.waiting
	n.wait(waitNone, never)
	switch waited {
	case waitPlate:
		if n.fresh {
			l.decide(i) // nothing better came
			return
		}
		n.asked = true
		l.plateMissing(i)
	case waitRetry:
		l.askPayment(i)
	case waitAnswer:
		l.askPaymentStatus(i)
	case waitWelcome:
		l.show(i, l.idleFace(i))
	}
}

// without is what was broken when a gate decided.
func (l *Lot) without(i int) fact.Degraded {
	down := l.lanes[i].down
	if l.now.Trust == fact.ClockUnset {
		down |= fact.WithoutClock
	}
	if l.troubles.diskStalled {
		down |= fact.WithoutDisk
	}
	return down
}

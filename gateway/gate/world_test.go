package gate_test

import (
	"fmt"

	"gatehouse/gateway/gate"
	"gatehouse/gateway/gate/gatecheck"
	"gatehouse/sync/fact"
)

// The truth model: a lane along x in millimetres, seen every tickMS. Vehicles come from the left over the
// arming loop; the arm is at armMM, over the closing loop.
const (
	tickMS      = 50
	armMM       = 3_000
	stopMM      = 2_200 // where a driver waits for the arm, if the vehicle is long enough to be on the arming loop
	headwayMM   = 3_500 // between two vehicles: more than TrailerGapMS at full speed
	runMS       = 1_500 // the arm, from one end to the other
	openAngle   = 900   // per mille, enough to drive through
	fullUp      = 1_000
	buttonMS    = 8_000 // a driver to whom nothing happens presses the ticket button
	impatientMS = 90_000
)

var loopSpan = [2][2]int64{gate.ArmingLoop: {0, 1_000}, gate.ClosingLoop: {2_500, 4_500}}

// manner is what a driver does.
type manner int

const (
	drives     manner = iota
	tailgates         // goes whenever the arm is up
	backsOut          // reverses from the arming loop
	touches           // reaches the closing loop and reverses
	hesitates         // reaches the closing loop, rolls back, and drives on
	comesWrong        // comes from the far side
	manners
)

// stage is how far a driver has come.
type stage int

const (
	queueing stage = iota
	waiting        // at the line, or on the way to it
	going
	nosing // to the closing loop, to come back
	rolling
	leaving
	gone
)

// car is one vehicle. lo and hi are its ends.
type car struct {
	manner             manner
	length, speed      int64 // mm, mm per tick
	lagMS              int64 // after the one before
	decideMS           int64 // what the lot takes for it
	refused            bool
	pauseMS            int64 // under the arm, and before it changes its mind
	lo, hi             int64
	stage              stage
	ticket             fact.TicketID
	permitted, paused  bool
	sinceMS, changedMS int64
	grantMS            int64   // when the gate hears of its grant
	hidden             [2]bool // the loop was tuned with this vehicle on it
	counted, decided   bool
}

func (c *car) on(span [2]int64) bool { return c.hi > span[0] && c.lo < span[1] }

// stop is where the vehicle waits, on the arming loop.
func (c *car) stop() int64 { return min(stopMM, c.length-500) }

// blindness is what is wrong with one loop.
type blindness int

const (
	sees blindness = iota
	blind
	alwaysOccupied
	fails
	flickers
	blindnesses
)

// order is something a person or an input does.
type order struct {
	atMS int64
	in   gate.Input
}

// mischief is something that happens to the arm: it jams for a while, or somebody moves it.
type mischief struct {
	atMS, forMS int64
	jams        bool
	to          int64
}

// world is one gate with its truth.
type world struct {
	fatal func(format string, args ...any)
	cfg   gate.Config
	gate  *gate.Gate
	check *gatecheck.Checker
	nowMS int64
	log   []string

	cars   []*car
	arm    int64 // angle, per mille
	target int64
	held   bool
	jammed bool
	idleMS int64 // of the barrier's own timer

	mischief []mischief

	faulty  gate.Loop
	fault   blindness
	faultMS int64
	active  bool

	levels   [2]gate.Level
	up, down bool
	armSaid  bool
	pending  []order
	tickets  int
	through  int
	out      []gate.Output
}

func newWorld(cfg gate.Config, fatal func(string, ...any)) *world {
	return &world{fatal: fatal, cfg: cfg.WithDefaults(), gate: gate.New(cfg), check: gatecheck.New(cfg)}
}

// run lives until endMS.
func (w *world) run(endMS int64) {
	for ; w.nowMS < endMS; w.nowMS += tickMS {
		w.obey()
		for w.gate.WakeMS() <= w.nowMS {
			w.tell(gate.Tick())
		}
		w.moveCars()
		w.mischiefs()
		w.moveArm()
		w.sense()
		w.judge(w.check.Watch(w.nowMS, w.inWay()))
	}
}

// obey gives the gate the orders and the lot's decisions that are due.
func (w *world) obey() {
	for i := 0; i < len(w.pending); i++ {
		if o := w.pending[i]; o.atMS <= w.nowMS {
			w.pending = append(w.pending[:i], w.pending[i+1:]...)
			i--
			if !w.stale(o.in) {
				w.tell(o.in)
			}
		}
	}
}

// stale tells a grant whose vehicle did not wait for it: the gate said so, and the lot dropped it.
func (w *world) stale(in gate.Input) bool {
	for _, c := range w.cars {
		if in.Kind == gate.InputGrant && c.ticket == in.Vend.Ticket {
			return c.counted || c.stage == leaving || c.stage == gone
		}
	}
	return in.Kind == gate.InputGrant
}

// tell is one step of the gate.
func (w *world) tell(in gate.Input) {
	w.out = w.gate.Step(w.nowMS, in, w.out[:0])
	if in.Kind != gate.InputTick || len(w.out) > 0 {
		w.log = append(w.log, fmt.Sprintf("%7d %s %s %s %v%v on %v %s: %v = %s", w.nowMS, in.Kind, in.Loop, in.Level, in.Up, in.Down, in.On, in.Vend.Ticket, w.out, w.gate.State()))
	}
	w.judge(w.check.Step(w.nowMS, in, w.out))
	if w.gate.WakeMS() <= w.nowMS {
		w.fail("the gate wants to be woken in the past")
	}
	for i := range w.out {
		w.react(w.out[i])
	}
}

func (w *world) judge(found []gatecheck.Violation) {
	for _, v := range found {
		w.fail(v.String())
	}
}

func (w *world) fail(what string) {
	text := ""
	for _, line := range w.log[max(0, len(w.log)-60):] {
		text += line + "\n"
	}
	w.fatal("%s\n%s", what, text)
}

// react is the barrier and the lot.
func (w *world) react(o gate.Output) {
	switch o.Kind {
	case gate.Commanded:
		w.command(o.Command)
	case gate.Arrived:
		w.decide(o)
	case gate.BackedOut:
		for _, c := range w.cars {
			if c.ticket == o.Vend.Ticket && c.stage == waiting {
				c.permitted, c.ticket = false, ""
			}
		}
	}
}

func (w *world) command(c gate.Command) {
	switch c {
	case gate.CommandRaise:
		w.target, w.idleMS = fullUp, w.nowMS
	case gate.CommandHold:
		w.held, w.target = true, fullUp
	case gate.CommandRelease:
		w.held, w.idleMS = false, w.nowMS
	case gate.CommandLower:
		w.target = 0
	case gate.CommandStop:
		w.target = w.arm
	}
}

// decide grants or refuses the vehicle that stands before the arm.
func (w *world) decide(o gate.Output) {
	for _, c := range w.cars {
		if c.stage != waiting && c.stage != rolling && c.stage != nosing || !c.on(loopSpan[gate.ArmingLoop]) || c.manner == comesWrong {
			continue
		}
		c.decided = true
		w.dropUndecided(c)
		switch {
		case c.ticket != "":
			w.order(c.decideMS, gate.Grant(gate.Vend{Ticket: c.ticket, Reason: fact.ReasonReentered}))
		case c.refused:
			w.order(c.decideMS, gate.Refuse(fact.DirectionUnknown))
		default:
			w.grant(c)
		}
		return
	}
	w.order(500, gate.Refuse(fact.DirectionUnknown))
}

// dropUndecided ends the decision about a vehicle that did not wait for it.
func (w *world) dropUndecided(next *car) {
	for _, c := range w.cars {
		if c != next && c.grantMS > w.nowMS {
			c.ticket, c.permitted = "", false
		}
	}
}

func (w *world) grant(c *car) {
	w.tickets++
	c.ticket = fact.TicketID(fmt.Sprintf("T%d", w.tickets))
	c.permitted, c.grantMS = true, w.nowMS+c.decideMS
	w.order(c.decideMS, gate.Grant(gate.Vend{Ticket: c.ticket, Reason: fact.ReasonPlate}))
}

func (w *world) order(inMS int64, in gate.Input) {
	w.pending = append(w.pending, order{w.nowMS + inMS, in})
}

// mischiefs happen to the arm.
func (w *world) mischiefs() {
	for _, m := range w.mischief {
		switch {
		case w.nowMS < m.atMS || w.nowMS >= m.atMS+m.forMS+tickMS:
		case m.jams:
			w.jammed = w.nowMS < m.atMS+m.forMS
		case w.nowMS < m.atMS+tickMS:
			w.target = m.to
		}
	}
}

// moveArm is the barrier: it runs to its target, and one that closes by itself minds its own loop.
func (w *world) moveArm() {
	present := w.present(gate.ClosingLoop, false)
	if w.cfg.Closing == gate.ClosedByBarrier {
		if present || w.held {
			w.idleMS = w.nowMS
			if w.target == 0 && w.arm > 0 {
				w.target = fullUp
			}
		}
		if w.nowMS-w.idleMS > 8_000 && w.target == fullUp {
			w.target = 0
		}
	}
	if w.jammed {
		return
	}
	step := int64(fullUp * tickMS / runMS)
	w.arm += min(max(w.target-w.arm, -step), step)
}

func (w *world) inWay() bool {
	for _, c := range w.cars {
		if c.stage != queueing && c.stage != gone && c.on([2]int64{armMM - 100, armMM + 100}) {
			return true
		}
	}
	return false
}

// present reports whether a vehicle is on a loop; tuned: that the loop can see.
func (w *world) present(loop gate.Loop, tuned bool) bool {
	for _, c := range w.cars {
		if c.stage == queueing || c.stage == gone || !c.on(loopSpan[loop]) {
			continue
		}
		if !tuned || !c.hidden[loop] {
			return true
		}
	}
	return false
}

// sense reports what changed.
func (w *world) sense() {
	for loop := range w.levels {
		if level := w.level(gate.Loop(loop)); level != w.levels[loop] {
			w.levels[loop] = level
			w.tell(gate.LoopReads(gate.Loop(loop), level))
		}
	}
	if up, down := w.arm == fullUp, w.arm == 0; up != w.up || down != w.down || !w.armSaid {
		w.up, w.down, w.armSaid = up, down, true
		w.tell(gate.ArmReads(up, down))
	}
}

// level is what a loop reads. A loop goes blind while nothing is on it and the arm is down: what it loses under way,
// nothing can tell from what left, nor what follows through an open arm from what stands before it.
func (w *world) level(loop gate.Loop) gate.Level {
	present := w.present(loop, true)
	if loop == w.faulty && w.fault != sees && w.nowMS >= w.faultMS {
		w.active = w.active || !present && (w.fault != blind || w.arm == 0)
		switch {
		case !w.active:
		case w.fault == blind:
			return gate.Clear
		case w.fault == alwaysOccupied:
			return gate.Occupied
		case w.fault == fails:
			return gate.Failed
		case w.fault == flickers:
			present = present && w.nowMS%1_000 >= 200
		}
	}
	if present {
		return gate.Occupied
	}
	return gate.Clear
}

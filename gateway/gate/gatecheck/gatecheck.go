package gatecheck

import (
	"fmt"

	"gatehouse/gateway/gate"
	"gatehouse/sync/fact"
)

// patienceMS is how long a vehicle may be in the way of an arm that comes down (P1t).
const patienceMS = 100

// alarmMS is how soon a gate must say that something is wrong (P9).
const alarmMS = 2_000

// Violation is one breach of one rule.
type Violation struct {
	Rule string
	AtMS int64
	What string
}

// String is the breach in a line.
func (v Violation) String() string { return fmt.Sprintf("%s at %d ms: %s", v.Rule, v.AtMS, v.What) }

// Checker follows one gate.
type Checker struct {
	cfg   gate.Config
	nowMS int64
	found []Violation

	loops  [2]loop
	edgeMS int64

	fire, hold, stop bool
	raisedFor        gate.Cause // the cause of the last raise
	held             bool

	arm       arm
	lowering  bool
	loweredMS int64
	inWayMS   int64 // since when a vehicle is in the way of a lowering arm

	vends   []vend
	manual  int // raises by hand that are not used up
	counted int
	faults  [16]bool
}

type loop struct {
	installed bool
	level     gate.Level
	sinceMS   int64
	heldMS    int64 // how long it was occupied last
	occupied  bool  // seen occupied since it last failed
	proven    bool
}

type arm struct {
	up, down, seen bool
	raisedMS       int64
	raised         bool // since it was down
	waiting        bool // a raise has not been seen to work yet
	excused        bool // a raise may be repeated
	retries        int
}

type vend struct {
	ticket  fact.TicketID
	raises  int
	askedOf bool // the gate asked if this vend's vehicle is the one that stands there
}

// New follows a gate from power-up.
func New(cfg gate.Config) *Checker {
	c := &Checker{cfg: cfg.WithDefaults(), inWayMS: gate.Never, edgeMS: -1 << 62}
	c.loops[gate.ArmingLoop].installed = cfg.ArmingLoop
	c.loops[gate.ClosingLoop].installed = cfg.ClosingLoop
	c.arm.raisedMS = -1 << 62
	return c
}

// Step judges one step of the gate, and returns what is new.
func (c *Checker) Step(nowMS int64, in gate.Input, out []gate.Output) []Violation {
	c.found = nil
	c.nowMS = max(c.nowMS, nowMS)
	c.expire()
	moved := c.input(in)
	comesDown := c.lowering && !c.assumedDown(0)
	for i := range out {
		c.output(in, &out[i])
	}
	c.checkMoved(moved, out)
	c.checkReverse(comesDown, out)
	c.checkFire()
	c.checkFaults()
	return c.found
}

// Watch judges an instant by the truth: inWay says that a vehicle is in the way of the arm.
func (c *Checker) Watch(nowMS int64, inWay bool) []Violation {
	c.found = nil
	c.nowMS = max(c.nowMS, nowMS)
	c.expire()
	switch {
	case !inWay || !c.lowering:
		c.inWayMS = gate.Never
	case c.inWayMS == gate.Never:
		c.inWayMS = c.nowMS
	case c.nowMS > c.inWayMS+patienceMS:
		c.broke("P1t", "a vehicle is in the way of the arm coming down")
		c.inWayMS = gate.Never
	}
	return c.found
}

// Conserved compares the vehicles that the gate counted with those that really went through; ask when nobody
// is near the gate and its timers are over.
func (c *Checker) Conserved(through int) []Violation {
	c.found = nil
	if c.counted != through {
		c.broke("P8", "counted %d vehicles, %d went through", c.counted, through)
	}
	return c.found
}

func (c *Checker) broke(rule, format string, args ...any) {
	c.found = append(c.found, Violation{Rule: rule, AtMS: c.nowMS, What: fmt.Sprintf(format, args...)})
}

// expire applies what time alone changes.
func (c *Checker) expire() {
	for i := range c.loops {
		l := &c.loops[i]
		if l.level == gate.Occupied && c.nowMS > l.sinceMS+c.cfg.LoopStuckMS {
			l.occupied, l.proven = false, false
		}
	}
	if c.assumedDown(1) {
		c.lowering = false
	}
}

// assumedDown reports whether an arm that no switch shows coming down has had its time to, and more.
func (c *Checker) assumedDown(moreMS int64) bool {
	seen := c.cfg.DownSwitch && !(c.arm.down && !c.arm.up)
	return !seen && !c.faults[fact.FaultStuckOpen] && c.nowMS >= c.loweredMS+c.cfg.MaxRunMS+moreMS
}

// input takes note of an input; it reports whether the arm left its lower end though nobody had raised it.
func (c *Checker) input(in gate.Input) (moved bool) {
	switch in.Kind {
	case gate.InputLoop:
		c.loop(in)
	case gate.InputArm:
		return c.readArm(in)
	case gate.InputGrant:
		c.grant(in.Vend.Ticket, in.Instead)
	case gate.InputHold:
		if c.hold != in.On {
			c.hold, c.edgeMS = in.On, c.nowMS
		}
	case gate.InputFire:
		if c.fire != in.On {
			c.fire, c.edgeMS, c.raisedFor = in.On, c.nowMS, gate.CauseNone
		}
	case gate.InputStop:
		if c.stop != in.On {
			c.stop, c.edgeMS, c.raisedFor = in.On, c.nowMS, gate.CauseNone
			c.arm.excused, c.arm.waiting = true, false
		}
	case gate.InputBack:
		c.raisedFor = gate.CauseNone
	case gate.InputConfirm:
		c.arm.retries, c.arm.excused, c.arm.waiting = 0, true, false
		rests := c.arm.up != c.arm.down && c.nowMS > c.loweredMS+c.cfg.MaxRunMS
		c.lowering = c.lowering && !rests
		for i := range c.loops {
			l := &c.loops[i]
			stuck := l.level == gate.Occupied && c.nowMS > l.sinceMS+c.cfg.LoopStuckMS
			l.heldMS = 0
			l.proven = l.proven || (l.level == gate.Clear || l.level == gate.Occupied) && !stuck
		}
	}
	return false
}

func (c *Checker) loop(in gate.Input) {
	l := &c.loops[in.Loop]
	if !l.installed || l.level == in.Level {
		return
	}
	switch {
	case in.Level == gate.Occupied:
		l.occupied = true
	case in.Level == gate.Clear && l.level == gate.Occupied && l.occupied:
		l.proven = true
	case in.Level != gate.Clear:
		l.occupied, l.proven = false, false
	}
	if l.level == gate.Occupied {
		l.heldMS = c.nowMS - l.sinceMS
	}
	l.level, l.sinceMS, c.edgeMS = in.Level, c.nowMS, c.nowMS
}

func (c *Checker) readArm(in gate.Input) (moved bool) {
	a := &c.arm
	up, down := in.Up && c.cfg.UpSwitch, in.Down && c.cfg.DownSwitch
	if a.seen && up == a.up && down == a.down {
		return false
	}
	fault := c.faults[fact.FaultArmSwitches] || c.faults[fact.FaultStuckClosed] || c.faults[fact.FaultLockedOut]
	moved = a.seen && a.down && !a.up && !down && !a.raised && !c.stop && !fault
	if a.up && !up {
		c.loweredMS = c.nowMS // if it is coming down, it begins now
	}
	a.up, a.down, a.seen = up, down, true
	switch {
	case up && down:
		a.waiting = false
	case up:
		a.waiting, a.excused, c.lowering = false, false, false
	case down:
		c.lowering = false
		a.raised = c.nowMS < a.raisedMS+c.cfg.MaxRunMS
	}
	return moved
}

func (c *Checker) grant(ticket, instead fact.TicketID) {
	switch v, other := c.find(ticket), c.find(instead); {
	case v == nil && other != nil:
		other.ticket = ticket
	case v == nil:
		c.vends = append(c.vends, vend{ticket: ticket})
	case v.askedOf:
		*v = vend{ticket: ticket}
	}
}

// known reports whether every installed input has spoken since power-up.
func (c *Checker) known() bool {
	for i := range c.loops {
		if c.loops[i].installed && c.loops[i].level == gate.LevelUnknown {
			return false
		}
	}
	return c.arm.seen || !c.cfg.UpSwitch && !c.cfg.DownSwitch
}

func (c *Checker) find(ticket fact.TicketID) *vend {
	for i := range c.vends {
		if c.vends[i].ticket == ticket {
			return &c.vends[i]
		}
	}
	return nil
}

// unsafe reports whether a loop in the way of the arm is occupied, or any says nothing that can be believed.
func (c *Checker) unsafe() bool {
	for i := range c.loops {
		switch l := &c.loops[i]; {
		case !l.installed || l.level == gate.Clear:
		case l.level == gate.Occupied && c.beforeArm(gate.Loop(i)):
		default:
			return true
		}
	}
	return false
}

// beforeArm reports whether a loop is one that a vehicle stands on before the arm: the arming loop of a gate with a
// direction that has a closing loop as well.
func (c *Checker) beforeArm(at gate.Loop) bool {
	return at == gate.ArmingLoop && c.cfg.Direction != fact.DirectionUnknown && c.loops[gate.ClosingLoop].installed
}

// underWay reports whether a vehicle on the loop before the arm may be one that drives on: it came onto it, or is
// behind one that left the closing loop, too short a time ago to have been seen there; or it has waited before the arm
// for long.
func (c *Checker) underWay() bool {
	arming, closing := &c.loops[gate.ArmingLoop], &c.loops[gate.ClosingLoop]
	if arming.level != gate.Occupied || !c.beforeArm(gate.ArmingLoop) {
		return false
	}
	firstMS := max(arming.sinceMS, closing.sinceMS-closing.heldMS)
	if closing.heldMS > c.cfg.PassageMS || c.nowMS > firstMS+c.cfg.PassageMS+c.cfg.FollowMS {
		return true
	}
	return c.nowMS < arming.sinceMS+c.cfg.ReachMS || c.nowMS < closing.sinceMS+c.cfg.FollowMS
}

package gatecheck

import (
	"gatehouse/gateway/gate"
	"gatehouse/sync/fact"
)

// output judges one thing that the gate said.
func (c *Checker) output(in gate.Input, o *gate.Output) {
	switch o.Kind {
	case gate.Commanded:
		c.command(in, o)
	case gate.Arrived:
		if v := c.find(o.Vend.Ticket); v != nil && o.Vend.Ticket != "" {
			v.askedOf = true
		}
	case gate.Passed:
		c.counted++
		if o.Vend.Ticket != "" || o.Vend.Reason != fact.ReasonNone {
			c.endVend(o)
		}
		c.arm.waiting = false
	case gate.BackedOut:
		c.endVend(o)
	case gate.Tailgated:
		c.counted++
	case gate.WrongWay:
		if o.Through {
			c.counted++
		}
	case gate.Faulted:
		c.faults[o.Fault] = true
	case gate.Recovered:
		c.faults[o.Fault] = false
	case gate.Moved:
		c.arm.excused = true
	}
}

// endVend judges the end of a vend.
func (c *Checker) endVend(o *gate.Output) {
	if o.Vend.Ticket == "" {
		c.manual--
		if c.manual < 0 {
			c.broke("P8", "%s, but no raise by hand is open", o)
		}
		return
	}
	for i := range c.vends {
		if c.vends[i].ticket == o.Vend.Ticket {
			c.vends = append(c.vends[:i], c.vends[i+1:]...)
			return
		}
	}
	c.broke("P8", "%s, but that vend is not open", o)
}

func (c *Checker) command(in gate.Input, o *gate.Output) {
	if c.stop && o.Command != gate.CommandStop {
		c.broke("P6", "%s while stopped", o)
	}
	if ordered := o.Cause != gate.CauseNone && o.Cause != gate.CauseTimer && o.Cause != gate.CauseReverse; !ordered && !c.known() {
		c.broke("P3", "%s before every input has spoken", o)
	}
	switch o.Command {
	case gate.CommandRaise:
		c.raise(in, o)
	case gate.CommandHold:
		c.cause(c.hold && o.Cause == gate.CauseHold || c.fire && o.Cause == gate.CauseFire, o)
		c.held, c.lowering = true, false
	case gate.CommandRelease:
		if c.hold || c.fire {
			c.broke("P6", "%s while held", o)
		}
		c.cause(c.held, o)
		c.held, c.edgeMS = false, c.nowMS
	case gate.CommandLower:
		c.lower(in, o)
	case gate.CommandStop:
		c.cause(c.stop, o)
		c.lowering = false
	}
}

// cause wants the cause of a command to be live.
func (c *Checker) cause(live bool, o *gate.Output) {
	if !live {
		c.broke("A1", "%s without a cause", o)
	}
}

func (c *Checker) raise(in gate.Input, o *gate.Output) {
	a := &c.arm
	switch o.Cause {
	case gate.CauseVend:
		c.raiseVend(o)
	case gate.CauseManual:
		c.cause(in.Kind == gate.InputRaiseOnce || o.Retry > 0 && c.manual > 0, o)
		if o.Retry == 0 {
			c.manual++
		}
	case gate.CauseHold:
		c.cause(c.hold, o)
	case gate.CauseFire:
		c.cause(c.fire, o)
	case gate.CauseReverse:
		c.cause(c.lowering || o.Retry > 0, o)
	default:
		c.cause(false, o)
	}
	c.retry(o)
	c.raisedFor, c.lowering = o.Cause, false
	a.raised, a.raisedMS, a.waiting, a.excused = true, c.nowMS, !a.up, !a.up
}

func (c *Checker) raiseVend(o *gate.Output) {
	if c.faults[fact.FaultLockedOut] && o.Retry == 0 {
		c.broke("P9", "%s while locked out", o)
	}
	v := c.find(o.Vend.Ticket)
	if v == nil {
		c.cause(false, o)
		return
	}
	if v.raises > 0 && o.Retry == 0 {
		c.broke("A2", "%s once more", o)
	}
	v.raises++
}

// retry judges a repeated raise.
func (c *Checker) retry(o *gate.Output) {
	a := &c.arm
	if o.Retry == 0 {
		a.retries = 0
		return
	}
	a.retries++
	if a.retries > c.cfg.RetryMax || c.faults[fact.FaultLockedOut] {
		c.broke("P9", "%s, and %d are allowed", o, c.cfg.RetryMax)
	}
	if !a.excused && a.up {
		c.broke("A2", "%s, though the arm is up", o)
	}
}

func (c *Checker) lower(in gate.Input, o *gate.Output) {
	if c.unsafe() || !c.cfg.ClosingLoop {
		c.broke("P1", "%s with loops %v, %v", o, c.loops[0].level, c.loops[1].level)
	}
	if c.underWay() {
		c.broke("P1a", "%s before a vehicle that may be on its way under the arm", o)
	}
	for i := range c.loops {
		if c.loops[i].installed && !c.loops[i].proven {
			c.broke("P4", "%s before the %s loop was seen working", o, gate.Loop(i))
		}
	}
	if c.fire || c.hold || c.held {
		c.broke("P6", "%s with fire %v, hold %v", o, c.fire, c.hold || c.held)
	}
	if len(c.vends) > 0 {
		c.broke("P7", "%s while a vehicle is granted", o)
	}
	if c.nowMS < c.edgeMS+c.cfg.ClearMS {
		c.broke("P7", "%s %d ms after a change", o, c.nowMS-c.edgeMS)
	}
	switch {
	case o.Cause == gate.CauseManual:
		c.cause(in.Kind == gate.InputLower, o)
	case o.Cause != gate.CauseTimer || c.cfg.Closing != gate.ClosedByGateway:
		c.cause(false, o)
	case c.armFault():
		c.broke("P9", "%s though the arm has a fault", o)
	}
	if c.faults[fact.FaultLockedOut] {
		c.broke("P9", "%s while locked out", o)
	}
	c.lowering, c.loweredMS, c.arm.waiting = true, c.nowMS, false
}

func (c *Checker) armFault() bool {
	return c.faults[fact.FaultStuckClosed] || c.faults[fact.FaultStuckOpen] || c.faults[fact.FaultBrokenArm] ||
		c.faults[fact.FaultArmSwitches] || c.faults[fact.FaultUncommandedMove]
}

// checkMoved wants a movement that nobody commanded to be said.
func (c *Checker) checkMoved(moved bool, out []gate.Output) {
	for i := range out {
		moved = moved && out[i].Kind != gate.Moved
	}
	if moved {
		c.broke("P9", "the arm left its lower end, and the gate did not say so")
	}
}

// checkReverse wants an arm that comes down onto something to turn.
func (c *Checker) checkReverse(comesDown bool, out []gate.Output) {
	if !comesDown || !c.unsafe() {
		return
	}
	if c.lowering {
		c.broke("P1", "the arm keeps coming down with loops %v, %v", c.loops[0].level, c.loops[1].level)
	}
	for i := range out {
		o := &out[i]
		if o.Kind == gate.Commanded && o.Urgent && (o.Command == gate.CommandRaise || o.Command == gate.CommandStop) {
			return
		}
	}
	c.broke("P2", "no urgent raise while the arm comes down")
}

// checkFire wants the arm raised and held on fire.
func (c *Checker) checkFire() {
	if c.fire && !c.stop && (!c.held || c.raisedFor == gate.CauseNone) {
		c.broke("P5", "fire, and the arm is not raised and held")
	}
}

// checkFaults wants what does not work to be said.
func (c *Checker) checkFaults() {
	a := &c.arm
	if a.up && a.down && !c.faults[fact.FaultArmSwitches] {
		c.broke("P9", "both switches are on, and the gate did not say so")
	}
	switch overdueMS := c.nowMS - a.raisedMS - c.cfg.MaxRunMS; {
	case !a.waiting || !c.cfg.UpSwitch || overdueMS < 0:
	case c.armFault() || c.faults[fact.FaultLockedOut]:
		a.waiting = false
	case overdueMS > alarmMS:
		c.broke("P9", "the arm did not get up, and the gate did not say so")
		a.waiting = false
	}
}

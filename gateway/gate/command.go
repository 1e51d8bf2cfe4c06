package gate

import "gatehouse/sync/fact"

// setHold starts or ends a hold.
func (g *Gate) setHold(on bool) {
	if g.hold == on {
		return
	}
	g.hold, g.holdGiven = on, false
	g.clearFromMS = g.nowMS
	if on {
		g.openFor = fact.ReasonCommand
	}
}

// setFire takes the fire input.
func (g *Gate) setFire(active bool) {
	if g.fire == active {
		return
	}
	g.fire, g.fireGiven = active, false
	g.clearFromMS = g.nowMS
	if active {
		g.openFor = fact.ReasonFire
	}
}

// setStop takes the stop input. A barrier that was stopped forgets what it was told.
func (g *Gate) setStop(active bool) {
	if g.stop == active {
		return
	}
	g.stop = active
	g.clearFromMS = g.nowMS
	if !active {
		return
	}
	g.say(Output{Kind: Commanded, Command: CommandStop, Cause: CauseStop, Urgent: true})
	a := &g.arm
	if a.position == armRising || a.position == armFalling {
		a.position, a.slipped = armUnknown, true
	}
	a.lowering, a.dueMS = false, Never
	g.stoppedShort = true
	g.forgets()
}

// forgets has what holds the arm up be given anew: the barrier knows nothing of it, or may not.
func (g *Gate) forgets() { g.fireGiven, g.holdGiven = false, false }

// confirm takes a person's word for the gate.
func (g *Gate) confirm() {
	a := &g.arm
	rests := a.dueMS == Never // or nobody waits for it to move any more
	if rests && (a.lying || a.position != armUp && a.position != armDown) {
		a.position = a.reading()
	}
	a.lowering = a.lowering && !(rests && a.reading() != armUnknown)
	a.slipped = a.slipped || rests && a.position != armUp
	a.stuckClosed, a.stuckOpen, a.broken, a.uncommanded, a.lockedOut, a.lying = false, false, false, false, false, false
	a.retries = 0
	g.stoppedShort = false
	for at := range g.loops {
		l := &g.loops[at]
		l.missed, l.heldMS = 0, 0
		if l.readable() {
			l.proof = proven
		}
	}
}

// wantsUp is the cause for which the arm was raised and has to stay up.
func (g *Gate) wantsUp() Cause {
	switch {
	case g.fire:
		return CauseFire
	case g.hold:
		return CauseHold
	case g.vends.n > 0 && g.vends.list[0].raised:
		return g.vends.list[0].cause
	case g.arm.cause == CauseReverse && g.Blocks()&unsafe != 0:
		return CauseReverse
	}
	return CauseNone
}

// keepUp raises the arm for the first cause that has not raised it yet, or that it slipped from.
func (g *Gate) keepUp() {
	switch a := &g.arm; {
	case g.fire && !g.fireGiven:
		g.fireGiven = true
		g.holdUp(CauseFire, true)
	case g.hold && !g.fire && !g.holdGiven:
		g.holdGiven = true
		g.holdUp(CauseHold, false)
	case a.lowering && g.Blocks()&unsafe != 0:
		g.raise(CauseReverse, Vend{}, true)
	case g.vends.n > 0 && !g.vends.list[0].raised && !g.hold && !g.fire && !a.lockedOut:
		first := &g.vends.list[0]
		first.raised = true
		g.raise(first.cause, first.Vend, false)
	case a.slipped && a.position != armUp:
		if cause := g.wantsUp(); cause != CauseNone {
			g.again(cause)
		}
		a.slipped = false
	}
}

// holdUp raises the arm and keeps it there.
func (g *Gate) holdUp(cause Cause, urgent bool) {
	g.raise(cause, Vend{}, urgent)
	g.held = cause
	g.say(Output{Kind: Commanded, Command: CommandHold, Cause: cause, Urgent: urgent})
}

// raise gives a cause its raise.
func (g *Gate) raise(cause Cause, vend Vend, urgent bool) {
	g.arm.retries = 0
	if (cause == CauseVend || cause == CauseManual) && !g.hold && !g.fire && !g.arm.faulty() {
		g.openFor = fact.ReasonNone
	}
	g.sendUp(Output{Kind: Commanded, Command: CommandRaise, Cause: cause, Vend: vend, Urgent: urgent})
}

// again repeats the raise of a cause whose arm did not get up, until the gate is locked out.
func (g *Gate) again(cause Cause) {
	a := &g.arm
	switch {
	case g.stop:
		a.position, a.slipped = a.reading(), true
		return
	case a.lockedOut:
		return
	case a.retries >= g.cfg.RetryMax:
		a.lockedOut = true
		return
	}
	a.retries++
	o := Output{Kind: Commanded, Command: CommandRaise, Cause: cause, Retry: uint8(a.retries)}
	if cause == CauseVend || cause == CauseManual {
		o.Vend = g.vends.first()
	}
	o.Urgent = cause == CauseFire || cause == CauseReverse
	g.sendUp(o)
}

// sendUp commands a raise and waits for the arm to be up.
func (g *Gate) sendUp(o Output) {
	a := &g.arm
	g.say(o)
	a.cause, a.raisedMS = o.Cause, g.nowMS
	a.lowering, a.slipped, a.proved = false, false, false
	if a.position != armUp {
		a.position, a.dueMS = armRising, g.nowMS+g.cfg.MaxRunMS
	}
}

// letGo releases a hold that is over, when nobody stands under the arm.
func (g *Gate) letGo() {
	if g.held == CauseNone || g.hold || g.fire || g.underArm() || g.nowMS < g.clearFromMS+g.cfg.ClearMS {
		return
	}
	g.say(Output{Kind: Commanded, Command: CommandRelease, Cause: g.held})
	g.held = CauseNone
	g.clearFromMS = g.nowMS
}

// lowerByHand lowers the arm at a person's order, if nothing but the gate's own habits is against it.
func (g *Gate) lowerByHand() {
	if g.Blocks()&^habits != 0 || g.arm.position == armDown || g.arm.lowering {
		return
	}
	g.stoppedShort = false
	g.lower(CauseManual)
}

// lower commands the arm down.
func (g *Gate) lower(cause Cause) {
	a := &g.arm
	g.say(Output{Kind: Commanded, Command: CommandLower, Cause: cause})
	a.cause, a.lowering, a.slipped = cause, true, false
	a.position, a.dueMS = armFalling, g.nowMS+g.cfg.MaxRunMS
}

// closesByItself reports whether the timer may think of lowering the arm.
func (g *Gate) closesByItself() bool {
	return !g.arm.lowering && (g.arm.position == armUp || g.arm.position == armUnknown)
}

// clearDueMS is when time alone lets the arm be lowered or released.
func (g *Gate) clearDueMS() int64 {
	due := g.clearFromMS + g.cfg.ClearMS
	if g.held != CauseNone && !g.hold && !g.fire && !g.stop && !g.underArm() {
		return due
	}
	const passes = BlockClearing | BlockApproach
	if blocks := g.Blocks(); g.closesByItself() && blocks != 0 && blocks&^passes == 0 {
		return max(due, g.approachMS())
	}
	return Never
}

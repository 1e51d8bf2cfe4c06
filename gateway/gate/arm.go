package gate

import "gatehouse/sync/fact"

// position is where the arm is, or goes, as far as is known.
type position uint8

const (
	armUnknown position = iota
	armDown
	armRising
	armUp
	armFalling
)

// arm is the arm, its switches, and what is wrong with it.
type arm struct {
	hasUp, hasDown bool // the switches installed
	up, down, seen bool // what they read
	position       position
	cause          Cause // of the last command; CauseNone: the movement was nobody's
	lowering       bool  // a lower command may still be moving it
	slipped        bool  // it left, or was stopped short of, where it was sent
	proved         bool  // a vehicle with a vend went through since it was raised
	retries        int   // raises repeated for the present cause
	raisedMS       int64
	dueMS          int64 // when the present movement must be over

	stuckClosed, stuckOpen, broken, uncommanded, lockedOut bool
	lying                                                  bool // a vehicle went through where the switches saw no open arm
}

// contradicts reports whether the switches can't both be right.
func (a *arm) contradicts() bool { return a.up && a.down }

// mayBeOpen reports whether a vehicle may be able to go through.
func (a *arm) mayBeOpen() bool {
	return a.lying || a.position != armDown && a.reading() != armDown
}

// faulty reports whether the arm must not be lowered by itself.
func (a *arm) faulty() bool {
	return a.stuckClosed || a.stuckOpen || a.broken || a.uncommanded || a.lying || a.contradicts()
}

// reading is the position that the switches tell.
func (a *arm) reading() position {
	switch {
	case a.up && !a.down:
		return armUp
	case a.down && !a.up:
		return armDown
	}
	return armUnknown
}

// silent reports whether the switches have said nothing yet.
func (a *arm) silent() bool { return !a.seen && (a.hasUp || a.hasDown) }

// readArm takes the switches.
func (g *Gate) readArm(up, down bool) {
	a := &g.arm
	up, down = up && a.hasUp, down && a.hasDown
	if a.seen && a.up == up && a.down == down || !a.hasUp && !a.hasDown {
		return
	}
	first, leavesUp := !a.seen, a.up
	a.up, a.down, a.seen = up, down, true
	if !down && (up || !a.hasUp) {
		a.lying = false // seen up, as it should be
	}
	switch {
	case up && down:
		if a.position == armDown || a.position == armUp {
			a.position = armUnknown
		}
	case up:
		g.seenUp()
	case down:
		g.seenDown()
	default:
		g.seenNeither(first, leavesUp)
	}
}

// seenUp takes note that the up switch alone is on.
func (g *Gate) seenUp() {
	switch a := &g.arm; a.position {
	case armRising:
		g.arrived()
	case armUnknown:
		a.lowering = false
		g.restAt(armUp)
	case armDown:
		g.moved(true)
		g.arrived()
	case armFalling:
		if a.lowering {
			g.moved(true)
		}
		a.lowering = false
		g.restAt(armUp)
	}
}

// seenDown takes note that the down switch alone is on.
func (g *Gate) seenDown() {
	switch a := &g.arm; a.position {
	case armFalling, armUnknown:
		g.landed()
	case armRising:
		if a.cause == CauseNone || a.proved {
			a.lying = a.lying || a.proved && a.hasUp
			g.landed()
		}
	case armUp:
		g.judgeFall()
		if a.position == armFalling {
			g.landed()
		}
	}
}

// seenNeither takes note that the arm is on neither switch.
func (g *Gate) seenNeither(first, leavesUp bool) {
	switch a := &g.arm; {
	case a.position == armUp && a.hasUp:
		g.judgeFall()
	case a.position == armDown && a.hasDown:
		g.moved(true)
	case a.position == armFalling && leavesUp, a.position == armUnknown && first:
		a.dueMS = g.nowMS + g.cfg.MaxRunMS
	}
}

// judgeFall decides whether an arm that leaves its upper end may do so.
func (g *Gate) judgeFall() {
	a := &g.arm
	a.stuckOpen = false
	switch {
	case a.lowering: // late
		a.position, a.dueMS = armFalling, g.nowMS+g.cfg.MaxRunMS
	case g.cfg.Closing == ClosedByGateway || g.held != CauseNone:
		g.moved(false)
	case g.vends.n > 0 && g.vends.list[0].raised && g.nowMS < a.raisedMS+g.cfg.MaxRunMS:
		a.position, a.dueMS = armRising, a.raisedMS+g.cfg.MaxRunMS // it was on its way down when the raise came
	default:
		a.position, a.dueMS = armFalling, g.nowMS+g.cfg.MaxRunMS
	}
}

// moved takes note of a movement that nobody commanded.
func (g *Gate) moved(up bool) {
	a := &g.arm
	g.say(Output{Kind: Moved, Up: up})
	a.uncommanded, a.cause = true, CauseNone
	a.position, a.dueMS = armFalling, g.nowMS+g.cfg.MaxRunMS
	a.slipped = !up
	if up {
		a.position = armRising
		g.openFor = fact.ReasonGateFault
	}
}

// arrived takes note that the arm is up.
func (g *Gate) arrived() {
	a := &g.arm
	if a.cause != CauseNone {
		a.uncommanded, a.lockedOut, g.stoppedShort = false, false, false
	}
	a.stuckClosed = false
	g.clearFromMS = g.nowMS
	g.restAt(armUp)
}

// landed takes note that the arm is down.
func (g *Gate) landed() {
	a := &g.arm
	if a.lowering {
		a.uncommanded = false
	}
	byBarrier := a.position == armFalling && !a.lowering && !a.uncommanded
	a.lowering, a.stuckOpen = false, false
	g.openFor, g.lastVend = fact.ReasonNone, Vend{}
	g.restAt(armDown)
	if byBarrier && g.vends.n > 0 && g.vends.list[0].raised && !g.crossing.active {
		g.expireVend()
	}
}

// restAt ends a movement.
func (g *Gate) restAt(p position) {
	g.arm.position, g.arm.dueMS, g.arm.broken = p, Never, false
}

// armDue takes note that a movement took its time: either the arm is where it was sent, or it is a fault.
// Without the switch that could tell, it is taken to be there.
func (g *Gate) armDue() {
	a := &g.arm
	a.dueMS = Never
	switch a.position {
	case armRising:
		g.riseDue()
	case armFalling:
		g.fallDue()
	case armUnknown:
		a.broken = a.hasUp && a.hasDown && !a.up && !a.down
	}
}

// riseDue judges an arm that should be up.
func (g *Gate) riseDue() {
	a := &g.arm
	reached := !a.down && (a.up || !a.hasUp)
	if reached || a.proved || a.lying || a.contradicts() {
		a.lying = a.lying || a.proved && !reached
		g.arrived()
		return
	}
	a.stuckClosed = a.down || !a.hasDown
	a.broken = !a.stuckClosed
	if cause := g.wantsUp(); cause != CauseNone {
		g.again(cause)
		return
	}
	a.position = a.reading()
}

// fallDue judges an arm that should be down.
func (g *Gate) fallDue() {
	a := &g.arm
	switch {
	case a.lowering && !a.down && g.Blocks()&unsafe != 0:
		return // it is about to be turned
	case !a.hasUp && !a.hasDown && g.cfg.Closing != ClosedByGateway:
		a.lowering = false
		g.restAt(armUnknown) // its timer is its own
		return
	case !a.up && (a.down || !a.hasDown):
		g.landed()
		return
	case a.contradicts():
		a.position = armUnknown
		return
	}
	a.stuckOpen = a.up || !a.hasUp
	a.broken = !a.stuckOpen
	g.openFor = fact.ReasonGateFault
	a.position = armUnknown
	if a.stuckOpen {
		a.position = armUp
	}
}

// provedOpen takes note that a vehicle with a vend went through: the arm is open, whatever the switches say.
func (g *Gate) provedOpen() {
	a := &g.arm
	a.proved = true
	if a.stuckClosed || a.broken || a.lockedOut {
		a.lying = a.down || a.hasUp && !a.up
		g.arrived()
	}
}

// assumeClosing lets a barrier without switches be on its way down after the last vehicle.
func (g *Gate) assumeClosing() {
	a := &g.arm
	if a.hasUp || a.hasDown || g.cfg.Closing == ClosedByGateway || g.vends.n > 0 || g.held != CauseNone {
		return
	}
	a.position, a.dueMS = armFalling, g.nowMS+g.cfg.MaxRunMS
}

// stuckOpenMS is when a barrier that should have closed by itself counts as stuck.
func (g *Gate) stuckOpenMS() int64 {
	wanted := g.vends.n > 0 || g.hold || g.fire || g.held != CauseNone || g.stop
	if g.cfg.Closing == ClosedByGateway || !g.arm.up || g.arm.position != armUp || g.arm.stuckOpen || wanted || g.present() {
		return Never
	}
	return g.clearFromMS + g.cfg.StuckOpenMS
}

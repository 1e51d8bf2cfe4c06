package world

import "gatehouse/drivers"

// Angles of an arm, per mille of fully up.
const (
	downBelow  = 20  // the down switch
	openFrom   = 900 // drivers go
	upFrom     = 980 // the up switch
	contactAt  = 300 // where an arm rests on a vehicle
	armSlowBy  = 3
	armClosing = 800    // ms from a clear loop until a barrier closes itself
	armIdle    = 60_000 // ms until it does when nobody comes
)

// arm is a barrier: the boom, its drive and switches, and (if it closes itself) its own safety.
type arm struct {
	closing        Closing
	riseMS, fallMS int64

	from    int64 // per mille, at sinceMS
	goal    int64
	sinceMS int64
	wholeMS int64 // of the whole way, at the speed of this movement; 0: it stands
	gen     uint32

	want    int64 // where it was told to go
	held    bool
	vended  bool // a raise came since a vehicle last came onto the closing loop
	timerMS int64
	openMS  int64 // since when it has stood up

	jammed, broken, slow bool
	byHand               bool // somebody has lifted it, and puts it back
	lost                 int8 // switch that stays open: +1 up, -1 down
	up, down             bool // as last reported
}

func newArm(plan *GatePlan) arm {
	return arm{
		closing: plan.Closing, riseMS: orElse(plan.RiseMS, 1_800), fallMS: orElse(plan.LowerMS, 1_800),
		down: true,
	}
}

// at is how far the arm is up.
func (a *arm) at(ms int64) int64 {
	if a.wholeMS == 0 {
		return a.from
	}
	way := 1000 * (ms - a.sinceMS) / a.wholeMS
	if a.goal >= a.from {
		return min(a.from+way, a.goal)
	}
	return max(a.from-way, a.goal)
}

func (a *arm) lowering() bool { return a.wholeMS > 0 && a.goal < a.from }

// open reports whether a driver sees the way free.
func (a *arm) open(ms int64) bool {
	return a.broken || !a.lowering() && a.at(ms) >= openFrom
}

// Barrier is an order of the gateway to a gate's barrier.
func (w *World) Barrier(ms int64, gate int, command drivers.BarrierCommand) {
	w.reach(ms)
	if w.dark {
		return
	}
	a := &w.lanes[gate].arm
	a.byHand = false
	switch command {
	case drivers.BarrierRaise, drivers.BarrierHold:
		a.held = a.held || command == drivers.BarrierHold
		a.vended = a.vended || command == drivers.BarrierRaise
		w.invite(gate)
		w.swing(gate, 1000)
	case drivers.BarrierRelease:
		a.held = false
		w.setArmTimer(gate, armClosing)
	case drivers.BarrierLower:
		if !a.held && (a.closing == ClosedByGateway || !w.armBlocked(gate)) {
			a.vended = false
			w.swing(gate, 0)
		}
	case drivers.BarrierStop:
		w.halt(gate)
	}
}

// swing moves an arm up or down, as far as it goes.
func (w *World) swing(g int, goal int64) {
	lane := &w.lanes[g]
	a := &lane.arm
	a.want = goal
	now := a.at(w.nowMS)
	if now == goal || a.wholeMS > 0 && a.goal == goal {
		return
	}
	if !a.jammed && !a.broken {
		w.armLuck(g, goal)
	}
	if a.jammed || a.broken {
		w.halt(g)
		return
	}
	whole := a.riseMS
	if goal < now {
		whole = a.fallMS
	}
	if a.slow || w.happens(&lane.dice, ArmSlow) {
		whole *= armSlowBy
	}
	a.from, a.goal, a.sinceMS, a.wholeMS, a.openMS = now, goal, w.nowMS, whole, 0
	w.planArm(g)
	w.reportArm(g)
	w.watchClose(g)
	w.replan(g, w.headIndex(g))
}

// armLuck takes the chances of a movement.
func (w *World) armLuck(g int, goal int64) {
	d, a := &w.lanes[g].dice, &w.lanes[g].arm
	if w.happens(d, ArmJam) {
		w.inflict(ArmJam, g, w.repairMS(d))
	}
	if a.lost == 0 && w.happens(d, ArmLimitLost) {
		w.inflict(ArmLimitLost, g, w.repairMS(d))
	}
	if goal == 0 && w.happens(d, ArmBroken) {
		w.inflict(ArmBroken, g, w.repairMS(d))
	}
}

// halt stops an arm where it is.
func (w *World) halt(g int) {
	a := &w.lanes[g].arm
	a.from, a.wholeMS = a.at(w.nowMS), 0
	a.gen++
	w.reportArm(g)
	w.watchClose(g)
	w.replan(g, w.headIndex(g))
}

// planArm plans the next angle at which a moving arm matters.
func (w *World) planArm(g int) {
	a := &w.lanes[g].arm
	now, next := a.at(w.nowMS), a.goal
	for _, angle := range [...]int64{downBelow, contactAt, openFrom, upFrom} {
		if a.goal > now && angle > now && angle < next {
			next = angle
		} else if a.goal < now && angle-1 < now && angle-1 > next {
			next = angle - 1
		}
	}
	way := max(next-a.from, a.from-next)
	a.gen++
	w.queue.push(event{ms: max(a.sinceMS+(way*a.wholeMS+999)/1000, w.nowMS+1), what: armMoves, at: int32(g), gen: a.gen})
}

// armMoves looks at what a moving arm has come to.
func (w *World) armMoves(g int) {
	lane := &w.lanes[g]
	a := &lane.arm
	now := a.at(w.nowMS)
	w.reportArm(g)
	switch {
	case a.lowering() && lane.path >= 0 && now <= contactAt:
		w.halt(g) // it rests on the vehicle
		return
	case now == a.goal:
		a.from, a.wholeMS = now, 0
		w.armArrived(g, now)
	default:
		w.planArm(g)
	}
	w.replan(g, w.headIndex(g))
}

// armArrived ends a movement.
func (w *World) armArrived(g int, angle int64) {
	w.watchClose(g)
	a := &w.lanes[g].arm
	if angle > 0 {
		a.openMS = w.nowMS
		w.setArmTimer(g, armIdle)
		return
	}
	a.byHand = false
	if c := w.head(g); c != nil {
		c.invited, c.bold = false, false
	}
}

// switches are what the two switches of an arm say.
func (a *arm) switches(ms int64) (up, down bool) {
	now := a.at(ms)
	return now >= upFrom && a.lost <= 0 && !a.broken, now < downBelow && a.lost >= 0 && !a.broken
}

// reportArm reports the switches, if they changed and somebody listens.
func (w *World) reportArm(g int) {
	a := &w.lanes[g].arm
	up, down := a.switches(w.nowMS)
	if (up != a.up || down != a.down) && !w.dark {
		a.up, a.down = up, down
		w.emit(ArmEdge{Gate: g, Up: up, Down: down})
	}
}

// armBlocked reports whether the barrier's own safety sees somebody.
func (w *World) armBlocked(g int) bool {
	return w.firstOver(&w.lanes[g], -500, closingEndMM) >= 0
}

// armSees is what a barrier that closes itself does about what its own detectors see.
func (w *World) armSees(g int) {
	lane := &w.lanes[g]
	a := &lane.arm
	if a.closing == ClosedByGateway {
		return
	}
	blocked := w.armBlocked(g)
	if blocked && a.lowering() {
		w.swing(g, 1000)
	}
	if onLoop := w.firstOver(lane, closingStartMM, closingEndMM) >= 0; onLoop {
		a.vended = false
		a.timerMS = 0
	} else if !blocked && a.at(w.nowMS) > 0 && !a.vended && a.timerMS == 0 {
		w.setArmTimer(g, armClosing)
	}
}

// setArmTimer plans that a barrier closes itself.
func (w *World) setArmTimer(g int, afterMS int64) {
	a := &w.lanes[g].arm
	if a.closing == ClosedByGateway {
		return
	}
	a.timerMS = w.nowMS + afterMS
	w.queue.push(event{ms: a.timerMS, what: armTimer, at: int32(g)})
}

// armTimer closes a barrier by itself, unless somebody is there, it is held or it was told to open again.
func (w *World) armTimer(g int) {
	a := &w.lanes[g].arm
	if a.timerMS != w.nowMS {
		return // set anew since
	}
	a.timerMS = 0
	idleMS := orElse(a.openMS, w.nowMS) + armIdle
	switch {
	case a.held || a.byHand || a.at(w.nowMS) == 0:
	case a.vended && w.nowMS < idleMS:
		w.setArmTimer(g, max(idleMS-w.nowMS, armClosing))
	case w.armBlocked(g):
		w.setArmTimer(g, armClosing)
	default:
		a.vended = false
		w.swing(g, 0)
	}
}

// turnArmFault begins or ends a fault of an arm.
func (w *World) turnArmFault(f Fault, g int, on bool) {
	a := &w.lanes[g].arm
	switch f {
	case ArmSlow:
		a.slow = on
	case ArmLimitLost:
		a.lost = 0
		if on {
			a.lost = int8(1 - 2*w.lanes[g].dice.below(2))
		}
		w.reportArm(g)
	case ArmByHand:
		w.byHand(g, on)
	case ArmJam, ArmBroken:
		if f == ArmJam {
			a.jammed = on
		} else {
			a.broken = on
		}
		w.halt(g)
		if !on {
			w.repaired(g)
		}
	}
}

// repaired is an arm that works again: who repairs it lets it go up if it was told to, and never down.
func (w *World) repaired(g int) {
	a := &w.lanes[g].arm
	if a.want == 1000 {
		w.swing(g, 1000)
	} else {
		w.setArmTimer(g, armClosing)
	}
}

// byHand is somebody who lifts a closed arm, and puts it back when nobody is under it.
func (w *World) byHand(g int, lift bool) {
	a := &w.lanes[g].arm
	if lift && a.at(w.nowMS) == 0 && !a.jammed && !a.broken {
		a.byHand = true
		w.swing(g, 1000)
		a.want = 0
	} else if !lift && a.byHand && a.want == 0 {
		if w.armBlocked(g) {
			w.queue.push(event{ms: w.nowMS + 2_000, what: faultHeals, at: int32(g), other: int32(ArmByHand)})
			return
		}
		w.swing(g, 0)
	}
}

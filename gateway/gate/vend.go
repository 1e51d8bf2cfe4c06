package gate

import "gatehouse/sync/fact"

// maxVends is how many vehicles can be granted before the first of them has gone through.
const maxVends = 8

// pending is a vend that waits for its vehicle.
type pending struct {
	Vend
	cause   Cause // CauseVend, or CauseManual for a raise by hand
	raised  bool  // the arm was raised for it
	sinceMS int64 // since it is the first
}

// fits reports whether a vehicle in this direction may use the vend.
func (p *pending) fits(direction fact.Direction, twoWay bool) bool {
	return !twoWay || p.Direction == fact.DirectionUnknown || p.Direction == direction
}

// vends is the queue of vends; the first one's arm is up, or rising.
type vends struct {
	list [maxVends]pending
	n    int
}

// first is the first vend, or the zero Vend.
func (v *vends) first() Vend {
	if v.n == 0 {
		return Vend{}
	}
	return v.list[0].Vend
}

// of is the place of a ticket's vend in the queue; -1: it has none.
func (v *vends) of(ticket fact.TicketID) int {
	for i := range v.n {
		if ticket != "" && v.list[i].Ticket == ticket {
			return i
		}
	}
	return -1
}

// remove takes one vend out.
func (v *vends) remove(i int) Vend {
	vend := v.list[i].Vend
	copy(v.list[i:v.n], v.list[i+1:v.n])
	v.n--
	v.list[v.n] = pending{}
	return vend
}

// grant takes the lot's leave for one vehicle, which may be one that has leave by another ticket.
func (g *Gate) grant(vend Vend, instead fact.TicketID) {
	if g.cfg.Closing == NoArm {
		g.say(Output{Kind: Passed, Vend: vend, Direction: vend.Direction, Reason: vend.Reason})
		return
	}
	from, at := g.asker(vend.Direction), g.vends.of(instead)
	if at >= 0 && g.vends.of(vend.Ticket) < 0 {
		g.vends.list[at].Vend = vend
		return
	}
	if g.near[from].doubtful && g.vends.n > 0 {
		g.resolve(vend, from)
	}
	switch first := &g.vends.list[0]; {
	case g.vends.of(vend.Ticket) >= 0:
	case g.vends.n == maxVends:
		g.say(Output{Kind: BackedOut, Vend: vend, Direction: g.cfg.travel(from)})
	case g.vends.n == 1 && first.cause == CauseManual && first.Ticket == "" && g.raisedByHandFor(from):
		first.Vend = vend // the arm is up for it already
	default:
		g.push(pending{Vend: vend, cause: CauseVend}, from)
	}
}

// raisedByHandFor reports whether the vehicle that a grant is for is the one that a person has raised the arm for: it
// stands on its near loop, or is on its way and nobody stands behind it.
func (g *Gate) raisedByHandFor(from Loop) bool {
	c := &g.crossing
	onItsWay := c.active && c.from == from && c.entitled && !c.counted
	return g.near[from].standing == granted || g.near[from].standing == nobody && onItsWay
}

// resolve tells by a new grant whether a vehicle came back to its near loop or another stands there.
func (g *Gate) resolve(vend Vend, from Loop) {
	vehicle, first := &g.near[from], &g.vends.list[0]
	switch {
	case vend.Ticket != first.Ticket: // the first one is through, and this is the next
		vehicle.doubtful, vehicle.dueMS = false, Never
		g.passed(crossing{from: from, open: true, entitled: true})
	case vehicle.told: // a new cause for the same vehicle, and one more raise
		vehicle.doubtful = false
		*first = pending{Vend: vend, cause: CauseVend, sinceMS: g.nowMS}
	}
}

// follows takes note that the vehicle on the near loop is another than the one that goes, crosses, or crossed.
func (g *Gate) follows(from Loop, surely bool) {
	switch vehicle, c := &g.near[from], &g.crossing; {
	case c.active && c.from == from:
		c.followed = c.followed || !c.left
	case vehicle.doubtful && vehicle.here() && g.vends.n > 0:
		g.near[from] = approach{}
		g.passed(crossing{from: from, open: true, entitled: true})
		g.arrive(from)
	case surely && vehicle.standing == granted && !vehicle.doubtful:
		vehicle.followed = true
	}
}

// MindsFollower reports whether it may matter to the gate that what Follows is surely another vehicle: one with a vend
// stands on the near loop, or time may have put one there since the last Step.
func (g *Gate) MindsFollower(nowMS int64, direction fact.Direction) bool {
	return g.wakeMS < nowMS || g.near[g.asker(direction)].standing == granted
}

// push queues a vend, and gives it to the vehicle that waits for it.
func (g *Gate) push(p pending, from Loop) {
	p.sinceMS = g.nowMS
	g.vends.list[g.vends.n] = p
	g.vends.n++
	vehicle, c := &g.near[from], &g.crossing
	switch {
	case vehicle.standing == asking || vehicle.standing == refused:
		vehicle.standing = granted
	case vehicle.standing != nobody || !c.active || c.from != from || c.counted:
	case c.entitled:
		c.followed = c.followed || !c.left
	case g.vends.n == 1 && (!c.left || c.standing == asking):
		c.entitled = true // it did not wait for its grant
	}
}

// asker is the loop on which the vehicle of a decision stands.
func (g *Gate) asker(direction fact.Direction) Loop {
	switch {
	case !g.cfg.twoWay():
		return ArmingLoop
	case direction == fact.DirectionUnknown && g.near[ArmingLoop].standing != asking && g.near[ClosingLoop].standing == asking:
		return ClosingLoop
	case direction == fact.Outward:
		return ClosingLoop
	}
	return ArmingLoop
}

// refuse takes the lot's no, which holds nobody where there is no arm.
func (g *Gate) refuse(direction fact.Direction) {
	if g.cfg.Closing == NoArm {
		g.say(Output{Kind: Passed, Direction: direction})
		return
	}
	if vehicle := &g.near[g.asker(direction)]; vehicle.standing == asking {
		vehicle.standing = refused
	}
}

// raiseOnce raises the arm at a person's order. It helps the vehicle that has a vend and can't use it; if there
// is none, it is a vend for one vehicle.
func (g *Gate) raiseOnce(reason fact.Reason) {
	if g.stop {
		return
	}
	if g.vends.n == 0 && !g.hold && !g.fire {
		g.push(pending{Vend: Vend{Reason: reason}, cause: CauseManual}, g.asker(fact.DirectionUnknown))
	}
	if g.vends.n > 0 {
		g.vends.list[0].raised = true
	}
	g.raise(CauseManual, Vend{Reason: reason}, false)
}

// takeVend ends the first vend of this direction; the next one's turn begins.
func (g *Gate) takeVend(direction fact.Direction) Vend {
	i := 0
	for i < g.vends.n-1 && !g.vends.list[i].fits(direction, g.cfg.twoWay()) {
		i++
	}
	vend := g.vends.remove(i)
	if g.vends.n > 0 && i == 0 {
		g.vends.list[0].sinceMS = g.nowMS
	}
	return vend
}

// backOut ends a vend whose vehicle did not go through.
func (g *Gate) backOut(direction fact.Direction, doubtful bool) {
	g.end(StateBackedOut, Output{Kind: BackedOut, Vend: g.takeVend(direction), Direction: direction, Through: doubtful})
}

// vendTimeoutMS is when the first vend ends for want of a vehicle: long after its turn came, the arm was raised
// and anything changed on the loops.
func (g *Gate) vendTimeoutMS() int64 {
	if g.vends.n == 0 || g.crossing.active {
		return Never
	}
	return max(g.vends.list[0].sinceMS, g.edgeMS, g.arm.raisedMS) + g.cfg.VendTimeoutMS
}

// expireVend ends the first vend: nobody drove through, or the barrier closed before anybody did. A vehicle
// that still stands there is asked for again.
func (g *Gate) expireVend() {
	first := g.vends.list[0]
	from := ArmingLoop
	if g.cfg.twoWay() && first.Direction == fact.Outward {
		from = ClosingLoop
	}
	unseen := !g.loops[ArmingLoop].readable() && !g.loops[ClosingLoop].readable()
	if unseen && g.letsThrough(&first) {
		g.passed(crossing{from: from, open: true, entitled: true})
		return
	}
	g.backOut(g.cfg.travel(from), first.raised && !g.near[from].here())
	for at := range g.near {
		g.askAgain(Loop(at))
	}
}

// letsThrough reports whether the arm was raised for a vend, and nothing says that it did not get up. Whoever leaves an arm
// that is stuck has driven back, whatever the far loop is worth.
func (g *Gate) letsThrough(vend *pending) bool {
	return vend.raised && !g.arm.stuckClosed && !g.arm.broken && !g.arm.lockedOut
}

// askAgain asks for a vehicle whose vend is over.
func (g *Gate) askAgain(at Loop) {
	vehicle := &g.near[at]
	if vehicle.standing != granted || vehicle.gone || g.hasSpareVend(at) {
		return
	}
	*vehicle = approach{standing: asking, dueMS: Never}
	g.say(Output{Kind: Arrived, Direction: g.cfg.travel(at)})
}

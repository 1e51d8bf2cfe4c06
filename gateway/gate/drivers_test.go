package gate_test

import "gatehouse/gateway/gate"

// moveCars lets every vehicle drive for one tick, the one in front first.
func (w *world) moveCars() {
	var ahead *car
	for i, c := range w.cars {
		switch {
		case c.stage == gone:
			continue
		case c.stage == queueing:
			if i > 0 && !w.mayFollow(w.cars[i-1], c) {
				return
			}
			w.enter(c)
		}
		w.move(c, ahead)
		w.noteThrough(c)
		ahead = c
	}
}

// mayFollow reports whether a driver enters the lane behind another, who must be on the way out by then.
func (w *world) mayFollow(before, c *car) bool {
	free := before.stage == gone || before.stage == going && before.manner != comesWrong
	if !free {
		c.sinceMS = w.nowMS
	}
	return free && w.nowMS >= c.sinceMS+c.lagMS && (c.manner != comesWrong || before.stage == gone || before.lo > 6_000)
}

func (w *world) enter(c *car) {
	c.stage, c.sinceMS = waiting, w.nowMS
	c.hi = -500
	c.lo = c.hi - c.length
	if c.manner == comesWrong {
		c.lo = 5_000
		c.hi = c.lo + c.length
	}
}

// shift moves a vehicle towards a place of its front, no farther than its speed.
func (c *car) shift(toHi int64) {
	d := min(max(toHi-c.hi, -c.speed), c.speed)
	c.lo, c.hi = c.lo+d, c.hi+d
}

func (w *world) move(c, ahead *car) {
	if c.manner == comesWrong {
		w.moveWrong(c)
		return
	}
	limit := int64(30_000)
	if ahead != nil {
		limit = ahead.lo - headwayMM
	}
	open := w.arm >= openAngle
	switch c.stage {
	case waiting:
		c.shift(min(limit, c.stop()))
		w.wait(c, open)
	case nosing:
		c.shift(3_300)
		if w.nowMS >= c.changedMS+c.pauseMS+2_000 {
			c.stage, c.changedMS = rolling, w.nowMS
		}
	case rolling:
		if c.manner == touches {
			c.stage = leaving
			return
		}
		c.shift(c.stop())
		if w.nowMS >= c.changedMS+c.pauseMS+2_000 {
			w.wait(c, open)
		}
	case leaving:
		c.shift(-20_000)
		if c.hi < -10_000 { // the next one has to get out of its way first
			c.stage = gone
		}
	case going:
		w.drive(c, limit, open)
	}
}

// wait decides what a driver before the arm does next.
func (w *world) wait(c *car, open bool) {
	if c.hi < c.stop() {
		return
	}
	free := w.gate.State() == gate.StateHeldOpen || w.gate.State() == gate.StateFire
	mayGo := open && (c.permitted || free || c.manner == tailgates)
	waited := w.nowMS - c.sinceMS
	switch {
	case c.manner == backsOut && (c.permitted || c.refused) && waited > c.decideMS+c.pauseMS:
		c.stage = leaving
	case mayGo && (c.manner == touches || c.manner == hesitates) && c.mayNose(w.nowMS):
		c.stage, c.changedMS, c.paused = nosing, w.nowMS, true
	case mayGo:
		c.stage, c.changedMS = going, w.nowMS
	case waited > impatientMS, c.refused && waited > c.decideMS+15_000:
		c.stage = leaving
	case waited > buttonMS && !c.decided:
		c.decided = true
		w.grant(c)
	}
}

// mayNose tells a vehicle that can reach the closing loop without leaving the arming loop, and has not tried yet.
// A decision that is still under way when it does would be anybody's.
func (c *car) mayNose(nowMS int64) bool {
	return c.length > 3_400 && c.stage == waiting && !c.paused && c.permitted && nowMS > c.grantMS
}

// drive takes a vehicle through; some stop under the arm for a while.
func (w *world) drive(c *car, limit int64, open bool) {
	if c.hi <= armMM-200 && !open {
		limit = min(limit, armMM-200)
	}
	if !c.paused && c.hi > armMM+1_000 {
		c.paused, c.changedMS = true, w.nowMS
	}
	if c.paused && w.nowMS < c.changedMS+c.pauseMS {
		return
	}
	if limit > c.hi {
		c.shift(limit)
	}
	switch {
	case c.lo > 20_000:
		c.stage = gone
	case c.hi <= armMM-200 && !open && w.nowMS > c.changedMS+impatientMS && c.length > 3_400:
		c.stage = leaving // its tail is still on the arming loop
	}
}

// moveWrong comes as far as the arm from the far side, and drives through if it is up.
func (w *world) moveWrong(c *car) {
	open, before := w.arm >= openAngle, c.lo >= armMM+200
	switch {
	case c.stage == leaving:
		c.shift(20_000)
		if c.lo > 10_000 {
			c.stage = gone
		}
	case c.stage == going:
		if open || !before {
			c.shift(-20_000)
		}
		if c.hi < -10_000 { // the next one has to get out of its way first
			c.stage = gone
		}
		if before && !open && w.nowMS > c.sinceMS+impatientMS {
			c.stage = leaving
		}
	case open:
		c.stage = going
	case w.nowMS > c.sinceMS+c.pauseMS+10_000:
		c.stage = leaving
	default:
		c.shift(armMM + 700 + c.length)
	}
}

// noteThrough counts a vehicle that has left both loops at the other side.
func (w *world) noteThrough(c *car) {
	through := c.lo > loopSpan[gate.ClosingLoop][1]
	if c.manner == comesWrong {
		through = c.hi < loopSpan[gate.ArmingLoop][0]
	}
	if through && !c.counted && c.stage == going {
		c.counted = true
		w.through++
	}
}

package world

import "gatehouse/sync/fact"

// Where one goes who came the wrong way, by its front, which faces -x.
const (
	wrongJoinMM  = 9_000
	wrongLineMM  = 800
	wrongLeaveMM = -9_000
)

// joinWrong brings a vehicle into a lane from behind the arm; if the lane is busy, its driver comes back to
// reason.
func (w *World) joinWrong(g int, c *car) {
	lane := &w.lanes[g]
	if lane.wrong >= 0 || w.laneBusy(lane) {
		w.comeAgain(c, 1_000)
		return
	}
	w.truth.Fired[WrongWay]++
	c.gate, c.facing, c.motion = g, -1, standing(wrongJoinMM)
	c.seen, c.under, c.through, c.how = false, false, false, AgainstTheLane
	c.forget()
	lane.wrong = c.index
	w.move(c, motion{fromMM: wrongJoinMM, toMM: wrongLineMM, sinceMS: w.nowMS, speed: c.speed})
}

// laneBusy reports whether a vehicle is near the arm or beyond it.
func (w *World) laneBusy(lane *lane) bool {
	for _, index := range lane.cars {
		if c := &w.cars[index]; c.motion.at(w.nowMS) > armingStartMM || c.motion.toMM > 0 {
			return true
		}
	}
	return false
}

// wrongMoves looks at what a vehicle against the lane has come to.
func (w *World) wrongMoves(c *car, x int64) {
	g := c.gate
	if !c.through && x+c.lengthMM <= 0 {
		c.through = true
		w.passed(c)
	}
	w.touch(g)
	if x != c.motion.toMM {
		w.planMove(c)
		return
	}
	c.motion = standing(x)
	switch x {
	case wrongLineMM:
		c.mind.lineMS = w.nowMS
		c.mind.nagMS = c.dice.between(10_000, 20_000)
		w.queue.push(event{ms: w.nowMS + 1_000, what: wrongThinks, at: c.index, gen: c.gen})
	case wrongJoinMM:
		w.clearWrong(g)
		w.comeAgain(c, c.dice.between(5_000, 20_000))
	default:
		w.clearWrong(g)
		w.leaveLane(c)
	}
}

// wrongThinks goes through if the arm is up and nobody comes, and turns back after a while.
func (w *World) wrongThinks(c *car) {
	lane := &w.lanes[c.gate]
	switch {
	case lane.arm.open(w.nowMS) && len(lane.cars) == 0:
		// Its rear, not its front, has to be out of the lane.
		to := int64(wrongLeaveMM) - c.lengthMM
		w.move(c, motion{fromMM: wrongLineMM, toMM: to, sinceMS: w.nowMS, speed: c.speed})
	case w.nowMS-c.mind.lineMS >= c.mind.nagMS:
		w.move(c, motion{fromMM: wrongLineMM, toMM: wrongJoinMM, sinceMS: w.nowMS, speed: reverseMMPS})
	default:
		w.queue.push(event{ms: w.nowMS + 1_000, what: wrongThinks, at: c.index, gen: c.gen})
	}
}

// clearWrong takes the vehicle out of the lane; who waited for it goes on.
func (w *World) clearWrong(g int) {
	w.lanes[g].wrong = -1
	w.touch(g)
	w.replan(g, 0)
	if i := w.headIndex(g); i > 0 {
		w.replan(g, i)
	}
}

// comeAgain sends a driver who is in the wrong lane to a right one.
func (w *World) comeAgain(c *car, afterMS int64) {
	c.does &^= FaultsOf(WrongWay)
	c.facing = 1
	w.queue.push(event{ms: w.nowMS + afterMS, what: carComes, at: c.index})
}

// goesWrong reports whether a driver tries a gate of the other direction first.
func (c *car) goesWrong() bool { return c.does.Has(WrongWay) && c.heading == fact.Outward }

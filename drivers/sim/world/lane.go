package world

import "gatehouse/sync/fact"

// Places and measures of a lane, in mm and mm/s.
const (
	streetMM    = -15_000 // where a vehicle joins, if the queue is not longer
	turnOffMM   = -7_000  // where one that backs out leaves the lane
	commitMM    = -1_500  // who rolls through from here on does not stop for an arm that comes down
	armThickMM  = 100
	underMM     = 1_500 // where one stops that stops under the arm
	laneEndMM   = 6_000
	nudgeMM     = 300 // nobody starts for less
	reverseMMPS = 1_400
)

// lane is a gate with the vehicles in it.
type lane struct {
	plan   *GatePlan
	dice   dice
	arm    arm
	loops  [2]loop
	cars   []int32 // the first first
	wrong  int32   // who came the wrong way; -1: nobody
	path   int32   // who is under the arm; -1: nobody
	closes int     // index of the running entry of Truth.Closes; -1: none
	face   shown
	lastID int
	last   Plate // for a camera that repeats itself

	terminalDown bool
	orders       []order
	ordered      map[fact.PaymentID]int32 // indexes of orders
}

// join puts a vehicle at the end of a lane.
func (w *World) join(g int, c *car) {
	lane := &w.lanes[g]
	x := int64(streetMM)
	if n := len(lane.cars); n > 0 {
		tail := &w.cars[lane.cars[n-1]]
		x = min(x, min(tail.motion.at(w.nowMS), tail.motion.toMM)-tail.lengthMM-c.gapMM)
	}
	c.gate, c.facing, c.motion = g, 1, standing(x)
	c.seen, c.under, c.through, c.pauseMS = false, false, false, 0
	c.forget()
	lane.cars = append(lane.cars, c.index)
	w.replan(g, len(lane.cars)-1)
}

// limit is how far a vehicle can go now, and how fast.
func (w *World) limit(lane *lane, i int) (toMM, speed int64) {
	c := &w.cars[lane.cars[i]]
	x := c.motion.at(w.nowMS)
	toMM, speed = laneEndMM+c.lengthMM, c.speed
	if !w.mayPass(lane, i, x) {
		toMM = max(c.lineMM, x)
	} else if w.stopsUnder(c, x) {
		toMM = underMM
	}
	if i > 0 {
		ahead := &w.cars[lane.cars[i-1]]
		toMM = min(toMM, ahead.motion.toMM-ahead.lengthMM-c.gapMM)
		if ahead.motion.onward() {
			speed = min(speed, ahead.motion.speed)
		}
	}
	if lane.wrong >= 0 && w.cars[lane.wrong].motion.toMM < 0 {
		toMM = x // somebody comes out through this lane
	}
	return toMM, speed
}

// stopsUnder reports whether a driver is one who stops under the arm, and has not driven on yet.
func (w *World) stopsUnder(c *car, x int64) bool {
	return c.does.Has(StopUnderArm) && c.heading == fact.Inward && x <= underMM && (c.pauseMS == 0 || w.nowMS < c.pauseMS)
}

// mayPass reports whether a driver takes the way under the arm for free.
func (w *World) mayPass(lane *lane, i int, x int64) bool {
	c := &w.cars[lane.cars[i]]
	if c.under || c.motion.onward() && c.motion.toMM > 0 && x > commitMM {
		return true
	}
	if lane.wrong >= 0 || c.backsOut() || !lane.arm.open(w.nowMS) {
		return false
	}
	return c.invited || c.bold || w.tailgates(lane, i)
}

// tailgates reports whether a driver follows the one ahead through, and that one is going.
func (w *World) tailgates(lane *lane, i int) bool {
	c := &w.cars[lane.cars[i]]
	return c.does.Has(Tailgate) && i > 0 && w.cars[lane.cars[i-1]].motion.toMM > 0
}

// replan makes the i-th vehicle of a lane go as far as it can, and those behind it follow.
func (w *World) replan(g, i int) {
	lane := &w.lanes[g]
	if i < 0 || i >= len(lane.cars) {
		return
	}
	c := &w.cars[lane.cars[i]]
	if c.backing {
		return
	}
	x := c.motion.at(w.nowMS)
	toMM, speed := w.limit(lane, i)
	switch {
	case c.motion.speed == 0 && toMM-x >= nudgeMM:
		if !c.starting {
			c.starting = true
			c.gen++
			w.queue.push(event{ms: w.nowMS + c.reactionMS, what: carStarts, at: c.index, gen: c.gen})
		}
		return
	case c.motion.speed == 0 || toMM == c.motion.toMM && speed == c.motion.speed:
		return
	case toMM <= x:
		w.move(c, standing(x))
	default:
		w.move(c, motion{fromMM: x, toMM: toMM, sinceMS: w.nowMS, speed: speed})
	}
	w.replan(g, i+1)
}

// move gives a vehicle a new motion.
func (w *World) move(c *car, m motion) {
	c.motion = m
	c.starting = false
	c.gen++
	if m.speed > 0 {
		w.leaveLine(c)
		w.planMove(c)
	}
}

// planMove plans the next place at which a moving vehicle matters.
func (w *World) planMove(c *car) {
	place := c.nextPlace(c.motion.at(w.nowMS))
	w.queue.push(event{ms: max(c.motion.when(place), w.nowMS), what: carMoves, at: c.index, gen: c.gen})
}

// carStarts ends a driver's reaction: if the way is still free, the car goes.
func (w *World) carStarts(c *car) {
	c.starting = false
	lane := &w.lanes[c.gate]
	i := lane.indexOf(c.index)
	x := c.motion.at(w.nowMS)
	toMM, speed := w.limit(lane, i)
	if toMM-x < nudgeMM {
		w.lineUp(c.gate)
		return
	}
	w.move(c, motion{fromMM: x, toMM: toMM, sinceMS: w.nowMS, speed: speed})
	w.replan(c.gate, i+1)
}

// carMoves looks at what a moving vehicle has come to.
func (w *World) carMoves(c *car) {
	x := c.motion.at(w.nowMS)
	if c.facing < 0 {
		w.wrongMoves(c, x)
		return
	}
	w.pass(c, x)
	w.touch(c.gate)
	if x != c.motion.toMM {
		w.planMove(c)
		return
	}
	c.motion = standing(x)
	w.arrive(c, x)
}

// pass notes what a vehicle has passed.
func (w *World) pass(c *car, x int64) {
	lane := &w.lanes[c.gate]
	if !c.seen && x >= armingStartMM && !c.backing {
		c.seen = true
		w.watch(c.gate, c)
	}
	if !c.under && x >= 0 {
		c.under = true
		c.how = w.howThrough(c)
		w.replan(c.gate, lane.indexOf(c.index)+1) // the next is the first at the line now
	}
	if !c.through && x-c.lengthMM >= closingEndMM {
		c.through = true
		w.passed(c)
	}
}

// arrive is what a vehicle does where its way ends.
func (w *World) arrive(c *car, x int64) {
	g := c.gate
	lane := &w.lanes[g]
	i := lane.indexOf(c.index)
	switch {
	case c.backing && c.turning != Coming:
		lane.remove(i)
		c.backing = false
		w.turnAway(c)
		w.touch(g)
		w.replan(g, i)
	case c.backing:
		c.backing = false
		w.replan(g, i)
	case x >= laneEndMM+c.lengthMM:
		lane.remove(i)
		w.leaveLane(c)
		w.replan(g, i)
	case x == underMM && c.pauseMS == 0 && w.stopsUnder(c, x):
		w.pauseUnder(c)
	}
	w.lineUp(g)
}

// touch looks at everything in a lane that bodies may have changed.
func (w *World) touch(g int) {
	w.senseLoop(g, armingLoop)
	w.senseLoop(g, closingLoop)
	lane := &w.lanes[g]
	lane.path = w.firstOver(lane, 0, armThickMM)
	w.armSees(g)
	w.watchClose(g)
}

// metalOver reports whether a loop sees a body over a stretch of the lane.
func (w *World) metalOver(lane *lane, startMM, endMM int64) bool {
	for _, index := range lane.cars {
		c := &w.cars[index]
		if c.over(c.motion.at(w.nowMS), startMM, endMM) {
			return true
		}
	}
	if lane.wrong < 0 {
		return false
	}
	c := &w.cars[lane.wrong]
	return c.over(c.motion.at(w.nowMS), startMM, endMM)
}

// firstOver is a vehicle that is over a stretch of the lane, drawbar and all; -1: none.
func (w *World) firstOver(lane *lane, startMM, endMM int64) int32 {
	for _, index := range lane.cars {
		c := &w.cars[index]
		if c.covers(c.motion.at(w.nowMS), startMM, endMM) {
			return index
		}
	}
	if lane.wrong >= 0 {
		if c := &w.cars[lane.wrong]; c.covers(c.motion.at(w.nowMS), startMM, endMM) {
			return lane.wrong
		}
	}
	return -1
}

// head is the first vehicle that has not come under the arm; nil: none.
func (w *World) head(g int) *car {
	if i := w.headIndex(g); i >= 0 {
		return &w.cars[w.lanes[g].cars[i]]
	}
	return nil
}

func (w *World) headIndex(g int) int {
	for i, index := range w.lanes[g].cars {
		if !w.cars[index].under {
			return i
		}
	}
	return -1
}

// attendant is the head, if it is near enough to be served: over the arming loop.
func (w *World) attendant(g int) *car {
	c := w.head(g)
	if c == nil || c.backing || c.motion.at(w.nowMS) < armingStartMM {
		return nil
	}
	return c
}

// indexOf is a vehicle's place in the lane.
func (l *lane) indexOf(car int32) int {
	for i, index := range l.cars {
		if index == car {
			return i
		}
	}
	return -1
}

func (l *lane) remove(i int) { l.cars = append(l.cars[:i], l.cars[i+1:]...) }

// backOut makes a vehicle reverse out of its lane, and those behind it make room.
func (w *World) backOut(c *car, becomes Where) {
	lane := &w.lanes[c.gate]
	way := c.motion.at(w.nowMS) - turnOffMM
	for _, index := range lane.cars[lane.indexOf(c.index):] {
		other := &w.cars[index]
		x := other.motion.at(w.nowMS)
		other.backing, other.turning = true, Coming
		other.forget()
		w.move(other, motion{fromMM: x, toMM: x - way, sinceMS: w.nowMS, speed: reverseMMPS})
	}
	c.turning = becomes
}

// leaveLane is a vehicle whose rear has left the lane in its direction.
func (w *World) leaveLane(c *car) {
	c.forget()
	if c.heading == fact.Outward {
		w.place(c, Gone)
		return
	}
	w.place(c, Roaming)
	w.seekSpot(c)
}

package world

import "gatehouse/sync/fact"

// Kind is a kind of vehicle.
type Kind uint8

// The kinds. A trailer hangs on a drawbar so long that the closing loop sees nothing between it and its car.
const (
	Sedan Kind = iota
	SmallCar
	Van
	Truck
	Motorcycle
	WithTrailer

	kinds
)

// build is what the vehicles of a kind have in common.
type build struct {
	shortestMM, longestMM int64
	lowestMM, highestMM   int64
	slowest, fastest      int64 // in a lane, mm/s
	drawbarMM, trailerMM  int64
	size                  fact.SpotType
}

var builds = [kinds]build{
	Sedan:       {4_200, 4_950, 1_400, 1_700, 2_500, 3_300, 0, 0, fact.Regular},
	SmallCar:    {2_700, 3_900, 1_400, 1_600, 2_600, 3_400, 0, 0, fact.Compact},
	Van:         {5_000, 6_500, 1_900, 2_050, 2_300, 2_900, 0, 0, fact.Large},
	Truck:       {7_500, 12_000, 2_050, 2_150, 1_800, 2_400, 0, 0, fact.Large},
	Motorcycle:  {2_200, 2_300, 1_100, 1_300, 2_800, 3_900, 0, 0, fact.Compact},
	WithTrailer: {4_400, 4_900, 1_500, 1_700, 2_000, 2_500, 2_400, 4_000, fact.Large},
}

// segment is a part of a body that a loop can see: from so far to so far behind the front, in mm.
type segment struct{ from, to int64 }

// motion is a stretch at a constant speed.
type motion struct {
	fromMM, toMM int64
	sinceMS      int64
	speed        int64 // mm/s; 0: it stands at toMM
}

// standing is a motion that ends where it begins.
func standing(mm int64) motion { return motion{fromMM: mm, toMM: mm} }

// at is where the front is at a time.
func (m *motion) at(ms int64) int64 {
	if m.speed == 0 {
		return m.toMM
	}
	way := m.speed * (ms - m.sinceMS) / 1000
	if m.toMM >= m.fromMM {
		return min(m.fromMM+way, m.toMM)
	}
	return max(m.fromMM-way, m.toMM)
}

// when is the first millisecond at which the front has got to a place on its way.
func (m *motion) when(mm int64) int64 {
	way := max(mm-m.fromMM, m.fromMM-mm)
	return m.sinceMS + (way*1000+m.speed-1)/m.speed
}

// onward reports whether the motion is towards +x.
func (m *motion) onward() bool { return m.speed > 0 && m.toMM > m.fromMM }

// car is a vehicle with its driver.
type car struct {
	plan  *CarPlan
	index int32
	dice  dice
	does  FaultSet
	wants fact.SpotType
	size  fact.SpotType

	parts              [2]segment
	partCount          int
	lengthMM, heightMM int64
	speed              int64 // in a lane
	reactionMS         int64
	gapMM              int64 // to the vehicle ahead, standing
	lineMM             int64 // where it stops before an arm

	heading  fact.Direction
	gate     int  // whose lane it is or was in; -1: none yet
	facing   int8 // +1 with the lane, -1 against it
	motion   motion
	gen      uint32
	starting bool  // its driver has seen the way free and reacts
	backing  bool  // reverses, or makes room for one who does
	turning  Where // what becomes of it when it has backed out; Coming: it only makes room

	seen, under bool  // by the camera; the front has been under the arm
	through     bool  // the rear has left the closing loop
	pauseMS     int64 // until when it stops under the arm; 0: it has not
	atLine      bool
	invited     bool // saw the arm or a light answer while it was first at the line
	bold        bool // takes an arm that stays up for an invitation
	how         How
	mind        mind
	exits       int // attempts to leave
	searches    int // spots that it found taken
}

// newCar makes the vehicle of a plan.
func (w *World) newCar(index int) car {
	plan := &w.plan.Cars[index]
	build := builds[plan.Kind]
	c := car{plan: plan, index: int32(index), dice: diceOf(w.plan.Seed, carDice, index), does: plan.Does, gate: -1, facing: 1, size: build.size}
	c.wants = plan.Wants
	if c.wants == fact.AnyType {
		c.wants = build.size
	}
	length := c.dice.between(build.shortestMM, build.longestMM)
	c.parts[0], c.partCount, c.lengthMM = segment{0, length}, 1, length
	if build.trailerMM > 0 {
		start := length + build.drawbarMM
		c.lengthMM = start + build.trailerMM
		c.parts[1], c.partCount = segment{start, c.lengthMM}, 2
	}
	c.heightMM = c.dice.between(build.lowestMM, build.highestMM)
	c.speed = c.dice.between(build.slowest, build.fastest)
	c.reactionMS = c.dice.between(400, 900)
	c.gapMM = c.dice.between(1_200, 2_200)
	c.lineMM = armingEndMM - c.dice.below(300)
	for _, f := range driverFaults() {
		if c.dice.chance(w.plan.Faults.Chance[f]) {
			c.does |= FaultsOf(f)
		}
	}
	if c.does.Has(Tailgate) {
		c.gapMM = 400
	}
	c.mind = mind{spot: -1, told: -1}
	return c
}

// edges are the two ends of a part of the body, lower first, when the front is at x.
func (c *car) edges(p segment, x int64) (low, high int64) {
	if c.facing < 0 {
		return x + p.from, x + p.to
	}
	return x - p.to, x - p.from
}

// over reports whether a part of the body that a loop can see is over a stretch of the lane.
func (c *car) over(x, startMM, endMM int64) bool {
	for _, p := range c.parts[:c.partCount] {
		if low, high := c.edges(p, x); high >= startMM && low < endMM {
			return true
		}
	}
	return false
}

// covers reports whether the body, drawbar and all, is over a stretch of the lane.
func (c *car) covers(x, startMM, endMM int64) bool {
	low, high := c.edges(segment{0, c.lengthMM}, x)
	return high >= startMM && low < endMM
}

// nextPlace is the next place of the front, on the way to where it goes, at which anything in the lane may
// change: an end of the body comes to a border.
func (c *car) nextPlace(x int64) int64 {
	next, onward := c.motion.toMM, c.motion.onward()
	for _, border := range borders {
		for _, p := range c.parts[:c.partCount] {
			for _, end := range [2]int64{p.from, p.to} {
				place := border + int64(c.facing)*end
				if onward && place > x && place < next {
					next = place
				} else if !onward && place-1 < x && place-1 > next {
					next = place - 1
				}
			}
		}
	}
	return next
}

// borders are where something begins or ends in a lane.
var borders = [...]int64{armingStartMM, armingEndMM, 0, armThickMM, closingStartMM, closingEndMM}

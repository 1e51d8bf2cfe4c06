package world

import (
	"cmp"
	"slices"

	"gatehouse/sync/fact"
)

// Truth is what really is and was: what a gateway has to find out. It belongs to the World; copy what is to be
// kept.
type Truth struct {
	Cars     []CarTruth // as in the plan
	Spots    []int      // the car that stands on each spot; -1: none
	Passages []Passage  // in their order
	Payments []Paid     // approved, whether the answer arrived or not
	Closes   []Close
	Fired    [Faults]int

	Inside  int         // vehicles that came in and have not left
	ByWhere [wheres]int // cars by where they are
	Through [][2]int    // passages of each gate: inward, outward
}

// CarTruth is one car. Times are 0 where it did not get so far.
type CarTruth struct {
	Where      Where
	Spot       int   // -1: none
	Told       int   // the spot that it was told; -1: none
	Stood      int   // the spot on which it parked last; -1: none
	TakenMS    int64 // when it found the spot that it was told taken by another
	ArrivedMS  int64
	EnteredMS  int64
	ParkedMS   int64
	LeftSpotMS int64
	LeftMS     int64
}

// Where says where a car is.
type Where uint8

// The places of a car. From Denied on, and Gone and Stranded, it moves no more.
const (
	Coming   Where = iota // has not arrived yet
	Entering              // in an entry's lane
	Roaming               // inside, on the way to a spot
	Parked
	Leaving  // on the way to an exit
	Exiting  // in an exit's lane
	Gone     // left the location
	Stranded // inside for good: no exit ever opened
	Denied   // turned away because the lot was full
	GaveUp   // turned away because the gate never answered
	TurnedBack

	wheres
)

var whereText = [wheres]string{
	"coming", "entering", "roaming", "parked", "leaving", "exiting", "gone", "stranded", "denied", "gave_up", "turned_back",
}

// String is the code of the place.
func (p Where) String() string {
	if p < wheres {
		return whereText[p]
	}
	return "unknown"
}

// Passage is a vehicle that went through a gate: its rear left the closing loop.
type Passage struct {
	Car       int
	Gate      int
	Direction fact.Direction
	How       How
	AtMS      int64
}

// How says by what right a driver went through.
type How uint8

// Invited: the arm or the light answered while it was first in line. Followed: behind another, on its grant.
// OpenArm: the arm stood open. AgainstTheLane: from the wrong side.
const (
	Invited How = iota
	Followed
	OpenArm
	AgainstTheLane
)

// Close is an arm that came down over a vehicle in its path, driven and not put down by hand.
type Close struct {
	Gate        int
	Car         int
	FromMS      int64
	ForMS       int64 // so far
	FaultyLoops int   // of the gate, when it began
}

// Paid is money that a terminal took.
type Paid struct {
	Payment fact.PaymentID
	Gate    int
	Car     int
	Amount  fact.Money
	AtMS    int64
}

// ClosesOnPresence counts the closes over a vehicle, and their time together.
func (t *Truth) ClosesOnPresence() (count int, forMS int64) {
	for i := range t.Closes {
		forMS += t.Closes[i].ForMS
	}
	return len(t.Closes), forMS
}

// DoubleAllocations counts the vehicles that were let in and told a spot which was another's: told to somebody who was
// let in before and had neither parked, here or elsewhere, nor left the spot again, nor found it taken.
func (t *Truth) DoubleAllocations() int {
	invited := map[int]bool{}
	for _, p := range t.Passages {
		if p.Direction == fact.Inward && p.How == Invited {
			invited[p.Car] = true
		}
	}
	bySpot := map[int][]*CarTruth{}
	for i := range t.Cars {
		if c := &t.Cars[i]; c.Told >= 0 && invited[i] {
			bySpot[c.Told] = append(bySpot[c.Told], c)
		}
	}
	doubles := 0
	for _, cars := range bySpot {
		slices.SortFunc(cars, func(a, b *CarTruth) int { return cmp.Compare(a.EnteredMS, b.EnteredMS) })
		untilMS := int64(0)
		for _, c := range cars {
			if c.EnteredMS < untilMS {
				doubles++
			}
			untilMS = max(untilMS, c.boundUntilMS())
		}
	}
	return doubles
}

// boundUntilMS is until when the spot that a vehicle was told is its own.
func (c *CarTruth) boundUntilMS() int64 {
	const always = int64(1)<<62 - 1
	switch {
	case c.TakenMS > 0:
		return c.TakenMS
	case c.ParkedMS > 0 && c.Stood != c.Told:
		return c.ParkedMS
	case c.LeftSpotMS > 0:
		return c.LeftSpotMS
	case c.LeftMS > 0:
		return c.LeftMS
	}
	return always
}

// Tailgated lists the cars that followed another in, or out.
func (t *Truth) Tailgated(direction fact.Direction) []int {
	var cars []int
	for _, p := range t.Passages {
		if p.How == Followed && p.Direction == direction {
			cars = append(cars, p.Car)
		}
	}
	return cars
}

// Truth is what really is.
func (w *World) Truth() *Truth {
	for g := range w.lanes {
		if at := w.lanes[g].closes; at >= 0 {
			w.truth.Closes[at].ForMS = w.nowMS - w.truth.Closes[at].FromMS
		}
	}
	return &w.truth
}

// Settled reports whether no car will ever move again.
func (w *World) Settled() bool { return w.restless == 0 }

// place notes where a car is from now on.
func (w *World) place(c *car, where Where) {
	t := &w.truth.Cars[c.index]
	wasResting := w.resting(c)
	w.truth.ByWhere[t.Where]--
	w.truth.ByWhere[where]++
	t.Where = where
	if rests := w.resting(c); rests && !wasResting {
		w.restless--
	} else if !rests && wasResting {
		w.restless++
	}
}

// resting reports whether a car will never move again.
func (w *World) resting(c *car) bool {
	where := w.truth.Cars[c.index].Where
	return where >= Gone || where == Parked && w.leaveMS(c) < 0
}

// howThrough is by what right a driver comes under the arm.
func (w *World) howThrough(c *car) How {
	lane := &w.lanes[c.gate]
	switch {
	case c.invited:
		return Invited
	case w.tailgates(lane, lane.indexOf(c.index)):
		w.truth.Fired[Tailgate]++
		return Followed
	}
	return OpenArm
}

// passed notes a vehicle that is through.
func (w *World) passed(c *car) {
	t := &w.truth.Cars[c.index]
	w.truth.Passages = append(w.truth.Passages, Passage{
		Car: int(c.index), Gate: c.gate, Direction: c.heading, How: c.how, AtMS: w.nowMS,
	})
	if c.heading == fact.Inward {
		t.EnteredMS = w.nowMS
		w.truth.Inside++
		w.truth.Through[c.gate][0]++
		return
	}
	t.LeftMS = w.nowMS
	w.truth.Inside--
	w.truth.Through[c.gate][1]++
}

// watchClose notes when an arm begins or ceases to come down over a vehicle.
func (w *World) watchClose(g int) {
	lane := &w.lanes[g]
	over := lane.path >= 0 && lane.arm.lowering() && !lane.arm.broken && !lane.arm.byHand
	if over && lane.closes < 0 {
		faulty := 0
		for k := range lane.loops {
			if lane.loops[k].faulty() {
				faulty++
			}
		}
		lane.closes = len(w.truth.Closes)
		w.truth.Closes = append(w.truth.Closes, Close{Gate: g, Car: int(lane.path), FromMS: w.nowMS, FaultyLoops: faulty})
	} else if !over && lane.closes >= 0 {
		at := &w.truth.Closes[lane.closes]
		at.ForMS = w.nowMS - at.FromMS
		lane.closes = -1
	}
}

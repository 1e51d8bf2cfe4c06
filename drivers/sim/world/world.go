package world

import "gatehouse/sync/fact"

// World is a car park in motion. It is not safe for concurrent use.
type World struct {
	plan     Plan
	nowMS    int64
	queue    queue
	lanes    []lane
	cars     []car
	spots    []spot
	numbers  map[string]int // spots by number
	dice     dice
	out      []Signal
	truth    Truth
	restless int  // cars that will still move
	dark     bool // the gateway has no power
	fire     bool
}

// New makes the world of a plan, at 0 ms. Its first signals are the levels of all inputs.
func New(plan Plan) (*World, error) {
	if err := plan.Check(); err != nil {
		return nil, err
	}
	if plan.Read == nil {
		plan.Read = ReadFace
	}
	w := &World{plan: plan, dice: diceOf(plan.Seed, dayDice, 0), numbers: map[string]int{}, restless: len(plan.Cars)}
	w.truth = Truth{Cars: make([]CarTruth, len(plan.Cars)), Spots: make([]int, len(plan.Spots)), Through: make([][2]int, len(plan.Gates))}
	w.truth.ByWhere[Coming] = len(plan.Cars)
	w.makeLanes()
	w.makeSpots()
	w.makeCars()
	w.planFaults()
	w.report()
	return w, nil
}

func (w *World) makeLanes() {
	w.lanes = make([]lane, len(w.plan.Gates))
	for g := range w.lanes {
		plan := &w.plan.Gates[g]
		w.lanes[g] = lane{plan: plan, dice: diceOf(w.plan.Seed, gateDice, g), arm: newArm(plan), wrong: -1, path: -1, closes: -1, ordered: map[fact.PaymentID]int32{}}
		w.lanes[g].loops = [2]loop{{startMM: armingStartMM, endMM: armingEndMM}, {startMM: closingStartMM, endMM: closingEndMM}}
	}
}

// makeSpots lets the sensors of all spots report once within their first period, so that they never all speak
// at once.
func (w *World) makeSpots() {
	w.spots = make([]spot, len(w.plan.Spots))
	first := orElse(w.plan.Sensing.HeartbeatMS, 30_000)
	if first < 0 {
		first = w.plan.Sensing.periodMS()
	}
	for i := range w.spots {
		w.truth.Spots[i] = -1
		w.spots[i] = spot{plan: &w.plan.Spots[i], dice: diceOf(w.plan.Seed, spotDice, i)}
		w.planFrame(i, w.spots[i].dice.below(first))
		if number := w.plan.Spots[i].Number; number != "" {
			w.numbers[number] = i
		}
	}
}

func (w *World) makeCars() {
	w.cars = make([]car, len(w.plan.Cars))
	for i := range w.cars {
		w.cars[i] = w.newCar(i)
		w.truth.Cars[i] = CarTruth{Spot: -1, Told: -1, Stood: -1}
		w.queue.push(event{ms: w.plan.Cars[i].ArriveMS, what: carComes, at: int32(i)})
	}
}

// NowMS is the world's time.
func (w *World) NowMS() int64 { return w.nowMS }

// Next is the time of the next event; false: nothing will ever happen again by itself.
func (w *World) Next() (int64, bool) {
	if len(w.out) > 0 {
		return w.nowMS, true
	}
	if len(w.queue.heap) == 0 {
		return 0, false
	}
	return w.queue.heap[0].ms, true
}

// Advance moves the world to a time and appends what its devices said on the way. To get every signal at its
// very time, advance no further than Next.
func (w *World) Advance(ms int64, out []Signal) []Signal {
	w.reach(ms)
	out = append(out, w.out...)
	clear(w.out)
	w.out = w.out[:0]
	return out
}

// reach moves the world to a time; what its devices say waits for Advance.
func (w *World) reach(ms int64) {
	for len(w.queue.heap) > 0 && w.queue.heap[0].ms <= ms {
		e := w.queue.pop()
		w.nowMS = max(w.nowMS, e.ms)
		w.happen(e)
	}
	w.nowMS = max(w.nowMS, ms)
}

// happen does what is due, unless its subject has moved on.
func (w *World) happen(e event) {
	switch e.what {
	case carComes, carStarts, carMoves, driverThinks, wrongThinks, carParks, carLeaves:
		w.happenToCar(&w.cars[e.at], e)
	case armMoves:
		if e.gen == w.lanes[e.at].arm.gen {
			w.armMoves(int(e.at))
		}
	case armTimer:
		w.armTimer(int(e.at))
	case loopWakes:
		w.loopWakes(e.at, Fault(e.other), e.gen > 0)
	case cameraReads:
		w.cameraReads(int(e.at), e.other)
	case terminalSays:
		w.terminalSays(int(e.at), e.other)
	case spotFrame:
		if e.gen == w.spots[e.at].gen {
			w.frame(int(e.at))
		}
	case hourStrikes:
		w.strike()
	case faultComes:
		w.faultComes(e.at, e.other)
	case faultHeals:
		w.turnFault(Fault(e.other), int(e.at), false)
	}
}

func (w *World) happenToCar(c *car, e event) {
	switch e.what {
	case carComes:
		w.comes(c)
	case carParks:
		w.carParks(c)
	case carLeaves:
		w.carLeaves(c)
	case driverThinks:
		if e.gen == c.mind.gen {
			w.think(c)
		}
	case carStarts:
		if e.gen == c.gen {
			w.carStarts(c)
		}
	case carMoves:
		if e.gen == c.gen {
			w.carMoves(c)
		}
	case wrongThinks:
		if e.gen == c.gen {
			w.wrongThinks(c)
		}
	}
}

// emit tells the gateway, if it has power.
func (w *World) emit(s Signal) {
	if !w.dark {
		w.out = append(w.out, s)
	}
}

// report tells the level of every input, as at the gateway's start.
func (w *World) report() {
	w.emit(Fire{Active: w.fire})
	for g := range w.lanes {
		lane := &w.lanes[g]
		for k := range lane.loops {
			lane.loops[k].says = lane.loops[k].reading()
			w.emit(LoopEdge{Gate: g, Closing: k == closingLoop, Active: lane.loops[k].says})
		}
		lane.arm.up, lane.arm.down = lane.arm.switches(w.nowMS)
		w.emit(ArmEdge{Gate: g, Up: lane.arm.up, Down: lane.arm.down})
	}
}

// PowerCut takes the gateway's power: its outputs fall to their safe levels, and nobody hears a signal.
func (w *World) PowerCut(ms int64) {
	w.reach(ms)
	w.truth.Fired[PowerLoss]++
	w.dark = true
	for g := range w.lanes {
		w.lanes[g].arm.held = false
		w.lanes[g].face = shown{}
		w.setArmTimer(g, armClosing)
	}
}

// PowerBack gives the gateway its power again. Loops may have tuned themselves to what stands on them; every
// input is reported anew.
func (w *World) PowerBack(ms int64) {
	w.reach(ms)
	w.dark = false
	for g := range w.lanes {
		lane := &w.lanes[g]
		for k := range lane.loops {
			if l := &lane.loops[k]; l.metal && w.happens(&lane.dice, LoopRetuned) {
				l.retuned = true
			}
		}
	}
	w.report()
}

// Plan is what the world was made of.
func (w *World) Plan() *Plan { return &w.plan }

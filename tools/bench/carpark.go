package main

import (
	"fmt"
	"time"

	"gatehouse/gateway/gate"
	"gatehouse/gateway/lot"
	"gatehouse/gateway/occupancy"
	"gatehouse/sync/fact"
)

// carpark is a lot at work in simulated time: vehicles come, are let in by their plates, park, pay at the exit and
// leave. It is one world for all measurements; they differ in what they do with each step.
type carpark struct {
	cfg    *lot.Config
	lot    *lot.Lot
	stamps fact.Clock
	bootMS int64 // wall time of the boot
	nowMS  int64 // since then
	wakeMS int64
	agenda agenda

	// handle has the lot decide, and makes durable what it says. It returns when the effects may leave.
	handle func(kind decision, now fact.Stamp, event lot.Event) lot.Out

	serial  int
	inside  []*vehicle       // parked, the oldest first
	at      map[int]*vehicle // whom each gate is deciding on
	left    int              // vehicles that have gone again
	refused int
}

// decision is what a step decides on.
type decision uint8

const (
	noDecision decision = iota
	entryByPlate
	exitByPlate  // what a stay costs, and the order to the terminal
	exitAfterPay // the money came: the arm is released
)

// vehicle is one vehicle and its visit.
type vehicle struct {
	plate   string
	gate    int
	outward bool
	spot    int32
	ticket  fact.TicketID
}

const (
	startMS = 1_772_438_400_000 // a Monday morning
	offMS   = 60_000            // how long the power is off before a restart
	// serviceMS is the time between two vehicles at a gate: 500 an hour.
	serviceMS = 3_600_000 / 500
	emptyMM   = 2500 // what a sensor reads of a free spot
	carMM     = 1100
)

// newCarpark makes an empty one. Its steps go to the lot alone until somebody sets handle.
func newCarpark(cfg *lot.Config) (*carpark, error) {
	empty, err := lot.New(cfg)
	if err != nil {
		return nil, err
	}
	return adopt(cfg, empty), nil
}

// adopt makes a carpark round a lot, which may have a past.
func adopt(cfg *lot.Config, l *lot.Lot) *carpark {
	c := &carpark{cfg: cfg, lot: l, at: map[int]*vehicle{}, wakeMS: never, bootMS: startMS}
	if _, last := l.Last(); !last.IsZero() {
		c.bootMS = last.WallMS + offMS
		c.serial = int((c.bootMS - startMS) / 1_000) // vehicles are seconds apart, so that these were not there yet
	}
	c.handle = c.onlyDecide
	return c
}

func (c *carpark) onlyDecide(_ decision, now fact.Stamp, event lot.Event) lot.Out {
	return c.lot.Step(now, event)
}

// start begins a run, has the gates' devices report, and the sensors if they have anything to say.
func (c *carpark) start(sensors bool) {
	incarnation := fact.NewIncarnation(c.bootMS+c.nowMS, 1)
	c.stamps.Boot = uint64(incarnation)
	_, last := c.lot.Last()
	c.stamps.Resume(last)
	c.step(noDecision, lot.Started{Incarnation: incarnation, Fact: fact.GatewayStarted{Location: c.cfg.Location, Cause: "start"}})
	for i := range c.cfg.Gates {
		c.reportGate(i)
	}
	for round := 0; sensors && round < 2; round++ {
		for i := range c.cfg.Spots {
			c.read(int32(i), emptyMM)
		}
		c.run(c.nowMS + 5_000)
	}
}

// reportGate has a gate's devices say what they do at a start.
func (c *carpark) reportGate(i int) {
	c.step(noDecision, lot.LoopChanged{Gate: i, Loop: gate.ArmingLoop, Level: gate.Clear})
	c.step(noDecision, lot.LoopChanged{Gate: i, Loop: gate.ClosingLoop, Level: gate.Clear})
	c.step(noDecision, lot.ArmChanged{Gate: i, Down: true})
}

// now stamps the present moment.
func (c *carpark) now() fact.Stamp { return c.stamps.At(c.bootMS+c.nowMS, c.nowMS, fact.ClockSynced) }

// step has the lot decide on one event, and carries out what it asks for.
func (c *carpark) step(kind decision, event lot.Event) {
	out := c.handle(kind, c.now(), event)
	c.wakeMS = out.WakeMS
	for i := range out.Facts {
		if granted, is := out.Facts[i].Fact.(fact.EntryGranted); is {
			c.admitted(granted)
		}
	}
	for _, effect := range out.Effects {
		c.perform(effect)
	}
}

// admitted notes where a vehicle was sent.
func (c *carpark) admitted(granted fact.EntryGranted) {
	i, _ := c.lot.Gate(granted.Gate)
	if v := c.at[i]; v != nil {
		v.ticket = granted.Ticket
		v.spot, _ = c.lot.Spot(granted.Spot)
	}
}

// perform does what the lot asks for.
func (c *carpark) perform(effect lot.Effect) {
	switch e := effect.(type) {
	case lot.MoveBarrier:
		if v := c.at[e.Gate]; v != nil && e.Command == gate.CommandRaise && e.Cause == gate.CauseVend {
			delete(c.at, e.Gate)
			c.drive(v)
		}
	case lot.AskPayment:
		answer := lot.PaymentAnswered{
			Payment: e.Payment, Outcome: lot.PaymentApproved, Method: fact.MethodCreditCard, Reference: fmt.Sprintf("%06d", c.serial),
		}
		c.after(1_500, func() { c.step(exitAfterPay, answer) })
	}
}

// run lets time go by until a moment.
func (c *carpark) run(untilMS int64) {
	for {
		nextMS := min(c.agenda.next(), c.wakeMS)
		if nextMS > untilMS {
			c.nowMS = max(c.nowMS, untilMS)
			return
		}
		c.nowMS = max(c.nowMS, nextMS)
		if c.wakeMS <= c.agenda.next() {
			c.step(noDecision, lot.Tick{})
			c.wakeMS = max(c.wakeMS, c.nowMS+1)
			continue
		}
		c.agenda.take().do()
	}
}

// runOut lets time go by until nothing is left to be done.
func (c *carpark) runOut() {
	for len(c.agenda.list) > 0 {
		c.run(c.agenda.next())
	}
}

func (c *carpark) after(ms int64, do func()) { c.agenda.add(c.nowMS+ms, do) }

func (c *carpark) read(spot int32, distanceMM int32) {
	c.step(noDecision, lot.SpotRead{Spot: spot, Reading: occupancy.Reading{Kind: occupancy.Distance, DistanceMM: distanceMM}})
}

// park has a spot's sensor see its car come or go: long enough for the debounce.
func (c *carpark) park(spot int32, distanceMM int32) {
	c.read(spot, distanceMM)
	c.after(5_000, func() { c.read(spot, distanceMM) })
}

// newPlate is a plate that was never seen before: of its neighbours, by one character, some others are inside.
func (c *carpark) newPlate() string {
	c.serial++
	const plates = 26 * 26 * 10_000
	n := c.serial * 48_271 % plates
	return fmt.Sprintf("B-%c%c %04d", 'A'+n/260_000, 'A'+n/10_000%26, n%10_000)
}

// come has a new vehicle come to an entry.
func (c *carpark) come(i int) {
	c.approach(&vehicle{plate: c.newPlate(), gate: i}, entryByPlate)
}

// leave has the vehicle that has been inside for longest come to an exit.
func (c *carpark) leave(i int) {
	if len(c.inside) == 0 {
		c.refused++
		return
	}
	v := c.inside[0]
	c.inside = c.inside[1:]
	v.gate, v.outward = i, true
	c.park(v.spot, emptyMM)
	c.approach(v, exitByPlate)
}

// approach has a vehicle drive onto the loop before an arm, where the camera reads its plate.
func (c *carpark) approach(v *vehicle, kind decision) {
	c.at[v.gate] = v
	c.step(noDecision, lot.LoopChanged{Gate: v.gate, Loop: gate.ArmingLoop, Level: gate.Occupied})
	c.after(300, func() {
		c.step(kind, lot.PlateSeen{
			Gate: v.gate, Raw: v.plate, Confidence: 940, Vehicle: fact.Regular, EventID: v.plate + "/" + fmt.Sprint(c.nowMS),
			Candidates: []lot.PlateCandidate{{Raw: v.plate[:len(v.plate)-1] + "8", Confidence: 610}, {Raw: "8" + v.plate[1:], Confidence: 480}},
		})
		if c.at[v.gate] == v && kind == entryByPlate {
			c.refused++
		}
	})
}

// drive has a vehicle go through the arm that is raised for it.
func (c *carpark) drive(v *vehicle) {
	i, loop := v.gate, func(loop gate.Loop, level gate.Level) func() {
		return func() { c.step(noDecision, lot.LoopChanged{Gate: v.gate, Loop: loop, Level: level}) }
	}
	c.after(200, func() { c.step(noDecision, lot.ArmChanged{Gate: i}) })
	c.after(1_200, func() { c.step(noDecision, lot.ArmChanged{Gate: i, Up: true}) })
	c.after(1_600, loop(gate.ClosingLoop, gate.Occupied))
	c.after(2_100, loop(gate.ArmingLoop, gate.Clear))
	c.after(2_600, func() {
		loop(gate.ClosingLoop, gate.Clear)()
		c.through(v)
	})
	c.after(3_200, func() { c.step(noDecision, lot.ArmChanged{Gate: i}) })
	c.after(4_200, func() { c.step(noDecision, lot.ArmChanged{Gate: i, Down: true}) })
}

// through has a vehicle that is through an entry go and park.
func (c *carpark) through(v *vehicle) {
	if v.outward {
		c.left++
		return
	}
	c.after(40_000, func() {
		c.park(v.spot, carMM)
		c.inside = append(c.inside, v)
	})
}

// fill has vehicles come, as fast as the entries let them, until so many are inside, and waits until all have parked.
func (c *carpark) fill(vehicles int) error {
	for n := range vehicles {
		c.agenda.add(c.nowMS+int64(n/entryGates)*serviceMS, func() { c.come(n % entryGates) })
	}
	c.runOut()
	if len(c.inside) != vehicles || c.refused > 0 {
		return fmt.Errorf("bench: of %d vehicles only %d are inside, %d were refused", vehicles, len(c.inside), c.refused)
	}
	c.run(c.nowMS + int64(time.Hour/time.Millisecond))
	return nil
}

// pace has vehicles come and go at every gate, 500 an hour each, until so many have come and so many have left.
func (c *carpark) pace(vehicles int) {
	goal := c.left + vehicles
	for n := range vehicles {
		atMS := c.nowMS + int64(n/entryGates)*serviceMS + int64(n%entryGates)*serviceMS/entryGates
		c.agenda.add(atMS, func() { c.come(n % entryGates) })
		c.agenda.add(atMS+serviceMS/8, func() { c.leave(entryGates + n%exitGates) })
	}
	c.runOut()
	c.refused += max(0, goal-c.left)
}

// check says whether all went as planned: a figure of refused vehicles would be of something else.
func (c *carpark) check() error {
	if c.refused > 0 {
		return fmt.Errorf("bench: %d vehicles did not get through", c.refused)
	}
	return nil
}

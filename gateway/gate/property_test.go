package gate_test

import (
	"testing"

	"gatehouse/gateway/gate"
	"gatehouse/sync/fact"
	"pgregory.net/rapid"
)

var fullGate = gate.Config{Direction: fact.Inward, ArmingLoop: true, ClosingLoop: true, UpSwitch: true, DownSwitch: true}

func drawCars(t *rapid.T, atMost int) []*car {
	cars, backing := make([]*car, rapid.IntRange(1, atMost).Draw(t, "cars")), 0
	for i := range cars {
		cars[i] = &car{
			manner:   manner(rapid.IntRange(0, int(manners)-1).Draw(t, "manner")),
			length:   rapid.SampledFrom([]int64{4_500, 3_500, 8_000, 1_200}).Draw(t, "lengthMM"),
			speed:    rapid.SampledFrom([]int64{100, 50, 125}).Draw(t, "speed"),
			lagMS:    rapid.Int64Range(0, 20_000).Draw(t, "lagMS"),
			decideMS: rapid.Int64Range(50, 4_000).Draw(t, "decideMS"),
			refused:  rapid.IntRange(0, 4).Draw(t, "refused") == 4,
			pauseMS:  rapid.SampledFrom([]int64{0, 500, 10_000}).Draw(t, "pauseMS"),
			stage:    queueing,
		}
		if cars[i].manner == backsOut {
			backing++
		}
		if backing > 2 {
			cars[i].manner = drives // three that back out look like a loop that went blind
		}
		if cars[i].manner == comesWrong {
			cars[i].length = max(cars[i].length, 3_500) // a short one looks like one that turned back, and another
		}
	}
	return cars
}

func drawOrders(t *rapid.T, atMost int) []order {
	orders := []order{}
	for range rapid.IntRange(0, atMost).Draw(t, "orders") {
		atMS := rapid.Int64Range(0, 150_000).Draw(t, "atMS")
		untilMS := atMS + rapid.Int64Range(100, 40_000).Draw(t, "forMS")
		switch rapid.IntRange(0, 5).Draw(t, "order") {
		case 0:
			orders = append(orders, order{atMS, gate.RaiseOnce(fact.ReasonCommand)})
		case 1:
			orders = append(orders, order{atMS, gate.Hold(true)}, order{untilMS, gate.Hold(false)})
		case 2:
			orders = append(orders, order{atMS, gate.Fire(true)}, order{untilMS, gate.Fire(false)})
		case 3:
			orders = append(orders, order{atMS, gate.Stop(true)}, order{untilMS, gate.Stop(false)})
		case 4:
			orders = append(orders, order{atMS, gate.Lower()})
		case 5:
			orders = append(orders, order{atMS, gate.Back()})
		}
	}
	return orders
}

func drawClosing(t *rapid.T) gate.Closing {
	return rapid.SampledFrom([]gate.Closing{gate.ClosedByGateway, gate.ClosedByBarrier}).Draw(t, "closing")
}

// finish opens the gate, lets everybody go home, and waits until the gate's timers are over.
func (w *world) finish() {
	w.pending = append(w.pending, order{w.nowMS, gate.Fire(false)}, order{w.nowMS, gate.Stop(false)}, order{w.nowMS, gate.Hold(true)})
	w.run(w.nowMS + 400_000)
	w.pending = append(w.pending, order{w.nowMS, gate.Hold(false)})
	w.run(w.nowMS + 60_000)
	for _, c := range w.cars {
		if c.stage != gone {
			w.fail("a vehicle is still there: the model is wrong")
		}
	}
}

// TestConservation: with inputs that work and were seen working, every vehicle that goes through is counted once, and every rule of
// gatecheck holds at every step.
func TestConservation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cfg := fullGate
		cfg.Closing = drawClosing(t)
		w := newWorld(cfg, t.Fatalf)
		w.cars = drawCars(t, 6)
		w.pending = append(drawOrders(t, 4), order{0, gate.Confirm()})
		w.sense()
		w.run(200_000)
		w.finish()
		w.judge(w.check.Conserved(w.through))
	})
}

// TestOneFaultyLoop: whatever is wrong with one loop, the arm never comes down on a vehicle, and no rule about
// inputs, causes and priorities is broken. Counting is not exact then.
func TestOneFaultyLoop(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cfg := fullGate
		cfg.Closing = drawClosing(t)
		w := newWorld(cfg, t.Fatalf)
		w.cars = drawCars(t, 6)
		w.faulty = gate.Loop(rapid.IntRange(0, 1).Draw(t, "faulty"))
		w.fault = blindness(rapid.IntRange(1, int(blindnesses)-1).Draw(t, "fault"))
		w.faultMS = rapid.Int64Range(0, 100_000).Draw(t, "faultMS")
		w.pending = append(drawOrders(t, 4), order{0, gate.Confirm()})
		if w.faulty == gate.ClosingLoop && w.fault == blind {
			onlyRightWay(w.cars)
		}
		w.sense()
		w.run(200_000)
	})
}

// onlyRightWay spares a closing loop that went blind the vehicles that come over it first: nothing can see those.
func onlyRightWay(cars []*car) {
	for _, c := range cars {
		if c.manner == comesWrong {
			c.manner = drives
		}
	}
}

// TestPowerUp: power comes back with vehicles on the loops, which have tuned them out, and the arm anywhere.
// Nothing moves before it is asked to, and the arm never comes down on one of them.
func TestPowerUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cfg := fullGate
		cfg.Closing = gate.ClosedByGateway
		w := newWorld(cfg, t.Fatalf)
		w.cars = drawCars(t, 5)
		w.arm = rapid.SampledFrom([]int64{fullUp, 0, 500}).Draw(t, "arm")
		w.target = w.arm
		standing := w.cars[0]
		standing.manner, standing.stage, standing.hidden = drives, going, [2]bool{true, true}
		standing.hi = rapid.Int64Range(100, 6_000).Draw(t, "hi")
		standing.lo = standing.hi - standing.length
		w.pending = drawOrders(t, 4)
		w.run(200_000)
	})
}

// TestArmFaults: the arm jams and is moved by hand. Passages are counted all the same.
func TestArmFaults(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cfg := fullGate
		cfg.Closing = drawClosing(t)
		w := newWorld(cfg, t.Fatalf)
		w.cars = drawCars(t, 5)
		w.pending = append(drawOrders(t, 3), order{0, gate.Confirm()})
		for range rapid.IntRange(1, 4).Draw(t, "mischiefs") {
			w.mischief = append(w.mischief, mischief{
				atMS:  rapid.Int64Range(0, 150_000).Draw(t, "mischiefMS"),
				jams:  rapid.Bool().Draw(t, "jams"),
				forMS: rapid.Int64Range(500, 60_000).Draw(t, "jammedMS"),
				to:    rapid.SampledFrom([]int64{0, fullUp, 400}).Draw(t, "to"),
			})
		}
		w.sense()
		w.run(220_000)
		w.pending = append(w.pending, order{w.nowMS, gate.Confirm()})
		w.finish()
		w.judge(w.check.Conserved(w.through))
	})
}

// TestTwoWay: a gate for both directions, seen by vehicles of both, keeps the rules.
func TestTwoWay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cfg := fullGate
		cfg.Direction = fact.DirectionUnknown
		cfg.Closing = drawClosing(t)
		w := newWorld(cfg, t.Fatalf)
		w.cars = drawCars(t, 6)
		w.pending = append(drawOrders(t, 4), order{0, gate.Confirm()})
		w.sense()
		w.run(200_000)
	})
}

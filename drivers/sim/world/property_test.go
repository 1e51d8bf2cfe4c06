package world_test

import (
	"testing"

	"pgregory.net/rapid"

	"gatehouse/drivers/sim/world"
	"gatehouse/sync/fact"
)

// anyPlan draws a car park in which anything may go wrong.
func anyPlan(t *rapid.T) world.Plan {
	closing := rapid.SampledFrom([]world.Closing{world.ClosedByBarrier, world.ClosedByGateway})
	plan := lot(closing.Draw(t, "closing"), rapid.IntRange(0, 6).Draw(t, "spots"))
	plan.Seed = rapid.Uint64().Draw(t, "seed")
	for range rapid.IntRange(0, 2).Draw(t, "more gates") {
		plan.Gates = append(plan.Gates, world.GatePlan{
			Direction: rapid.SampledFrom([]fact.Direction{fact.Inward, fact.Outward}).Draw(t, "direction"),
			Closing:   closing.Draw(t, "closing"), Camera: rapid.Bool().Draw(t, "camera"), Column: rapid.Bool().Draw(t, "column"),
			Display: rapid.Bool().Draw(t, "display"), Terminal: rapid.Bool().Draw(t, "terminal"),
		})
	}
	for i := range rapid.IntRange(1, 12).Draw(t, "cars") {
		car := world.Stranger(plan.Seed, i)
		car.Kind = world.Kind(rapid.IntRange(0, int(world.WithTrailer)).Draw(t, "kind"))
		car.ArriveMS = rapid.Int64Range(0, 120_000).Draw(t, "arrives")
		car.StayMS = rapid.Int64Range(0, 600_000).Draw(t, "stays")
		plan.Cars = append(plan.Cars, car)
	}
	chance := rapid.SampledFrom([]int{0, 0, 0, 50_000, 300_000, 1_000_000})
	for f := range plan.Faults.Chance {
		plan.Faults.Chance[f] = chance.Draw(t, world.Fault(f).String())
	}
	plan.Faults.RepairMS = rapid.SampledFrom([]int64{1_000, 60_000, 3_600_000}).Draw(t, "repair")
	return plan
}

func TestEveryCarEndsInsideGoneOrTurnedAway(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		plan := anyPlan(t)
		k := newKeeper(t, plan)
		k.mute = rapid.Bool().Draw(t, "mute")
		k.full = rapid.Bool().Draw(t, "full")
		k.run(60 * hourMS)
		if !k.w.Settled() {
			t.Fatalf("after 60 hours: %v", k.w.Truth().ByWhere)
		}
		checkConservation(t, k.w)
	})
}

// checkConservation: what came in and did not go out is inside, each car stands on at most one spot and each
// spot under at most one car.
func checkConservation(t *rapid.T, w *world.World) {
	truth := w.Truth()
	in, out, inside := 0, 0, 0
	for _, through := range truth.Through {
		in, out = in+through[0], out+through[1]
	}
	if truth.Inside != in-out || in+out != len(truth.Passages) {
		t.Fatalf("inside %d, passages %v", truth.Inside, truth.Through)
	}
	for i, car := range truth.Cars {
		if car.EnteredMS > 0 && car.LeftMS == 0 {
			inside++
		}
		if car.Spot >= 0 && truth.Spots[car.Spot] != i {
			t.Fatalf("car %d is on spot %d, where %d stands", i, car.Spot, truth.Spots[car.Spot])
		}
		if left := car.LeftMS > 0; left != (car.Where == world.Gone) {
			t.Fatalf("car %d: %+v", i, car)
		}
	}
	if inside != truth.Inside || inside != truth.ByWhere[world.Parked]+truth.ByWhere[world.Stranded] {
		t.Fatalf("%d inside by their times, %d by the gates, by place %v", inside, truth.Inside, truth.ByWhere)
	}
	for at, car := range truth.Spots {
		if car >= 0 && truth.Cars[car].Spot != at {
			t.Fatalf("spot %d under car %d, which is on %d", at, car, truth.Cars[car].Spot)
		}
	}
}

func TestTheSamePlanGivesTheSameSignals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		plan := anyPlan(t)
		plan.Sensing = world.Sensing{HeartbeatMS: 20_000}
		one, two := newKeeper(t, plan), newKeeper(t, plan)
		one.run(hourMS / 4)
		two.run(hourMS / 4)
		if one.sum != two.sum || one.count != two.count {
			t.Fatalf("%d signals with hash %x, then %d with %x", one.count, one.sum, two.count, two.sum)
		}
	})
}

func TestAnotherSeedIsAnotherDay(t *testing.T) {
	sums := map[uint64]uint64{}
	for seed := range uint64(20) {
		plan := doing(world.ClosedByBarrier, 3)
		plan.Seed = seed
		k := newKeeper(t, plan)
		k.run(2 * hourMS)
		if same, known := sums[k.sum]; known {
			t.Errorf("seeds %d and %d give the same %d signals", seed, same, k.count)
		}
		sums[k.sum] = seed
	}
}

func TestEveryFaultIsFired(t *testing.T) {
	plan := lot(world.ClosedByGateway, 40)
	plan.Gates[1].Terminal = true
	plan.Cars = cars(200, 20_000)
	plan.Sensing = world.Sensing{HeartbeatMS: 60_000}
	for i := range plan.Spots {
		plan.Spots[i].Second = true
	}
	for i := range plan.Cars {
		plan.Cars[i].StayMS = 300_000
	}
	for f := range plan.Faults.Chance {
		plan.Faults.Chance[f] = 50_000
	}
	for _, f := range []world.Fault{world.ArmByHand, world.LoopTouch, world.TerminalDown, world.FireAlarm, world.LoopRetuned, world.LoseTicket} {
		plan.Faults.Chance[f] = 1_000_000
	}
	plan.Faults.RepairMS = 20_000
	k := newKeeper(t, plan)
	for cut := int64(100_000); cut < hourMS; cut += 100_000 {
		k.run(cut)
		k.w.PowerCut(cut)
		k.w.PowerBack(cut + 500)
		k.mute = cut%500_000 == 0 // for a while nobody answers, so that buttons are pressed
	}
	for f, count := range k.w.Truth().Fired {
		if count == 0 {
			t.Errorf("%s never happened", world.Fault(f))
		}
	}
}

package world_test

import (
	"testing"

	"gatehouse/drivers/sim/world"
)

// TestALaneSustainsFiveHundredVehiclesAnHour measures the cycle of a lane that is never empty, with a keeper
// that answers at once and closes the arm between any two: 3,600 s / 500 = 7.2 s per vehicle.
func TestALaneSustainsFiveHundredVehiclesAnHour(t *testing.T) {
	const n, cycleMaxMS = 120, 7_200
	for name, closing := range closings {
		plan := lot(closing, n)
		plan.Cars = cars(n, 1_000)
		k := newKeeper(t, plan)
		k.apart = true
		k.run(hourMS / 2)
		truth := k.w.Truth()
		if truth.Through[0][0] != n || truth.Through[1][1] != 0 {
			t.Fatalf("closed by %s: came and left within half an hour: %v", name, truth.Through)
		}
		cycleMS := (truth.Passages[n-1].AtMS - truth.Passages[0].AtMS) / (n - 1)
		t.Logf("closed by %s: %d ms per vehicle from a queue", name, cycleMS)
		if cycleMS > cycleMaxMS {
			t.Errorf("closed by %s: %d ms per vehicle, at most %d", name, cycleMS, cycleMaxMS)
		}

		plan.Cars = cars(n, cycleMaxMS)
		truth = played(t, plan)
		var waitMS int64
		for _, c := range truth.Cars {
			waitMS += (c.EnteredMS - c.ArrivedMS) / n
		}
		t.Logf("closed by %s: %d ms from the street to behind the arm at 500 an hour", name, waitMS)
		if waitMS > 30_000 {
			t.Errorf("closed by %s: %d ms on average to get in at 500 an hour: the queue grows", name, waitMS)
		}
	}
}

func TestQueuesNeverOverlapAndNobodyOvertakes(t *testing.T) {
	plan := lot(world.ClosedByGateway, 40)
	plan.Cars = cars(40, 3_000)
	truth := played(t, plan)
	order := 0
	for _, p := range truth.Passages {
		if p.Gate != 0 {
			continue
		}
		if p.Car != order {
			t.Fatalf("car %d came in as number %d", p.Car, order)
		}
		order++
	}
}

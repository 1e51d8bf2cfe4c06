package ledger_test

import (
	"testing"

	"gatehouse/drivers/sim/ledger"
	"gatehouse/drivers/sim/world"
)

func TestEveryDayIsComplete(t *testing.T) {
	for lot, want := range map[string]struct {
		arrivals int
		feeMinor int64
	}{"P1": {66, 18_800}, "P3": {140, 48_000}, "P6": {182, 3_000}, "P8": {191, 68_000}} {
		for _, day := range ledger.Days() {
			if day.Lot != lot {
				continue
			}
			stays, err := day.Stays()
			if err != nil {
				t.Fatal(err)
			}
			fees := int64(0)
			for _, stay := range stays {
				fees += stay.FeeMinor
			}
			if len(stays) != want.arrivals || fees != want.feeMinor {
				t.Errorf("%s: %d stays that paid %d fen", lot, len(stays), fees)
			}
			cars, err := day.Cars(1)
			if err != nil || len(cars) != len(stays) {
				t.Errorf("%s: %d cars of %d stays, %v", lot, len(cars), len(stays), err)
			}
		}
	}
}

func TestADayThatIsNotThereSaysSo(t *testing.T) {
	if _, err := (ledger.Day{Lot: "P2", Date: "2019-01-01"}).Cars(1); err == nil {
		t.Error("no error")
	}
}

func TestCarsOfADayComeInTheirOrder(t *testing.T) {
	cars, err := ledger.Demo().Cars(1)
	if err != nil {
		t.Fatal(err)
	}
	for i := 1; i < len(cars); i++ {
		if cars[i].ArriveMS < cars[i-1].ArriveMS || cars[i].DepartMS <= cars[i].ArriveMS {
			t.Fatalf("car %d: %+v after %+v", i, cars[i], cars[i-1])
		}
	}
	if world.Stranger(1, 0) == world.Stranger(2, 0) {
		t.Error("two seeds make the same stranger")
	}
}

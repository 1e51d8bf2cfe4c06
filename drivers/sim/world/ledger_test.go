package world_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"gatehouse/drivers/sim/ledger"
	"gatehouse/drivers/sim/world"
)

const header = "arrive_local,depart_local,fee_cny,stable\n"

func TestALedgerIsReadExactly(t *testing.T) {
	stays, skipped, err := world.ReadLedger(strings.NewReader(header + "2019-06-01T08:30,2019-06-02T09:00,2.5,1\r\n2019-06-01T08:30,2019-06-01T08:30,0,0\n"))
	want := []world.Stay{
		{ArriveMS: 1_559_349_000_000, DepartMS: 1_559_437_200_000, FeeMinor: 250, Stable: true},
		{ArriveMS: 1_559_349_000_000, DepartMS: 1_559_349_000_000},
	}
	if err != nil || len(skipped) != 0 || !slices.Equal(stays, want) {
		t.Fatalf("%+v, %v, %v", stays, skipped, err)
	}
	cars, err := world.Day(stays, "2019-06-01", 7)
	if err != nil || len(cars) != 2 {
		t.Fatalf("%+v, %v", cars, err)
	}
	for _, car := range cars {
		if minute := car.ArriveMS / 60_000; minute != 8*60+30 || car.DepartMS <= car.ArriveMS || car.Plate == "" {
			t.Errorf("%+v", car)
		}
	}
	if none, err := world.Day(stays, "2019-06-02", 7); err != nil || len(none) != 0 {
		t.Errorf("on a day without arrivals: %+v, %v", none, err)
	}
	if _, err := world.Day(stays, "1 June", 7); !errors.Is(err, world.ErrLedger) {
		t.Errorf("a date that is none: %v", err)
	}
}

// Rows of real ledgers come in any order, with holes, and with departures before arrivals.
func TestADirtyLedgerIsReadAsFarAsItGoes(t *testing.T) {
	const arrive = 1_559_349_000_000 // 2019-06-01T08:30
	for row, want := range map[string]world.Stay{
		"2019-06-01 08:30,2019-06-01 08:31:59,0,1":         {ArriveMS: arrive, DepartMS: arrive + 60_000, Stable: true},
		` "2019-06-01T08:30:40" ,2019-06-01T08:31, 1.20,1`: {ArriveMS: arrive, DepartMS: arrive + 60_000, FeeMinor: 120, Stable: true},
		"2019-06-01T08:30,2019-06-01T08:29,0,1":            {ArriveMS: arrive, DepartMS: world.StillThere},
		"2019-06-01T08:30,,,":                              {ArriveMS: arrive, DepartMS: world.StillThere},
		"2019-06-01T08:30":                                 {ArriveMS: arrive, DepartMS: world.StillThere},
		"2019-06-01T08:30,later,0,1":                       {ArriveMS: arrive, DepartMS: world.StillThere},
		"2019-06-01T08:30,2019-06-01T08:31,free,1":         {ArriveMS: arrive, DepartMS: arrive + 60_000},
		"2019-06-01T08:30,2019-06-01T08:31,1,yes,and,so":   {ArriveMS: arrive, DepartMS: arrive + 60_000, FeeMinor: 100},
	} {
		stays, skipped, err := world.ReadLedger(strings.NewReader("\ufeff" + header + ",,,\n" + row + "\n\"yesterday,2019-06-01T08:31,0,1\n"))
		if err != nil || len(stays) != 1 || stays[0] != want {
			t.Errorf("%s: %+v, %v", row, stays, err)
		}
		if len(skipped) != 2 || !strings.Contains(skipped[1].Error(), `line 4: time "yesterday"`) {
			t.Errorf("%s: skipped %v", row, skipped)
		}
	}
	stays, _, err := world.ReadLedger(strings.NewReader("stable,weather,depart_local,arrive_local\n1,rain,2019-06-01T08:31,2019-06-01T08:30\n"))
	if err != nil || len(stays) != 1 || stays[0].ArriveMS != arrive {
		t.Errorf("columns in another order: %+v, %v", stays, err)
	}
	forever := []world.Stay{{ArriveMS: arrive, DepartMS: world.StillThere}}
	if cars, err := world.Day(forever, "2019-06-01", 1); err != nil || len(cars) != 1 || cars[0].DepartMS != 0 || cars[0].StayMS != 0 {
		t.Errorf("who never leaves: %+v, %v", cars, err)
	}
}

func TestWhatIsNoLedgerIsRefused(t *testing.T) {
	for text, want := range map[string]string{
		"":                 "no header",
		"arrive,depart\n":  "line 1: the header must name",
		header + "x,y,0,0": `no row can be read; the first: world: wrong ledger: line 2: time "x": write it as`,
	} {
		_, _, err := world.ReadLedger(strings.NewReader(text))
		if !errors.Is(err, world.ErrLedger) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q\nerror %v\nwant  %s", text, err, want)
		}
	}
}

func FuzzReadLedger(f *testing.F) {
	f.Add(header + "2019-06-01T08:30,2019-06-02T09:00,2.5,1\n")
	f.Add(header + "2019-06-01T08:30,2019-06-01T08:30,-1,0\r\n\n")
	f.Add(header + "\"2019-06-01T08:30,2019-06-01T08:30,-1,0\r\n\n")
	f.Fuzz(func(t *testing.T, text string) {
		stays, _, err := world.ReadLedger(strings.NewReader(text))
		for _, stay := range stays {
			if err != nil || stay.DepartMS < stay.ArriveMS && stay.DepartMS != world.StillThere {
				t.Errorf("%q: %+v, %v", text, stay, err)
			}
		}
	})
}

// The mall's busiest day: whoever came is gone in the end, and left about when the ledger says.
func TestARealDayIsReplayed(t *testing.T) {
	plan := lot(world.ClosedByBarrier, 80)
	plan.Gates[1].Terminal = true
	cars, err := ledger.Demo().Cars(1)
	if err != nil {
		t.Fatal(err)
	}
	plan.Cars = cars
	k := newKeeper(t, plan)
	k.run(48 * hourMS)
	truth := k.w.Truth()
	paid := map[int]bool{}
	for _, p := range truth.Payments {
		paid[p.Car] = true
	}
	if truth.ByWhere[world.Gone] != 191 || truth.Inside != 0 || len(paid) != 191 {
		t.Fatalf("by place %v, %d inside, %d cars paid", truth.ByWhere, truth.Inside, len(paid))
	}
	late := 0
	for i, car := range truth.Cars {
		if car.LeftMS-cars[i].DepartMS > 180_000 {
			late++
		}
	}
	if late > 15 {
		t.Errorf("%d of 191 cars left more than three minutes late", late)
	}
}

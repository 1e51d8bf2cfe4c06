package world_test

import (
	"errors"
	"strings"
	"testing"

	"gatehouse/drivers/sim/ledger"
	"gatehouse/drivers/sim/world"
)

const header = "arrive_local,depart_local,fee_cny,stable\n"

func TestALedgerIsReadExactly(t *testing.T) {
	stays, err := world.ReadLedger(strings.NewReader(header + "2019-06-01T08:30,2019-06-02T09:00,2.5,1\r\n2019-06-01T08:30,2019-06-01T08:30,0,0\n"))
	want := []world.Stay{
		{ArriveMS: 1_559_349_000_000, DepartMS: 1_559_437_200_000, FeeMinor: 250, Stable: true},
		{ArriveMS: 1_559_349_000_000, DepartMS: 1_559_349_000_000},
	}
	if err != nil || len(stays) != 2 || stays[0] != want[0] || stays[1] != want[1] {
		t.Fatalf("%+v, %v", stays, err)
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

func TestAWrongLedgerNamesItsLine(t *testing.T) {
	for text, want := range map[string]string{
		"arrive,depart\n":                                   "line 1: the header must be",
		header + "2019-06-01T08:30\n":                       "line 2: 1 columns; write 4",
		header + "2019-06-01 08:30,x,0,0\n":                 `line 2: time "2019-06-01 08:30": write it as`,
		header + "2019-06-01T08:30,later,0,0\n":             `line 2: time "later"`,
		header + "2019-06-01T08:30,2019-06-01T08:29,0,0":    "line 2: departs at 2019-06-01T08:29, before it arrives",
		header + "2019-06-01T08:30,2019-06-01T08:30,free,0": `line 2: fact: amount "free"`,
		header + "2019-06-01T08:30,2019-06-01T08:30,0,yes":  `line 2: stable "yes": write 0 or 1`,
	} {
		_, err := world.ReadLedger(strings.NewReader(text))
		if !errors.Is(err, world.ErrLedger) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q\nerror %v\nwant  %s", text, err, want)
		}
	}
}

func FuzzReadLedger(f *testing.F) {
	f.Add(header + "2019-06-01T08:30,2019-06-02T09:00,2.5,1\n")
	f.Add(header + "2019-06-01T08:30,2019-06-01T08:30,-1,0\r\n\n")
	f.Fuzz(func(t *testing.T, text string) {
		stays, err := world.ReadLedger(strings.NewReader(text))
		for _, stay := range stays {
			if err == nil && stay.DepartMS < stay.ArriveMS {
				t.Errorf("%q: %+v", text, stay)
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

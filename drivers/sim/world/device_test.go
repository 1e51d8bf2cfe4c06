package world_test

import (
	"testing"

	"pgregory.net/rapid"

	"gatehouse/drivers"
	"gatehouse/drivers/sim/world"
	"gatehouse/sync/fact"
)

// heard plays a plan with a keeper and collects the signals of one type.
func heard[S world.Signal](t rapid.TB, plan world.Plan, untilMS int64) (list []S, w *world.World) {
	t.Helper()
	k := newKeeper(t, plan)
	for ms, ok := k.w.Next(); ok && ms <= untilMS; ms, ok = k.w.Next() {
		for _, s := range k.w.Advance(ms, nil) {
			if one, isOne := s.(S); isOne {
				list = append(list, one)
			}
			k.hear(ms, s)
		}
	}
	return list, k.w
}

func TestACameraReadsEveryVehicleOnceOnAGoodDay(t *testing.T) {
	plan := doing(world.ClosedByBarrier, 10)
	plates, _ := heard[world.Plate](t, plan, 10*60_000)
	if len(plates) != 10 {
		t.Fatalf("%d plates of 10 vehicles", len(plates))
	}
	for i, p := range plates {
		if p.Read.Raw != plan.Cars[i].Plate || p.Read.Confidence < 800 || p.Read.EventID == "" || p.Read.Vehicle != fact.Regular {
			t.Errorf("vehicle %d with %s: %+v", i, plan.Cars[i].Plate, p.Read)
		}
	}
}

func TestWhatGoesWrongWithPlates(t *testing.T) {
	for f, check := range map[world.Fault]func(i int, plan *world.Plan, read drivers.PlateRead) bool{
		world.PlateMisread: func(i int, plan *world.Plan, read drivers.PlateRead) bool {
			return read.Raw != "" && len([]rune(read.Raw)) == len([]rune(plan.Cars[i].Plate))
		},
		world.PlateUnread: func(_ int, _ *world.Plan, read drivers.PlateRead) bool {
			return read.Raw == "" && read.Confidence == 0
		},
		world.PlateBehind: func(i int, plan *world.Plan, read drivers.PlateRead) bool {
			return read.Raw == plan.Cars[i].Plate || read.Raw == plan.Cars[i+1].Plate
		},
	} {
		plan := doing(world.ClosedByBarrier, 10)
		for i := range plan.Cars {
			plan.Cars[i].ArriveMS = int64(i) * 100
		}
		plan.Faults.Chance[f] = 1_000_000
		plates, w := heard[world.Plate](t, plan, 10*60_000)
		if len(plates) != 10 || w.Truth().Fired[f] < 9 {
			t.Errorf("%s: %d plates, fired %d times", f, len(plates), w.Truth().Fired[f])
		}
		for i, p := range plates {
			if !check(i, &plan, p.Read) {
				t.Errorf("%s: vehicle %d with %s: %+v", f, i, plan.Cars[i].Plate, p.Read)
			}
		}
	}
	for f, want := range map[world.Fault]int{world.PlateMissed: 0, world.PlateRepeated: 20, world.PlateLate: 10} {
		plan := doing(world.ClosedByBarrier, 10)
		plan.Faults.Chance[f] = 1_000_000
		if plates, _ := heard[world.Plate](t, plan, 10*60_000); len(plates) != want {
			t.Errorf("%s: %d plates of 10 vehicles, want %d", f, len(plates), want)
		}
	}
}

func TestASpotSensorMeasuresTheCarBelowIt(t *testing.T) {
	plan := doing(world.ClosedByBarrier, 1)
	plan.Spots = plan.Spots[:1]
	plan.Sensing = world.Sensing{HeartbeatMS: 10_000}
	w, err := world.New(plan)
	if err != nil {
		t.Fatal(err)
	}
	k := keeper{w: w, lanes: make([]keptLane, 2)}
	near, far, last := 0, 0, int64(0)
	for ms, ok := w.Next(); ok && ms < 2*hourMS; ms, ok = w.Next() {
		for _, s := range w.Advance(ms, nil) {
			k.hear(ms, s)
			d, isDistance := s.(world.Distance)
			if !isDistance {
				continue
			}
			if ms-last > 10_000 {
				t.Fatalf("silent from %d to %d", last, ms)
			}
			last = ms
			car := w.Truth().Spots[0] >= 0
			if car && (d.MM < 700 || d.MM > 1_200) || !car && (d.MM < 2_480 || d.MM > 2_520) {
				t.Fatalf("%d mm, with a car below: %v", d.MM, car)
			}
			if car {
				near++
			} else {
				far++
			}
		}
	}
	if near < 300 || far < 300 {
		t.Errorf("%d frames of a car, %d of the floor", near, far)
	}
}

func TestWhatGoesWrongWithSpotSensors(t *testing.T) {
	count := func(f world.Fault) (frames, odd int) {
		plan := doing(world.ClosedByBarrier, 1)
		plan.Spots = plan.Spots[:1]
		plan.Cars[0].StayMS = 0
		plan.Sensing = world.Sensing{HeartbeatMS: 10_000}
		if f < world.Fault(world.Faults) {
			plan.Faults.Chance[f] = 1_000_000
			plan.Faults.RepairMS = 10 * hourMS
		}
		list, _ := heard[world.Distance](t, plan, hourMS)
		for _, d := range list[len(list)/2:] {
			if d.Kind != drivers.SampleDistance || d.MM < 700 || d.MM > 1_200 {
				odd++
			}
		}
		return len(list), odd
	}
	frames, odd := count(world.Fault(world.Faults))
	if frames < 300 || odd != 0 {
		t.Fatalf("on a good day %d frames, %d of them odd", frames, odd)
	}
	for f, want := range map[world.Fault][2]bool{ // fewer frames, odd ones
		world.SpotOutlier: {false, true}, world.SpotInterference: {false, true}, world.SpotStuck: {false, false},
		world.SpotMissed: {true, false}, world.SpotSilent: {true, false},
	} {
		got, odd := count(f)
		if fewer := got < frames/2; fewer != want[0] || !fewer && odd > 0 != want[1] {
			t.Errorf("%s: %d frames of %d, %d odd", f, got, frames, odd)
		}
	}
}

func TestAStuckSensorDoesNotMove(t *testing.T) {
	plan := doing(world.ClosedByBarrier, 1)
	plan.Spots = plan.Spots[:1]
	plan.Sensing = world.Sensing{HeartbeatMS: 10_000}
	plan.Incidents = []world.Incident{{Fault: world.SpotStuck, At: 0, AtMS: 1}}
	list, w := heard[world.Distance](t, plan, hourMS/2)
	for _, d := range list[1:] {
		if d != list[1] {
			t.Fatalf("stuck at %v it says %v", list[1], d)
		}
	}
	if w.Truth().Spots[0] != 0 || len(list) < 100 {
		t.Errorf("%d frames, spot under %d", len(list), w.Truth().Spots[0])
	}
}

func TestLoopsThatLie(t *testing.T) {
	edges := func(f world.Fault, atMS int64) (on, off int) {
		plan := doing(world.ClosedByBarrier, 1)
		plan.Cars[0].StayMS = 0
		if atMS >= 0 {
			plan.Incidents = []world.Incident{{Fault: f, At: world.LoopOf(0, false), AtMS: atMS}}
		} else {
			plan.Faults.Chance[f] = 1_000_000
		}
		list, _ := heard[world.LoopEdge](t, plan, 60_000)
		for _, edge := range list[4:] { // the first four are the levels at the start
			if edge.Gate == 0 && !edge.Closing && edge.Active {
				on++
			} else if edge.Gate == 0 && !edge.Closing {
				off++
			}
		}
		return on, off
	}
	for name, c := range map[string]struct {
		fault   world.Fault
		atMS    int64
		on, off int
	}{
		"good":              {world.ArmSlow, 0, 1, 1},
		"stuck on at once":  {world.LoopStuckOn, 1, 1, 0},
		"stuck off at once": {world.LoopStuckOff, 1, 0, 0},
		"bicycle":           {world.LoopTouch, 1, 2, 2},
		"drops out":         {world.LoopDropout, -1, 2, 2},
	} {
		if on, off := edges(c.fault, c.atMS); on != c.on || off != c.off {
			t.Errorf("%s: on %d times, off %d times; want %d, %d", name, on, off, c.on, c.off)
		}
	}
}

func TestArmsThatFail(t *testing.T) {
	last := func(f world.Fault, command drivers.BarrierCommand) world.ArmEdge {
		plan := doing(world.ClosedByGateway, 1)
		plan.Incidents = []world.Incident{{Fault: f, AtMS: 1_000}}
		w, err := world.New(plan)
		if err != nil {
			t.Fatal(err)
		}
		signals := w.Advance(2_000, nil)
		w.Barrier(2_000, 0, command)
		var edge world.ArmEdge
		for _, s := range w.Advance(5_000, signals) {
			if e, isArm := s.(world.ArmEdge); isArm && e.Gate == 0 {
				edge = e
			}
		}
		return edge
	}
	for f, want := range map[world.Fault]world.ArmEdge{
		world.FireAlarm: {Up: true}, // nothing to do with the arm
		world.ArmJam:    {Down: true},
		world.ArmBroken: {},
		world.ArmSlow:   {},
	} {
		if got := last(f, drivers.BarrierRaise); got != want {
			t.Errorf("%s: three seconds after a raise %+v, want %+v", f, got, want)
		}
	}
	plan := doing(world.ClosedByGateway, 1)
	plan.Incidents = []world.Incident{{Fault: world.ArmByHand, AtMS: 1_000, ForMS: 5_000}}
	plan.Cars = nil
	w, err := world.New(plan)
	if err != nil {
		t.Fatal(err)
	}
	edges := w.Advance(20_000, nil)
	up, down := 0, 0
	for _, s := range edges {
		if e, isArm := s.(world.ArmEdge); isArm && e.Gate == 0 && e.Up {
			up++
		} else if isArm && e.Gate == 0 && e.Down {
			down++
		}
	}
	if up != 1 || down != 2 {
		t.Errorf("lifted by hand: up %d times, down %d times", up, down)
	}
}

func TestFacesAreUnderstood(t *testing.T) {
	for _, c := range []struct {
		lines  []string
		colour drivers.Colour
		want   world.Instruction
	}{
		{[]string{"Welcome", "Please take a ticket"}, drivers.ColourYellow, world.TakeTicket},
		{[]string{"Welcome", "Reading your plate"}, drivers.ColourYellow, world.Nothing},
		{[]string{"Welcome", "Zone A", "Spot A-101"}, drivers.ColourGreen, world.GoAhead},
		{[]string{"FULL", "Please drive on"}, drivers.ColourRed, world.LotFull},
		{[]string{"No space for", "this vehicle"}, drivers.ColourRed, world.LotFull},
		{[]string{"Plate not clear", "Show your ticket"}, drivers.ColourRed, world.ShowTicket},
		{[]string{"No ticket found", "Show it or press help"}, drivers.ColourRed, world.ShowTicket},
		{[]string{"Ticket was used", "Press help"}, drivers.ColourRed, world.AskHelp},
		{[]string{"Already inside", "Press help"}, drivers.ColourRed, world.AskHelp},
		{[]string{"Please pay", "12.40 EUR"}, drivers.ColourYellow, world.Pay},
		{[]string{"Payment declined", "Try another card"}, drivers.ColourRed, world.Refused},
		{[]string{"Thank you", "Drive safely"}, drivers.ColourGreen, world.GoAhead},
	} {
		if got := world.ReadFace(c.lines, c.colour); got != c.want {
			t.Errorf("%q: %d, want %d", c.lines, got, c.want)
		}
	}
}

func TestWrongPlansSayWhatToWrite(t *testing.T) {
	for name, spoil := range map[string]func(*world.Plan){
		"direction": func(p *world.Plan) { p.Gates[0].Direction = fact.DirectionUnknown },
		"time":      func(p *world.Plan) { p.Cars[0].ArriveMS = -1 },
		"kind":      func(p *world.Plan) { p.Cars[0].Kind = 99 },
		"place":     func(p *world.Plan) { p.Incidents = []world.Incident{{Fault: world.ArmJam, At: 2}} },
		"no place":  func(p *world.Plan) { p.Incidents = []world.Incident{{Fault: world.BackOut}} },
	} {
		plan := doing(world.ClosedByBarrier, 1)
		spoil(&plan)
		if _, err := world.New(plan); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

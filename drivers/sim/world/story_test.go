package world_test

import (
	"testing"

	"gatehouse/drivers"
	"gatehouse/drivers/sim/world"
	"gatehouse/sync/fact"
)

const hourMS = 3_600_000

// closings are both ways to close an arm.
var closings = map[string]world.Closing{"barrier": world.ClosedByBarrier, "gateway": world.ClosedByGateway}

// doing is a plan whose cars come every 20 s, and of which the first does something.
func doing(closing world.Closing, n int, does ...world.Fault) world.Plan {
	plan := lot(closing, n+2)
	plan.Cars = cars(n, 20_000)
	for i := range plan.Cars {
		plan.Cars[i].Kind = world.Sedan
	}
	plan.Cars[0].Does = world.FaultsOf(does...)
	return plan
}

func played(t *testing.T, plan world.Plan) *world.Truth {
	t.Helper()
	k := newKeeper(t, plan)
	k.run(240 * hourMS)
	if !k.w.Settled() {
		t.Fatalf("cars are stuck: %v", k.w.Truth().ByWhere)
	}
	return k.w.Truth()
}

func TestOneCarComesParksAndLeaves(t *testing.T) {
	for name, closing := range closings {
		truth := played(t, doing(closing, 1))
		c := truth.Cars[0]
		if c.Where != world.Gone || truth.Through[0] != [2]int{1, 0} || truth.Through[1] != [2]int{0, 1} {
			t.Fatalf("%s: the car is %v; passages %v", name, c.Where, truth.Through)
		}
		for _, p := range truth.Passages {
			if p.How != world.Invited {
				t.Errorf("%s: passed by %v, though it was invited", name, p.How)
			}
		}
		if !(c.EnteredMS < c.ParkedMS && c.ParkedMS+hourMS == c.LeftSpotMS && c.LeftSpotMS < c.LeftMS) {
			t.Errorf("%s: times %+v", name, c)
		}
	}
}

func TestAFullLotTurnsCarsAwayForGood(t *testing.T) {
	k := newKeeper(t, doing(world.ClosedByBarrier, 5))
	k.full = true
	k.run(hourMS)
	if truth := k.w.Truth(); truth.ByWhere[world.Denied] != 5 || len(truth.Passages) != 0 {
		t.Errorf("by place %v, passages %v", truth.ByWhere, truth.Passages)
	}
}

func TestAGatewayThatNeverAnswersHoldsNobodyForEver(t *testing.T) {
	plan := doing(world.ClosedByBarrier, 5)
	k := newKeeper(t, plan)
	k.mute = true
	presses := 0
	for ms, ok := k.w.Next(); ok && !k.w.Settled(); ms, ok = k.w.Next() {
		for _, s := range k.w.Advance(ms, nil) {
			if _, pressed := s.(world.Button); pressed {
				presses++
			}
		}
	}
	if truth := k.w.Truth(); truth.ByWhere[world.GaveUp] != 5 {
		t.Errorf("by place %v", truth.ByWhere)
	}
	if presses < 10 {
		t.Errorf("only %d presses of a button by five drivers whom nobody answers", presses)
	}
}

func TestACarThatBacksOutIsNotCounted(t *testing.T) {
	for _, does := range []world.Fault{world.BackOut, world.BackOutGranted} {
		for name, closing := range closings {
			truth := played(t, doing(closing, 4, does))
			if truth.Cars[0].Where != world.TurnedBack || truth.Fired[does] != 1 {
				t.Errorf("%s, %s: the first car is %v", name, does, truth.Cars[0].Where)
			}
			if truth.Through[0][0] != 3 || truth.ByWhere[world.Gone] != 3 {
				t.Errorf("%s, %s: the others: %v", name, does, truth.ByWhere)
			}
		}
	}
}

func TestATailgaterComesInOnTheGrantOfTheCarAhead(t *testing.T) {
	for name, closing := range closings {
		plan := doing(closing, 2)
		plan.Cars[1].ArriveMS = 500
		plan.Cars[1].Does = world.FaultsOf(world.Tailgate)
		truth := played(t, plan)
		if got := truth.Tailgated(fact.Inward); len(got) != 1 || got[0] != 1 || truth.Fired[world.Tailgate] == 0 {
			t.Errorf("%s: tailgated: %v, passages %+v", name, got, truth.Passages)
		}
	}
}

func TestAnArmNeverComesDownOnTheCarsOfACarefulKeeper(t *testing.T) {
	for name, closing := range closings {
		plan := lot(closing, 30)
		plan.Cars = cars(30, 6_000)
		plan.Faults.Chance[world.StopUnderArm] = 300_000
		plan.Faults.Chance[world.Tailgate] = 300_000
		truth := played(t, plan)
		if truth.Fired[world.StopUnderArm] == 0 || truth.Fired[world.Tailgate] == 0 {
			t.Fatalf("%s: nobody stopped or tailgated: %v", name, truth.Fired)
		}
		if n, ms := truth.ClosesOnPresence(); ms > 100 {
			t.Errorf("%s: %d closes over a vehicle, %d ms: %+v", name, n, ms, truth.Closes)
		}
	}
}

func TestAGatewayThatLowersOverACarIsFoundOut(t *testing.T) {
	plan := doing(world.ClosedByGateway, 1, world.StopUnderArm)
	k := newKeeper(t, plan)
	done := false
	for ms, ok := k.w.Next(); ok && !done; ms, ok = k.w.Next() {
		for _, s := range k.w.Advance(ms, nil) {
			switch s := s.(type) {
			case world.LoopEdge:
				if s.Active && !s.Closing {
					k.w.Barrier(ms, 0, drivers.BarrierRaise)
				}
				if s.Active && s.Closing {
					k.w.Barrier(ms, 0, drivers.BarrierLower)
					done = true
				}
			}
		}
	}
	k.w.Advance(k.w.NowMS()+5_000, nil)
	if n, ms := k.w.Truth().ClosesOnPresence(); n != 1 || ms < 500 {
		t.Errorf("%d closes over a vehicle in %d ms", n, ms)
	}
}

func TestATrailersDrawbarIsInvisibleToTheClosingLoop(t *testing.T) {
	plan := doing(world.ClosedByBarrier, 1)
	plan.Cars[0].Kind = world.WithTrailer
	plan.Cars[0].StayMS = 0
	k := newKeeper(t, plan)
	edges := 0
	for ms, ok := k.w.Next(); ok && !k.w.Settled(); ms, ok = k.w.Next() {
		for _, s := range k.w.Advance(ms, nil) {
			if edge, isLoop := s.(world.LoopEdge); isLoop && edge.Closing && edge.Active {
				edges++
			}
			k.hear(ms, s)
		}
	}
	if edges != 2 || k.w.Truth().Through[0][0] != 1 {
		t.Errorf("the closing loop came on %d times for %v vehicles", edges, k.w.Truth().Through)
	}
}

func TestAJammedArmMakesDriversCallForHelpAndGo(t *testing.T) {
	for name, closing := range closings {
		plan := doing(closing, 3)
		plan.Incidents = []world.Incident{{Fault: world.ArmJam, At: 0}}
		truth := played(t, plan)
		if truth.ByWhere[world.GaveUp] != 3 {
			t.Errorf("%s: for ever jammed: %v", name, truth.ByWhere)
		}
		plan.Incidents[0].ForMS = 60_000
		if truth = played(t, plan); truth.ByWhere[world.Gone] != 3 {
			t.Errorf("%s: jammed for a minute: %v", name, truth.ByWhere)
		}
	}
}

func TestABrokenArmLetsEverybodyThroughUninvited(t *testing.T) {
	plan := doing(world.ClosedByGateway, 3)
	plan.Incidents = []world.Incident{{Fault: world.ArmBroken, At: 0}}
	k := newKeeper(t, plan)
	k.mute = true
	k.run(200_000)
	truth := k.w.Truth()
	if truth.Through[0][0] != 3 {
		t.Fatalf("passages: %v", truth.Through)
	}
	for _, p := range truth.Passages {
		if p.How != world.OpenArm {
			t.Errorf("passed by %v", p.How)
		}
	}
}

func TestADriverWhoWantsOutTheWrongWayTriesAnEntryFirst(t *testing.T) {
	for name, closing := range closings {
		truth := played(t, doing(closing, 1, world.WrongWay))
		if truth.Fired[world.WrongWay] != 1 || truth.Cars[0].Where != world.Gone || truth.Through[1][1] != 1 {
			t.Errorf("%s: closed arm: %v, passages %v", name, truth.ByWhere, truth.Through)
		}
		plan := doing(closing, 1, world.WrongWay)
		k := newKeeper(t, plan)
		k.w.Barrier(0, 0, drivers.BarrierHold)
		k.run(24 * hourMS)
		truth = k.w.Truth()
		if truth.Through[0] != [2]int{1, 1} || truth.Inside != 0 {
			t.Errorf("%s: arm held open: %v inside, passages %v", name, truth.Inside, truth.Through)
		}
		if last := truth.Passages[len(truth.Passages)-1]; last.How != world.AgainstTheLane || last.Direction != fact.Outward {
			t.Errorf("%s: %+v", name, last)
		}
	}
}

func TestADriverParksWhereTheDisplaySays(t *testing.T) {
	plan := doing(world.ClosedByBarrier, 2)
	plan.Cars[1].Does = world.FaultsOf(world.ParkElsewhere)
	k := newKeeper(t, plan)
	for ms, ok := k.w.Next(); ok && ms < hourMS/2; ms, ok = k.w.Next() {
		for _, s := range k.w.Advance(ms, nil) {
			if edge, isLoop := s.(world.LoopEdge); isLoop && edge.Active && !edge.Closing && edge.Gate == 0 {
				number := []string{"A-3", "A-4"}[len(k.w.Truth().Passages)]
				k.w.Face(ms, 0, []string{"Welcome", "Spot " + number}, drivers.ColourGreen)
			}
			k.hear(ms, s)
		}
	}
	truth := k.w.Truth()
	if truth.Cars[0].Spot != 2 || truth.Cars[0].Told != 2 {
		t.Errorf("told %d, parked on %d", truth.Cars[0].Told, truth.Cars[0].Spot)
	}
	if other := truth.Cars[1]; other.Told != 3 || other.Spot == 3 || other.Spot < 0 || truth.Spots[other.Spot] != 1 {
		t.Errorf("the one who parks elsewhere: %+v", other)
	}
}

func TestPaperTicketsAreTakenShownAndLost(t *testing.T) {
	for _, loses := range []bool{false, true} {
		plan := doing(world.ClosedByBarrier, 1)
		plan.Gates[0].Camera, plan.Gates[1].Camera = false, false
		if loses {
			plan.Cars[0].Does = world.FaultsOf(world.LoseTicket, world.PressTwice)
		}
		w, err := world.New(plan)
		if err != nil {
			t.Fatal(err)
		}
		var told []any
		for ms, ok := w.Next(); ok && !w.Settled(); ms, ok = w.Next() {
			for _, s := range w.Advance(ms, nil) {
				switch s := s.(type) {
				case world.Button:
					told = append(told, s.Button)
					w.Printed(ms, s.Gate, "T-1")
					w.Barrier(ms, s.Gate, drivers.BarrierRaise)
				case world.Scan:
					told = append(told, s.Text)
					w.Barrier(ms, s.Gate, drivers.BarrierRaise)
				}
			}
		}
		want := []any{drivers.ButtonTicket, "T-1"}
		if loses {
			want = []any{drivers.ButtonTicket, drivers.ButtonTicket, drivers.ButtonHelp}
		}
		if !same(told, want) || w.Truth().Cars[0].Where != world.Gone {
			t.Errorf("loses %v: told %v, want %v; %v", loses, told, want, w.Truth().Cars[0].Where)
		}
	}
}

func same(a, b []any) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func TestPowerComesBackToInputsThatAreReportedAnew(t *testing.T) {
	plan := doing(world.ClosedByBarrier, 1)
	plan.Faults.Chance[world.LoopRetuned] = 1_000_000
	w, err := world.New(plan)
	if err != nil {
		t.Fatal(err)
	}
	if got := len(w.Advance(0, nil)); got != 7 {
		t.Errorf("%d inputs reported at the start", got)
	}
	w.Advance(15_000, nil) // the car stands on the arming loop
	w.PowerCut(15_000)
	if got := w.Advance(20_000, nil); len(got) != 0 {
		t.Errorf("heard without power: %v", got)
	}
	w.PowerBack(20_000)
	reported := w.Advance(20_000, nil)
	if len(reported) != 7 || reported[1] != (world.LoopEdge{Gate: 0, Active: false}) {
		t.Errorf("reported after the power came back, with a car that the loop was tuned to: %v", reported)
	}
	if w.Truth().Fired[world.LoopRetuned] != 1 || w.Truth().Fired[world.PowerLoss] != 1 {
		t.Errorf("fired: %v", w.Truth().Fired)
	}
}

func TestMisfortunesAtTheTerminal(t *testing.T) {
	for _, f := range []world.Fault{world.PaymentDeclined, world.ReplyLost, world.OrderLost} {
		plan := doing(world.ClosedByBarrier, 1)
		plan.Gates[1].Terminal = true
		plan.Faults.Chance[f] = 1_000_000
		k := newKeeper(t, plan)
		k.run(hourMS + 120_000)
		id := fact.PaymentID("P1")
		k.w.PayStatus(k.w.NowMS(), 1, id)
		signals := k.w.Advance(k.w.NowMS(), nil)
		answer, isAnswer := signals[len(signals)-1].(world.PaymentAnswer)
		want := map[world.Fault]drivers.PaymentOutcome{
			world.PaymentDeclined: drivers.PaymentDeclined, world.ReplyLost: drivers.PaymentApproved, world.OrderLost: drivers.PaymentNotFound,
		}[f]
		if !isAnswer || answer.Payment != id || answer.Answer.Outcome != want {
			t.Errorf("%s: status %+v", f, signals)
		}
		if approved := f == world.ReplyLost; (len(k.w.Truth().Payments) > 0) != approved || k.paid != 0 {
			t.Errorf("%s: payments %+v, heard of %d", f, k.w.Truth().Payments, k.paid)
		}
	}
}

package gatecheck_test

import (
	"testing"

	"gatehouse/gateway/gate"
	"gatehouse/gateway/gate/gatecheck"
	"gatehouse/sync/fact"
)

// step is one line of a transcript: what went in, and what a gate that breaks a rule would say.
type step struct {
	atMS int64
	in   gate.Input
	out  []gate.Output
}

var config = gate.Config{
	Direction: fact.Inward, ArmingLoop: true, ClosingLoop: true, UpSwitch: true, DownSwitch: true, Closing: gate.ClosedByGateway,
}

func says(out ...gate.Output) []gate.Output { return out }

func commands(c gate.Command, cause gate.Cause) gate.Output {
	return gate.Output{Kind: gate.Commanded, Command: c, Cause: cause}
}

func urgently(o gate.Output) gate.Output {
	o.Urgent = true
	return o
}

func raises(ticket fact.TicketID, retry uint8) gate.Output {
	o := commands(gate.CommandRaise, gate.CauseVend)
	o.Vend.Ticket, o.Retry = ticket, retry
	return o
}

func ends(kind gate.OutputKind, ticket fact.TicketID) gate.Output {
	return gate.Output{Kind: kind, Vend: gate.Vend{Ticket: ticket, Reason: fact.ReasonPlate}}
}

func faults(f fact.GateFault) gate.Output { return gate.Output{Kind: gate.Faulted, Fault: f} }

func grants(ticket fact.TicketID) gate.Input { return gate.Grant(gate.Vend{Ticket: ticket}) }

// open is a gate whose loops have been seen working and whose arm is up.
func open(more ...step) []step {
	return append([]step{
		{0, gate.LoopReads(gate.ArmingLoop, gate.Clear), nil},
		{0, gate.LoopReads(gate.ClosingLoop, gate.Clear), nil},
		{0, gate.ArmReads(true, false), nil},
		{0, gate.Confirm(), nil},
	}, more...)
}

// lowering is an open gate whose arm comes down as it may.
func lowering(more ...step) []step {
	return append(open(step{5_000, gate.Tick(), says(commands(gate.CommandLower, gate.CauseTimer))}), more...)
}

func TestReportsEachRule(t *testing.T) {
	byTimer, byHand := commands(gate.CommandLower, gate.CauseTimer), commands(gate.CommandLower, gate.CauseManual)
	raise, hold := commands(gate.CommandRaise, gate.CauseHold), commands(gate.CommandHold, gate.CauseHold)
	fire := says(urgently(commands(gate.CommandRaise, gate.CauseFire)), urgently(commands(gate.CommandHold, gate.CauseFire)))
	occupied := gate.LoopReads(gate.ClosingLoop, gate.Occupied)
	for _, bad := range []struct {
		name, rule string
		steps      []step
	}{
		{"lowers onto a car", "P1", open(step{1, occupied, nil}, step{9_000, gate.Tick(), says(byTimer)})},
		{"lowers on a loop that failed", "P1", open(step{1, gate.LoopReads(gate.ArmingLoop, gate.Failed), nil}, step{9_000, gate.Tick(), says(byTimer)})},
		{"lowers on a loop that never spoke", "P1", []step{
			{0, gate.LoopReads(gate.ArmingLoop, gate.Clear), nil}, {1, gate.Confirm(), nil}, {9_000, gate.Tick(), says(byTimer)},
		}},
		{"lowers before one who has only just come", "P1a", open(
			step{4_000, gate.LoopReads(gate.ArmingLoop, gate.Occupied), nil}, step{6_499, gate.Tick(), says(byTimer)})},
		{"lowers before one close behind another", "P1a", open(
			step{4_500, occupied, nil}, step{4_501, gate.LoopReads(gate.ArmingLoop, gate.Occupied), nil},
			step{9_000, gate.LoopReads(gate.ClosingLoop, gate.Clear), nil}, step{10_599, gate.Tick(), says(byTimer)})},
		{"lowers before one who has waited behind another for long", "P1a", open(
			step{1, occupied, nil}, step{2, gate.LoopReads(gate.ArmingLoop, gate.Occupied), nil},
			step{9_000, gate.LoopReads(gate.ClosingLoop, gate.Clear), nil}, step{19_000, gate.Tick(), says(byTimer)})},
		{"keeps coming down on a car", "P1", lowering(step{5_500, occupied, nil})},
		{"does not turn", "P2", lowering(step{5_500, occupied, nil})},
		{"lets the disk decide when it turns", "P2", lowering(step{5_500, occupied, says(commands(gate.CommandRaise, gate.CauseReverse))})},
		{"lowers before the arm has spoken", "P3", []step{
			{0, gate.LoopReads(gate.ArmingLoop, gate.Clear), nil}, {0, gate.LoopReads(gate.ClosingLoop, gate.Clear), nil},
			{1, gate.Confirm(), nil}, {9_000, gate.Tick(), says(byTimer)},
		}},
		{"pulses at power-up", "P3", []step{{0, gate.Tick(), says(commands(gate.CommandRaise, gate.CauseNone))}}},
		{"lowers after power-up", "P4", []step{
			{0, gate.LoopReads(gate.ArmingLoop, gate.Clear), nil},
			{0, gate.LoopReads(gate.ClosingLoop, gate.Clear), nil},
			{9_000, gate.Tick(), says(byTimer)},
		}},
		{"lowers after a loop had failed", "P4", open(
			step{1, gate.LoopReads(gate.ArmingLoop, gate.Failed), nil}, step{2, gate.LoopReads(gate.ArmingLoop, gate.Clear), nil},
			step{9_000, gate.Tick(), says(byTimer)})},
		{"lowers after a loop had been stuck", "P4", open(
			step{1, occupied, nil}, step{2_000_000, gate.LoopReads(gate.ClosingLoop, gate.Clear), nil},
			step{2_009_000, gate.Tick(), says(byTimer)})},
		{"ignores a fire", "P5", open(step{1, gate.Fire(true), nil})},
		{"raises on fire and does not hold", "P5", open(step{1, gate.Fire(true), fire[:1]})},
		{"takes an old hold for a new fire", "P5", open(step{1, gate.Hold(true), says(raise, hold)}, step{2, gate.Fire(true), nil})},
		{"gives a fire once only", "P5", open(step{1, gate.Fire(true), fire}, step{2, gate.Back(), nil})},
		{"forgets the fire over a stop", "P5", open(
			step{1, gate.Fire(true), fire}, step{2, gate.Stop(true), says(urgently(commands(gate.CommandStop, gate.CauseStop)))},
			step{3, gate.Stop(false), nil})},
		{"lowers in a fire", "P6", open(step{1, gate.Fire(true), fire}, step{9_000, gate.Lower(), says(byHand)})},
		{"lets go in a fire", "P6", open(step{1, gate.Fire(true), fire}, step{9_000, gate.Tick(), says(commands(gate.CommandRelease, gate.CauseFire))})},
		{"raises while stopped", "P6", open(
			step{1, gate.Stop(true), says(urgently(commands(gate.CommandStop, gate.CauseStop)))},
			step{2, gate.RaiseOnce(fact.ReasonCommand), says(commands(gate.CommandRaise, gate.CauseManual))})},
		{"lowers a held arm", "P6", open(step{1, gate.Hold(true), says(raise, hold)}, step{9_000, gate.Lower(), says(byHand)})},
		{"lowers too soon", "P7", open(step{4_500, occupied, nil}, step{5_000, gate.LoopReads(gate.ClosingLoop, gate.Clear), nil}, step{5_999, gate.Tick(), says(byTimer)})},
		{"lowers before a granted car", "P7", open(step{1, grants("T1"), says(raises("T1", 0))}, step{9_000, gate.Tick(), says(byTimer)})},
		{"uses a vend twice", "P8", open(
			step{1, grants("T1"), says(raises("T1", 0))}, step{2, gate.Tick(), says(ends(gate.Passed, "T1"))},
			step{3, gate.Tick(), says(ends(gate.Passed, "T1"))})},
		{"ends a vend that was never given", "P8", open(step{1, gate.Tick(), says(ends(gate.BackedOut, "T9"))})},
		{"ends a raise by hand that was never ordered", "P8", open(step{1, gate.Tick(), says(ends(gate.BackedOut, ""))})},
		{"tries for ever", "P9", open(
			step{0, gate.ArmReads(false, true), nil}, step{1, grants("T1"), says(raises("T1", 0))},
			step{6_001, gate.Tick(), says(faults(fact.FaultStuckClosed), raises("T1", 1), raises("T1", 2), raises("T1", 3), raises("T1", 4), raises("T1", 5))})},
		{"raises a gate that is locked out", "P9", open(step{1, gate.Tick(), says(faults(fact.FaultLockedOut))}, step{2, grants("T1"), says(raises("T1", 0))})},
		{"lowers a gate that is locked out", "P9", open(step{1, gate.Tick(), says(faults(fact.FaultLockedOut))}, step{9_000, gate.Lower(), says(byHand)})},
		{"lowers a broken arm", "P9", open(step{1, gate.Tick(), says(faults(fact.FaultBrokenArm))}, step{9_000, gate.Tick(), says(byTimer)})},
		{"misses both switches", "P9", open(step{1, gate.ArmReads(true, true), nil})},
		{"misses an arm that is lifted", "P9", open(step{1, gate.ArmReads(false, true), nil}, step{90_000, gate.ArmReads(false, false), nil})},
		{"misses an arm that does not rise", "P9", open(
			step{0, gate.ArmReads(false, true), nil}, step{1, grants("T1"), says(raises("T1", 0))}, step{8_002, gate.Tick(), nil})},
		{"raises for nobody", "A1", open(step{1, gate.Tick(), says(raises("T1", 0))})},
		{"raises by itself", "A1", open(step{1, gate.Tick(), says(commands(gate.CommandRaise, gate.CauseManual))})},
		{"raises at start-up", "A1", []step{{0, gate.Tick(), says(commands(gate.CommandRaise, gate.CauseNone))}}},
		{"holds for nobody", "A1", open(step{1, gate.Tick(), says(hold)})},
		{"turns an arm that rests", "A1", open(step{1, occupied, says(urgently(commands(gate.CommandRaise, gate.CauseReverse)))})},
		{"stops for nobody", "A1", open(step{1, gate.Tick(), says(commands(gate.CommandStop, gate.CauseStop))})},
		{"lowers by a hand that was not there", "A1", open(step{9_000, gate.Tick(), says(byHand)})},
		{"raises after the vend is over", "A1", open(
			step{1, grants("T1"), says(raises("T1", 0))}, step{2, gate.Tick(), says(ends(gate.BackedOut, "T1"))}, step{3, gate.Tick(), says(raises("T1", 0))})},
		{"raises twice for one grant", "A2", open(step{1, grants("T1"), says(raises("T1", 0))}, step{2, gate.Tick(), says(raises("T1", 0))})},
		{"raises twice for a grant sent twice", "A2", open(step{1, grants("T1"), says(raises("T1", 0))}, step{2, grants("T1"), says(raises("T1", 0))})},
		{"tries again though the arm is up", "A2", open(step{1, grants("T1"), says(raises("T1", 0))}, step{9_000, gate.Tick(), says(raises("T1", 1))})},
	} {
		t.Run(bad.name, func(t *testing.T) {
			check := gatecheck.New(config)
			last := len(bad.steps) - 1
			for _, s := range bad.steps[:last] {
				if found := check.Step(s.atMS, s.in, s.out); len(found) > 0 {
					t.Fatalf("too early: %v", found)
				}
			}
			s := bad.steps[last]
			wantRule(t, check.Step(s.atMS, s.in, s.out), bad.rule)
		})
	}
}

func wantRule(t *testing.T, found []gatecheck.Violation, rule string) {
	t.Helper()
	for _, v := range found {
		if v.Rule == rule {
			return
		}
	}
	t.Errorf("want %s, found %v", rule, found)
}

// TestReportsTruth: what only a simulator can know.
func TestReportsTruth(t *testing.T) {
	t.Run("P1t", func(t *testing.T) {
		check := gatecheck.New(config)
		for _, s := range lowering() {
			check.Step(s.atMS, s.in, s.out)
		}
		for _, atMS := range []int64{5_100, 5_200} {
			if found := check.Watch(atMS, true); len(found) > 0 {
				t.Fatalf("at %d ms: %v", atMS, found)
			}
		}
		wantRule(t, check.Watch(5_201, true), "P1t")
	})
	t.Run("P8", func(t *testing.T) {
		check := gatecheck.New(config)
		check.Step(0, grants("T1"), says(raises("T1", 0)))
		check.Step(9, gate.Tick(), says(ends(gate.Passed, "T1"), gate.Output{Kind: gate.Tailgated}, gate.Output{Kind: gate.WrongWay, Through: true}, gate.Output{Kind: gate.WrongWay}))
		if found := check.Conserved(3); len(found) > 0 {
			t.Error(found)
		}
		wantRule(t, check.Conserved(4), "P8")
	})
}

// TestAcceptsGood: the checker is not only strict.
func TestAcceptsGood(t *testing.T) {
	check := gatecheck.New(config)
	good := lowering(
		step{5_500, gate.LoopReads(gate.ClosingLoop, gate.Occupied), says(urgently(commands(gate.CommandRaise, gate.CauseReverse)))},
		step{8_000, gate.LoopReads(gate.ClosingLoop, gate.Clear), nil},
		step{9_000, gate.Tick(), says(commands(gate.CommandLower, gate.CauseTimer))},
		step{10_000, gate.ArmReads(false, true), nil},
		step{20_000, grants("T1"), says(raises("T1", 0))},
		step{20_200, gate.ArmReads(false, false), nil},
		step{26_000, gate.Tick(), says(faults(fact.FaultBrokenArm), raises("T1", 1))},
		step{27_000, gate.ArmReads(true, false), nil},
		step{30_000, gate.Tick(), says(ends(gate.Passed, "T1"))},
	)
	for _, s := range good {
		for _, v := range check.Step(s.atMS, s.in, s.out) {
			t.Error(v)
		}
	}
}

package gate_test

import (
	"testing"

	"gatehouse/gateway/gate"
	"gatehouse/gateway/gate/gatecheck"
	"gatehouse/sync/fact"
)

// waitsMS are the times that pass before an input, around the gate's own.
var waitsMS = [16]int64{0, 1, 50, 200, 499, 500, 999, 1_000, 1_500, 2_500, 3_000, 6_000, 7_000, 30_000, 120_000, 900_000}

// FuzzStep feeds a gate with anything: whatever it is told, it does not panic, wants to be woken in the future
// only, and breaks no rule that can be judged without the truth.
func FuzzStep(f *testing.F) {
	f.Add([]byte{0xfb, 0x12, 0x20, 0x31, 0x43, 0x05, 0x77})
	f.Add([]byte("a car comes in, another follows, somebody calls the fire brigade"))
	f.Add([]byte{0x3f, 0x12, 0x22, 0x14, 0x11, 0xa0, 0x21, 0x20, 0xff, 0x90})
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) < 2 {
			return
		}
		cfg := fuzzConfig(data[0])
		g, check := gate.New(cfg), gatecheck.New(cfg)
		nowMS, tickets := int64(0), 0
		step := func(in gate.Input) {
			for _, v := range check.Step(nowMS, in, g.Step(nowMS, in, nil)) {
				t.Fatal(v)
			}
			if wake := g.WakeMS(); wake <= nowMS {
				t.Fatalf("at %d ms the gate wants to be woken at %d", nowMS, wake)
			}
		}
		for _, b := range data[1:] {
			untilMS := nowMS + waitsMS[b>>4]
			for g.WakeMS() < untilMS {
				nowMS = g.WakeMS()
				step(gate.Tick())
			}
			nowMS = untilMS
			step(fuzzInput(b&0xf, &tickets))
			g.Blocks()
			g.State()
		}
	})
}

func fuzzConfig(b byte) gate.Config {
	return gate.Config{
		Direction:  fact.Direction(b >> 6 % 3),
		ArmingLoop: b&1 != 0, ClosingLoop: b&2 != 0, UpSwitch: b&4 != 0, DownSwitch: b&8 != 0,
		Closing: gate.Closing(b >> 4 & 1),
	}
}

func fuzzInput(kind byte, tickets *int) gate.Input {
	switch kind {
	case 0, 1, 2:
		return gate.LoopReads(gate.ArmingLoop, gate.Clear+gate.Level(kind))
	case 3, 4, 5:
		return gate.LoopReads(gate.ClosingLoop, gate.Clear+gate.Level(kind-3))
	case 6, 7, 8, 9:
		return gate.ArmReads(kind&1 != 0, kind >= 8)
	case 10:
		*tickets++
		ticket := fact.TicketID(rune('A' + *tickets%20))
		grant := gate.Grant(gate.Vend{Ticket: ticket, Direction: fact.Direction(*tickets % 3), Reason: fact.ReasonPlate})
		if *tickets%3 == 0 {
			return grant.InsteadOf(fact.TicketID(rune('A' + (*tickets-1)%20)))
		}
		return grant
	case 11:
		return gate.RaiseOnce(fact.ReasonCommand)
	case 12:
		*tickets++
		return gate.Hold(*tickets%2 == 0)
	case 13:
		*tickets++
		return gate.Fire(*tickets%2 == 0)
	case 14:
		*tickets++
		return gate.Stop(*tickets%2 == 0)
	}
	*tickets++
	return [5]gate.Input{
		gate.Lower(), gate.Confirm(), gate.Refuse(fact.DirectionUnknown), gate.Follows(fact.DirectionUnknown, *tickets%10 < 5),
		gate.Back(),
	}[*tickets%5]
}

// BenchmarkStep is one ordinary passage, per input.
func BenchmarkStep(b *testing.B) {
	g := gate.New(gate.Config{Direction: fact.Inward, ArmingLoop: true, ClosingLoop: true, UpSwitch: true, DownSwitch: true})
	passage := []struct {
		waitMS int64
		in     gate.Input
	}{
		{1_000, gate.LoopReads(gate.ArmingLoop, gate.Occupied)},
		{300, gate.Grant(gate.Vend{Ticket: "T1", Reason: fact.ReasonPlate})},
		{200, gate.ArmReads(false, false)},
		{1_500, gate.ArmReads(true, false)},
		{500, gate.LoopReads(gate.ClosingLoop, gate.Occupied)},
		{1_000, gate.LoopReads(gate.ArmingLoop, gate.Clear)},
		{1_500, gate.LoopReads(gate.ClosingLoop, gate.Clear)},
		{300, gate.ArmReads(false, false)},
		{1_500, gate.ArmReads(false, true)},
	}
	out, nowMS, passed, i := make([]gate.Output, 0, 8), int64(0), 0, 0
	b.ReportAllocs()
	for b.Loop() {
		s := &passage[i%len(passage)]
		i++
		nowMS += s.waitMS
		out = g.Step(nowMS, s.in, out[:0])
		for k := range out {
			if out[k].Kind == gate.Passed {
				passed++
			}
		}
		_ = g.WakeMS()
	}
	if i > 100 && passed < i/len(passage)-1 {
		b.Fatalf("%d of %d passages were counted", passed, i/len(passage))
	}
}

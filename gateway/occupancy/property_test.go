package occupancy_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"gatehouse/gateway/occupancy"
	"gatehouse/sync/fact"
)

// anyReading is whatever a distance sensor, good or bad, may say within a garage.
func anyReading(rt *rapid.T) occupancy.Reading {
	r := occupancy.Reading{Kind: occupancy.Kind(rapid.IntRange(0, 5).Draw(rt, "kind"))}
	r.Sensor = uint8(rapid.IntRange(0, 1).Draw(rt, "sensor"))
	r.DistanceMM = int32(rapid.IntRange(0, floorMM+500).Draw(rt, "distance"))
	r.Occupied = rapid.Bool().Draw(rt, "occupied")
	if r.Kind == occupancy.Field {
		r.Kind = occupancy.Distance
	}
	return r
}

// past plays a random past of up to 200 readings.
func past(rt *rapid.T, p *play) {
	for range rapid.IntRange(0, 200).Draw(rt, "readings") {
		p.at(p.nowMS+rapid.Int64Range(1, 15*second).Draw(rt, "pause"), anyReading(rt))
	}
}

func anyPlay(rt *rapid.T) *play {
	p := overhead()
	p.cfg.Sensors = uint8(rapid.IntRange(1, 2).Draw(rt, "sensors"))
	return p
}

func TestSteadyReadingsBecomeTheTruthWhateverCameBefore(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		p := anyPlay(rt)
		past(rt, p)
		truth := rapid.Bool().Draw(rt, "truth")
		value := echo(floorMM + int32(rapid.IntRange(-40, 40).Draw(rt, "floor")))
		if truth {
			value = echo(int32(rapid.IntRange(300, 1200).Draw(rt, "roof")))
		}
		second := second1(value)
		if rapid.Bool().Draw(rt, "second says yes or no") {
			second = second1(says(truth))
		}
		for until := p.nowMS + p.cfg.SettleMS(); p.nowMS < until; {
			value.DistanceMM ^= 1
			p.at(p.nowMS+2500, value)
			p.at(p.nowMS+2500, second)
		}
		want := fact.SpotAvailable
		if truth {
			want = fact.SpotOccupied
		}
		if p.spot.Status() != want || p.spot.Confidence() < p.cfg.ConfirmBelow {
			rt.Fatalf("%s with %d per mille, want %s\n%q", p.spot.Status(), p.spot.Confidence(), want, p.log)
		}
	})
}

// A wrong reading costs at most one change per debounce, plus one for each time that the spot was unknown.
func TestChangesAreBounded(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		p := anyPlay(rt)
		moves := 0
		for range 300 {
			p.wait(p.nowMS + rapid.Int64Range(1, 4*second).Draw(rt, "pause"))
			if change, _ := p.spot.Read(&p.cfg, p.nowMS, anyReading(rt)); change.Moved() {
				moves++
			}
		}
		moves += len(p.log)
		if most := int(2*p.nowMS/p.cfg.DebounceMS) + 2; moves > most {
			rt.Fatalf("%d changes in %d ms, want at most %d", moves, p.nowMS, most)
		}
	})
}

// A flapping sensor is quiet after the noise alarm, however long it flaps.
func TestAFlappingSensorDoesNotFlood(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		p := overhead()
		period := rapid.Int64Range(200, 6*second).Draw(rt, "period")
		for i := range int32(2000) {
			p.at(p.nowMS+period, echo(floorMM-i%2*1400))
		}
		if len(p.log) > 25 {
			rt.Fatalf("%d changes:\n%q", len(p.log), p.log)
		}
	})
}

func TestReplayIsExact(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		p, again := overhead(), overhead()
		p.cfg.Sensors, again.cfg.Sensors = 2, 2
		for range rapid.IntRange(1, 200).Draw(rt, "readings") {
			at, r := p.nowMS+rapid.Int64Range(1, 15*second).Draw(rt, "pause"), anyReading(rt)
			p.at(at, r)
			again.at(at, r)
		}
		if p.spot != again.spot || fmt.Sprint(p.log) != fmt.Sprint(again.log) {
			rt.Fatalf("two plays of one record:\n%q\n%q", p.log, again.log)
		}
	})
}

func TestMoreTicksThanAskedForChangeNothing(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		lazy, eager := overhead(), overhead()
		lazy.cfg.Sensors, eager.cfg.Sensors = 2, 2
		for range rapid.IntRange(1, 100).Draw(rt, "readings") {
			at, r := lazy.nowMS+rapid.Int64Range(1, 30*second).Draw(rt, "pause"), anyReading(rt)
			for eager.nowMS+700 < at {
				eager.wait(eager.nowMS + 700)
				eager.note(eager.spot.Tick(&eager.cfg, eager.nowMS))
			}
			lazy.at(at, r)
			eager.at(at, r)
		}
		if fmt.Sprint(lazy.log) != fmt.Sprint(eager.log) {
			rt.Fatalf("ticks made a difference:\n%q\n%q", lazy.log, eager.log)
		}
	})
}

// Interference, missing echoes and silence never make a spot free.
func TestNoLackOfReadingsMakesASpotFree(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		p := anyPlay(rt)
		past(rt, p)
		p.every(second, p.nowMS+p.cfg.SettleMS(), echo(roofMM))
		p.log = nil
		for range rapid.IntRange(1, 100).Draw(rt, "pauses") {
			kind := rapid.SampledFrom([]occupancy.Kind{occupancy.Alive, occupancy.Interference, occupancy.NoObject}).Draw(rt, "kind")
			p.at(p.nowMS+rapid.Int64Range(1, 20*minute).Draw(rt, "pause"), only(kind))
			if p.spot.Status() == fact.SpotAvailable {
				rt.Fatalf("free without a reading that says so: %q", p.log)
			}
		}
	})
}

// FuzzSpot feeds a spot with anything: it must stay within its three states and never loop.
func FuzzSpot(f *testing.F) {
	f.Add([]byte{0, 1, 10, 200, 1, 2, 255, 255, 0, 3, 0, 1, 1, 1, 128, 0}, uint8(2))
	f.Add([]byte{}, uint8(0))
	f.Fuzz(func(t *testing.T, data []byte, sensors uint8) {
		p := inGround()
		p.cfg.Sensors = sensors
		for ; len(data) >= 8; data = data[8:] {
			wide := int32(data[4])<<24 | int32(data[5])<<16 | int32(data[6])<<8 | int32(data[7])
			r := occupancy.Reading{Sensor: data[0], Kind: occupancy.Kind(data[1]), DistanceMM: wide, FieldNT: [3]int32{wide, -wide, wide >> 3}, Occupied: data[2]&1 > 0}
			change, changed := p.spot.Read(&p.cfg, p.nowMS, r)
			if changed && change.SinceMS < 0 || change.Confidence > 1000 || change.After > fact.SpotOccupied {
				t.Fatalf("%+v", change)
			}
			p.wait(p.nowMS + 1 + int64(data[3])<<(data[2]%24))
		}
		if len(p.log) > 100_000 {
			t.Fatal("more changes than readings can cause")
		}
	})
}

package lot_test

import (
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"

	"gatehouse/gateway/booking"
	"gatehouse/gateway/gate"
	"gatehouse/gateway/lot"
	"gatehouse/gateway/occupancy"
	"gatehouse/gateway/plate"
	"gatehouse/gateway/tariff"
	"gatehouse/sync/fact"
)

// bigConfig is a location with so many spots on floors of 500, one entry and one exit.
func bigConfig(spots int) *lot.Config {
	cfg := &lot.Config{
		Location: "big", Name: "Big", Zone: time.UTC, Currency: "EUR", Upgrade: booking.DefaultUpgrades(), Booking: booking.DefaultRules(),
		Matching: plate.DefaultPolicy(), Policy: lot.DefaultPolicy(), Sensors: []occupancy.Config{occupancy.Default()},
		Tariff: &tariff.Tariff{
			Version: "v1", Currency: "EUR", Zone: time.UTC, Grace: tariff.Grace{EntryMS: 600_000, ExitMS: 900_000},
			Rules: []tariff.Rule{tariff.Hourly("all", 300)}, Caps: []tariff.Cap{tariff.DailyMax(2000)},
		},
	}
	cfg.Sensors[0].EmptyMM = 2400
	for i := range spots {
		if i%500 == 0 {
			cfg.Floors = append(cfg.Floors, lot.Floor{ID: fact.FloorID(fmt.Sprint("F", i/500)), Number: i / 500, Name: "Level"})
			cfg.Zones = append(cfg.Zones, lot.Zone{ID: fact.ZoneID(fmt.Sprint("Z", i/500)), Floor: i / 500, Name: "Z"})
		}
		cfg.Spots = append(cfg.Spots, lot.Spot{
			ID: fact.SpotID(fmt.Sprintf("A-%05d", i)), Number: fmt.Sprintf("A-%05d", i), Floor: i / 500, Zone: i / 500, Type: fact.Regular,
			ElevatorDistanceM: int32(i % 500), EntryDistanceM: []int32{int32(i)},
		})
	}
	lane := gate.Config{ArmingLoop: true, ClosingLoop: true, UpSwitch: true, DownSwitch: true}
	for id, direction := range []fact.Direction{fact.Inward, fact.Outward} {
		lane.Direction = direction
		cfg.Gates = append(cfg.Gates, lot.Gate{
			ID: fact.GateID(direction.String()), Name: fmt.Sprint(id), Lane: lane, Camera: true, TicketButton: true, Display: true, Printer: true, Terminal: direction == fact.Outward,
		})
	}
	return cfg
}

// bigLot is a running lot, half full.
type bigLot struct {
	*lot.Lot
	clock  fact.Clock
	wallMS int64
	monoMS int64
	next   int
}

func newBigLot(t failer, spots int, sensed bool) *bigLot {
	cfg := bigConfig(spots)
	for i := range cfg.Spots {
		if cfg.Spots[i].Sensor = -1; sensed {
			cfg.Spots[i].Sensor = 0
		}
	}
	b := &bigLot{Lot: newLot(t, cfg), clock: fact.Clock{Boot: 1}, wallMS: 1_700_000_000_000}
	b.step(lot.Started{Incarnation: 1, Fact: fact.GatewayStarted{Location: "big"}})
	for i := range cfg.Gates {
		b.step(lot.LoopChanged{Gate: i, Loop: gate.ArmingLoop, Level: gate.Clear})
		b.step(lot.LoopChanged{Gate: i, Loop: gate.ClosingLoop, Level: gate.Clear})
		b.step(lot.ArmChanged{Gate: i, Up: true})
	}
	for i := range spots {
		b.step(lot.SpotRead{Spot: int32(i), Reading: occupancy.Reading{Kind: occupancy.Distance, DistanceMM: 2400}})
	}
	for range spots / 2 {
		b.enter()
	}
	return b
}

func (b *bigLot) step(event lot.Event) lot.Out {
	b.monoMS += 10
	b.wallMS += 10
	return b.Step(b.clock.At(b.wallMS, b.monoMS, fact.ClockSynced), event)
}

// enter lets the next vehicle in and returns how long the decision took.
func (b *bigLot) enter() time.Duration {
	b.next++
	return b.passBy(0, plateNumber(b.next))
}

// leave lets the vehicle out that entered last.
func (b *bigLot) leave() time.Duration { return b.passBy(1, plateNumber(b.next)) }

func (b *bigLot) passBy(i int, raw string) time.Duration {
	b.step(lot.LoopChanged{Gate: i, Loop: gate.ArmingLoop, Level: gate.Occupied})
	began := time.Now()
	b.step(lot.PlateSeen{Gate: i, Raw: raw, Confidence: 950})
	took := time.Since(began)
	b.monoMS += 2_000
	b.step(lot.LoopChanged{Gate: i, Loop: gate.ClosingLoop, Level: gate.Occupied})
	b.step(lot.LoopChanged{Gate: i, Loop: gate.ArmingLoop, Level: gate.Clear})
	b.step(lot.LoopChanged{Gate: i, Loop: gate.ClosingLoop, Level: gate.Clear})
	b.Dirty(func(uint8, string, any) {})
	return took
}

// plateNumber is the plate of the n-th vehicle, as different as plates are.
func plateNumber(n int) string {
	mixed := uint64(n) * 0x9E3779B97F4A7C15
	letters := "ABCDEFGHJKLMNPRSTUVWXYZ"
	return fmt.Sprintf("%c%c%c%04d", letters[mixed>>59%23], letters[mixed>>50%23], letters[mixed>>40%23], mixed>>20%10_000)
}

// TestNothingGrowsWithSpots lets vehicles in and out, and looks at what that takes of memory.
func TestNothingGrowsWithSpots(t *testing.T) {
	const visits = 300
	for _, spots := range []int{20, 10_000} {
		big := newBigLot(t, spots, false)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range visits {
			big.enter()
			big.leave()
		}
		runtime.ReadMemStats(&after)
		if perVisit := (after.TotalAlloc - before.TotalAlloc) / visits; perVisit > 16<<10 {
			t.Errorf("with %d spots a visit takes %d bytes", spots, perVisit)
		}
	}
}

// TestReadingsAllocateNothing takes readings that change nothing.
func TestReadingsAllocateNothing(t *testing.T) {
	big := newBigLot(t, 1_000, true)
	n := 0
	for range 20_000 {
		big.read(n)
		n++
	}
	if allocations := testing.AllocsPerRun(10_000, func() { big.read(n); n++ }); allocations != 0 {
		t.Errorf("a reading takes %v allocations", allocations)
	}
}

// BenchmarkDecisions lets vehicles in and out of a lot of 10,000 spots in which 5,000 stand.
func BenchmarkDecisions(b *testing.B) {
	big := newBigLot(b, 10_000, false)
	var entries, exits []time.Duration
	b.ReportAllocs()
	for b.Loop() {
		entries = append(entries, big.enter())
		exits = append(exits, big.leave())
	}
	report(b, "entry", entries)
	report(b, "exit", exits)
}

func report(b *testing.B, what string, took []time.Duration) {
	slices.Sort(took)
	for _, percent := range []int{50, 99} {
		b.ReportMetric(float64(took[len(took)*percent/100].Nanoseconds())/1e3, fmt.Sprintf("%s-p%d-µs", what, percent))
	}
}

// BenchmarkSensorReading takes one reading of 10,000 sensors after the other, each every five seconds.
func BenchmarkSensorReading(b *testing.B) {
	big := newBigLot(b, 10_000, true)
	for n := range 100_000 {
		big.read(n)
	}
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		big.read(n)
	}
}

// read takes the n-th reading of all sensors in turn.
func (b *bigLot) read(n int) lot.Out {
	elapsedMS := int64(n % 2)
	b.monoMS += elapsedMS
	b.wallMS += elapsedMS
	reading := occupancy.Reading{Kind: occupancy.Distance, DistanceMM: 2400 + int32(n%7)}
	return b.Step(b.clock.At(b.wallMS, b.monoMS, fact.ClockSynced), lot.SpotRead{Spot: int32(n % len(b.Config().Spots)), Reading: reading})
}

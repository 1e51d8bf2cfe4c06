package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"runtime"
	"time"

	"gatehouse/gateway/lot"
	"gatehouse/sync/fact"
)

// checkpointFacts is how many facts the journal lets come before a checkpoint (journal.Options).
const checkpointFacts = 256

// decisions measures what a decision costs the processor, in a lot that is half full: an entry by plate (match
// against all open tickets, choice of a spot), and an exit (match, price of the stay, order to the terminal; then the
// release of the arm when the money came). The time is the processor's: what others take of a shared core is not the
// lot's doing, and is shown beside. Nothing in it may be proportional to the number of spots, so a lot of a tenth of
// them is the peer.
func (b *bench) decisions() ([]row, error) {
	large, small := b.scale(10_000, 1_000), b.scale(1_000, 200)
	most, err := halfFull(large, large/2)
	if err != nil {
		return nil, err
	}
	fewer, err := halfFull(small, small/2)
	if err != nil {
		return nil, err
	}
	vehicles := b.scale(2_000, 100)
	f := figures{}
	for range b.rounds {
		timeDecisions(most, vehicles).into(f, "large")
		timeDecisions(fewer, vehicles).into(f, "small")
	}
	countAllocations(most, b.scale(100, 20)).into(f, "large")
	countAllocations(fewer, b.scale(100, 20)).into(f, "small")
	return decisionRows(f, large, small), errors.Join(most.check(), fewer.check())
}

func decisionRows(f figures, large, small int) []row {
	peer := fmt.Sprintf("%d spots", small)
	line := func(what, unit, figure string) row {
		return f.against(row{What: fmt.Sprintf("%s at %d spots", what, large), Unit: unit, Peer: peer}, "large "+figure, "small "+figure)
	}
	const p99TargetUS = 20
	return []row{
		line("entry p50", "µs", "entry p50"),
		line("entry p99", "µs", "entry p99").atMost(p99TargetUS),
		line("entry p99, by the clock on the wall", "µs", "entry wall p99"),
		line("exit p50", "µs", "exit p50"),
		line("exit p99", "µs", "exit p99").atMost(p99TargetUS),
		line("exit p99, by the clock on the wall", "µs", "exit wall p99"),
		{
			What: "p99 of a computation that is always the same", Unit: "µs", Value: f.of("large same p99"),
			Peer: "its p50", PeerValue: f.of("large same p50"), Ratio: f.ratio("large same p99", "large same p50"),
		},
		line("allocations per entry", "", "entry objects"),
		line("bytes allocated per entry", "B", "entry bytes"),
		line("allocations per exit", "", "exit objects"),
		line("bytes allocated per exit", "B", "exit bytes"),
	}
}

// halfFull is a lot with so many open tickets, hours old.
func halfFull(spots, tickets int) (*carpark, error) {
	cfg, err := quietConfig(spots)
	if err != nil {
		return nil, err
	}
	c, err := newCarpark(cfg)
	if err != nil {
		return nil, err
	}
	c.start(true)
	return c, c.fill(tickets)
}

// costs are what entries and exits took: of the processor's time, and by the clock on the wall. same is what a
// computation took that is the same each time: what its slowest runs take longer is the machine's doing.
type costs struct{ entries, exits, entriesWall, exitsWall, same sample }

func (s costs) into(f figures, name string) {
	f.add(name+" entry p50", s.entries.us(50))
	f.add(name+" entry p99", s.entries.us(99))
	f.add(name+" entry wall p99", s.entriesWall.us(99))
	f.add(name+" exit p50", s.exits.us(50))
	f.add(name+" exit p99", s.exits.us(99))
	f.add(name+" exit wall p99", s.exitsWall.us(99))
	f.add(name+" same p50", s.same.us(50))
	f.add(name+" same p99", s.same.us(99))
}

// sameBytes are hashed in about the time that a decision takes.
const sameBytes = 12 << 10

// timeDecisions has vehicles come and go, and times the steps that decide.
func timeDecisions(c *carpark, vehicles int) costs {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	s, facts, same := costs{}, 0, make([]byte, sameBytes)
	c.handle = func(kind decision, now fact.Stamp, event lot.Event) lot.Out {
		startWall, start := time.Now(), threadCPU()
		out := c.lot.Step(now, event)
		took, tookWall := threadCPU()-start, time.Since(startWall)
		switch kind {
		case entryByPlate:
			s.entries, s.entriesWall = append(s.entries, took), append(s.entriesWall, tookWall)
		case exitByPlate, exitAfterPay:
			s.exits, s.exitsWall = append(s.exits, took), append(s.exitsWall, tookWall)
		}
		if kind != noDecision {
			start = threadCPU()
			sha256.Sum256(same)
			s.same = append(s.same, threadCPU()-start)
		}
		if facts += len(out.Facts); facts >= checkpointFacts {
			facts = 0
			c.lot.Dirty(func(uint8, string, any) {}) // as a checkpoint would
		}
		return out
	}
	c.pace(vehicles)
	return s
}

// allocations are what entries and exits allocated.
type allocations struct {
	objects, bytes [2]uint64 // entries, exits
	steps          [2]uint64
}

func (a allocations) into(f figures, name string) {
	for i, kind := range []string{"entry", "exit"} {
		f.add(name+" "+kind+" objects", float64(a.objects[i]/max(1, a.steps[i])))
		f.add(name+" "+kind+" bytes", float64(a.bytes[i]/max(1, a.steps[i])))
	}
}

// countAllocations has vehicles come and go, and asks the allocator before and after each step that decides.
func countAllocations(c *carpark, vehicles int) allocations {
	var a allocations
	c.handle = func(kind decision, now fact.Stamp, event lot.Event) lot.Out {
		if kind == noDecision {
			return c.lot.Step(now, event)
		}
		i := 0
		if kind != entryByPlate {
			i = 1
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		out := c.lot.Step(now, event)
		runtime.ReadMemStats(&after)
		a.steps[i]++
		a.objects[i] += after.Mallocs - before.Mallocs
		a.bytes[i] += after.TotalAlloc - before.TotalAlloc
		return out
	}
	c.pace(vehicles)
	return a
}

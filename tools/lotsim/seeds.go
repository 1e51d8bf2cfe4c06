package main

import (
	"cmp"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"time"

	"gatehouse/drivers/sim/layout"
	"gatehouse/drivers/sim/world"
	"gatehouse/gateway/lot"
	"gatehouse/sync/factlog"
	"gatehouse/sync/factlog/simdisk"
	"gatehouse/tools/lotsim/rig"
)

// seeds is `lotsim seeds`: bad days by the thousand.
type seeds struct {
	Count   int    `help:"How many seeds." default:"100"`
	From    uint64 `help:"The first seed." default:"1"`
	Verbose bool   `help:"Print a line for each seed." short:"v"`
	Tell    bool   `help:"Print everything that happens, for one seed."`
}

// Run prints what fired, and the first seed that broke something.
func (s *seeds) Run(out io.Writer) error {
	sum := tally{}
	for seed := s.From; seed < s.From+uint64(s.Count); seed++ {
		result, err := s.runSeed(out, seed)
		if err != nil {
			return fmt.Errorf("seed %d: %w\nagain: go run ./tools/lotsim seeds --from %d --count 1 --verbose", seed, err, seed)
		}
		sum.add(&result)
		if s.Verbose {
			fmt.Fprintf(out, "seed %d: %d arrivals, %d facts, %d cuts, %s\n", seed, result.Arrivals, result.Facts, result.Cuts, result.TraceSHA256[:16])
		}
	}
	sum.print(out, s.Count)
	fmt.Fprintf(out, "%d passed, 0 failed\n", s.Count)
	return nil
}

// tally sums up what fired over all seeds.
type tally struct{ rig.Result }

func (t *tally) add(r *rig.Result) {
	t.Arrivals += r.Arrivals
	t.Facts += r.Facts
	t.Cuts += r.Cuts
	t.TornFlushes += r.TornFlushes
	t.StoreLost += r.StoreLost
	t.FlushErrors += r.FlushErrors
	t.Reopened += r.Reopened
	t.Stalls += r.Stalls
	t.ClockSteps += r.ClockSteps
	t.Orders += r.Orders
	t.SimulatedMS += r.SimulatedMS
	for i := range r.Fired {
		t.Fired[i] += r.Fired[i]
	}
}

func (t *tally) print(out io.Writer, count int) {
	fmt.Fprintf(out, "%d seeds: %d vehicles, %d facts, %.0f hours of gate life\n", count, t.Arrivals, t.Facts, float64(t.SimulatedMS)/3.6e6)
	fmt.Fprintf(out, "  %-18s %d\n  %-18s %d\n  %-18s %d\n  %-18s %d\n  %-18s %d\n  %-18s %d\n  %-18s %d\n  %-18s %d\n", "power_cuts", t.Cuts, "torn_flushes", t.TornFlushes,
		"state_files_lost", t.StoreLost, "flush_errors", t.FlushErrors, "logs_reopened", t.Reopened, "disk_stalls", t.Stalls, "clock_steps", t.ClockSteps, "orders", t.Orders)
	for fault, n := range t.Fired {
		fmt.Fprintf(out, "  %-18s %d\n", world.Fault(fault), n)
	}
}

// runSeed runs one bad day: everything about it follows from the seed.
func (s *seeds) runSeed(out io.Writer, seed uint64) (rig.Result, error) {
	config, err := badDay(seed)
	if err != nil {
		return rig.Result{}, err
	}
	if s.Tell {
		config.Tell = func(nowMS int64, event lot.Event, said lot.Out) { tell(out, nowMS, event, said) }
	}
	run, err := rig.New(config)
	if err != nil {
		return rig.Result{}, err
	}
	return run.Run()
}

// badDay draws a small lot, a few hours of traffic and a choice of faults.
func badDay(seed uint64) (rig.Config, error) {
	dice := rand.New(rand.NewPCG(seed, 0x67617465))
	place := layout.Layout{
		ID: "seeds", Name: "Seeds", Timezone: "Europe/Berlin", Currency: "EUR", Entries: 1 + dice.IntN(2), Exits: 1 + dice.IntN(2),
		Spots: 4 + dice.IntN(30), Sensed: true, ByHand: dice.IntN(3) > 0, Second: dice.IntN(4) == 0, Mixed: dice.IntN(3) == 0,
	}
	graceExitMin := 15
	if seed%2 == 0 {
		graceExitMin = 1 // whoever pays and does not get out has to pay again
	}
	cfg, err := lotConfig(place, graceExitMin)
	if err != nil {
		return rig.Config{}, err
	}
	if dice.IntN(4) == 0 {
		cfg.Policy.Twin = lot.TwinDeny
	}
	plan := place.Plan(seed)
	plan.Cars = traffic(dice, seed)
	plan.Faults = badLuck(dice)
	if seed%8 == 5 {
		plan.Faults.Chance[world.FireAlarm] = 500_000 // in every other hour
	}
	disk := simdisk.New(seed)
	config := rig.Config{
		Seed: seed, Lot: cfg, World: plan, Disk: disk, Dir: "log", SegmentBytes: 64 << 10, Watch: true, OffMS: 20_000,
		Start: time.Date(2026, 3, 28, 22, 0, 0, 0, cfg.Zone), // the night that has no hour from two to three
	}
	config.FlushMS = flushTimes(dice)
	for range dice.IntN(5) {
		config.CutsMS = append(config.CutsMS, dice.Int64N(4*3_600_000))
	}
	slices.Sort(config.CutsMS)
	for range dice.IntN(4) {
		config.CutFlushes = append(config.CutFlushes, 1+dice.IntN(300))
	}
	slices.Sort(config.CutFlushes)
	if dice.IntN(4) == 0 {
		config.ClockSteps = []rig.ClockStep{{AtMS: dice.Int64N(3 * 3_600_000), StepMS: dice.Int64N(7_200_000) - 3_600_000}}
	}
	if dice.IntN(4) == 0 {
		config.Disturb = func(factlog.Disk) {
			if dice.IntN(200) == 0 {
				disk.Inject(simdisk.Fault{Op: simdisk.OpDatasync, Nth: 1, Err: rig.ErrInjected})
			}
		}
	}
	if dice.IntN(8) == 0 {
		for i := range cfg.Gates {
			cfg.Gates[i].Stall = lot.Stall(dice.IntN(2))
		}
	}
	if dice.IntN(2) == 0 {
		config.Orders = orders(dice, len(cfg.Gates))
	}
	return config, nil
}

// orders are what people do to gates in the middle of the traffic. Whoever holds or stops a gate lets go again.
func orders(dice *rand.Rand, gates int) []rig.Order {
	var orders []rig.Order
	for range 1 + dice.IntN(6) {
		atMS, gate := dice.Int64N(3*3_600_000), dice.IntN(gates)
		add := func(inMS int64, event lot.Event) { orders = append(orders, rig.Order{AtMS: atMS + inMS, Event: event}) }
		untilMS, by := 1_000+dice.Int64N(300_000), lot.Request{Actor: "attendant"}
		switch dice.IntN(5) {
		case 0:
			add(0, lot.HoldGate{Request: by, Gate: gate})
			add(untilMS, lot.EndHold{Request: by, Gate: gate})
		case 1:
			add(0, lot.StopChanged{Gate: gate, Active: true})
			add(untilMS, lot.StopChanged{Gate: gate})
		case 2:
			add(0, lot.RaiseGate{Request: by, Gate: gate})
		case 3:
			add(0, lot.LowerGate{Request: by, Gate: gate})
		case 4:
			add(0, lot.ConfirmGate{Request: by, Gate: gate})
		}
	}
	slices.SortStableFunc(orders, func(a, b rig.Order) int { return cmp.Compare(a.AtMS, b.AtMS) })
	return orders
}

// traffic is a few dozen cars in three hours; in every other seed most of them come within minutes, so that they
// queue bumper to bumper.
func traffic(dice *rand.Rand, seed uint64) []world.CarPlan {
	const hourMS = 3_600_000
	cars := make([]world.CarPlan, 20+dice.IntN(60))
	rushMS := int64(3 * hourMS)
	if dice.IntN(2) == 0 {
		rushMS = 300_000
	}
	for i := range cars {
		cars[i] = world.Stranger(seed, i)
		cars[i].ArriveMS = dice.Int64N(rushMS)
		if dice.IntN(4) == 0 {
			cars[i].ArriveMS = dice.Int64N(3 * hourMS)
		}
		cars[i].StayMS = 60_000 + dice.Int64N(2*hourMS)
	}
	slices.SortStableFunc(cars, func(a, b world.CarPlan) int { return cmp.Compare(a.ArriveMS, b.ArriveMS) })
	return cars
}

// badLuck chooses which faults this seed has, and how often each happens: two coins, so that every pair of
// faults meets in some seed and no seed drowns in all of them.
func badLuck(dice *rand.Rand) world.FaultPlan {
	plan := world.FaultPlan{RepairMS: 120_000}
	for fault := range plan.Chance {
		if dice.IntN(4) == 0 {
			plan.Chance[fault] = 1 << (6 + dice.IntN(13)) // 64 to 262,144 in a million
		}
	}
	for _, fault := range []world.Fault{world.SpotOutlier, world.SpotMissed, world.SpotInterference, world.LoopDropout} {
		plan.Chance[fault] = min(plan.Chance[fault], 20_000)
	}
	return plan
}

// flushTimes chooses a disk: an instant one, a good one, or a worn SD card.
func flushTimes(dice *rand.Rand) func() int64 {
	switch dice.IntN(3) {
	case 0:
		return nil
	case 1:
		return func() int64 { return 1 + dice.Int64N(4) }
	}
	return func() int64 {
		switch n := dice.IntN(1_000); {
		case n == 0:
			return 5_000
		case n < 11:
			return 400
		}
		return 25
	}
}

// tell prints one step.
func tell(out io.Writer, nowMS int64, event lot.Event, said lot.Out) {
	if _, reading := event.(lot.SpotRead); reading && len(said.Facts) == 0 {
		return
	}
	fmt.Fprintf(out, "%9d %T%+v\n", nowMS, event, event)
	for _, record := range said.Facts {
		fmt.Fprintf(out, "          fact %d %T%+v\n", record.Dot.Seq, record.Fact, record.Fact)
	}
	for _, effect := range slices.Concat(said.Urgent, said.Effects) {
		fmt.Fprintf(out, "          do %T%+v\n", effect, effect)
	}
}

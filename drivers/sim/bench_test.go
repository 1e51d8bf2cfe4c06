package sim_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"gatehouse/boards"
	"gatehouse/drivers"
	"gatehouse/drivers/column"
	"gatehouse/drivers/contact"
	"gatehouse/drivers/platerecognizer"
	"gatehouse/drivers/relaybarrier"
	"gatehouse/drivers/sign"
	"gatehouse/drivers/sim"
	"gatehouse/drivers/sim/world"
	"gatehouse/drivers/terminal"
	"gatehouse/drivers/ultrasonic"
	"gatehouse/sync/fact"
)

// speed is how fast the tests' worlds run. The drivers' debounce of 20 ms is 200 ms there.
const speed = 10

// smallLot is an entry, an exit and two spots; one car comes, stays for three seconds and pays.
func smallLot() world.Plan {
	lane := world.GatePlan{Closing: world.ClosedByBarrier, Camera: true, Column: true, Display: true}
	in, out := lane, lane
	in.Name, in.Direction = "in-1", fact.Inward
	out.Name, out.Direction, out.Terminal = "out-1", fact.Outward, true
	return world.Plan{
		Seed: 1, Gates: []world.GatePlan{in, out}, Sensing: world.Sensing{PeriodMS: 500, HeartbeatMS: 1_000},
		Spots: []world.SpotPlan{{Number: "A-1", Ultrasonic: true}, {Number: "A-2", Ultrasonic: true}},
		Cars:  []world.CarPlan{{Plate: "B-GH 2026", Kind: world.Sedan, StayMS: 3_000}},
	}
}

func newBench(t *testing.T, plan world.Plan) *sim.Bench {
	t.Helper()
	w, err := world.New(plan)
	if err != nil {
		t.Fatal(err)
	}
	board, err := boards.Load("sim")
	if err != nil {
		t.Fatal(err)
	}
	bench, err := sim.New(sim.Options{World: w, Board: board, Signs: []string{"sign-f1"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { bench.Close() })
	return bench
}

// gateway is a few lines that use every driver as the real one does.
type gateway struct {
	t       *testing.T
	host    drivers.Host
	running sync.WaitGroup

	mu     sync.Mutex
	plates map[int][]string
	levels []drivers.Level // of the entry's arming loop
	near   map[int]bool    // spots that saw a car
	paid   []drivers.PaymentAnswer
}

func made[T any](g *gateway, driver drivers.Driver, settings drivers.Settings) T {
	g.t.Helper()
	device, err := driver.Make(g.host, settings)
	if err != nil {
		g.t.Fatal(err)
	}
	return device.(T)
}

// start runs a device until ctx ends.
func (g *gateway) start(ctx context.Context, run func(ctx context.Context) error) {
	g.running.Go(func() {
		if err := run(ctx); !errors.Is(err, context.Canceled) {
			g.t.Errorf("a device ended with %v", err)
		}
	})
}

// gate serves one lane: whoever is read is let in, or out when the fee is paid.
func (g *gateway) gate(ctx context.Context, bench *sim.Bench, number int, name, lane string) {
	barrier := made[drivers.Barrier](g, relaybarrier.Driver(), drivers.Settings{"raise": lane + "_raise", "hold": lane + "_hold", "pulse_ms": int64(100)})
	post := made[*column.Column](g, column.Driver(), drivers.Settings{"port": sim.ColumnPort(name)})
	camera := made[*platerecognizer.Camera](g, platerecognizer.Driver(), nil)
	loop := made[drivers.Switch](g, contact.Driver(), drivers.Settings{"input": lane + "_arming"})
	server := httptest.NewServer(camera)
	g.t.Cleanup(server.Close)
	bench.SetCameraURL(number, server.URL)
	let := func() error { return barrier.Do(ctx, drivers.BarrierRaise) }
	if name == "out-1" {
		till := made[drivers.Terminal](g, terminal.Driver(), drivers.Settings{"port": sim.TerminalPort(name)})
		let = func() error {
			answer, err := till.Pay(ctx, drivers.PaymentOrder{Payment: "P1", Amount: fact.Money{Minor: 450, Currency: "EUR"}})
			g.note(func() { g.paid = append(g.paid, answer) })
			return errors.Join(err, barrier.Do(ctx, drivers.BarrierRaise))
		}
	}
	g.start(ctx, func(ctx context.Context) error { return post.Read(ctx, func(drivers.Shown) {}) })
	g.start(ctx, func(ctx context.Context) error {
		return loop.Watch(ctx, func(level drivers.Level) {
			g.note(func() {
				if number == 0 {
					g.levels = append(g.levels, level)
				}
			})
		})
	})
	g.start(ctx, func(ctx context.Context) error {
		return camera.See(ctx, func(read drivers.PlateRead) {
			g.note(func() { g.plates[number] = append(g.plates[number], read.Raw) })
			if err := post.Show(ctx, drivers.Face{Lines: []string{"Welcome", "Spot A-2"}}); err != nil {
				g.t.Errorf("show at %s: %v", name, err)
			}
			if err := let(); err != nil {
				g.t.Errorf("let through at %s: %v", name, err)
			}
		})
	})
}

func (g *gateway) note(do func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	do()
}

func (g *gateway) spot(ctx context.Context, number int, port string) {
	sensor := made[drivers.Sensor](g, ultrasonic.Driver(), drivers.Settings{"port": port})
	g.start(ctx, func(ctx context.Context) error {
		return sensor.Sense(ctx, func(s drivers.Sample) {
			g.note(func() { g.near[number] = g.near[number] || s.DistanceMM < 1_500 })
		})
	})
}

// await runs the world until what is asked for has come about, and ends it all.
func await(ctx context.Context, t *testing.T, bench *sim.Bench, done func(*world.World) bool) {
	t.Helper()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- bench.Run(ctx, speed) }()
	for reached := false; !reached; {
		select {
		case <-time.After(10 * time.Millisecond):
			bench.View(func(w *world.World) { reached = done(w) })
		case err := <-ended:
			t.Fatalf("the world stands still: %v", err)
		}
	}
	stop()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("run ended with %v", err)
	}
}

func TestACarGoesInAndOutByTheRealDrivers(t *testing.T) {
	bench := newBench(t, smallLot())
	host := bench.Host()
	g := &gateway{t: t, host: host, plates: map[int][]string{}, near: map[int]bool{}}
	ctx, stop := context.WithCancel(t.Context())
	g.gate(ctx, bench, 0, "in-1", "lane1")
	g.gate(ctx, bench, 1, "out-1", "lane2")
	g.spot(ctx, 0, sim.SpotPort("A-1"))
	g.spot(ctx, 1, sim.SpotPort("A-2"))
	board := made[drivers.Display](g, sign.Driver(), drivers.Settings{"port": "sign-f1"})
	if err := board.Show(ctx, drivers.Face{Count: 2}); err != nil {
		t.Error(err)
	}
	await(ctx, t, bench, (*world.World).Settled)
	stop()
	g.running.Wait()
	host.Close()

	bench.View(func(w *world.World) {
		truth := w.Truth()
		if car := truth.Cars[0]; car.Where != world.Gone || car.Told != 1 {
			t.Errorf("the car: %+v", car)
		}
		if len(truth.Payments) != 1 || truth.Payments[0].Amount.Minor != 450 {
			t.Errorf("the terminal took %+v", truth.Payments)
		}
	})
	if len(g.plates[0]) != 1 || len(g.plates[1]) != 1 || g.plates[0][0] != "B-GH 2026" {
		t.Errorf("plates %v", g.plates)
	}
	if want := []drivers.Level{drivers.LevelInactive, drivers.LevelActive, drivers.LevelInactive}; len(g.levels) != 3 || g.levels[1] != want[1] {
		t.Errorf("the entry's loop: %v, want %v", g.levels, want)
	}
	if !g.near[1] || g.near[0] {
		t.Errorf("spots that saw a car: %v, want the second", g.near)
	}
	if len(g.paid) != 1 || g.paid[0].Outcome != drivers.PaymentApproved || g.paid[0].Reference == "" {
		t.Errorf("the driver was told %+v", g.paid)
	}
	if number, colour := bench.Sign("sign-f1"); number != "2" || colour != drivers.ColourGreen {
		t.Errorf("the sign shows %q", number)
	}
}

func TestAGatewayThatLosesPowerDropsItsRelays(t *testing.T) {
	plan := smallLot()
	plan.Cars = nil
	bench := newBench(t, plan)
	host := bench.Host()
	g := &gateway{t: t, host: host}
	barrier := made[drivers.Barrier](g, relaybarrier.Driver(), drivers.Settings{"raise": "lane1_raise", "hold": "lane1_hold"})
	if err := barrier.Do(t.Context(), drivers.BarrierHold); err != nil {
		t.Fatal(err)
	}
	up := false
	arm := made[drivers.Switch](g, contact.Driver(), drivers.Settings{"input": "lane1_arm_up"})
	ctx, stop := context.WithCancel(t.Context())
	g.start(ctx, func(ctx context.Context) error {
		return arm.Watch(ctx, func(level drivers.Level) { g.note(func() { up = level == drivers.LevelActive }) })
	})
	isUp := func(want bool) func(*world.World) bool {
		return func(*world.World) bool {
			g.mu.Lock()
			defer g.mu.Unlock()
			return up == want
		}
	}
	await(ctx, t, bench, isUp(true))
	bench.PowerCut()
	bench.PowerBack()
	await(ctx, t, bench, isUp(false)) // nothing holds the arm any more
	stop()
	g.running.Wait()
	host.Close()
}

func TestAPortRemembersNothingFromBeforeItWasOpened(t *testing.T) {
	plan := smallLot()
	plan.Cars = nil
	bench := newBench(t, plan)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	await(ctx, t, bench, func(w *world.World) bool { return w.NowMS() > 4_000 }) // a frame a second, unheard
	host := bench.Host()
	defer host.Close()
	port, err := host.Serial(sim.SpotPort("A-1"), drivers.SerialMode{Baud: 9600})
	if err != nil {
		t.Fatal(err)
	}
	defer port.Close()
	if n, err := port.Read(make([]byte, 64)); n != 0 || err != nil {
		t.Errorf("%d old bytes, %v", n, err)
	}
	if bench.PortPath(sim.SpotPort("A-1")) == "" || bench.PortPath("spot-Z") != "" {
		t.Error("only what is plugged in has a path")
	}
}

func TestABoardWithTooFewLanesIsRefused(t *testing.T) {
	plan := smallLot()
	for range 3 {
		plan.Gates = append(plan.Gates, plan.Gates[0])
	}
	w, err := world.New(plan)
	if err != nil {
		t.Fatal(err)
	}
	board, err := boards.Load("sim")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sim.New(sim.Options{World: w, Board: board}); err == nil {
		t.Error("five gates on a board with four lanes")
	}
}

// What Encode makes is what the drivers' own parsers read.
func TestEncodedSignalsAreReadBack(t *testing.T) {
	plan := smallLot()
	var decoder ultrasonic.Decoder
	var samples []drivers.Sample
	for _, d := range []world.Distance{{MM: 1_234, Kind: drivers.SampleDistance}, {Kind: drivers.SampleNoObject}, {Kind: drivers.SampleInterference}} {
		for _, b := range sim.Encode(&plan, d) {
			if s, complete := decoder.Push(b); complete {
				samples = append(samples, s)
			}
		}
	}
	if len(samples) != 3 || samples[0].DistanceMM != 1_234 || samples[1].Kind != drivers.SampleNoObject || samples[2].Kind != drivers.SampleInterference {
		t.Errorf("samples %+v", samples)
	}
	read := drivers.PlateRead{Raw: "京A12345", Confidence: 910, Direction: fact.Outward, CameraMS: 1_000}
	reads, err := platerecognizer.Parse(sim.Encode(&plan, world.Plate{Gate: 1, Read: read}), 0)
	if err != nil || len(reads) != 1 || reads[0].Raw != read.Raw || reads[0].Confidence != 910 || reads[0].Direction != fact.Outward {
		t.Errorf("reads %+v, %v", reads, err)
	}
	for s, want := range map[world.Signal]string{
		world.Button{Button: drivers.ButtonHelp}:   "BUTTON|HELP\r\n",
		world.Button{Button: drivers.ButtonTicket}: "BUTTON|TICKET\r\n",
		world.Scan{Text: "T1"}:                     "SCAN|T1\r\n",
		world.Scan{Text: "04A2", Card: true}:       "CARD|04A2\r\n",
		world.LoopEdge{Active: true}:               "",
	} {
		if got := string(sim.Encode(&plan, s)); got != want {
			t.Errorf("%+v: %q, want %q", s, got, want)
		}
	}
	for outcome, want := range map[drivers.PaymentOutcome]string{
		drivers.PaymentApproved: "APPROVED", drivers.PaymentDeclined: "DECLINED", drivers.PaymentNotFound: "NOTFOUND", drivers.PaymentUnknown: "WAIT",
	} {
		var splitter terminal.Splitter
		answer := world.PaymentAnswer{Payment: "P1", Answer: drivers.PaymentAnswer{Outcome: outcome, Reference: "A1", Method: fact.MethodCreditCard}}
		for _, b := range sim.EncodeAnswer(7, answer) {
			if fields, complete := splitter.Push(b); complete && (fields[0] != want || fields[1] != "7" || fields[2] != "P1") {
				t.Errorf("outcome %d: %q, want %s", outcome, fields, want)
			}
		}
		if splitter.Skipped != 0 {
			t.Errorf("outcome %d: %d bytes make no sense", outcome, splitter.Skipped)
		}
	}
}

package main

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"os/signal"
	"syscall"
	"time"

	"gatehouse/boards"
	"gatehouse/drivers/all"
	"gatehouse/drivers/sim"
	"gatehouse/drivers/sim/layout"
	"gatehouse/drivers/sim/ledger"
	"gatehouse/drivers/sim/world"
	"gatehouse/gateway/app"
	"gatehouse/gateway/lot"
	"gatehouse/gateway/site"
	"gatehouse/sync/fact"
)

type demoCommand struct {
	Speed  int    `help:"How many times as fast as time." default:"60" env:"SPEED"`
	From   string `help:"When the day begins." default:"06:00" env:"FROM"`
	Until  string `help:"When it ends." default:"24:00" env:"UNTIL"`
	Listen string `help:"Address of the page." default:"127.0.0.1:8080" env:"LISTEN"`
	Data   string `help:"Folder for the journal; empty: one that is deleted afterwards." type:"path"`
	Seed   uint64 `help:"Seed of what is left to chance." default:"1" env:"SEED"`
}

// Run replays a real day of a mall's car park on simulated hardware, and sums it up.
func (c *demoCommand) Run() error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	fromMS, err := timeOfDay(c.From)
	if err != nil {
		return err
	}
	untilMS, err := timeOfDay(c.Until)
	if err != nil || untilMS <= fromMS {
		return fmt.Errorf("gatehouse: --until %q: write a time after --from, as 24:00", c.Until)
	}
	data := c.Data
	if data == "" {
		if data, err = os.MkdirTemp("", "gatehouse-demo-"); err != nil {
			return fmt.Errorf("gatehouse: %w", err)
		}
		defer os.RemoveAll(data)
	}
	d := demo{demoCommand: *c, fromMS: fromMS, untilMS: untilMS, data: data, place: demoLayout(c.Speed)}
	return d.run(ctx)
}

// timeOfDay reads 07:30 as milliseconds after midnight.
func timeOfDay(text string) (int64, error) {
	var hours, minutes int64
	if n, err := fmt.Sscanf(text, "%d:%d", &hours, &minutes); n != 2 || err != nil || hours < 0 || hours > 24 || minutes < 0 || minutes > 59 {
		return 0, fmt.Errorf("gatehouse: %q: write a time of day as 07:30", text)
	}
	return (hours*60 + minutes) * 60_000, nil
}

// demoLayout is the car park of the demonstration, with more patience the faster it goes.
func demoLayout(speed int) layout.Layout {
	const busyMS = 200 // of the machine's, by which a busy one may be late
	return layout.Layout{
		SlackMS: min(50_000, busyMS*int64(speed-1)),
		ID:      "demo-mall", Name: "Mall P8", Timezone: "Asia/Shanghai", Currency: "CNY", Entries: 2, Exits: 2, Spots: 48, Mixed: true, Sensed: true,
	}
}

// demo is one demonstration.
type demo struct {
	demoCommand
	fromMS, untilMS int64
	data            string
	place           layout.Layout
	bench           *sim.Bench
	cars            int
}

func (d *demo) run(ctx context.Context) error {
	day := ledger.Demo()
	if err := d.build(day); err != nil {
		return err
	}
	defer d.bench.Close()
	loaded, err := d.site()
	if err != nil {
		return err
	}
	midnight, err := time.ParseInLocation(time.DateOnly, day.Date, loaded.Lot.Zone)
	if err != nil {
		return fmt.Errorf("gatehouse: %w", err)
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	host := d.bench.Host()
	defer host.Close()
	clock := app.NewDemoClock(midnight.Add(time.Duration(d.fromMS)*time.Millisecond), d.Speed)
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	return serve(ctx, gateway{
		loaded: loaded, data: d.data, host: host, clock: clock, log: log, demo: true,
		ready: func(address string, running *app.App) {
			d.announce(address, day)
			go func() { _ = d.bench.Run(ctx, d.Speed) }() // it ends with ctx, and that is all it can say
			go func() {
				d.watch(ctx, running, clock)
				stop()
			}()
		},
	})
}

// build makes the world and plugs it into the board.
func (d *demo) build(day ledger.Day) error {
	cars, err := day.Cars(d.Seed)
	if err != nil {
		return err
	}
	plan := d.place.Plan(d.Seed)
	for _, car := range cars {
		if car.ArriveMS >= d.fromMS {
			car.ArriveMS -= d.fromMS
			car.DepartMS -= d.fromMS
			plan.Cars = append(plan.Cars, car)
		}
	}
	d.cars = len(plan.Cars)
	for fault, perMillion := range map[world.Fault]int{
		world.PlateMisread: 15_000, world.PlateUnread: 10_000, world.ParkElsewhere: 50_000, world.PaymentDeclined: 30_000,
		world.ReplyLost: 10_000, world.BackOut: 5_000, world.Tailgate: 5_000,
	} {
		plan.Faults.Chance[fault] = perMillion
	}
	simulated, err := world.New(plan)
	if err != nil {
		return err
	}
	board, err := boards.Load("sim")
	if err != nil {
		return err
	}
	d.bench, err = sim.New(sim.Options{World: simulated, Board: quick(board, d.Speed), Signs: d.signs()})
	return err
}

// quick shortens the board's debouncing, which filters real time, by the speed of the simulated one.
func quick(board boards.Board, speed int) boards.Board {
	inputs := maps.Clone(board.Inputs)
	for name, input := range inputs {
		input.DebounceUS /= max(1, speed)
		inputs[name] = input
	}
	board.Inputs = inputs
	return board
}

func (d *demo) signs() []string {
	var names []string
	for floor := range d.place.Floors() {
		names = append(names, fmt.Sprintf("sign-f%d", floor+1))
	}
	return names
}

// site makes the gateway's site of the layout.
func (d *demo) site() (site.Loaded, error) {
	text := d.place.SiteFile(d.Listen, layout.Prices{
		RatePerHour: "5.00", MaxDailyRate: "30.00", FirstHourFree: true, LostTicket: "30.00", GraceExitMin: 15,
	})
	parsed, err := site.Parse("demo.toml", []byte(text), all.Catalog())
	return site.Loaded{Site: parsed}, err
}

// announce says what there is to see, and tells the cameras where to post.
func (d *demo) announce(address string, day ledger.Day) {
	for gate := range d.place.Gates() {
		d.bench.SetCameraURL(gate, fmt.Sprintf("http://%s/devices/%s-camera", address, d.place.GateID(gate)))
	}
	fmt.Printf(`
  A whole car park, simulated: %d spots with ultrasonic sensors, %d gates with loops, cameras, terminals.
  It replays %s, a real day of a %s, from %s on, %d times as fast: %d vehicles.

      the page   http://%s/
      the API    http://%s/docs

  Ctrl-C ends it.

`, d.place.Spots, d.place.Gates(), day.Date, day.Kind, d.From, d.Speed, d.cars, address, address)
}

// watch prints how the day goes, and what it came to.
func (d *demo) watch(ctx context.Context, running *app.App, clock *app.Clock) {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	lastHour := int64(-1)
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-ticker.C:
		}
		_, monoMS := clock.Now()
		atMS := d.fromMS + monoMS
		if hour := atMS / 3_600_000; hour != lastHour {
			lastHour = hour
			d.progress(ctx, running, hour)
		}
		if atMS >= d.untilMS {
			break
		}
	}
	d.summary(context.WithoutCancel(ctx), running)
}

// progress is one line an hour.
func (d *demo) progress(ctx context.Context, running *app.App, hour int64) {
	_ = running.View(ctx, func(l *lot.Lot) { // a line that is not printed is no loss
		tally, inside := l.Tally(), l.Inside()
		fmt.Printf("  %02d:00  %3d inside, %3d free, takings %s\n", hour, inside.Tickets, tally.Available, d.takings(l))
	})
}

func (d *demo) takings(l *lot.Lot) fact.Money {
	sum := fact.Money{Currency: l.Config().Currency}
	for _, hour := range l.Hours(0, 1<<62) {
		sum.Minor += hour.RevenueMinor
	}
	return sum
}

// summary compares what the gateway knows with what the simulator knows to be true.
func (d *demo) summary(ctx context.Context, running *app.App) {
	var entries, exits, denied int64
	var takings fact.Money
	var inside lot.Inside
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if err := running.View(ctx, func(l *lot.Lot) {
		for _, hour := range l.Hours(0, 1<<62) {
			entries, exits, denied = entries+hour.Entries, exits+hour.Exits, denied+hour.Denied
		}
		takings, inside = d.takings(l), l.Inside()
	}); err != nil {
		return
	}
	d.bench.View(func(w *world.World) {
		truth := w.Truth()
		in, out := 0, 0
		for _, through := range truth.Through {
			in, out = in+through[0], out+through[1]
		}
		closes, _ := truth.ClosesOnPresence()
		fmt.Printf(`
  The day                 gateway   truth
    vehicles in           %7d %7d
    vehicles out          %7d %7d
    inside now            %7d %7d
    refused               %7d
    takings               %s
    arms on vehicles      %7d
`, entries, in, exits, out, inside.Loops, truth.Inside, denied, takings, closes)
	})
}

package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"sync"
	"time"

	"gatehouse/boards"
	"gatehouse/drivers/all"
	"gatehouse/drivers/sim"
	"gatehouse/drivers/sim/layout"
	"gatehouse/drivers/sim/ledger"
	"gatehouse/drivers/sim/world"
	"gatehouse/gateway/app"
	"gatehouse/gateway/gate"
	"gatehouse/gateway/lot"
	"gatehouse/gateway/site"
)

type demoCommand struct {
	Speed  int    `help:"How many times as fast as time." default:"60" env:"SPEED"`
	From   string `help:"When the day begins." default:"09:00" env:"FROM"`
	Until  string `help:"When it ends." default:"24:00" env:"UNTIL"`
	Listen string `help:"Address of the page." default:"127.0.0.1:8080" env:"LISTEN"`
	Data   string `help:"Folder for the journal; empty: one that is deleted afterwards." type:"path"`
	Seed   uint64 `help:"Seed of what is left to chance." default:"1" env:"SEED"`
	Today  bool   `help:"Play the day as if it were today."`
	// Identity has the lot belong to a chain; tools/demo plays headquarters.
	Identity string `help:"Folder of an identity at headquarters (lotctl enrol)." type:"path" placeholder:"DIR"`
	Broker   string `help:"Address of headquarters' broker, in place of what it said." placeholder:"URL"`
}

// Run replays a real day of a mall's car park on simulated hardware, and sums it up.
func (c *demoCommand) Run() error {
	ctx, stop := untilSignal()
	defer stop()
	fromMS, err := timeOfDay(c.From)
	if err != nil {
		return err
	}
	untilMS, err := timeOfDay(c.Until)
	if err != nil || untilMS <= fromMS {
		return fmt.Errorf("--until %q: write a time after --from, as 24:00", c.Until)
	}
	data := c.Data
	if data == "" {
		if data, err = os.MkdirTemp("", "gatehouse-demo-"); err != nil {
			return err
		}
		defer os.RemoveAll(data)
	}
	d := demo{demoCommand: *c, fromMS: fromMS, untilMS: untilMS, data: data, place: demoLayout(c.Speed)}
	return d.run(ctx)
}

// timeOfDay reads 07:30 as milliseconds after midnight.
func timeOfDay(text string) (int64, error) {
	if text == "24:00" {
		return 24 * time.Hour.Milliseconds(), nil
	}
	at, err := time.Parse("15:04", text)
	if err != nil {
		return 0, fmt.Errorf("%q: write a time of day as 07:30", text)
	}
	return int64(at.Hour()*60+at.Minute()) * time.Minute.Milliseconds(), nil
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
	clock           *app.Clock
	pace            *sim.Pace
	cars            int
	bad             error // what must not happen on any day
}

// settleFor is how long the gateway has at the end to learn what has just happened.
const settleFor = 500 * time.Millisecond

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
	date := day.Date
	if d.Today {
		date = time.Now().In(loaded.Lot.Zone).Format(time.DateOnly)
	}
	midnight, err := time.ParseInLocation(time.DateOnly, date, loaded.Lot.Zone)
	if err != nil {
		return err
	}
	host := d.bench.Host()
	defer host.Close()
	d.pace = sim.NewPace(d.Speed)
	start := midnight.Add(time.Duration(d.fromMS) * time.Millisecond)
	d.clock = app.NewPacedClock(start, d.Speed, d.pace.NowMS)
	d.bench.SetCameraClocks(start)
	serving, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	playing, stop := context.WithCancel(ctx)
	var player sync.WaitGroup
	err = serve(serving, gateway{
		loaded: loaded, data: d.data, host: host, clock: d.clock, demo: true,
		log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
		ready: func(address string, running *app.App) {
			d.announce(address, day)
			player.Go(func() {
				defer end()
				d.play(playing, running)
			})
		},
	})
	stop()
	player.Wait()
	return errors.Join(err, d.bad)
}

// play moves the world until the day or ctx ends. Then it stands still, so that both can be asked what happened.
func (d *demo) play(ctx context.Context, running *app.App) {
	moving, stop := context.WithCancel(ctx)
	var world sync.WaitGroup
	world.Go(func() { d.bench.RunPaced(moving, d.pace, d.noticed(running)) })
	d.watch(ctx, running)
	stop()
	world.Wait()
	time.Sleep(settleFor)
	d.bad = d.summary(running)
}

// noticed reports whether the gateway has taken note of what the gates' inputs read. A busy machine makes the
// demonstration slower, and never wrong: no vehicle drives on before its loop was seen.
func (d *demo) noticed(running *app.App) func(context.Context, []sim.Inputs) bool {
	return func(ctx context.Context, want []sim.Inputs) (same bool) {
		err := running.View(ctx, func(l *lot.Lot) {
			same = true
			for i := range want {
				got := l.GateInputs(i)
				same = same && want[i] == sim.Inputs{
					Arming: got.Arming == gate.Occupied, Closing: got.Closing == gate.Occupied, Up: got.Up, Down: got.Down,
				}
			}
		})
		return err == nil && same
	}
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
	if d.Identity != "" {
		text += fmt.Sprintf("\n[sync]\nidentity = %q\nbroker = %q\n", d.Identity, d.Broker)
	}
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

`, d.place.Spots, d.place.Gates(), day.Date, day.Kind, d.From, d.Speed, d.cars)
	if d.Identity != "" {
		return // tools/demo has said where everything is
	}
	fmt.Printf(`      the page   http://%s/
      the API    http://%s/docs

  Ctrl-C ends it.

`, address, address)
}

// watch prints how the day goes.
func (d *demo) watch(ctx context.Context, running *app.App) {
	ticker := time.NewTicker(max(10*time.Millisecond, time.Minute/time.Duration(max(1, d.Speed))))
	defer ticker.Stop()
	for lastHour := int64(-1); ; {
		_, monoMS := d.clock.Now()
		atMS := d.fromMS + monoMS
		if atMS >= d.untilMS {
			return
		}
		if hour := atMS / time.Hour.Milliseconds(); hour != lastHour && d.progress(ctx, running, hour, monoMS < speakMaxMS) {
			lastHour = hour
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// speakMaxMS is how long the first line waits for every sensor to say what is on its spot.
const speakMaxMS = 15 * 60 * 1_000

// progress prints one line an hour. It reports false where that is too early, because spots are not known yet.
func (d *demo) progress(ctx context.Context, running *app.App, hour int64, early bool) (printed bool) {
	_ = running.View(ctx, func(l *lot.Lot) { // a line that is not printed is no loss
		tally, inside := l.Tally(), l.Inside()
		if printed = !early || tally.Unknown == 0; !printed {
			return
		}
		unknown := ""
		if tally.Unknown > 0 {
			unknown = fmt.Sprintf(", %d not known", tally.Unknown)
		}
		fmt.Printf("  %02d:00  %3d inside, %3d free%s, takings %s\n", hour, inside.Tickets, tally.Available, unknown, knownOf(l).takings)
	})
	return printed
}

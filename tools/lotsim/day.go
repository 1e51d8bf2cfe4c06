package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"gatehouse/drivers"
	"gatehouse/drivers/all"
	"gatehouse/drivers/sim/layout"
	"gatehouse/drivers/sim/world"
	"gatehouse/gateway/lot"
	"gatehouse/gateway/site"
	"gatehouse/sync/commandline"
	"gatehouse/sync/factlog"
	"gatehouse/tools/lotsim/rig"
)

// day is `lotsim day`: one real day of a ledger, as fast as it goes. The lot is empty at midnight, and the day is over
// 24 hours later, whoever is still inside. Rows of the ledger that can't be read are skipped, and said on the error
// output; world.ReadLedger tells how the rest is read.
type day struct {
	Ledger       string  `help:"CSV with arrive_local, depart_local, fee_cny, stable." required:"" type:"existingfile"`
	Date         string  `help:"The day, as 2006-01-02." required:""`
	Spots        int     `help:"How many spots the lot has." default:"100"`
	Gates        int     `help:"How many gates, 1 to 64; half of them, rounded up, are entries. A single one gets an exit beside it." default:"2"`
	Seed         uint64  `help:"Seed of everything that is left to chance." default:"1"`
	JSON         bool    `help:"Print one JSON object." name:"json"`
	Misread      float64 `help:"Share of plates that are misread, 0 to 1."`
	Unread       float64 `help:"Share of plates that nobody can read."`
	Tailgate     float64 `help:"Share of drivers who follow another through."`
	BackOut      float64 `help:"Share of drivers who back out of an entry." name:"back-out"`
	Elsewhere    float64 `help:"Share of drivers who park elsewhere than they were told."`
	SensorNoise  float64 `help:"Share of sensor frames that are wrong." name:"sensor-noise"`
	DeviceFaults float64 `help:"Share of occasions on which a device fails." name:"device-faults"`

	errs io.Writer // nil: os.Stderr
}

// Run prints what the day came to.
func (d *day) Run(out io.Writer) error {
	config, err := d.config()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "lotsim-")
	if err != nil {
		return fmt.Errorf("%w", err)
	}
	defer os.RemoveAll(dir)
	config.Disk, config.Dir = factlog.OSDisk{}, dir
	run, err := rig.New(config)
	if err != nil {
		return err
	}
	result, failed := run.Run()
	if d.JSON {
		err = json.NewEncoder(out).Encode(report(&result))
	} else {
		err = d.print(out, &result)
	}
	if failed != nil {
		return fmt.Errorf("an invariant broke: %w", failed)
	}
	return err
}

// print tells the day in words.
func (d *day) print(out io.Writer, r *rig.Result) error {
	_, err := fmt.Fprintf(out, `%s: %d arrivals, %d entries, %d exits, %d still inside
denied %d (full %d), backed out %d, gave up %d, tailgated %d
double allocations %d, unbilled exits %d, arms on cars %d
%d facts in %d flushes; a decision takes %.1f µs (p99 %.1f), a commit %.0f µs (p99 %.0f)
trace %s
`, d.Date, r.Arrivals, r.Entries, r.Exits, r.StillInside, r.Denied, r.DeniedFull, r.BackedOut, r.GaveUp, r.Tailgated, r.DoubleAllocations,
		r.UnbilledExits, r.ClosesOnPresence, r.Facts, r.Flushes, r.DecisionUS(50), r.DecisionUS(99), r.CommitUS(50), r.CommitUS(99), r.TraceSHA256)
	return err
}

// config makes the run.
func (d *day) config() (rig.Config, error) {
	date, err := time.Parse(time.DateOnly, d.Date)
	if err != nil {
		return rig.Config{}, fmt.Errorf("%w: --date %q: write a day as 2019-06-01", commandline.ErrUsage, d.Date)
	}
	if err := d.check(); err != nil {
		return rig.Config{}, err
	}
	stays, err := d.stays()
	if err != nil {
		return rig.Config{}, err
	}
	place := layoutOf(d.Spots, d.Gates)
	cfg, err := lotConfig(place, 15)
	if err != nil {
		return rig.Config{}, err
	}
	plan := place.Plan(d.Seed)
	if plan.Cars, err = world.Day(stays, d.Date, d.Seed); err != nil {
		return rig.Config{}, fmt.Errorf("%w", err)
	}
	if err := d.seeWhoCame(plan.Cars, stays); err != nil {
		return rig.Config{}, err
	}
	plan.Faults = d.faults()
	start := time.Date(date.Year(), date.Month(), date.Day(), 0, 0, 0, 0, cfg.Zone)
	return rig.Config{Seed: d.Seed, Lot: cfg, World: plan, Start: start, Measure: true, UntilMS: 24 * 3_600_000}, nil
}

// check looks at the flags' values.
func (d *day) check() error {
	if d.Gates < 1 || d.Gates > 64 || d.Spots < 1 || d.Spots > 10_000 {
		return fmt.Errorf("%w: --gates is 1 to 64, --spots 1 to 10000", commandline.ErrUsage)
	}
	for _, share := range []float64{d.Misread, d.Unread, d.Tailgate, d.BackOut, d.Elsewhere, d.SensorNoise, d.DeviceFaults} {
		if !(share >= 0 && share <= 1) {
			return fmt.Errorf("%w: a share is 0 to 1, as 0.03: %v", commandline.ErrUsage, share)
		}
	}
	return nil
}

// stays reads the ledger, and says which rows it could not read.
func (d *day) stays() ([]world.Stay, error) {
	file, err := os.Open(d.Ledger)
	if err != nil {
		return nil, fmt.Errorf("%w", err)
	}
	defer file.Close()
	stays, skipped, err := world.ReadLedger(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", d.Ledger, err)
	}
	const shown = 3
	for _, reason := range skipped[:min(shown, len(skipped))] {
		d.note("%s: skipped a row: %v", d.Ledger, reason)
	}
	if len(skipped) > shown {
		d.note("%s: skipped %d rows in all", d.Ledger, len(skipped))
	}
	return stays, nil
}

// seeWhoCame says so when nobody did. A quiet day is one; a day that the ledger does not cover is a mistake.
func (d *day) seeWhoCame(cars []world.CarPlan, stays []world.Stay) error {
	if len(cars) > 0 {
		return nil
	}
	midnight, err := world.MidnightMS(d.Date)
	if err != nil {
		return fmt.Errorf("%w", err)
	}
	var before, after bool
	for _, stay := range stays {
		before, after = before || stay.ArriveMS < midnight, after || stay.ArriveMS > midnight
	}
	if !before || !after {
		return fmt.Errorf("%s does not cover %s: %s", d.Ledger, d.Date, world.Span(stays))
	}
	d.note("%s: nobody came on %s", d.Ledger, d.Date)
	return nil
}

// note says something beside the result.
func (d *day) note(format string, values ...any) {
	var errs io.Writer = os.Stderr
	if d.errs != nil {
		errs = d.errs
	}
	fmt.Fprintf(errs, "lotsim: "+format+"\n", values...) // who closed the error output does not want to know
}

// layoutOf is the lot of a simulated day: every spot serves every vehicle, so that FULL means full.
func layoutOf(spots, gates int) layout.Layout {
	return layout.Layout{
		ID: "lotsim", Name: "Lotsim", Timezone: "Asia/Shanghai", Currency: "CNY", Entries: (gates + 1) / 2, Exits: max(1, gates/2),
		Spots: spots, Sensed: true, ByHand: true,
	}
}

// lotConfig is what a gateway makes of the layout's site file, with so many minutes to leave after paying.
func lotConfig(place layout.Layout, graceExitMin int) (*lot.Config, error) {
	text := place.SiteFile("127.0.0.1:0", layout.Prices{
		RatePerHour: "5.00", MaxDailyRate: "30.00", FirstHourFree: true, LostTicket: "30.00", GraceExitMin: graceExitMin,
	})
	parsed, err := site.Parse("layout.toml", []byte(text), drivers.Catalog(all.Catalog()))
	if err != nil {
		return nil, fmt.Errorf("%w", err)
	}
	return parsed.Lot, nil
}

// faults are what the flags ask for.
func (d *day) faults() world.FaultPlan {
	var plan world.FaultPlan
	set := func(share float64, faults ...world.Fault) {
		for _, fault := range faults {
			plan.Chance[fault] = int(share * 1e6)
		}
	}
	set(d.Misread, world.PlateMisread)
	set(d.Unread, world.PlateUnread)
	set(d.Tailgate, world.Tailgate)
	set(d.BackOut, world.BackOut, world.BackOutGranted)
	set(d.Elsewhere, world.ParkElsewhere)
	set(d.SensorNoise, world.SpotOutlier, world.SpotMissed, world.SpotInterference)
	set(d.DeviceFaults, world.ArmJam, world.ArmLimitLost, world.ArmSlow, world.LoopStuckOn, world.LoopStuckOff, world.LoopDropout,
		world.SpotStuck, world.SpotSilent, world.TerminalDown, world.ReplyLost, world.OrderLost, world.PaymentDeclined)
	return plan
}

// report is the JSON object of a day.
func report(r *rig.Result) map[string]any {
	fired := map[string]int{}
	for fault, n := range r.Fired {
		if n > 0 {
			fired[world.Fault(fault).String()] = n
		}
	}
	return map[string]any{
		"arrivals": r.Arrivals, "entries": r.Entries, "exits": r.Exits, "denied": r.Denied, "denied_full": r.DeniedFull,
		"backed_out": r.BackedOut, "gave_up": r.GaveUp, "still_inside": r.StillInside, "tickets_open": r.TicketsOpen, "double_allocations": r.DoubleAllocations,
		"unbilled_exits": r.UnbilledExits, "closes_on_presence": r.ClosesOnPresence, "facts": r.Facts,
		"decision_us_p50": r.DecisionUS(50), "decision_us_p99": r.DecisionUS(99), "commit_us_p50": r.CommitUS(50),
		"commit_us_p99": r.CommitUS(99), "trace_sha256": r.TraceSHA256, "fired": fired,
	}
}

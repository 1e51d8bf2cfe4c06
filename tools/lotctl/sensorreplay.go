package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"slices"
	"strings"
	"time"

	"gatehouse/gateway/occupancy"
	"gatehouse/sync/commandline"
)

// sensorReplay plays a trace through the detector that the gateway has. With --json it prints one object:
//
//	{"samples": n, "scaleNT": nT per unit of mag_*, left out for a distance,
//	 "changes": [{"timeUTC", "state": "available|occupied|unknown", "confidence": 0 to 1, "reason"}],
//	 "labelled": {"samples", "truePositiveRate", "trueNegativeRate", "balancedAccuracy", "calibrationDays"},
//	 "arrivals": {"found", "missed", "false"}, "departures": {"found", "missed", "false"},
//	 "misses": [{"timeUTC", "kind": "arrival|departure", "what": "missed|false", "why"}],
//	 "skipped": [{"line", "error"}], "skippedRows", "duplicateRows", "outOfOrderRows"}
//
// A file that a gateway recorded (a row of kind begin is the sign) is played as the gateway did: with its configuration,
// from what the spot was then, with the ticks that are in it. It makes the very same changes.
//
// samples counts the readings that were played. timeUTC of a change is when the state became that. labelled, arrivals,
// departures and misses are there if the trace says what the truth is: by the columns radar0 … (25 or more in any is
// occupied, 15 or less in all is free) or by the column occupied. Their rates leave out the days of calibration.
type sensorReplay struct {
	Trace           string  `required:"" placeholder:"FILE.csv" help:"CSV with a header: time, and mag_x,mag_y,mag_z or distance_mm; temp_c, f_cnt, radar0 ... or occupied (the truth) if it has them."`
	Spot            string  `placeholder:"SPOT" help:"The spot, where the file has a column spot and several in it."`
	Scale           float64 `placeholder:"NT" help:"Nanotesla per unit of mag_*; by default what the header says (mag_x_nt, mag_x_ut), or found from the strength of the field."`
	From            string  `placeholder:"TIME" help:"Leave out the rows before this time."`
	CalibrationDays float64 `default:"2" placeholder:"DAYS" help:"How long at the start serves to calibrate and is not rated; nothing if the trace is not twice as long."`
	EmptyMM         int32   `name:"empty-mm" placeholder:"MM" help:"Distance to the floor as the installer measured it."`
	JSON            bool    `name:"json" help:"Print one JSON object."`
}

// replayReport is what --json prints.
type replayReport struct {
	Samples    int                  `json:"samples"`
	ScaleNT    float64              `json:"scaleNT,omitempty"`
	Changes    []replayReportChange `json:"changes"`
	Labelled   *replayRates         `json:"labelled,omitempty"`
	Arrivals   *tally               `json:"arrivals,omitempty"`
	Departures *tally               `json:"departures,omitempty"`
	Misses     []miss               `json:"misses,omitzero"`
	Skipped    []traceNote          `json:"skipped,omitempty"`
	SkippedAll int                  `json:"skippedRows,omitempty"`
	Duplicates int                  `json:"duplicateRows,omitempty"`
	Disordered int                  `json:"outOfOrderRows,omitempty"`
}

type replayReportChange struct {
	TimeUTC    string  `json:"timeUTC"`
	State      string  `json:"state"`
	Confidence float64 `json:"confidence"`
	Reason     string  `json:"reason"`
}

type replayRates struct {
	Samples          int     `json:"samples"`
	TruePositiveRate float64 `json:"truePositiveRate"`
	TrueNegativeRate float64 `json:"trueNegativeRate"`
	BalancedAccuracy float64 `json:"balancedAccuracy"`
	CalibrationDays  float64 `json:"calibrationDays"`
}

// Run plays the trace and prints what came of it.
func (c sensorReplay) Run(out io.Writer) error {
	t, err := c.load()
	if err != nil {
		return err
	}
	report := c.report(t)
	if c.JSON {
		return json.NewEncoder(out).Encode(report)
	}
	report.print(out)
	return nil
}

func (c sensorReplay) load() (*trace, error) {
	if !(c.Scale >= 0 && c.Scale <= 1e6) || !(c.CalibrationDays >= 0 && c.CalibrationDays <= 1000) || c.EmptyMM < 0 {
		return nil, fmt.Errorf("%w: --scale, --calibration-days and --empty-mm are 0 or more", commandline.ErrUsage)
	}
	file, err := os.Open(c.Trace)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	t, err := readTrace(file, c.Spot)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.Trace, err)
	}
	if t.recorded && (c.Scale != 0 || c.EmptyMM != 0 || c.From != "") {
		return nil, fmt.Errorf("%w: %s is a recording of a gateway, which is played whole and says itself what --scale, --empty-mm and --from would",
			commandline.ErrUsage, c.Trace)
	}
	if c.From == "" {
		return t, nil
	}
	from := c.From
	if len(from) == len("2006-01-02") {
		from += "T00:00:00"
	}
	fromMS, err := traceTime(from)
	if err != nil {
		return nil, fmt.Errorf("%w: --from: %w", commandline.ErrUsage, err)
	}
	t.rows = slices.DeleteFunc(t.rows, func(row traceRow) bool { return row.atMS < fromMS })
	if len(t.rows) == 0 {
		return nil, fmt.Errorf("%s: no row from %s on", c.Trace, c.From)
	}
	return t, nil
}

func (c sensorReplay) report(t *trace) *replayReport {
	report := &replayReport{
		Samples: t.samples(), Changes: []replayReportChange{},
		Skipped: t.skipped, SkippedAll: t.skippedAll, Duplicates: t.duplicates, Disordered: t.disordered,
	}
	days := c.CalibrationDays
	if span := t.rows[len(t.rows)-1].atMS - t.rows[0].atMS; float64(span) < 2*days*dayMS || t.recorded {
		days = 0
	}
	if t.magnetic {
		report.ScaleNT = cmp.Or(c.Scale, t.unitNT)
		if report.ScaleNT == 0 {
			report.ScaleNT = fieldScale(t.rows)
		}
		scaled(t.rows, report.ScaleNT)
	}
	var played *replayed
	if t.recorded {
		played = t.playRecorded()
	} else {
		played = t.play(c.config(t), int64(days*dayMS))
	}
	for _, made := range played.changes {
		report.Changes = append(report.Changes, reportedChange(made))
	}
	if t.labelled {
		report.rate(t.score(played), days)
	}
	return report
}

// config is that of a spot whose sensor speaks as often as the trace does.
func (c sensorReplay) config(t *trace) *occupancy.Config {
	cfg := occupancy.Default()
	cfg.EmptyMM, cfg.Sensors = c.EmptyMM, t.sensors
	gaps := make([]int64, 0, len(t.rows))
	for i := 1; i < len(t.rows); i++ {
		gaps = append(gaps, t.rows[i].atMS-t.rows[i-1].atMS)
	}
	slices.Sort(gaps)
	periodMS := cfg.PeriodMS[0]
	if len(gaps) > 0 {
		periodMS = max(gaps[len(gaps)/2], 1000)
	}
	cfg.PeriodMS = [occupancy.SensorsMax]int64{periodMS, periodMS}
	cfg.SuspectAfterMS = max(cfg.SuspectAfterMS, 2*periodMS)
	if t.magnetic { // in traces of radio sensors an hour is missing now and then
		cfg.PeriodMS[0] = max(2*hourMS, periodMS)
		cfg.PeriodMS[1] = cfg.PeriodMS[0]
	}
	if periodMS >= seldomMS {
		cfg.DebounceMS, cfg.DoubtDebounceMS = 0, 0
	}
	return &cfg
}

func reportedChange(made replayChange) replayReportChange {
	c := &made.change
	reason := c.Cause.String()
	if c.Reason != 0 {
		reason = c.Reason.String()
	}
	return replayReportChange{
		TimeUTC: time.UnixMilli(made.atMS).UTC().Format("2006-01-02T15:04:05.000Z"),
		State:   c.After.String(), Confidence: float64(c.Confidence) / 1000, Reason: reason,
	}
}

func (r *replayReport) rate(s *score, days float64) {
	rate := func(part, all int) float64 {
		if all == 0 {
			return 0
		}
		return math.Round(float64(part)/float64(all)*1e4) / 1e4
	}
	positive, negative := rate(s.seen, s.occupied), rate(s.seenFree, s.free)
	r.Labelled = &replayRates{
		Samples: s.rows, TruePositiveRate: positive, TrueNegativeRate: negative,
		BalancedAccuracy: math.Round((positive+negative)/2*1e4) / 1e4, CalibrationDays: days,
	}
	r.Arrivals, r.Departures, r.Misses = &s.arrivals, &s.departures, s.misses
}

func (r *replayReport) print(out io.Writer) {
	for _, note := range r.Skipped {
		fmt.Fprintf(out, "line %d skipped: %s\n", note.Line, note.Error)
	}
	for _, c := range r.Changes {
		fmt.Fprintf(out, "%s %-9s %.2f %s\n", c.TimeUTC, c.State, c.Confidence, c.Reason)
	}
	fmt.Fprintf(out, "%d samples, %d changes", r.Samples, len(r.Changes))
	for _, extra := range []struct {
		count int
		what  string
	}{{r.SkippedAll, "rows skipped"}, {r.Duplicates, "rows twice"}, {r.Disordered, "rows out of order"}} {
		if extra.count > 0 {
			fmt.Fprintf(out, ", %d %s", extra.count, extra.what)
		}
	}
	fmt.Fprintln(out)
	if l := r.Labelled; l != nil {
		fmt.Fprintf(out, "balanced accuracy %.4f (occupied %.4f, free %.4f) on %d labelled samples after %g days of calibration\n",
			l.BalancedAccuracy, l.TruePositiveRate, l.TrueNegativeRate, l.Samples, l.CalibrationDays)
		fmt.Fprintf(out, "arrivals   %4d found %4d missed %4d false\n", r.Arrivals.Found, r.Arrivals.Missed, r.Arrivals.False)
		fmt.Fprintf(out, "departures %4d found %4d missed %4d false\n", r.Departures.Found, r.Departures.Missed, r.Departures.False)
		r.printMisses(out)
	}
}

// printMisses sums up the misses by their reason.
func (r *replayReport) printMisses(out io.Writer) {
	counts := map[string]int{}
	for _, m := range r.Misses {
		why, _, _ := strings.Cut(m.Why, ":")
		counts[fmt.Sprintf("%-9s %-6s %s", m.Kind, m.What, why)]++
	}
	for _, line := range slices.Sorted(maps.Keys(counts)) {
		fmt.Fprintf(out, "%5d %s\n", counts[line], line)
	}
}

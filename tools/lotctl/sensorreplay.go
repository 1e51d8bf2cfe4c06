package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"gatehouse/gateway/occupancy"
	"gatehouse/sync/commandline"
)

// sensorReplay plays a trace through the detector that the gateway has, and prints what Help says. A reason of a change is a
// fact.Reason, or the occupancy.Cause where the state has no other reason.
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
	Samples    int     `json:"samples"`
	ScaleNT    float64 `json:"scaleNT,omitempty"`
	scaleFrom  string
	truthFrom  string
	Changes    []replayReportChange `json:"changes"`
	Labelled   *replayRates         `json:"labelled,omitempty"`
	Arrivals   *tally               `json:"arrivals,omitempty"`
	Departures *tally               `json:"departures,omitempty"`
	Delays     *replayDelays        `json:"delayMinutes,omitempty"`
	Warm       *replayRated         `json:"withoutFrost,omitempty"`
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

// replayRated is the part of a report that is there twice where there was frost.
type replayRated struct {
	Labelled   replayRates `json:"labelled"`
	Arrivals   tally       `json:"arrivals"`
	Departures tally       `json:"departures"`
}

// replayDelays are of the changes found, in minutes, below 0 if the spot changed first.
type replayDelays struct {
	Median      float64 `json:"median"`
	Of95Percent float64 `json:"of95Percent"`
	Longest     float64 `json:"longest"`
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
	file, err := openFile(c.Trace)
	if err != nil {
		return nil, fmt.Errorf("%w; a gateway records traces in the folder readings of its data where its site file has [record]", err)
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
		report.ScaleNT, report.scaleFrom = c.scale(t)
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
		report.truthFrom = t.truthFrom()
		report.rate(t.score(played), days)
	}
	return report
}

// scale is nanotesla per unit of the field, and who says so.
func (c sensorReplay) scale(t *trace) (scaleNT float64, from string) {
	switch {
	case c.Scale != 0:
		return c.Scale, "as --scale says"
	case t.unitNT != 0:
		return t.unitNT, "as the header says"
	}
	return fieldScale(t.rows)
}

// config is that of a spot whose sensor speaks as often as the trace does.
func (c sensorReplay) config(t *trace) *occupancy.Config {
	cfg := occupancy.Default()
	cfg.EmptyMM, cfg.Sensors = c.EmptyMM, t.sensors
	periodMS := cfg.PeriodMS[0]
	gapMS, longGapMS := t.gaps()
	if gapMS > 0 {
		periodMS = max(gapMS, 1000)
	}
	cfg.PeriodMS = [occupancy.SensorsMax]int64{periodMS, periodMS}
	cfg.SuspectAfterMS = max(cfg.SuspectAfterMS, 2*periodMS)
	if t.magnetic { // in traces of radio sensors an hour is missing now and then, and some hold only the changes
		cfg.PeriodMS[0] = max(2*hourMS, periodMS, longGapMS)
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
	all := rates(&s.all, days)
	r.Labelled, r.Arrivals, r.Departures, r.Misses = &all, &s.all.arrivals, &s.all.departures, s.misses
	if s.frosty {
		r.Warm = &replayRated{Labelled: rates(&s.warm, days), Arrivals: s.warm.arrivals, Departures: s.warm.departures}
	}
	if n := len(s.delaysMS); n > 0 {
		slices.SortFunc(s.delaysMS, func(a, b int64) int { return cmp.Compare(max(a, -a), max(b, -b)) })
		minutes := func(i int) float64 { return math.Round(float64(s.delaysMS[i])/6000) / 10 }
		r.Delays = &replayDelays{Median: minutes(n / 2), Of95Percent: minutes(n * 95 / 100), Longest: minutes(n - 1)}
	}
}

func rates(s *rated, days float64) replayRates {
	rate := func(part, all int) float64 {
		if all == 0 {
			return 0
		}
		return math.Round(float64(part)/float64(all)*1e4) / 1e4
	}
	positive, negative := rate(s.seen, s.occupied), rate(s.seenFree, s.free)
	balanced := math.Round((positive+negative)/2*1e4) / 1e4
	if s.occupied == 0 || s.free == 0 {
		balanced = positive + negative
	}
	return replayRates{
		Samples: s.rows, TruePositiveRate: positive, TrueNegativeRate: negative, BalancedAccuracy: balanced, CalibrationDays: days,
	}
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
	if r.ScaleNT != 0 {
		fmt.Fprintf(out, "taken for %.4g nanotesla in a unit of mag_*: %s; --scale says otherwise\n", r.ScaleNT, r.scaleFrom)
	}
	if r.Labelled == nil {
		return
	}
	found, missed := r.Arrivals.Found+r.Departures.Found, r.Arrivals.Missed+r.Departures.Missed
	if all := found + missed; all > 0 {
		fmt.Fprintf(out, "%.1f percent of %d arrivals and departures found, %d missed, %d false; the truth is %s\n",
			100*float64(found)/float64(all), all, missed, r.Arrivals.False+r.Departures.False, r.truthFrom)
	}
	printRated(out, &replayRated{Labelled: *r.Labelled, Arrivals: *r.Arrivals, Departures: *r.Departures})
	if d := r.Delays; d != nil {
		fmt.Fprintf(out, "found after %g minutes (half), %g (95 percent), %g (all); below 0: before the reference\n", d.Median, d.Of95Percent, d.Longest)
	}
	if r.Warm != nil {
		fmt.Fprintln(out, "without what was at 1 degree or colder, when ice echoes like a car and snow hides one:")
		printRated(out, r.Warm)
	}
	r.printMisses(out)
}

func printRated(out io.Writer, r *replayRated) {
	l := &r.Labelled
	fmt.Fprintf(out, "balanced accuracy %.4f (occupied %.4f, free %.4f) on %d labelled samples after %g days of calibration\n",
		l.BalancedAccuracy, l.TruePositiveRate, l.TrueNegativeRate, l.Samples, l.CalibrationDays)
	for _, of := range []struct {
		kind string
		c    *tally
	}{{"arrivals", &r.Arrivals}, {"departures", &r.Departures}} {
		fmt.Fprintf(out, "%-10s %4d found %4d missed %4d false", of.kind, of.c.Found, of.c.Missed, of.c.False)
		if of.c.Unjudged > 0 {
			fmt.Fprintf(out, " %4d between two looks of the reference", of.c.Unjudged)
		}
		fmt.Fprintln(out)
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

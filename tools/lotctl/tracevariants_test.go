package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"gatehouse/gateway/occupancy"
)

// realTrace reads one of the real traces as the command does, without what was recorded before the sensor was dug in.
func realTrace(t *testing.T, device string) *trace {
	t.Helper()
	path := filepath.Join(os.Getenv("GATEHOUSE_DATA"), "magnetic-radar-traces", device+".csv")
	if _, err := os.Stat(path); os.Getenv("GATEHOUSE_DATA") == "" || err != nil {
		t.Skip("no traces: set GATEHOUSE_DATA to the folder that holds magnetic-radar-traces")
	}
	c := sensorReplay{Trace: path}
	if device[:2] == "EL" {
		c.From = "2024-02-21"
	}
	loaded, err := c.load()
	if err != nil {
		t.Fatal(err)
	}
	return loaded
}

// variant is a trace as another sensor, another network or another season would have made it.
type variant struct {
	name string
	loss float64 // of balanced accuracy, at most
	of   func(rows []traceRow) []traceRow
}

func eachField(change func(field [3]float64) [3]float64) func([]traceRow) []traceRow {
	return func(rows []traceRow) []traceRow {
		for i := range rows {
			rows[i].field = change(rows[i].field)
		}
		return rows
	}
}

func everyNth(n, from int) func([]traceRow) []traceRow {
	return func(rows []traceRow) (kept []traceRow) {
		for i := from; i < len(rows); i += n {
			kept = append(kept, rows[i])
		}
		return kept
	}
}

// variants are what must hardly matter: how a sensor is turned, its gain, its hard iron, when the trace begins.
func variants() []variant {
	times := func(by float64) func([]traceRow) []traceRow {
		return eachField(func(f [3]float64) [3]float64 { return [3]float64{f[0] * by, f[1] * by, f[2] * by} })
	}
	return []variant{
		{"turned", 0.002, eachField(func(f [3]float64) [3]float64 {
			return [3]float64{0.36*f[0] + 0.48*f[1] - 0.8*f[2], -0.8*f[0] + 0.6*f[1], 0.48*f[0] + 0.64*f[1] + 0.6*f[2]}
		})},
		{"upside down, axes swapped", 0.002, eachField(func(f [3]float64) [3]float64 { return [3]float64{-f[1], f[0], -f[2]} })},
		{"half the gain", 0.01, times(0.5)}, {"twice the gain", 0.01, times(2)}, {"ten times the gain", 0.01, times(10)},
		{"in microtesla", 0.01, times(0.044)}, {"in nanotesla", 0.01, times(44)},
		{"hard iron", 0.01, eachField(func(f [3]float64) [3]float64 { return [3]float64{f[0] + 300, f[1] - 300, f[2] + 300} })},
		{"years earlier", 0.002, func(rows []traceRow) []traceRow {
			for i := range rows {
				rows[i].atMS -= 10 * 365 * dayMS
			}
			return rows
		}},
		{"every second row", 0.02, everyNth(2, 0)}, {"every third row", 0.03, everyNth(3, 1)},
		{"a tenth of the temperatures gone", 0.02, func(rows []traceRow) []traceRow {
			for i := 0; i < len(rows); i += 10 {
				rows[i].reading.HasTemperature, rows[i].reading.TemperatureCentiC = false, 0
			}
			return rows
		}},
	}
}

func TestReplayOfRealBaysAsOtherSensorsWouldHaveMadeThem(t *testing.T) {
	devices := []string{"EL1", "EL2", "NORM1", "BUILDING"}
	for _, device := range devices {
		loaded := realTrace(t, device)
		rows := loaded.rows
		rated := func(changed []traceRow) *replayReport {
			played := *loaded
			played.rows = changed
			return sensorReplay{CalibrationDays: 2}.report(&played)
		}
		base := rated(slices.Clone(rows))
		for _, v := range variants() {
			report := rated(v.of(slices.Clone(rows)))
			a, d := report.Arrivals, report.Departures
			line := fmt.Sprintf("%-8s %-34s %.4f, %4d found %3d missed %3d false", device, v.name, report.Labelled.BalancedAccuracy,
				a.Found+d.Found, a.Missed+d.Missed, a.False+d.False)
			t.Log(line)
			if report.Labelled.BalancedAccuracy < base.Labelled.BalancedAccuracy-v.loss {
				t.Errorf("%s; as it is %.4f", line, base.Labelled.BalancedAccuracy)
			}
		}
	}
}

// A gateway that restarts knows what it kept of a spot, and no more: a weak car that is there is no longer known for one.
func TestReplayOfRealBaysOverRestarts(t *testing.T) {
	for _, device := range []string{"EL1", "EL2", "NORM1", "BUILDING"} {
		loaded := realTrace(t, device)
		c := sensorReplay{CalibrationDays: 2}
		base := c.report(loaded).Labelled.BalancedAccuracy
		for _, every := range []int64{dayMS, 7 * dayMS} {
			played := loaded.playOverRestarts(c.config(loaded), every)
			rated := rates(&loaded.score(played).all, 2)
			t.Logf("%-8s every %d days: %.4f, without %.4f", device, every/dayMS, rated.BalancedAccuracy, base)
			if rated.BalancedAccuracy < base-0.03 {
				t.Errorf("%s: %.4f with a restart every %d days, %.4f without", device, rated.BalancedAccuracy, every/dayMS, base)
			}
		}
	}
}

// playOverRestarts plays a trace with a gateway that restarts so often.
func (t *trace) playOverRestarts(cfg *occupancy.Config, everyMS int64) *replayed {
	r := &replayed{}
	scoredMS := t.rows[0].atMS + 2*dayMS
	first := slices.IndexFunc(t.rows, func(row traceRow) bool { return row.atMS >= scoredMS })
	var spot occupancy.Spot
	spot.SetBaseline(0, calibrated(t.rows[:first]))
	startedMS := t.rows[0].atMS
	for _, row := range t.rows {
		if row.atMS-startedMS >= everyMS {
			kept, _ := spot.Baseline(0)
			spot, startedMS = occupancy.Restore(spot.Status(), spot.Confidence()), row.atMS
			spot.SetBaseline(0, kept)
		}
		spot.Advance(cfg, row.atMS, func(int64, occupancy.Change) {})
		spot.Read(cfg, row.atMS, row.reading)
		away, from := spot.Away(0)
		r.states, r.scored = append(r.states, spot.Status()), append(r.scored, row.atMS >= scoredMS)
		r.away, r.from = append(r.away, away), append(r.from, from)
	}
	return r
}

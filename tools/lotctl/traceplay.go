package main

import (
	"math"
	"slices"

	"gatehouse/gateway/occupancy"
	"gatehouse/sync/fact"
)

const (
	dayMS  = 24 * 60 * 60 * 1000
	hourMS = 60 * 60 * 1000
	// anewMS is the silence after which a sensor counts as installed anew, unless it is silent for so long as a rule:
	// for longer than anewGaps of its long pauses.
	anewMS   = 3 * dayMS
	anewGaps = 4
	// countNT is one count of a magnetometer of 12 gauss in 16 bits, as in most bay sensors.
	countNT = 44
	// earthNT is about the strength of the earth's field.
	earthNT = 50_000
	// seldomMS is how far apart readings are that need no debounce: each has held for long when the next comes.
	seldomMS = 60_000
)

// replayed is what the detector made of a trace.
type replayed struct {
	changes []replayChange
	states  []fact.SpotStatus // per row, as of that row
	scored  []bool            // per row: it is not in the days of calibration
	away    []int32           // per row: how far the value was from the empty spot's …
	from    []int32           // … and from where on that is a car
}

type replayChange struct {
	atMS   int64
	change occupancy.Change
}

// fieldScale is nanotesla per unit of the file, and how it was found. A field about as strong as the earth's is in nanotesla
// already; one of the usual counts is in those; any other unit is what makes the field as strong as the earth's.
func fieldScale(rows []traceRow) (scale float64, how string) {
	strengths := make([]float64, 0, len(rows))
	for _, row := range rows {
		if row.reading.Kind == occupancy.Field {
			strengths = append(strengths, strength(row.field))
		}
	}
	slices.Sort(strengths)
	switch middle := strengths[len(strengths)/2]; {
	case middle >= 20_000 && middle <= 120_000:
		return 1, "the field is as strong as the earth's in nanotesla"
	case middle >= 700 && middle <= 1_900:
		return countNT, "counts of 12 gauss in 16 bits, as most bay sensors have"
	case middle > 0:
		return earthNT / middle, "what makes the field as strong as the earth's"
	}
	return countNT, "the field is none"
}

func strength(field [3]float64) float64 {
	return math.Sqrt(field[0]*field[0] + field[1]*field[1] + field[2]*field[2])
}

// scaled gives the rows of a magnetic trace in nanotesla.
func scaled(rows []traceRow, scale float64) {
	for i := range rows {
		for axis, value := range rows[i].field {
			rows[i].reading.FieldNT[axis] = int32(min(max(math.Round(value*scale), -4e6), 4e6))
		}
	}
}

// playRecorded does to the detector what the gateway did, from each row of kind begin on.
func (t *trace) playRecorded() *replayed {
	r := &replayed{}
	var moment occupancy.Moment
	var aheadMS int64 // of the trace's time before the monotonic one
	for i := range t.rows {
		row := &t.rows[i]
		if row.call == callBegin {
			moment = *row.moment
			aheadMS = row.atMS - moment.AtMS
		}
		change, changed := occupancy.Change{}, false
		switch row.call {
		case callRead:
			change, changed = moment.Spot.Read(&moment.Config, row.atMS-aheadMS, row.reading)
		case callTick:
			change, changed = moment.Spot.Tick(&moment.Config, row.atMS-aheadMS)
		}
		if changed && change.Moved() {
			r.changes = append(r.changes, replayChange{row.atMS, change})
		}
		away, from := moment.Spot.Away(0)
		r.states, r.scored = append(r.states, moment.Spot.Status()), append(r.scored, true)
		r.away, r.from = append(r.away, away), append(r.from, from)
	}
	return r
}

// play runs the trace through the detector. Each piece after a silence of days begins with a calibration of its own.
func (t *trace) play(cfg *occupancy.Config, calibrationMS int64) *replayed {
	r := &replayed{}
	_, longGapMS := t.gaps()
	for start := 0; start < len(t.rows); {
		end := start + 1
		for end < len(t.rows) && t.rows[end].atMS-t.rows[end-1].atMS < max(anewMS, anewGaps*longGapMS) {
			end++
		}
		silentMS := t.rows[end-1].atMS
		if end < len(t.rows) {
			silentMS = t.rows[end].atMS - 1
		}
		r.piece(cfg, t.rows[start:end], calibrationMS, silentMS)
		start = end
	}
	return r
}

// piece plays rows without a long silence, and what follows them until silentMS.
func (r *replayed) piece(cfg *occupancy.Config, rows []traceRow, calibrationMS, silentMS int64) {
	var spot occupancy.Spot
	scoredMS := rows[0].atMS + calibrationMS
	until := slices.IndexFunc(rows, func(row traceRow) bool { return row.atMS >= scoredMS })
	if until < 0 {
		until = len(rows)
	}
	for sensor := range uint8(occupancy.SensorsMax) {
		fields := slices.DeleteFunc(slices.Clone(rows[:until]), func(row traceRow) bool {
			return row.reading.Kind != occupancy.Field || row.reading.Sensor != sensor
		})
		if len(fields) > 0 {
			spot.SetBaseline(sensor, calibrated(fields))
		}
	}
	report := func(atMS int64, change occupancy.Change) {
		if change.Moved() {
			r.changes = append(r.changes, replayChange{atMS, change})
		}
	}
	for i, row := range rows {
		spot.Advance(cfg, row.atMS, report)
		if change, changed := spot.Read(cfg, row.atMS, row.reading); changed {
			report(row.atMS, change)
		}
		settledMS := row.atMS + cfg.DoubtDebounceMS
		if i+1 < len(rows) {
			settledMS = min(settledMS, rows[i+1].atMS-1)
		}
		spot.Advance(cfg, settledMS, report)
		away, from := spot.Away(0)
		r.states, r.scored = append(r.states, spot.Status()), append(r.scored, row.atMS >= scoredMS)
		r.away, r.from = append(r.away, away), append(r.from, from)
	}
	spot.Advance(cfg, silentMS, report)
}

// calibrated is the baseline of the days of calibration: where the field was most often.
func calibrated(rows []traceRow) occupancy.Baseline {
	const within, triesMax = 2_500, 300
	near := func(a, b *traceRow) bool {
		var apart [3]float64
		for axis := range apart {
			apart[axis] = float64(a.reading.FieldNT[axis] - b.reading.FieldNT[axis])
		}
		return strength(apart) <= within
	}
	best, most := 0, -1
	for try := 0; try < len(rows); try += 1 + len(rows)/triesMax {
		count := 0
		for i := range rows {
			if near(&rows[i], &rows[try]) {
				count++
			}
		}
		if count > most {
			best, most = try, count
		}
	}
	centre := rows[best]
	same := slices.DeleteFunc(slices.Clone(rows), func(row traceRow) bool { return !near(&row, &centre) })
	b := occupancy.Baseline{Kind: occupancy.Field, Thermal: rows[0].reading.HasTemperature}
	for axis := range b.Value {
		b.Value[axis] = middle(same, func(r *occupancy.Reading) int32 { return r.FieldNT[axis] }) << 8
	}
	b.Learned = b.Value
	b.Origin = middle(same, func(r *occupancy.Reading) int32 { return int32(r.TemperatureCentiC) })
	b.Lagging = int32(rows[0].reading.TemperatureCentiC) << 8
	return b
}

func middle(rows []traceRow, of func(*occupancy.Reading) int32) int32 {
	values := make([]int32, len(rows))
	for i := range rows {
		values[i] = of(&rows[i].reading)
	}
	slices.Sort(values)
	return values[len(values)/2]
}

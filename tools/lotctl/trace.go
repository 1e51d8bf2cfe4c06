package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"

	"gatehouse/gateway/occupancy"
	"gatehouse/sync/fact"
)

const (
	traceRowsMax  = 5_000_000
	traceNotesMax = 1_000 // rows that are told one by one
	// The radar of a magnetic trace is its reference: an echo of so much is a car, of so little none.
	radarCar, radarNone = 25, 15
	radarBinsMax        = 64
)

// trace is a recorded trace of one sensor, in the order of its times.
type trace struct {
	rows       []traceRow
	magnetic   bool    // it holds fields
	sensors    uint8   // of the spot
	unitNT     float64 // nanotesla in a unit of the field, where the header says so; else 0
	guessed    bool    // the spot is that of the first row
	labelled   bool
	radar      bool // the truth is that of a radar
	recorded   bool // by a gateway, with all that is needed to do as it did
	skipped    []traceNote
	skippedAll int
	duplicates int
	disordered int
}

// call is what a row does to the detector.
type call uint8

const (
	callRead  call = iota
	callTick       // time passed, as it did in the gateway
	callBegin      // the detector becomes what it was in the gateway
)

// traceRow is one reading, or another row of a recording.
type traceRow struct {
	call    call
	moment  *occupancy.Moment // with which a recording begins
	atMS    int64
	line    int
	counter string // the LoRaWAN frame counter as written
	reading occupancy.Reading
	field   [3]float64      // in the unit of the file; the reading has it in nanotesla once it is played
	truth   fact.SpotStatus // unknown: the file does not say
	echo    int             // the strongest of the radar
	hasEcho bool
}

type traceNote struct {
	Line  int    `json:"line"`
	Error string `json:"error"`
}

// readTrace reads a trace as CSV with a header, as traceReader and findColumns say.
// A row that makes no sense is skipped and told; if most of them make none, the file is refused. With a spot, only its
// rows are read.
func readTrace(in io.Reader, spot string) (*trace, error) {
	reader, err := traceReader(in)
	if err != nil {
		return nil, err
	}
	header, err := reader.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("it is empty: the first line names the columns, as in time,mag_x,mag_y,mag_z or time,distance_mm")
	}
	if err != nil {
		return nil, fmt.Errorf("the header: %w: write time,mag_x,mag_y,mag_z or time,distance_mm", err)
	}
	header = slices.Clone(header) // the reader uses it again
	line, _ := reader.FieldPos(0)
	columns, err := findColumns(header, reader.Comma)
	if err == nil && spot != "" && columns.spot < 0 {
		err = errors.New("--spot is given and there is no column spot: leave it out, the file is of one sensor")
	}
	if err != nil {
		return nil, fmt.Errorf("line %d: %w", line, err)
	}
	t := &trace{unitNT: columns.unitNT, radar: columns.occupied < 0 && len(columns.radar) > 0}
	for len(t.rows) < traceRowsMax {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return t, t.finish()
		}
		if parse := (*csv.ParseError)(nil); err != nil && !errors.As(err, &parse) {
			return nil, fmt.Errorf("after %d rows: %w", len(t.rows), err) // nothing can be read after it
		}
		if err == nil && slices.Equal(record, header) {
			continue // of the next file, joined to this one
		}
		if err == nil && columns.spot >= 0 {
			wanted, err := t.wanted(columns.name(record), &spot)
			if err != nil {
				return nil, err
			}
			if !wanted {
				continue
			}
		}
		t.take(columns, record, reader, err)
	}
	return nil, fmt.Errorf("more than %d rows: cut the file", traceRowsMax)
}

// wanted reports whether a row is of the spot that is asked for; of the first one if none is. Rows of several spots are
// an error then.
func (t *trace) wanted(found string, spot *string) (bool, error) {
	switch {
	case *spot == "":
		*spot, t.guessed = found, true
	case found != *spot && t.guessed:
		return false, fmt.Errorf("the file is of several spots, among them %.40s and %.40s: choose one with --spot", *spot, found)
	}
	return found == *spot, nil
}

// take takes one row of the file.
func (t *trace) take(columns *traceColumns, record []string, reader *csv.Reader, err error) {
	var row traceRow
	line := t.lineOf(reader, err)
	if err == nil {
		row, err = columns.row(record)
	}
	if err != nil {
		t.skip(line, err.Error())
		return
	}
	row.line = line
	t.recorded = t.recorded || row.call == callBegin
	if !t.recorded && row.call == callTick {
		return // time passes without being told
	}
	t.magnetic = t.magnetic || row.reading.Kind == occupancy.Field
	t.sensors = max(t.sensors, row.reading.Sensor+1)
	t.labelled = t.labelled || row.truth != fact.SpotUnknown
	t.rows = append(t.rows, row)
}

func (t *trace) lineOf(reader *csv.Reader, err error) int {
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		return parse.StartLine
	}
	line, _ := reader.FieldPos(0)
	return line
}

// finish brings the rows into the order of their times, and drops those that came twice: a frame that was sent again has
// the same counter, time and value.
func (t *trace) finish() error {
	if len(t.rows) == 0 && t.skippedAll == 0 {
		return errors.New("there is no row below the header: nothing was recorded, or no row is of this spot")
	}
	if len(t.rows) == 0 || t.skippedAll > len(t.rows) {
		err := fmt.Errorf("%d rows make sense and %d do not", len(t.rows), t.skippedAll)
		if len(t.skipped) > 0 {
			err = fmt.Errorf("%w: the first at line %d: %s", err, t.skipped[0].Line, t.skipped[0].Error)
		}
		return err
	}
	if t.recorded {
		return t.fromBegin()
	}
	for i := 1; i < len(t.rows); i++ {
		if t.rows[i].atMS < t.rows[i-1].atMS {
			t.disordered++
		}
	}
	slices.SortStableFunc(t.rows, func(a, b traceRow) int { return int(min(max(a.atMS-b.atMS, -1), 1)) })
	before := len(t.rows)
	t.rows = slices.CompactFunc(t.rows, func(a, b traceRow) bool {
		return a.atMS == b.atMS && a.counter == b.counter && a.reading == b.reading && a.field == b.field
	})
	t.duplicates = before - len(t.rows)
	return nil
}

// truthFrom says what the trace is rated by.
func (t *trace) truthFrom() string {
	if t.radar {
		return fmt.Sprintf("its radar's: %d or more is a car, %d or less none", radarCar, radarNone)
	}
	return "what the trace says"
}

// samples counts the readings.
func (t *trace) samples() (n int) {
	for i := range t.rows {
		n += count(t.rows[i].call == callRead)
	}
	return n
}

// gaps are how far apart two rows are: most often, and as a rule.
func (t *trace) gaps() (usualMS, longMS int64) {
	gaps := make([]int64, 0, len(t.rows))
	for i := 1; i < len(t.rows); i++ {
		gaps = append(gaps, t.rows[i].atMS-t.rows[i-1].atMS)
	}
	if len(gaps) == 0 {
		return 0, 0
	}
	slices.Sort(gaps)
	return gaps[len(gaps)/2], gaps[len(gaps)*98/100]
}

// fromBegin leaves out the rows of a recording before the first of kind begin, as in a file that was cut: what the
// detector was then is not known. The rest is played in the order in which it was written.
func (t *trace) fromBegin() error {
	first := slices.IndexFunc(t.rows, func(row traceRow) bool { return row.call == callBegin })
	for _, row := range t.rows[:first] {
		t.skip(row.line, "it comes before the row of kind begin of its spot, with which a recording begins")
	}
	t.rows = t.rows[first:]
	return nil
}

func (t *trace) skip(line int, why string) {
	t.skippedAll++
	if len(t.skipped) < traceNotesMax {
		t.skipped = append(t.skipped, traceNote{Line: line, Error: why})
	}
}

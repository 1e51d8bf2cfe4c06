package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

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
	magnetic   bool
	labelled   bool
	skipped    []traceNote
	skippedAll int
	duplicates int
	disordered int
}

// traceRow is one reading. A field is in the unit of the file.
type traceRow struct {
	atMS    int64
	line    int
	counter string // the LoRaWAN frame counter as written
	reading occupancy.Reading
	truth   fact.SpotStatus // unknown: the file does not say
}

type traceNote struct {
	Line  int    `json:"line"`
	Error string `json:"error"`
}

// traceColumns is where in a row each value is; -1 if the file does not have it.
type traceColumns struct {
	time, temperature, distance, occupied, counter int
	field                                          [3]int
	radar                                          []int
}

// readTrace reads a trace as CSV with a header: time, and mag_x, mag_y, mag_z or distance_mm. The columns temp_c, f_cnt,
// radar0 … and occupied are used if they are there, and all others left alone. A row that makes no sense is skipped and
// told; if most of them make none, the file is refused.
func readTrace(in io.Reader) (*trace, error) {
	reader := csv.NewReader(in)
	reader.FieldsPerRecord, reader.ReuseRecord, reader.TrimLeadingSpace = -1, true, true
	header, err := reader.Read()
	if err != nil {
		return nil, fmt.Errorf("line 1: no header: write time,mag_x,mag_y,mag_z or time,distance_mm: %w", err)
	}
	if len(header) == 1 && strings.Contains(header[0], ";") {
		return nil, errors.New("line 1: columns are separated by semicolons: save the file with commas")
	}
	columns, err := findColumns(header)
	if err != nil {
		return nil, err
	}
	t := &trace{magnetic: columns.field[0] >= 0}
	for len(t.rows) < traceRowsMax {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return t, t.finish()
		}
		t.take(columns, record, reader, err)
	}
	return nil, fmt.Errorf("more than %d rows: cut the file", traceRowsMax)
}

func findColumns(header []string) (*traceColumns, error) {
	find := func(names ...string) int {
		return slices.IndexFunc(header, func(name string) bool {
			return slices.Contains(names, strings.ToLower(strings.TrimSpace(strings.TrimPrefix(name, "\ufeff"))))
		})
	}
	c := &traceColumns{
		time: find("time", "timestamp", "timeutc"), temperature: find("temp_c", "temperature_c"),
		distance: find("distance_mm"), occupied: find("occupied"), counter: find("f_cnt"),
		field: [3]int{find("mag_x"), find("mag_y"), find("mag_z")},
	}
	for bin := range radarBinsMax {
		if at := find("radar" + strconv.Itoa(bin)); at >= 0 {
			c.radar = append(c.radar, at)
		}
	}
	complete := min(c.field[0], c.field[1], c.field[2]) >= 0
	switch {
	case c.time < 0:
		return nil, errors.New("line 1: no column time: the header must name it")
	case !complete && max(c.field[0], c.field[1], c.field[2]) >= 0:
		return nil, errors.New("line 1: of mag_x, mag_y and mag_z all three are needed")
	case !complete && c.distance < 0:
		return nil, errors.New("line 1: neither mag_x, mag_y, mag_z nor distance_mm: the header must name what was measured")
	case complete && c.distance >= 0:
		return nil, errors.New("line 1: both mag_x and distance_mm: a trace is of one sensor")
	}
	return c, nil
}

// take takes one row of the file.
func (t *trace) take(columns *traceColumns, record []string, reader *csv.Reader, err error) {
	var row traceRow
	line := t.lineOf(reader, err)
	if err == nil {
		row, err = columns.row(record)
	}
	if err != nil {
		t.skippedAll++
		if len(t.skipped) < traceNotesMax {
			t.skipped = append(t.skipped, traceNote{Line: line, Error: err.Error()})
		}
		return
	}
	row.line = line
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
	if len(t.rows) == 0 || t.skippedAll > len(t.rows) {
		err := fmt.Errorf("%d rows make sense and %d do not", len(t.rows), t.skippedAll)
		if len(t.skipped) > 0 {
			err = fmt.Errorf("%w: the first at line %d: %s", err, t.skipped[0].Line, t.skipped[0].Error)
		}
		return err
	}
	for i := 1; i < len(t.rows); i++ {
		if t.rows[i].atMS < t.rows[i-1].atMS {
			t.disordered++
		}
	}
	slices.SortStableFunc(t.rows, func(a, b traceRow) int { return int(min(max(a.atMS-b.atMS, -1), 1)) })
	before := len(t.rows)
	t.rows = slices.CompactFunc(t.rows, func(a, b traceRow) bool {
		return a.atMS == b.atMS && a.counter == b.counter && a.reading == b.reading
	})
	t.duplicates = before - len(t.rows)
	return nil
}

// row reads one row. Empty columns that are not needed are as absent ones.
func (c *traceColumns) row(record []string) (traceRow, error) {
	cell := func(at int) string {
		if at < 0 || at >= len(record) {
			return ""
		}
		return strings.TrimSpace(record[at])
	}
	atMS, err := traceTime(cell(c.time))
	if err != nil {
		return traceRow{}, err
	}
	row := traceRow{atMS: atMS, counter: strings.Clone(cell(c.counter))}
	if c.field[0] >= 0 {
		err = c.magnetic(&row, cell)
	} else {
		row.reading, err = traceDistance(cell(c.distance))
	}
	if err == nil && cell(c.temperature) != "" {
		var celsius float64
		celsius, err = traceNumber("temp_c", cell(c.temperature), 200)
		row.reading.TemperatureCentiC, row.reading.HasTemperature = int16(math.Round(celsius*100)), true
	}
	if err != nil {
		return traceRow{}, err
	}
	row.truth, err = c.truth(cell)
	return row, err
}

func (c *traceColumns) magnetic(row *traceRow, cell func(int) string) error {
	row.reading.Kind = occupancy.Field
	for axis, name := range []string{"mag_x", "mag_y", "mag_z"} {
		value, err := traceNumber(name, cell(c.field[axis]), 4_000_000)
		if err != nil {
			return err
		}
		row.reading.FieldNT[axis] = int32(math.Round(value))
	}
	return nil
}

// traceDistance reads a distance. An empty one is a heartbeat; the codes of the DYP sensors are what they say.
func traceDistance(text string) (occupancy.Reading, error) {
	switch strings.ToLower(text) {
	case "":
		return occupancy.Reading{Kind: occupancy.Alive}, nil
	case "65533", "none", "no_object":
		return occupancy.Reading{Kind: occupancy.NoObject}, nil
	case "65534", "interference":
		return occupancy.Reading{Kind: occupancy.Interference}, nil
	}
	value, err := traceNumber("distance_mm", text, 100_000)
	if err == nil && value < 0 {
		err = fmt.Errorf("distance_mm = %s: a distance is not below 0", text)
	}
	return occupancy.Reading{Kind: occupancy.Distance, DistanceMM: int32(math.Round(value))}, err
}

func traceNumber(name, text string, most float64) (float64, error) {
	value, err := strconv.ParseFloat(text, 64)
	switch {
	case text == "":
		return 0, fmt.Errorf("%s is empty", name)
	case err != nil:
		return 0, fmt.Errorf("%s = %.40q: not a number", name, text)
	case !(math.Abs(value) <= most):
		return 0, fmt.Errorf("%s = %.40s: no sensor says that", name, text)
	}
	return value, nil
}

// traceTime reads a time: as RFC 3339, the same without zone (UTC) or with a blank for the T, or as Unix seconds or
// milliseconds.
func traceTime(text string) (int64, error) {
	if number, err := strconv.ParseInt(text, 10, 64); err == nil && number > 0 && number < 1e14 {
		if number < 1e11 {
			number *= 1000
		}
		return number, nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02 15:04:05Z07:00", "2006-01-02T15:04", "2006-01-02 15:04"} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UnixMilli(), nil
		}
	}
	return 0, fmt.Errorf("time = %.40q: write it as 2024-03-01T10:00:00.000, in UTC", text)
}

// truth is what the row says of the spot: the column occupied, or the radar.
func (c *traceColumns) truth(cell func(int) string) (fact.SpotStatus, error) {
	switch text := strings.ToLower(cell(c.occupied)); text {
	case "1", "true", "yes", "occupied":
		return fact.SpotOccupied, nil
	case "0", "false", "no", "free", "available":
		return fact.SpotAvailable, nil
	case "", "unknown":
	default:
		return fact.SpotUnknown, fmt.Errorf("occupied = %.40q: write 1 or 0", text)
	}
	strongest := -1
	for _, at := range c.radar {
		if strength, err := strconv.ParseFloat(cell(at), 64); err == nil && strength >= 0 && strength <= 1e6 {
			strongest = max(strongest, int(strength))
		}
	}
	switch {
	case strongest >= radarCar:
		return fact.SpotOccupied, nil
	case strongest >= 0 && strongest <= radarNone:
		return fact.SpotAvailable, nil
	}
	return fact.SpotUnknown, nil
}

package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// traceColumns is where in a row each value is; -1 if the file does not have it.
type traceColumns struct {
	time, date, temperature, distance, occupied, counter, spot, sensor, kind, says int

	field    [3]int
	radar    []int
	unitNT   float64 // nanotesla in a unit of the field; 0: the header does not say
	unitMM   float64 // millimetres in a unit of the distance
	decimals bool    // a comma may stand before the decimals
	// mayBeTruth: the column occupied has a name that may mean something else, so that other words in it are no error.
	mayBeTruth bool
	fahrenheit bool // the temperature is
}

// findColumns finds the columns by their names, in any order and case; all others are left alone. Blanks, hyphens and
// brackets are as underscores:
//
//	time                        or timestamp, datetime, ts, epoch … or any name that begins with time; and date beside it
//	mag_x, mag_y, mag_z         or field_x, bx, x, x_axis …; with their unit as mag_x_nt, _ut, _mt, _mg (milligauss), _g (gauss)
//	distance_mm                 or distance, range, distance_cm, distance_m, distance_in
//	temp_c                      or temp, temperature, celsius; temp_f
//	radar0 …, or occupied       the truth; or label, truth, ground_truth, parked, occupancy, state, status …
//	f_cnt                       the counter of the frames
//	spot, sensor, kind, says    of a file of several spots, sensors or kinds of reading, as a gateway records it
func findColumns(header []string, separator rune) (*traceColumns, error) {
	names := plainNames(header)
	find := func(wanted ...string) int {
		return slices.IndexFunc(names, func(name string) bool { return slices.Contains(wanted, name) })
	}
	c := &traceColumns{
		time: timeColumn(names), date: find("date", "day"),
		temperature: find("temp_c", "temperature_c", "temp", "temperature", "celsius", "tempc"),
		occupied: find("occupied", "is_occupied", "truth", "ground_truth", "groundtruth", "label", "parked", "is_parked", "car_present",
			"vehicle_present", "y_true"),
		counter: find("f_cnt", "fcnt", "counter"),
		spot:    find("spot", "spot_id", "device", "device_id", "dev_eui", "deveui"),
		sensor:  find("sensor"), kind: find("kind"), says: find("says"),
		decimals: separator == ';' || separator == '\t',
	}
	if c.occupied < 0 {
		c.occupied, c.mayBeTruth = find("occupancy", "state", "status", "presence", "reference", "car", "vehicle", "class", "target"), true
	}
	if c.temperature < 0 {
		c.temperature, c.fahrenheit = find("temp_f", "temperature_f", "fahrenheit"), true
	}
	c.distance, c.unitMM = find("distance_mm", "distance", "dist_mm", "dist", "range_mm", "range", "ultrasonic_mm", "ultrasonic"), 1
	for _, unit := range []unit{{"cm", 10}, {"m", 1000}, {"in", 25.4}, {"inch", 25.4}} {
		if at := find("distance_"+unit.name, "dist_"+unit.name, "range_"+unit.name, "ultrasonic_"+unit.name); at >= 0 && c.distance < 0 {
			c.distance, c.unitMM = at, unit.size
		}
	}
	for axis := range c.field {
		c.findField(axis, find)
	}
	for bin := range radarBinsMax {
		if at := find(fmt.Sprintf("radar%d", bin), fmt.Sprintf("radar_%d", bin)); at >= 0 {
			c.radar = append(c.radar, at)
		}
	}
	return c, c.check(header)
}

// timeColumn is the column with the time; -1 if there is none.
func timeColumn(names []string) int {
	known := []string{"time", "timestamp", "datetime", "date_time", "ts", "epoch", "epoch_s", "epoch_ms", "unix", "unix_s", "unix_ms", "unixtime",
		"received_at", "created_at", "recorded_at", "measured_at", "observed_at", "sampled_at", "logged_at"}
	if at := slices.IndexFunc(names, func(name string) bool { return slices.Contains(known, name) }); at >= 0 {
		return at
	}
	alike := func(name string) bool { return strings.HasPrefix(name, "time") || strings.HasSuffix(name, "time") }
	if at := slices.IndexFunc(names, alike); at >= 0 {
		return at
	}
	return slices.Index(names, "date")
}

func plainNames(header []string) []string {
	names := make([]string, len(header))
	for i, name := range header {
		names[i] = columnName(name)
	}
	return names
}

type unit struct {
	name string
	size float64
}

// findField finds the column of an axis, and the unit that its name says.
func (c *traceColumns) findField(axis int, find func(...string) int) {
	letter := "xyz"[axis : axis+1]
	c.field[axis] = -1
	for _, unit := range []unit{
		{"", 0}, {"_counts", 0}, {"_raw", 0}, {"_nt", 1}, {"_ut", 1e3}, {"_mt", 1e6}, {"_mg", 100}, {"_mgauss", 100}, {"_g", 1e5}, {"_gauss", 1e5},
	} {
		for _, name := range []string{"mag_", "mag", "magnetometer_", "field_", "magnetic_", "magnetic_field_", "b_", "b", "m", ""} {
			if at := find(name+letter+unit.name, letter+"_"+strings.TrimSuffix(name, "_")+unit.name, letter+"_axis"+unit.name); at >= 0 {
				c.field[axis], c.unitNT = at, unit.size
				return
			}
		}
	}
}

// columnName is a name as it is compared: "Mag X [µT]" is mag_x_ut.
func columnName(name string) string {
	name = strings.NewReplacer("µ", "u", "μ", "u", "°", "").Replace(strings.ToLower(name))
	parts := strings.FieldsFunc(name, func(r rune) bool { return r < '0' || r > '9' && r < 'a' || r > 'z' })
	return strings.Join(parts, "_")
}

func (c *traceColumns) check(header []string) error {
	complete := min(c.field[0], c.field[1], c.field[2]) >= 0
	switch {
	case c.time < 0 && isRow(header):
		return errors.New("a row, and no header before it: name the columns in the first line, as in time,mag_x,mag_y,mag_z or time,distance_mm")
	case c.time < 0:
		return fmt.Errorf("no column time among %.200q: the header must name it", header)
	case !complete && max(c.field[0], c.field[1], c.field[2]) >= 0:
		return errors.New("of mag_x, mag_y and mag_z all three are needed")
	case c.kind >= 0:
		return nil
	case !complete && c.distance < 0:
		return fmt.Errorf("neither mag_x, mag_y, mag_z nor distance_mm among %.200q: the header must name what was measured", header)
	case complete && c.distance >= 0:
		return errors.New("both mag_x and distance_mm, and no column kind: a trace is of one sensor, so rename the column that is not to be played")
	}
	return nil
}

// isRow reports whether a header is none: a time or a number is no name.
func isRow(header []string) bool {
	return slices.ContainsFunc(header, func(cell string) bool {
		_, err := traceTime(strings.TrimSpace(cell))
		return err == nil
	})
}

// name is the spot of a row, whatever it is called.
func (c *traceColumns) name(record []string) string {
	if c.spot >= len(record) {
		return ""
	}
	return strings.TrimSpace(record[c.spot])
}

// cell is the text in a column, empty if there is none or if it says so.
func (c *traceColumns) cell(record []string, at int) string {
	if at < 0 || at >= len(record) {
		return ""
	}
	text := strings.TrimSpace(record[at])
	switch strings.ToLower(text) {
	case "nan", "null", "n/a", "na", "-", "nil":
		return ""
	}
	return text
}

// number reads a number; with semicolons between the columns, a comma may stand before its decimals.
func (c *traceColumns) number(name, text string, most float64) (float64, error) {
	plain := text
	if c.decimals && strings.Count(text, ",") == 1 {
		plain = strings.Replace(text, ",", ".", 1)
	}
	value, err := strconv.ParseFloat(plain, 64)
	switch {
	case text == "":
		return 0, fmt.Errorf("%s is empty", name)
	case err != nil:
		return 0, fmt.Errorf("%s = %.40q: not a number", name, text)
	case value > most || value < -most || value != value:
		return 0, fmt.Errorf("%s = %.40s: no sensor says that", name, text)
	}
	return value, nil
}

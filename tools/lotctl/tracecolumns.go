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
	time, temperature, distance, occupied, counter, spot, sensor, kind, says int

	field    [3]int
	radar    []int
	unitNT   float64 // nanotesla in a unit of the field; 0: the header does not say
	unitMM   float64 // millimetres in a unit of the distance
	decimals bool    // a comma stands before the decimals
}

// findColumns finds the columns by their names, in any order and case; all others are left alone:
//
//	time                        or timestamp, datetime, ts, epoch …
//	mag_x, mag_y, mag_z         or field_x, bx, x …; with their unit as mag_x_nt, _ut, _mt, _mg (milligauss), _g (gauss)
//	distance_mm                 or distance, distance_cm, distance_m
//	temp_c                      or temp, temperature, celsius
//	radar0 …, or occupied       the truth; or label, truth
//	f_cnt                       the counter of the frames
//	spot, sensor, kind, says    of a file of several spots, sensors or kinds of reading
func findColumns(header []string, separator rune) (*traceColumns, error) {
	names := make([]string, len(header))
	for i, name := range header {
		names[i] = columnName(name)
	}
	find := func(wanted ...string) int {
		return slices.IndexFunc(names, func(name string) bool { return slices.Contains(wanted, name) })
	}
	c := &traceColumns{
		time: find("time", "timestamp", "timeutc", "time_utc", "datetime", "date_time", "ts", "epoch", "epoch_s", "epoch_ms",
			"time_s", "time_ms", "unix", "unix_ms", "timestamp_ms", "timestamp_s"),
		temperature: find("temp_c", "temperature_c", "temp", "temperature", "celsius"),
		occupied:    find("occupied", "is_occupied", "truth", "label"),
		counter:     find("f_cnt", "fcnt", "counter"),
		spot:        find("spot", "spot_id", "device", "device_id", "dev_eui", "deveui"),
		sensor:      find("sensor"), kind: find("kind"), says: find("says"),
		decimals: separator == ';',
	}
	c.distance, c.unitMM = find("distance_mm", "distance", "dist_mm", "range_mm"), 1
	for _, unit := range []unit{{"cm", 10}, {"m", 1000}} {
		if at := find("distance_" + unit.name); at >= 0 && c.distance < 0 {
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
	return c, c.check()
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
		for _, name := range []string{"mag_", "mag", "field_", "magnetic_", "b_", "b", "m", ""} {
			if at := find(name + letter + unit.name); at >= 0 {
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

func (c *traceColumns) check() error {
	complete := min(c.field[0], c.field[1], c.field[2]) >= 0
	switch {
	case c.time < 0:
		return errors.New("line 1: no column time: the header must name it")
	case !complete && max(c.field[0], c.field[1], c.field[2]) >= 0:
		return errors.New("line 1: of mag_x, mag_y and mag_z all three are needed")
	case c.kind >= 0:
		return nil
	case !complete && c.distance < 0:
		return errors.New("line 1: neither mag_x, mag_y, mag_z nor distance_mm: the header must name what was measured")
	case complete && c.distance >= 0:
		return errors.New("line 1: both mag_x and distance_mm, and no column kind: a trace is of one sensor")
	}
	return nil
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

package main

import (
	"encoding/base64"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"gatehouse/gateway/occupancy"
	"gatehouse/gateway/recorder"
	"gatehouse/sync/fact"
)

// row reads one row. Empty cells that are not needed are as absent ones.
func (c *traceColumns) row(record []string) (traceRow, error) {
	if needed := 1 + max(c.field[0], c.field[1], c.field[2], c.distance); len(record) < needed {
		return traceRow{}, fmt.Errorf("%d columns of %d: the row is cut off", len(record), needed)
	}
	cell := func(at int) string { return c.cell(record, at) }
	at := cell(c.time)
	if day := cell(c.date); day != "" && c.date != c.time && len(at) < len("2006-01-02") && strings.Contains(at, ":") {
		at = day + " " + at
	}
	atMS, err := traceTime(at)
	if err != nil {
		return traceRow{}, err
	}
	row := traceRow{atMS: atMS, counter: strings.Clone(cell(c.counter))}
	switch kind := strings.ToLower(cell(c.kind)); {
	case kind == recorder.KindBegin:
		err = row.begins(cell(c.says))
		return row, err
	case kind == recorder.KindTick:
		row.call = callTick
		return row, nil
	case kind == "" && c.kind >= 0:
		err = fmt.Errorf("kind is empty: write %s", strings.Join(occupancy.KindNames(), ", "))
	case kind != "":
		err = c.recorded(&row, kind, cell)
	case c.field[0] >= 0:
		err = c.magnetic(&row, cell)
	default:
		row.reading, err = c.traceDistance(cell(c.distance))
	}
	if err == nil && cell(c.temperature) != "" {
		var celsius float64
		celsius, err = c.celsius(cell(c.temperature))
		row.reading.TemperatureCentiC, row.reading.HasTemperature = int16(math.Round(celsius*100)), true
	}
	if err != nil {
		return traceRow{}, err
	}
	if cell(c.sensor) == "1" {
		row.reading.Sensor = 1
	}
	row.echo, row.hasEcho = c.strongest(cell)
	row.truth, err = c.truth(cell, &row)
	return row, err
}

// begins reads what a spot was when its recording began.
func (row *traceRow) begins(says string) error {
	data, err := base64.StdEncoding.DecodeString(says)
	if err != nil {
		return fmt.Errorf("says = %.40q: a row of kind begin has what the gateway wrote there", says)
	}
	moment, err := occupancy.ParseMoment(data)
	if err != nil {
		return fmt.Errorf("says: %w; play the recording with the lotctl of the version that wrote it", err)
	}
	row.call, row.moment = callBegin, &moment
	return nil
}

// celsius reads a temperature.
func (c *traceColumns) celsius(text string) (float64, error) {
	if !c.fahrenheit {
		return c.number("temp_c", text, 327)
	}
	value, err := c.number("temp_f", text, 600)
	return (value - 32) / 1.8, err
}

// recorded reads a row whose kind says what was measured.
func (c *traceColumns) recorded(row *traceRow, name string, cell func(int) string) error {
	kind, known := occupancy.KindNamed(name)
	switch {
	case !known:
		return fmt.Errorf("kind = %.40q: write %s", name, strings.Join(occupancy.KindNames(), ", "))
	case kind == occupancy.Field:
		return c.magnetic(row, cell)
	case kind == occupancy.Distance:
		distanceMM, err := c.millimetres(cell(c.distance), 4_000_000)
		row.reading = occupancy.Reading{Kind: kind, DistanceMM: distanceMM}
		return err
	case kind == occupancy.Occupied && cell(c.says) != "0" && cell(c.says) != "1":
		return fmt.Errorf("says = %.40q: write 1 or 0", cell(c.says))
	}
	row.reading = occupancy.Reading{Kind: kind, Occupied: cell(c.says) == "1"}
	return nil
}

// magnetic reads a field in the unit of the file. Where all three axes are empty, the sensor only gave a sign of life.
func (c *traceColumns) magnetic(row *traceRow, cell func(int) string) error {
	row.reading.Kind = occupancy.Field
	if cell(c.field[0]) == "" && cell(c.field[1]) == "" && cell(c.field[2]) == "" {
		row.reading.Kind = occupancy.Alive
		return nil
	}
	for axis, name := range []string{"mag_x", "mag_y", "mag_z"} {
		value, err := c.number(name, cell(c.field[axis]), 4_000_000)
		if err != nil {
			return err
		}
		row.field[axis] = value
	}
	return nil
}

// traceDistance reads a distance. An empty one is a heartbeat; the codes of the DYP sensors are what they say.
func (c *traceColumns) traceDistance(text string) (occupancy.Reading, error) {
	switch strings.ToLower(text) {
	case "":
		return occupancy.Reading{Kind: occupancy.Alive}, nil
	case "65533", "none", "no_object":
		return occupancy.Reading{Kind: occupancy.NoObject}, nil
	case "65534", "interference":
		return occupancy.Reading{Kind: occupancy.Interference}, nil
	}
	distanceMM, err := c.millimetres(text, 100_000)
	if err == nil && distanceMM < 0 {
		err = fmt.Errorf("distance_mm = %s: a distance is not below 0", text)
	}
	return occupancy.Reading{Kind: occupancy.Distance, DistanceMM: distanceMM}, err
}

// millimetres reads a distance in the unit of the file.
func (c *traceColumns) millimetres(text string, mostMM float64) (int32, error) {
	value, err := c.number("distance_mm", text, mostMM/c.unitMM)
	return int32(math.Round(value * c.unitMM)), err
}

// Unix times in seconds end here, those in milliseconds and microseconds later; what is above is in nanoseconds.
const unixSecondsMax, unixMillisMax, unixMicrosMax, unixNanosMax = 1e11, 1e14, 1e17, 1e20

// traceTime reads a time: as RFC 3339, the same without zone (UTC) or with a blank for the T, as 1.3.2024 10:00:00, or as Unix
// seconds (with decimals), milliseconds, microseconds or nanoseconds. With slashes the year must come first: whether the day
// or the month does can't be told.
func traceTime(text string) (int64, error) {
	if number, err := strconv.ParseFloat(text, 64); err == nil && number >= 0 && number < unixNanosMax {
		switch {
		case number < unixSecondsMax:
			return int64(math.Round(number * 1e3)), nil
		case number < unixMillisMax:
			return int64(math.Round(number)), nil
		case number < unixMicrosMax:
			return int64(number / 1e3), nil
		}
		return int64(number / 1e6), nil
	}
	plain := strings.TrimSuffix(strings.TrimSuffix(text, " UTC"), " GMT")
	plain = strings.ReplaceAll(strings.Replace(plain, " ", "T", 1), "/", "-")
	for _, layout := range []string{
		"2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02T15:04:05 Z07:00", "2006-01-02T15:04:05Z0700",
		"2006-01-02T15:04:05Z07", "20060102T150405Z07:00", "20060102T150405", "2.1.2006T15:04:05", "2.1.2006T15:04",
	} {
		if at, err := time.Parse(layout, plain); err == nil {
			return at.UnixMilli(), nil
		}
	}
	return 0, fmt.Errorf("time = %.40q: write it as 2024-03-01T10:00:00.000, in UTC", text)
}

// truth is what the row says of the spot: the column occupied, or the radar.
func (c *traceColumns) truth(cell func(int) string, row *traceRow) (fact.SpotStatus, error) {
	switch text := strings.ToLower(cell(c.occupied)); text {
	case "1", "1.0", "true", "t", "yes", "y", "occupied", "car", "parked", "busy", "taken":
		return fact.SpotOccupied, nil
	case "0", "0.0", "false", "f", "no", "n", "free", "available", "vacant", "empty", "unoccupied":
		return fact.SpotAvailable, nil
	case "", "unknown":
	default:
		if c.mayBeTruth {
			break
		}
		return fact.SpotUnknown, fmt.Errorf("occupied = %.40q: write 1 or 0", text)
	}
	switch {
	case row.hasEcho && row.echo >= radarCar:
		return fact.SpotOccupied, nil
	case row.hasEcho && row.echo <= radarNone:
		return fact.SpotAvailable, nil
	}
	return fact.SpotUnknown, nil
}

// strongest is the strongest echo of the radar, if it measured.
func (c *traceColumns) strongest(cell func(int) string) (echo int, measured bool) {
	for _, at := range c.radar {
		if strength, err := c.number("radar", cell(at), 1e6); err == nil && strength >= 0 {
			echo, measured = max(echo, int(strength)), true
		}
	}
	return echo, measured
}

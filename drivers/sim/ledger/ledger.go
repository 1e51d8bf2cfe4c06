package ledger

import (
	"embed"
	"errors"
	"fmt"

	"gatehouse/drivers/sim/world"
)

//go:embed *.csv
var files embed.FS

// Day is a real day of a car park.
type Day struct {
	Lot  string // the source's name of it
	Kind string
	Date string // by the car park's calendar
}

// Days lists all days, those with fewer cars first.
func Days() []Day {
	return []Day{
		{"P1", "hotel", "2018-07-28"},
		{"P3", "mall", "2019-07-08"},
		{"P6", "market", "2018-11-17"},
		{"P8", "mall", "2019-06-01"},
	}
}

// Demo is the day of demonstrations: a mall's busiest, with 191 arrivals.
func Demo() Day { return Days()[3] }

// Stays are the stays that began on the day.
func (d Day) Stays() ([]world.Stay, error) {
	name := d.Lot + "-" + d.Date + ".csv"
	file, err := files.Open(name)
	if err != nil {
		return nil, fmt.Errorf("ledger: no such day: %w; see Days", err)
	}
	defer file.Close()
	stays, skipped, err := world.ReadLedger(file)
	if err = errors.Join(err, errors.Join(skipped...)); err != nil {
		return nil, fmt.Errorf("ledger: %s: %w", name, err)
	}
	return stays, nil
}

// Cars makes cars of the day's stays; 0 ms is midnight.
func (d Day) Cars(seed uint64) ([]world.CarPlan, error) {
	stays, err := d.Stays()
	if err != nil {
		return nil, err
	}
	return world.Day(stays, d.Date, seed)
}

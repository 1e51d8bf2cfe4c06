package main

import (
	"fmt"

	"gatehouse/drivers"
	"gatehouse/drivers/all"
	"gatehouse/drivers/sim/layout"
	"gatehouse/gateway/lot"
	"gatehouse/gateway/site"
)

const (
	locationID = "bench"
	entryGates = 4
	exitGates  = 4
)

// zoneSpots is how many spots a zone controller watches.
const zoneSpots = 64

// place is the car park of a measurement: eight gates, and spots with sensors on zone controllers, as a large one has them.
func place(spots int) layout.Layout {
	return layout.Layout{
		ID: locationID, Name: "Bench", Timezone: "Europe/Berlin", Currency: "EUR", Entries: entryGates, Exits: exitGates,
		Spots: spots, Sensed: true, Zoned: zoneSpots,
	}
}

// siteFile is what an installer would have written for it.
func siteFile(l layout.Layout) []byte {
	return []byte(l.SiteFile("127.0.0.1:0", layout.Prices{
		RatePerHour: "2.50", MaxDailyRate: "18.00", LostTicket: "25.00", GraceExitMin: 15,
	}))
}

// parse reads a site file as the gateway does.
func parse(text []byte, known drivers.Catalog) (*site.Site, error) {
	parsed, err := site.Parse("bench.toml", text, known)
	if err != nil {
		return nil, fmt.Errorf("bench: the site file of the measurement: %w", err)
	}
	return parsed, nil
}

// quietConfig is a location whose sensors report nothing but changes. Otherwise hours of simulated time would be
// millions of readings, which are measured by themselves.
func quietConfig(spots int) (*lot.Config, error) {
	cfg, err := config(spots)
	if err != nil {
		return nil, err
	}
	for i := range cfg.Sensors {
		cfg.Sensors[i].PeriodMS = [len(cfg.Sensors[i].PeriodMS)]int64{}
	}
	return cfg, nil
}

// config is what a gateway makes of the site file.
func config(spots int) (*lot.Config, error) {
	parsed, err := parse(siteFile(place(spots)), all.Catalog())
	if err != nil {
		return nil, err
	}
	return parsed.Lot, nil
}

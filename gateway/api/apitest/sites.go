package apitest

import (
	"fmt"
	"time"
	_ "time/tzdata" // tests run where no zone files are

	"gatehouse/gateway/booking"
	"gatehouse/gateway/gate"
	"gatehouse/gateway/lot"
	"gatehouse/gateway/occupancy"
	"gatehouse/gateway/plate"
	"gatehouse/gateway/tariff"
	"gatehouse/sync/fact"
)

// The tokens of the tests, by what they may do.
const (
	ViewToken      = "view-token"
	OperateToken   = "operate-token"
	ConfigureToken = "configure-token"
)

// Small is a location with two floors of eight spots without sensors, an entry "in" and an exit "out" without a
// terminal. An hour costs 2.00.
func Small() *lot.Config {
	cfg := site("altstadt", "Parkhaus Altstadt")
	addFloor(cfg, 0, "Ground floor", 1, 8)
	addFloor(cfg, 1, "Level 1", 1, 8)
	for i := range cfg.Spots {
		cfg.Spots[i].Sensor = -1
		cfg.Spots[i].ElevatorDistanceM += int32(100 * (1 - cfg.Spots[i].Floor)) // the elevator is on Level 1
	}
	cfg.Spots[6].Type, cfg.Spots[6].Charger = fact.EV, true
	cfg.Spots[7].Type = fact.Handicapped
	addGate(cfg, "in", "North entry", fact.Inward)
	addGate(cfg, "out", "South exit", fact.Outward)
	return cfg
}

// Large is a location with so many floors of so many zones of spots with sensors, two entries and two exits.
func Large(floors, zones, spotsOfZone int) *lot.Config {
	cfg := site("hbf", "Parkhaus Hauptbahnhof")
	for number := range floors {
		addFloor(cfg, number, fmt.Sprintf("Level %d", number), zones, spotsOfZone)
	}
	for i := range cfg.Spots {
		switch {
		case i%25 == 3:
			cfg.Spots[i].Type, cfg.Spots[i].Charger = fact.EV, true
		case i%40 == 5:
			cfg.Spots[i].Type = fact.Handicapped
		case i%10 == 7:
			cfg.Spots[i].Type = fact.Compact
		}
	}
	addGate(cfg, "in-1", "North entry 1", fact.Inward)
	addGate(cfg, "in-2", "North entry 2", fact.Inward)
	addGate(cfg, "out-1", "South exit 1", fact.Outward)
	addGate(cfg, "out-2", "South exit 2", fact.Outward)
	return cfg
}

func site(id fact.LocationID, name string) *lot.Config {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		panic(err) // tzdata is linked in
	}
	cfg := &lot.Config{
		Location: id, Name: name, Zone: zone, Currency: "EUR", Upgrade: booking.DefaultUpgrades(), Booking: booking.DefaultRules(),
		Sensors: []occupancy.Config{occupancy.Default()}, Matching: plate.DefaultPolicy(), Policy: lot.DefaultPolicy(),
		Tariff: &tariff.Tariff{
			Version: "2026-1", Currency: "EUR", Zone: zone, Taxes: []tariff.Tax{{ID: "VAT", RatePPM: 190_000, Included: true}},
			Grace: tariff.Grace{EntryMS: 5 * 60_000, ExitMS: 15 * 60_000}, Lost: tariff.Lost{Minor: 2500}, SuspectMaxMinor: 2500,
			Rules: []tariff.Rule{tariff.Hourly("day", 200)}, Caps: []tariff.Cap{tariff.DailyMax(1800)},
		},
	}
	return cfg
}

// addFloor adds a floor with zones A, B and so on.
func addFloor(cfg *lot.Config, number int, name string, zones, spotsOfZone int) {
	floor := len(cfg.Floors)
	cfg.Floors = append(cfg.Floors, lot.Floor{ID: fact.FloorID(fmt.Sprintf("F%d", number)), Number: number, Name: name})
	for z := range zones {
		letter := string(rune('A' + z))
		zone := len(cfg.Zones)
		cfg.Zones = append(cfg.Zones, lot.Zone{ID: fact.ZoneID(fmt.Sprintf("F%d%s", number, letter)), Floor: floor, Name: letter})
		for i := range spotsOfZone {
			painted := fmt.Sprintf("%s-%d%02d", letter, number, i+1)
			cfg.Spots = append(cfg.Spots, lot.Spot{
				ID: fact.SpotID(fmt.Sprintf("F%d-%s", number, painted)), Number: painted, Floor: floor, Zone: zone, Type: fact.Regular,
				ElevatorDistanceM: int32(z*50 + i*2),
			})
		}
	}
}

func addGate(cfg *lot.Config, id fact.GateID, name string, direction fact.Direction) {
	cfg.Gates = append(cfg.Gates, lot.Gate{
		ID: id, Name: name, Display: true, Camera: true,
		Lane: gate.Config{Direction: direction, ArmingLoop: true, ClosingLoop: true, UpSwitch: true, DownSwitch: true},
	})
}

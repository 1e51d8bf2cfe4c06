package app

import (
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/gateway/booking"
	"gatehouse/gateway/gate"
	"gatehouse/gateway/lot"
	"gatehouse/gateway/plate"
	"gatehouse/gateway/site"
	"gatehouse/gateway/tariff"
	"gatehouse/sync/fact"
)

func TestHowFarAClockIsTrusted(t *testing.T) {
	const lastFactMS = builtMS + 1_000_000
	for name, c := range map[string]struct {
		wallMS      int64
		disciplined bool
		want        fact.Trust
	}{
		"it starts in 1970":                         {0, false, fact.ClockUnset},
		"whatever the kernel says of 1970":          {0, true, fact.ClockUnset},
		"it says a time before the last fact":       {lastFactMS - 1, false, fact.ClockUnset},
		"a time server says the last one was wrong": {lastFactMS - 1, true, fact.ClockSynced},
		"a battery kept it":                         {lastFactMS, false, fact.ClockHeld},
		"a time server keeps it":                    {lastFactMS, true, fact.ClockSynced},
	} {
		if got := trustOf(c.wallMS, lastFactMS, c.disciplined); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestAClockThatDriftsWasNotSet(t *testing.T) {
	at := reading{wallMS: 1_000_000, monoMS: 1_000}
	for name, c := range map[string]struct{ afterMS, wallMS, stepMS int64 }{
		"nothing":             {10_000, 10_000, 0},
		"drift":               {10_000, 10_200, 0},
		"an hour's drift":     {3_600_000, 3_603_000, 0},
		"a step":              {10_000, 13_000, 3_000},
		"a step back":         {10_000, -50_000, -60_000},
		"a step within no ms": {0, 300, 300},
	} {
		later := reading{wallMS: at.wallMS + c.wallMS, monoMS: at.monoMS + c.afterMS}
		if got := later.stepMS(at); got != c.stepMS {
			t.Errorf("%s: %d, want %d", name, got, c.stepMS)
		}
	}
}

// TestAStepOfTheClockIsDecidedOnBeforeWhatComesAfterIt: an entry granted in the new time must not be re-dated with those
// of the old.
func TestAStepOfTheClockIsDecidedOnBeforeWhatComesAfterIt(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		clock := NewDemoClock(time.Now(), 1)
		a, err := New(Options{Site: site.Loaded{Site: &site.Site{Lot: smallLot()}}, DataDir: dir, Clock: clock, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		a.owner.step(lot.RequestEntry{Raw: "B-AB 1"}, nil)
		const stepMS = 3_600_000
		clock.startMS += stepMS
		a.owner.step(lot.RequestEntry{Raw: "B-AB 2"}, nil)
		wallMS, _ := clock.Now()
		for _, ticket := range a.owner.lot.OpenTickets() {
			if ticket.Entry.WallMS != wallMS {
				t.Errorf("ticket of %s: entered at %d, want %d", ticket.Plate, ticket.Entry.WallMS, wallMS)
			}
		}
		if err := a.owner.finish(); err != nil {
			t.Error(err)
		}
	})
}

// smallLot is a lot with one gate and two spots.
func smallLot() *lot.Config {
	order, _ := booking.NewUpgradeOrder(nil) // nothing is wrong with no upgrades
	return &lot.Config{
		Location: "L1", Zone: time.UTC, Currency: "EUR", Floors: []lot.Floor{{ID: "F1"}}, Tariff: &tariff.Tariff{Currency: "EUR", Zone: time.UTC},
		Spots: []lot.Spot{{ID: "1", Type: fact.Regular, Sensor: -1, EntryDistanceM: []int32{0}}, {ID: "2", Type: fact.Regular, Sensor: -1, EntryDistanceM: []int32{0}}},
		Gates: []lot.Gate{{ID: "IN", Lane: gate.Config{Direction: fact.Inward}}}, Upgrade: order, Booking: booking.DefaultRules(),
		Matching: plate.DefaultPolicy(), Policy: lot.DefaultPolicy(),
	}
}

package app_test

import (
	"strings"
	"testing"

	"gatehouse/gateway/journal"
	"gatehouse/gateway/lot"
	"gatehouse/gateway/occupancy"
	"gatehouse/gateway/site"
	"gatehouse/sync/fact"
)

// TestStateFileKeepsWhatSensorsLearned takes a magnetic spot through two runs over one folder: a car that parked between
// them must be seen by the second run's first readings.
func TestStateFileKeepsWhatSensorsLearned(t *testing.T) {
	parsed, err := site.Parse("site.toml", []byte(strings.Replace(siteText, "empty_mm = 2500\n", "", 1)), nil)
	if err != nil {
		t.Fatal(err)
	}
	const spot = 20
	dir := t.TempDir()
	clock, wallMS, monoMS := fact.Clock{}, int64(1_772_434_800_000), int64(0)
	run := func(incarnation fact.Incarnation, field [3]int32) fact.SpotStatus {
		j, state, _, err := journal.Open(
			journal.Options{Dir: dir, Location: parsed.Lot.Location, SegmentBytes: segmentBytes},
			func() journal.State {
				made, err := lot.New(parsed.Lot)
				if err != nil {
					t.Fatal(err)
				}
				return made
			})
		if err != nil {
			t.Fatal(err)
		}
		l := state.(*lot.Lot)
		clock.Boot, monoMS = clock.Boot+1, 0
		step := func(event lot.Event) {
			wallMS, monoMS = wallMS+10_000, monoMS+10_000
			out := l.Step(clock.At(wallMS, monoMS, fact.ClockSynced), event)
			if len(out.Facts) > 0 {
				j.Append(out.Facts, false, nil)
			}
		}
		step(lot.Started{Incarnation: incarnation, Fact: fact.GatewayStarted{Location: parsed.Lot.Location}})
		judged := fact.SpotUnknown
		for n := range 90 {
			step(lot.SpotRead{Spot: spot, Reading: occupancy.Reading{Kind: occupancy.Field, FieldNT: field}})
			if n == 3 { // of a sensor that speaks this seldom, three readings must say the same
				judged = l.SpotState(spot).Sensed
			}
		}
		if err := j.Close(l); err != nil {
			t.Fatal(err)
		}
		return judged
	}
	run(1, [3]int32{18_000, -2_000, 44_000})
	if judged := run(2, [3]int32{24_000, 4_000, 37_000}); judged != fact.SpotOccupied {
		t.Errorf("the first readings of a car after the restart: %v", judged)
	}
}

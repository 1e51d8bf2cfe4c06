package lot_test

import (
	"bytes"
	"maps"
	"slices"
	"testing"
	"time"

	"gatehouse/gateway/lot"
	"gatehouse/gateway/occupancy"
	"gatehouse/sync/fact"
)

// feel has a magnetic sensor of a spot read a field, and the debounce pass.
func (s *teller) feel(spot int32, field [3]int32) {
	s.step(lot.SpotRead{Spot: spot, Reading: occupancy.Reading{Kind: occupancy.Field, FieldNT: field}})
	s.pass(20 * time.Second)
}

// magnetic is the location of the stories with magnetometers, which have felt empty spots for a while.
func magnetic(t *testing.T) (s *teller, empty, car [3]int32) {
	s = newTeller(t)
	s.cfg.Sensors[0].EmptyMM = 0
	s.kept, s.records = kept{}, nil
	s.boot()
	empty, car = [3]int32{18_000, -2_000, 44_000}, [3]int32{24_000, 4_000, 37_000}
	for range 40 {
		for i := range s.cfg.Spots {
			s.feel(int32(i), empty)
		}
	}
	return s, empty, car
}

// TestARestartKeepsWhatSensorsLearned parks a car while the power is off: the first reading after it must show the car,
// and not be taken for the empty spot.
func TestARestartKeepsWhatSensorsLearned(t *testing.T) {
	s, empty, car := magnetic(t)
	forgetful := maps.Clone(s.kept)
	maps.DeleteFunc(forgetful, func(at string, _ []byte) bool { return at[0] == lot.TableBaselines })
	if stored := len(s.kept) - len(forgetful); stored != 4 {
		t.Fatalf("the baselines of %d spots are stored, and 4 have sensors", stored)
	}
	s.boot()
	s.feel(1, car)
	s.feel(2, empty)
	if got := s.lot.SpotState(1).Sensed; got != fact.SpotOccupied {
		t.Errorf("a car that came while the power was off: %v", got)
	}
	if got := s.lot.SpotState(2).Sensed; got != fact.SpotAvailable {
		t.Errorf("a spot that stayed empty: %v", got)
	}
	s.check()
	s.kept = forgetful
	s.boot()
	s.feel(1, car)
	if got := s.lot.SpotState(1).Sensed; got == fact.SpotOccupied {
		t.Error("without its baseline a sensor can't tell a car from an empty spot, and did: this test proves nothing")
	}
}

// TestBaselinesLoadInAnyOrder loads the tables backwards: a spot's state must not undo its baselines.
func TestBaselinesLoadInAnyOrder(t *testing.T) {
	s, _, _ := magnetic(t)
	backwards := newLot(t, s.cfg)
	keys := slices.Sorted(maps.Keys(s.kept))
	slices.Reverse(keys)
	for _, at := range keys {
		if err := backwards.Load(at[0], at[1:], s.kept[at]); at[0] < archived && err != nil {
			t.Fatal(err)
		}
	}
	got := everything(t, backwards)
	for _, at := range keys {
		if at[0] == lot.TableBaselines && !bytes.Equal(got[at], s.kept[at]) {
			t.Errorf("spot %s was stored with baselines %x, and has %x", at[1:], s.kept[at], got[at])
		}
	}
}

// TestTheInstallersFloorBeatsALearnedOne changes empty_mm between two runs.
func TestTheInstallersFloorBeatsALearnedOne(t *testing.T) {
	s := newTeller(t)
	stored := everything(t, s.lot)
	at := string([]byte{lot.TableBaselines}) + "A-1"
	for emptyMM, keeps := range map[int32]bool{2400: true, 0: true, 2600: false} {
		s.cfg.Sensors[0].EmptyMM = emptyMM
		if _, kept := everything(t, stored.load(t, s.cfg))[at]; kept != keeps {
			t.Errorf("learned at 2400 mm, empty_mm = %d: kept is %t", emptyMM, kept)
		}
	}
	unequipped := *s.cfg
	unequipped.Spots = slices.Clone(s.cfg.Spots)
	unequipped.Spots[0].Sensor = -1
	if _, kept := everything(t, stored.load(t, &unequipped))[at]; kept {
		t.Error("a spot without a sensor has a baseline")
	}
}

// TestBaselinesAreStoredSeldomAndInTurns counts what a day of readings has stored.
func TestBaselinesAreStoredSeldomAndInTurns(t *testing.T) {
	const spots, minutes = 300, 24 * 60
	b := newBigLot(t, spots, true)
	b.Dirty(func(uint8, string, any) {})
	most, total, firstMS := 0, 0, int64(0)
	for range minutes {
		b.monoMS += 60_000
		b.wallMS += 60_000
		b.step(lot.SpotRead{Reading: occupancy.Reading{Kind: occupancy.Distance, DistanceMM: 2400}})
		now := 0
		b.Dirty(func(table uint8, _ string, _ any) {
			if table == lot.TableBaselines {
				now++
			}
		})
		if most, total = max(most, now), total+now; total > 0 && firstMS == 0 {
			firstMS = b.monoMS
		}
	}
	if firstMS < 600_000 || firstMS > 660_000 || most > 128 || total != 4*spots {
		t.Errorf("in a day %d baselines were stored, first after %d ms, and up to %d at once; 4 times %d are right", total, firstMS, most, spots)
	}
}

package app

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gatehouse/cloud/store"
	"gatehouse/sync/fact"
)

func TestAMemberThatEndsLosesItsLocationsAndNobodyElseDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		alive := rapid.SliceOfNDistinct(rapid.StringMatching("[0-9a-f]{16}"), 2, 6, rapid.ID[string]).Draw(t, "alive")
		gone := rapid.SampledFrom(alive).Draw(t, "gone")
		left := slices.DeleteFunc(slices.Clone(alive), func(m string) bool { return m == gone })
		counts := map[string]int{}
		for i := range 500 {
			location := fact.LocationID(fmt.Sprintf("p%03d", i))
			before := owner(alive, location)
			counts[before]++
			if after := owner(left, location); before != gone && after != before || after == gone {
				t.Fatalf("%s moves from %s to %s", location, before, after)
			}
		}
		for _, m := range alive {
			if share := 500 / len(alive); counts[m] < share/3 || counts[m] > 3*share { // chance alone never gets there
				t.Errorf("%s has %d of 500, among %d", m, counts[m], len(alive))
			}
		}
	})
}

func TestABeatThatStandsStillIsSeenByTheOwnClock(t *testing.T) {
	m := members{own: "a"}
	now := time.Now()
	look := func(after time.Duration, beat int64) (changed, both bool) {
		now = now.Add(after)
		changed = m.observe([]store.Member{{ID: "a", Beat: 1}, {ID: "b", Beat: beat}}, now)
		return changed, len(*m.live.Load()) == 2
	}
	if changed, both := look(0, 7); !changed || !both {
		t.Error("one that was just found counts as working")
	}
	if changed, both := look(silence-time.Second, 7); changed || !both {
		t.Error("it was given up too soon")
	}
	if changed, both := look(time.Second, 7); !changed || both {
		t.Error("it was silent, and keeps its locations")
	}
	if changed, both := look(time.Second, 8); !changed || !both {
		t.Error("it works again, and gets nothing")
	}
	if changed, both := look(silence-time.Second, 8); changed || !both {
		t.Error("its silence was counted from before it spoke")
	}
}

func TestAnAggregatorKeepsItsName(t *testing.T) {
	dir := t.TempDir()
	first, err := memberID(dir)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := memberID(dir); err != nil || again != first {
		t.Errorf("%s, then %s: %v", first, again, err)
	}
	if other, err := memberID(t.TempDir()); err != nil || other == first {
		t.Errorf("two of one name: %v", err)
	}
}

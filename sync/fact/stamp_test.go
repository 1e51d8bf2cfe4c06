package fact_test

import (
	"testing"

	"pgregory.net/rapid"

	"gatehouse/sync/fact"
)

// TestClockOnlyGrows sets the wall clock anywhere, again and again, and restarts in between.
func TestClockOnlyGrows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		clock := fact.Clock{Boot: 1}
		var last fact.Stamp
		for range rapid.IntRange(1, 50).Draw(t, "stamps") {
			if rapid.IntRange(0, 9).Draw(t, "restart") == 0 {
				clock = fact.Clock{Boot: clock.Boot + 1}
				clock.Resume(last)
			}
			wallMS := rapid.Int64Range(-1<<40, 1<<47).Draw(t, "wall")
			now := clock.At(wallMS, rapid.Int64().Draw(t, "mono"), fact.ClockHeld)
			if now.HLC <= last.HLC {
				t.Fatalf("stamp %x follows %x", now.HLC, last.HLC)
			}
			if wallMS >= 0 && now.HLC>>16 < uint64(wallMS) {
				t.Fatalf("at wall time %d the stamp says %d", wallMS, now.HLC>>16)
			}
			if now.WallMS != wallMS || now.Boot != clock.Boot || now.Trust != fact.ClockHeld {
				t.Fatalf("%+v", now)
			}
			last = now
		}
	})
}

func TestClockIgnoresAnOlderPast(t *testing.T) {
	clock := fact.Clock{}
	first := clock.At(1_000, 0, fact.ClockSynced)
	clock.Resume(fact.Stamp{HLC: 5})
	if second := clock.At(1_000, 0, fact.ClockSynced); second.HLC != first.HLC+1 {
		t.Errorf("%x follows %x", second.HLC, first.HLC)
	}
}

// TestElapsedTimeIsNeverNegative takes any two stamps.
func TestElapsedTimeIsNeverNegative(t *testing.T) {
	stamp := rapid.Custom(func(t *rapid.T) fact.Stamp {
		return fact.Stamp{
			WallMS: rapid.Int64Range(-1<<50, 1<<50).Draw(t, "wall"), MonoMS: rapid.Int64Range(0, 1<<50).Draw(t, "mono"),
			Boot: rapid.Uint64Range(0, 2).Draw(t, "boot"), Trust: fact.Trust(rapid.IntRange(0, 2).Draw(t, "trust")),
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		now, earlier := stamp.Draw(t, "now"), stamp.Draw(t, "earlier")
		if elapsedMS, _ := now.SinceMS(earlier); elapsedMS < 0 {
			t.Fatalf("%d ms have passed", elapsedMS)
		}
	})
}

func TestElapsedTimeIsExactWhereAClockKnowsIt(t *testing.T) {
	entry := fact.Stamp{WallMS: 1_000, MonoMS: 50, Boot: 7, Trust: fact.ClockUnset}
	for _, c := range []struct {
		what      string
		now       fact.Stamp
		elapsedMS int64
		exact     bool
	}{
		{"one run, whatever the wall clock did", fact.Stamp{WallMS: 99_000_000, MonoMS: 650, Boot: 7}, 600, true},
		{"one run, a wall clock that went back", fact.Stamp{WallMS: 0, MonoMS: 650, Boot: 7}, 600, true},
		{"another run, not known when it began", fact.Stamp{WallMS: 1_500, MonoMS: 650, Boot: 8, Trust: fact.ClockSynced}, 500, false},
	} {
		if elapsedMS, exact := c.now.SinceMS(entry); elapsedMS != c.elapsedMS || exact != c.exact {
			t.Errorf("%s: %d ms, exact %t; want %d, %t", c.what, elapsedMS, exact, c.elapsedMS, c.exact)
		}
	}
	entry.Trust = fact.ClockSynced
	if elapsedMS, exact := (fact.Stamp{WallMS: 1_500, Boot: 8, Trust: fact.ClockSynced}).SinceMS(entry); elapsedMS != 500 || !exact {
		t.Errorf("over a restart, with both clocks synced: %d ms, exact %t", elapsedMS, exact)
	}
	entry.Boot = 0
	if _, exact := (fact.Stamp{MonoMS: 60}).SinceMS(entry); exact {
		t.Error("stamps of no known run count as exact")
	}
}

func TestAStampThatWasNeverSet(t *testing.T) {
	if (fact.Stamp{WallMS: 1}).IsZero() || !(fact.Stamp{}).IsZero() {
		t.Error("only the zero stamp was never set")
	}
}

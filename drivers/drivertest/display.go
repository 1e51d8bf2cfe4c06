package drivertest

import (
	"context"
	"testing"
	"time"

	"gatehouse/drivers"
)

// DisplayBench is a Bench for a display.
type DisplayBench struct {
	Bench
	Shown  func() string // what can be read on it now
	Drives bool          // it shows by driving outputs, as a lane's light does
}

// TestDisplay checks a drivers.Display.
func TestDisplay(t *testing.T, setUp func() DisplayBench) {
	many := drivers.Face{Lines: []string{"FREE", "888"}, Count: 888, Colour: drivers.ColourGreen}
	full := drivers.Face{Lines: []string{"FULL"}, Colour: drivers.ColourRed}
	unknown := drivers.Face{Count: 888, Unknown: true}
	var bench DisplayBench
	fresh := func() Bench {
		bench = setUp()
		return bench.Bench
	}
	show := func(t *testing.T, device any, face drivers.Face) string {
		t.Helper()
		if err := device.(drivers.Display).Show(t.Context(), face); err != nil {
			t.Errorf("%+v: %v", face, err)
		}
		time.Sleep(time.Second)
		return bench.Shown()
	}
	checkSettings(t, setUp().Bench)
	in(t, "each face looks like itself", fresh, func(t *testing.T, device any) {
		first := show(t, device, many)
		if again := show(t, device, many); again != first {
			t.Errorf("the same face shows %q, then %q", first, again)
		}
		second, third := show(t, device, full), show(t, device, unknown)
		if first == second || first == third || second == third {
			t.Errorf("three faces show %q, %q, %q: an unknown count is neither 0 nor the last one", first, second, third)
		}
		if back := show(t, device, many); back != first {
			t.Errorf("the first face again shows %q, not %q", back, first)
		}
		if edges := bench.Host.Edges(); edges != 0 && !bench.Drives {
			t.Errorf("showing made %d edges on outputs", edges)
		}
	})
	in(t, "a cancelled call shows nothing", fresh, func(t *testing.T, device any) {
		before := bench.Shown()
		checkCancelled(t, func(ctx context.Context) error { return device.(drivers.Display).Show(ctx, many) })
		if bench.Shown() != before {
			t.Errorf("it shows %q", bench.Shown())
		}
	})
	in(t, "an absent device is an error, and heals", fresh, func(t *testing.T, device any) {
		want := show(t, device, many)
		bench.lose()
		checkOffline(t, func(ctx context.Context) error { return device.(drivers.Display).Show(ctx, full) })
		bench.restore()
		show(t, device, full)
		if got := show(t, device, many); got != want {
			t.Errorf("after it came back it shows %q, not %q", got, want)
		}
	})
}

package line_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"periph.io/x/conn/v3/gpio"
	"pgregory.net/rapid"

	"gatehouse/boards"
	"gatehouse/drivers"
	"gatehouse/drivers/line"
)

// change is one report of an input.
type change struct {
	active bool
	at     time.Time
}

// watched runs a watch in a bubble while play moves the line.
func watched(t *testing.T, host drivers.Host, name string, play func()) []change {
	t.Helper()
	input, err := host.Input(name)
	if err != nil {
		t.Fatal(err)
	}
	defer input.Close()
	ctx, cancel := context.WithCancel(t.Context())
	var changes []change
	ended := make(chan error, 1)
	go func() {
		ended <- input.Watch(ctx, func(active bool, at time.Time) { changes = append(changes, change{active, at}) })
	}()
	synctest.Wait()
	play()
	time.Sleep(time.Second)
	cancel()
	start := time.Now()
	if err := <-ended; !errors.Is(err, context.Canceled) || time.Since(start) > time.Second {
		t.Errorf("cancelled, it ended after %v with %v", time.Since(start), err)
	}
	return changes
}

func states(changes []change) (states []bool) {
	for _, c := range changes {
		states = append(states, c.active)
	}
	return states
}

func TestAnInputReportsItsLevelAndEveryEdge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLot(t)
		defer l.host.Close()
		var moved []time.Time
		got := watched(t, l.host, "loop", func() {
			for _, high := range []bool{false, true, false} { // a closed contact pulls it low
				time.Sleep(7 * time.Millisecond)
				l.chip.Drive("in1", high)
				moved = append(moved, time.Now())
			}
		})
		if want := []bool{false, true, false, true}; !slices.Equal(states(got), want) {
			t.Fatalf("states %v, want %v", states(got), want)
		}
		for i, at := range moved {
			if !got[i+1].at.Equal(at) {
				t.Errorf("edge %d at %v, reported for %v", i, at, got[i+1].at)
			}
		}
	})
}

func TestTheCutWireOfTheFireContactIsActive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLot(t)
		defer l.host.Close()
		got := watched(t, l.host, "fire", func() { l.chip.Drive("in2", false) })
		if !slices.Equal(states(got), []bool{false, true}) {
			t.Errorf("states %v", states(got))
		}
		input, err := l.host.Input("fire")
		if known, ok := input.(interface{ NormallyClosed() bool }); err != nil || !ok || !known.NormallyClosed() {
			t.Error("the input does not say that the board inverts it")
		}
	})
}

// Whatever bounces: reports alternate, only levels that lasted are reported, and the last level always is.
func TestOnlyLevelsThatLastAreReported(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		pauses := rapid.SliceOfN(rapid.IntRange(1, 60), 0, 30).Draw(r, "pauses")
		synctest.Test(t, func(t *testing.T) {
			l := newLot(t)
			defer l.host.Close()
			high := true // closed at rest
			got := watched(t, l.host, "fire", func() {
				for _, pause := range pauses {
					high = !high
					l.chip.Drive("in2", high)
					time.Sleep(time.Duration(pause) * time.Millisecond)
				}
			})
			lasting := 1
			for _, pause := range pauses {
				if pause >= 20 { // at exactly 20 both are right
					lasting++
				}
			}
			all := states(got)
			if len(slices.Compact(slices.Clone(all))) != len(all) || len(all) > lasting+1 || all[len(all)-1] != !high {
				r.Errorf("pauses %v: states %v, at rest %v", pauses, all, !high)
			}
		})
	})
}

// The line signals no edges and its waits end at once, as periph's do in more than one case: the level is seen all the
// same, and the process does not spin.
func TestALineThatSignalsNoEdges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host, pins := onTraps(t, bench(t))
		defer host.Close()
		for _, name := range []string{"in1", "in2"} {
			pin := pins[name]
			pin.deaf = true
			input := map[string]string{"in1": "loop", "in2": "fire"}[name]
			var level, after bool
			got := watched(t, host, input, func() {
				time.Sleep(time.Hour)
				pin.set(func() { level, after = pin.high, !pin.high; pin.high = after })
			})
			if len(got) != 2 || level == after {
				t.Errorf("%s: %v", input, got)
			}
			if waits := pin.waited(); waits > 40_000 {
				t.Errorf("%s: %d waits in an hour", input, waits)
			}
			if _, calls := pin.trace(); len(calls) != 0 {
				t.Errorf("%s: %v", input, calls)
			}
		}
	})
}

// Edges that come in pairs between two looks are movement too, although the level is the same at both.
func TestAnEdgeWithoutAChangeBeginsTheDelayAnew(t *testing.T) {
	start := time.Now()
	at := func(ms int) time.Time { return start.Add(time.Duration(ms) * time.Millisecond) }
	look, _ := line.NewDebouncer(boards.Input{DebounceUS: 20_000}, false, start)
	for _, step := range []struct {
		ms         int
		high, edge bool
		news       bool
	}{
		{0, true, true, false}, {15, true, true, false}, {30, true, false, false}, {35, true, false, true}, {60, true, true, false},
	} {
		active, when, news := look(step.high, step.edge, at(step.ms))
		if news != step.news || news && (!active || !when.Equal(at(15))) {
			t.Errorf("at %d ms: %v, %v since the start, news %v", step.ms, active, when.Sub(start), news)
		}
	}
}

// A wait of 0 lasts for ever on periph's Linux back end, and a negative one ends at once: neither may be asked for,
// however late this process is.
func TestNoWaitIsZeroOrEndless(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := time.Now()
		spec := boards.Input{DebounceUS: rapid.IntRange(0, 500_000).Draw(t, "debounce")}
		look, timeout := line.NewDebouncer(spec, false, now)
		for range 20 {
			look(rapid.Bool().Draw(t, "high"), rapid.Bool().Draw(t, "edge"), now)
			now = now.Add(time.Duration(rapid.IntRange(0, 600).Draw(t, "late")) * time.Millisecond)
			if wait := timeout(now); wait <= 0 || wait > 100*time.Millisecond {
				t.Fatalf("a wait of %v", wait)
			}
		}
	})
}

// A simulated line keeps the promises of gpio.PinIO.
func TestAVirtualPin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		board := bench(t)
		chip := line.NewChip(board)
		pin := chip.Pin("in2")
		if pin.Name() != "in2" || !bool(pin.Read()) {
			t.Errorf("%s, %v", pin.Name(), pin.Read())
		}
		_ = pin.In(gpio.PullNoChange, gpio.BothEdges)
		chip.Drive("in2", false)
		if !pin.WaitForEdge(-1) || pin.WaitForEdge(time.Second) {
			t.Error("want one edge")
		}
		chip.Drive("in2", true)
		_ = pin.In(gpio.PullNoChange, gpio.RisingEdge) // forgets old edges
		chip.Drive("in2", false)
		if pin.WaitForEdge(time.Second) {
			t.Error("a falling edge, though only rising ones were asked for")
		}
		_ = pin.Out(true)
		chip.Drive("in2", false)
		if !chip.High("in2") {
			t.Error("a line that the gateway drives was driven from outside")
		}
	})
}

package line_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

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

// A level that has lasted counts, although the next edge and the end of its debounce come in one moment.
func TestALevelThatLastedAsLongAsItsDebounceCounts(t *testing.T) {
	for range 20 {
		synctest.Test(t, func(t *testing.T) {
			l := newLot(t)
			defer l.host.Close()
			got := watched(t, l.host, "fire", func() {
				time.Sleep(time.Second)
				for _, high := range []bool{false, true} { // open is active
					l.chip.Drive("in2", high)
					time.Sleep(20 * time.Millisecond)
				}
			})
			if want := []bool{false, true, false}; !slices.Equal(states(got), want) {
				t.Errorf("states %v, want %v", states(got), want)
			}
		})
	}
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

// The line signals no edges: the level is seen all the same, and the process does not spin.
func TestALineThatSignalsNoEdges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host, chip := line.OpenFaulty(bench(t))
		defer host.Close()
		chip.Deafen()
		got := watched(t, host, "loop", func() {
			time.Sleep(time.Hour)
			chip.Drive("in1", false)
			time.Sleep(20 * time.Second)
		})
		if !slices.Equal(states(got), []bool{false, true}) {
			t.Errorf("states %v", states(got))
		}
		if reads := chip.Reads(); reads > 40_000 {
			t.Errorf("%d looks in an hour", reads)
		}
	})
}

// Two wires of a card reader: 100 bits faster than anybody reads them keep their order.
func TestAGroupKeepsTheOrderOfItsEdges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLot(t)
		defer l.host.Close()
		taking := make(chan struct{})
		close(taking)
		got, want := grouped(t, l, taking, func() (want []drivers.Edge) {
			for bit := range 100 {
				wire := bit * bit % 3 % 2
				want = append(want, drivers.Edge{Index: wire, Active: true}, drivers.Edge{Index: wire})
				for _, high := range []bool{false, true} {
					l.chip.Drive([]string{"in1", "in3"}[wire], high)
				}
			}
			return want
		})
		for i := range got {
			got[i].At = time.Time{}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%d edges, want %d, in their order", len(got), len(want))
		}
	})
}

// More edges than are kept until somebody takes them: the first one after the hole says how many are missing.
func TestAGroupSaysWhatItLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLot(t)
		defer l.host.Close()
		const made = 3000
		taking := make(chan struct{})
		got, _ := grouped(t, l, taking, func() []drivers.Edge {
			for i := range made {
				l.chip.Drive("in1", i%2 == 1)
			}
			close(taking)
			time.Sleep(time.Millisecond)
			l.chip.Drive("in1", false)
			return nil
		})
		lost := 0
		for _, e := range got {
			lost += e.Lost
		}
		if len(got)+lost != made+1 || lost == 0 {
			t.Errorf("%d edges seen, %d lost, of %d", len(got), lost, made+1)
		}
	})
}

// grouped watches the inputs loop and wire as one while play moves them. It takes no edge before taking is closed.
func grouped(t *testing.T, l *lot, taking <-chan struct{}, play func() []drivers.Edge) (got, want []drivers.Edge) {
	t.Helper()
	group, err := l.host.Group([]string{"loop", "wire"})
	if err != nil {
		t.Fatal(err)
	}
	defer group.Close()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- group.Watch(ctx, func(e drivers.Edge) {
			<-taking
			got = append(got, e)
		})
	}()
	synctest.Wait()
	want = play()
	time.Sleep(time.Second)
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("it ended with %v", err)
	}
	return got, want
}

func TestAGroupOfUnknownOrTakenInputs(t *testing.T) {
	l := newLot(t)
	defer l.host.Close()
	if _, err := l.host.Group(nil); !errors.Is(err, drivers.ErrSettings) {
		t.Errorf("a group of nothing: %v", err)
	}
	if _, err := l.host.Group([]string{"loop", "lop"}); !errors.Is(err, drivers.ErrSettings) {
		t.Errorf("error %v", err)
	}
	if _, err := l.host.Group([]string{"loop", "loop"}); !errors.Is(err, line.ErrTaken) {
		t.Errorf("error %v", err)
	}
	group, err := l.host.Group([]string{"loop", "wire"})
	if err != nil {
		t.Fatalf("what failed before has not given its inputs back: %v", err)
	}
	group.Close()
}

package relaybarrier_test

import (
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"gatehouse/boards"
	"gatehouse/drivers"
	"gatehouse/drivers/drivertest"
	"gatehouse/drivers/line"
	"gatehouse/drivers/relaybarrier"
)

var full = drivers.Settings{"raise": "k1", "hold": "k2", "lower": "k3", "stop": "k4", "pulse_ms": int64(300)}

func newBarrier(t testing.TB, host drivers.Host, settings drivers.Settings) drivers.Barrier {
	device, err := relaybarrier.Driver().Make(host, settings)
	if err != nil {
		t.Fatal(err)
	}
	return device.(drivers.Barrier)
}

func TestBarrierKeepsTheContract(t *testing.T) {
	for name, settings := range map[string]drivers.Settings{
		"four relays": full,
		"one relay":   {"raise": "k1"},
	} {
		t.Run(name, func(t *testing.T) {
			drivertest.TestBarrier(t, func() drivertest.BarrierBench {
				host := drivertest.NewHost()
				raise, hold := host.FakeOutput("k1"), host.FakeOutput("k2")
				return drivertest.BarrierBench{
					Bench: drivertest.Bench{
						Driver: relaybarrier.Driver(), Settings: settings, Host: host, Names: []string{"k1", "k2", "k3", "k4"},
					},
					Raises: func() int { return pulses(raise) },
					Held:   func() bool { return hold.Active() || raise.Active() },
					Idle:   func() bool { return !hold.Active() && !raise.Active() },
				}
			})
		})
	}
}

func pulses(output *drivertest.Output) int { return (len(output.Edges()) + 1) / 2 }

func TestAPulseHasItsLength(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host := drivertest.NewHost()
		barrier := newBarrier(t, host, full)
		for command, name := range map[drivers.BarrierCommand]string{
			drivers.BarrierRaise: "k1", drivers.BarrierLower: "k3", drivers.BarrierStop: "k4",
		} {
			if err := barrier.Do(t.Context(), command); err != nil {
				t.Error(err)
			}
			time.Sleep(time.Second)
			edges := host.FakeOutput(name).Edges()
			if len(edges) != 2 || edges[1].At.Sub(edges[0].At) != 300*time.Millisecond {
				t.Errorf("command %d on %s: %v, want a pulse of 300 ms", command, name, edges)
			}
		}
	})
}

// Whatever is commanded in whatever order: no relay that opens is ever on together with the one that closes.
func TestRaiseAndLowerNeverOverlap(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		commands := rapid.SliceOfN(rapid.IntRange(0, 4), 1, 30).Draw(r, "commands")
		pauses := rapid.SliceOfN(rapid.IntRange(0, 400), 30, 30).Draw(r, "pauses")
		synctest.Test(t, func(t *testing.T) {
			host := drivertest.NewHost()
			barrier := newBarrier(t, host, full)
			for i, command := range commands {
				_ = barrier.Do(t.Context(), drivers.BarrierCommand(command)) // a refusal is part of the game
				opens := host.FakeOutput("k1").Active() || host.FakeOutput("k2").Active()
				if opens && host.FakeOutput("k3").Active() {
					r.Errorf("commands %v, at %d: raise or hold together with lower", commands, i)
				}
				time.Sleep(time.Duration(pauses[i]) * time.Millisecond)
			}
			time.Sleep(time.Minute)
			if gap := changeover(host); gap < 50*time.Millisecond {
				r.Errorf("commands %v: %v between the relays for both directions", commands, gap)
			}
			for _, name := range []string{"k1", "k3", "k4"} {
				if host.FakeOutput(name).Active() {
					r.Errorf("commands %v: %s is still on", commands, name)
				}
			}
		})
	})
}

// changeover is the shortest time between a relay's opening and the closing of one for the other direction.
func changeover(host *drivertest.Host) time.Duration {
	shortest := time.Hour
	for _, pair := range [][2]string{{"k1", "k3"}, {"k2", "k3"}, {"k3", "k1"}, {"k3", "k2"}} {
		for _, opened := range host.FakeOutput(pair[0]).Edges() {
			for _, closed := range host.FakeOutput(pair[1]).Edges() {
				if gap := closed.At.Sub(opened.At); !opened.Active && closed.Active && gap >= 0 {
					shortest = min(shortest, gap)
				}
			}
		}
	}
	return shortest
}

func TestAHeldBarrierIsNotLowered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host := drivertest.NewHost()
		barrier := newBarrier(t, host, full)
		if err := barrier.Do(t.Context(), drivers.BarrierHold); err != nil {
			t.Fatal(err)
		}
		if err := barrier.Do(t.Context(), drivers.BarrierLower); err == nil || len(host.FakeOutput("k3").Edges()) != 0 {
			t.Errorf("lower while held: error %v, edges %v", err, host.FakeOutput("k3").Edges())
		}
	})
}

// Stop ends a lowering even where there is no stop relay, and says that it could do no more.
func TestStopEndsWhatMoves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host := drivertest.NewHost()
		barrier := newBarrier(t, host, drivers.Settings{"raise": "k1", "lower": "k3"})
		if err := barrier.Do(t.Context(), drivers.BarrierLower); err != nil {
			t.Fatal(err)
		}
		if err := barrier.Do(t.Context(), drivers.BarrierStop); !errors.Is(err, drivers.ErrUnsupported) {
			t.Errorf("error %v", err)
		}
		if host.FakeOutput("k3").Active() {
			t.Error("it is still being lowered")
		}
	})
}

// Fire: the hold relay's line is dead. The arm goes up all the same.
func TestABrokenHoldStillRaises(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host := drivertest.NewHost()
		barrier := newBarrier(t, host, full)
		host.Lose("k2")
		host.Lose("k3")
		if err := barrier.Do(t.Context(), drivers.BarrierHold); !errors.Is(err, drivers.ErrOffline) {
			t.Errorf("error %v", err)
		}
		if !host.FakeOutput("k1").Active() {
			t.Error("the barrier was not raised")
		}
	})
}

// Only relays that a command needs are opened.
func TestALostRelayDoesNotKeepTheOthersFromWorking(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host := drivertest.NewHost()
		barrier := newBarrier(t, host, full)
		for _, name := range []string{"k2", "k3", "k4"} {
			host.Lose(name)
		}
		if err := barrier.Do(t.Context(), drivers.BarrierRaise); err != nil || !host.FakeOutput("k1").Active() {
			t.Errorf("raise: %v", err)
		}
		if open := host.OpenNow(); !slices.Equal(open, []string{"k1"}) {
			t.Errorf("open: %v", open)
		}
	})
}

// simulated is a barrier with one relay of a simulated board, and that board's output and chip.
func simulated(t *testing.T) (drivers.Barrier, boards.Output, *line.Chip) {
	t.Helper()
	board, err := boards.Load("sim")
	if err != nil {
		t.Fatal(err)
	}
	chip := line.NewChip(board)
	host := line.OpenVirtual(board, chip, nil)
	t.Cleanup(func() { _ = host.Close() })
	return newBarrier(t, host, drivers.Settings{"raise": "lane1_raise"}), board.Outputs["lane1_raise"], chip
}

// A site names only a raise relay, which its board does not let stay on. Hold can't hold, says so, and raises.
func TestAHoldThatTheBoardForbidsRaisesOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		barrier, raise, chip := simulated(t)
		if err := barrier.Do(t.Context(), drivers.BarrierHold); !errors.Is(err, drivers.ErrUnsupported) {
			t.Errorf("error %v", err)
		}
		if !raise.Active(chip.High(raise.Line)) {
			t.Error("the barrier was not raised")
		}
		time.Sleep(time.Minute)
		if raise.Active(chip.High(raise.Line)) {
			t.Error("the raise relay stayed on")
		}
	})
}

// The expander with the raise relay is unplugged for a while: who asks hears of it, and the next vehicle is let in once it is back.
func TestARelayThatIsUnpluggedAndComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		barrier, raise, chip := simulated(t)
		var edges atomic.Int32
		chip.OnOutput(func(name string, _ bool, _ time.Time) {
			if name == raise.Line {
				edges.Add(1)
			}
		})
		probe := barrier.(drivers.Prober).Probe
		if err := probe(t.Context()); err != nil {
			t.Fatal(err)
		}
		chip.Unplug(raise.Line)
		for _, err := range []error{probe(t.Context()), barrier.Do(t.Context(), drivers.BarrierRaise)} {
			if !errors.Is(err, drivers.ErrOffline) {
				t.Errorf("error %v", err)
			}
		}
		chip.Plug(raise.Line)
		time.Sleep(time.Minute)
		if edges.Load() != 0 {
			t.Errorf("%d edges by going and coming back", edges.Load())
		}
		for _, err := range []error{probe(t.Context()), barrier.Do(t.Context(), drivers.BarrierRaise)} {
			if err != nil {
				t.Error(err)
			}
		}
		time.Sleep(time.Minute)
		if edges.Load() != 2 {
			t.Errorf("%d edges, want one pulse", edges.Load())
		}
	})
}

func TestWrongSettingsSayWhatToWrite(t *testing.T) {
	drivertest.TestRefused(t, relaybarrier.Driver(), map[string]drivers.Settings{
		"raise is missing: write the name of the output": {},
		"hold = true: write a text":                      {"raise": "k1", "hold": true},
		"the output k1 has two commands":                 {"raise": "k1", "lower": "k1"},
		"pulse_ms = 5000: write 100 to 2000":             {"raise": "k1", "pulse_ms": int64(5000)},
		"pulse_ms = \"long\": write a whole number":      {"raise": "k1", "pulse_ms": "long"},
	})
}

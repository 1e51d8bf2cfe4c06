package line_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"gatehouse/boards"
	"gatehouse/drivers"
	"gatehouse/drivers/line"
	"gatehouse/drivers/line/gpiochip"
)

const benchBoard = `
name = "bench"
backend = "virtual"
[lines]
k1 = {}
k2 = {}
k3 = { active_low = true }
k4 = {}
k5 = { active_low = true }
k6 = {}
in1 = { active_low = true, bias = "up" }
in2 = {}
in3 = { active_low = true }
[outputs]
raise = { line = "k1", max_on_ms = 1000, interlock = ["lower"] }
lower = { line = "k2", max_on_ms = 1000 }
lamp = { line = "k3", max_on_ms = 0 }
alarm = { line = "k4", max_on_ms = 0, safe = "on" }
horn = { line = "k5", max_on_ms = 60000, safe = "keep" }
bypass = { line = "k6", max_on_ms = 0, safe = "keep" }
[inputs]
loop = { line = "in1" }
fire = { line = "in2", nc = true, debounce_us = 20000 }
wire = { line = "in3" }
[uarts]
uart1 = { path = "" }
uart2 = { path = "" }
[i2c]
bus = {}
[spi]
shift = {}
`

func bench(t testing.TB) boards.Board {
	t.Helper()
	board, err := boards.Parse([]byte(benchBoard), "bench.toml")
	if err != nil {
		t.Fatal(err)
	}
	return board
}

func output(t testing.TB, host drivers.Host, name string) drivers.Output {
	t.Helper()
	output, err := host.Output(name)
	if err != nil {
		t.Fatal(err)
	}
	return output
}

// Power-on, commands, power-off: every output moves as it was told and not once more.
func TestOutputsMoveAsTheyAreToldAndNotOnceMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLot(t)
		lamp, raise := output(t, l.host, "lamp"), output(t, l.host, "raise")
		for _, err := range []error{lamp.Set(false), lamp.Set(true), lamp.Set(false), lamp.Set(false), raise.Pulse(time.Millisecond)} {
			if err != nil {
				t.Error(err)
			}
		}
		time.Sleep(time.Second)
		if err := l.host.Close(); err != nil {
			t.Error(err)
		}
		if len(l.edges("k1")) != 2 || len(l.edges("k3")) != 2 || l.count() != 4 {
			t.Errorf("edges: raise %v, lamp %v, of all %d", l.edges("k1"), l.edges("k3"), l.count())
		}
	})
}

// The line refuses the end of the pulse for a while: the relay must go off as soon as it can.
func TestAPulseThatCantEndIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host, chip := line.OpenFaulty(bench(t))
		defer host.Close()
		raise := output(t, host, "raise")
		if err := raise.Pulse(300 * time.Millisecond); err != nil {
			t.Fatal(err)
		}
		chip.Break("k1", true)
		time.Sleep(2 * time.Second)
		if err := raise.Pulse(time.Millisecond); !errors.Is(err, drivers.ErrOffline) {
			t.Errorf("error %v", err)
		}
		if err := output(t, host, "lower").Pulse(time.Millisecond); !errors.Is(err, line.ErrInterlock) {
			t.Errorf("lower beside a raise that can't be ended: %v", err)
		}
		if on, err := host.ReadBack("raise"); !on || err != nil {
			t.Errorf("read back: on %v, error %v", on, err)
		}
		chip.Break("k1", false)
		time.Sleep(200 * time.Millisecond)
		if on, err := host.ReadBack("raise"); on || err != nil || chip.High("k1") {
			t.Errorf("the pulse has not ended: on %v, error %v", on, err)
		}
	})
}

// A raise that reported an error may have closed its relay all the same: the opposite one waits until it is surely off.
func TestAFailedCommandCountsAsOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host, chip := line.OpenFaulty(bench(t))
		defer host.Close()
		raise, lower := output(t, host, "raise"), output(t, host, "lower")
		chip.Break("k1", true)
		if err := raise.Pulse(time.Millisecond); !errors.Is(err, drivers.ErrOffline) {
			t.Errorf("raise: %v", err)
		}
		time.Sleep(time.Second)
		if err := lower.Pulse(time.Millisecond); !errors.Is(err, line.ErrInterlock) {
			t.Errorf("lower: %v", err)
		}
		chip.Break("k1", false)
		time.Sleep(200 * time.Millisecond)
		if err := lower.Pulse(time.Millisecond); err != nil {
			t.Errorf("lower, after the raise is surely off: %v", err)
		}
	})
}

// A line that another program holds is reported with its name when a device wants it, and works once it is free.
func TestALineThatAnotherProgramHolds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		board := bench(t)
		chip := line.NewChip(board)
		chip.Hold("k1", "somebody's pump")
		chip.Hold("in1", "gpiomon")
		host := line.OpenVirtual(board, chip, nil)
		defer host.Close()
		_, err := host.Output("raise")
		if !errors.Is(err, drivers.ErrOffline) || !errors.Is(err, line.ErrBusy) || !strings.Contains(err.Error(), "output raise") || !strings.Contains(err.Error(), "somebody's pump") {
			t.Errorf("error %v", err)
		}
		loop, err := host.Input("loop")
		if err != nil {
			t.Fatal(err)
		}
		if err := loop.Watch(t.Context(), nil); !errors.Is(err, line.ErrBusy) || !strings.Contains(err.Error(), "gpiomon") {
			t.Errorf("error %v", err)
		}
		chip.Hold("k1", "")
		if err := output(t, host, "raise").Pulse(time.Millisecond); err != nil {
			t.Error(err)
		}
	})
}

// The gateway stood still until long after a pulse's end, and meanwhile the next vehicle's raise was ordered: that is a pulse
// of its own, whichever of the two the gateway gets to first.
func TestAPulseThatOutstayedTakesNoTimeOfTheNext(t *testing.T) {
	for range 20 {
		synctest.Test(t, func(t *testing.T) {
			l := newLot(t)
			defer l.host.Close()
			raise, lamp := output(t, l.host, "raise"), output(t, l.host, "lamp")
			l.chip.OnOutput(func(name string, _ bool, _ time.Time) {
				if name == "k3" {
					time.Sleep(2 * time.Second)
				}
			})
			begun := time.Now()
			if err := raise.Pulse(300 * time.Millisecond); err != nil {
				t.Fatal(err)
			}
			go func() { _ = lamp.Set(true) }()
			time.Sleep(time.Second)
			if err := raise.Pulse(300 * time.Millisecond); err != nil {
				t.Error(err)
			}
			time.Sleep(time.Second)
			var after []time.Duration
			for _, at := range l.edges("k1") {
				after = append(after, at.Sub(begun).Round(time.Millisecond))
			}
			if want := []time.Duration{0, 2 * time.Second, 2 * time.Second, 2300 * time.Millisecond}; !slices.Equal(after, want) {
				t.Errorf("edges %v, want %v", after, want)
			}
		})
	}
}

// lot is a virtual bench that writes down the edges of its outputs.
type lot struct {
	chip *line.Chip
	host *line.Host
	mu   sync.Mutex
	made map[string][]time.Time
}

func newLot(t testing.TB) *lot {
	board := bench(t)
	l := &lot{chip: line.NewChip(board), made: map[string][]time.Time{}}
	l.chip.OnOutput(func(name string, _ bool, at time.Time) {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.made[name] = append(l.made[name], at)
	})
	l.host = line.OpenVirtual(board, l.chip, nil)
	return l
}

// edges are all edges of a line until now.
func (l *lot) edges(name string) []time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.made[name])
}

// count counts the edges of all lines.
func (l *lot) count() (edges int) {
	for _, name := range []string{"k1", "k2", "k3", "k4", "k5"} {
		edges += len(l.edges(name))
	}
	return edges
}

func TestOpeningAndClosingMakesNoEdge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLot(t)
		for _, name := range []string{"raise", "lower", "lamp", "alarm", "horn"} {
			if err := output(t, l.host, name).Close(); err != nil {
				t.Error(err)
			}
		}
		if err := l.host.Close(); err != nil || l.count() != 0 {
			t.Errorf("%d edges, error %v", l.count(), err)
		}
		if !l.chip.High("k4") || !l.chip.High("k3") || l.chip.High("k1") {
			t.Error("not all outputs are safe")
		}
	})
}

// However pulses are commanded, an output with a maximum is never on for longer.
func TestNoRelayStaysOnLongerThanTheBoardAllows(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		lengths := rapid.SliceOfN(rapid.IntRange(-10, 3000), 1, 20).Draw(r, "lengths")
		pauses := rapid.SliceOfN(rapid.IntRange(0, 1500), 20, 20).Draw(r, "pauses")
		synctest.Test(t, func(t *testing.T) {
			l := newLot(t)
			raise := output(t, l.host, "raise")
			for i, length := range lengths {
				err := raise.Pulse(time.Duration(length) * time.Millisecond)
				if (err != nil) != (length <= 0) {
					r.Errorf("a pulse of %d ms: %v", length, err)
				}
				time.Sleep(time.Duration(pauses[i]) * time.Millisecond)
			}
			time.Sleep(2 * time.Second)
			_ = l.host.Close()
			edges := l.edges("k1")
			for i := 0; i < len(edges); i += 2 {
				if i+1 == len(edges) || edges[i+1].Sub(edges[i]) > time.Second {
					r.Errorf("lengths %v, pauses %v: edges %v", lengths, pauses, edges)
				}
			}
		})
	})
}

func TestAPulseHasItsLength(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLot(t)
		defer l.host.Close()
		start := time.Now()
		if err := output(t, l.host, "raise").Pulse(300 * time.Millisecond); err != nil {
			t.Fatal(err)
		}
		if err := output(t, l.host, "lamp").Pulse(48 * time.Hour); err != nil {
			t.Fatal(err)
		}
		time.Sleep(72 * time.Hour)
		if edges := l.edges("k1"); len(edges) != 2 || edges[1].Sub(start) != 300*time.Millisecond {
			t.Errorf("raise: %v", edges)
		}
		if edges := l.edges("k3"); len(edges) != 2 || edges[1].Sub(start) != 48*time.Hour {
			t.Errorf("a lamp without a maximum: %v", edges)
		}
	})
}

func TestWhatMayNotStayOnTakesNoLevel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLot(t)
		defer l.host.Close()
		raise, lamp := output(t, l.host, "raise"), output(t, l.host, "lamp")
		if err := raise.Set(true); !errors.Is(err, drivers.ErrUnsupported) || l.count() != 0 {
			t.Errorf("error %v, %d edges", err, l.count())
		}
		if err := lamp.Set(true); err != nil {
			t.Error(err)
		}
		if err := lamp.Pulse(time.Second); err != nil { // a pulse does not end a level
			t.Error(err)
		}
		time.Sleep(time.Hour)
		if l.chip.High("k3") {
			t.Error("the lamp went out")
		}
	})
}

func TestInterlockedOutputsAreNeverOnTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLot(t)
		defer l.host.Close()
		raise, lower := output(t, l.host, "raise"), output(t, l.host, "lower")
		for _, pair := range [][2]drivers.Output{{raise, lower}, {lower, raise}} { // written in the file for one of them
			if err := pair[0].Pulse(time.Second); err != nil {
				t.Error(err)
			}
			if err := pair[1].Pulse(time.Second); !errors.Is(err, line.ErrInterlock) || !strings.Contains(err.Error(), "is on") {
				t.Errorf("error %v", err)
			}
			if err := pair[0].Set(false); err != nil {
				t.Error(err)
			}
		}
		if err := lower.Pulse(time.Second); err != nil {
			t.Errorf("after the other is off: %v", err)
		}
	})
}

func TestClosingEndsAPulse(t *testing.T) {
	for name, pin := range map[string]string{"raise": "k1", "horn": "k5"} {
		for _, whole := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				l := newLot(t)
				defer l.host.Close()
				rest := l.chip.High(pin)
				o := output(t, l.host, name)
				if err := o.Pulse(time.Second); err != nil || l.chip.High(pin) == rest {
					t.Fatalf("%s is not on: %v", name, err)
				}
				close := o.Close
				if whole {
					close = l.host.Close
				}
				if err := close(); err != nil || l.chip.High(pin) != rest {
					t.Errorf("%s, the whole board %v: still on, error %v", name, whole, err)
				}
				if err := o.Pulse(time.Second); !errors.Is(err, line.ErrClosed) {
					t.Errorf("%s: a closed output takes a pulse: %v", name, err)
				}
			})
		}
	}
}

// The gateway dies in a pulse, and the kernel keeps the line as it is: the next start ends it.
func TestTheNextStartEndsAPulseThatDeathLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		board := bench(t)
		chip := line.NewChip(board)
		for _, name := range []string{"k1", "k3"} {
			chip.Leave(name, name == "k1")
		}
		host := line.OpenVirtual(board, chip, nil)
		defer host.Close()
		if chip.High("k1") || !chip.High("k3") {
			t.Errorf("k1 high %v, k3 high %v: both relays should be off", chip.High("k1"), chip.High("k3"))
		}
	})
}

// A strict kernel lets go of the lines of a process that died.
func TestReleasedLinesFallBackToTheWiring(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLot(t)
		defer l.host.Close()
		_ = output(t, l.host, "raise").Pulse(time.Second)
		_ = output(t, l.host, "lamp").Set(true)
		l.chip.Release()
		if l.chip.High("k1") || !l.chip.High("k3") || len(l.edges("k1")) != 2 || len(l.edges("k3")) != 2 {
			t.Errorf("edges %v, %v", l.edges("k1"), l.edges("k3"))
		}
	})
}

func TestTheBoardsSupply(t *testing.T) {
	board, err := boards.Load("x728-v2")
	if err != nil {
		t.Fatal(err)
	}
	host := line.OpenVirtual(board, line.NewChip(board), nil)
	defer host.Close()
	want := drivers.Settings{"mains_lost": "mains_lost", "running": "running", "gauge": "max17040", "bus": "i2c1"}
	if got := host.Supply(); !maps.Equal(got, want) {
		t.Errorf("%v", got)
	}
}

// A label is no promise: of two chips that have it, neither is taken, because the wrong one may have a relay on that line.
func TestALineThatTwoChipsHave(t *testing.T) {
	at := boards.Line{Name: "k1", Chip: "mcp23017", Number: 3}
	one, other := gpiochip.Chip{Path: "/dev/gpiochip1", Label: "mcp23017", Lines: 16}, gpiochip.Chip{Path: "/dev/gpiochip0", Label: "pinctrl-bcm2711", Lines: 58}
	if chip, offset, err := line.FindLine([]gpiochip.Chip{other, one}, at); err != nil || chip != one || offset != 3 {
		t.Errorf("%+v, %d, %v", chip, offset, err)
	}
	if _, _, err := line.FindLine([]gpiochip.Chip{other}, at); !errors.Is(err, gpiochip.ErrNoLine) {
		t.Errorf("none: %v", err)
	}
	if _, _, err := line.FindLine([]gpiochip.Chip{one, other, {Path: "/dev/gpiochip2", Label: "mcp23017", Lines: 16}}, at); !errors.Is(err, gpiochip.ErrTwice) {
		t.Errorf("two: %v", err)
	}
}

// An expander comes up later than the chips of the machine, and comes back by another path when it was unplugged.
func TestAChipThatComesLaterOrAgain(t *testing.T) {
	at := boards.Line{Name: "k1", Chip: "mcp23017", Number: 3}
	machine := []gpiochip.Chip{{Path: "/dev/gpiochip0", Label: "pinctrl-bcm2711", Lines: 58}}
	find := line.LineFinder(func() ([]gpiochip.Chip, error) { return machine, nil })
	if _, _, err := find(at); !errors.Is(err, gpiochip.ErrNoLine) {
		t.Errorf("before: %v", err)
	}
	for _, path := range []string{"/dev/gpiochip1", "/dev/gpiochip2"} {
		machine = append(machine[:1:1], gpiochip.Chip{Path: path, Label: "mcp23017", Lines: 16})
		if chip, _, err := find(at); err != nil || chip.Path != path {
			t.Errorf("%+v, %v", chip, err)
		}
	}
}

// Lines may be there later than the gateway: then devices find them, and outputs get their safe level.
func TestLinesThatComeLate(t *testing.T) {
	there := false
	host, _ := line.OpenLate(bench(t), func() bool { return there })
	defer host.Close()
	name := slices.Sorted(maps.Keys(bench(t).Outputs))[0]
	if _, err := host.Output(name); !errors.Is(err, drivers.ErrOffline) || host.Absent() == nil {
		t.Errorf("before: %v, %v", err, host.Absent())
	}
	there = true
	if err := output(t, host, name).Set(false); err != nil || host.Absent() != nil {
		t.Errorf("after: %v, %v", err, host.Absent())
	}
}

package contact_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"gatehouse/drivers"
	"gatehouse/drivers/contact"
	"gatehouse/drivers/drivertest"
)

func TestContactKeepsTheContract(t *testing.T) {
	for name, settings := range map[string]drivers.Settings{
		"plain":    {"input": "in1"},
		"filtered": {"input": "in1", "normally_closed": true, "debounce_ms": int64(100)},
	} {
		t.Run(name, func(t *testing.T) {
			drivertest.TestSwitch(t, func() drivertest.ListenerBench {
				host := drivertest.NewHost()
				active := false
				return drivertest.ListenerBench{
					Bench: drivertest.Bench{Driver: contact.Driver(), Settings: settings, Host: host, Names: []string{"in1"}},
					Report: func(any) {
						active = !active
						host.FakeInput("in1").Drive(active)
					},
				}
			})
		})
	}
}

func TestAButtonKeepsTheContract(t *testing.T) {
	drivertest.TestReader(t, func() drivertest.ListenerBench {
		host := drivertest.NewHost()
		return drivertest.ListenerBench{
			Bench: drivertest.Bench{Driver: contact.Driver(), Settings: drivers.Settings{"input": "in1", "button": "help"}, Host: host, Names: []string{"in1"}},
			Report: func(any) {
				host.FakeInput("in1").Drive(true)
				time.Sleep(100 * time.Millisecond)
				host.FakeInput("in1").Drive(false)
			},
		}
	})
}

// watched runs a contact in a bubble while play drives its input, and returns what it reported.
func watched(t *testing.T, host drivers.Host, settings drivers.Settings, play func()) []drivers.Level {
	device, err := contact.Driver().Make(host, settings)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var levels []drivers.Level
	ended := make(chan error, 1)
	go func() {
		ended <- device.(drivers.Switch).Watch(ctx, func(level drivers.Level) { levels = append(levels, level) })
	}()
	synctest.Wait()
	play()
	time.Sleep(time.Second)
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("ended with %v", err)
	}
	return levels
}

func TestACutWireOfANormallyClosedContactIsActive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host := drivertest.NewHost()
		fire := host.FakeInput("fire")
		fire.Drive(true) // closed at rest
		got := watched(t, host, drivers.Settings{"input": "fire", "normally_closed": true}, func() { fire.Drive(false) })
		if want := []drivers.Level{drivers.LevelInactive, drivers.LevelActive}; !slices.Equal(got, want) {
			t.Errorf("levels %v, want %v", got, want)
		}
	})
}

// boardHost is a board that says itself that its inputs are normally closed.
type boardHost struct{ *drivertest.Host }

type closedInput struct{ drivers.Input }

func (closedInput) NormallyClosed() bool { return true }

func (h boardHost) Input(name string) (drivers.Input, error) {
	input, err := h.Host.Input(name)
	return closedInput{input}, err
}

// Two who say the same must not cancel each other out: the fire contact would never fire.
func TestBoardAndSiteMayBothSayNormallyClosed(t *testing.T) {
	for _, closed := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			host := boardHost{drivertest.NewHost()}
			got := watched(t, host, drivers.Settings{"input": "fire", "normally_closed": closed}, func() { host.FakeInput("fire").Drive(true) })
			if want := []drivers.Level{drivers.LevelInactive, drivers.LevelActive}; !slices.Equal(got, want) {
				t.Errorf("normally_closed = %v: levels %v, want %v", closed, got, want)
			}
		})
	}
}

func TestBouncesAreOneEdge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host := drivertest.NewHost()
		loop := host.FakeInput("loop")
		got := watched(t, host, drivers.Settings{"input": "loop", "debounce_ms": int64(50)}, func() {
			for i := range 21 {
				loop.Drive(i%2 == 0)
				time.Sleep(2 * time.Millisecond)
			}
		})
		if want := []drivers.Level{drivers.LevelInactive, drivers.LevelActive}; !slices.Equal(got, want) {
			t.Errorf("levels %v, want %v", got, want)
		}
	})
}

// Whatever bounces: reports alternate, and the last one is the level that the contact came to rest at.
func TestTheLastEdgeAlwaysWins(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		pauses := rapid.SliceOfN(rapid.IntRange(0, 120), 0, 30).Draw(r, "pauses")
		debounceMS := rapid.SampledFrom([]int64{0, 1, 50, 500}).Draw(r, "debounce")
		synctest.Test(t, func(t *testing.T) {
			host := drivertest.NewHost()
			active := false
			got := watched(t, host, drivers.Settings{"input": "loop", "debounce_ms": debounceMS}, func() {
				for _, pause := range pauses {
					active = !active
					host.FakeInput("loop").Drive(active)
					time.Sleep(time.Duration(pause) * time.Millisecond)
				}
			})
			if len(slices.Compact(slices.Clone(got))) != len(got) {
				r.Errorf("pauses %v: a level twice in %v", pauses, got)
			}
			if last := got[len(got)-1] == drivers.LevelActive; last != active {
				r.Errorf("pauses %v: levels %v, but the contact is %v", pauses, got, active)
			}
		})
	})
}

// lateInput is an input of a machine that was busy: it hears of all edges at once, each with its own time.
type lateInput struct {
	drivers.Input
	after []time.Duration // from one edge to the next
}

func (l lateInput) Watch(ctx context.Context, report func(active bool, at time.Time)) error {
	active, at := false, time.Now().Add(-time.Minute)
	report(active, at)
	for _, after := range l.after {
		active, at = !active, at.Add(after)
		report(active, at)
	}
	<-ctx.Done()
	return ctx.Err()
}

type lateHost struct {
	*drivertest.Host
	after []time.Duration
}

func (h lateHost) Input(name string) (drivers.Input, error) {
	input, err := h.Host.Input(name)
	return lateInput{input, h.after}, err
}

// A press that lasted is one, however late the machine hears of it; what bounced is none.
func TestAPressThatIsHeardLateCounts(t *testing.T) {
	const ms = time.Millisecond
	for _, c := range []struct {
		after []time.Duration
		want  []drivers.Level
	}{
		{[]time.Duration{time.Second, 60 * ms}, []drivers.Level{drivers.LevelInactive, drivers.LevelActive, drivers.LevelInactive}},
		{[]time.Duration{time.Second, 5 * ms, 5 * ms, 80 * ms}, []drivers.Level{drivers.LevelInactive, drivers.LevelActive, drivers.LevelInactive}},
		{[]time.Duration{time.Second, 40 * ms}, []drivers.Level{drivers.LevelInactive}},
	} {
		for range 10 {
			synctest.Test(t, func(t *testing.T) {
				host := lateHost{drivertest.NewHost(), c.after}
				if got := watched(t, host, drivers.Settings{"input": "button", "debounce_ms": int64(50)}, func() {}); !slices.Equal(got, c.want) {
					t.Errorf("edges after %v: levels %v, want %v", c.after, got, c.want)
				}
			})
		}
	}
}

func TestWrongSettingsSayWhatToWrite(t *testing.T) {
	drivertest.TestRefused(t, contact.Driver(), map[string]drivers.Settings{
		"input is missing: write the name":               {},
		"input = 4: write a text":                        {"input": int64(4)},
		"normally_closed = \"yes\": write true or false": {"input": "a", "normally_closed": "yes"},
		"debounce_ms = 501: write 0 to 500":              {"input": "a", "debounce_ms": int64(501)},
		"debounce_ms = false: write a whole number":      {"input": "a", "debounce_ms": false},
	})
}

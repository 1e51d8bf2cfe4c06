package line_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"gatehouse/drivers"
	"gatehouse/drivers/line"
	"gatehouse/drivers/line/gpiochip"
)

// regained is longer than the Host takes to have a line again whose chip is back.
const regained = 1500 * time.Millisecond

// away checks that an order fails because the output's chip is unplugged, and says so.
func away(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, drivers.ErrOffline) || !errors.Is(err, gpiochip.ErrGone) {
		t.Errorf("its chip is unplugged, the error is %v", err)
	}
}

// An expander is unplugged while it raises an arm, and comes back: nothing moves by that, and the next order is done.
func TestAnOutputWhoseChipIsUnpluggedInAPulse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLot(t)
		defer l.host.Close()
		raise, lower := output(t, l.host, "raise"), output(t, l.host, "lower")
		if err := raise.Pulse(time.Second); err != nil {
			t.Fatal(err)
		}
		l.chip.Unplug("k1")
		time.Sleep(time.Minute)
		away(t, raise.Pulse(time.Second))
		away(t, raise.(drivers.Prober).Probe(t.Context()))
		if err := lower.Pulse(time.Second); !errors.Is(err, line.ErrInterlock) {
			t.Errorf("lower beside a raise that may be on: %v", err)
		}
		l.chip.Plug("k1")
		time.Sleep(regained)
		if edges := l.edges("k1"); len(edges) != 2 || l.chip.High("k1") {
			t.Errorf("edges %v: want those of the pulse that was cut off", edges)
		}
		if err := lower.Pulse(100 * time.Millisecond); err != nil {
			t.Errorf("lower, after the raise is surely off: %v", err)
		}
		time.Sleep(time.Second)
		if err := raise.Pulse(300 * time.Millisecond); err != nil {
			t.Error(err)
		}
		time.Sleep(time.Second)
		if edges := l.edges("k1"); len(edges) != 4 || edges[3].Sub(edges[2]) != 300*time.Millisecond {
			t.Errorf("edges %v: want one pulse more", edges)
		}
	})
}

// It was unplugged for a moment and nobody noticed: the next order is done at once.
func TestAnOutputWhoseChipWasUnpluggedUnseen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLot(t)
		defer l.host.Close()
		raise, lamp := output(t, l.host, "raise"), output(t, l.host, "lamp")
		if err := lamp.Set(true); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"k1", "k3"} {
			l.chip.Unplug(name)
			l.chip.Plug(name)
		}
		if err := raise.Pulse(300 * time.Millisecond); err != nil || !l.chip.High("k1") {
			t.Errorf("raise: %v", err)
		}
		if err := lamp.Pulse(time.Second); err != nil || l.chip.High("k3") {
			t.Errorf("an order within a level that was lost: %v", err)
		}
		time.Sleep(time.Second)
		if on, err := l.host.ReadBack("lamp"); !on || err != nil {
			t.Errorf("the level that was lost and is ordered again: on %v, error %v", on, err)
		}
		if edges := l.edges("k1"); len(edges) != 2 {
			t.Errorf("raise: edges %v", edges)
		}
	})
}

// Who only asks hears that a level was lost, and then that all is well again: the level is not.
func TestALevelIsNotTakenUpAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLot(t)
		defer l.host.Close()
		lamp := output(t, l.host, "lamp")
		if err := lamp.Set(true); err != nil {
			t.Fatal(err)
		}
		l.chip.Unplug("k3")
		l.chip.Plug("k3")
		away(t, lamp.(drivers.Prober).Probe(t.Context()))
		if err := lamp.(drivers.Prober).Probe(t.Context()); err != nil {
			t.Error(err)
		}
		time.Sleep(time.Minute)
		if !l.chip.High("k3") || len(l.edges("k3")) != 2 {
			t.Errorf("edges %v: want on, and off with its chip", l.edges("k3"))
		}
	})
}

// Relays that have a supply of their own stay as they were while the chip is away: a pulse ends with its return, a level that
// the board has kept stays.
func TestWhatStayedOnWhileItsChipWasAway(t *testing.T) {
	for _, c := range []struct {
		name, line string
		order      func(drivers.Output) error
		stays      bool
	}{
		{"raise", "k1", func(o drivers.Output) error { return o.Pulse(500 * time.Millisecond) }, false},
		{"horn", "k5", func(o drivers.Output) error { return o.Pulse(500 * time.Millisecond) }, false},
		{"lamp", "k3", func(o drivers.Output) error { return o.Set(true) }, false},
		{"bypass", "k6", func(o drivers.Output) error { return o.Set(true) }, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			l := newLot(t)
			defer l.host.Close()
			rest := l.chip.High(c.line)
			o := output(t, l.host, c.name)
			if err := c.order(o); err != nil {
				t.Fatal(err)
			}
			l.chip.Unplug(c.line)
			l.chip.Leave(c.line, !rest)
			time.Sleep(time.Minute)
			away(t, o.(drivers.Prober).Probe(t.Context()))
			l.chip.Plug(c.line)
			time.Sleep(regained)
			if stays := l.chip.High(c.line) != rest; stays != c.stays {
				t.Errorf("%s: it is on %v, want %v", c.name, stays, c.stays)
			}
		})
	}
}

// However chips come and go under the orders for an arm: no relay is on for longer than the board allows, nor with its opposite.
func TestChipsThatComeAndGo(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		steps := rapid.SliceOfN(rapid.IntRange(0, 7), 1, 30).Draw(r, "steps")
		pauses := rapid.SliceOfN(rapid.IntRange(0, 1500), 30, 30).Draw(r, "pauses")
		synctest.Test(t, func(t *testing.T) {
			l := newLot(t)
			raise, lower := output(t, l.host, "raise"), output(t, l.host, "lower")
			l.chip.OnOutput(func(string, bool, time.Time) {
				if l.chip.High("k1") && l.chip.High("k2") {
					r.Errorf("steps %v: both relays are on", steps)
				}
			})
			do := []func(){
				func() { _ = raise.Pulse(700 * time.Millisecond) }, // it may be refused, or away
				func() { _ = lower.Pulse(700 * time.Millisecond) },
				func() { _ = raise.Set(false) },
				func() { _, _ = l.host.ReadBack("lower") },
				func() { l.chip.Unplug("k1") }, func() { l.chip.Plug("k1") },
				func() { l.chip.Unplug("k2") }, func() { l.chip.Plug("k2") },
			}
			for i, step := range steps {
				do[step]()
				time.Sleep(time.Duration(pauses[i]) * time.Millisecond)
			}
			l.chip.Plug("k1")
			l.chip.Plug("k2")
			time.Sleep(5 * time.Second)
			for name, o := range map[string]drivers.Output{"k1": raise, "k2": lower} {
				edges := l.edges(name)
				for i := 0; i+1 < len(edges); i += 2 {
					if edges[i+1].Sub(edges[i]) > time.Second {
						r.Errorf("steps %v, pauses %v: %s %v", steps, pauses, name, edges)
					}
				}
				if err := o.Set(false); err != nil || l.chip.High(name) {
					r.Errorf("steps %v: %s in the end: on %v, %v", steps, name, l.chip.High(name), err)
				}
			}
			_ = l.host.Close()
		})
	})
}

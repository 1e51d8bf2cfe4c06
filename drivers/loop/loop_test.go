package loop_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"gatehouse/drivers"
	"gatehouse/drivers/drivertest"
	"gatehouse/drivers/loop"
)

func TestLoopKeepsTheContract(t *testing.T) {
	for name, settings := range map[string]drivers.Settings{
		"presence": {"presence": "in1", "stuck_after_s": int64(900)},
		"pulse":    {"pulse": "in1"},
		"pair":     {"presence": "in1", "pulse": "in2", "window_ms": int64(2000)},
	} {
		t.Run(name, func(t *testing.T) {
			drivertest.TestSwitch(t, func() drivertest.ListenerBench {
				host := drivertest.NewHost()
				active := false
				return drivertest.ListenerBench{
					Bench: drivertest.Bench{Driver: loop.Driver(), Settings: settings, Host: host, Names: []string{"in1"}},
					Report: func(any) {
						active = !active
						if active && name == "pair" {
							host.FakeInput("in2").Drive(true)
							time.AfterFunc(150*time.Millisecond, func() { host.FakeInput("in2").Drive(false) })
						}
						host.FakeInput("in1").Drive(active)
						if name == "pulse" {
							active = false
							time.AfterFunc(2*time.Second-time.Nanosecond, func() { host.FakeInput("in1").Drive(false) })
						}
					},
				}
			})
		})
	}
}

// story runs a detector as the app does, again when it failed, and tells its levels and faults.
func story(t *testing.T, settings drivers.Settings, play func(presence, pulse *drivertest.Input)) []string {
	var told []string
	synctest.Test(t, func(t *testing.T) {
		host := drivertest.NewHost()
		device, err := loop.Driver().Make(host, settings)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			for ctx.Err() == nil {
				err := device.(drivers.Switch).Watch(ctx, func(level drivers.Level) {
					text := []string{"clear", "vehicle", "failed"}[level]
					if len(told) == 0 || told[len(told)-1] != text {
						told = append(told, text)
					}
				})
				if errors.Is(err, loop.ErrFault) {
					told = append(told, strings.Split(err.Error(), ": ")[2])
				}
				time.Sleep(time.Second)
			}
		}()
		time.Sleep(2 * time.Second)
		play(host.FakeInput("presence"), host.FakeInput("pulse"))
		time.Sleep(5 * time.Second)
		cancel()
		<-done
	})
	return told
}

var pair = drivers.Settings{"presence": "presence", "pulse": "pulse"}

func pulseOf(input *drivertest.Input, length time.Duration) {
	input.Drive(true)
	time.Sleep(length)
	input.Drive(false)
}

func TestWhatADetectorTells(t *testing.T) {
	for name, c := range map[string]struct {
		settings drivers.Settings
		play     func(presence, pulse *drivertest.Input)
		want     string
	}{
		"two vehicles": {pair, func(presence, pulse *drivertest.Input) {
			for range 2 {
				presence.Drive(true)
				pulseOf(pulse, 150*time.Millisecond)
				time.Sleep(8 * time.Second)
				presence.Drive(false)
				time.Sleep(3 * time.Second)
			}
		}, "clear vehicle clear vehicle clear"},
		"the pulse comes first": {pair, func(presence, pulse *drivertest.Input) {
			pulseOf(pulse, 250*time.Millisecond)
			time.Sleep(400 * time.Millisecond)
			presence.Drive(true)
			time.Sleep(time.Minute)
		}, "clear vehicle"},
		"a vehicle that stays for long": {pair, func(presence, pulse *drivertest.Input) {
			presence.Drive(true)
			pulseOf(pulse, 150*time.Millisecond)
			time.Sleep(14 * time.Minute)
			presence.Drive(false)
		}, "clear vehicle clear"},
		"stuck, and mended": {drivers.Settings{"presence": "presence", "stuck_after_s": int64(60)}, func(presence, _ *drivertest.Input) {
			presence.Drive(true)
			time.Sleep(5 * time.Minute)
			presence.Drive(false)
		}, "clear vehicle failed | it is stuck | failed clear"},
		"stuck, and mended while nobody watches": {drivers.Settings{"presence": "presence", "stuck_after_s": int64(60)}, func(presence, _ *drivertest.Input) {
			presence.Drive(true)
			time.Sleep(60*time.Second + 500*time.Millisecond)
			presence.Drive(false)
		}, "clear vehicle failed | it is stuck | clear"},
		"power lost, and back while nobody watches": {pair, func(presence, _ *drivertest.Input) {
			presence.Drive(true)
			time.Sleep(1500 * time.Millisecond)
			presence.Drive(false)
		}, "clear vehicle failed | it shows presence without a pulse | clear"},
		"never stuck": {drivers.Settings{"presence": "presence", "stuck_after_s": int64(0)}, func(presence, _ *drivertest.Input) {
			presence.Drive(true)
			time.Sleep(50 * time.Hour)
		}, "clear vehicle"},
		"the detector loses its power": {pair, func(presence, _ *drivertest.Input) {
			presence.Drive(true)
			time.Sleep(time.Hour)
			presence.Drive(false)
		}, "clear vehicle failed | it shows presence without a pulse | failed clear"},
		"the presence wire is broken": {pair, func(_, pulse *drivertest.Input) {
			pulseOf(pulse, 150*time.Millisecond)
			time.Sleep(time.Minute)
		}, "clear failed | it pulses without presence | failed"},
		"a pulse that does not end": {drivers.Settings{"pulse": "pulse"}, func(_, pulse *drivertest.Input) {
			pulse.Drive(true)
			time.Sleep(time.Minute)
		}, "clear vehicle failed | it is stuck | failed"},
	} {
		t.Run(name, func(t *testing.T) {
			got := story(t, c.settings, c.play)
			text := strings.Join(got, " ")
			for _, fault := range []string{"it is stuck", "it shows presence without a pulse", "it pulses without presence"} {
				text = strings.ReplaceAll(text, fault, "| "+fault+" |")
			}
			if text != c.want {
				t.Errorf("told %q, want %q", text, c.want)
			}
		})
	}
}

// However two relays chatter, and whatever is lost: it never ends without a fault or the context, and whatever it said
// before, once both relays rest it says clear or has said what is wrong.
func TestChatterNeverLeavesAVehicleBehind(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		moves := rapid.SliceOfN(rapid.IntRange(0, 3), 0, 30).Draw(r, "moves")
		pauses := rapid.SliceOfN(rapid.IntRange(0, 2500), 30, 30).Draw(r, "pauses")
		told := story(t, pair, func(presence, pulse *drivertest.Input) {
			for i, move := range moves {
				[]*drivertest.Input{presence, pulse}[move/2].Drive(move%2 == 1)
				time.Sleep(time.Duration(pauses[i]) * time.Millisecond)
			}
			presence.Drive(false)
			pulse.Drive(false)
			time.Sleep(5 * time.Second)
		})
		if !slices.Contains([]string{"clear", "failed"}, told[len(told)-1]) && !strings.HasPrefix(told[len(told)-1], "it ") {
			r.Errorf("moves %v: %q", moves, told)
		}
	})
}

func TestWrongSettingsSayWhatToWrite(t *testing.T) {
	drivertest.TestRefused(t, loop.Driver(), map[string]drivers.Settings{
		"presence is missing: write the name": {},
		"is also presence":                    {"presence": "a", "pulse": "a"},
		"stuck_after_s = 5: write 10":         {"presence": "a", "stuck_after_s": int64(5)},
		"window_ms = 5: write 100 to 10000":   {"presence": "a", "window_ms": int64(5)},
	})
}

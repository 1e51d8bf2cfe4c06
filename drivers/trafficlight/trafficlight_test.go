package trafficlight_test

import (
	"fmt"
	"testing"
	"testing/synctest"

	"pgregory.net/rapid"

	"gatehouse/drivers"
	"gatehouse/drivers/drivertest"
	"gatehouse/drivers/trafficlight"
)

var settings = drivers.Settings{"red": "k1", "green": "k2", "yellow": "k3"}

func lit(host *drivertest.Host) (lamps string) {
	for name, text := range map[string]string{"k1": "red", "k2": "green", "k3": "yellow"} {
		if host.FakeOutput(name).Active() {
			lamps += text
		}
	}
	return lamps
}

func TestLightKeepsTheContract(t *testing.T) {
	drivertest.TestDisplay(t, func() drivertest.DisplayBench {
		host := drivertest.NewHost()
		return drivertest.DisplayBench{
			Bench: drivertest.Bench{Driver: trafficlight.Driver(), Settings: settings, Host: host, Names: []string{"k1", "k2", "k3"}},
			Shown: func() string { return lit(host) }, Drives: true,
		}
	})
}

// Whatever is shown and whichever relay is lost meanwhile, never do two lamps burn.
func TestNeverTwoLamps(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		steps := rapid.SliceOfN(rapid.IntRange(0, 9), 1, 30).Draw(r, "steps")
		synctest.Test(t, func(t *testing.T) {
			host := drivertest.NewHost()
			device, err := trafficlight.Driver().Make(host, settings)
			if err != nil {
				t.Fatal(err)
			}
			for _, step := range steps {
				switch {
				case step < 3:
					_ = device.(drivers.Display).Show(t.Context(), drivers.Face{Colour: drivers.Colour(step)}) // may fail: a relay is lost
				case step == 3:
					_ = device.(drivers.Display).Show(t.Context(), drivers.Face{Unknown: true})
				case step < 7:
					host.Lose(fmt.Sprintf("k%d", step-3))
				default:
					host.Restore(fmt.Sprintf("k%d", step-6))
				}
				if lamps := lit(host); lamps != "" && lamps != "red" && lamps != "green" && lamps != "yellow" {
					r.Errorf("steps %v: %s", steps, lamps)
				}
			}
		})
	})
}

func TestALightWithoutYellowShowsRed(t *testing.T) {
	host := drivertest.NewHost()
	device, err := trafficlight.Driver().Make(host, drivers.Settings{"red": "k1", "green": "k2"})
	if err != nil {
		t.Fatal(err)
	}
	if err := device.(drivers.Display).Show(t.Context(), drivers.Face{Colour: drivers.ColourYellow}); err != nil || lit(host) != "red" {
		t.Errorf("%s, %v", lit(host), err)
	}
}

func TestWrongSettingsSayWhatToWrite(t *testing.T) {
	drivertest.TestRefused(t, trafficlight.Driver(), map[string]drivers.Settings{
		"green is missing: write the relay": {"red": "a"},
		`green = "a" is also another lamp`:  {"red": "a", "green": "a"},
	})
}

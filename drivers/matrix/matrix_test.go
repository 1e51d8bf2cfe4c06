package matrix_test

import (
	"fmt"
	"slices"
	"testing"

	"gatehouse/drivers"
	"gatehouse/drivers/drivertest"
	"gatehouse/drivers/matrix"
)

var (
	digits = drivers.Settings{"spi": "spi0", "kind": "digits", "digits": int64(4), "units": int64(1), "intensity": int64(3)}
	dots   = drivers.Settings{"spi": "spi0", "kind": "matrix", "units": int64(4), "mirrored": false}
)

func newBench(settings drivers.Settings) (drivertest.Bench, *matrix.Simulator) {
	host, simulator := drivertest.NewHost(), matrix.NewSimulator(int(settings["units"].(int64)))
	host.FakeSPI("spi0").Attach(simulator)
	return drivertest.Bench{Driver: matrix.Driver(), Settings: settings, Host: host, Names: []string{"spi0"}}, simulator
}

func TestMatrixKeepsTheContract(t *testing.T) {
	for name, settings := range map[string]drivers.Settings{"digits": digits, "dots": dots} {
		t.Run(name, func(t *testing.T) {
			drivertest.TestDisplay(t, func() drivertest.DisplayBench {
				b, simulator := newBench(settings)
				return drivertest.DisplayBench{Bench: b, Shown: simulator.Shown}
			})
		})
	}
}

func TestWhatADriverReads(t *testing.T) {
	for _, c := range []struct {
		settings drivers.Settings
		face     drivers.Face
		want     string
	}{
		{digits, drivers.Face{Count: 42}, "  42"},
		{digits, drivers.Face{Count: 123456}, "9999"},
		{digits, drivers.Face{Count: 7, Unknown: true}, "  --"},
		{digits, drivers.Face{Lines: []string{"FULL"}}, "   0"},
		{dots, drivers.Face{Lines: []string{"FULL"}}, "FULL"},
		{dots, drivers.Face{Lines: []string{"too long"}, Count: 17}, "  17"},
		{dots, drivers.Face{Lines: []string{"FULL"}, Unknown: true}, "  --"},
	} {
		b, simulator := newBench(c.settings)
		device, err := b.Driver.Make(b.Host, b.Settings)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := device.(drivers.Display).Show(t.Context(), c.face); err != nil || simulator.Shown() != c.want {
				t.Errorf("%+v shows %q, %v: want %q", c.face, simulator.Shown(), err, c.want)
			}
			simulator.Unpower() // the same face again heals it
		}
	}
}

// The words that the chips' data sheet asks for: no decoding of tests, scan limit, on, and BCD digits from the left.
func TestGoldenWords(t *testing.T) {
	b, _ := newBench(digits)
	device, err := b.Driver.Make(b.Host, b.Settings)
	if err != nil {
		t.Fatal(err)
	}
	if err := device.(drivers.Display).Show(t.Context(), drivers.Face{Count: 42}); err != nil {
		t.Fatal(err)
	}
	words := b.Host.FakeSPI("spi0").Writes()
	for _, want := range []string{"0f00", "0b03", "0c01", "09ff", "0a03", "040f", "0204", "0102"} {
		if !slices.ContainsFunc(words, func(w []byte) bool { return fmt.Sprintf("%x", w) == want }) {
			t.Errorf("%s is not among %x", want, words)
		}
	}
}

func TestWrongSettingsSayWhatToWrite(t *testing.T) {
	drivertest.TestRefused(t, matrix.Driver(), map[string]drivers.Settings{
		"spi is missing: write the name":             {},
		`kind = "oled": write one of digits, matrix`: {"spi": "a", "kind": "oled"},
		"units = 17: write 1 to 16":                  {"spi": "a", "units": int64(17)},
	})
}

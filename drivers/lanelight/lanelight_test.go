package lanelight_test

import (
	"bytes"
	"testing"
	"testing/synctest"

	"gatehouse/drivers"
	"gatehouse/drivers/drivertest"
	"gatehouse/drivers/lanelight"
)

// The orders of B-TEK's TL-280 manual, by the faces that lead to them.
func TestGoldenOrders(t *testing.T) {
	for want, face := range map[string]drivers.Face{
		"R ": {Colour: drivers.ColourRed}, " G": {Colour: drivers.ColourGreen}, "<>": {Colour: drivers.ColourYellow}, "  ": {Unknown: true},
	} {
		synctest.Test(t, func(t *testing.T) {
			b, simulator := newBench()
			device, err := b.Driver.Make(b.Host, b.Settings)
			if err != nil {
				t.Fatal(err)
			}
			go simulator.Run()
			if err := device.(drivers.Display).Show(t.Context(), face); err != nil {
				t.Error(err)
			}
			synctest.Wait()
			if simulator.Shown() != want || !bytes.Equal(lanelight.Encode(lanelight.Fields{Left: want[0], Right: want[1]}), append([]byte{0x3A}, want...)) {
				t.Errorf("%+v shows %q, want %q", face, simulator.Shown(), want)
			}
			b.Host.Close()
		})
	}
}

func newBench() (drivertest.Bench, *lanelight.Simulator) {
	host := drivertest.NewHost()
	simulator := lanelight.NewSimulator(host.Wire("uart1").Far())
	return drivertest.Bench{
		Driver: lanelight.Driver(), Host: host, Names: []string{"uart1"}, Far: simulator.Run,
		Settings: drivers.Settings{"port": "uart1", "baud": int64(300), "yellow": "arrows"},
	}, simulator
}

func TestLightKeepsTheContract(t *testing.T) {
	drivertest.TestDisplay(t, func() drivertest.DisplayBench {
		b, simulator := newBench()
		return drivertest.DisplayBench{Bench: b, Shown: simulator.Shown}
	})
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("\x3A\x3AR :G"))
	f.Fuzz(func(t *testing.T, data []byte) {
		fields, used, found := lanelight.Parse(data)
		if used < 0 || used > len(data) || !found && len(data)-used >= 3 {
			t.Fatalf("% X: used %d", data, used)
		}
		if found && !bytes.HasSuffix(data[:used], lanelight.Encode(fields)) {
			t.Errorf("% X: %+v is not what stands there", data, fields)
		}
	})
}

func TestWrongSettingsSayWhatToWrite(t *testing.T) {
	drivertest.TestRefused(t, lanelight.Driver(), map[string]drivers.Settings{
		"port is missing: write the name":                 {},
		`yellow = "blue": write one of red, arrows, dark`: {"port": "a", "yellow": "blue"},
	})
}

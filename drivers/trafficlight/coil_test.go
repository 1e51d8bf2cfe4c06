package trafficlight_test

import (
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"gatehouse/drivers"
	"gatehouse/drivers/drivertest"
	"gatehouse/drivers/modbus"
	"gatehouse/drivers/trafficlight"
)

// street is a light on relays 5 to 7 of a board on a bus.
type street struct {
	host     *drivertest.Host
	bus      *modbus.Simulator
	settings drivers.Settings
	driver   drivers.Driver
}

func newStreet(function int64) street {
	s := street{host: drivertest.NewHost(), bus: &modbus.Simulator{}, driver: trafficlight.CoilDriver(modbus.NewBuses())}
	s.settings = drivers.Settings{
		"port": "rs485", "slave": int64(3), "red": int64(6), "green": int64(5), "yellow": int64(7), "function": function,
	}
	for coil := range uint16(8) {
		s.bus.Slave(3).SetBit(coil, coil == 0) // relay 1 is somebody else's
	}
	return s
}

func (s street) serve() error { return s.bus.Serve(s.host.Wire("rs485").Far()) }

func (s street) lit() (lamps string) {
	for coil, name := range map[uint16]string{4: "green", 5: "red", 6: "yellow"} {
		if s.bus.Slave(3).Bit(coil) {
			lamps += name
		}
	}
	return lamps
}

func TestCoilLightKeepsTheContract(t *testing.T) {
	for _, function := range []int64{15, 5} {
		drivertest.TestDisplay(t, func() drivertest.DisplayBench {
			s := newStreet(function)
			return drivertest.DisplayBench{
				Bench: drivertest.Bench{Driver: s.driver, Settings: s.settings, Host: s.host, Names: []string{"rs485"}, Far: s.serve},
				Shown: s.lit, Drives: true,
			}
		})
	}
}

// One order switches all lamps: "green" is coils 4 to 6 in one frame, and relay 1 is left alone.
func TestOneOrderSwitchesAllLamps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStreet(15)
		device, err := s.driver.Make(s.host, s.settings)
		if err != nil {
			t.Fatal(err)
		}
		go s.serve()
		if err := device.(drivers.Display).Show(t.Context(), drivers.Face{Colour: drivers.ColourGreen}); err != nil || s.lit() != "green" {
			t.Errorf("%s, %v", s.lit(), err)
		}
		writes := s.bus.Slave(3).Writes()
		if frame := writes[0].AppendTo(nil); len(writes) != 1 || hex.EncodeToString(frame[:8]) != "030f000400030101" || !s.bus.Slave(3).Bit(0) {
			t.Errorf("%d orders, the first % X", len(writes), frame)
		}
		s.host.Close()
	})
}

// Whatever is shown, and whatever is wrong with the board meanwhile, never do two lamps burn.
func TestNeverTwoLampsOnABoard(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		function := rapid.SampledFrom([]int64{5, 15}).Draw(r, "function")
		steps := rapid.SliceOfN(rapid.IntRange(0, 3+int(modbus.TroubleRefuses)), 1, 12).Draw(r, "steps")
		synctest.Test(t, func(t *testing.T) {
			s := newStreet(function)
			device, err := s.driver.Make(s.host, s.settings)
			if err != nil {
				t.Fatal(err)
			}
			go s.serve()
			for _, step := range steps {
				if step > 3 {
					s.bus.Slave(3).SetTrouble(modbus.Trouble(step - 4))
					continue
				}
				_ = device.(drivers.Display).Show(t.Context(), drivers.Face{Colour: drivers.Colour(step), Unknown: step == 3}) // may fail
				if lamps := s.lit(); lamps != "" && lamps != "red" && lamps != "green" && lamps != "yellow" {
					r.Errorf("steps %v: %s", steps, lamps)
				}
			}
			time.Sleep(time.Second)
			s.host.Close()
		})
	})
}

// A board that does not know the order to several coils says so, and the fault says what to write.
func TestABoardThatKnowsNoOrderToSeveral(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStreet(15)
		s.bus.Slave(3).SetUnknown(modbus.FunctionWriteCoils)
		device, err := s.driver.Make(s.host, s.settings)
		if err != nil {
			t.Fatal(err)
		}
		go s.serve()
		err = device.(drivers.Display).Show(t.Context(), drivers.Face{})
		if !errors.Is(err, drivers.ErrUnsupported) || !strings.Contains(err.Error(), "function = 15; function = 5 does the same") {
			t.Errorf("error %v", err)
		}
		s.host.Close()
	})
}

func TestWrongCoilSettingsSayWhatToWrite(t *testing.T) {
	apart := drivers.Settings{"port": "a", "red": int64(1), "green": int64(3)}
	drivertest.TestRefused(t, trafficlight.CoilDriver(modbus.NewBuses()), map[string]drivers.Settings{
		"port is missing: write the name":      {"red": int64(1), "green": int64(2)},
		"green is missing: write the relay":    {"port": "a", "red": int64(1)},
		"green = 1 is also another lamp":       {"port": "a", "red": int64(1), "green": int64(1)},
		"1 to 3 are more than the lamps: wire": apart,
		"function = 6: write 15 or 5":          {"port": "a", "red": int64(1), "green": int64(2), "function": int64(6)},
	})
	apart["function"] = int64(5)
	if _, err := trafficlight.CoilDriver(modbus.NewBuses()).Make(drivertest.NewHost(), apart); err != nil {
		t.Errorf("one after the other: %v", err)
	}
}

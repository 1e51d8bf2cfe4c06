package ups_test

import (
	"context"
	"errors"
	"maps"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/drivers"
	"gatehouse/drivers/drivertest"
	"gatehouse/drivers/ups"
)

var settings = drivers.Settings{
	"mains_lost": "in1", "running": "k1", "gauge": "max17040", "bus": "i2c1", "address": int64(0x36), "period_ms": int64(300),
}

func newBench() (drivertest.Bench, *ups.Simulator) {
	host, gauge := drivertest.NewHost(), ups.NewMAX17040(4100, 95)
	host.FakeI2C("i2c1").Attach(0x36, gauge)
	return drivertest.Bench{Driver: ups.Driver(), Settings: settings, Host: host, Names: []string{"in1", "i2c1"}}, gauge
}

func TestSupplyKeepsTheContract(t *testing.T) {
	drivertest.TestMonitor(t, func() drivertest.ListenerBench {
		b, _ := newBench()
		lost := false
		return drivertest.ListenerBench{Bench: b, Drives: true, Report: func(any) {
			lost = !lost
			b.Host.FakeInput("in1").Drive(lost)
		}}
	})
}

// seen runs a supply for an hour while play changes it, and tells its last conditions.
func seen(t *testing.T, settings drivers.Settings, host *drivertest.Host, play func()) (conditions map[string]drivers.Condition, err error) {
	conditions = map[string]drivers.Condition{}
	device, err := ups.Driver().Make(host, settings)
	if err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(time.Minute, play)
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	defer cancel()
	err = device.(drivers.Monitor).Monitor(ctx, func(c drivers.Condition) { conditions[c.ID] = c })
	return conditions, err
}

// The mains are lost, the battery empties; the running line tells the supply that the gateway is there, until it is not.
func TestTheMainsAreLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, gauge := newBench()
		conditions, err := seen(t, settings, b.Host, func() {
			if !b.Host.FakeOutput("k1").Active() {
				t.Error("the supply is not told that the gateway runs")
			}
			b.Host.FakeInput("in1").Drive(true)
			gauge.SetMAX17040(3400, 8)
		})
		mains, charge, battery := conditions["mains"], conditions["charge"], conditions["battery"]
		if !errors.Is(err, context.DeadlineExceeded) || mains.State != drivers.ConditionFault || mains.Do == "" {
			t.Errorf("%+v, %v", mains, err)
		}
		if charge.State != drivers.ConditionFault || charge.Value != 8 || battery.Value != 3400 {
			t.Errorf("%+v, %+v", charge, battery)
		}
		if b.Host.FakeOutput("k1").Active() {
			t.Error("the gateway is gone, and the supply is told that it runs")
		}
	})
}

// A gauge goes away and comes back: that is told, the mains are watched on meanwhile, and the supply must not believe that the
// gateway is gone: it would switch it off.
func TestAGaugeThatIsAwayForAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, gauge := newBench()
		device, err := ups.Driver().Make(b.Host, settings)
		if err != nil {
			t.Fatal(err)
		}
		var mu sync.Mutex
		told := map[string]drivers.Condition{}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() {
			ended <- device.(drivers.Monitor).Monitor(ctx, func(c drivers.Condition) {
				mu.Lock()
				defer mu.Unlock()
				told[c.ID] = c
			})
		}()
		expect := func(when string, of map[string]drivers.ConditionState) {
			t.Helper()
			time.Sleep(time.Minute)
			mu.Lock()
			defer mu.Unlock()
			for id, state := range of {
				if c := told[id]; c.State != state || (c.Do == "") != (state == drivers.ConditionGood) {
					t.Errorf("%s: %+v, want state %d", when, c, state)
				}
			}
		}
		const good, warning, fault = drivers.ConditionGood, drivers.ConditionWarning, drivers.ConditionFault
		expect("all is well", map[string]drivers.ConditionState{"gauge": good, "charge": good, "battery": good, "mains": good})
		b.Host.FakeI2C("i2c1").Stick(true)
		expect("the bus is stuck", map[string]drivers.ConditionState{"gauge": warning, "charge": warning, "battery": warning, "mains": good})
		b.Host.FakeInput("in1").Drive(true)
		expect("and the mains are lost", map[string]drivers.ConditionState{"gauge": warning, "mains": fault})
		mu.Lock()
		if charge, note := told["charge"], told["gauge"].Note; charge.Value != 95 || !strings.Contains(note, "gauge on bus i2c1") {
			t.Errorf("charge %+v, gauge %q", charge, note)
		}
		mu.Unlock()
		gauge.SetMAX17040(3400, 8)
		b.Host.FakeI2C("i2c1").Stick(false)
		expect("it is back", map[string]drivers.ConditionState{"gauge": good, "charge": fault, "battery": good, "mains": fault})
		running := b.Host.FakeOutput("k1")
		if !running.Active() || len(running.Edges()) != 1 {
			t.Errorf("the supply is told that the gateway runs: %v, by %d edges", running.Active(), len(running.Edges()))
		}
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) || running.Active() {
			t.Errorf("%v, running %v", err, running.Active())
		}
	})
}

// A line that is lost for a moment ends the watch, and must not have the supply believe that the gateway is gone either.
func TestALostLineDoesNotSwitchTheGatewayOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, _ := newBench()
		device, err := ups.Driver().Make(b.Host, settings)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		run := func() error { return device.(drivers.Monitor).Monitor(ctx, func(drivers.Condition) {}) }
		time.AfterFunc(time.Second, func() { b.Host.Lose("in1") })
		if err := run(); !errors.Is(err, drivers.ErrOffline) || !strings.Contains(err.Error(), "watch input in1") {
			t.Errorf("error %v", err)
		}
		b.Host.Restore("in1")
		time.AfterFunc(time.Minute, cancel)
		again := run()
		if running := b.Host.FakeOutput("k1"); !errors.Is(again, context.Canceled) || running.Active() || len(running.Edges()) != 2 {
			t.Errorf("%v, running %v after %d edges, want on with the first life and off with the last", again, running.Active(), len(running.Edges()))
		}
	})
}

// supplied is a host whose board says what its supply is.
type supplied struct {
	*drivertest.Host
	board drivers.Settings
}

func (h supplied) Supply() drivers.Settings { return maps.Clone(h.board) }

// A board's file knows which pins its supply has; a site file that names others means another supply.
func TestTheBoardSaysWhereItsSupplyIs(t *testing.T) {
	for _, c := range []struct {
		own  drivers.Settings
		want string
	}{{drivers.Settings{"period_ms": int64(300)}, "in1"}, {drivers.Settings{"mains_lost": "in2"}, "in2"}} {
		synctest.Test(t, func(t *testing.T) {
			b, _ := newBench()
			device, err := ups.Driver().Make(supplied{b.Host, settings}, c.own)
			if err != nil {
				t.Fatal(err)
			}
			conditions := map[string]drivers.Condition{}
			time.AfterFunc(time.Minute, func() { b.Host.FakeInput(c.want).Drive(true) })
			ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
			defer cancel()
			_ = device.(drivers.Monitor).Monitor(ctx, func(c drivers.Condition) { conditions[c.ID] = c })
			_, gauged := conditions["charge"]
			if conditions["mains"].State != drivers.ConditionFault || gauged != (c.want == "in1") {
				t.Errorf("%v: %+v", c.own, conditions)
			}
		})
	}
}

func TestAnINA219(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host := drivertest.NewHost()
		host.FakeI2C("i2c1").Attach(0x41, ups.NewINA219(11_996, -750, 100))
		conditions, err := seen(t, drivers.Settings{"mains_lost": "in1", "gauge": "ina219", "bus": "i2c1", "address": int64(0x41)}, host, func() {})
		if conditions["battery"].Value != 11_996 || conditions["current"].Value != -750 || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%+v, %v", conditions, err)
		}
	})
}

func TestWrongSettingsSayWhatToWrite(t *testing.T) {
	drivertest.TestRefused(t, ups.Driver(), map[string]drivers.Settings{
		"mains_lost is missing: write the name":            {},
		`gauge = "x": write one of none, max17040, ina219`: {"mains_lost": "a", "gauge": "x"},
		"bus is missing": {"mains_lost": "a", "gauge": "ina219"},
	})
}

// Whatever a gauge's registers hold, what they say is within what the chip can measure, and has something to do beside it
// if it is bad.
func FuzzReadings(f *testing.F) {
	f.Add([]byte{0xD0, 0x00, 0x5F, 0x80}, int64(100))
	f.Add([]byte{0xFF, 0xFF, 0x80, 0x00}, int64(1))
	f.Fuzz(func(t *testing.T, data []byte, shuntMilliohm int64) {
		if len(data) < 4 || shuntMilliohm < 1 {
			return
		}
		for _, reading := range ups.Readings([2]byte(data), [2]byte(data[2:]), shuntMilliohm) {
			for _, c := range reading {
				most := map[string]int64{"battery": 32_764, "charge": 100, "current": 327_680}[c.ID]
				if c.Value > most || c.Value < 0 && c.ID != "current" || c.Value < -most || (c.State == drivers.ConditionGood) != (c.Do == "") {
					t.Errorf("% X: %+v", data[:4], c)
				}
			}
		}
	})
}

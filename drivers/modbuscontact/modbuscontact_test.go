package modbuscontact_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/drivers"
	"gatehouse/drivers/drivertest"
	"gatehouse/drivers/modbus"
	"gatehouse/drivers/modbuscontact"
)

var settings = drivers.Settings{"port": "rs485", "slave": int64(3), "input": int64(2), "period_ms": int64(50)}

func newBench() (drivertest.Bench, *modbus.Slave) {
	host, bus := drivertest.NewHost(), &modbus.Simulator{}
	slave := bus.Slave(3)
	slave.SetBit(1, false)
	return drivertest.Bench{
		Driver: modbuscontact.Driver(modbus.NewBuses()), Settings: settings, Host: host, Names: []string{"rs485"},
		Far: func() error { return bus.Serve(host.Wire("rs485").Far()) },
	}, slave
}

func TestContactKeepsTheContract(t *testing.T) {
	listener := func(b drivertest.Bench, slave *modbus.Slave, nonsense string) drivertest.ListenerBench {
		active := false
		return drivertest.ListenerBench{
			Bench: b,
			Report: func(any) {
				active = !active
				slave.SetBit(1, active)
			},
			Garble: func(any) { _, _ = b.Host.Wire("rs485").Far().Write([]byte(nonsense)) },
		}
	}
	t.Run("on a bus", func(t *testing.T) {
		drivertest.TestSwitch(t, func() drivertest.ListenerBench {
			b, slave := newBench()
			return listener(b, slave, "\x03\x02\x01\x01\xFF\xFFbabble")
		})
	})
	t.Run("in the network", func(t *testing.T) {
		drivertest.TestSwitch(t, func() drivertest.ListenerBench {
			host, bus := drivertest.NewHost(), &modbus.Simulator{}
			slave := bus.Slave(3)
			slave.SetBit(1, false)
			return listener(drivertest.Bench{
				Driver: modbuscontact.Driver(modbus.InNetwork("rs485")), Host: host, Names: []string{"rs485"},
				Settings: drivers.Settings{"port": "tcp://10.0.0.5", "slave": int64(3), "input": int64(2), "period_ms": int64(50)},
				Far:      func() error { return bus.ServeTCP(host.Wire("rs485").Far()) },
			}, slave, "\xFF\xFF\x00\x00\x00\x04\x03\x02\x01\x01") // a reply to a request that nobody made
		})
	})
}

// Nothing that a troubled board answers is taken for an edge; if it goes on, the contact has failed, and says why.
func TestATroubledBoardIsAFailedContact(t *testing.T) {
	for trouble := modbus.TroubleMute; trouble <= modbus.TroubleRefuses; trouble++ {
		if trouble == modbus.TroubleLate {
			continue // it is heard all the same
		}
		synctest.Test(t, func(t *testing.T) {
			b, slave := newBench()
			device, err := b.Driver.Make(b.Host, b.Settings)
			if err != nil {
				t.Fatal(err)
			}
			go b.Far()
			var levels []drivers.Level
			time.AfterFunc(2*time.Second, func() { slave.SetTrouble(trouble) })
			err = device.(drivers.Switch).Watch(t.Context(), func(level drivers.Level) { levels = append(levels, level) })
			var fault *modbus.Fault
			if !errors.As(err, &fault) || fault.Kind.Hint() == "" {
				t.Errorf("trouble %d: error %v", trouble, err)
			}
			if !slices.Equal(levels, []drivers.Level{drivers.LevelInactive, drivers.LevelFailed}) {
				t.Errorf("trouble %d: levels %v", trouble, levels)
			}
			b.Host.Close()
		})
	}
}

// A board that has its inputs as coils says so, and the fault says what to write.
func TestABoardWithInputsAsCoils(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, slave := newBench()
		slave.SetUnknown(modbus.FunctionReadDiscretes)
		go b.Far()
		watch := func() ([]drivers.Level, error) {
			device, err := b.Driver.Make(b.Host, b.Settings)
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			var levels []drivers.Level
			err = device.(drivers.Switch).Watch(ctx, func(level drivers.Level) { levels = append(levels, level) })
			return levels, err
		}
		_, err := watch()
		if !errors.Is(err, drivers.ErrUnsupported) || !strings.Contains(err.Error(), "illegal function, function = 2; function = 1 does the same") {
			t.Errorf("error %v", err)
		}
		b.Settings = maps.Clone(b.Settings)
		b.Settings["function"] = int64(1)
		if levels, err := watch(); !slices.Equal(levels, []drivers.Level{drivers.LevelInactive}) {
			t.Errorf("levels %v, error %v", levels, err)
		}
		b.Host.Close()
	})
}

func TestWrongSettingsSayWhatToWrite(t *testing.T) {
	drivertest.TestRefused(t, modbuscontact.Driver(modbus.NewBuses()), map[string]drivers.Settings{
		"input = 0: write 1 to 128":                     {"port": "a"},
		"port is missing: write the name":               {"input": int64(1)},
		"function = 3: write 2 or 1":                    {"port": "a", "input": int64(1), "function": int64(3)},
		"slave = 248: write 1 to 247":                   {"port": "a", "input": int64(1), "slave": int64(248)},
		"slave = 256: write 0 to 255":                   {"port": "tcp://a", "input": int64(1), "slave": int64(256)},
		"normally_closed = \"no\": write true or false": {"port": "a", "input": int64(1), "normally_closed": "no"},
	})
}

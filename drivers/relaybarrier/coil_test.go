package relaybarrier_test

import (
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/drivers"
	"gatehouse/drivers/drivertest"
	"gatehouse/drivers/modbus"
	"gatehouse/drivers/relaybarrier"
)

// board is a relay board on a bus, and the settings of a barrier on it.
type board struct {
	host     *drivertest.Host
	bus      *modbus.Simulator
	settings drivers.Settings
	driver   drivers.Driver
}

func newBoard(profile string) board {
	b := board{
		host: drivertest.NewHost(), bus: &modbus.Simulator{}, driver: relaybarrier.CoilDriver(modbus.NewBuses()),
		settings: drivers.Settings{
			"port": "rs485", "slave": int64(1), "profile": profile, "raise": int64(1), "hold": int64(2), "lower": int64(3),
			"stop": int64(4), "pulse_ms": int64(300),
		},
	}
	slave := b.bus.Slave(1)
	slave.SetFlashes(profile == "waveshare")
	for coil := range uint16(8) {
		slave.SetBit(coil, false)
	}
	return b
}

func (b board) serve() error { return b.bus.Serve(b.host.Wire("rs485").Far()) }

func (b board) on(coil uint16) bool { return b.bus.Slave(1).Bit(coil) }

func (b board) raises() (count int) {
	for _, w := range b.bus.Slave(1).Writes() {
		if w.Start == 0 && w.Value == modbus.CoilOn || w.Start == modbus.FlashOn {
			count++
		}
	}
	return count
}

func TestCoilBarrierKeepsTheContract(t *testing.T) {
	for _, profile := range []string{"waveshare", "coils"} {
		t.Run(profile, func(t *testing.T) {
			drivertest.TestBarrier(t, func() drivertest.BarrierBench {
				b := newBoard(profile)
				return b.bench(b.serve)
			})
		})
		t.Run(profile+" in the network", func(t *testing.T) {
			drivertest.TestBarrier(t, func() drivertest.BarrierBench {
				b := newBoard(profile)
				b.driver, b.settings["port"] = relaybarrier.CoilDriver(modbus.InNetwork("rs485")), "tcp://10.0.0.5"
				return b.bench(func() error { return b.bus.ServeTCP(b.host.Wire("rs485").Far()) })
			})
		})
	}
}

func (b board) bench(far func() error) drivertest.BarrierBench {
	return drivertest.BarrierBench{
		Bench:  drivertest.Bench{Driver: b.driver, Settings: b.settings, Host: b.host, Names: []string{"rs485"}, Far: far},
		Raises: b.raises,
		Held:   func() bool { return b.on(1) },
		Idle:   func() bool { return !b.on(0) && !b.on(1) && !b.on(2) && !b.on(3) },
	}
}

// visit gives a barrier on a relay board to play.
func visit(t *testing.T, profile string, play func(t *testing.T, b board, barrier drivers.Barrier)) {
	synctest.Test(t, func(t *testing.T) {
		b := newBoard(profile)
		device, err := b.driver.Make(b.host, b.settings)
		if err != nil {
			t.Fatal(err)
		}
		go b.serve()
		play(t, b, device.(drivers.Barrier))
		time.Sleep(time.Minute)
		b.host.Close()
	})
}

// The wiki's example: relay 0 on for 700 ms is 01 05 02 00 00 07 8D B0.
func TestTheFlashCommandIsTheMakers(t *testing.T) {
	visit(t, "waveshare", func(t *testing.T, b board, barrier drivers.Barrier) {
		b.settings["pulse_ms"] = int64(650)
		device, err := b.driver.Make(b.host, b.settings)
		if err != nil {
			t.Fatal(err)
		}
		if err := device.(drivers.Barrier).Do(t.Context(), drivers.BarrierRaise); err != nil {
			t.Fatal(err)
		}
		writes := b.bus.Slave(1).Writes()
		last := hex.EncodeToString(writes[len(writes)-1].AppendTo(nil))
		if last != "0105020000078db0" {
			t.Errorf("sent %s", last)
		}
		time.Sleep(690 * time.Millisecond)
		if !b.on(0) {
			t.Error("the pulse was too short")
		}
		time.Sleep(20 * time.Millisecond)
		if b.on(0) {
			t.Error("the pulse was too long")
		}
	})
}

// The answer to "on" is lost, and the bus is down while the pulse should end: it is ended once the bus is back.
func TestAPulseEndsAlthoughTheBusFailed(t *testing.T) {
	visit(t, "coils", func(t *testing.T, b board, barrier drivers.Barrier) {
		slave := b.bus.Slave(1)
		slave.SetTrouble(modbus.TroubleGarbles)
		if err := barrier.Do(t.Context(), drivers.BarrierRaise); !errors.Is(err, drivers.ErrOffline) {
			t.Errorf("error %v", err)
		}
		slave.SetBit(0, true) // its answer was lost, and it had done it
		b.host.Lose("rs485")
		time.Sleep(5 * time.Second)
		b.host.Restore("rs485")
		slave.SetTrouble(modbus.TroubleNone)
		time.Sleep(2 * time.Second)
		if b.on(0) {
			t.Error("the raise relay is still on")
		}
	})
}

// The gateway died while it held the barrier. Its next life is told to release it, and knows nothing of the hold.
func TestAHoldOfAnEarlierLifeIsReleased(t *testing.T) {
	visit(t, "waveshare", func(t *testing.T, b board, barrier drivers.Barrier) {
		b.bus.Slave(1).SetBit(1, true)
		if err := barrier.Do(t.Context(), drivers.BarrierRelease); err != nil || b.on(1) {
			t.Errorf("error %v, held %v", err, b.on(1))
		}
	})
}

// A gateway that died while it held the barrier may be told to lower it: nothing that opens stays on meanwhile.
func TestAHoldOfAnEarlierLifeIsOffBeforeTheArmComesDown(t *testing.T) {
	visit(t, "waveshare", func(t *testing.T, b board, barrier drivers.Barrier) {
		b.bus.Slave(1).SetBit(1, true)
		if err := barrier.Do(t.Context(), drivers.BarrierLower); err != nil || b.on(1) || !b.on(2) {
			t.Errorf("error %v, held %v, lowering %v", err, b.on(1), b.on(2))
		}
	})
}

// An arm that is held and does not come up is told to rise again. With one relay for both, that must not end the hold.
func TestARaiseDoesNotEndAHold(t *testing.T) {
	for _, profile := range []string{"waveshare", "coils"} {
		visit(t, profile, func(t *testing.T, b board, _ drivers.Barrier) {
			delete(b.settings, "hold")
			device, err := b.driver.Make(b.host, b.settings)
			if err != nil {
				t.Fatal(err)
			}
			for _, command := range []drivers.BarrierCommand{drivers.BarrierHold, drivers.BarrierRaise} {
				if err := device.(drivers.Barrier).Do(t.Context(), command); err != nil {
					t.Error(err)
				}
			}
			time.Sleep(time.Minute)
			if !b.on(0) {
				t.Errorf("%s: the barrier is not held any more", profile)
			}
			b.bus.Slave(1).SetBit(0, false) // its board was without power
			if err := device.(drivers.Barrier).Do(t.Context(), drivers.BarrierRaise); err != nil || !b.on(0) {
				t.Errorf("%s: error %v, held %v", profile, err, b.on(0))
			}
		})
	}
}

// Whatever a broken board answers, no raise relay comes on by a command that does not raise.
func TestATroubledBoardIsNoRaise(t *testing.T) {
	for trouble := modbus.TroubleMute; trouble <= modbus.TroubleRefuses; trouble++ {
		visit(t, "waveshare", func(t *testing.T, b board, barrier drivers.Barrier) {
			b.bus.Slave(1).SetTrouble(trouble)
			for _, command := range []drivers.BarrierCommand{drivers.BarrierRelease, drivers.BarrierLower, drivers.BarrierStop} {
				err := barrier.Do(t.Context(), command)
				var fault *modbus.Fault
				if !errors.As(err, &fault) || fault.Kind.Hint() == "" {
					t.Errorf("trouble %d, command %d: error %v, want a named fault", trouble, command, err)
				}
			}
			if b.raises() != 0 || b.on(0) || b.on(1) {
				t.Errorf("trouble %d raised the barrier", trouble)
			}
		})
	}
}

// A board that takes orders to several coils alone works with function = 15, and until then says that it wants it.
func TestABoardThatKnowsOnlyFunction15(t *testing.T) {
	visit(t, "coils", func(t *testing.T, b board, barrier drivers.Barrier) {
		b.bus.Slave(1).SetUnknown(modbus.FunctionWriteCoil)
		err := barrier.Do(t.Context(), drivers.BarrierRaise)
		if !errors.Is(err, drivers.ErrUnsupported) || !strings.Contains(err.Error(), "function = 5; function = 15 does the same") {
			t.Errorf("error %v", err)
		}
		b.settings["function"] = int64(15)
		device, err := b.driver.Make(b.host, b.settings)
		if err != nil {
			t.Fatal(err)
		}
		if err := device.(drivers.Barrier).Do(t.Context(), drivers.BarrierRaise); err != nil || !b.on(0) {
			t.Errorf("raised %v, error %v", b.on(0), err)
		}
		time.Sleep(time.Second)
		if b.on(0) || b.on(1) || b.on(2) || b.on(3) {
			t.Error("the pulse did not end, or touched others")
		}
	})
}

func TestWrongCoilSettingsSayWhatToWrite(t *testing.T) {
	drivertest.TestRefused(t, relaybarrier.CoilDriver(modbus.NewBuses()), map[string]drivers.Settings{
		"port is missing: write the name":              {"raise": int64(1)},
		"raise is missing":                             {"port": "a"},
		"has two commands":                             {"port": "a", "raise": int64(1), "lower": int64(1)},
		"raise = 33: write 1 to 32":                    {"port": "a", "raise": int64(33)},
		"slave = 0: write 1 to 247":                    {"port": "a", "raise": int64(1), "slave": int64(0)},
		"slave = 256: write 0 to 255":                  {"port": "tcp://a", "raise": int64(1), "slave": int64(256)},
		"function = 6: write 5 or 15":                  {"port": "a", "raise": int64(1), "function": int64(6)},
		`write profile = "coils" for a board`:          {"port": "a", "raise": int64(1), "function": int64(15)},
		`profile = "x": write one of waveshare, coils`: {"port": "a", "raise": int64(1), "profile": "x"},
	})
}

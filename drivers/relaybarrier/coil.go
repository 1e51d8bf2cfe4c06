package relaybarrier

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"gatehouse/drivers"
	"gatehouse/drivers/modbus"
)

const (
	coilTake  = time.Second            // a bus that answers at all answers within it
	coilRetry = 250 * time.Millisecond // how often a pulse that could not be ended is ended again
	relaysMax = 32                     // on one board
)

// The profiles of relay boards. A board that flashes ends a pulse by itself, whatever becomes of the gateway.
const (
	profileFlash = "waveshare"
	profileCoils = "coils"
)

// CoilDriver is the catalog's line for relays on Modbus. Devices on one port share its bus.
func CoilDriver(buses *modbus.Buses) drivers.Driver {
	return drivers.Driver{
		Name:    "coilbarrier",
		Summary: "barrier with dry-contact inputs, on a relay board with Modbus-RTU",
		Settings: modbus.WithOptions(map[string]string{
			"slave": "address of the relay board, 1 to 247; on tcp:// also 255 or 0, the board itself (default 1)",
			"profile": `"waveshare" (the default): the board ends a pulse itself (flash command); "coils": it can't, and a pulse ` +
				`that the gateway does not live to end stays on`,
			"function": `5 (the default), or 15 for a board with profile = "coils" that knows no other`,
			"raise":    "number of the relay that opens, from 1",
			"hold":     "number of the relay that keeps it open (default: the raise relay)",
			"lower":    "number of the relay that closes (default: none, the barrier closes by itself)",
			"stop":     "number of the relay that stops (default: none)",
			"pulse_ms": "length of a pulse, 100 to 2000 (default 500); a board that flashes counts in steps of 100",
		}),
		Wires: map[string]drivers.Wire{"port": drivers.WireModbus},
		Make: func(host drivers.Host, settings drivers.Settings) (any, error) {
			return newCoilBarrier(buses, host, settings)
		},
	}
}

func newCoilBarrier(buses *modbus.Buses, host drivers.Host, settings drivers.Settings) (*Barrier, error) {
	port, slave, options, err := modbus.ReadSlave(settings)
	if err != nil {
		return nil, err
	}
	profile, err := settings.OneOf("profile", profileFlash, profileCoils)
	if err != nil {
		return nil, err
	}
	function, err := modbus.ReadFunction(settings, modbus.FunctionWriteCoil, modbus.FunctionWriteCoils)
	if err == nil && function == modbus.FunctionWriteCoils && profile == profileFlash {
		err = fmt.Errorf("%w: function = 15: the flash command is function 5: write profile = %q for a board that has none", drivers.ErrSettings, profileCoils)
	}
	if err != nil {
		return nil, err
	}
	bus, err := buses.Bus(host, port, options)
	if err != nil {
		return nil, err
	}
	return assemble(settings, func(key string) (*relay, error) {
		if _, written := settings[key]; !written {
			return nil, nil
		}
		number, err := settings.Within(key, 0, 1, relaysMax)
		if err != nil {
			return nil, err
		}
		output := &coil{
			bus: bus, slave: slave, address: uint16(number - 1), flashes: profile == profileFlash, several: function == modbus.FunctionWriteCoils,
		}
		return &relay{
			name: fmt.Sprintf("relay %d of slave %d", number, slave), keeps: true,
			get: func() (drivers.Output, error) { return output, nil },
		}, nil
	})
}

// coil is a relay of the board as an Output.
type coil struct {
	bus     *modbus.Bus
	slave   byte
	address uint16
	flashes bool
	several bool // the board takes orders to several coils alone, of which one may be

	mu    sync.Mutex
	timer *time.Timer // ends a pulse of a board that can't
	level bool        // it was switched on to stay so
}

// Set switches the relay.
func (c *coil) Set(active bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stopTimer()
	err := c.turn(active)
	c.level = active && err == nil
	return err
}

// Pulse switches the relay on, and has it go off again. That is also seen to if the answer was lost. Within a level it is
// switched on once more, for a board that lost its power meanwhile, and stays so.
func (c *coil) Pulse(length time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stopTimer()
	if c.level {
		return c.turn(true)
	}
	if c.flashes {
		units := (length + modbus.FlashUnit - 1) / modbus.FlashUnit
		return c.write(modbus.Request{
			Slave: c.slave, Function: modbus.FunctionWriteCoil, Start: c.address + modbus.FlashOn, Value: uint16(units),
		})
	}
	err := c.turn(true)
	c.endIn(length)
	return err
}

// endIn ends a pulse, and tries again until the board says that it has.
func (c *coil) endIn(pause time.Duration) {
	var timer *time.Timer
	timer = time.AfterFunc(pause, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.timer != timer {
			return // another command came
		}
		if c.turn(false) != nil {
			c.endIn(coilRetry)
		}
	})
	c.timer = timer
}

func (c *coil) stopTimer() {
	if c.timer != nil {
		c.timer.Stop()
		c.timer = nil
	}
}

func (c *coil) turn(on bool) error {
	if c.several {
		return c.write(modbus.WriteCoils(c.slave, c.address, on))
	}
	return c.write(modbus.WriteCoil(c.slave, c.address, on))
}

func (c *coil) write(request modbus.Request) error {
	ctx, cancel := context.WithTimeout(context.Background(), coilTake)
	defer cancel()
	return c.bus.Write(ctx, request)
}

// Probe reads the relay, when nobody else needs the bus. A board that refuses that is there.
func (c *coil) Probe(ctx context.Context) error {
	err := c.bus.Probe(ctx, c.slave, modbus.FunctionReadCoils, c.address)
	if errors.Is(err, drivers.ErrUnsupported) {
		return nil
	}
	return err
}

// Close switches the relay off.
func (c *coil) Close() error { return c.Set(false) }

package modbuscontact

import (
	"context"
	"fmt"
	"time"

	"gatehouse/drivers"
	"gatehouse/drivers/modbus"
)

// inputsMax bounds the inputs of one board.
const inputsMax = 128

// Driver is the catalog's line. Devices on one port share its bus.
func Driver(buses *modbus.Buses) drivers.Driver {
	return drivers.Driver{
		Name:    "modbuscontact",
		Summary: "loop, arm switch, fire or stop contact on an input of a Modbus-RTU board",
		Settings: modbus.WithOptions(map[string]string{
			"slave":           "address of the board, 1 to 247; on tcp:// also 255 or 0, the board itself (default 1)",
			"input":           "number of the input on the board, from 1",
			"function":        "2 (the default) if the board has its inputs as discrete inputs, 1 if as coils",
			"normally_closed": "true if the contact is closed at rest, so that a cut wire reads as active (default false)",
			"period_ms":       "how often it is read, 20 to 1000 (default 50)",
		}),
		Wires: map[string]drivers.Wire{"port": drivers.WireModbus},
		Make: func(host drivers.Host, settings drivers.Settings) (any, error) {
			return newContact(buses, host, settings)
		},
	}
}

// Contact is one contact.
type Contact struct {
	bus    *modbus.Bus
	poll   modbus.Request
	period time.Duration
	closed bool
}

func newContact(buses *modbus.Buses, host drivers.Host, settings drivers.Settings) (*Contact, error) {
	c := &Contact{poll: modbus.Request{Count: 1}}
	port, slave, options, err := modbus.ReadSlave(settings)
	if err != nil {
		return nil, err
	}
	c.poll.Slave = slave
	for _, whole := range []struct {
		key                 string
		fallback, low, high int
		take                func(int)
	}{
		{"input", 0, 1, inputsMax, func(n int) { c.poll.Start = uint16(n - 1) }},
		{"period_ms", 50, 20, 1000, func(n int) { c.period = time.Duration(n) * time.Millisecond }},
	} {
		number, err := settings.Within(whole.key, whole.fallback, whole.low, whole.high)
		if err != nil {
			return nil, err
		}
		whole.take(number)
	}
	if c.poll.Function, err = modbus.ReadFunction(settings, modbus.FunctionReadDiscretes, modbus.FunctionReadCoils); err != nil {
		return nil, err
	}
	if c.closed, err = settings.Bool("normally_closed"); err != nil {
		return nil, err
	}
	c.bus, err = buses.Bus(host, port, options)
	return c, err
}

// Skipped counts what made no sense on the bus.
func (c *Contact) Skipped() uint64 { return c.bus.Skipped() }

// Fault is the last of it, or nil.
func (c *Contact) Fault() error { return c.bus.Fault() }

// Watch reports the level at the start and every edge, until ctx ends, the port is lost or the board does not answer.
func (c *Contact) Watch(ctx context.Context, report func(drivers.Level)) error {
	last := drivers.LevelFailed
	deliver := func(reply modbus.Reply, err error) {
		if err != nil {
			return // the bus counts it, and ends if it goes on
		}
		level := drivers.LevelInactive
		if reply.Bit(0) != c.closed {
			level = drivers.LevelActive
		}
		if level != last {
			last = level
			report(level)
		}
	}
	err := c.bus.Run(ctx, []modbus.Poll{{Request: c.poll, Period: c.period, Deliver: deliver}})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	report(drivers.LevelFailed)
	return fmt.Errorf("modbuscontact: %w", err)
}

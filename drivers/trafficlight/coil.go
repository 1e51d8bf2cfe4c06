package trafficlight

import (
	"context"
	"fmt"
	"slices"

	"gatehouse/drivers"
	"gatehouse/drivers/modbus"
)

// relaysMax bounds the relays of a board.
const relaysMax = 32

// CoilDriver is the catalog's line for lamps on Modbus. Devices on one port share its bus.
func CoilDriver(buses *modbus.Buses) drivers.Driver {
	return drivers.Driver{
		Name:    "coillight",
		Summary: "traffic light of a lane, one relay of a board with Modbus-RTU for each lamp",
		Settings: modbus.WithOptions(map[string]string{
			"slave":  "address of the relay board, 1 to 247; on tcp:// also 255 or 0, the board itself (default 1)",
			"red":    "number of the relay of the red lamp, from 1",
			"green":  "number of the relay of the green lamp",
			"yellow": "number of the relay of the yellow lamp (default: none, red is shown)",
			"function": "15 (the default): all lamps in one order, so that their relays lie beside each other; 5: one lamp after the " +
				"other, for a board that knows no 15",
		}),
		Wires: map[string]drivers.Wire{"port": drivers.WireModbus},
		Make: func(host drivers.Host, settings drivers.Settings) (any, error) {
			return newCoilLight(buses, host, settings)
		},
	}
}

// coils are lamps on a relay board.
type coils struct {
	bus      *modbus.Bus
	slave    byte
	together bool // one order switches all
	relays   []uint16
}

func newCoilLight(buses *modbus.Buses, host drivers.Host, settings drivers.Settings) (*Light, error) {
	port, slave, options, err := modbus.ReadSlave(settings)
	if err != nil {
		return nil, err
	}
	function, err := modbus.ReadFunction(settings, modbus.FunctionWriteCoils, modbus.FunctionWriteCoil)
	if err != nil {
		return nil, err
	}
	c := &coils{slave: slave, together: function == modbus.FunctionWriteCoils}
	light, err := assemble(c, func(key string) (lamp int, found bool, err error) {
		if _, found = settings[key]; !found {
			return 0, false, nil
		}
		number, err := settings.Within(key, 0, 1, relaysMax)
		if err == nil && slices.Contains(c.relays, uint16(number-1)) {
			err = taken(key, number)
		}
		c.relays = append(c.relays, uint16(number-1))
		return len(c.relays) - 1, true, err
	})
	if err != nil {
		return nil, err
	}
	if first, last := slices.Min(c.relays), slices.Max(c.relays); c.together && int(last-first) >= len(c.relays) {
		return nil, fmt.Errorf("%w: function = 15: one order switches relays that lie beside each other, and %d to %d are more than the lamps: "+
			"wire them so, or write function = 5", drivers.ErrSettings, first+1, last+1)
	}
	c.bus, err = buses.Bus(host, port, options)
	return light, err
}

// light lights one lamp. In one order none burns beside another even if the board loses the next one.
func (c *coils) light(ctx context.Context, lit int) error {
	if !c.together {
		return eachDarkFirst(len(c.relays), lit, func(lamp int, on bool) error {
			return c.write(ctx, modbus.WriteCoil(c.slave, c.relays[lamp], on))
		})
	}
	first := slices.Min(c.relays)
	on := make([]bool, len(c.relays))
	if lit >= 0 {
		on[c.relays[lit]-first] = true
	}
	return c.write(ctx, modbus.WriteCoils(c.slave, first, on...))
}

func (c *coils) write(ctx context.Context, request modbus.Request) error {
	if err := c.bus.Write(ctx, request); err != nil {
		return fmt.Errorf("trafficlight: %w", err)
	}
	return nil
}

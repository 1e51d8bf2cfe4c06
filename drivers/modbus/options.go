package modbus

import (
	"cmp"
	"fmt"
	"maps"
	"time"

	"gatehouse/drivers"
)

// The limits of the speed of a bus.
const (
	baudMin = 1200
	baudMax = 921_600
)

// WithOptions adds the help for the settings of a bus to those of a driver.
func WithOptions(settings map[string]string) map[string]string {
	all := map[string]string{
		"port":       "name of the serial port on the board, or an address in the network: tcp://192.168.1.50:502 of a device that speaks Modbus TCP, rtu+tcp://… of a converter that passes RTU through; devices may share it",
		"baud":       "speed of the bus (default: the profile's)",
		"parity":     "N, E or O (default: the profile's)",
		"stop_bits":  "1 or 2 (default: the profile's); the standard wants 2 without parity, and most makers deliver 1",
		"timeout_ms": "how long a slave may take to answer, 5 to 300 (default 60)",
		"echo":       "true if the adapter hears what it sends (default false)",
	}
	maps.Copy(all, settings)
	return all
}

// ReadFunction reads the setting function: one of those that do the same, the first of them if it is absent.
func ReadFunction(settings drivers.Settings, first, second int) (byte, error) {
	function, err := settings.Int("function", first)
	if err == nil && function != first && function != second {
		err = fmt.Errorf("%w: function = %d: write %d or %d", drivers.ErrSettings, function, first, second)
	}
	return byte(function), err
}

// ReadSlave reads the settings of a board that is one slave of a bus: the bus, 9600 baud if they say nothing, and its address,
// 1 if they don't.
func ReadSlave(settings drivers.Settings) (port string, slave byte, options Options, err error) {
	if port, options, err = ReadOptions(settings, drivers.SerialMode{Baud: 9600}); err != nil {
		return "", 0, options, err
	}
	least, most := Addresses(port)
	address, err := settings.Within("slave", 1, least, most)
	return port, byte(address), options, err
}

// ReadOptions reads the settings of a bus; fallback is the mode where they say nothing.
func ReadOptions(settings drivers.Settings, fallback drivers.SerialMode) (port string, options Options, err error) {
	if port, err = settings.Text("port", ""); err != nil {
		return "", options, err
	}
	if options.Mode.Baud, err = settings.Within("baud", fallback.Baud, baudMin, baudMax); err != nil {
		return "", options, err
	}
	parity, err := settings.Text("parity", string(cmp.Or(fallback.Parity, 'N')))
	if err == nil && parity != "N" && parity != "E" && parity != "O" {
		err = fmt.Errorf("%w: parity = %q: write N, E or O", drivers.ErrSettings, parity)
	}
	if err != nil {
		return "", options, err
	}
	options.Mode.Parity = parity[0]
	if options.Mode.StopBits, err = settings.Within("stop_bits", cmp.Or(fallback.StopBits, 1), 1, 2); err != nil {
		return "", options, err
	}
	low, high := int(TimeoutMin.Milliseconds()), int(TimeoutMax.Milliseconds())
	timeoutMS, err := settings.Within("timeout_ms", int(TimeoutDefault.Milliseconds()), low, high)
	if err != nil {
		return "", options, err
	}
	options.Timeout = time.Duration(timeoutMS) * time.Millisecond
	options.Echo, err = settings.Bool("echo")
	return port, options, err
}

package line

import (
	"errors"
	"fmt"
	"slices"

	"periph.io/x/conn/v3/driver/driverreg"
	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/gpio/gpioreg"
	"periph.io/x/host/v3/gpioioctl"

	"gatehouse/boards"
)

var errNoLine = errors.New("no such line on this machine: is this the right board file?")

// loadPins finds the GPIO chips of this machine. It never calls host.Init, whose drivers may map memory that is not GPIO.
func loadPins() error {
	state, err := driverreg.Init()
	if err != nil {
		return fmt.Errorf("find GPIO chips: %w", err)
	}
	if failed := slices.Concat(state.Failed, state.Skipped); len(failed) > 0 {
		return fmt.Errorf("find GPIO chips: %v: is this machine a board with GPIO, and may this user open it?", failed)
	}
	return nil
}

// findPin finds a line by its chip's label and number, or by its name.
func findPin(line boards.Line) (gpio.PinIO, error) {
	if line.Pin != "" {
		if pin := gpioreg.ByName(line.Pin); pin != nil {
			return pin, nil
		}
		return nil, fmt.Errorf("pin %s: %w", line.Pin, errNoLine)
	}
	for _, chip := range gpioioctl.Chips {
		if chip.Label() == line.Chip && line.Number < chip.LineCount() {
			return chip.ByNumber(line.Number), nil
		}
	}
	return nil, fmt.Errorf("chip %s line %d: %w", line.Chip, line.Number, errNoLine)
}

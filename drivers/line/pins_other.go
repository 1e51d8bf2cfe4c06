//go:build !linux

package line

import (
	"errors"

	"periph.io/x/conn/v3/gpio"

	"gatehouse/boards"
)

var errNoGPIO = errors.New("real lines need Linux: use a virtual board")

func loadPins() error { return errNoGPIO }

func findPin(boards.Line) (gpio.PinIO, error) { return nil, errNoGPIO }

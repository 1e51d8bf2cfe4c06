//go:build !linux

package line

import (
	"fmt"

	"gatehouse/boards"
	"gatehouse/drivers"
)

// guard does nothing where there is no Linux.
type guard struct{}

func guardPort(string) (*guard, error) { return &guard{}, nil }

func (*guard) direct(u boards.UART) error {
	if u.RS485 == boards.RS485Kernel {
		return fmt.Errorf("%w: %s: rs485 = \"kernel\" needs Linux", drivers.ErrSettings, u.Path)
	}
	return nil
}

func (*guard) close() {}

package line

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"periph.io/x/conn/v3/gpio"

	"gatehouse/boards"
	"gatehouse/drivers"
)

// The errors of a Host; see drivers for the others.
var (
	ErrClosed    = errors.New("line: closed")
	ErrTaken     = errors.New("line: in use by another device")
	ErrInterlock = errors.New("line: interlocked")
)

// SerialOpener opens the serial port that a virtual board calls by this name.
type SerialOpener func(name string, mode drivers.SerialMode) (drivers.Port, error)

// Host opens the lines and ports of one board.
type Host struct {
	board  boards.Board
	pin    func(boards.Line) (gpio.PinIO, error)
	serial SerialOpener
	keeper *keeper
}

// Open opens a real board and makes its outputs safe. An output that can't be made safe now is tried again when a
// device asks for it.
func Open(board boards.Board) (*Host, error) {
	if board.Backend != boards.BackendChardev {
		return nil, fmt.Errorf("line: board %s has the back end %q: only boards with real lines can be opened", board.Name, board.Backend)
	}
	if err := loadPins(); err != nil {
		return nil, fmt.Errorf("line: board %s: %w", board.Name, err)
	}
	open := func(name string, mode drivers.SerialMode) (drivers.Port, error) {
		return OpenSerial(board.UARTs[name], mode)
	}
	return newHost(board, findPin, open), nil
}

// OpenVirtual opens a board on a chip in memory. serial opens its ports, with OpenSerial on pseudo-terminals or
// otherwise; it may be nil, and then no port can be opened.
func OpenVirtual(board boards.Board, chip *Chip, serial SerialOpener) *Host {
	if serial == nil {
		serial = func(string, drivers.SerialMode) (drivers.Port, error) {
			return nil, fmt.Errorf("nothing is plugged in: %w", drivers.ErrOffline)
		}
	}
	pin := func(l boards.Line) (gpio.PinIO, error) { return chip.Pin(l.Name), nil }
	return newHost(board, pin, serial)
}

func newHost(board boards.Board, pin func(boards.Line) (gpio.PinIO, error), serial SerialOpener) *Host {
	h := &Host{board: board, pin: pin, serial: serial}
	h.keeper = newKeeper(board, pin)
	return h
}

// Close makes all outputs safe and closes all ports. Watches go on until their contexts end.
func (h *Host) Close() error { return h.keeper.close() }

// Input opens an input of the board.
func (h *Host) Input(name string) (drivers.Input, error) {
	spec, known := h.board.Inputs[name]
	if !known {
		return nil, h.unknown("input", name, slices.Sorted(maps.Keys(h.board.Inputs)))
	}
	pin, err := h.pin(h.board.Lines[spec.Line])
	if err != nil {
		return nil, fmt.Errorf("line: input %s: %w", name, err)
	}
	release, err := h.keeper.take("input " + name)
	if err != nil {
		return nil, err
	}
	return &input{spec: spec, pin: pin, release: release}, nil
}

// Output opens an output of the board, which has been safe since the Host was opened.
func (h *Host) Output(name string) (drivers.Output, error) {
	if _, known := h.board.Outputs[name]; !known {
		return nil, h.unknown("output", name, slices.Sorted(maps.Keys(h.board.Outputs)))
	}
	release, err := h.keeper.take("output " + name)
	if err != nil {
		return nil, err
	}
	if err := h.keeper.prepare(name); err != nil {
		release()
		return nil, err
	}
	return &output{keeper: h.keeper, name: name, release: release}, nil
}

// Serial opens a serial port of the board.
func (h *Host) Serial(name string, mode drivers.SerialMode) (drivers.Port, error) {
	if _, known := h.board.UARTs[name]; !known {
		return nil, h.unknown("serial port", name, slices.Sorted(maps.Keys(h.board.UARTs)))
	}
	release, err := h.keeper.take("serial port " + name)
	if err != nil {
		return nil, err
	}
	port, err := h.serial(name, mode)
	if err != nil {
		release()
		return nil, fmt.Errorf("line: serial port %s: %w", name, err)
	}
	owned := &ownedPort{Port: port, release: release}
	if err := h.keeper.closeWith(owned); err != nil {
		return nil, err
	}
	return owned, nil
}

// unknown is a mistake in the site's file, not in the board.
func (h *Host) unknown(kind, name string, known []string) error {
	return fmt.Errorf("%w: the board %s has no %s %q: write one of %v", drivers.ErrSettings, h.board.Name, kind, name, known)
}

// Group opens inputs that are watched as one.
func (h *Host) Group([]string) (drivers.Group, error) {
	return nil, fmt.Errorf("line: groups of inputs: %w", drivers.ErrUnsupported)
}

// I2C opens a device on an I2C bus.
func (h *Host) I2C(string, uint16) (drivers.Transactor, error) {
	return nil, fmt.Errorf("line: I2C: %w", drivers.ErrUnsupported)
}

// SPI opens a device on an SPI bus.
func (h *Host) SPI(string, drivers.SPIMode) (drivers.Transactor, error) {
	return nil, fmt.Errorf("line: SPI: %w", drivers.ErrUnsupported)
}

// Broker opens a broker of the site.
func (h *Host) Broker(string) (drivers.Broker, error) {
	return nil, fmt.Errorf("line: brokers: %w", drivers.ErrUnsupported)
}

package line

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"

	"gatehouse/boards"
	"gatehouse/drivers"
	"gatehouse/drivers/line/gpiochip"
	"gatehouse/drivers/pca9548"
)

// The errors of a Host; see drivers for the others.
var (
	ErrClosed    = errors.New("line: closed")
	ErrTaken     = errors.New("line: in use by another device")
	ErrInterlock = errors.New("line: interlocked")
)

// SerialOpener opens the serial port that a virtual board calls by this name.
type SerialOpener func(name string, mode drivers.SerialMode) (drivers.Port, error)

// Host opens the lines, buses and ports of one board.
type Host struct {
	board   boards.Board
	bank    bank
	serial  SerialOpener
	keeper  *keeper
	options options

	mu     sync.Mutex
	buses  map[string]*bus // the I2C buses that are open
	claims pca9548.Claims
}

// Option is something that a Host can be given.
type Option func(*options)

type options struct {
	broker func(name string) (drivers.Broker, error)
	i2c    func(bus string) (Transact, error)
	spi    func(name string, mode drivers.SPIMode) (Transact, error)
}

// WithBrokers gives a Host what opens the site's brokers.
func WithBrokers(open func(name string) (drivers.Broker, error)) Option {
	return func(o *options) { o.broker = open }
}

// WithI2C has a simulator make the I2C buses.
func WithI2C(open func(bus string) (Transact, error)) Option {
	return func(o *options) { o.i2c = open }
}

// WithSPI has a simulator make the SPI devices.
func WithSPI(open func(name string, mode drivers.SPIMode) (Transact, error)) Option {
	return func(o *options) { o.spi = open }
}

// Open opens a real board and makes its outputs safe. An output that can't be made safe now is tried again when a device asks
// for it, and so are all lines while the machine has no chip yet.
func Open(board boards.Board, with ...Option) (*Host, error) {
	if err := board.Fits(machine()); err != nil {
		return nil, fmt.Errorf("line: board %s: %w", board.Name, err)
	}
	lines := &lateBank{open: func() (bank, error) { return openBank(board) }}
	if _, err := lines.bank(); errors.Is(err, errNoBank) {
		return nil, fmt.Errorf("line: board %s: %w", board.Name, err)
	}
	open := func(name string, mode drivers.SerialMode) (drivers.Port, error) {
		return OpenUART(board.UARTs[name], mode)
	}
	return newHost(board, lines, open, with...), nil
}

// Absent says why the board has no lines now; nil if it has.
func (h *Host) Absent() error {
	late, isLate := h.bank.(*lateBank)
	if !isLate {
		return nil
	}
	_, err := late.bank()
	return err
}

// compatiblePath is where the kernel says which machine this is: names, each ended by a zero byte.
const compatiblePath = "/proc/device-tree/compatible"

// machine is what this machine's device tree is compatible with; nothing on one that has none.
func machine() []string {
	text, err := os.ReadFile(compatiblePath)
	if err != nil {
		return nil
	}
	return strings.FieldsFunc(string(text), func(r rune) bool { return r == 0 })
}

var errNoBank = errors.New("only boards with real lines can be opened")

func openBank(board boards.Board) (bank, error) {
	switch board.Backend {
	case boards.BackendChardev:
		if len(board.Lines) == 0 {
			return &kernel{gpiochip.Chips}, nil // a machine with nothing to wire needs no chips
		}
		return openKernel()
	case boards.BackendPiControl:
		image, err := openPiControl()
		return newPicontrol(image), err
	}
	return nil, fmt.Errorf("the back end is %q: %w", board.Backend, errNoBank)
}

// OpenVirtual opens a board on a chip in memory. serial opens its ports, with OpenSerial on pseudo-terminals or
// otherwise; it may be nil, and then no port can be opened.
func OpenVirtual(board boards.Board, chip *Chip, serial SerialOpener, with ...Option) *Host {
	if serial == nil {
		serial = func(string, drivers.SerialMode) (drivers.Port, error) {
			return nil, fmt.Errorf("nothing is plugged in: %w", drivers.ErrOffline)
		}
	}
	return newHost(board, chip, serial, with...)
}

func newHost(board boards.Board, lines bank, serial SerialOpener, with ...Option) *Host {
	h := &Host{board: board, bank: lines, serial: serial, buses: map[string]*bus{}}
	for _, give := range with {
		give(&h.options)
	}
	h.keeper = newKeeper(board, lines)
	return h
}

// Close makes all outputs safe, gives their lines back, and closes all ports and buses. Watches go on until their contexts
// end.
func (h *Host) Close() error { return h.keeper.close() }

// Alive reports whether the goroutine that ends pulses answers before ctx ends.
func (h *Host) Alive(ctx context.Context) error {
	answered := make(chan error, 1)
	go func() { answered <- h.keeper.do(func() error { return nil }) }()
	select {
	case err := <-answered:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Input opens an input of the board.
func (h *Host) Input(name string) (drivers.Input, error) {
	spec, release, err := h.takeInput(name)
	if err != nil {
		return nil, err
	}
	return &input{bank: h.bank, spec: spec, release: release}, nil
}

func (h *Host) takeInput(name string) (spec inputSpec, release func(), err error) {
	described, known := h.board.Inputs[name]
	if !known {
		return spec, nil, h.unknown("input", name, slices.Sorted(maps.Keys(h.board.Inputs)))
	}
	if err := h.bank.check(h.board.Lines[described.Line]); err != nil {
		return spec, nil, fmt.Errorf("line: input %s: %w: %w", name, drivers.ErrOffline, err)
	}
	release, err = h.keeper.take("input " + name)
	return inputSpec{described, h.board.Lines[described.Line]}, release, err
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

// ReadBack is the state that an output really has, which a short circuit makes another than it was told. It moves nothing.
func (h *Host) ReadBack(name string) (active bool, err error) {
	if _, known := h.board.Outputs[name]; !known {
		return false, h.unknown("output", name, slices.Sorted(maps.Keys(h.board.Outputs)))
	}
	if err := h.keeper.prepare(name); err != nil {
		return false, err
	}
	err = h.keeper.do(func() (err error) {
		active, err = h.keeper.relays[name].readBack()
		return err
	})
	return active, err
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
	forget, err := h.keeper.closeWith(port)
	if err != nil {
		return nil, err
	}
	return &ownedPort{Port: port, forget: forget, release: release}, nil
}

// ownedPort is a port that its Host knows of.
type ownedPort struct {
	drivers.Port
	forget  func()
	release func()
}

// Speed is that of the port.
func (p *ownedPort) Speed() int { return drivers.SpeedOf(p.Port) }

// Close closes the port and gives it back.
func (p *ownedPort) Close() error {
	err := p.Port.Close()
	p.forget()
	p.release()
	return err
}

// Broker opens a broker of the site.
func (h *Host) Broker(name string) (drivers.Broker, error) {
	if h.options.broker == nil {
		return nil, fmt.Errorf("line: broker %s: %w: the site names no brokers", name, drivers.ErrSettings)
	}
	return h.options.broker(name)
}

// unknown is a mistake in the site's file, not in the board.
func (h *Host) unknown(kind, name string, known []string) error {
	return fmt.Errorf("%w: the board %s has no %s %q: write one of %v", drivers.ErrSettings, h.board.Name, kind, name, known)
}

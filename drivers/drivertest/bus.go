package drivertest

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"gatehouse/drivers"
)

// BusDevice is a simulated device on an I2C or SPI bus. Tx is one transaction: what the gateway writes, and the room for
// what it reads, as in drivers.Transactor. An error is a device that does not acknowledge. Transactions of one bus never
// overlap.
type BusDevice interface {
	Tx(write, read []byte) error
}

// What a bus fails with. All are told as drivers.ErrOffline.
var (
	errNoAnswer = errors.New("no device acknowledges")
	errStuck    = errors.New("a line of the bus is held low")
	errAway     = errors.New("the bus is away")
	errClosed   = errors.New("closed")
)

// Bus is the far side of an I2C bus.
type Bus struct {
	mu      sync.Mutex
	devices map[uint16]BusDevice
	lost    bool
	stuck   bool
}

func newBus() *Bus { return &Bus{devices: map[uint16]BusDevice{}} }

// FakeI2C is the far side of an I2C bus. Lose and Restore take its name for the whole bus.
func (h *Host) FakeI2C(bus string) *Bus { return fake(h, h.i2c, bus, newBus) }

// Attach puts a device on the bus, in place of the one that had the address.
func (b *Bus) Attach(address uint16, device BusDevice) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.devices[address] = device
}

// Detach takes a device off: nothing acknowledges its address any more.
func (b *Bus) Detach(address uint16) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.devices, address)
}

// Stick holds a line of the bus low, as a device that lost its clock does, or lets it go.
func (b *Bus) Stick(stuck bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stuck = stuck
}

func (b *Bus) setLost(lost bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lost = lost
}

func (b *Bus) transact(address uint16, write, read []byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	device, found := b.devices[address]
	switch {
	case b.lost:
		return errAway
	case b.stuck:
		return errStuck
	case !found:
		return errNoAnswer
	}
	return device.Tx(write, read)
}

// I2C opens a device on an I2C bus; that is no transaction.
func (h *Host) I2C(bus string, address uint16) (drivers.Transactor, error) {
	far := h.FakeI2C(bus)
	name := fmt.Sprintf("%s address 0x%02X", bus, address)
	if h.away(bus) {
		return nil, fmt.Errorf("drivertest: %s: %w: %w", bus, drivers.ErrOffline, errAway)
	}
	release, err := h.take(name)
	if err != nil {
		return nil, err
	}
	tx := func(write, read []byte) error { return far.transact(address, write, read) }
	return &transactor{name: name, tx: tx, release: release}, nil
}

func (h *Host) away(name string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.lost[name]
}

// SPI is the far side of one device on an SPI bus: it keeps what was written, and answers with what the attached device
// says.
type SPI struct {
	mu     sync.Mutex
	device BusDevice
	mode   drivers.SPIMode
	lost   bool
	writes [][]byte
}

func newSPI() *SPI { return &SPI{} }

// FakeSPI is the far side of an SPI device.
func (h *Host) FakeSPI(name string) *SPI { return fake(h, h.spi, name, newSPI) }

// Attach puts a device on the bus. Without one, what is read is zeros.
func (s *SPI) Attach(device BusDevice) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.device = device
}

// Writes are the last transactions' bytes, up to a thousand.
func (s *SPI) Writes() [][]byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.writes)
}

// Mode is how the device was opened last.
func (s *SPI) Mode() drivers.SPIMode {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.mode
}

func (s *SPI) setLost(lost bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lost = lost
}

// writesMax bounds what an SPI keeps.
const writesMax = 1000

func (s *SPI) transact(write, read []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lost {
		return errAway
	}
	s.writes = append(s.writes[max(0, len(s.writes)-writesMax+1):], slices.Clone(write))
	clear(read)
	if s.device == nil {
		return nil
	}
	return s.device.Tx(write, read)
}

// SPI opens a device on an SPI bus; that is no transaction.
func (h *Host) SPI(name string, mode drivers.SPIMode) (drivers.Transactor, error) {
	far := h.FakeSPI(name)
	release, err := h.take(name)
	if err != nil {
		return nil, err
	}
	far.mu.Lock()
	defer far.mu.Unlock()
	far.mode = mode
	return &transactor{name: name, tx: far.transact, release: release, duplex: true}, nil
}

// transactor is a device on a bus as a driver has it.
type transactor struct {
	name    string
	tx      func(write, read []byte) error
	duplex  bool // both directions at once, so of one length
	release func()
	mu      sync.Mutex
	closed  bool
}

// Tx is one transaction.
func (t *transactor) Tx(write, read []byte) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.duplex && len(write) > 0 && len(read) > 0 && len(write) != len(read) {
		return fmt.Errorf("drivertest: %s: %w: %d bytes out and %d in: write as many, or none", t.name, drivers.ErrSettings, len(write), len(read))
	}
	err := errClosed
	if !t.closed {
		err = t.tx(write, read)
	}
	if err != nil {
		return fmt.Errorf("drivertest: %s: %w: %w", t.name, drivers.ErrOffline, err)
	}
	return nil
}

// Close gives the device back.
func (t *transactor) Close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = true
	t.release()
	return nil
}

package drivertest

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"gatehouse/drivers"
	"gatehouse/drivers/pca9548"
)

// BusDevice is a simulated device on an I2C or SPI bus. Tx is one transaction: what the gateway writes, and the room for
// what it reads, as in drivers.Transactor. An error is a device that does not acknowledge. Transactions of one bus never
// overlap.
type BusDevice = pca9548.Device

// passage is a BusDevice that others stand behind: those that it connects are on the bus as well.
type passage interface {
	Behind(address uint16) []BusDevice
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
	crowded int // transactions that several devices answered

	near sync.Mutex // as one transaction after the other comes from the gateway
	tree pca9548.Tree
}

func newBus() *Bus {
	return &Bus{devices: map[uint16]BusDevice{}, tree: pca9548.Tree{Absent: func(err error) bool { return errors.Is(err, errNoAnswer) }}}
}

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

// Crowded counts the transactions that more than one device answered, so that what was read was garbage.
func (b *Bus) Crowded() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.crowded
}

// Transact is one transaction on the wires. All that stand at the address get it, and a 0 of any of them is a 0.
func (b *Bus) Transact(address uint16, write, read []byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.lost:
		return errAway
	case b.stuck:
		return errStuck
	}
	answers := 0
	for _, device := range b.at(address) {
		own := make([]byte, len(read))
		if device.Tx(write, own) != nil {
			continue
		}
		for i := range own {
			if answers > 0 {
				own[i] &= read[i]
			}
		}
		copy(read, own)
		answers++
	}
	if answers > 1 {
		b.crowded++
	}
	if answers == 0 {
		return errNoAnswer
	}
	return nil
}

// at is the devices that stand at an address now.
func (b *Bus) at(address uint16) (all []BusDevice) {
	for _, at := range slices.Sorted(maps.Keys(b.devices)) {
		device := b.devices[at]
		if at == address {
			all = append(all, device)
		}
		if way, leads := device.(passage); leads {
			all = append(all, way.Behind(address)...)
		}
	}
	return all
}

// I2C opens a device on an I2C bus; that is no transaction.
func (h *Host) I2C(bus string, address uint16) (drivers.Transactor, error) {
	return h.openChip(drivers.I2CPlace{Bus: bus, Address: address})
}

// Multiplexer notes a PCA9548 on a bus.
func (h *Host) Multiplexer(bus string, address uint16) drivers.Multiplexer {
	far := h.FakeI2C(bus)
	far.near.Lock()
	defer far.near.Unlock()
	far.tree.Add(address)
	return drivers.Behind(bus, address, h.openChip)
}

func (h *Host) openChip(at drivers.I2CPlace) (drivers.Transactor, error) {
	if err := at.Valid(); err != nil {
		return nil, err
	}
	far := h.FakeI2C(at.Bus)
	if h.away(at.Bus) {
		return nil, fmt.Errorf("drivertest: %s: %w: %w", at.Bus, drivers.ErrOffline, errAway)
	}
	release, err := h.claim(at)
	if err != nil {
		return nil, err
	}
	tx := func(write, read []byte) error {
		far.near.Lock()
		defer far.near.Unlock()
		return far.tree.Tx(far.Transact, at, write, read)
	}
	return &transactor{name: at.String(), tx: tx, release: release}, nil
}

// claim takes a place on a bus, and a name among what is open.
func (h *Host) claim(at drivers.I2CPlace) (release func(), err error) {
	h.mu.Lock()
	err = h.claims.Take(at)
	h.mu.Unlock()
	if err != nil {
		return nil, fmt.Errorf("drivertest: %w", err)
	}
	giveBack := func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.claims.Release(at)
	}
	taken, err := h.take(at.String())
	if err != nil {
		giveBack()
		return nil, err
	}
	return sync.OnceFunc(func() {
		taken()
		giveBack()
	}), nil
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

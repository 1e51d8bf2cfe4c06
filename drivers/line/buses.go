package line

import (
	"fmt"
	"maps"
	"slices"
	"sync"

	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"
	"periph.io/x/host/v3/sysfs"

	"gatehouse/boards"
	"gatehouse/drivers"
)

// Transact is a transaction with a device of an I2C bus, or of an SPI bus, which has no addresses.
type Transact func(address uint16, write, read []byte) error

// I2C opens a device on an I2C bus of the board. That is no transaction: an absent device shows with the first.
func (h *Host) I2C(name string, address uint16) (drivers.Transactor, error) {
	return h.openChip(drivers.I2CPlace{Bus: name, Address: address})
}

// Multiplexer notes that there is a PCA9548 on an I2C bus of the board.
func (h *Host) Multiplexer(name string, address uint16) drivers.Multiplexer {
	if described, known := h.board.I2C[name]; known {
		if bus, err := h.sharedBus(described); err == nil { // once the Host is closed, opening what is behind it says so
			bus.expect(address)
		}
	}
	return drivers.Behind(name, address, h.openChip)
}

// openChip opens a chip on a bus or behind one of its multiplexers.
func (h *Host) openChip(at drivers.I2CPlace) (drivers.Transactor, error) {
	described, known := h.board.I2C[at.Bus]
	if !known {
		return nil, h.unknown("I2C bus", at.Bus, slices.Sorted(maps.Keys(h.board.I2C)))
	}
	if err := at.Valid(); err != nil {
		return nil, err
	}
	bus, err := h.sharedBus(described)
	if err != nil {
		return nil, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.claims.Take(at); err != nil {
		return nil, fmt.Errorf("line: %w", err)
	}
	release := func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.claims.Release(at)
	}
	return &busDevice{name: at.String(), bus: bus, at: at, release: sync.OnceFunc(release)}, nil
}

// sharedBus is an I2C bus, which is made when it is first asked for.
func (h *Host) sharedBus(described boards.I2C) (*bus, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if shared := h.buses[described.Name]; shared != nil {
		return shared, nil
	}
	made := newBus("I2C bus "+described.Name, func() (wire, error) { return h.openI2C(described) })
	if _, err := h.keeper.closeWith(made); err != nil {
		return nil, err
	}
	h.buses[described.Name] = made
	return made, nil
}

// SPI opens a device on an SPI bus of the board. That is no transaction. It has a bus of its own, because each device has a
// speed and a mode.
func (h *Host) SPI(name string, mode drivers.SPIMode) (drivers.Transactor, error) {
	described, known := h.board.SPI[name]
	if !known {
		return nil, h.unknown("SPI device", name, slices.Sorted(maps.Keys(h.board.SPI)))
	}
	if mode.SpeedHz <= 0 || mode.Mode < 0 || mode.Mode > 3 {
		return nil, fmt.Errorf("%w: SPI speed_hz = %d, mode = %d: write a speed above 0, and mode 0 to 3", drivers.ErrSettings, mode.SpeedHz, mode.Mode)
	}
	d := &busDevice{name: "SPI device " + name, duplex: true}
	release, err := h.keeper.take(d.name)
	if err != nil {
		return nil, err
	}
	d.bus = newBus(d.name, func() (wire, error) { return h.openSPI(described, mode) })
	forget, err := h.keeper.closeWith(d.bus)
	if err != nil {
		release()
		return nil, err
	}
	d.release = func() {
		d.bus.Close()
		forget()
		release()
	}
	return d, nil
}

// simulatedBus is a bus that a simulator makes.
type simulatedBus struct{ transact Transact }

func (s simulatedBus) tx(address uint16, write, read []byte) error {
	return s.transact(address, write, read)
}

func (s simulatedBus) Close() error { return nil }

func (h *Host) openI2C(b boards.I2C) (wire, error) {
	if h.options.i2c != nil {
		transact, err := h.options.i2c(b.Name)
		return simulatedBus{transact}, err
	}
	bus, err := sysfs.NewI2C(b.Bus)
	if err != nil {
		return nil, err
	}
	return realI2C{bus}, nil
}

// realI2C is a bus of the kernel's, as periph has it.
type realI2C struct{ i2c.BusCloser }

func (r realI2C) tx(address uint16, write, read []byte) error { return r.Tx(address, write, read) }

func (h *Host) openSPI(b boards.SPI, mode drivers.SPIMode) (wire, error) {
	if h.options.spi != nil {
		transact, err := h.options.spi(b.Name, mode)
		return simulatedBus{transact}, err
	}
	port, err := sysfs.NewSPI(b.Bus, b.Select)
	if err != nil {
		return nil, err
	}
	conn, err := port.Connect(physic.Frequency(mode.SpeedHz)*physic.Hertz, spi.Mode(mode.Mode), 8)
	if err != nil {
		port.Close()
		return nil, err
	}
	return realSPI{port, conn}, nil
}

// realSPI is a device of the kernel's, as periph has it.
type realSPI struct {
	spi.PortCloser
	conn spi.Conn
}

func (r realSPI) tx(_ uint16, write, read []byte) error { return r.conn.Tx(write, read) }

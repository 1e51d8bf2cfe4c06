package line

import (
	"fmt"
	"maps"
	"slices"

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
	described, known := h.board.I2C[name]
	if !known {
		return nil, h.unknown("I2C bus", name, slices.Sorted(maps.Keys(h.board.I2C)))
	}
	if address < addressMin || address > addressMax {
		return nil, fmt.Errorf("%w: I2C address 0x%02X: write 0x%02X to 0x%02X", drivers.ErrSettings, address, addressMin, addressMax)
	}
	device := &busDevice{name: fmt.Sprintf("I2C bus %s address 0x%02X", name, address), address: address}
	return h.device(device, "I2C bus "+name, func() (wire, error) { return h.openI2C(described) })
}

// The addresses that devices can have; the others have meanings of their own.
const (
	addressMin = 0x08
	addressMax = 0x77
)

// SPI opens a device on an SPI bus of the board. That is no transaction.
func (h *Host) SPI(name string, mode drivers.SPIMode) (drivers.Transactor, error) {
	described, known := h.board.SPI[name]
	if !known {
		return nil, h.unknown("SPI device", name, slices.Sorted(maps.Keys(h.board.SPI)))
	}
	if mode.SpeedHz <= 0 || mode.Mode < 0 || mode.Mode > 3 {
		return nil, fmt.Errorf("%w: SPI speed_hz = %d, mode = %d: write a speed above 0, and mode 0 to 3", drivers.ErrSettings, mode.SpeedHz, mode.Mode)
	}
	device := &busDevice{name: "SPI device " + name, duplex: true}
	return h.device(device, device.name, func() (wire, error) { return h.openSPI(described, mode) })
}

// device takes a device and finds its bus, which is made for the first of them. On SPI it is the device's own, because each
// has a speed and a mode.
func (h *Host) device(d *busDevice, busName string, open func() (wire, error)) (drivers.Transactor, error) {
	release, err := h.keeper.take(d.name)
	if err != nil {
		return nil, err
	}
	d.release = release
	h.mu.Lock()
	defer h.mu.Unlock()
	if shared := h.buses[busName]; shared != nil && !d.duplex {
		d.bus = shared
		return d, nil
	}
	d.bus = newBus(busName, open)
	forget, err := h.keeper.closeWith(d.bus)
	if err != nil {
		release()
		return nil, err
	}
	if d.duplex {
		d.release = func() {
			d.bus.Close()
			forget()
			release()
		}
		return d, nil
	}
	h.buses[busName] = d.bus
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

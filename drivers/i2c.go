package drivers

import "fmt"

// Multiplexer is a PCA9548 (or TCA9548A) on an I2C bus: eight channels, each with a bus of its own behind it.
type Multiplexer interface {
	// I2C opens a device behind a channel, 0 to 7. That is no transaction.
	I2C(channel int, address uint16) (Transactor, error)
}

// Behind is the multiplexer at an address of a bus, whose chips open opens.
func Behind(bus string, address uint16, open func(I2CPlace) (Transactor, error)) Multiplexer {
	return multiplexer{bus, address, open}
}

type multiplexer struct {
	bus     string
	address uint16
	open    func(I2CPlace) (Transactor, error)
}

func (m multiplexer) I2C(channel int, address uint16) (Transactor, error) {
	return m.open(I2CPlace{Bus: m.bus, Address: address, Multiplexer: m.address, Channel: channel})
}

// OnI2C is what a device on an I2C bus is as well: it knows where its chips stand. One that looks for its chip itself
// names every place where it may find it.
type OnI2C interface{ I2CPlaces() []I2CPlace }

// I2CPlace is where a chip stands on an I2C bus of the board.
type I2CPlace struct {
	Bus         string
	Address     uint16
	Multiplexer uint16 // the address of the one that it stands behind; 0: it is on the bus itself
	Channel     int    // of the multiplexer
}

// The addresses that devices can have on an I2C bus; the others have meanings of their own. Those of a PCA9548 are set by its
// three address pins.
const (
	I2CFirst            = 0x08
	I2CLast             = 0x77
	MultiplexerFirst    = 0x70
	MultiplexerLast     = 0x77
	MultiplexerChannels = 8
)

// String is for example "I2C bus i2c1 address 0x1E behind channel 3 of multiplexer 0x70".
func (p I2CPlace) String() string {
	text := fmt.Sprintf("I2C bus %s address 0x%02X", p.Bus, p.Address)
	if p.Multiplexer != 0 {
		text += fmt.Sprintf(" behind channel %d of multiplexer 0x%02X", p.Channel, p.Multiplexer)
	}
	return text
}

// Valid says why no chip can stand there; nil if one can. The error wraps ErrSettings.
func (p I2CPlace) Valid() error {
	switch {
	case p.Address < I2CFirst || p.Address > I2CLast:
		return fmt.Errorf("%w: I2C address 0x%02X: write 0x%02X to 0x%02X", ErrSettings, p.Address, I2CFirst, I2CLast)
	case p.Multiplexer == 0:
		return nil
	case p.Multiplexer < MultiplexerFirst || p.Multiplexer > MultiplexerLast:
		return fmt.Errorf("%w: multiplexer 0x%02X: write 0x%02X to 0x%02X", ErrSettings, p.Multiplexer, MultiplexerFirst, MultiplexerLast)
	case p.Channel < 0 || p.Channel >= MultiplexerChannels:
		return fmt.Errorf("%w: channel %d: write 0 to %d", ErrSettings, p.Channel, MultiplexerChannels-1)
	case p.Address == p.Multiplexer:
		return fmt.Errorf("%w: 0x%02X is the address of the multiplexer itself: set another by its pins A0 to A2", ErrSettings, p.Address)
	}
	return nil
}

// Clash says why two chips can't both be used; empty if they can. Behind different channels two chips may have one address,
// because only one channel is connected at a time. What stands on the bus itself is always connected.
func (p I2CPlace) Clash(other I2CPlace) string {
	switch {
	case p.Bus != other.Bus:
		return ""
	case p == other:
		return p.String() + " is used twice"
	case p.Address == other.Multiplexer:
		return fmt.Sprintf("%s is the address of a multiplexer", p)
	case p.Multiplexer == other.Address:
		return fmt.Sprintf("multiplexer 0x%02X has the address of another chip on I2C bus %s", p.Multiplexer, p.Bus)
	case p.Address == other.Address && (p.Multiplexer == 0 || other.Multiplexer == 0):
		return fmt.Sprintf("0x%02X is on I2C bus %s itself and behind a multiplexer: both chips would answer", p.Address, p.Bus)
	}
	return ""
}

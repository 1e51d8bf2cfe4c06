package line

import (
	"errors"
	"fmt"

	"periph.io/x/conn/v3"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"

	"gatehouse/drivers"
)

var errNotPeriph = errors.New("line: this line can't do that")

// PortOf gives a device driver of periph an SPI device as the port that it takes. The speed and the mode are those that
// the transactor was opened with.
func PortOf(name string, t drivers.Transactor) spi.Port { return periphPort{name, t} }

type periphPort struct {
	name string
	t    drivers.Transactor
}

// Connect takes 8 bits per word, and nothing else that differs from the way the device was opened.
func (p periphPort) Connect(_ physic.Frequency, mode spi.Mode, bits int) (spi.Conn, error) {
	if bits != 8 || mode > spi.Mode3 {
		return nil, fmt.Errorf("line: %s: %d bits in mode %v: %w", p.name, bits, mode, errNotPeriph)
	}
	return periphConn{p}, nil
}

// String is the board's name of it.
func (p periphPort) String() string { return p.name }

type periphConn struct{ periphPort }

// Tx is one transaction.
func (c periphConn) Tx(write, read []byte) error { return c.t.Tx(write, read) }

// TxPackets does several transactions one after the other.
func (c periphConn) TxPackets(packets []spi.Packet) error {
	for _, packet := range packets {
		if err := c.t.Tx(packet.W, packet.R); err != nil {
			return err
		}
	}
	return nil
}

// Duplex is full.
func (c periphConn) Duplex() conn.Duplex { return conn.Full }

package dialog

import (
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"gatehouse/drivers"
)

// networkWait is how long a read waits, as on a serial port.
const networkWait = 100 * time.Millisecond

// InNetwork is a connection as a port. A write that nobody takes for so long fails.
func InNetwork(connection net.Conn, writeLimit time.Duration) drivers.Port {
	return networkPort{connection, writeLimit}
}

type networkPort struct {
	net.Conn
	writeLimit time.Duration
}

// Read returns (0, nil) when nothing came for a while.
func (p networkPort) Read(b []byte) (int, error) {
	err := p.SetReadDeadline(time.Now().Add(networkWait))
	n := 0
	if err == nil {
		n, err = p.Conn.Read(b)
	}
	if n > 0 || errors.Is(err, os.ErrDeadlineExceeded) {
		return n, nil // what ended it besides is told by the next read
	}
	return 0, offline(err)
}

// Write gives up when nobody takes the bytes.
func (p networkPort) Write(b []byte) (int, error) {
	if err := p.SetWriteDeadline(time.Now().Add(p.writeLimit)); err != nil {
		return 0, offline(err)
	}
	n, err := p.Conn.Write(b)
	return n, offline(err)
}

func offline(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: %w", drivers.ErrOffline, err)
}

package lifeline

import (
	"net"
	"sync"
	"time"
)

// Answering is a connection on which whoever reads has asked something: a read, or a write, that nothing comes of for so long fails.
// It notices what the kernel can't: another end that takes everything and says nothing, as a program that hangs and a proxy
// before a dead server do. Deadlines that are set count as before.
func Answering(conn net.Conn, silent time.Duration) net.Conn {
	return &answering{Conn: conn, silent: silent}
}

type answering struct {
	net.Conn
	silent time.Duration

	mu          sync.Mutex
	read, write time.Time // as they were set; zero: none
}

func (a *answering) Read(b []byte) (int, error) {
	if err := a.arm(&a.read, a.Conn.SetReadDeadline); err != nil {
		return 0, err
	}
	return a.Conn.Read(b)
}

func (a *answering) Write(b []byte) (int, error) {
	if err := a.arm(&a.write, a.Conn.SetWriteDeadline); err != nil {
		return 0, err
	}
	return a.Conn.Write(b)
}

// arm gives what begins now its time, unless it was given another.
func (a *answering) arm(asked *time.Time, set func(time.Time) error) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !asked.IsZero() {
		return nil
	}
	return set(time.Now().Add(a.silent))
}

// SetDeadline is that of net.Conn.
func (a *answering) SetDeadline(t time.Time) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.read, a.write = t, t
	return a.Conn.SetDeadline(t)
}

// SetReadDeadline is that of net.Conn.
func (a *answering) SetReadDeadline(t time.Time) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.read = t
	return a.Conn.SetReadDeadline(t)
}

// SetWriteDeadline is that of net.Conn.
func (a *answering) SetWriteDeadline(t time.Time) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.write = t
	return a.Conn.SetWriteDeadline(t)
}

package cut

import (
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
)

// Wire carries connections to one address. While it is cut there are none, and new ones end at once.
type Wire struct {
	to       string
	listener net.Listener
	serving  sync.WaitGroup
	there    atomic.Int64
	back     atomic.Int64

	mu      sync.Mutex
	stirred *sync.Cond // something below has changed
	is      bool
	silent  bool
	conns   map[net.Conn]bool
}

// New makes a wire to an address, which need not answer yet.
func New(to string) (*Wire, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("cut: %w", err)
	}
	w := &Wire{to: to, listener: listener, conns: map[net.Conn]bool{}}
	w.stirred = sync.NewCond(&w.mu)
	w.serving.Go(w.serve)
	return w, nil
}

// Address is the near end.
func (w *Wire) Address() string { return w.listener.Addr().String() }

// Set cuts the wire or heals it.
func (w *Wire) Set(cut bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.is = cut
	w.stirred.Broadcast()
	if cut {
		for conn := range w.conns {
			conn.Close()
		}
		clear(w.conns)
	}
}

// Silence has the wire carry nothing more, while both ends believe that it does, or go on where it stopped.
func (w *Wire) Silence(silent bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.silent = silent
	w.stirred.Broadcast()
}

// speaks waits while the wire is silent; it is false once what waits is lost.
func (w *Wire) speaks() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for w.silent && !w.is {
		w.stirred.Wait()
	}
	return !w.is
}

// IsCut reports whether it is cut.
func (w *Wire) IsCut() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.is
}

// Bytes is how many it has carried so far, there and back.
func (w *Wire) Bytes() (there, back int64) { return w.there.Load(), w.back.Load() }

// counted counts what is written.
type counted struct {
	wire  *Wire
	to    io.Writer
	bytes *atomic.Int64
}

func (c counted) Write(data []byte) (int, error) {
	if !c.wire.speaks() {
		return 0, net.ErrClosed
	}
	c.bytes.Add(int64(len(data))) // before, so that whoever has read them finds them counted
	n, err := c.to.Write(data)
	c.bytes.Add(int64(n - len(data)))
	return n, err
}

// Close ends it.
func (w *Wire) Close() {
	w.listener.Close()
	w.Set(true)
	w.serving.Wait()
}

func (w *Wire) serve() {
	for {
		near, err := w.listener.Accept()
		if err != nil {
			return
		}
		w.serving.Go(func() { w.carry(near) })
	}
}

func (w *Wire) carry(near net.Conn) {
	defer near.Close()
	if !w.admit(near) {
		return
	}
	defer w.forget(near)
	far, err := net.Dial("tcp", w.to)
	if err != nil {
		return
	}
	defer far.Close()
	if !w.admit(far) {
		return
	}
	defer w.forget(far)
	w.serving.Go(func() {
		defer far.Close()
		_, _ = io.Copy(counted{w, far, &w.there}, near) // an end is an end, whoever made it
	})
	_, _ = io.Copy(counted{w, near, &w.back}, far)
}

func (w *Wire) admit(conn net.Conn) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.is {
		w.conns[conn] = true
	}
	return !w.is
}

func (w *Wire) forget(conn net.Conn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.conns, conn)
}

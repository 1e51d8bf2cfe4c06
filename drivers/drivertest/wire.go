package drivertest

import (
	"fmt"
	"io"
	"sync"
	"time"

	"gatehouse/drivers"
)

// idle is how long a Port waits for bytes before it says that none came.
const idle = 100 * time.Millisecond

// Wire is what a serial port is plugged into: a driver has its near side, a simulated device its far side. Bytes
// that were sent while nobody had the port open wait, up to a few thousand.
type Wire struct {
	toNear, toFar *queue
	mu            sync.Mutex
	mode          drivers.SerialMode
	hungUp        chan struct{} // closed when the port that is open now hangs up
}

func newWire() *Wire {
	return &Wire{toNear: newQueue(), toFar: newQueue(), hungUp: make(chan struct{})}
}

// Mode is how the port was opened last.
func (w *Wire) Mode() drivers.SerialMode {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.mode
}

// Far is the device's side. Its Read waits for bytes, and returns io.EOF when the wire is taken away for good.
func (w *Wire) Far() io.ReadWriter { return farSide{w} }

// HangUp ends the port that is open now, as a pulled USB plug does. It can be opened again.
func (w *Wire) HangUp() {
	w.mu.Lock()
	defer w.mu.Unlock()
	close(w.hungUp)
	w.hungUp = make(chan struct{})
	w.toNear.clear()
}

func (w *Wire) unplug() {
	w.toFar.end()
}

func (w *Wire) open(mode drivers.SerialMode, release func()) drivers.Port {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.mode = mode
	return &nearSide{wire: w, hungUp: w.hungUp, closed: make(chan struct{}), release: release}
}

type farSide struct{ wire *Wire }

func (f farSide) Read(p []byte) (int, error) {
	for {
		if n := f.wire.toFar.take(p); n > 0 {
			return n, nil
		}
		select {
		case <-f.wire.toFar.ready:
		case <-f.wire.toFar.ended:
			return 0, io.EOF
		}
	}
}

func (f farSide) Write(p []byte) (int, error) {
	f.wire.toNear.put(p)
	return len(p), nil
}

// nearSide is the Port that a driver has.
type nearSide struct {
	wire    *Wire
	hungUp  chan struct{}
	closed  chan struct{}
	once    sync.Once
	release func()
}

func (n *nearSide) Read(p []byte) (int, error) {
	if err := n.down(); err != nil {
		return 0, err
	}
	if count := n.wire.toNear.take(p); count > 0 {
		return count, nil
	}
	timer := time.NewTimer(idle)
	defer timer.Stop()
	select {
	case <-n.wire.toNear.ready:
		return n.wire.toNear.take(p), nil
	case <-timer.C:
		return 0, nil
	case <-n.hungUp:
	case <-n.closed:
	}
	return 0, n.down()
}

func (n *nearSide) Write(p []byte) (int, error) {
	if err := n.down(); err != nil {
		return 0, err
	}
	n.wire.toFar.put(p)
	return len(p), nil
}

func (n *nearSide) down() error {
	select {
	case <-n.closed:
		return fmt.Errorf("drivertest: port: closed: %w", drivers.ErrOffline)
	case <-n.hungUp:
		return fmt.Errorf("drivertest: port: hung up: %w", drivers.ErrOffline)
	default:
		return nil
	}
}

func (n *nearSide) Close() error {
	n.once.Do(func() { close(n.closed) })
	n.release()
	return nil
}

// queue carries bytes one way.
type queue struct {
	mu    sync.Mutex
	bytes []byte
	ready chan struct{} // holds one token while there may be bytes
	ended chan struct{}
	once  sync.Once
}

// queuedMax bounds the bytes that nobody takes; a real port has such a bound as well.
const queuedMax = 4096

func newQueue() *queue {
	return &queue{ready: make(chan struct{}, 1), ended: make(chan struct{})}
}

func (q *queue) put(p []byte) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.bytes = append(q.bytes, p[:min(len(p), queuedMax-len(q.bytes))]...)
	q.signal()
}

func (q *queue) take(p []byte) int {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := copy(p, q.bytes)
	q.bytes = q.bytes[n:]
	if len(q.bytes) > 0 {
		q.signal()
	}
	return n
}

func (q *queue) clear() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.bytes = nil
}

func (q *queue) end() { q.once.Do(func() { close(q.ended) }) }

func (q *queue) signal() {
	select {
	case q.ready <- struct{}{}:
	default:
	}
}

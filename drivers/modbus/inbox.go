package modbus

import "sync"

// inbox holds the bytes that a port received until the bus looks at them. What does not fit is babble.
type inbox struct {
	mu    sync.Mutex
	held  [4 * frameMax]byte
	count int
	lost  int
	ready chan struct{} // holds a token while there may be bytes
}

func newInbox() *inbox { return &inbox{ready: make(chan struct{}, 1)} }

func (b *inbox) put(data []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := copy(b.held[b.count:], data)
	b.count += n
	b.lost += len(data) - n
	select {
	case b.ready <- struct{}{}:
	default:
	}
}

// take appends all bytes to out, and says how many did not fit.
func (b *inbox) take(out []byte) (all []byte, lost int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	out, lost = append(out, b.held[:b.count]...), b.lost
	b.count, b.lost = 0, 0
	return out, lost
}

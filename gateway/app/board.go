package app

import (
	"sync"
	"time"
)

// boardEvery is how long what is known of the board holds: to ask for one that is absent is to look for its lines anew, and
// the page, the metrics and whoever watches the health all ask.
const boardEvery = 5 * time.Second

// board remembers why the board can't be opened.
type board struct {
	absent func() error // nil: it always can

	mu    sync.Mutex
	err   error
	known time.Time // when err was true
}

// trouble says why the board could not be opened a moment ago; nil if it could.
func (b *board) trouble() error {
	if b.absent == nil {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.known.IsZero() || time.Since(b.known) >= boardEvery {
		b.err, b.known = b.absent(), time.Now()
	}
	return b.err
}

package journal

import (
	"fmt"
	"sync"

	"gatehouse/sync/factlog"
)

// backlogMaxBytes bounds what may wait for room in the log: more than a lot says while the slowest card fills a segment.
const backlogMaxBytes = 8 << 20

// backlog is what came in a burst that was faster than the log's next segment was made ready. It waits, and does not fail:
// it goes to the log, in order and ahead of anything newer, as soon as there is room. Only a disk that has none to give
// breaks the journal.
type backlog struct {
	mu    sync.Mutex
	empty sync.Cond
	waits []handover
	bytes int
}

// handover is something for the log: an append, or (without payloads) a wish to have all before it durable.
type handover struct {
	payloads [][]byte
	lazy     bool
	through  factlog.Index // of the last payload
	done     func(error)
}

// hand gives the log what it has room for, and keeps the rest.
func (j *Journal) hand(h handover) {
	b := &j.backlog
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := j.commits.failure(); err != nil {
		go h.done(err)
		return
	}
	if len(b.waits) == 0 && j.committer.Fits(h.payloads) {
		j.give(h)
		return
	}
	kept := make([][]byte, len(h.payloads)) // the caller uses its buffers again
	for i, payload := range h.payloads {
		kept[i] = append([]byte(nil), payload...)
		b.bytes += len(payload)
	}
	h.payloads = kept
	b.waits = append(b.waits, h)
	switch {
	case b.bytes > backlogMaxBytes:
		j.giveUp(fmt.Errorf("%w, and %d bytes wait for it", factlog.ErrFull, b.bytes))
	case len(b.waits) == 1:
		j.committer.MakeRoom(j.resume)
	}
}

// give hands over what fits.
func (j *Journal) give(h handover) {
	if len(h.payloads) == 0 {
		j.committer.Sync(h.done)
		return
	}
	if taken := j.committer.Append(h.payloads, h.lazy, h.done); taken != h.through {
		j.commits.fail(errNotTaken) // at once: later facts must not follow where these are missing
	}
}

// resume goes on when there is room, or (with an error) none to be had.
func (j *Journal) resume(err error) {
	b := &j.backlog
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.waits) == 0 {
		return // it was given up meanwhile
	}
	given := 0
	for err == nil && given < len(b.waits) && j.committer.Fits(b.waits[given].payloads) {
		j.give(b.waits[given])
		for _, payload := range b.waits[given].payloads {
			b.bytes -= len(payload)
		}
		given++
	}
	b.waits = b.waits[given:]
	switch {
	case len(b.waits) == 0:
		b.empty.Broadcast()
	case err != nil:
		j.giveUp(fmt.Errorf("%w: %w", factlog.ErrFull, err))
	case given == 0:
		j.giveUp(factlog.ErrFull) // more than a whole segment at once
	default:
		j.committer.MakeRoom(j.resume)
	}
}

// giveUp breaks the journal: what waited was not appended. The caller holds the backlog's mu.
func (j *Journal) giveUp(err error) {
	b := &j.backlog
	j.commits.fail(err) // before anything newer can be handed over
	go func(waited []handover) {
		for _, h := range waited {
			h.done(err)
		}
	}(b.waits)
	b.waits, b.bytes = nil, 0
	b.empty.Broadcast()
}

// drained returns when nothing waits for room any more.
func (b *backlog) drained() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for len(b.waits) > 0 {
		b.empty.Wait()
	}
}

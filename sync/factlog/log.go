package factlog

import (
	"errors"
	"fmt"
	"slices"
	"sync"
)

// Options are the choices and the knowledge that the caller brings to Open.
type Options struct {
	// SegmentBytes is the size of new segments, rounded up to 4 KiB; 0 means SegmentBytesDefault. Older segments keep
	// theirs.
	SegmentBytes int64
	// From is an index known durable and already folded into the caller's state. Open doesn't look at segments that
	// end before it; Verify does. 0 checks the whole log.
	From Index
	// KnownDurable is the highest index that anybody (a checkpoint, headquarters) knows to have been durable. What is
	// missing up to it is damage and not a torn tail.
	KnownDurable Index
	// Trimmed is the highest index that was given to Trim. What is missing up to it is not damage.
	Trimmed Index
}

// Log is an open log. Its methods may be called from several goroutines. Flush, Prepare and Close wait for each other;
// the others wait for none of them.
type Log struct {
	disk         Disk
	dir          string
	segmentBytes int64

	// io is held by the one call that writes to the disk, for as long as it takes. It is taken before mu.
	io      sync.Mutex
	filling filling // the next spare
	resting batch   // the buffers of the last flush, to be used again

	trimming sync.Mutex // held by the one Trim that runs, beside flushes

	mu       sync.Mutex // guards what follows; never held during I/O
	err      error      // why the log can't be used any more
	segments []segment  // those that hold frames, oldest first
	highest  uint64     // number of the newest file, the spare included
	tail     place      // where the next frame goes
	spare    place
	pending  batch
	last     Index
	chain    Hash
	durable  Index
	trimmed  Index
	damage   []Damage
	written  int64 // bytes flushed since Open
}

// place is an offset in an open segment; file is nil when there is none.
type place struct {
	file   File
	number uint64
	offset int64
	size   int64
}

func (p place) free() int64 { return p.size - p.offset }

func (p place) close() error {
	if p.file == nil {
		return nil
	}
	return p.file.Close()
}

// batch is what one flush writes: frames that adjoin in memory, in one part per segment.
type batch struct {
	buf   []byte
	parts []part
}

// part is the run of bytes that goes into one segment.
type part struct {
	place                  // of its first byte
	start, frames, end int // in batch.buf; a header may stand between start and frames
	last               Index
	done               File // the segment that this part's segment follows: to be closed
}

// Append copies a payload behind the log and returns its index. It does no I/O: the frame counts once a Flush that
// began later has returned nil. Errors: ErrTooLarge, ErrFull (both change nothing), ErrBroken, ErrClosed.
func (l *Log) Append(payload []byte) (Index, error) {
	return l.appendAll([][]byte{payload})
}

// appendAll appends all payloads or none and returns the index of the last.
func (l *Log) appendAll(payloads [][]byte) (Index, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.admit(payloads); err != nil {
		return 0, err
	}
	for _, payload := range payloads {
		size := frameBytes(len(payload))
		if size > l.tail.free() {
			l.rollOver()
		} else if len(l.pending.parts) == 0 {
			l.beginPart(nil)
		}
		l.last++
		l.pending.buf, l.chain = appendFrame(l.pending.buf, l.last, l.chain, payload)
		l.tail.offset += size
		l.endPart()
	}
	return l.last, nil
}

// Fits reports whether all payloads can be appended now. Errors: those of Append.
func (l *Log) Fits(payloads [][]byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.admit(payloads)
}

// admit reports whether all payloads fit in what is left of this segment and in the spare.
func (l *Log) admit(payloads [][]byte) error {
	if l.err != nil {
		return l.err
	}
	free, spare := l.tail.free(), l.spare.free()-segmentHeaderBytes
	for _, payload := range payloads {
		size := frameBytes(len(payload))
		if len(payload) > PayloadMaxBytes || size > l.segmentBytes-segmentHeaderBytes {
			return fmt.Errorf("%w: %d bytes", ErrTooLarge, len(payload))
		}
		if size > free {
			free, spare = spare, 0
		}
		if free -= size; free < 0 {
			return ErrFull
		}
	}
	return nil
}

// rollOver makes the spare the tail. Its header goes out with its first frames, in one write.
func (l *Log) rollOver() {
	done := l.tail.file
	l.tail, l.spare = l.spare, place{}
	l.segments = append(l.segments, segment{
		number: l.tail.number, size: l.tail.size, first: l.last + 1, chain: l.chain, headed: true,
	})
	l.beginPart(done)
	l.pending.buf = appendHeader(l.pending.buf, l.tail.number, l.last+1, l.chain)
	l.tail.offset = segmentHeaderBytes
	l.pending.parts[len(l.pending.parts)-1].frames = len(l.pending.buf)
}

func (l *Log) beginPart(done File) {
	at := len(l.pending.buf)
	l.pending.parts = append(l.pending.parts, part{place: l.tail, start: at, frames: at, end: at, done: done})
}

func (l *Log) endPart() {
	p := &l.pending.parts[len(l.pending.parts)-1]
	p.end, p.last = len(l.pending.buf), l.last
}

// Flush makes everything appended so far durable, with one write and one fdatasync (one of each per segment when it
// rolls over). After any error the log is broken: every later call returns ErrBroken.
func (l *Log) Flush() error {
	l.io.Lock()
	defer l.io.Unlock()
	work, durable, err := l.take()
	if err != nil {
		return err
	}
	for _, p := range work.parts {
		if err := p.write(work.buf, durable); err != nil {
			return l.fail(work, err)
		}
		durable = p.last
		l.advance(durable, p.end-p.start)
	}
	l.resting = work
	return nil
}

// take hands the pending frames to the flush and leaves empty buffers for the next.
func (l *Log) take() (work batch, durable Index, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err != nil {
		return batch{}, 0, l.err
	}
	work = l.pending
	l.pending = batch{l.resting.buf[:0], l.resting.parts[:0]}
	return work, l.durable, nil
}

// write seals the part's frames, writes them at their place and flushes.
func (p part) write(buf []byte, durable Index) error {
	seal(buf[p.frames:p.end], p.number, p.offset+int64(p.frames-p.start), durable)
	if _, err := p.file.WriteAt(buf[p.start:p.end], p.offset); err != nil {
		return err
	}
	if err := p.file.Datasync(); err != nil {
		return err
	}
	if p.done != nil {
		p.done.Close() // it was flushed before and is only read from now on, through handles of its own
	}
	return nil
}

func (l *Log) advance(durable Index, bytes int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.durable = durable
	l.written += int64(bytes)
}

// fail breaks the log.
func (l *Log) fail(work batch, cause error) error {
	l.resting = work
	l.mu.Lock()
	defer l.mu.Unlock()
	l.err = fmt.Errorf("%w: flush of %s: %w", ErrBroken, l.dir, cause)
	return l.err
}

// Durable returns the highest index that survives a power cut.
func (l *Log) Durable() Index {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.durable
}

// Last returns the highest index given out, durable or pending.
func (l *Log) Last() Index {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last
}

// Chain returns the hash of frame Last.
func (l *Log) Chain() Hash {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.chain
}

// Damage returns what is known to be lost: by Open, and by every Read and Verify since. Sorted, not overlapping.
func (l *Log) Damage() []Damage {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.damage)
}

// FreeBytes returns the room that is prepared: what can be appended before Prepare has to have made another spare. A
// frame takes 64 bytes and its payload, rounded up to 8.
func (l *Log) FreeBytes() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.tail.free() + max(0, l.spare.free()-segmentHeaderBytes)
}

// room returns the free bytes of the tail, the size of a segment, and whether a spare is ready.
func (l *Log) room() (free, segment int64, ready bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.tail.free(), l.segmentBytes, l.spare.file != nil
}

// progress returns the durable index and the bytes flushed since Open.
func (l *Log) progress() (durable Index, written int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.durable, l.written
}

// Close gives up the log's files; what was appended and not flushed is dropped. Later calls return ErrClosed.
func (l *Log) Close() error {
	l.io.Lock()
	defer l.io.Unlock()
	l.filling.discard()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err == ErrClosed {
		return ErrClosed
	}
	l.err = ErrClosed
	for _, p := range slices.Concat(l.resting.parts, l.pending.parts) {
		if p.done != nil {
			p.done.Close() // harmless where the flush has closed it already
		}
	}
	return errors.Join(l.tail.close(), l.spare.close())
}

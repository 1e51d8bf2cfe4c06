package factlog

import (
	"fmt"
	"path/filepath"
)

// fillStepBytes is what one call of Prepare writes: 25 ms on a card that writes 10 MB/s, so an append that comes in
// the middle of it is within the gate's budget.
const fillStepBytes = 256 << 10

// filling is a spare in the making: a file under a name that Open doesn't know.
type filling struct {
	file File
	at   int64
}

func (f *filling) discard() {
	if f.file != nil {
		f.file.Close()
	}
	*f = filling{}
}

// Prepare does one step (at most 256 KiB and one flush) towards the spare segment and reports whether the spare is
// ready. Call it in idle time until it is. An error, such as a full disk, doesn't harm the log: it works on until its
// segment is full (see FreeBytes), and the next call starts over.
func (l *Log) Prepare() (ready bool, err error) {
	l.io.Lock()
	defer l.io.Unlock()
	return l.prepare()
}

func (l *Log) prepare() (ready bool, err error) {
	l.mu.Lock()
	ready, err = l.spare.file != nil, l.err
	number := l.highest + 1
	l.mu.Unlock()
	if ready || err != nil {
		return ready, err
	}
	if ready, err = l.fillStep(number); err != nil {
		l.filling.discard()
		l.disk.Remove(l.temporary()) // on a full disk others need the room; if it stays, the next call empties it
		return false, fmt.Errorf("factlog: prepare segment %d in %s: %w", number, l.dir, err)
	}
	return ready, nil
}

// fillStep creates the file, or writes some zeros, or gives the finished file its name. The name comes last and the
// directory is flushed before the spare is used, so a cut leaves either no segment or a whole one.
func (l *Log) fillStep(number uint64) (ready bool, err error) {
	f := &l.filling
	if f.file == nil {
		f.file, err = l.disk.Create(l.temporary())
		return false, err
	}
	if f.at < l.segmentBytes {
		zeros := make([]byte, min(fillStepBytes, l.segmentBytes-f.at))
		if _, err = f.file.WriteAt(zeros, f.at); err != nil {
			return false, err
		}
		f.at += int64(len(zeros))
		return false, f.file.Datasync()
	}
	if err = l.disk.Rename(l.temporary(), l.path(number)); err != nil {
		return false, err
	}
	if err = l.disk.SyncDir(l.dir); err != nil {
		return false, err
	}
	l.adopt(place{file: f.file, number: number, size: l.segmentBytes})
	*f = filling{}
	return true, nil
}

func (l *Log) temporary() string { return filepath.Join(l.dir, spareName) }

// adopt makes p the spare.
func (l *Log) adopt(p place) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.spare = p
	l.highest = p.number
}

// prepareNow makes the spare at one go.
func (l *Log) prepareNow() error {
	for {
		if ready, err := l.prepare(); ready || err != nil {
			return err
		}
	}
}

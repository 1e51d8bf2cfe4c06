package factlog

import (
	"errors"
	"fmt"
)

// Trim gives up the frames up to and including through: it removes the segments that hold nothing else. The caller
// keeps a durable note of the highest through first, and hands it to the next Open as Options.Trimmed.
func (l *Log) Trim(through Index) error {
	l.trimming.Lock()
	defer l.trimming.Unlock()
	keep, err := l.giveUp(through)
	if err != nil {
		return err
	}
	names, err := l.disk.List(l.dir)
	if err != nil {
		return fmt.Errorf("factlog: trim %s: %w", l.dir, err)
	}
	// Oldest first, each removal durable before the next: a cut leaves no hole.
	for _, name := range names {
		number := segmentNumber(name)
		if number == 0 || number >= keep {
			continue
		}
		if err := errors.Join(l.disk.Remove(l.path(number)), l.disk.SyncDir(l.dir)); err != nil {
			return fmt.Errorf("factlog: trim segment %d in %s: %w", number, l.dir, err)
		}
	}
	return nil
}

// giveUp forgets the segments that end at or before through and returns the number below which no file is needed. The
// first segment that is left holds a durable frame, so index and chain go on from it.
func (l *Log) giveUp(through Index) (keep uint64, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err != nil {
		return 0, l.err
	}
	l.trimmed = max(l.trimmed, min(through, l.durable))
	for len(l.segments) > 1 && l.segments[1].first <= min(l.trimmed+1, l.durable) {
		l.segments = l.segments[1:]
	}
	if len(l.segments) == 0 || l.segments[0].first > l.trimmed+1 {
		return 0, nil // a file before the first segment may be one that can't be read: evidence, not waste
	}
	return l.segments[0].number, nil
}

package factlog

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"slices"
	"sort"
)

// view is what a reader needs to know of the log at one moment.
type view struct {
	segments []segment
	tail     place
	trimmed  Index
	durable  Index
}

func (l *Log) view() (view, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return view{l.segments, l.tail, l.trimmed, l.durable}, l.err
}

// endOf returns the offset behind the last frame of a segment, or a later one.
func (v view) endOf(i int) int64 {
	if s := v.segments[i]; s.number != v.tail.number {
		return s.size
	}
	return v.tail.offset
}

// Read calls f with the durable frames from index on, in order, until f returns an error, which Read returns. The
// payload may be kept no longer than the call. What is damaged is left out and noted in Damage; what is trimmed is
// left out. f may call the log's other methods.
func (l *Log) Read(from Index, f func(Index, []byte) error) error {
	return l.ReadLinks(from, func(link Link) error { return f(link.Index, link.Payload) })
}

// Link is a durable frame and its place in the chain.
type Link struct {
	Index   Index
	Payload []byte
	Hash    Hash
	// Before is the link before it. Proven is false where that one can't be read: then Before is nothing.
	Before Hash
	Proven bool
}

// ReadLinks is Read with the chain, for whoever hands frames on with it.
func (l *Log) ReadLinks(from Index, f func(Link) error) error {
	v, err := l.view()
	if err != nil {
		return err
	}
	if from = max(from, 1); from > v.durable {
		return nil
	}
	w := &walk{lost: func(d Damage) { l.note(d, from, v.durable) }}
	return l.follow(v, from, w, func(frame frame) error {
		if frame.index < from {
			return nil
		}
		return f(Link{frame.index, frame.payload(), frame.hash, w.before, w.proven})
	})
}

// note remembers the part of a lost range that a reader asked for and that wasn't given up.
func (l *Log) note(d Damage, first, last Index) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if d, ok := d.within(max(first, l.trimmed+1), last); ok {
		l.damage = withDamage(l.damage, d)
	}
}

// follow walks the durable frames. It starts at or a little before index from, because the frame before is what
// proves the next one.
func (l *Log) follow(v view, from Index, w *walk, use func(frame) error) error {
	start := max(0, sort.Search(len(v.segments), func(i int) bool { return v.segments[i].first > from })-1)
	if len(v.segments) == 0 || from < v.segments[0].first || from == 1 {
		w.next, w.known = from, from == 1 // the chain begins at index 1 with the zero hash
	}
	for i := start; i < len(v.segments) && w.next <= v.durable; i++ {
		if err := l.followSegment(v, i, from, w, use); err != nil {
			return err
		}
	}
	w.next = max(w.next, from)
	w.skipTo(v.durable + 1)
	return nil
}

// followSegment walks the frames of one segment.
func (l *Log) followSegment(v view, i int, from Index, w *walk, use func(frame) error) error {
	s := v.segments[i]
	w.enter(s)
	file, err := l.disk.Open(l.path(s.number))
	if errors.Is(err, fs.ErrNotExist) {
		return nil // lost, or trimmed since: the walk notices, and note knows which
	}
	if err != nil {
		return fmt.Errorf("factlog: read segment %d in %s: %w", s.number, l.dir, err)
	}
	defer file.Close()
	limit := min(v.durable+1, limitOf(v.segments, i))
	scan := newScanner(file, s.number, v.endOf(i))
	if s.first < from {
		if scan.seek(from); scan.at > segmentHeaderBytes {
			w.next, w.known = 0, false
		}
	}
	for w.next < limit {
		f, ok := scan.next()
		if !ok {
			break
		}
		if f.index >= limit || !w.take(f) {
			continue
		}
		if err := use(f); err != nil {
			return err
		}
	}
	return nil
}

// limitOf returns the lowest index with which a segment after i begins. A frame in segment i at or above it is a
// leftover of a tail that was given up.
func limitOf(segments []segment, i int) Index {
	limit := Index(math.MaxUint64)
	for _, s := range segments[i+1:] {
		if s.first != 0 {
			limit = min(limit, s.first)
		}
	}
	return limit
}

// Report is what Verify found.
type Report struct {
	First, Last Index    // the range that should be readable; Last is the durable end
	Frames      int      // those that are
	FirstBad    Index    // lowest index of Damage; 0: none
	Damage      []Damage // what is lost, whenever it was noticed
	BadHeaders  []uint64 // segments whose header can't be read; their frames prove themselves
}

// Verify reads the whole log as far as it is durable and checks every CRC and every link of the chain. It returns
// ErrDamaged, naming the first bad index, when something is lost; a bad header alone loses nothing.
func (l *Log) Verify() (Report, error) {
	v, err := l.view()
	if err != nil {
		return Report{}, err
	}
	report := Report{First: v.trimmed + 1, Last: v.durable}
	if len(v.segments) > 0 {
		report.First = min(report.First, v.segments[0].first)
	}
	w := &walk{lost: func(d Damage) { l.note(d, 1, v.durable) }}
	if err := l.follow(v, 1, w, func(frame) error { report.Frames++; return nil }); err != nil {
		return report, err
	}
	report.BadHeaders = l.badHeaders(v)
	report.Damage = slices.DeleteFunc(l.Damage(), func(d Damage) bool { return d.First > v.durable })
	if len(report.Damage) == 0 {
		return report, nil
	}
	report.FirstBad = report.Damage[0].First
	return report, fmt.Errorf("%w: first bad index %d in %s", ErrDamaged, report.FirstBad, l.dir)
}

// badHeaders reads the headers of the segments that hold durable frames.
func (l *Log) badHeaders(v view) (bad []uint64) {
	for _, s := range v.segments {
		if s.first > v.durable {
			continue
		}
		if found, _, err := l.inspect(s.number); err != nil || !found.headed {
			bad = append(bad, s.number)
		}
	}
	now, _ := l.view()
	return slices.DeleteFunc(bad, func(number uint64) bool { // trimmed while they were read
		return len(now.segments) > 0 && number < now.segments[0].number
	})
}

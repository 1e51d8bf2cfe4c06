package factlog

import "math"

// rescue is one run of Open over what a crash, or worse, has left.
type rescue struct {
	*Log
	found []segment // every segment file, oldest first
	sure  Index     // highest index known to have been durable

	walk       walk
	at         cursor // behind the last frame that the walk took
	gaps       []gap
	torn       int64
	unreadable int64
}

// cursor is a place between two frames.
type cursor struct {
	segment int // in rescue.found; -1: before all of them
	offset  int64
	next    Index
	chain   Hash
}

// gap is a range of indexes without frames, and the place before it.
type gap struct {
	Damage
	before cursor
}

func (r *rescue) run(from Index) error {
	if err := r.load(); err != nil {
		return err
	}
	r.scan(from)
	r.cut()
	if err := r.settle(); err != nil {
		return err
	}
	if r.tail.file != nil || r.spare.file != nil {
		return nil
	}
	if err := r.prepareNow(); err != nil && len(r.segments) == 0 {
		return err // nothing to read and nothing to write to; otherwise the log is readable and full
	}
	return nil
}

// load lists the segments and reads their headers.
func (r *rescue) load() error {
	names, err := r.disk.List(r.dir)
	if err != nil {
		return err
	}
	for _, name := range names {
		number := segmentNumber(name)
		if number == 0 {
			continue
		}
		s, unreadable, err := r.inspect(number)
		if err != nil {
			return err
		}
		r.found = append(r.found, s)
		r.unreadable += unreadable
		r.highest = number
	}
	r.dropSuperseded()
	// A segment that was named just before a crash of the process (not of the machine) may have no durable name.
	return r.disk.SyncDir(r.dir)
}

// dropSuperseded forgets what a segment holds that begins no lower than a newer one: the log went on elsewhere when it
// couldn't be read or written. From then on the first indexes rise from segment to segment.
func (r *rescue) dropSuperseded() {
	for i := range r.found {
		if s := &r.found[i]; s.first >= limitOf(r.found, i) {
			s.first, s.headed = 0, false
		}
	}
}

// openTwice opens a segment, at the second try if it has to: one refused call must not cost a segment.
func (l *Log) openTwice(number uint64) (File, error) {
	file, err := l.disk.Open(l.path(number))
	if err != nil {
		file, err = l.disk.Open(l.path(number))
	}
	return file, err
}

// inspect reads a segment's header, or judges the segment by its frames. A segment that can't be opened twice is an
// empty one whose bytes are unreadable. The only error is ErrFormat.
func (l *Log) inspect(number uint64) (s segment, unreadable int64, err error) {
	for range 2 {
		file, openErr := l.disk.Open(l.path(number))
		if openErr != nil {
			continue
		}
		defer file.Close()
		if size, sizeErr := file.Size(); sizeErr == nil {
			return inspectFile(file, segment{number: number, size: size})
		}
	}
	return segment{number: number, refused: math.MaxInt64}, l.segmentBytes, nil
}

func inspectFile(file File, s segment) (_ segment, unreadable int64, err error) {
	header := make([]byte, segmentHeaderBytes)
	unreadable, s.refused = readAround(file, header[:min(s.size, segmentHeaderBytes)], 0)
	if s.first, s.chain, s.headed, err = parseHeader(header, s.number); err != nil || s.headed {
		return s, unreadable, err
	}
	scan := newScanner(file, s.number, s.size)
	f, found := scan.next()
	s.first, s.chain = f.index, Hash{}
	if !found { // it won't be scanned again
		unreadable += scan.unreadable
		s.refused = max(s.refused, scan.refused)
		s.blank = unreadable == 0 && isZero(file, s.size)
	}
	return s, unreadable, nil
}

// scan walks all frames from the segment that holds index from.
func (r *rescue) scan(from Index) {
	r.walk = walk{next: 1, known: true, lost: func(d Damage) { r.gaps = append(r.gaps, gap{d, r.at}) }}
	r.at = cursor{segment: -1, next: 1}
	start := 0
	for i, s := range r.found {
		if s.headed && s.first <= from {
			start = i
		}
	}
	if start > 0 {
		r.walk.next = 0
	}
	for i := start; i < len(r.found); i++ {
		r.scanSegment(i)
	}
}

// scanSegment takes the frames of one segment and learns what was durable from them and from its header: a header is
// written when everything before it is durable.
func (r *rescue) scanSegment(i int) {
	s := &r.found[i]
	if s.first == 0 {
		return
	}
	r.walk.enter(*s)
	file, err := r.openTwice(s.number)
	if err != nil {
		r.unreadable += s.size
		s.refused = math.MaxInt64
		return
	}
	defer file.Close()
	if s.headed {
		r.sure = max(r.sure, s.first-1)
		r.at = cursor{i, segmentHeaderBytes, r.walk.next, r.walk.chain}
	}
	limit := limitOf(r.found, i)
	scan := newScanner(file, s.number, s.size)
	for f, ok := scan.next(); ok; f, ok = scan.next() {
		before := r.walk
		if f.index >= limit || !r.walk.take(f) {
			continue
		}
		if !s.headed && f.at == segmentHeaderBytes && before.known && before.next == f.index {
			s.first, s.chain, s.headed = f.index, before.chain, true // proven by the frames on both sides
		}
		r.at = cursor{i, f.end(), r.walk.next, r.walk.chain}
	}
	r.sure = max(r.sure, scan.flushed)
	r.unreadable += scan.unreadable
	s.refused = max(s.refused, scan.refused)
}

package factlog

import "encoding/binary"

// windowBytes is what a scan holds in memory: room for the largest frame, twice.
const windowBytes = 128 << 10

// scanner finds the sound frames of one segment in the order of their places. It knows nothing of the chain.
type scanner struct {
	file   File
	number uint64
	at     int64 // the next offset to look at, a multiple of frameAlign
	end    int64

	window []byte // the bytes of the file from offset from on
	from   int64

	flushed    Index // highest flushedThrough in any sound head seen, whatever became of its payload
	unreadable int64 // bytes that the disk refused twice; they were taken for zeros
	refused    int64 // the offset where the last of them ends
}

// newScanner scans the frames before offset end of a segment.
func newScanner(file File, number uint64, end int64) *scanner {
	return &scanner{file: file, number: number, at: segmentHeaderBytes, end: end &^ (frameAlign - 1)}
}

// next returns the next sound frame at or after the present place; false at the end.
func (s *scanner) next() (frame, bool) {
	for ; s.at+frameHeadBytes <= s.end; s.at += frameAlign {
		head := s.peek(s.at, frameHeadBytes)
		if binary.LittleEndian.Uint32(head) != frameMagic {
			continue
		}
		f, size, ok := parseHead(head, s.number, s.at)
		if !ok {
			continue
		}
		s.flushed = max(s.flushed, f.flushed)
		if s.at+size > s.end {
			continue
		}
		if f.bytes = s.peek(s.at, size); f.sound() {
			s.at += size
			return f, true
		}
	}
	return frame{}, false
}

// seek moves to a place from which next meets frame from-1, or what is left before it, soon. It halves the range of
// bytes, since a scan finds the next frame from anywhere; indexes rise from frame to frame.
func (s *scanner) seek(from Index) {
	low, high, end := s.at, s.end, s.end
	for high-low > windowBytes {
		middle := (low + (high-low)/2) &^ (frameAlign - 1)
		s.at, s.end = middle, high
		if f, ok := s.next(); ok && f.index < from {
			low = f.at
		} else {
			high = middle
		}
	}
	s.at, s.end = low, end
}

// peek returns n bytes of the file at an offset.
func (s *scanner) peek(at, n int64) []byte {
	if at < s.from || at+n > s.from+int64(len(s.window)) {
		s.fill(at)
	}
	return s.window[at-s.from : at-s.from+n]
}

// fill moves the window to an offset.
func (s *scanner) fill(at int64) {
	n := min(windowBytes, s.end-at)
	if int64(cap(s.window)) < n {
		s.window = make([]byte, n)
	}
	s.window, s.from = s.window[:n], at
	unreadable, refused := readAround(s.file, s.window, at)
	s.unreadable += unreadable
	s.refused = max(s.refused, refused)
}

// readAround reads len(p) bytes and, if the disk refuses, what it can get block by block at a second try. What can't
// be read is zero in p. It returns the number of such bytes and the offset where the last of them ends.
func readAround(file File, p []byte, off int64) (unreadable, refused int64) {
	if _, err := file.ReadAt(p, off); err == nil {
		return 0, 0
	}
	for start := 0; start < len(p); start += blockBytes {
		block := p[start:min(start+blockBytes, len(p))]
		if _, err := file.ReadAt(block, off+int64(start)); err != nil {
			clear(block)
			unreadable += int64(len(block))
			refused = off + int64(start+len(block))
		}
	}
	return unreadable, refused
}

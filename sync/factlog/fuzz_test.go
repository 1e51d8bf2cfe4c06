package factlog_test

import (
	"bytes"
	"errors"
	"testing"

	"gatehouse/sync/factlog"
)

// FuzzSegments opens a folder of any two files. Nothing panics, and a log comes out of it that works.
func FuzzSegments(f *testing.F) {
	s := newScene(1)
	s.options.SegmentBytes = 8 << 10
	must(f, s.open())
	must(f, s.commit([]byte("one"), []byte("two")))
	must(f, s.commit(make([]byte, 3800)))
	prepareAll(f, s.log)
	must(f, s.commit([]byte("four"), make([]byte, 100)))
	must(f, s.commit([]byte("six")))
	one, two := deflate(s.disk.Bytes(segmentPath(1))), deflate(s.disk.Bytes(segmentPath(2)))
	f.Add(one, two, uint16(0))
	f.Add(one[:200], two[20:], uint16(s.acked+1))
	f.Add(two, one, uint16(4))
	f.Add([]byte{}, []byte("GATELOG\n"), uint16(1))
	f.Fuzz(func(t *testing.T, one, two []byte, known uint16) {
		s := newScene(1)
		s.options.KnownDurable = factlog.Index(known)
		s.disk.Put(segmentPath(1), inflate(one))
		s.disk.Put(segmentPath(2), inflate(two))
		l, found, err := factlog.Open(s.disk, folder, s.options)
		if errors.Is(err, factlog.ErrFormat) {
			return
		}
		must(t, err)
		read := indexesFrom(t, l, 1)
		must(t, accounted(read, l.Damage(), found.Last))
		if report, err := l.Verify(); (err != nil) != (len(report.Damage) > 0) || report.Frames != len(read) {
			t.Fatalf("verify: %+v, %v; read %d frames", report, err, len(read))
		}
		prepareAll(t, l)
		index, err := l.Append([]byte("next"))
		must(t, err)
		must(t, l.Flush())
		_, again, err := factlog.Open(s.disk, folder, s.options)
		must(t, err)
		if index != found.Last+1 || again.Last != index {
			t.Fatalf("appended %d behind %d, found %d", index, found.Last, again.Last)
		}
	})
}

// fuzzHeaderBytes is the part of a header block that isn't always zero.
const fuzzHeaderBytes = 72

// deflate leaves out of a segment what is always zero, so that a fuzzer's changes fall on what isn't.
func deflate(segment []byte) []byte {
	return bytes.TrimRight(append(segment[:fuzzHeaderBytes:fuzzHeaderBytes], segment[4096:]...), "\x00")
}

// inflate is the inverse of deflate. Very short input stays a very short file.
func inflate(data []byte) []byte {
	if len(data) < fuzzHeaderBytes {
		return data
	}
	segment := append(data[:fuzzHeaderBytes:fuzzHeaderBytes], make([]byte, 4096-fuzzHeaderBytes)...)
	segment = append(segment, data[fuzzHeaderBytes:]...)
	return append(segment, make([]byte, max(0, smallSegment-len(segment)))...)
}

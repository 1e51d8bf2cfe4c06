package factlog_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"gatehouse/sync/factlog"
	"gatehouse/sync/factlog/simdisk"
)

func segmentPath(number int) string {
	return filepath.Join(folder, fmt.Sprintf("%012d.seg", number))
}

// indexesFrom lists what Read delivers.
func indexesFrom(t *testing.T, l *factlog.Log, from factlog.Index) (indexes []factlog.Index) {
	t.Helper()
	must(t, l.Read(from, func(i factlog.Index, _ []byte) error {
		indexes = append(indexes, i)
		return nil
	}))
	return indexes
}

// A new log is empty, takes payloads of any content and gives them back after a restart.
func TestAppendFlushRestart(t *testing.T) {
	s := mustOpen(t, 1)
	if s.found.Last != 0 || s.found.First != 0 || s.log.Last() != 0 {
		t.Fatalf("a new log holds %+v", s.found)
	}
	must(t, s.commit([]byte("entry"), nil, make([]byte, 300), []byte("exit")))
	must(t, s.check())
	must(t, s.log.Close())
	must(t, s.open())
	if s.found.First != 1 || s.found.Last != 4 || s.found.Segments != 1 || s.found.TornBytes != 0 {
		t.Fatalf("found %+v", s.found)
	}
	must(t, s.commit([]byte("next")))
	must(t, s.check())
}

// What isn't flushed isn't there: not for readers, and not after Close.
func TestPendingIsNotDurable(t *testing.T) {
	s := mustOpen(t, 1)
	must(t, s.commit([]byte("flushed")))
	if index, err := s.log.Append([]byte("pending")); index != 2 || err != nil {
		t.Fatal(index, err)
	}
	if s.log.Last() != 2 || s.log.Durable() != 1 || len(indexesFrom(t, s.log, 1)) != 1 {
		t.Fatal("pending frame is visible")
	}
	if s.log.Chain() != chainOf([][]byte{[]byte("flushed"), []byte("pending")}) {
		t.Fatal("Chain isn't that of Last")
	}
	must(t, s.log.Close())
	must(t, s.open())
	if s.found.Last != 1 {
		t.Fatalf("found %+v", s.found)
	}
}

// One commit costs one write and one flush, whatever the number of records; with a roll-over, two.
func TestOneWriteOneFlush(t *testing.T) {
	s := mustOpen(t, 1)
	must(t, s.commit([]byte("first")))
	prepareAll(t, s.log)
	var operations []simdisk.Op
	s.disk.OnOperation(func(op simdisk.Operation) { operations = append(operations, op.Op) })
	commit := []simdisk.Op{simdisk.OpWrite, simdisk.OpDatasync}

	must(t, s.commit([]byte("alone")))
	must(t, s.commit(payloads(rand.New(rand.NewPCG(1, 1)), 10)...))
	if !slices.Equal(operations, slices.Concat(commit, commit)) {
		t.Fatalf("two commits took %v", operations)
	}
	operations = nil
	free := s.log.FreeBytes()
	must(t, s.commit(make([]byte, 4000), make([]byte, 4000)))
	if free-s.log.FreeBytes() < 8000 || !slices.Equal(operations, slices.Concat(commit, commit)) {
		t.Fatalf("a commit over two segments took %v", operations)
	}
}

// A log without a spare refuses what doesn't fit, stays sound, and goes on once there is one.
func TestFullUntilPrepared(t *testing.T) {
	s := mustOpen(t, 1)
	must(t, s.commit(make([]byte, 4000)))
	prepareAll(t, s.log)
	must(t, s.commit(make([]byte, 7000)))
	before := s.log.FreeBytes()
	if _, err := s.log.Append(make([]byte, 2000)); !errors.Is(err, factlog.ErrFull) {
		t.Fatalf("append to a full log: %v", err)
	}
	if s.log.FreeBytes() != before || s.log.Last() != 2 {
		t.Fatal("a refused append changed the log")
	}
	prepareAll(t, s.log)
	must(t, s.commit(make([]byte, 2000)))
	must(t, s.check())
}

// A full disk is reported by Prepare; the log works on until its segment is full, and after room was made.
func TestDiskFull(t *testing.T) {
	s := mustOpen(t, 1)
	must(t, s.commit([]byte("first")))
	s.disk.SetCapacity(smallSegment + 5000)
	if err := prepare(s.log); err == nil || s.disk.Fired(simdisk.NoSpace) == 0 {
		t.Fatalf("prepare on a full disk: %v", err)
	}
	if names, _ := s.disk.List(folder); len(names) != 1 {
		t.Fatalf("the failed spare still takes room: %v", names)
	}
	must(t, s.commit(make([]byte, 4000)))
	if _, err := s.log.Append(make([]byte, 5000)); !errors.Is(err, factlog.ErrFull) {
		t.Fatalf("append to a full log: %v", err)
	}
	must(t, s.open()) // a restart on the full disk is no harm either
	s.disk.SetCapacity(0)
	must(t, s.commit(make([]byte, 5000)))
	must(t, s.check())
}

// A log whose tail can't hold anything opens on a full disk, for reading.
func TestOpenOnFullDisk(t *testing.T) {
	s := mustOpen(t, 1)
	must(t, s.commit([]byte("fact")))
	s.disk.SetCapacity(smallSegment)
	s.options.KnownDurable = 3 // two are lost: the log has to go on in a segment that it can't make
	l, found, err := factlog.Open(s.disk, folder, s.options)
	must(t, err)
	if _, err := l.Append([]byte("x")); !errors.Is(err, factlog.ErrFull) || found.Last != 3 {
		t.Fatalf("append: %v, found %+v", err, found)
	}
	if got := indexesFrom(t, l, 1); len(got) != 1 {
		t.Fatalf("read %v", got)
	}
	s.disk.SetCapacity(0)
	prepareAll(t, l)
	if index, err := l.Append([]byte("x")); index != 4 || err != nil {
		t.Fatal(index, err)
	}
}

func TestLimits(t *testing.T) {
	for size, want := range map[int]error{
		smallSegment - 4096 - 64:       nil,
		smallSegment - 4096 - 63:       factlog.ErrTooLarge,
		factlog.PayloadMaxBytes + 1:    factlog.ErrTooLarge,
		factlog.PayloadMaxBytes + 1<<9: factlog.ErrTooLarge,
	} {
		s := mustOpen(t, 1)
		if _, err := s.log.Append(make([]byte, size)); !errors.Is(err, want) {
			t.Errorf("append of %d bytes: %v, want %v", size, err, want)
		}
	}
	if _, _, err := factlog.Open(simdisk.New(1), folder, factlog.Options{SegmentBytes: 4096}); !errors.Is(err, factlog.ErrOptions) {
		t.Errorf("a segment without room for frames: %v", err)
	}
	s := newScene(1)
	s.options.SegmentBytes = 0
	must(t, s.open())
	must(t, s.commit(make([]byte, factlog.PayloadMaxBytes)))
	must(t, s.check())
}

// Reading starts anywhere, in segments larger than a reader's window too, and stops where the reader wants.
func TestReadFrom(t *testing.T) {
	s := newScene(1)
	s.options.SegmentBytes = 320 << 10
	must(t, s.open())
	for s.found.Segments < 3 {
		must(t, s.commit(payloads(rand.New(rand.NewPCG(1, 1)), 100)...))
		must(t, s.open())
	}
	stop := errors.New("enough")
	for from := factlog.Index(1); from <= s.acked; from += 1 + from%3 {
		next := from
		err := s.log.Read(from, func(i factlog.Index, payload []byte) error {
			if i != next || !bytes.Equal(payload, s.want[i-1]) {
				t.Fatalf("from %d: got index %d, want %d", from, i, next)
			}
			if next++; next == from+2 {
				return stop
			}
			return nil
		})
		if want := min(s.acked, from+1); next != want+1 || (err == stop) != (want == from+1) {
			t.Fatalf("from %d: read up to %d, %v", from, next-1, err)
		}
	}
	if got := indexesFrom(t, s.log, s.acked+1); got != nil {
		t.Fatalf("read %v behind the end", got)
	}
}

// A spare is whole and durable before it is used.
func TestSpareSurvivesCut(t *testing.T) {
	s := mustOpen(t, 1)
	must(t, s.commit([]byte("fact")))
	prepareAll(t, s.log)
	free := s.log.FreeBytes()
	s = s.after(simdisk.CutKeepsNothing)
	must(t, s.open())
	if s.log.FreeBytes() != free {
		t.Fatalf("%d bytes free after a cut, %d before", s.log.FreeBytes(), free)
	}
}

// A spare whose name wasn't durable when the process died is durable before the next process uses it.
func TestSpareOfDeadProcess(t *testing.T) {
	s := mustOpen(t, 1)
	must(t, s.commit([]byte("fact")))
	s.disk.Inject(simdisk.Fault{Op: simdisk.OpSyncDir, Nth: 1, Err: syscall.EIO})
	if err := prepare(s.log); !errors.Is(err, syscall.EIO) {
		t.Fatalf("prepare: %v", err)
	}
	must(t, s.open())
	must(t, s.commit(make([]byte, 7000), make([]byte, 7000))) // over both segments
	must(t, s.after(simdisk.CutKeepsNothing).open())
}

// The size of segments may change from start to start.
func TestSegmentSizeChanges(t *testing.T) {
	s := mustOpen(t, 1)
	for _, size := range []int64{smallSegment, 32 << 10, 8 << 10, 20<<10 - 1} {
		must(t, s.commit([]byte("fact")))
		prepareAll(t, s.log)
		s.options.SegmentBytes = size
		must(t, s.open())
		for range 4 {
			must(t, s.commit(make([]byte, min(size-4096-64, 20_000))))
		}
		must(t, s.check())
	}
	names, err := s.disk.List(folder)
	must(t, err)
	for _, name := range names {
		if size := len(s.disk.Bytes(filepath.Join(folder, name))); !slices.Contains([]int{smallSegment, 32 << 10, 8 << 10, 20 << 10}, size) {
			t.Errorf("%s grew to %d bytes", name, size)
		}
	}
}

// Open with From reads no segment that ends before it.
func TestOpenReadsOnlyTheTail(t *testing.T) {
	s := mustOpen(t, 1)
	for s.found.Segments < 6 {
		must(t, s.commit(payloads(rand.New(rand.NewPCG(1, 1)), 10)...))
		must(t, s.open())
	}
	reads := map[string]int{}
	s.disk.OnOperation(func(op simdisk.Operation) {
		if op.Op == simdisk.OpRead {
			reads[op.Name]++
		}
	})
	_, _, err := factlog.Open(s.disk, folder, factlog.Options{SegmentBytes: smallSegment, From: s.acked})
	must(t, err)
	if reads["000000000002.seg"] != 1 || reads["000000000006.seg"] < 2 {
		t.Fatalf("reads per segment: %v; want the header only of old ones", reads)
	}
}

// Trim removes whole segments of what was given up, and nothing else.
func TestTrim(t *testing.T) {
	s := mustOpen(t, 1)
	for s.found.Segments < 5 {
		must(t, s.commit(payloads(rand.New(rand.NewPCG(1, 1)), 10)...))
		must(t, s.open())
	}
	must(t, s.log.Trim(0))
	if names, _ := s.disk.List(folder); len(names) < 5 {
		t.Fatalf("Trim(0) left %v", names)
	}
	for _, through := range []factlog.Index{s.acked / 2, s.acked, s.acked + 100} {
		s.options.Trimmed = min(through, s.acked)
		must(t, s.log.Trim(through))
		must(t, s.check())
		if report, err := s.log.Verify(); err != nil || report.First > s.options.Trimmed+1 || report.Last != s.acked {
			t.Fatalf("verify after Trim(%d): %+v, %v", through, report, err)
		}
		must(t, s.open())
		must(t, s.commit([]byte("next")))
	}
	if names, _ := s.disk.List(folder); len(names) > 3 {
		t.Fatalf("everything but the tail was given up, and left is %v", names)
	}
	// Whoever doesn't say that it was given up hears that it is missing.
	_, found, err := factlog.Open(s.disk, folder, factlog.Options{SegmentBytes: smallSegment})
	must(t, err)
	if want := []factlog.Damage{{First: 1, Last: found.First - 1}}; !slices.Equal(found.Damage, want) {
		t.Fatalf("damage %v, want %v", found.Damage, want)
	}
}

// Trim leaves the file of a segment that couldn't be read as long as nobody gave up what it held.
func TestTrimKeepsEvidence(t *testing.T) {
	s := twoSegments(t)
	s.disk.Put(segmentPath(1), make([]byte, 8<<10))
	l, _, err := factlog.Open(s.disk, folder, s.options)
	must(t, err)
	must(t, l.Trim(1))
	if s.disk.Bytes(segmentPath(1)) == nil {
		t.Fatal("the evidence is gone")
	}
	must(t, l.Trim(s.acked))
	if s.disk.Bytes(segmentPath(1)) != nil {
		t.Fatal("given up, and still there")
	}
}

// An older program doesn't touch what a newer one wrote.
func TestNewerFormat(t *testing.T) {
	s := mustOpen(t, 1)
	must(t, s.commit([]byte("fact")))
	header := s.disk.Bytes(segmentPath(1))
	header[8] = 2
	sealHeader(header)
	s.disk.Put(segmentPath(1), header)
	s.disk.OnOperation(func(op simdisk.Operation) {
		if changes(op) {
			t.Errorf("operation %d on %s", op.Op, op.Name)
		}
	})
	if _, _, err := factlog.Open(s.disk, folder, s.options); !errors.Is(err, factlog.ErrFormat) {
		t.Fatalf("open: %v", err)
	}
}

func TestClosed(t *testing.T) {
	s := mustOpen(t, 1)
	must(t, s.log.Close())
	_, appendErr := s.log.Append(nil)
	_, prepareErr := s.log.Prepare()
	_, verifyErr := s.log.Verify()
	for _, err := range []error{
		appendErr, prepareErr, verifyErr, s.log.Flush(), s.log.Trim(1), s.log.Close(),
		s.log.Read(1, func(factlog.Index, []byte) error { return nil }),
	} {
		if !errors.Is(err, factlog.ErrClosed) {
			t.Errorf("after Close: %v", err)
		}
	}
}

// Foreign files in the folder are neither read nor touched.
func TestForeignFiles(t *testing.T) {
	s := newScene(1)
	for _, name := range []string{"lost+found", "1.seg", "000000000000.seg", "0000000000001.seg", "notes.txt"} {
		s.disk.Put(filepath.Join(folder, name), []byte("mine"))
	}
	must(t, s.open())
	must(t, s.commit([]byte("fact")))
	names, err := s.disk.List(folder)
	must(t, err)
	for _, name := range names {
		if !strings.HasPrefix(name, "00000000000") && string(s.disk.Bytes(filepath.Join(folder, name))) != "mine" {
			t.Errorf("%s was changed", name)
		}
	}
	if len(names) != 6 {
		t.Errorf("the folder holds %v", names)
	}
}

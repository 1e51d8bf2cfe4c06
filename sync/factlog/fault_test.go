package factlog_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"syscall"
	"testing"

	"gatehouse/sync/factlog"
	"gatehouse/sync/factlog/simdisk"
)

// endure works on a disk with faults: it opens the log again whenever the log says that it is broken. An error that it
// returns is a broken promise and not a fault.
func endure(s *scene, rounds int) error {
	random := rand.New(rand.NewPCG(3, 3))
	for round := range rounds {
		if s.log == nil || round%3 == 2 {
			if err := s.open(); errors.Is(err, syscall.EIO) {
				continue // the folder can't be used now
			} else if err != nil {
				return err
			}
		}
		if err := endureCommit(s, payloads(random, 1+random.IntN(3))); err != nil {
			return err
		}
	}
	return nil
}

// endureCommit commits payloads, or meets a fault in the way that the log promises.
func endureCommit(s *scene, list [][]byte) error {
	for _, payload := range list {
		err := s.append(payload)
		if errors.Is(err, syscall.EIO) && !errors.Is(err, factlog.ErrBroken) {
			return nil // no spare, the log is sound
		}
		if err != nil {
			return err
		}
	}
	err := s.flush()
	if err == nil {
		return nil
	}
	if !errors.Is(err, factlog.ErrBroken) || !errors.Is(err, syscall.EIO) {
		return fmt.Errorf("failed flush: %w", err)
	}
	if err := allBroken(s.log); err != nil {
		return err
	}
	s.log = nil
	return nil
}

// allBroken checks that every call of a broken log says so.
func allBroken(l *factlog.Log) error {
	_, appendErr := l.Append(nil)
	_, prepareErr := l.Prepare()
	_, verifyErr := l.Verify()
	readErr := l.Read(1, func(factlog.Index, []byte) error { return nil })
	for _, err := range []error{appendErr, prepareErr, verifyErr, readErr, l.Flush(), l.Trim(1)} {
		if !errors.Is(err, factlog.ErrBroken) {
			return fmt.Errorf("broken log answers %w", err)
		}
	}
	return l.Close()
}

// TestNthOperationFails lets the first, second, third... operation of each kind fail, once or from then on, until no
// operation is left to fail. Nothing acknowledged is lost, neither to the process nor to a power cut after it.
func TestNthOperationFails(t *testing.T) {
	kinds := map[string]simdisk.Op{
		"open": simdisk.OpOpen, "create": simdisk.OpCreate, "rename": simdisk.OpRename, "list": simdisk.OpList,
		"sync dir": simdisk.OpSyncDir, "read": simdisk.OpRead, "write": simdisk.OpWrite,
		"datasync": simdisk.OpDatasync, "size": simdisk.OpSize,
	}
	for name, kind := range kinds {
		for _, forever := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s forever %v", name, forever), func(t *testing.T) {
				for nth, fired := 1, true; fired; nth++ {
					s := newScene(uint64(nth))
					s.disk.Inject(simdisk.Fault{Op: kind, Nth: nth, Err: syscall.EIO, Forever: forever})
					err := surviveFault(s, forever)
					if err != nil {
						t.Fatalf("operation %d: %v", nth, err)
					}
					fired = s.disk.Fired(simdisk.Failure) > 0
				}
			})
		}
	}
}

// surviveFault works through a fault, then after it, with restarts and cuts between.
func surviveFault(s *scene, forever bool) error {
	err := endure(s, 9)
	s.disk.Heal()
	for _, cut := range []uint64{simdisk.CutKeepsNothing, simdisk.CutKeepsAll, 7} {
		c := s.after(cut)
		if forever {
			// What can't be read for good may be given up, and is lost then even if it can be read again later.
			err = declared(c)
		} else if err == nil {
			if err = c.open(); err == nil {
				err = endure(c, 5)
			}
		}
		if err != nil {
			return fmt.Errorf("then cut %d: %w", cut, err)
		}
	}
	return nil
}

// declared checks that everything acknowledged is there or declared as damage.
func declared(s *scene) error {
	s.options.KnownDurable = s.acked
	l, found, err := factlog.Open(s.disk, folder, s.options)
	if err != nil {
		return err
	}
	s.want = s.want[:found.Last]
	return worksOn(l, s)
}

// A failed flush leaves bytes that a reader sees and no disk holds. The next Open must not take them for durable.
func TestGhostOfFailedFlush(t *testing.T) {
	s := mustOpen(t, 5)
	must(t, s.commit([]byte("sound")))
	s.disk.Inject(simdisk.Fault{Op: simdisk.OpDatasync, Nth: 1, Err: syscall.EIO})
	if err := s.commit(make([]byte, 3000)); !errors.Is(err, factlog.ErrBroken) {
		t.Fatalf("flush: %v", err)
	}
	must(t, s.open())
	if s.found.Last != 2 {
		t.Fatalf("found %+v: the page cache still holds the frame", s.found)
	}
	must(t, s.after(simdisk.CutKeepsNothing).open())
}

// A tail that can't be written any more is left behind, and what wasn't proven durable moves on.
func TestTailMoves(t *testing.T) {
	for name, fault := range map[string]simdisk.Fault{
		"write refused": {Op: simdisk.OpWrite, Nth: 1, Err: syscall.EIO},
		"flush refused": {Op: simdisk.OpDatasync, Nth: 1, Err: syscall.EIO},
	} {
		t.Run(name, func(t *testing.T) {
			s := mustOpen(t, 1)
			must(t, s.commit([]byte("one")))
			must(t, s.commit([]byte("two"), []byte("three")))
			must(t, s.log.Close())
			s.disk.Inject(fault)
			must(t, s.open())
			if s.found.Segments != 2 || s.found.Last != 3 {
				t.Fatalf("found %+v", s.found)
			}
			must(t, s.commit([]byte("four")))
			must(t, s.check())
			must(t, s.after(simdisk.CutKeepsNothing).open())
			if report, err := s.log.Verify(); err != nil || report.Frames != 4 {
				t.Fatalf("verify: %+v, %v", report, err)
			}
		})
	}
}

// A segment that the disk refuses to read is damage as far as it is known to have been durable; the log goes on.
func TestUnreadableSegment(t *testing.T) {
	s := twoSegments(t)
	first := firstOf(s, 2)
	before := s.disk.Bytes(segmentPath(2))
	disk := unreadable{s.disk, segmentPath(2), 0, forGood()}
	l, found, err := factlog.Open(disk, folder, factlog.Options{SegmentBytes: 8 << 10, KnownDurable: s.acked})
	must(t, err)
	want := []factlog.Damage{{First: first, Last: s.acked}}
	if !slices.Equal(found.Damage, want) || found.UnreadableBytes == 0 {
		t.Fatalf("found %+v, want damage %v", found, want)
	}
	must(t, worksOn(l, s))
	if !slices.Equal(before, s.disk.Bytes(segmentPath(2))) {
		t.Fatal("the evidence was changed")
	}
}

// What stands behind the last readable frame may have been acknowledged, even if nobody here knows. It isn't zeroed,
// whether it can be read again later or not.
func TestUnreadableTail(t *testing.T) {
	for name, refusals := range map[string]*int{"for good": forGood(), "for a while": new(2)} {
		t.Run(name, func(t *testing.T) {
			s := twoSegments(t)
			before := s.disk.Bytes(segmentPath(2))
			disk := unreadable{s.disk, segmentPath(2), 4096, refusals}
			l, found, err := factlog.Open(disk, folder, s.options)
			must(t, err)
			if found.Last != firstOf(s, 2)-1 || len(found.Damage) > 0 || found.UnreadableBytes != 4096 {
				t.Fatalf("found %+v", found)
			}
			short := *s
			short.want = s.want[:found.Last]
			must(t, worksOn(l, &short))
			if !slices.Equal(before, s.disk.Bytes(segmentPath(2))) {
				t.Fatal("the evidence was changed")
			}
		})
	}
}

// unreadable is a disk that refuses to read one file from an offset on, so many times.
type unreadable struct {
	factlog.Disk
	name     string
	from     int64
	refusals *int
}

func forGood() *int { return new(math.MaxInt) }

func (d unreadable) Open(name string) (factlog.File, error) {
	file, err := d.Disk.Open(name)
	if err == nil && name == d.name {
		file = unreadableFile{file, d}
	}
	return file, err
}

type unreadableFile struct {
	factlog.File
	disk unreadable
}

func (f unreadableFile) ReadAt(p []byte, off int64) (int, error) {
	if off+int64(len(p)) > f.disk.from && *f.disk.refusals > 0 {
		*f.disk.refusals--
		return 0, syscall.EIO
	}
	return f.File.ReadAt(p, off)
}

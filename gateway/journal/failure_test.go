package journal_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/gateway/journal"
	"gatehouse/sync/fact"
	"gatehouse/sync/factlog"
	"gatehouse/sync/factlog/simdisk"
)

// A disk that fills up stops the log without a hole, and the state with it.
func TestFullDiskBreaksTheJournalWithoutAHole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		disk := simdisk.New(1)
		s.options.Disk = disk
		disk.SetCapacity(150 << 10) // two segments and a bit
		s.open()
		var err error
		for n := 0; err == nil; n++ {
			if n == 10_000 {
				t.Fatal("the disk is never full")
			}
			large, small := s.hand(40, false), s.hand(1, false) // the small one fits where the large one doesn't
			err = errors.Join(<-large, <-small)
		}
		if !errors.Is(err, journal.ErrBroken) || !errors.Is(err, factlog.ErrFull) {
			t.Errorf("got %v", err)
		}
		if h := s.j.Health(); h.Log.PrepareErr == nil || !errors.Is(h.Broken, factlog.ErrFull) {
			t.Errorf("%+v", h)
		}
		s.abandon()
		disk.Heal()
		if r := s.open(); len(r.Damage) != 0 || r.Parent != s.acked[len(s.acked)-1].Dot {
			t.Errorf("%+v", r)
		}
		for i, r := range s.log() {
			if r.Dot.Seq != uint64(i+1) {
				t.Fatalf("fact %d of the log is number %d of its run", i+1, r.Dot.Seq)
			}
		}
		s.append(50)
		s.close()
	})
}

// A burst that is faster than the next segment can be made ready waits for it: nothing fails, nothing changes its order,
// and whoever ends the journal in the middle of it loses nothing.
func TestABurstWaitsForRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		disk := simdisk.New(1)
		disk.OnOperation(func(op simdisk.Operation) { time.Sleep(time.Duration(op.LatencyMS) * time.Millisecond) })
		s.options.Disk = disk
		s.open()
		disk.SetLatency(func(op simdisk.Operation) int64 {
			if op.Op == simdisk.OpDatasync {
				return 25
			}
			return 0
		})
		var answers []<-chan error
		for range 30 { // far more than there is room for
			answers = append(answers, s.hand(40, false), s.hand(1, true))
		}
		synced := make(chan error, 1)
		s.j.Sync(func(err error) { synced <- err })
		answers = append(answers, synced, s.hand(40, false))
		if free := s.j.Health().Log.FreeBytes; free > 64<<10 {
			t.Fatalf("%d bytes are still free: this is no burst", free)
		}
		s.close()
		for i, answer := range answers {
			if err := <-answer; err != nil {
				t.Fatalf("append %d: %v", i, err)
			}
		}
		disk.SetLatency(nil)
		s.open()
		for i, r := range s.log() {
			if r.Dot.Seq != uint64(i+1) {
				t.Fatalf("fact %d of the log is number %d of its run", i+1, r.Dot.Seq)
			}
		}
		s.close()
	})
}

// The owner of a broken journal goes on with its own state, in which visits have closed that the log still has open,
// and appends again what was not durable.
func TestOwnStateReplacesTheOneThatWasRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		disk := &hookedDisk{}
		s.options.Disk = disk
		s.open()
		s.commit(fact.EntryGranted{Ticket: "A"}, fact.EntryGranted{Ticket: "B"})
		s.checkpoint()
		s.commit(fact.EntryGranted{Ticket: "C"})
		disk.before(func() error { return errors.New("card is gone") })
		again := []fact.Record{
			s.script.record(fact.TicketCorrected{Ticket: "A", Close: true}),
			s.script.record(fact.TicketCorrected{Ticket: "C", Close: true}),
		}
		if err := <-s.handOver(again, false); !errors.Is(err, journal.ErrBroken) {
			t.Fatalf("got %v", err)
		}
		s.state.Dirty(func(uint8, string, any) {}) // a checkpoint that was lost
		s.abandon()
		disk.before(func() error { return nil })

		j, _, r, err := journal.Open(s.options, newModel)
		if err != nil {
			t.Fatal(err)
		}
		s.j = j
		j.Replace()
		s.state.dirtyAll()
		if r.Parent.Seq != 3 || r.Replayed != 1 {
			t.Fatalf("%+v", r)
		}
		done := make(chan error)
		j.Append(again, false, func(err error) { done <- err })
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		s.checkpoint()
		s.checkArchive()
		s.abandon()
		if r := s.open(); r.Replayed != 0 {
			t.Errorf("%+v", r)
		}
		s.close()
	})
}

// A state file that can't be written is opened anew later; the log goes on meanwhile.
func TestFailedCheckpointIsCaughtUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.options.CheckpointFacts = 1
		s.open()
		s.append(10)
		s.checkpoint()
		makeUnwritable(t, s.path("state.db"))
		s.append(10)
		s.j.CheckpointIfDue(s.nowMS, s.state)
		synctest.Wait()
		if h := s.j.Health(); h.CheckpointErr == nil || h.Checkpointed != 10 || h.Broken != nil {
			t.Errorf("%+v", h)
		}
		if _, _, err := s.j.Get(tableTotals, ""); !errors.Is(err, journal.ErrNotReady) {
			t.Errorf("get meanwhile: %v", err)
		}
		s.append(1000)
		s.j.CheckpointIfDue(s.nowMS, s.state)
		synctest.Wait()
		if h := s.j.Health(); h.CheckpointErr == nil || h.Checkpointed != 10 {
			t.Errorf("too soon: %+v", h)
		}
		time.Sleep(time.Minute)
		s.append(1)
		s.checkpoint()
		s.checkArchive()
		s.crash(t)
		if r := s.open(); r.Rebuilt || r.Replayed != 0 {
			t.Errorf("%+v", r)
		}
		s.close()
	})
}

// makeUnwritable puts a read-only descriptor in the place of the one that this process has open.
func makeUnwritable(t *testing.T, path string) {
	t.Helper()
	readOnly, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer readOnly.Close()
	descriptors, err := filepath.Glob("/proc/self/fd/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range descriptors {
		number, _ := strconv.Atoi(filepath.Base(name))
		if target, _ := os.Readlink(name); target != path || number == int(readOnly.Fd()) {
			continue
		}
		if err := syscall.Dup3(int(readOnly.Fd()), number, syscall.O_CLOEXEC); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Skip("no descriptor found; this needs /proc")
}

func TestReadersAndTheOwnerDoNotMeet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.options.CheckpointFacts = 10
		s.open()
		stop, readers := make(chan struct{}), sync.WaitGroup{}
		for range 2 {
			readers.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
						s.readEverything()
					}
				}
			})
		}
		for range 30 {
			s.append(37)
			s.j.CheckpointIfDue(0, s.state)
		}
		close(stop)
		readers.Wait()
		s.checkpoint()
		s.close()
	})
}

func (s *site) readEverything() {
	s.j.Health()
	records, err := s.j.Archived(tableClosed)
	for _, value := range records {
		s.decode(value)
	}
	_, _, err2 := s.j.Get(tableOpen, "nobody")
	err3 := s.j.Facts(context.Background(), 1, func(factlog.Index, fact.Record) bool { return true })
	for _, err := range []error{err, err2, err3} {
		if err != nil && !errors.Is(err, journal.ErrNotReady) {
			s.t.Errorf("read: %v", err)
		}
	}
}

func TestFactsAreReadFromWhereOneAsks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.open()
		s.append(30)
		var got []fact.Record
		err := s.j.Facts(context.Background(), 11, func(index factlog.Index, r fact.Record) bool {
			if r != s.acked[index-1] {
				t.Errorf("position %d: %+v", index, r)
			}
			got = append(got, r)
			return len(got) < 5
		})
		if err != nil || len(got) != 5 || got[0] != s.acked[10] {
			t.Errorf("%d facts, %v", len(got), err)
		}
		ended, cancel := context.WithCancel(context.Background())
		cancel()
		if err := s.j.Links(ended, 1, func(factlog.Link) bool { return true }); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		s.close()
	})
}

func TestOptionsMustSayWhereAndWhose(t *testing.T) {
	for _, o := range []journal.Options{{Dir: t.TempDir()}, {Location: "lot-1"}} {
		if _, _, _, err := journal.Open(o, newModel); err == nil {
			t.Errorf("%+v was taken", o)
		}
	}
}

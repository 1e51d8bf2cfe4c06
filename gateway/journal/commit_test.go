package journal_test

import (
	"errors"
	"os"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/gateway/journal"
	"gatehouse/sync/fact"
	"gatehouse/sync/factlog"
	"gatehouse/sync/wire"
)

func TestStalledDiskBlocksNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.options.CheckpointFacts = 1
		goOn := make(chan struct{})
		disk := &hookedDisk{}
		s.options.Disk = disk
		s.open()
		s.append(10)
		s.checkpoint()
		synctest.Wait()
		disk.before(func() error { <-goOn; return nil })

		var answers []chan error
		for range 3 {
			answers = append(answers, s.hand(2, false))
			s.j.CheckpointIfDue(s.nowMS, s.state)
		}
		time.Sleep(700 * time.Millisecond)
		h := s.j.Health()
		if h.StallMS < 700 || h.Appended != 16 || h.Durable != 10 || h.Checkpointed != 10 {
			t.Errorf("in the stall: %+v", h)
		}
		for _, answer := range answers {
			if len(answer) != 0 {
				t.Error("somebody was told that facts are durable")
			}
		}
		close(goOn)
		for _, answer := range answers {
			if err := <-answer; err != nil {
				t.Error(err)
			}
		}
		s.checkpoint()
		h = s.j.Health()
		if h.StallMS != 0 || h.Durable != 16 || h.Checkpointed != 16 || h.FreeBytes == 0 {
			t.Errorf("after the stall: %+v", h)
		}
		s.close()
	})
}

// The state file never knows what the log could have lost: a start would have to declare damage.
func TestCheckpointWaitsForTheLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.options.CheckpointFacts = 1
		disk := &hookedDisk{}
		s.options.Disk = disk
		s.open()
		s.append(10)
		s.checkpoint()
		before := s.read("state.db")
		broken := errors.New("card is gone")
		disk.before(func() error { return broken })
		s.hand(1, true)
		s.j.CheckpointIfDue(s.nowMS, s.state)
		time.Sleep(5 * time.Second)
		if h := s.j.Health(); h.Checkpointed != 10 || !errors.Is(h.Broken, broken) {
			t.Errorf("%+v", h)
		}
		if !slices.Equal(before, s.read("state.db")) {
			t.Error("a checkpoint of facts that are not durable was written")
		}
	})
}

func TestFailedFlushBreaksTheJournalUntilItIsOpenedAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		disk := &hookedDisk{}
		s.options.Disk = disk
		s.open()
		s.append(10)
		cause := errors.New("card is gone")
		disk.before(func() error { return cause })
		for i := range 3 {
			if err := s.try(1); !errors.Is(err, journal.ErrBroken) || !errors.Is(err, cause) {
				t.Errorf("append %d: %v", i, err)
			}
			disk.before(func() error { return nil }) // too late: this run has lost track
		}
		if h := s.j.Health(); !errors.Is(h.Broken, cause) || h.StallMS != 0 {
			t.Errorf("%+v", h)
		}
		if err := s.j.Close(s.state); !errors.Is(err, journal.ErrBroken) {
			t.Errorf("close: %v", err)
		}
		s.j = nil
		s.open()
		s.append(1)
		s.close()
	})
}

// A fact that can't be written but is in the state would make the two differ for ever.
func TestFactThatCannotBeWrittenBreaksTheJournal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.open()
		s.append(3)
		done := make(chan error)
		s.j.Append([]fact.Record{s.script.next(), s.script.record(fact.HoldStarted{Note: "\xff"})}, false, func(err error) { done <- err })
		if err := <-done; !errors.Is(err, journal.ErrBroken) || !errors.Is(err, wire.ErrNotStrict) {
			t.Errorf("got %v", err)
		}
		if err := s.try(1); !errors.Is(err, journal.ErrBroken) {
			t.Errorf("afterwards: %v", err)
		}
		s.abandon()
		if r := s.open(); r.Replayed != 3 {
			t.Errorf("%+v", r)
		}
		s.close()
	})
}

func TestLazyFactsComeWithoutBeingWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.open()
		done := s.hand(1, true)
		synctest.Wait()
		if h := s.j.Health(); h.Durable != 0 || h.StallMS != 0 {
			t.Errorf("a lazy fact was flushed or is waited for: %+v", h)
		}
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if h := s.j.Health(); h.Durable != 1 {
			t.Errorf("%+v", h)
		}
		s.close()
	})
}

func TestSyncIsAnsweredAfterWhatCameBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.open()
		s.hand(3, true)
		done := make(chan error)
		began := time.Now()
		s.j.Sync(func(err error) { done <- err })
		if err := <-done; err != nil || len(s.acked) != 3 || time.Since(began) != 0 {
			t.Errorf("%d facts acknowledged after %v, %v", len(s.acked), time.Since(began), err)
		}
		s.close()
	})
}

func TestClosedJournalSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.open()
		j := s.j
		s.close()
		done := make(chan error)
		j.Append(s.script.take(1), false, func(err error) { done <- err })
		if err := <-done; !errors.Is(err, journal.ErrBroken) {
			t.Errorf("append: %v", err)
		}
		j.Sync(func(err error) { done <- err })
		if err := <-done; !errors.Is(err, journal.ErrBroken) {
			t.Errorf("sync: %v", err)
		}
	})
}

func TestAppendOfNothingIsAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.open()
		done := make(chan error)
		s.j.Append(nil, false, func(err error) { done <- err })
		if err := <-done; err != nil {
			t.Error(err)
		}
		s.close()
	})
}

func TestCheckpointIsDueByFactsOrByTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.options.CheckpointFacts, s.options.CheckpointEvery = 100, time.Minute
		s.open()
		at := func(nowMS int64) factlog.Index {
			synctest.Wait()
			s.j.CheckpointIfDue(nowMS, s.state)
			synctest.Wait()
			return s.j.Health().Checkpointed
		}
		if got := at(1e9); got != 0 {
			t.Errorf("nothing to write, but %d written", got)
		}
		s.append(1)
		if got := at(1e9); got != 1 {
			t.Errorf("first: %d", got)
		}
		s.append(99)
		if got := at(1e9 + 59_999); got != 1 {
			t.Errorf("too early: %d", got)
		}
		if got := at(1e9 + 60_000); got != 100 {
			t.Errorf("after a minute: %d", got)
		}
		s.append(100)
		if got := at(1e9 + 60_001); got != 200 {
			t.Errorf("after 100 facts: %d", got)
		}
		s.append(1)
		s.close()
		os.Remove(s.path("state.db"))
		s.options.CheckpointFacts = 1000
		s.open()
		if got := at(0); got != 201 {
			t.Errorf("after a rebuild: %d", got)
		}
		s.close()
	})
}

// unwritable is a State with a record that can't be encoded.
type unwritable struct{ *model }

func (unwritable) Dirty(yield func(uint8, string, any)) { yield(1, "", 1.5) }

func TestStateThatCannotBeWrittenStopsCheckpointsOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.options.CheckpointFacts = 1
		s.open()
		s.append(1)
		s.j.CheckpointIfDue(1, unwritable{s.state})
		s.append(1)
		s.j.CheckpointIfDue(2, s.state)
		synctest.Wait()
		if h := s.j.Health(); h.Checkpointed != 0 || !errors.Is(h.CheckpointErr, wire.ErrNotStrict) || h.Broken != nil {
			t.Errorf("%+v", h)
		}
		s.append(5)
		s.abandon()

		// Nor does it keep a gate shut.
		j, _, r, err := journal.Open(s.options, func() journal.State { return unwritable{emptyModel()} })
		if err != nil || r.Replayed != 7 || !errors.Is(j.Health().CheckpointErr, wire.ErrNotStrict) {
			t.Errorf("%+v, %v", r, err)
		}
		if err := j.Close(nil); !errors.Is(err, wire.ErrNotStrict) || errors.Is(err, journal.ErrBroken) {
			t.Errorf("close: %v", err)
		}
		if r := s.open(); r.Replayed != 7 {
			t.Errorf("%+v", r)
		}
		s.close()
	})
}

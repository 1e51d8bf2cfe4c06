package journal_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/synctest"

	"gatehouse/gateway/journal"
	"gatehouse/sync/fact"
	"gatehouse/sync/wire"
)

// archive folds the whole log into what the archive must hold.
func (s *site) archive() map[string]visit {
	s.t.Helper()
	all, fold := map[string]visit{}, emptyModel()
	for _, r := range s.log() {
		fold.Apply(r)
		fold.Dirty(func(table uint8, key string, value any) {
			if table != tableClosed {
				return
			}
			if delete(all, key); value != nil {
				all[key] = value.(visit)
			}
		})
	}
	return all
}

// checkArchive compares the archive, as of the last checkpoint, with the log.
func (s *site) checkArchive() {
	s.t.Helper()
	synctest.Wait()
	if h := s.j.Health(); !h.ArchiveReady || h.ArchiveErr != nil {
		s.t.Fatalf("archive is not ready: %v", h.ArchiveErr)
	}
	want := s.archive()
	records, err := s.j.Archived(tableClosed)
	if err != nil {
		s.t.Fatalf("archived: %v", err)
	}
	got := map[string]visit{}
	for key, value := range records {
		got[key] = s.decode(value)
	}
	if d := mapDifference(got, want); d != "" {
		s.t.Fatalf("archive: %s", d)
	}
	for key, v := range want {
		value, found, err := s.j.Get(tableClosed, key)
		if err != nil || !found || s.decode(value) != v {
			s.t.Fatalf("get %s: %v, %v", key, found, err)
		}
	}
}

func (s *site) decode(value []byte) (v visit) {
	s.t.Helper()
	if err := wire.Unmarshal(value, &v); err != nil {
		s.t.Fatalf("decode: %v", err)
	}
	return v
}

func TestClosedVisitsAreFoundForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.open()
		for range 12 {
			s.append(400)
			s.checkpoint()
			s.checkArchive()
			if h := s.j.Health(); h.ArchiveWaiting > 256 {
				t.Errorf("%d records wait for the archive", h.ArchiveWaiting)
			}
		}
		s.close()
		s.open()
		s.checkArchive()
		if len(s.state.closed) > recentMax {
			t.Errorf("%d archived records were loaded", len(s.state.closed))
		}
		s.close()
	})
}

// A visit that is opened again leaves the archive, whether it has moved there or still waits.
func TestReopenedVisitLeavesTheArchive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.open()
		commit := func(facts ...fact.Fact) {
			s.commit(facts...)
			s.checkpoint()
		}
		commit(fact.EntryGranted{Ticket: "A"}, fact.TicketCorrected{Ticket: "A", Close: true})
		s.checkArchive()
		commit(fact.TicketCorrected{Ticket: "A"})
		s.checkArchive()
		if _, found, err := s.j.Get(tableOpen, "A"); !found || err != nil {
			t.Errorf("the visit is open: %v, %v", found, err)
		}
		commit(fact.TicketCorrected{Ticket: "A", Close: true})
		s.fillArchive()
		commit(fact.TicketCorrected{Ticket: "A"})
		s.checkArchive()
		s.fillArchive()
		s.checkArchive()
		s.close()
	})
}

// fillArchive closes so many visits that all who wait move on, if there is one already.
func (s *site) fillArchive() {
	s.t.Helper()
	for i := range recentMax - 1 {
		ticket := fact.TicketID(fmt.Sprintf("Z%s-%d-%d", s.script.incarnation, s.script.seq, i))
		s.commit(fact.EntryGranted{Ticket: ticket}, fact.TicketCorrected{Ticket: ticket, Close: true})
		if i%100 == 0 {
			s.checkpoint()
		}
	}
	s.checkpoint()
}

func TestWhoIsInNoTableIsNotFound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.open()
		s.append(300)
		s.checkpoint()
		for _, table := range []uint8{tableOpen, tableClosed} {
			if _, found, err := s.j.Get(table, "nobody"); found || err != nil {
				t.Errorf("table %d: found nobody: %v", table, err)
			}
		}
		s.close()
	})
}

func TestDamagedArchiveIsRebuiltBesideBusiness(t *testing.T) {
	for name, change := range map[string]func([]byte) []byte{
		"missing": func([]byte) []byte { return nil },
		"garbage": func(data []byte) []byte { return garbage(4, len(data)) },
		"one bit": func(data []byte) []byte {
			data[strings.Index(string(data), "T06")+40] ^= 4
			return data
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newSite(t)
				s.options.Checker = childChecker()
				s.open()
				for range 4 {
					s.append(600)
					s.checkpoint()
				}
				s.crash(t)
				data := change(s.read("archive.db"))
				s.write("archive.db", data)
				if data == nil {
					os.Remove(s.path("archive.db"))
				}
				if r := s.open(); r.Rebuilt {
					t.Errorf("a start must not depend on the archive: %+v", r)
				}
				s.append(100)
				s.checkpoint()
				s.checkArchive()
				s.close()
				s.open()
				s.checkArchive()
				s.close()
			})
		})
	}
}

// Archived records wait in the state file for a while; with it, they must come from the log again.
func TestLostStateFileTakesNoArchivedRecordAlong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.open()
		s.append(200)
		s.checkpoint()
		s.close()
		os.Remove(s.path("state.db"))
		s.open()
		s.checkpoint()
		s.checkArchive()
		s.close()
	})
}

// A rebuild of the archive that is cut off is done again at the next start.
func TestCutOffRebuildOfTheArchiveIsRepeated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.open()
		s.append(2400)
		s.close()
		os.Remove(s.path("state.db"))
		os.Remove(s.path("archive.db"))
		s.open()
		s.abandon() // at once
		s.open()
		s.checkpoint()
		s.checkArchive()
		s.close()
	})
}

func TestArchiveIsNotReadyAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.open()
		s.append(400)
		s.close()
		release := make(chan struct{})
		s.options.Checker = func(_ context.Context, path string) error {
			if strings.HasSuffix(path, "archive.db") {
				<-release
			}
			return nil
		}
		s.open()
		if _, _, err := s.j.Get(tableClosed, "nobody"); !errors.Is(err, journal.ErrNotReady) {
			t.Errorf("get: %v", err)
		}
		if _, _, err := s.j.Get(tableOpen, "nobody"); err != nil {
			t.Errorf("live tables don't wait: %v", err)
		}
		close(release)
		s.close()
	})
}

package journal_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
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
	entries, err := s.j.Scan(tableClosed, "", 1<<20)
	if err != nil {
		s.t.Fatalf("scan: %v", err)
	}
	if !slices.IsSortedFunc(entries, func(a, b journal.Entry) int { return strings.Compare(a.Key, b.Key) }) {
		s.t.Errorf("scan is out of order")
	}
	got := map[string]visit{}
	for _, e := range entries {
		got[e.Key] = s.decode(e.Value)
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

func TestScanGivesPagesInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.open()
		s.append(2000)
		s.checkpoint() // moves some
		s.append(300)
		for _, ticket := range slices.Clone(s.state.order[:20]) {
			s.commit(fact.TicketCorrected{Ticket: fact.TicketID(ticket)})
		}
		s.checkpoint() // leaves some waiting, the removal of others too
		for _, table := range []uint8{tableOpen, tableClosed} {
			all, err := s.j.Scan(table, "", 1<<20)
			if err != nil || len(all) < 100 {
				t.Fatalf("%d records, %v", len(all), err)
			}
			var paged []journal.Entry
			for from := ""; ; {
				page, err := s.j.Scan(table, from, 7)
				if err != nil {
					t.Fatal(err)
				}
				paged = append(paged, page...)
				if len(page) < 7 {
					break
				}
				from = page[6].Key + "\x00"
			}
			same := func(a, b journal.Entry) bool {
				return a.Table == b.Table && a.Key == b.Key && string(a.Value) == string(b.Value)
			}
			if !slices.EqualFunc(all, paged, same) {
				t.Errorf("table %d: %d records at once, %d by pages", table, len(all), len(paged))
			}
		}
		if _, found, err := s.j.Get(tableClosed, "nobody"); found || err != nil {
			t.Errorf("found nobody: %v", err)
		}
		if _, found, err := s.j.Get(tableOpen, "nobody"); found || err != nil {
			t.Errorf("found nobody: %v", err)
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
		if _, err := s.j.Scan(tableClosed, "", 1); !errors.Is(err, journal.ErrNotReady) {
			t.Errorf("scan: %v", err)
		}
		if _, _, err := s.j.Get(tableClosed, "nobody"); !errors.Is(err, journal.ErrNotReady) {
			t.Errorf("get: %v", err)
		}
		if _, err := s.j.Scan(tableOpen, "", 1); err != nil {
			t.Errorf("live tables don't wait: %v", err)
		}
		close(release)
		s.close()
	})
}

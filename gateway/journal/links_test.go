package journal_test

import (
	"context"
	"testing"
	"testing/synctest"

	"gatehouse/gateway/journal"
	"gatehouse/sync/factlog"
	"gatehouse/sync/wire"
)

// links reads the log from a position on, and checks that each fact proves the next.
func links(t *testing.T, j *journal.Journal, from factlog.Index) (first factlog.Index, count int) {
	t.Helper()
	err := j.Links(context.Background(), from, func(link factlog.Link) bool {
		if !link.Proven || wire.Hash(link.Before).Next(link.Payload) != wire.Hash(link.Hash) {
			t.Errorf("position %d does not follow from the link before it", link.Index)
		}
		if first == 0 {
			first = link.Index
		}
		count++
		return true
	})
	if err != nil {
		t.Error(err)
	}
	return first, count
}

func TestLinksAreThoseOfTheProtocol(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.options.SegmentBytes = 16 << 10
		s.open()
		for range 20 {
			s.append(25)
		}
		for _, from := range []factlog.Index{1, 2, 77, 250, 500} {
			if first, count := links(t, s.j, from); first != from || count != 501-int(from) {
				t.Errorf("from %d: %d facts from %d on", from, count, first)
			}
		}
		if s.j.Durable() != 500 {
			t.Errorf("durable up to %d", s.j.Durable())
		}
		s.close()
	})
}

func TestWhatWasTrimmedIsNoDamage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.options.SegmentBytes = 16 << 10
		s.open()
		for range 20 {
			s.append(25)
		}
		if err := s.j.Trim(400); err == nil {
			t.Error("trimmed what the state file doesn't hold")
		}
		s.checkpoint()
		if err := s.j.Trim(400); err != nil {
			t.Fatal(err)
		}
		first, _ := links(t, s.j, 1)
		if first < 2 || first > 401 {
			t.Errorf("the log begins at %d", first)
		}
		s.close()
		again, _, report, err := journal.Open(s.options, newModel)
		if err != nil || len(report.Damage) != 0 || report.Rebuilt {
			t.Errorf("%+v, %v", report, err)
		}
		if now, _ := links(t, again, 1); now != first {
			t.Errorf("the log begins at %d, and no more at %d", now, first)
		}
		if err := again.Close(nil); err != nil {
			t.Error(err)
		}
	})
}

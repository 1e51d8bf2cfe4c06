package journal_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/gateway/journal"
	"gatehouse/sync/fact"
	"gatehouse/sync/factlog"
	"gatehouse/sync/wire"
)

// tester is what *testing.T and *rapid.T have in common.
type tester interface {
	Helper()
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
}

// site is one gateway's folder over several runs. It must be used within a synctest bubble.
type site struct {
	t       tester
	options journal.Options
	run     int
	nowMS   int64

	j      *journal.Journal
	state  *model
	report journal.Report
	script *script

	acked []fact.Record // in the order of the log
}

func newSite(t *testing.T) *site {
	s := &site{t: t, options: journal.Options{Dir: t.TempDir(), Location: "lot-1", CheckpointFacts: 1 << 30, SegmentBytes: 64 << 10}}
	t.Cleanup(s.abandon)
	return s
}

// abandon ends a run without a checkpoint.
func (s *site) abandon() {
	if s.j != nil {
		s.j.Close(nil)
		s.j = nil
	}
}

// open starts a run, and holds the state against the fold of the log and what was acknowledged against the log.
func (s *site) open() journal.Report {
	s.t.Helper()
	j, state, report, err := journal.Open(s.options, newModel)
	if err != nil {
		s.t.Fatalf("open: %v", err)
	}
	s.run++
	s.j, s.state, s.report, s.script = j, state.(*model), report, newScript(s.run)
	s.checkAgainstLog()
	return report
}

func (s *site) checkAgainstLog() {
	s.t.Helper()
	want, inLog := emptyModel(), map[fact.Record]bool{}
	for _, r := range s.log() {
		want.Apply(r)
		inLog[r] = true
	}
	if d := difference(s.state, want); d != "" {
		s.t.Fatalf("state is not the fold of the log: %s", d)
	}
	for i, r := range s.acked {
		if !inLog[r] {
			s.t.Fatalf("acknowledged fact %d is lost: %+v", i, r)
		}
	}
}

// log reads all facts that this program knows.
func (s *site) log() (records []fact.Record) {
	s.t.Helper()
	err := s.j.Facts(context.Background(), 1, func(_ factlog.Index, r fact.Record) bool {
		if r.Fact != nil {
			records = append(records, r)
		}
		return true
	})
	if err != nil {
		s.t.Fatalf("read the log: %v", err)
	}
	return records
}

// append commits n facts, a few at a time, and waits for them.
func (s *site) append(n int) {
	s.t.Helper()
	for ; n > 0; n -= 50 {
		if err := s.try(min(n, 50)); err != nil {
			s.t.Fatalf("append: %v", err)
		}
	}
}

func (s *site) try(n int) error { return <-s.hand(n, false) }

// hand hands the script's next facts over without waiting.
func (s *site) hand(n int, lazy bool) (done chan error) {
	return s.handOver(s.script.take(n), lazy)
}

// commit commits given facts.
func (s *site) commit(facts ...fact.Fact) {
	s.t.Helper()
	var records []fact.Record
	for _, f := range facts {
		records = append(records, s.script.record(f))
	}
	if err := <-s.handOver(records, false); err != nil {
		s.t.Fatalf("append: %v", err)
	}
}

func (s *site) handOver(records []fact.Record, lazy bool) (done chan error) {
	done = make(chan error, 1)
	for _, r := range records {
		s.state.Apply(r)
	}
	s.j.Append(records, lazy, func(err error) {
		if err == nil {
			s.acked = append(s.acked, records...)
		}
		done <- err
	})
	return done
}

// checkpoint makes one due and waits for it.
func (s *site) checkpoint() {
	s.t.Helper()
	synctest.Wait()
	s.nowMS += 1 << 32
	s.j.CheckpointIfDue(s.nowMS, s.state)
	time.Sleep(2 * time.Second) // until lazy facts are durable
	if h := s.j.Health(); h.CheckpointErr != nil || h.Checkpointed != h.Appended {
		s.t.Fatalf("checkpoint at %d of %d: %v", h.Checkpointed, h.Appended, h.CheckpointErr)
	}
}

func (s *site) close() {
	s.t.Helper()
	err := s.j.Close(s.state)
	s.j = nil
	if err != nil {
		s.t.Fatalf("close: %v", err)
	}
}

// crash ends the run as a kill would: nothing is written any more.
func (s *site) crash(t *testing.T) {
	t.Helper()
	synctest.Wait()
	kept := s.keep(t)
	s.abandon()
	s.restoreDir(t, kept)
}

// keep copies the folder as it is now.
func (s *site) keep(t *testing.T) (kept string) {
	kept = t.TempDir()
	copyDir(t, kept, s.options.Dir)
	return kept
}

// restoreDir puts a kept copy in the folder's place.
func (s *site) restoreDir(t *testing.T, kept string) {
	t.Helper()
	if err := errors.Join(os.RemoveAll(s.options.Dir), os.Rename(kept, s.options.Dir)); err != nil {
		t.Fatal(err)
	}
}

func (s *site) path(name string) string { return filepath.Join(s.options.Dir, name) }

func (s *site) read(name string) []byte {
	s.t.Helper()
	data, err := os.ReadFile(s.path(name))
	if err != nil {
		s.t.Fatalf("read %s: %v", name, err)
	}
	return data
}

func (s *site) write(name string, data []byte) {
	s.t.Helper()
	if err := os.WriteFile(s.path(name), data, 0o600); err != nil {
		s.t.Fatalf("write %s: %v", name, err)
	}
}

func copyDir(t *testing.T, to, from string) {
	t.Helper()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
}

// newerRecord is a fact of a kind that this program doesn't know.
func newerRecord(t *testing.T, s *script) []byte {
	t.Helper()
	data, err := wire.EncodeRecord(nil, s.next())
	if err != nil {
		t.Fatal(err)
	}
	var items []any
	if err := wire.Unmarshal(data, &items); err != nil {
		t.Fatal(err)
	}
	items[1] = uint64(250)
	if data, err = wire.Marshal(items); err != nil {
		t.Fatal(err)
	}
	return data
}

// appendRaw adds a payload to the log of a closed journal.
func (s *site) appendRaw(t *testing.T, payload []byte) {
	t.Helper()
	log, _, err := factlog.Open(factlog.OSDisk{}, s.path("log"), factlog.Options{SegmentBytes: s.options.SegmentBytes})
	if err != nil {
		t.Fatal(err)
	}
	_, err = log.Append(payload)
	if err := errors.Join(err, log.Flush(), log.Close()); err != nil {
		t.Fatal(err)
	}
}

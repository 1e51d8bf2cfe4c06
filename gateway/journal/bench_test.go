package journal_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"gatehouse/gateway/journal"
	"gatehouse/sync/fact"
	"gatehouse/sync/factlog"
	"gatehouse/sync/wire"
)

// A restart with a million facts behind it, of which 83,000 visits are still open; a lot of 10,000 spots has fewer.
func BenchmarkRestart(b *testing.B) {
	o := journal.Options{Dir: b.TempDir(), Location: "bench", Checker: childChecker()}
	writeLog(b, filepath.Join(o.Dir, "log"), 1_000_000)
	restart := func() journal.Report {
		j, state, report, err := journal.Open(o, newModel)
		if err != nil {
			b.Fatal(err)
		}
		for h := j.Health(); !h.ArchiveReady; h = j.Health() {
			if h.ArchiveErr != nil {
				b.Fatal(h.ArchiveErr)
			}
			time.Sleep(10 * time.Millisecond)
		}
		if err := j.Close(state); err != nil {
			b.Fatal(err)
		}
		return report
	}
	first := restart()
	b.Logf("rebuilt from %d facts in %v", first.Replayed, first.Duration)
	var total time.Duration
	for b.Loop() {
		total += restart().Duration
	}
	b.ReportMetric(float64(total.Milliseconds())/float64(b.N), "open-ms/op")
}

func writeLog(b *testing.B, dir string, facts int) {
	b.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		b.Fatal(err)
	}
	log, _, err := factlog.Open(factlog.OSDisk{}, dir, factlog.Options{})
	if err != nil {
		b.Fatal(err)
	}
	s := newScript(1)
	var buf []byte
	for i := range facts {
		if buf, err = wire.EncodeRecord(buf[:0], s.next()); err != nil {
			b.Fatal(err)
		}
		if _, err := log.Append(buf); err != nil {
			b.Fatal(err)
		}
		if i%5000 == 0 {
			flush(b, log)
		}
	}
	flush(b, log)
	if err := log.Close(); err != nil {
		b.Fatal(err)
	}
}

func flush(b *testing.B, log *factlog.Log) {
	b.Helper()
	ready, err := false, log.Flush()
	for !ready && err == nil {
		ready, err = log.Prepare()
	}
	if err != nil {
		b.Fatal(err)
	}
}

// wide is a State of many records.
type wide struct {
	serial int
	dirty  []dirt
}

func (w *wide) Version() uint64                  { return 1 }
func (w *wide) Apply(fact.Record)                {}
func (w *wide) Load(uint8, string, []byte) error { return nil }
func (w *wide) Dirty(yield func(uint8, string, any)) {
	for _, d := range w.dirty {
		w.serial++
		yield(d.table, d.key, fmt.Sprintf("%0150d", w.serial))
	}
	w.dirty = nil
}

// What a checkpoint writes: of 10,000 spots and 3,000 tickets, those that n vehicles touch.
func BenchmarkCheckpoint(b *testing.B) {
	for _, vehicles := range []int{1, 4, 16, 64} {
		b.Run(fmt.Sprintf("vehicles=%d", vehicles), func(b *testing.B) {
			benchCheckpoint(b, vehicles)
		})
	}
}

func benchCheckpoint(b *testing.B, vehicles int) {
	j, _, _, err := journal.Open(journal.Options{Dir: b.TempDir(), Location: "bench", CheckpointFacts: 1}, func() journal.State { return &wide{} })
	if err != nil {
		b.Fatal(err)
	}
	w := &wide{}
	for i := range 10_000 {
		w.dirty = append(w.dirty, dirt{3, fmt.Sprintf("P%d-%04d", i/2000, i%2000)})
	}
	for i := range 3_000 {
		w.dirty = append(w.dirty, dirt{4, fmt.Sprintf("T01A-%06d", i)})
	}
	s := newScript(1)
	checkpoint := func() {
		done := make(chan error)
		j.Append(s.take(1), false, func(err error) { done <- err })
		if err := <-done; err != nil {
			b.Fatal(err)
		}
		for h := j.Health(); h.Checkpointed < h.Appended; h = j.Health() {
			j.CheckpointIfDue(int64(s.seq), w)
			if h.CheckpointErr != nil {
				b.Fatal(h.CheckpointErr)
			}
		}
	}
	checkpoint()
	before := j.StatePagesWritten()
	n := 3000
	for b.Loop() {
		for range vehicles {
			spot := n * 7919 % 10_000
			w.dirty = append(w.dirty,
				dirt{1, ""},
				dirt{2, fmt.Sprint("gate", n%4)},
				dirt{3, fmt.Sprintf("P%d-%04d", spot/2000, spot%2000)},
				dirt{4, fmt.Sprintf("T01A-%06d", n)},
				dirt{7, fmt.Sprint("request", n*31%1000)},
				dirt{8, "hour"})
			n++
		}
		checkpoint()
	}
	pages := float64(j.StatePagesWritten()-before) / float64(b.N)
	b.ReportMetric(pages, "pages/op")
	b.ReportMetric(pages*4096/float64(vehicles), "B/vehicle")
	if err := j.Close(nil); err != nil {
		b.Fatal(err)
	}
}

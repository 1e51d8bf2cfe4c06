package factlog_test

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"gatehouse/sync/factlog"
)

// benchPayloadBytes is a fact of ordinary size.
const benchPayloadBytes = 200

// floor is what no log can beat: one write of the same bytes and one fdatasync, to a file filled with zeros.
type floor struct {
	file  factlog.File
	at    int64
	frame []byte
}

func newFloor(b *testing.B) *floor {
	name := filepath.Join(b.TempDir(), "floor")
	if err := os.WriteFile(name, make([]byte, factlog.SegmentBytesDefault), 0o600); err != nil {
		b.Fatal(err)
	}
	file, err := factlog.OSDisk{}.Open(name)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { file.Close() })
	if err := file.Datasync(); err != nil {
		b.Fatal(err)
	}
	return &floor{file: file, frame: make([]byte, 64+benchPayloadBytes)}
}

func (f *floor) commit(b *testing.B) {
	if f.at+int64(len(f.frame)) > factlog.SegmentBytesDefault {
		f.at = 0
	}
	_, err := f.file.WriteAt(f.frame, f.at)
	if err == nil {
		err = f.file.Datasync()
	}
	if err != nil {
		b.Fatal(err)
	}
	f.at += int64(len(f.frame))
}

func benchLog(b *testing.B) *factlog.Log {
	l, _, err := factlog.Open(factlog.OSDisk{}, b.TempDir(), factlog.Options{})
	if err != nil {
		b.Fatal(err)
	}
	prepareAll(b, l)
	return l
}

// latencies are the durations of single commits.
type latencies []time.Duration

func (l *latencies) measure(commit func()) {
	start := time.Now()
	commit()
	*l = append(*l, time.Since(start))
}

// at returns the duration below which that share of the commits lies, in microseconds.
func (l latencies) at(share float64) float64 {
	slices.Sort(l)
	return float64(l[int(share*float64(len(l)-1))].Nanoseconds()) / 1000
}

// compare reports percentiles of a commit, and their ratio to the floor measured in alternation with it.
func compare(b *testing.B, commit func()) {
	floor := newFloor(b)
	var ours, floors latencies
	for b.Loop() {
		floors.measure(func() { floor.commit(b) })
		ours.measure(commit)
	}
	b.ReportMetric(ours.at(0.50), "p50-µs")
	b.ReportMetric(ours.at(0.99), "p99-µs")
	b.ReportMetric(floors.at(0.50), "floor-p50-µs")
	b.ReportMetric(ours.at(0.50)/floors.at(0.50), "x-floor-p50")
	b.ReportMetric(ours.at(0.99)/floors.at(0.99), "x-floor-p99")
}

func BenchmarkFloor(b *testing.B) {
	floor := newFloor(b)
	compare(b, func() { floor.commit(b) })
}

func BenchmarkLogAppendFlush(b *testing.B) {
	l := benchLog(b)
	defer l.Close()
	payload := make([]byte, benchPayloadBytes)
	b.ReportAllocs()
	compare(b, func() {
		if _, err := l.Append(payload); err != nil {
			prepareAll(b, l)
		}
		if err := l.Flush(); err != nil {
			b.Fatal(err)
		}
	})
}

func BenchmarkCommitterSingle(b *testing.B) {
	c := factlog.NewCommitter(benchLog(b), factlog.CommitterOptions{})
	defer c.Close()
	payloads := [][]byte{make([]byte, benchPayloadBytes)}
	answers := make(chan error, 1)
	done := func(err error) { answers <- err }
	b.ReportAllocs()
	compare(b, func() {
		c.Append(payloads, false, done)
		if err := <-answers; err != nil {
			b.Fatal(err)
		}
	})
}

// BenchmarkCommitterWaiters counts commits per second when many goroutines each wait for theirs.
func BenchmarkCommitterWaiters(b *testing.B) {
	for _, waiters := range []int{1, 8, 64} {
		b.Run(strconv.Itoa(waiters), func(b *testing.B) {
			c := factlog.NewCommitter(benchLog(b), factlog.CommitterOptions{})
			defer c.Close()
			b.ReportAllocs()
			b.ResetTimer()
			var group sync.WaitGroup
			for w := range waiters {
				group.Go(func() { wait(b, c, (b.N+waiters-1-w)/waiters) })
			}
			group.Wait()
			s := c.Stats()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commits/s")
			b.ReportMetric(float64(s.Frames)/float64(s.Flushes), "frames/flush")
		})
	}
}

func wait(b *testing.B, c *factlog.Committer, commits int) {
	payloads := [][]byte{make([]byte, benchPayloadBytes)}
	answers := make(chan error, 1)
	done := func(err error) { answers <- err }
	for range commits {
		c.Append(payloads, false, done)
		if err := <-answers; err != nil {
			b.Error(err)
			return
		}
	}
}

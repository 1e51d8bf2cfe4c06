package factlog_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/sync/factlog"
	"gatehouse/sync/factlog/simdisk"
)

// desk is a committer over a simulated disk and the answers it gave, in order.
type desk struct {
	*factlog.Committer
	scene *scene

	mu      sync.Mutex
	answers []string
}

// newDesk opens a log whose disk takes its latency for real, on the clock of the test's bubble.
func newDesk(t *testing.T, o factlog.CommitterOptions) *desk {
	s := mustOpen(t, 1)
	s.disk.OnOperation(func(op simdisk.Operation) { time.Sleep(time.Duration(op.LatencyMS) * time.Millisecond) })
	return &desk{Committer: factlog.NewCommitter(s.log, o), scene: s}
}

// slow makes every flush of a file take that long from now on.
func (d *desk) slow(latencyMS int64) {
	d.scene.disk.SetLatency(func(op simdisk.Operation) int64 {
		if op.Op == simdisk.OpDatasync {
			return latencyMS
		}
		return 0
	})
}

// done returns an answer that writes itself down.
func (d *desk) done(name string) func(error) {
	return func(err error) {
		d.mu.Lock()
		defer d.mu.Unlock()
		if err != nil {
			name = fmt.Sprintf("%s: %v", name, err)
		}
		d.answers = append(d.answers, name)
	}
}

func (d *desk) eager(name string) factlog.Index {
	return d.Append([][]byte{[]byte(name)}, false, d.done(name))
}

func (d *desk) lazy(name string) factlog.Index {
	return d.Append([][]byte{[]byte(name)}, true, d.done(name))
}

// want checks the answers given since the last call.
func (d *desk) want(t *testing.T, names ...string) {
	t.Helper()
	synctest.Wait()
	d.mu.Lock()
	defer d.mu.Unlock()
	if !slices.Equal(d.answers, names) {
		t.Fatalf("answers %q, want %q", d.answers, names)
	}
	d.answers = nil
}

// What comes in during a flush shares the next one, and is answered in order.
func TestFlushIsShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, factlog.CommitterOptions{})
		d.slow(25)
		if d.eager("first") != 1 {
			t.Fatal("wrong index")
		}
		synctest.Wait() // the flush is under way
		var names []string
		for i := range 20 {
			names = append(names, fmt.Sprint("waiter ", i))
			if index := d.eager(names[i]); index != factlog.Index(2+i) {
				t.Fatalf("index %d", index)
			}
		}
		d.want(t)
		time.Sleep(25 * time.Millisecond)
		d.want(t, "first")
		time.Sleep(25 * time.Millisecond)
		d.want(t, names...)
		if s := d.Stats(); s.Flushes != 2 || s.Frames != 21 || s.Bytes < 21*64 || s.LastFlushUS != 25_000 {
			t.Errorf("stats %+v", s)
		}
		must(t, d.Close())
	})
}

// Several payloads of one append are one commit, answered once; the index is that of the last.
func TestManyPayloads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, factlog.CommitterOptions{})
		if index := d.Append([][]byte{{1}, {2}, {3}}, false, d.done("three")); index != 3 {
			t.Fatalf("index %d", index)
		}
		d.want(t, "three")
		if index := d.Append(nil, false, d.done("none")); index != 3 {
			t.Fatalf("index %d of an empty append", index)
		}
		d.want(t, "none")
		d.Append([][]byte{{4}}, false, nil) // nobody wants to know
		must(t, d.Close())
		d.scene.want = [][]byte{{1}, {2}, {3}, {4}}
		must(t, d.scene.open())
	})
}

// A lazy append costs no flush of its own, and waits no longer than it must.
func TestLazy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, factlog.CommitterOptions{LazyMS: 300})
		d.lazy("a")
		time.Sleep(200 * time.Millisecond)
		d.lazy("b")
		d.want(t)
		time.Sleep(101 * time.Millisecond)
		d.want(t, "a", "b") // 300 ms after the first of them

		d.lazy("c")
		d.eager("d")
		d.want(t, "c", "d")
		if flushes := d.Stats().Flushes; flushes != 2 {
			t.Errorf("%d flushes", flushes)
		}
		time.Sleep(time.Second)
		if flushes := d.Stats().Flushes; flushes != 2 {
			t.Errorf("%d flushes, one of them for nothing", flushes)
		}

		d.lazy("e")
		d.Sync(d.done("sync"))
		d.want(t, "e", "sync")
		d.lazy("f")
		must(t, d.Close())
		d.want(t, "f")
	})
}

// A stall is seen while it lasts, and neither Append nor Stats wait for it.
func TestStallIsSeen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, factlog.CommitterOptions{})
		if d.Stats().WaitingUS != 0 {
			t.Error("somebody waits before any append")
		}
		d.slow(5000)
		d.eager("stalled")
		time.Sleep(400 * time.Millisecond)
		before := time.Now()
		d.eager("behind it")
		if s := d.Stats(); s.WaitingUS != 400_000 || time.Since(before) != 0 {
			t.Errorf("stats %+v after %v", s, time.Since(before))
		}
		d.want(t)
		time.Sleep(10 * time.Second)
		d.want(t, "stalled", "behind it")
		if s := d.Stats(); s.WaitingUS != 0 || s.MaxFlushUS != 5_000_000 {
			t.Errorf("stats %+v", s)
		}
		if d.scene.disk.Fired(simdisk.Stall) == 0 {
			t.Error("no stall was simulated")
		}
		must(t, d.Close())
	})
}

// A disk that stalls while the spare is made is seen as soon as somebody waits for it.
func TestStallInPreparation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, factlog.CommitterOptions{})
		d.eager("first")
		d.want(t, "first")
		d.slow(5000)
		time.Sleep(time.Second) // a step towards the spare is under way
		if s := d.Stats(); s.WaitingUS != 0 {
			t.Errorf("stats %+v, and nobody waits", s)
		}
		d.eager("second")
		time.Sleep(400 * time.Millisecond)
		if s := d.Stats(); s.WaitingUS != 400_000 {
			t.Errorf("stats %+v", s)
		}
		time.Sleep(20 * time.Second)
		d.want(t, "second")
		must(t, d.Close())
	})
}

// The spare is made when nothing else happens, a step at a time.
func TestSpareInIdleTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, factlog.CommitterOptions{})
		d.eager("first")
		synctest.Wait()
		free := d.Stats().FreeBytes
		time.Sleep(40 * time.Millisecond)
		d.eager("second")
		time.Sleep(40 * time.Millisecond)
		if d.Stats().FreeBytes > free {
			t.Error("prepared in spite of work")
		}
		time.Sleep(time.Second)
		if d.Stats().FreeBytes < free+4096 {
			t.Error("no spare after an idle second")
		}
		must(t, d.Close())
	})
}

// Under steady work the spare is made beside the flushes: nothing is ever refused.
func TestSpareUnderLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, factlog.CommitterOptions{})
		for i := range 200 {
			name := fmt.Sprint("commit ", i)
			d.Append([][]byte{make([]byte, 300)}, false, d.done(name))
			d.want(t, name)
		}
		must(t, d.Close())
	})
}

// On a full disk appends are refused one by one, without harm, and work again when there is room.
func TestCommitterOnFullDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, factlog.CommitterOptions{})
		d.scene.disk.SetCapacity(smallSegment)
		big := func(name string) factlog.Index { return d.Append([][]byte{make([]byte, 5000)}, false, d.done(name)) }
		d.lazy("lazy")
		big("fits")
		if index := big("doesn't"); index != 0 {
			t.Fatalf("index %d for a refused append", index)
		}
		d.want(t, "lazy", "fits", "doesn't: "+factlog.ErrFull.Error())
		if d.eager("small") != 3 {
			t.Error("a refused append took an index")
		}
		d.want(t, "small")
		if s := d.Stats(); !errors.Is(s.PrepareErr, syscall.ENOSPC) {
			t.Errorf("stats %+v", s)
		}
		d.scene.disk.SetCapacity(0)
		time.Sleep(20 * time.Second)
		if s := d.Stats(); s.PrepareErr != nil {
			t.Errorf("stats %+v", s)
		}
		big("fits again")
		d.want(t, "fits again")
		must(t, d.Close())
	})
}

// After a failed flush everybody hears that the outcome is unknown, and nothing is tried again.
func TestCommitterBroken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, factlog.CommitterOptions{})
		d.eager("sound")
		d.want(t, "sound")
		d.scene.disk.Inject(simdisk.Fault{Op: simdisk.OpDatasync, Nth: 1, Err: syscall.EIO})
		d.lazy("a")
		d.eager("b")
		synctest.Wait()
		if index := d.eager("c"); index != 0 {
			t.Fatalf("index %d from a broken log", index)
		}
		d.Sync(d.done("sync"))
		broken := fmt.Sprint(": ", d.scene.log.Flush())
		d.want(t, "a"+broken, "b"+broken, "c"+broken, "sync"+broken)
		if err := d.Close(); !errors.Is(err, factlog.ErrBroken) || !errors.Is(err, syscall.EIO) {
			t.Errorf("close: %v", err)
		}
		d.scene.want = [][]byte{[]byte("sound"), []byte("a"), []byte("b")}
		must(t, d.scene.open())
	})
}

func TestCommitterClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, factlog.CommitterOptions{})
		d.eager("first")
		must(t, d.Close())
		must(t, d.Close())
		if d.eager("late") != 0 {
			t.Error("an index from a closed committer")
		}
		d.Sync(d.done("sync"))
		closed := ": " + factlog.ErrClosed.Error()
		d.want(t, "first", "late"+closed, "sync"+closed)
	})
}

// Many writers and a reader on a real disk: every answer is true when it is given.
func TestManyWriters(t *testing.T) {
	l, _, err := factlog.Open(factlog.OSDisk{}, t.TempDir(), factlog.Options{SegmentBytes: 32 << 10})
	must(t, err)
	c := factlog.NewCommitter(l, factlog.CommitterOptions{})
	var answered atomic.Int64
	var group sync.WaitGroup
	for w := range 8 {
		group.Go(func() { writer(t, c, l, w, &answered) })
	}
	group.Go(func() {
		for range 20 {
			if got := indexesFrom(t, l, 1); len(got) > 0 && got[len(got)-1] != factlog.Index(len(got)) {
				t.Errorf("read %d frames, the last is %d", len(got), got[len(got)-1])
			}
			if _, err := l.Verify(); err != nil {
				t.Error(err)
			}
		}
	})
	group.Wait()
	must(t, c.Close())
	if answered.Load() != 8*40 {
		t.Errorf("%d answers", answered.Load())
	}
}

// writer commits one record after the other, some of them lazily.
func writer(t *testing.T, c *factlog.Committer, l *factlog.Log, number int, answered *atomic.Int64) {
	for i := range 40 {
		answer := make(chan error, 1)
		index := c.Append([][]byte{fmt.Appendf(nil, "%d of %d", i, number)}, i%8 == 0, func(err error) { answer <- err })
		if i%8 == 0 {
			c.Sync(nil)
		}
		if err := <-answer; err != nil || l.Durable() < index {
			t.Errorf("answer %v for %d, durable %d", err, index, l.Durable())
		}
		answered.Add(1)
	}
}

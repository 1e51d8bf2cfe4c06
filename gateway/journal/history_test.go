package journal_test

import (
	"fmt"
	"os"
	"testing"
	"testing/synctest"

	"gatehouse/sync/fact"
	"gatehouse/sync/factlog/simdisk"
	"pgregory.net/rapid"
)

// history is a site whose log lies on a simulated disk, under everything that may happen to it.
type history struct {
	*site
	bubble *testing.T
	disk   *simdisk.Disk
	older  []byte // a state file of before
}

// event is one thing that happens, with the numbers it needs.
type event struct {
	name       string
	facts      int
	operations int // until the cut
	seed       uint64
}

// Whatever happens to a gateway, its next start has the state that the log tells, and the log has every fact that was
// promised. open checks both.
func TestEveryHistoryKeepsStateAndPromises(t *testing.T) {
	events := rapid.Custom(func(t *rapid.T) event {
		return event{
			name:       rapid.SampledFrom(eventNames()).Draw(t, "name"),
			facts:      rapid.IntRange(1, 200).Draw(t, "facts"),
			operations: rapid.IntRange(0, 6).Draw(t, "operations"),
			seed:       rapid.Uint64().Draw(t, "seed"),
		}
	})
	rapid.Check(t, func(rt *rapid.T) {
		if failure := live(t, rapid.SliceOfN(events, 1, 10).Draw(rt, "events")); failure != "" {
			rt.Fatalf("%s", failure)
		}
	})
}

// live lives through a history and tells what went wrong.
func live(t *testing.T, events []event) (failure string) {
	synctest.Test(t, func(t *testing.T) {
		h := &history{site: newSite(t), bubble: t, disk: simdisk.New(1)}
		h.t, h.options.Disk = panicking{}, h.disk
		defer func() {
			h.abandon()
			if p := recover(); p != nil {
				failure = fmt.Sprint(p)
			}
		}()
		h.open()
		h.close()
		h.older = h.read("state.db")
		h.open()
		for _, e := range events {
			h.meet(e)
		}
		h.close()
		h.open()
		h.checkArchive()
	})
	return failure
}

// panicking is the tester of a history, whose end must be told outside the bubble.
type panicking struct{}

func (panicking) Helper()                           {}
func (panicking) Errorf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }
func (panicking) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }

func eventNames() []string {
	return []string{"append", "append", "append lazily", "checkpoint", "restart", "cut", "cut in a commit",
		"state lost", "archive lost", "older state"}
}

func (h *history) meet(e event) {
	switch e.name {
	case "append":
		h.append(e.facts)
	case "append lazily":
		h.hand(e.facts%10+1, true)
	case "checkpoint":
		h.checkpoint()
	case "cut":
		h.cut(e)
	case "cut in a commit":
		h.cutInCommit(e)
	default:
		h.close()
		h.change(e.name)
		h.open()
	}
}

// change does to the closed files what the event says.
func (h *history) change(name string) {
	switch name {
	case "state lost":
		os.Remove(h.path("state.db"))
	case "archive lost":
		os.Remove(h.path("archive.db"))
	case "older state":
		newer := h.read("state.db")
		h.write("state.db", h.older)
		h.older = newer
	}
}

// cut takes the power away at rest.
func (h *history) cut(e event) {
	synctest.Wait()
	cut, acked := h.disk.Clone(), h.acked
	h.crash(h.bubble)
	h.restore(cut, acked, e.seed)
}

// cutInCommit takes it away before one of the disk's next operations.
func (h *history) cutInCommit(e event) {
	synctest.Wait()
	kept := h.keep(h.bubble)
	var cut *simdisk.Disk
	var acked []fact.Record
	left := e.operations
	h.disk.OnOperation(func(simdisk.Operation) {
		if left--; left < 0 && cut == nil {
			cut, acked = h.disk.Clone(), h.acked
		}
	})
	for range 4 {
		if err := <-h.hand(e.facts/4+1, false); err != nil {
			h.t.Fatalf("append: %v", err)
		}
	}
	synctest.Wait()
	h.disk.OnOperation(nil)
	if cut == nil {
		cut, acked = h.disk.Clone(), h.acked
	}
	h.abandon()
	h.restoreDir(h.bubble, kept)
	h.restore(cut, acked, e.seed)
}

func (h *history) restore(disk *simdisk.Disk, acked []fact.Record, seed uint64) {
	disk.OnOperation(nil)
	disk.Cut(seed)
	h.disk, h.options.Disk, h.acked = disk, disk, acked
	if r := h.open(); len(r.Damage) != 0 {
		h.t.Fatalf("an honest disk, but %v is damaged", r.Damage)
	}
}

package journal_test

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/gateway/journal"
	"gatehouse/sync/fact"
	"gatehouse/sync/factlog"
)

func TestFirstStartIsEmptyAndTheNextGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		if r := s.open(); !r.Rebuilt || r.Replayed != 0 || r.Parent != (fact.Dot{}) || r.ParentHash != (factlog.Hash{}) {
			t.Errorf("first start: %+v", r)
		}
		s.append(10)
		s.append(1)
		s.close()
		r := s.open()
		if newest := s.acked[10]; r.Rebuilt || r.Replayed != 0 || r.Parent != newest.Dot || r.At != newest.At {
			t.Errorf("second start: %+v", r)
		}
		if r.ParentHash == (factlog.Hash{}) || len(r.Damage) != 0 {
			t.Errorf("second start: %+v", r)
		}
		s.close()
	})
}

// What a checkpoint under way holds is in no later one.
func TestTheEndWaitsForTheCheckpointUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.open()
		for range 40 {
			done := s.hand(5, true)
			s.nowMS += 1 << 32
			synctest.Wait()
			s.j.CheckpointIfDue(s.nowMS, s.state)
			s.close()
			<-done
			if r := s.open(); r.Replayed != 0 {
				t.Fatalf("%+v", r)
			}
		}
		s.close()
	})
}

func TestTailBehindTheCheckpointIsReplayed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.open()
		s.append(1000)
		s.checkpoint()
		s.append(7)
		s.crash(t)
		if r := s.open(); r.Rebuilt || r.Replayed != 7 || r.Parent != s.acked[1006].Dot || r.At != s.acked[1006].At {
			t.Errorf("%+v", r)
		}
		s.checkpoint()
		s.crash(t)
		if r := s.open(); r.Replayed != 0 {
			t.Errorf("what was replayed must be in the next checkpoint: %+v", r)
		}
		s.close()
	})
}

// Whatever happens to the state file, the log tells the same state again.
func TestDamagedStateFileIsRebuilt(t *testing.T) {
	cases := map[string]func(s *site, data []byte) []byte{
		"missing":        func(s *site, _ []byte) []byte { return nil },
		"empty":          func(*site, []byte) []byte { return []byte{} },
		"short":          func(_ *site, data []byte) []byte { return data[:4096+100] },
		"cut":            func(_ *site, data []byte) []byte { return data[:4*4096] },
		"zeros":          func(_ *site, data []byte) []byte { return make([]byte, len(data)) },
		"garbage":        func(_ *site, data []byte) []byte { return garbage(1, len(data)) },
		"garbage inside": func(_ *site, data []byte) []byte { copy(data[2*4096:], garbage(2, 6*4096)); return data },
		"metas swapped with pages": func(_ *site, data []byte) []byte {
			page := append([]byte(nil), data[:8192]...)
			copy(data, data[8192:16384])
			copy(data[8192:], page)
			return data
		},
	}
	for name, change := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newSite(t)
				s.options.Checker = childChecker()
				s.open()
				s.append(600)
				s.checkpoint()
				s.append(5)
				s.crash(t)
				data := change(s, s.read("state.db"))
				s.write("state.db", data)
				if data == nil {
					os.Remove(s.path("state.db"))
				}
				r := s.open()
				if !r.Rebuilt || r.Why == "" || r.Replayed != 605 || r.First != 1 || r.Parent != s.acked[604].Dot {
					t.Errorf("%+v", r)
				}
				if (data != nil) != strings.Contains(r.Aside, "state.db.damaged-") {
					t.Errorf("put aside as %q", r.Aside)
				}
				s.append(3)
				s.close()
				if r := s.open(); r.Rebuilt || r.Replayed != 0 {
					t.Errorf("after the rebuild: %+v", r)
				}
				s.close()
			})
		})
	}
}

func TestFewDamagedFilesAreKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.options.Checker = childChecker()
		var last string
		for range 6 {
			s.open()
			last = s.report.Aside
			s.close()
			s.write("state.db", []byte("nothing"))
			time.Sleep(time.Second)
		}
		kept, err := filepath.Glob(s.path("state.db.damaged-*"))
		if err != nil || len(kept) != 3 || kept[2] != last {
			t.Errorf("kept %v, the last was %s, %v", kept, last, err)
		}
	})
}

func garbage(seed uint64, n int) []byte {
	random := rand.New(rand.NewPCG(seed, 0))
	data := make([]byte, n)
	for i := range data {
		data[i] = byte(random.Uint32())
	}
	return data
}

// A flipped bit either changes nothing that counts or is noticed; open compares the state with the log.
func TestFlippedBitsNeverReachTheState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.options.Checker = childChecker()
		s.open()
		for range 6 {
			s.append(100)
			s.checkpoint()
		}
		s.crash(t)
		whole := s.read("state.db")
		used := len(strings.TrimRight(string(whole), "\x00"))
		random, rebuilt := rand.New(rand.NewPCG(3, 0)), 0
		for range 25 {
			flipped := append([]byte(nil), whole...)
			at := random.IntN(used)
			flipped[at] ^= 1 << random.IntN(8)
			s.write("state.db", flipped)
			if s.open().Rebuilt {
				rebuilt++
			}
			s.abandon()
		}
		if rebuilt < 3 {
			t.Errorf("%d of 25 flips were noticed: does the test hit what is used?", rebuilt)
		}
	})
}

func TestStaleStateFileCatchesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.open()
		s.append(50)
		s.close()
		stale := s.read("state.db")
		for range 3 {
			s.open()
			s.append(700)
			s.close()
		}
		s.write("state.db", stale)
		if r := s.open(); r.Rebuilt || r.Replayed != 2100 {
			t.Errorf("%+v", r)
		}
		s.close()
	})
}

// A page that the disk returns as it once was has right checksums, and may even fit between the others.
func TestStalePageIsNoticed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.options.Checker = childChecker()
		s.open()
		s.append(200)
		var images [][]byte
		for range 14 {
			s.append(1)
			s.checkpoint()
			images = append(images, s.read("state.db"))
		}
		s.crash(t)
		newest := images[len(images)-1]
		for _, old := range images[:len(images)-1] {
			for at := 2 * 4096; at < 24*4096; at += 4096 {
				if bytes.Equal(old[at:at+4096], newest[at:at+4096]) {
					continue
				}
				mixed := slices.Concat(newest[:at], old[at:at+4096], newest[at+4096:])
				s.write("state.db", mixed)
				if childChecker()(t.Context(), s.path("state.db")) == nil {
					s.open() // compares
					s.abandon()
				}
			}
		}
	})
}

// A log that ends before the state does (a card that lied, a log restored from a copy) has lost facts.
func TestStateAheadOfTheLogDeclaresTheLoss(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.open()
		s.append(40)
		s.close()
		shorter := t.TempDir()
		copyDir(t, shorter, s.path("log"))
		s.open()
		s.append(60)
		s.close()
		if err := os.RemoveAll(s.path("log")); err != nil {
			t.Fatal(err)
		}
		copyDir(t, s.path("log"), shorter)

		j, state, r, err := journal.Open(s.options, newModel)
		if err != nil {
			t.Fatal(err)
		}
		if want := []factlog.Damage{{First: 41, Last: 100}}; r.Rebuilt || !slices.Equal(r.Damage, want) || r.Parent != s.acked[99].Dot {
			t.Errorf("%+v", r)
		}
		if d := difference(state.(*model), s.state); d != "" {
			t.Errorf("the state knows more than the log, and keeps it: %s", d)
		}
		s.j, s.state = j, state.(*model)
		s.append(1)
		if h := j.Health(); h.Appended != 101 {
			t.Errorf("position %d was used again", h.Appended)
		}
		s.close()
	})
}

// A state file that is no longer used still tells what was durable.
func TestOutdatedStateAheadOfTheLogDeclaresTheLoss(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.open()
		s.append(40)
		s.close()
		s.openAs(1)
		if err := os.RemoveAll(s.path("log")); err != nil {
			t.Fatal(err)
		}
		s.acked = nil
		if r := s.open(); !r.Rebuilt || !slices.Equal(r.Damage, []factlog.Damage{{First: 1, Last: 40}}) {
			t.Errorf("%+v", r)
		}
		s.append(1)
		if h := s.j.Health(); h.Appended != 41 {
			t.Errorf("position %d was used again", h.Appended)
		}
		s.close()
	})
}

// otherBuild is the model as another build of the program has it, which knows nothing of payments.
type otherBuild struct {
	*model
	version uint64
}

func (b otherBuild) Version() uint64 { return b.version }

func (b otherBuild) Dirty(yield func(uint8, string, any)) {
	b.model.Dirty(func(table uint8, key string, value any) {
		if v, is := value.(visit); is {
			v.Paid = 0
			value = v
		}
		yield(table, key, value)
	})
}

// openAs has another build run on the folder for a moment, and write a checkpoint.
func (s *site) openAs(version uint64) {
	s.t.Helper()
	j, state, r, err := journal.Open(s.options, func() journal.State { return otherBuild{emptyModel(), version} })
	if err != nil || !r.Rebuilt {
		s.t.Fatalf("opened as version %d: %+v, %v", version, r, err)
	}
	synctest.Wait() // the archive is made anew
	if err := j.Close(state); err != nil {
		s.t.Fatalf("close: %v", err)
	}
}

// What another build stored is not believed, whether it is older, or newer because an update was taken back.
func TestStateOfAnotherVersionIsMadeAnew(t *testing.T) {
	for _, version := range []uint64{0, 1, 3} {
		synctest.Test(t, func(t *testing.T) {
			s := newSite(t)
			s.open()
			s.append(100)
			s.close()
			s.openAs(version)
			if r := s.open(); !r.Rebuilt || r.Replayed != 100 || !strings.Contains(r.Why, "version") {
				t.Errorf("after version %d: %+v", version, r)
			}
			s.append(1)
			s.checkpoint()
			s.checkArchive()
			s.close()
			if r := s.open(); r.Rebuilt {
				t.Errorf("its own checkpoint: %+v", r)
			}
			s.close()
		})
	}
}

func TestForeignAndNewerFoldersAreLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.open()
		s.append(20)
		s.append(1)
		s.close()
		before := s.read("state.db")
		refused := func(want error, change func(*journal.Options)) {
			t.Helper()
			o := s.options
			change(&o)
			if _, _, _, err := journal.Open(o, newModel); !errors.Is(err, want) {
				t.Errorf("got %v, want %v", err, want)
			}
			if string(s.read("state.db")) != string(before) {
				t.Errorf("%v, but the file was changed", want)
			}
		}
		refused(journal.ErrOtherLocation, func(o *journal.Options) { o.Location = "lot-2" })
		if err := journal.BuildNewer(s.path("state.db")); err != nil {
			t.Fatal(err)
		}
		before = s.read("state.db")
		refused(journal.ErrNewer, func(*journal.Options) {})
	})
}

func TestLogOfAnotherLocationIsLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.open()
		s.commit(fact.GatewayStarted{Location: "lot-1"})
		s.close()
		os.Remove(s.path("state.db"))
		s.options.Location = "lot-2"
		if _, _, _, err := journal.Open(s.options, newModel); !errors.Is(err, journal.ErrOtherLocation) {
			t.Errorf("got %v", err)
		}
		if _, err := os.Stat(s.path("state.db")); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("a state file was made: %v", err)
		}
	})
}

func TestStateOfAnotherLogIsNotBelieved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := newSite(t), newSite(t)
		b.run = 5
		for _, s := range []*site{a, b} {
			s.open()
			s.append(30)
			s.close()
		}
		a.write("state.db", b.read("state.db"))
		if r := a.open(); !r.Rebuilt {
			t.Errorf("%+v", r)
		}
		a.close()
	})
}

func TestFolderHasOneUser(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.open()
		if _, _, _, err := journal.Open(s.options, newModel); !errors.Is(err, journal.ErrInUse) {
			t.Errorf("got %v", err)
		}
		s.close()
		s.open()
		s.close()
	})
}

// A log that a newer program wrote is kept and read as far as it can be.
func TestFactsOfNewerSoftwareAreKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.open()
		s.append(4)
		s.close()
		s.appendRaw(t, newerRecord(t, s.script))
		s.appendRaw(t, []byte("no CBOR at all"))
		r := s.open()
		if r.Skipped != 2 || r.Replayed != 2 || r.Parent.Seq != 5 {
			t.Errorf("%+v", r)
		}
		nils := 0
		err := s.j.Facts(context.Background(), 1, func(_ factlog.Index, r fact.Record) bool {
			if r.Fact == nil {
				nils++
			}
			return true
		})
		if err != nil || nils != 2 {
			t.Errorf("%d facts of newer software, %v", nils, err)
		}
		s.close()
	})
}

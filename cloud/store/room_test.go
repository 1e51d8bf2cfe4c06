package store_test

import (
	"crypto/rand"
	"encoding/base64"
	"path/filepath"
	"testing"
	"time"

	"gatehouse/sync/fact"
)

// bulky signs a batch of notes that is nearly as large as a message may be.
func (g *gateway) bulky(t testing.TB) []byte {
	t.Helper()
	const notes, noteBytes = 88, 750
	first := len(g.records)
	for range notes {
		random := make([]byte, noteBytes)
		_, _ = rand.Read(random) // it never fails
		record := g.lot.Next()
		record.Fact = fact.CountCorrected{Actor: "ann", Note: base64.StdEncoding.EncodeToString(random)}
		g.records = append(g.records, record)
	}
	return g.sign(t, first, notes)
}

// A segment holds hours of a chain. What comes after the first one is kept like it, and a backup holds it, which may be made
// while one is begun.
func TestSegmentsFollowEachOtherWithoutARestart(t *testing.T) {
	const batches, firstBackup, secondBackup = 530, 450, 520 // of some 66 KB, each of two frames: two segments of 16 MiB and a bit
	dir, first, second := t.TempDir(), filepath.Join(t.TempDir(), "first"), filepath.Join(t.TempDir(), "second")
	s := openSQLite(dir)(t)
	g, a := newGateway("p8", 1), newAggregator(s)
	a.take(t, "p8", g.batch(t, 10))
	for n := range batches {
		if result, _ := a.take(t, "p8", g.bulky(t)); result.Err != nil {
			t.Fatalf("batch %d: %v", n, result.Err)
		}
		var err error
		switch n {
		case firstBackup:
			err = s.Backup(t.Context(), first, "")
		case secondBackup:
			err = s.Backup(t.Context(), second, first)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	closeStore(t, s)
	if digestOf(t, openSQLite(dir)(t), "p8") != g.book(time.UTC).Digest() {
		t.Error("the rows are not what the facts come to")
	}
	if same, err := openSQLite(second)(t).Verify(t.Context(), "p8"); err != nil || !same {
		t.Errorf("the second backup's rows are not what its batches come to: %v", err)
	}
}

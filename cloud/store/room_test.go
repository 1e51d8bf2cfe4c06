package store_test

import (
	"bytes"
	"path/filepath"
	"testing"
	"time"

	"gatehouse/cloud/store"
	"gatehouse/sync/fact"
	"gatehouse/sync/wire"
)

// A segment holds hours of a chain. What comes after the first ones is kept like them, by a backup too, which is made while
// segments are begun.
func TestSegmentsFollowEachOtherWithoutARestart(t *testing.T) {
	const batches, raw = 42, 1 << 20 // several segments of 16 MiB
	dir := t.TempDir()
	s := openSQLite(dir)(t)
	backups := []string{filepath.Join(t.TempDir(), "first"), filepath.Join(t.TempDir(), "second")}
	earlier := ""
	for revision := range int64(batches) {
		if revision == batches/3 || revision == batches/2 {
			to := backups[0]
			if earlier != "" {
				to = backups[1]
			}
			if err := s.Backup(t.Context(), to, earlier); err != nil {
				t.Fatal(err)
			}
			earlier = to
		}
		entry := store.Entry{
			Batch: &wire.Batch{Location: "p8", Incarnation: fact.NewIncarnation(1, 1), First: uint64(revision) + 1}, Raw: bytes.Repeat([]byte{byte(revision)}, raw),
		}
		results, err := s.Commit(t.Context(), []store.Update{{Location: "p8", Revision: revision, NowMS: time.Now().UnixMilli(), Entries: []store.Entry{entry}}})
		if err != nil || results[0].Err != nil {
			t.Fatalf("batch %d: %v %+v", revision, err, results)
		}
	}
	closeStore(t, s)
	for folder, revision := range map[string]int64{dir: batches, backups[0]: batches / 3, backups[1]: batches / 2} {
		_, got, err := openSQLite(folder)(t).State(t.Context(), "p8")
		if err != nil || got != revision {
			t.Errorf("%s is at revision %d: %v", folder, got, err)
		}
	}
}

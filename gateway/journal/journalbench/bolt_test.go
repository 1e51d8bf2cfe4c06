package journalbench_test

import (
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	bolt "go.etcd.io/bbolt"

	"gatehouse/gateway/journal/journalbench"
)

// contents are all records of the file at path, as bucket/key.
func contents(t *testing.T, path string) map[string]string {
	t.Helper()
	db, err := bolt.Open(path, 0o600, &bolt.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	all := map[string]string{}
	err = db.View(func(tx *bolt.Tx) error {
		return tx.ForEach(func(name []byte, bucket *bolt.Bucket) error {
			return bucket.ForEach(func(key, value []byte) error {
				all[string(name)+"/"+string(key)] = string(value)
				return nil
			})
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func record(key, value string) journalbench.Record {
	return journalbench.Record{Key: []byte(key), Value: []byte(value)}
}

func TestDecisionsAreInAllFourBuckets(t *testing.T) {
	path := filepath.Join(t.TempDir(), "peer.db")
	b, err := journalbench.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Fill(journalbench.Spots, []journalbench.Record{record("A-1", "free"), record("A-2", "free")}); err != nil {
		t.Fatal(err)
	}
	if err := b.Update(&journalbench.Decision{record("T1", "open"), record("A-1", "held"), record("in-1", "1"), record("0001", "granted")}); err != nil {
		t.Fatal(err)
	}
	if err := b.Update(&journalbench.Decision{journalbench.Spots: record("A-1", "occupied"), journalbench.Outbox: record("0002", "changed")}); err != nil {
		t.Fatal(err)
	}
	var together sync.WaitGroup
	for n := range 3 {
		together.Go(func() {
			key := strconv.Itoa(n)
			if err := b.Batch(&journalbench.Decision{record("T"+key+"b", "open"), record("A-2", "held"), record("in-1", "2"), record("b"+key, "granted")}); err != nil {
				t.Error(err)
			}
		})
	}
	together.Wait()
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	got := contents(t, path)
	for key, want := range map[string]string{
		"a/T1": "open", "b/A-1": "occupied", "b/A-2": "held", "c/in-1": "2", "d/0001": "granted", "d/0002": "changed",
		"a/T0b": "open", "a/T1b": "open", "a/T2b": "open", "d/b0": "granted", "d/b1": "granted", "d/b2": "granted",
	} {
		if got[key] != want {
			t.Errorf("%s is %q, not %q", key, got[key], want)
		}
	}
	if len(got) != 12 {
		t.Errorf("%d records: %v", len(got), got)
	}
}

func TestAFolderThatIsNotThereIsAnError(t *testing.T) {
	if _, err := journalbench.Open(filepath.Join(t.TempDir(), "nothing", "peer.db")); err == nil {
		t.Error("opened")
	}
}

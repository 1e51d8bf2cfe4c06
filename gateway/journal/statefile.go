package journal

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"syscall"
	"time"

	bolt "go.etcd.io/bbolt"

	"gatehouse/sync/durable"
)

const (
	// mapBytes is how much of a state file is mapped at first. It is more than a lot of 10,000 spots needs, so
	// that a reader never waits for the map to grow.
	mapBytes = 64 << 20
	// growBytes is by how much a full file grows.
	growBytes = 1 << 20
	// preparedBytes of zeros are written into a new file, so that a checkpoint seldom allocates blocks.
	preparedBytes = 1 << 20
	// lockWait bounds the wait for the file's own lock, which only the check of a killed predecessor can hold still.
	lockWait = 30 * time.Second
	// fillPercent of a page is used when it splits: most records keep their size, and new ones come at the end.
	fillPercent = 0.9
)

// stateFile is one bbolt file of sealed records.
type stateFile struct {
	db     *bolt.DB
	path   string
	header header // as last committed; the writer's alone
}

// openBolt opens or makes a file. Where it is damaged, this panics, hangs or faults.
func openBolt(path string, readOnly bool) (*bolt.DB, error) {
	db, err := bolt.Open(path, 0o600, &bolt.Options{
		ReadOnly:        readOnly,
		Timeout:         lockWait,
		NoFreelistSync:  true, // one page less per commit, and no free list that rot could make wrong
		PreLoadFreelist: true, // which looks at every page
		FreelistType:    bolt.FreelistMapType,
		InitialMmapSize: mapBytes,
	})
	if err != nil {
		return nil, err
	}
	db.AllocSize = growBytes
	return db, nil
}

// openStateFile opens a file that inspect has found sound.
func openStateFile(path string) (*stateFile, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, err // bbolt would make a new one
	}
	f := &stateFile{path: path}
	err := guarded(func() (err error) {
		if f.db, err = openBolt(path, false); err != nil {
			return err
		}
		return f.db.View(func(tx *bolt.Tx) error {
			f.header, err = readHeader(tx)
			return err
		})
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("journal: open %s: %w", path, err), f.close())
	}
	return f, nil
}

// draftSuffix marks a file that is not whole yet.
const draftSuffix = ".new"

// createStateFile makes a file without records. A power cut leaves the whole file or none: bbolt alone would leave one
// that it can't open.
func createStateFile(path string, h header) error {
	draft := path + draftSuffix
	if err := os.Remove(draft); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := fillDraft(draft, h); err != nil {
		return fmt.Errorf("journal: create %s: %w", path, err)
	}
	if err := os.Rename(draft, path); err != nil {
		return fmt.Errorf("journal: create %s: %w", path, err)
	}
	return durable.SyncFolder(filepath.Dir(path))
}

func fillDraft(draft string, h header) error {
	db, err := openBolt(draft, false)
	if err != nil {
		return err
	}
	db.NoSync = true // prepare flushes once for all
	err = db.Update(func(tx *bolt.Tx) error {
		for _, name := range [][]byte{headerBucket, recordsBucket} {
			if _, err := tx.CreateBucket(name); err != nil {
				return err
			}
		}
		return writeHeader(tx, h)
	})
	if err := errors.Join(err, db.Close()); err != nil {
		return err
	}
	return prepare(draft)
}

// prepare fills the file with zeros up to its first size and makes it durable.
func prepare(path string) error {
	file, err := os.OpenFile(path, os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if missing := preparedBytes - info.Size(); missing > 0 {
		if _, err := file.WriteAt(make([]byte, missing), info.Size()); err != nil {
			return err
		}
	}
	return file.Sync()
}

// write commits changes and header in one transaction. After an error the outcome is unknown.
func (f *stateFile) write(h header, c changes) error {
	h.Records, h.Seals, h.Waiting = f.header.Records, f.header.Seals, f.header.Waiting
	err := guarded(func() error {
		return f.db.Update(func(tx *bolt.Tx) error {
			records := tx.Bucket(recordsBucket)
			records.FillPercent = fillPercent
			for _, key := range slices.Sorted(maps.Keys(c)) {
				if err := h.change(records, key, c[key]); err != nil {
					return err
				}
			}
			return writeHeader(tx, h)
		})
	})
	if err != nil {
		return fmt.Errorf("journal: write %s: %w", f.path, err)
	}
	f.header = h
	return nil
}

// change puts or deletes one record and keeps the header's count and sum.
func (h *header) change(records *bolt.Bucket, key string, value []byte) error {
	old := records.Get([]byte(key))
	if old != nil {
		h.count(key, old, -1)
	}
	if value == nil {
		return records.Delete([]byte(key))
	}
	sealed := seal(key, value)
	h.count(key, sealed, +1)
	if bytes.Equal(old, sealed) {
		return nil
	}
	return records.Put([]byte(key), sealed)
}

// count takes a record in (+1) or out (-1). Unsigned numbers wrap, which is what a sum needs.
func (h *header) count(key string, sealed []byte, by int) {
	h.Records += uint64(by)
	h.Seals += uint64(by) * uint64(sealOf(sealed))
	if archived(key) {
		h.Waiting += uint64(by)
	}
}

// get returns a copy of one record's value.
func (f *stateFile) get(key string) (value []byte, found bool, err error) {
	err = guarded(func() error {
		return f.db.View(func(tx *bolt.Tx) error {
			sealed := tx.Bucket(recordsBucket).Get([]byte(key))
			if sealed == nil {
				return nil
			}
			found = true
			value, err = unseal(key, sealed)
			value = bytes.Clone(value)
			return err
		})
	})
	return value, found, err
}

// visit calls do with the records from a key on, in order, until it returns false. The value holds during the
// call only.
func (f *stateFile) visit(from string, do func(key string, value []byte) (more bool, err error)) error {
	return guarded(func() error {
		return f.db.View(func(tx *bolt.Tx) error {
			_, err := visitRecords(tx, from, do)
			return err
		})
	})
}

// visitRecords is visit within a transaction; seals is the sum of the seals seen.
func visitRecords(tx *bolt.Tx, from string, do func(key string, value []byte) (bool, error)) (seals uint64, err error) {
	cursor := tx.Bucket(recordsBucket).Cursor()
	for k, sealed := cursor.Seek([]byte(from)); k != nil; k, sealed = cursor.Next() {
		key := string(k)
		value, err := unseal(key, sealed)
		if err != nil {
			return seals, err
		}
		seals += uint64(sealOf(sealed))
		if more, err := do(key, value); !more || err != nil {
			return seals, err
		}
	}
	return seals, nil
}

// unmapPages gives back the pages that opening a file has read, which are all of it: of years of tickets, few are ever
// asked for. One that is comes again. A kernel that does not take them now does when memory is short.
func (f *stateFile) unmapPages() error {
	return guarded(func() error {
		return f.db.View(func(tx *bolt.Tx) error {
			_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, f.db.Info().Data, uintptr(tx.Size()), syscall.MADV_DONTNEED)
			return nil
		})
	})
}

func (f *stateFile) close() error {
	if f == nil || f.db == nil {
		return nil
	}
	return guarded(f.db.Close)
}

// guarded runs what touches a mapped file. A page that the disk can't deliver, and a panic of bbolt over what it
// finds there, become errors.
func guarded(do func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", ErrDamaged, p)
		}
	}()
	return do()
}

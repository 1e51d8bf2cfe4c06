package journalbench

import (
	"errors"
	"fmt"
	"os"

	bolt "go.etcd.io/bbolt"
)

// Bucket is one of the four that a decision writes to.
type Bucket uint8

// The buckets, in the order of Decision.
const (
	Tickets Bucket = iota
	Spots
	Gates
	Outbox
)

const (
	buckets = int(Outbox) + 1
	// preparedBytes of the file are zeros before it is used: more than one measurement needs.
	preparedBytes = 32 << 20
	// mapBytes are mapped at first, so that no commit waits for the map to grow.
	mapBytes = 64 << 20
)

// name is the bucket's name in the file.
func (b Bucket) name() []byte { return []byte{'a' + byte(b)} }

// Record is one key with its value. bbolt keeps neither.
type Record struct{ Key, Value []byte }

// Decision is what one gate decision writes: one record in each bucket. A bucket whose record has no key stays as
// it is, for events that change less.
type Decision [buckets]Record

// Bolt is an open file. Any goroutine may call it.
type Bolt struct{ db *bolt.DB }

// Open makes a file with four empty buckets at path, where there must be none, and opens it. Errors are those of the
// disk and of bbolt.
func Open(path string) (*Bolt, error) {
	for _, step := range []func(string) error{create, prepare} {
		if err := step(path); err != nil {
			return nil, fmt.Errorf("journalbench: make %s: %w", path, err)
		}
	}
	db, err := open(path)
	if err != nil {
		return nil, fmt.Errorf("journalbench: open %s: %w", path, err)
	}
	return &Bolt{db: db}, nil
}

func open(path string) (*bolt.DB, error) {
	return bolt.Open(path, 0o600, &bolt.Options{NoFreelistSync: true, FreelistType: bolt.FreelistMapType, InitialMmapSize: mapBytes})
}

func create(path string) error {
	db, err := open(path)
	if err != nil {
		return err
	}
	err = db.Update(func(tx *bolt.Tx) error {
		for i := range buckets {
			if _, err := tx.CreateBucket(Bucket(i).name()); err != nil {
				return err
			}
		}
		return nil
	})
	return errors.Join(err, db.Close())
}

// prepare fills the file with zeros, so that commits allocate no blocks.
func prepare(path string) error {
	file, err := os.OpenFile(path, os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	info, err := file.Stat()
	if err == nil {
		_, err = file.WriteAt(make([]byte, preparedBytes-info.Size()), info.Size())
	}
	return errors.Join(err, file.Sync(), file.Close())
}

// Fill puts records into one bucket, in one transaction: what a lot has before it is measured.
func (b *Bolt) Fill(to Bucket, records []Record) error {
	return b.db.Update(func(tx *bolt.Tx) error {
		bucket := tx.Bucket(to.name())
		for _, r := range records {
			if err := bucket.Put(r.Key, r.Value); err != nil {
				return err
			}
		}
		return nil
	})
}

// Update writes one decision in a transaction of its own and returns when it is durable.
func (b *Bolt) Update(d *Decision) error { return b.db.Update(d.put) }

// Batch writes one decision in a transaction that bbolt may share among all who call Batch at that time.
func (b *Bolt) Batch(d *Decision) error { return b.db.Batch(d.put) }

func (d *Decision) put(tx *bolt.Tx) error {
	for i := range d {
		if len(d[i].Key) == 0 {
			continue
		}
		if err := tx.Bucket(Bucket(i).name()).Put(d[i].Key, d[i].Value); err != nil {
			return err
		}
	}
	return nil
}

// Close closes the file.
func (b *Bolt) Close() error { return b.db.Close() }

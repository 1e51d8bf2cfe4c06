package journal

import (
	"errors"
	"fmt"

	bolt "go.etcd.io/bbolt"

	"gatehouse/sync/fact"
	"gatehouse/sync/factlog"
	"gatehouse/sync/wire"
)

// layout numbers how state files are built. It rises with any change that an older program would misread.
const layout = 1

// header is the one record about a state file; each commit replaces it. Keys 1 to 3 never change their meaning,
// so that any version can tell whether a file is its own.
type header struct {
	Layout   uint64          `cbor:"1,keyasint"`
	States   uint64          `cbor:"2,keyasint"` // State.Version of the writer
	Location fact.LocationID `cbor:"3,keyasint"`

	// Position is the last fact in the records; Last is its name and At its time.
	Position factlog.Index `cbor:"4,keyasint"`
	Last     fact.Dot      `cbor:"5,keyasint"`
	At       fact.Stamp    `cbor:"6,keyasint"`

	// Skipped counts the facts up to Position that the writer, who knew Kinds kinds, could not read.
	Skipped uint64 `cbor:"7,keyasint"`
	Kinds   uint64 `cbor:"8,keyasint"`

	// Records and Seals are the number of records and the sum of their seals. A page that the disk lost, or
	// returns as it once was, has right seals but makes a wrong sum.
	Records uint64 `cbor:"9,keyasint"`
	Seals   uint64 `cbor:"10,keyasint"`
	// Waiting counts those of them that are archived records.
	Waiting uint64 `cbor:"11,keyasint"`
}

var errNoHeader = errors.New("no header")

var (
	headerBucket  = []byte("header") // small enough to lie inside the root page, which each commit writes anyway
	recordsBucket = []byte("records")
)

const headerKey = "header"

func readHeader(tx *bolt.Tx) (header, error) {
	bucket := tx.Bucket(headerBucket)
	if bucket == nil || tx.Bucket(recordsBucket) == nil {
		return header{}, fmt.Errorf("%w: %w", ErrDamaged, errNoHeader)
	}
	value, err := unseal(headerKey, bucket.Get([]byte(headerKey)))
	if err != nil {
		return header{}, err
	}
	var h header
	if err := wire.Unmarshal(value, &h); err != nil {
		return header{}, fmt.Errorf("%w: header: %w", ErrDamaged, err)
	}
	return h, nil
}

func writeHeader(tx *bolt.Tx, h header) error {
	value, err := wire.Marshal(h)
	if err != nil {
		return err
	}
	return tx.Bucket(headerBucket).Put([]byte(headerKey), seal(headerKey, value))
}

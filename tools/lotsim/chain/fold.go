package chain

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"time"

	"gatehouse/cloud/ledger"
	"gatehouse/sync/fact"
	"gatehouse/sync/wire"
)

// fold is what headquarters makes of a location's facts: the ledger's book, and a sum over the facts' own hashes, so that
// no fact goes unnoticed that the book has no row for.
type fold struct {
	book  *ledger.Book
	facts uint64
	sum   [4]uint64
}

func newFold() *fold { return &fold{book: ledger.NewBook(time.UTC)} }

// add counts one fact.
func (f *fold) add(bytes []byte) {
	f.facts++
	hash := sha256.Sum256(bytes)
	for i := range f.sum {
		f.sum[i] += binary.BigEndian.Uint64(hash[8*i:])
	}
	if record, err := wire.DecodeRecord(bytes); err == nil {
		f.book.Fold([]fact.Record{record})
	}
}

func (f *fold) digest() [32]byte {
	return sha256.Sum256(fmt.Appendf(nil, "%x %d %x", f.book.Digest(), f.facts, f.sum))
}

// digest is over all locations' folds.
func digest(folds [][32]byte) string {
	sum := sha256.New()
	for _, own := range folds {
		sum.Write(own[:])
	}
	return fmt.Sprintf("%x", sum.Sum(nil))
}

package wire

import (
	"fmt"

	"gatehouse/sync/fact"
	"gatehouse/sync/policy"
)

// Batch is a contiguous run of facts of one incarnation, in the bytes in which they were first written, and the writer's
// signature over the chain up to its last.
type Batch struct {
	// Location owns the stream; Down is true for headquarters' facts for the location, false for the location's own.
	Location fact.LocationID
	Down     bool

	Incarnation fact.Incarnation
	First       uint64 // seq of the first record
	// Lost is how many facts directly before First the sender can't read any more and declares lost. If it isn't 0,
	// Before is unknown, and is the link *of* the first record instead of the one before it.
	Lost uint64
	// Oldest is true if the sender's log holds nothing older than First, or can't read what is: it can't be asked for.
	Oldest bool
	// Heard is the newest acknowledgement that the sender has heard.
	Heard Heard

	Before  Hash     // the chain before the first record; see Lost
	Records [][]byte // 1 to BatchMaxRecords

	Signature policy.Signature
}

// Heard names an acknowledgement: the receiver's epoch, and its count of incarnations when it was sent. A sender that
// has heard of a count proves by it that it is alive since.
type Heard struct {
	Epoch fact.Incarnation `cbor:"1,keyasint,omitempty"`
	Round uint64           `cbor:"2,keyasint,omitempty"`
}

// The largest batch. AWS IoT refuses payloads of 128 KB, NATS by default of 1 MB.
const (
	BatchMaxRecords = 1_000
	// BatchMaxBytes bounds an encoded message, with 25 % to spare to the strictest broker.
	BatchMaxBytes = 96 << 10
	// BatchMaxRecordBytes bounds the records of a batch together, so that no small message unpacks to a large one.
	BatchMaxRecordBytes = 1 << 20
)

// Last is the seq of the last record.
func (b *Batch) Last() uint64 { return b.First + uint64(len(b.Records)) - 1 }

// After is the chain after the last record.
func (b *Batch) After() Hash {
	hash := b.Before
	for i, record := range b.Records {
		if i > 0 || b.Lost == 0 {
			hash = hash.Next(record)
		}
	}
	return hash
}

// Dot names the record at an index.
func (b *Batch) Dot(index int) fact.Dot {
	return fact.Dot{Incarnation: b.Incarnation, Seq: b.First + uint64(index)}
}

func (b *Batch) message() []byte {
	after := b.After()
	flags := uint64(0)
	if b.Down {
		flags |= 1
	}
	if b.Oldest {
		flags |= 2
	}
	return policy.NewMessage("gatehouse checkpoint 1").Text(string(b.Location)).Uint(flags).Uint(uint64(b.Incarnation)).
		Uint(b.First).Uint(b.Lost).Uint(uint64(b.Heard.Epoch)).Uint(b.Heard.Round).Bytes(b.Before[:]).Uint(b.Last()).Bytes(after[:]).Sum()
}

// Sign signs the checkpoint: the run, and the chain after its last record, which stands for all that came before.
func (b *Batch) Sign(signer policy.Signer) (err error) {
	b.Signature, err = policy.Sign(signer, b.message())
	return err
}

// Verify fails with policy.ErrSignature unless a trusted key signed the batch as it is.
func (b *Batch) Verify(keys policy.Keys) error { return keys.Verify(b.message(), b.Signature) }

// check holds the limits that both directions keep.
func (b *Batch) check() error {
	size := 0
	for _, record := range b.Records {
		size += len(record)
		if len(record) > MaxRecordBytes || len(record) == 0 {
			return fmt.Errorf("%w: a batch with a record of %d bytes, at most %d", ErrNotStrict, len(record), MaxRecordBytes)
		}
	}
	last := b.First + uint64(len(b.Records))
	switch {
	case len(b.Location) == 0 || len(b.Location) > LocationMaxBytes:
		return fmt.Errorf("%w: a batch of location %q", ErrNotStrict, b.Location)
	case len(b.Records) > BatchMaxRecords || size > BatchMaxRecordBytes:
		return fmt.Errorf("%w: a batch of %d records with %d bytes, at most %d and %d", ErrNotStrict, len(b.Records), size, BatchMaxRecords, BatchMaxRecordBytes)
	case len(b.Records) == 0:
		return fmt.Errorf("%w: a batch without a record", ErrNotStrict)
	case b.First == 0 || b.Lost >= b.First || last < b.First:
		return fmt.Errorf("%w: a batch from %d on with %d records after %d lost", ErrNotStrict, b.First, len(b.Records), b.Lost)
	}
	return nil
}

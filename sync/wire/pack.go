package wire

import (
	"fmt"

	"gatehouse/sync/policy"
)

// PackBatch signs and encodes as many of the batch's records as fit into one message, from the first on, and cuts the
// batch's Records to them. It fails if the key does, or if not even one record fits, which no record of MaxRecordBytes
// does.
func PackBatch(b *Batch, signer policy.Signer) ([]byte, error) {
	b.Records = b.Records[:fitting(b.Records)]
	for {
		if err := b.Sign(signer); err != nil {
			return nil, err
		}
		if err := b.check(); err != nil {
			return nil, err
		}
		data, err := appendMessage(nil, b)
		if err != nil || len(data) <= MessageMaxBytes {
			return data, err
		}
		if len(b.Records) < 2 {
			return nil, fmt.Errorf("%w: one record makes a message of %d bytes", ErrNotStrict, len(data))
		}
		b.Records = b.Records[:len(b.Records)/2]
	}
}

// fitting is how many records are within the limits of a batch.
func fitting(records [][]byte) int {
	size := 0
	for i, record := range records {
		if size += len(record); size > BatchMaxRecordBytes || i == BatchMaxRecords {
			return i
		}
	}
	return len(records)
}

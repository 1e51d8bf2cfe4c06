package journal

import (
	"context"
	"errors"

	"gatehouse/sync/fact"
	"gatehouse/sync/factlog"
	"gatehouse/sync/wire"
)

var errEnough = errors.New("enough")

// Payloads calls visit with the bytes of the durable facts from a position on, in order, until it returns false or
// ctx ends. The bytes hold during the call only. Positions that the log lost are left out.
func (j *Journal) Payloads(ctx context.Context, from factlog.Index, visit func(factlog.Index, []byte) (more bool)) error {
	err := j.log.Read(from, func(index factlog.Index, payload []byte) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		if !visit(index, payload) {
			return errEnough
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}

// Facts is Payloads, decoded. The Fact of a record is nil if this program can't read it, because newer software wrote
// it.
func (j *Journal) Facts(ctx context.Context, from factlog.Index, visit func(factlog.Index, fact.Record) (more bool)) error {
	return j.Payloads(ctx, from, func(index factlog.Index, payload []byte) bool {
		record, err := wire.DecodeRecord(payload)
		if err != nil {
			record.Fact = nil
		}
		return visit(index, record)
	})
}

// refoldBatch is how many records a rebuild of the archive commits at once.
const refoldBatch = 4096

// refold makes the function that fills an archive with what the facts up to a position led to, by a State of its
// own.
func (j *Journal) refold(through factlog.Index, newState func() State) refolder {
	return func(ctx context.Context, archive *stateFile) error {
		write := func(records changes, atLeast int) error {
			if len(records) < atLeast {
				return nil
			}
			defer clear(records)
			return archive.write(archive.header, records.settled())
		}
		f := &fold{log: j.log, location: j.options.Location, state: newState(), harvest: harvest{archive: true}}
		f.drained = func(records changes) error { return write(records, refoldBatch) }
		if err := f.run(ctx, 1, through); err != nil || f.failure != nil {
			return errors.Join(err, f.failure)
		}
		return write(f.harvest.records, 1)
	}
}

package journal

import (
	"bytes"
	"context"
	"errors"
	"maps"

	"gatehouse/sync/fact"
	"gatehouse/sync/factlog"
	"gatehouse/sync/wire"
)

// StatePagesWritten counts the pages that commits to the state file wrote.
func (j *Journal) StatePagesWritten() int64 {
	stats := j.keeper.state.Load().db.Stats()
	return stats.TxStats.GetWrite()
}

// Facts calls visit with the facts from a position on, as Links does, decoded; the Fact of one that this program can't
// read is nil.
func (j *Journal) Facts(ctx context.Context, from factlog.Index, visit func(factlog.Index, fact.Record) (more bool)) error {
	return j.Links(ctx, from, func(link factlog.Link) bool {
		record, err := wire.DecodeRecord(link.Payload)
		if err != nil {
			record.Fact = nil
		}
		return visit(link.Index, record)
	})
}

// BuildNewer makes a file one of a layout that is not known yet.
func BuildNewer(path string) error {
	file, err := openStateFile(path)
	if err != nil {
		return err
	}
	h := file.header
	h.Layout++
	return errors.Join(file.write(h, nil), file.close())
}

// Archived are the records of an archived table as of the last checkpoint, by key. The state file comes first: a record
// that moves meanwhile is then seen twice and not missed.
func (j *Journal) Archived(table uint8) (map[string][]byte, error) {
	state, archive := j.keeper.state.Load(), j.keeper.archive.Load()
	if state == nil || archive == nil {
		return nil, ErrNotReady
	}
	waiting, records := changes{}, changes{}
	for _, part := range []struct {
		file *stateFile
		into changes
	}{{state, waiting}, {archive, records}} {
		err := part.file.visit(entryKey(table, ""), func(key string, value []byte) (bool, error) {
			if key[0] == table {
				part.into[key] = bytes.Clone(value)
			}
			return key[0] == table, nil
		})
		if err != nil {
			return nil, err
		}
	}
	maps.Copy(records, waiting)
	maps.DeleteFunc(records, gone)
	byKey := map[string][]byte{}
	for key, value := range records {
		byKey[key[1:]] = value
	}
	return byKey, nil
}

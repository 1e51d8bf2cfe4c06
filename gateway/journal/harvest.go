package journal

import (
	"errors"
	"fmt"

	"gatehouse/sync/wire"
)

// harvest gathers the state records that a State says have changed, encoded.
type harvest struct {
	records       changes
	live, archive bool // which tables
	fresh         bool // there is no older copy: a record that is gone leaves nothing behind
}

// take gathers what changed since the last time.
func (h *harvest) take(state State) (err error) {
	if h.records == nil {
		h.records = changes{}
	}
	state.Dirty(func(table uint8, key string, value any) {
		if failure := h.add(table, entryKey(table, key), value); failure != nil {
			err = errors.Join(err, fmt.Errorf("journal: state record %d/%s: %w", table, key, failure))
		}
	})
	return err
}

func (h *harvest) add(table uint8, key string, value any) (err error) {
	switch {
	case table < ArchiveTable && !h.live, table >= ArchiveTable && !h.archive:
	case value != nil:
		h.records[key], err = wire.Marshal(value)
	case h.fresh:
		delete(h.records, key)
	case table >= ArchiveTable:
		h.records[key] = []byte{} // tells the archive when it moves there
	default:
		h.records[key] = nil
	}
	return err
}

// reap hands over what was gathered.
func (h *harvest) reap() changes {
	records := h.records
	h.records = nil
	return records
}

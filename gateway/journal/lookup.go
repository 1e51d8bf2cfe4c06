package journal

import (
	"bytes"
	"maps"
	"slices"
)

// Get finds one state record as of the last checkpoint, archived or not; its value is what wire.Marshal made. Errors:
// ErrDamaged if it is not what was written, ErrNotReady if it may be in the archive and that can't be read now.
func (j *Journal) Get(table uint8, key string) (value []byte, found bool, err error) {
	return j.keeper.get(entryKey(table, key))
}

// Scan lists up to limit records of a table as of the last checkpoint, in the order of their keys, from the first key
// on that is not below from. Errors as for Get.
func (j *Journal) Scan(table uint8, from string, limit int) ([]Entry, error) {
	return j.keeper.scan(entryKey(table, from), limit)
}

func (k *keeper) get(key string) ([]byte, bool, error) {
	state := k.state.Load()
	if state == nil {
		return nil, false, ErrNotReady
	}
	value, found, err := state.get(key)
	if err != nil || found || !archived(key) {
		return value, found && !gone(key, value), err
	}
	archive := k.archive.Load()
	if archive == nil {
		return nil, false, ErrNotReady
	}
	return archive.get(key)
}

// gone tells a record that waits to be removed from the archive.
func gone(key string, value []byte) bool { return archived(key) && len(value) == 0 }

func (k *keeper) scan(from string, limit int) ([]Entry, error) {
	state := k.state.Load()
	if state == nil {
		return nil, ErrNotReady
	}
	records := changes{}
	if !archived(from) {
		err := state.list(from, limit, records)
		return records.entries(limit), err
	}
	// The state file comes first: a record that moves meanwhile is then seen twice and not missed.
	waiting := changes{}
	if err := state.list(from, -1, waiting); err != nil {
		return nil, err
	}
	archive := k.archive.Load()
	if archive == nil {
		return nil, ErrNotReady
	}
	if err := archive.list(from, limit+len(waiting), records); err != nil {
		return nil, err
	}
	maps.Copy(records, waiting)
	maps.DeleteFunc(records, gone)
	return records.entries(limit), nil
}

// list adds records of the table of key from on, up to limit unless that is negative.
func (f *stateFile) list(from string, limit int, into changes) error {
	return f.visit(from, func(key string, value []byte) (bool, error) {
		if key[0] != from[0] || len(into) == limit {
			return false, nil
		}
		into[key] = bytes.Clone(value)
		return true, nil
	})
}

// entries are the first records in the order of their keys.
func (c changes) entries(limit int) []Entry {
	keys := slices.Sorted(maps.Keys(c))
	entries := make([]Entry, 0, min(limit, len(keys)))
	for _, key := range keys[:min(limit, len(keys))] {
		entries = append(entries, Entry{Table: key[0], Key: key[1:], Value: c[key]})
	}
	return entries
}

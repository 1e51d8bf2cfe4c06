package crdt

import (
	"bytes"
	"cmp"
	"strings"
)

// RemoveWins is a map in which the removal of a version wins over that version, in whatever order they arrive: a revoked
// pass stays revoked, until a newer version is issued.
type RemoveWins struct {
	Entries []Entry `cbor:"1,keyasint"` // sorted by key
}

// Entry is one key's newest version.
type Entry struct {
	Key     string `cbor:"1,keyasint"`
	Version uint64 `cbor:"2,keyasint"`
	Removed bool   `cbor:"3,keyasint,omitempty"`
	Value   []byte `cbor:"4,keyasint"` // empty if removed
}

func byKey(x, y Entry) int { return strings.Compare(x.Key, y.Key) }

// newer is the entry that wins.
func newer(x, y Entry) Entry {
	order := cmp.Compare(x.Version, y.Version)
	if order == 0 && x.Removed != y.Removed {
		order = -1
		if x.Removed {
			order = 1
		}
	}
	if cmp.Or(order, bytes.Compare(x.Value, y.Value)) < 0 {
		return y
	}
	return x
}

// Join is the winner of each key.
func (m RemoveWins) Join(other RemoveWins) RemoveWins {
	return RemoveWins{merge(m.Entries, other.Entries, byKey, newer)}
}

// Get is a key's value; ok is false if it was never put, or is removed.
func (m RemoveWins) Get(key string) (entry Entry, ok bool) {
	at, found := find(m.Entries, Entry{Key: key}, byKey)
	if !found {
		return Entry{Key: key}, false
	}
	return m.Entries[at], !m.Entries[at].Removed
}

// Put is the map with a newer version of a key.
func (m RemoveWins) Put(key string, value []byte) RemoveWins {
	old, _ := m.Get(key)
	return m.Join(RemoveWins{[]Entry{{Key: key, Version: old.Version + 1, Value: value}}})
}

// Remove is the map with the key's present version removed; one that was never put is removed all the same, so that a
// removal that overtakes what it removes still wins.
func (m RemoveWins) Remove(key string) RemoveWins {
	old, _ := m.Get(key)
	return m.Join(RemoveWins{[]Entry{{Key: key, Version: max(1, old.Version), Removed: true}}})
}

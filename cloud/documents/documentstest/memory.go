package documentstest

import (
	"context"
	"maps"
	"strings"
	"sync"

	"gatehouse/cloud/documents"
)

// Memory is a documents.Store that forgets all at its end.
type Memory struct {
	mu   sync.Mutex
	rows map[name]row
}

var _ documents.Store = (*Memory)(nil)

type name struct{ location, kind, key string }

type row struct {
	revision int64
	value    []byte
}

// NewMemory is an empty store.
func NewMemory() *Memory { return &Memory{rows: map[name]row{}} }

// Clone is a store that holds the same: one that was restored, if the first goes on.
func (m *Memory) Clone() *Memory {
	m.mu.Lock()
	defer m.mu.Unlock()
	return &Memory{rows: maps.Clone(m.rows)}
}

// Holds reports whether a text is anywhere in a key or a value: a secret must not be.
func (m *Memory) Holds(text string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	for at, r := range m.rows {
		if strings.Contains(at.key+string(r.value), text) {
			return true
		}
	}
	return false
}

// PutDocument writes a value if its revision is still the given one.
func (m *Memory) PutDocument(_ context.Context, location, kind, key string, revision int64, value []byte) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	at := name{location, kind, key}
	if m.rows[at].revision != revision {
		return false, nil
	}
	m.rows[at] = row{revision + 1, value}
	return true, nil
}

// EachDocument visits all values of a kind.
func (m *Memory) EachDocument(_ context.Context, kind string, visit func(location, key string, revision int64, value []byte) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for at, r := range m.rows {
		if at.kind == kind {
			if err := visit(at.location, at.key, r.revision, r.value); err != nil {
				return err
			}
		}
	}
	return nil
}

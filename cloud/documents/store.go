package documents

import "context"

// Store keeps values by location, kind and key, each with a revision that rises by 1 with each change. Location and key may
// be empty. Implementations are safe for use by several goroutines.
type Store interface {
	// PutDocument writes a value if its revision is still the given one; 0 means that there is none yet. It
	// reports whether it did, durably.
	PutDocument(ctx context.Context, location, kind, key string, revision int64, value []byte) (bool, error)
	// EachDocument visits all values of a kind with their revisions, in no order.
	EachDocument(ctx context.Context, kind string, visit func(location, key string, revision int64, value []byte) error) error
}

package api

import (
	"context"
	"encoding/json"
	"sync/atomic"

	"gatehouse/cloud/store"
	"gatehouse/sync/fact"
)

// documents are those of one kind, one a location, as the store had them when they were read last.
type documents[T any] struct {
	kind, key string // in the store
	all       atomic.Pointer[map[fact.LocationID]document[T]]
}

// document is one, with the revision at which it was read; 0: there is none.
type document[T any] struct {
	content  T
	revision int64
}

// read reads all of a kind anew.
func (d *documents[T]) read(ctx context.Context, from store.Store) error {
	all := map[fact.LocationID]document[T]{}
	err := from.EachDocument(ctx, d.kind, func(location, _ string, revision int64, value []byte) error {
		one := document[T]{revision: revision}
		if err := json.Unmarshal(value, &one.content); err != nil {
			return err
		}
		all[fact.LocationID(location)] = one
		return nil
	})
	if err == nil {
		d.all.Store(&all)
	}
	return err
}

// at is the document of a location.
func (d *documents[T]) at(location fact.LocationID) document[T] {
	if all := d.all.Load(); all != nil {
		return (*all)[location]
	}
	return document[T]{}
}

// put writes a location's in place of the one of a revision, and reads all anew. done is false if somebody else wrote one in
// the same moment.
func (d *documents[T]) put(ctx context.Context, to store.Store, location fact.LocationID, revision int64, content T) (done bool, err error) {
	value, err := json.Marshal(content)
	if err != nil {
		return false, err
	}
	done, err = to.PutDocument(ctx, string(location), d.kind, d.key, revision, value)
	if err == nil {
		err = d.read(ctx, to)
	}
	return done, err
}

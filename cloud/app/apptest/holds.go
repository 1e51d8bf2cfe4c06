package apptest

import (
	"context"
	"fmt"
	"time"

	"gatehouse/cloud/ledger"
	"gatehouse/cloud/store"
	"gatehouse/sync/fact"
)

// Holds is nil if a store has counted those of a location's records that it has applied, each once, and its rows are what they
// come to. Records are all that the location's gateways wrote, in their order. Missing are those that the store lacks.
func Holds(ctx context.Context, kept store.Store, location fact.LocationID, records []fact.Record) (missing []fact.Record, err error) {
	state, _, err := kept.State(ctx, location)
	if err != nil {
		return nil, err
	}
	applied := map[fact.Incarnation]uint64{}
	for _, life := range state.Lives {
		applied[life.Incarnation] = life.Applied
	}
	want, facts := ledger.NewBook(time.UTC), int64(0)
	for _, record := range records {
		if record.Dot.Seq > applied[record.Dot.Incarnation] {
			missing = append(missing, record)
			continue
		}
		want.Fold([]fact.Record{record})
		facts++
	}
	book, err := kept.Book(ctx, location)
	if err != nil {
		return missing, err
	}
	locations, err := kept.Locations(ctx)
	if err != nil {
		return missing, err
	}
	counted := int64(-1) // it is not known
	for _, l := range locations {
		if l.ID == location {
			counted = l.Facts
		}
	}
	if counted != facts || book.Digest() != want.Digest() {
		return missing, fmt.Errorf("%s: headquarters counts %d facts, the log has %d; its rows are what they come to: %v", location, counted, facts, book.Digest() == want.Digest())
	}
	return missing, nil
}

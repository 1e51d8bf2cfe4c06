// Package crdt is the values that two replicas may change apart and join again: a map in which removal wins (passes), and
// the bounded counter by which headquarters sells spots of a lot that it can't reach.
//
// The set of facts needs no type of its own: contiguous dots and a watermark for each origin are one (sync/outbox).
//
// Guarantees:
//   - Join is commutative, associative and idempotent, and only ever adds: any order, repetition or grouping of joins ends
//     in equal values.
//   - Equal values have equal fields: everything is kept in sorted slices, so that wire.Marshal of a value is its canonical
//     encoding and wire.Digest of it can be compared between replicas.
//   - No clock orders anything. Where a time appears (a lease's expiry) it bounds what its holder may do, and no join reads
//     it.
//
// Join never changes its arguments. The package is pure and imports the standard library alone.
package crdt

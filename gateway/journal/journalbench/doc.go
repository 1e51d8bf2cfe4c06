// Package journalbench is the peer that the journal is measured against: bbolt alone, as a gateway would use it that
// had no log. Each gate decision is one transaction over four buckets: the ticket, its spot, its gate, and an outbox.
//
// # Guarantees
//
//   - Equal durability: Update and Batch return when the transaction is on the disk.
//   - bbolt at its best: no free list is written, and the file is filled with zeros before it is used.
//     Batch has bbolt's own defaults, because those are what a program gets that calls it.
//
// It is for tools/bench and no part of a gateway. It imports nothing of this project, and of third parties only bbolt.
package journalbench

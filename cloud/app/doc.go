// Package app is the aggregator: it takes what gateways send, keeps it, counts it, and says so.
//
// One message goes this way: broker → queue of its location's worker → decode, verify signature and chain (sync/outbox
// Receiver) → Store.Commit, which waits for the disk → counters in memory → acknowledgement. An acknowledgement leaves
// only after the commit. Everything before it may be lost, at any moment and by kill -9: gateways send again.
//
// Guarantees:
//   - A location belongs to one worker, so its receiver has no lock; a worker commits for several locations at once.
//   - Memory is bounded: a full queue drops messages and counts them (gatehouse_cloud_dropped_total).
//   - It keeps nothing that the store doesn't: a receiver is made again from it after any failed commit, after a
//     conflict with another aggregator, and when the location's keys change.
//   - Batches are believed only with the signature of an enrolled key of their location (Options.TrustBroker switches
//     that off for tests and for chains that sign nothing).
//
// Several aggregators may share a database and a broker. Each hears every message, and the first to commit wins: the others
// find the location's revision changed, judge the message anew, see repetitions, and only acknowledge. That costs decoding
// twice and buys that any of them may die at any moment without anybody having to notice. A chain that wants the work
// divided gives each its own broker and its own gateways: locations share nothing.
//
// What is stable: with a synchronous standby, what the standby has flushed. Without one, what is applied: a chain that
// wants more configures a standby; gateways keep 30 days either way.
//
// Of HTTP it owns enrolment alone, which gateways use; the rest is cloud/api and cloud/web, over the same counters and store.
package app

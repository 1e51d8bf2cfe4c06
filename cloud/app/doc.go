// Package app is the aggregator: it takes what gateways send, keeps it, counts it, and says so.
//
// One message goes this way: broker → queue of its location's worker → decode, verify signature and chain (sync/outbox
// Receiver) → Store.Commit, which waits for the disk → acknowledgement; counters in memory follow with the rows. An
// acknowledgement leaves only after the commit. Everything before it may be lost, at any moment and by kill -9: gateways send again.
//
// Guarantees:
//   - A location belongs to one worker, so its receiver has no lock; a worker commits for several locations at once.
//   - Memory is bounded: a full queue drops messages and counts them (gatehouse_cloud_dropped_total).
//   - It keeps nothing that the store doesn't: a receiver is made again from it after any failed commit, after a
//     conflict with another aggregator, and when the location's keys change.
//   - After a failed write of the segments it acknowledges nothing more, and says so (Broken): gatehouse-cloud then starts it anew.
//   - Batches are believed only with the signature of an enrolled key of their location (Options.TrustBroker switches
//     that off for tests and for chains that sign nothing).
//
// Several aggregators may share a database and a broker, and the work: each location belongs to one of those that are alive,
// by rendezvous hashing, and the others drop its batches and greetings unread. Who is alive is told by a row for each that
// rises once a second; one that stands still for four seconds of an observer's own clock loses its locations to the others,
// who then read them from the store and have their gateways send on. MQTT 3.1.1 has no shared subscriptions, and none are
// needed. The revision of a location is the fencing token: an update names the one that it builds on, in its own
// transaction, so that an aggregator that was paused, or believes too much, writes nothing over what others have
// committed. They must share the folder authority too, and refuse to start with another key. Live messages and answers are
// heard by all, so that each can show the page; counters of the others' locations are read from the store, some seconds
// behind.
//
// What is stable: with a synchronous standby, what the standby has flushed; with Options.Backup, what the last backup holds;
// with neither, what is applied. Gateways keep 30 days in any case.
//
// Of HTTP it owns enrolment alone, which gateways use; the rest is cloud/api and cloud/web, over the same counters and store.
package app

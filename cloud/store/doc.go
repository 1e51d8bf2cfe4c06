// Package store keeps what headquarters knows: the signed batches of all locations, which are the truth, and in one
// transaction with them how far each location is applied and the rows of the ledger, which are a fold of them.
//
// There is one contract (Store), one suite that holds it (storetest in the tests) and two implementations: SQLite for one
// machine, PostgreSQL for a chain that outgrows it. Both run the same statements.
//
// Guarantees:
//   - Commit returns nil for an update when it is on the disk (SQLite: its batches are flushed to the segments; PostgreSQL: its
//     own commit, on the synchronous standby too if it has one), whole or not at all.
//   - A read sees everything that was committed before it: it waits for rows that are behind.
//   - An update names the revision of the location that it builds on. If another aggregator was faster it gets
//     ErrConflict and nothing changes: load the location again, and let the receiver judge anew. So any number of
//     aggregators may work on one store, and any of them may die at any moment.
//   - Many updates share one transaction: a loop takes what waits. Nobody waits for a timer.
//   - The rows can be made again from the batches at any time (Rebuild), and are then the same.
//   - A store has an epoch, minted when it was made. A store that was restored from an older copy is noticed by a
//     witness (a small file beside it that says how far it once was), and gets a new epoch: gateways then send again
//     what it lost.
//
// With SQLite, batches go to segments of sync/factlog, and are committed once these are flushed: one process owns the folder,
// so whoever goes on from a crash reads the same segments. The rows follow behind, in transactions that join what waits, so
// that a row that many batches change is written once; they need no flush of their own until the next checkpoint. At most
// some hundred thousand facts wait so; then Commit waits. While rows can't be written (a full disk), Commit and reads fail
// and the rows are tried again. A crash leaves batches that no row knows: the mark of the last one that is in the rows is part
// of their transaction, and Open folds those behind it. A database that is older than its segments, or was deleted, catches up
// by the same way. After a flush that failed nobody knows what is on the disk: Commit returns ErrBroken until the store is opened
// anew. What no batch brings, and what takes facts back or lets them in, is committed when its rows are.
//
// With PostgreSQL, batches are rows of the same transaction: several aggregators share it, any of them may die, and what one
// has acknowledged the others must be able to read. Nothing is used that engines which speak its protocol
// lack: no trigger, no advisory lock, no LISTEN, no sequence, no foreign key; each primary key begins with the
// location, so that rows of a location live on one shard, and no transaction needs two shards but by chance of the
// group.
//
// # Size
//
// Measured by go run ./tools/cloudbench (cases of make bench --only headquarters) with 60,000 facts of a car park of 500
// spots, 9.4 facts and one payment a visit: 463 B of rows a visit, indexes included, and 83 B of signed batches. Four
// million visits a day are then
//
//	rows             1.9 GB a day     676 GB a year
//	signed batches   0.33 GB a day    121 GB a year, the truth: never trimmed
//
// for 435 facts a second on average. A year of a chain of a million spots fits on one disk of 1 TB; a lot's share is 1.6 GB. Rows of visits that are older than a chain wants to search may be deleted: they can be made again
// from the batches at any time, and sums by hour (500 lots: 4.4 million rows, 0.9 GB a year) stay.
package store

// Package journal makes what the lot decides durable, and gives a restart the state that it led to.
//
// It holds the fact log (sync/factlog), which is the truth and the one thing that a decision waits for, and beside it
// two bbolt files that save a restart from reading the whole log:
//
//	lock         one process at a time
//	log/         the facts
//	state.db     the live state records as of some position in the log, and archived ones that wait
//	archive.db   archived records (closed tickets, ended reservations), which a start doesn't read
//
// # Guarantees
//
//   - Append answers nil only when the facts are on the disk. After a failed flush nobody knows what is there: the
//     journal is broken, does nothing more, and is opened anew.
//   - The state after Open is the fold of the facts in the log, whatever happened to state.db: it is checked, and if
//     it is damaged, missing, of another version or of another log, it is folded anew from the whole log. If it is
//     ahead of the log, it stays, and what the log lost is declared.
//   - A folder of another location, or of a program that builds its files in a newer way, is refused and left as it is.
//   - A record is what was written, or an error: each value has a checksum bound to its key, and the header has the sum
//     of all, so that a page which the disk lost or returns as it once was is noticed too. bbolt has no such thing.
//   - No caller of Append or CheckpointIfDue waits for the disk.
//
// # Checkpoints
//
// A checkpoint writes the records that changed, with their position in the log, in one transaction, and only after the
// log is durable up to there. For a vehicle's six records of 150 bytes in a lot of 10,000 spots that is 10 pages, 40 KB;
// for those of 4, 16 and 64 vehicles at once 17, 10 and 8 KB each (BenchmarkCheckpoint). A checkpoint each second would
// thus cost an SD card some 200 KB per vehicle, and save nothing but the replay of a few facts at 3 µs each. So the time
// between two is a minute unless Options say otherwise, and 256 facts make one due earlier.
//
// # Why two files, and a child process
//
// bbolt without a synced free list reads every page when it opens a file. With years of closed tickets in it a start
// would take many seconds, so they have a file of their own, which is checked and opened while the gates already work.
// A damaged bbolt file can panic in a goroutine of bbolt's, run in circles or fault; so a child process opens it first
// (ExecChecker, CheckFile), and takes with it whatever it does.
//
// # What it must not do
//
// It decides nothing and knows no table but by number. It imports sync/fact, sync/wire, sync/factlog and sync/durable,
// and it is the only package that imports bbolt. It trims the log only when told to (Trim).
package journal

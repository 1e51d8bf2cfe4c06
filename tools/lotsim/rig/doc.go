// Package rig runs a whole lot in simulated time: the world of drivers/sim, the drivers' codecs, the lot, the
// wire codec and the fact log, on one goroutine and with one seed.
//
// It is the shell of gateway/app without its clocks and goroutines: facts are committed, effects leave only
// after the flush, a flush takes its time, a disk that stalls lets vehicles through by policy, a flush that
// fails has the log opened anew, and the power may be cut at any moment, inside a commit too. What a restart
// would read from the state file is kept beside the log as of the last checkpoint, and sometimes lost.
//
// Guarantees: same configuration, same trace. After every step the invariants of reliability.md that can be
// seen from here are checked; the first violation ends the run and says when and what.
package rig

// Package rig runs a whole lot in simulated time: the world of drivers/sim, the drivers' codecs, the lot, the
// wire codec and the fact log, on one goroutine and with one seed.
//
// It is the shell of gateway/app without its clocks and goroutines: facts are committed, effects leave only
// after the flush, a flush takes its time, a disk that stalls lets vehicles through by policy, a flush that
// fails has the log opened anew, and the power may be cut at any moment, inside a commit too. What a restart
// would read from the state file is kept beside the log as of the last checkpoint, and sometimes lost.
//
// Guarantees: same configuration, same trace. After every step the invariants that can be seen from
// here are checked; the first violation ends the run and says when and what.
//
// # What is checked where, and what proves that the check can fail
//
// P are the rules of a passage (package gatecheck says them in full), A those of acting on decisions, B of spots and
// rights, M of money, D of durability. The mutants are planted by TestMutants of tools/lotsim, which wants each to
// be found by the check of its own rule; TestEveryInvariantHasItsMutant keeps this table true.
//
//	P1   gatecheck, at every input of a gate: presence on a loop ignored while lowering
//	P1a  gatecheck, at every lowering: the arm ignores who comes up to it
//	P1t  watch.go, against the world at every step: a closing loop that only pulses
//	P2   gatecheck, in the Step that sees presence: reversal waits for the disk
//	P3   gatecheck, from power-up on: the arm is put down at power-up
//	P4   gatecheck, since the loop failed or power came: requalification after boot skipped
//	P5   watch.go and gatecheck, a second after the alarm: fire input the wrong way round
//	P6   gatecheck, at every command: a hold is let go in a fire
//	P7   gatecheck, at every lowering: no time to clear
//	P8   gatecheck; watchpolicy.go against the world: vend not consumed on passage; who backs out counts as through
//	P9   gatecheck, at every raise and switch: retries without end
//	A1   watch.go and gatecheck, at every raise and exit: relay before commit; a refusal opens
//	A2   watch.go and gatecheck, at every raise and ticket: a vend raises again and again
//	A5   watchpolicy.go: nobody is let through while the disk stalls; a gate that is to wait opens while the disk stalls
//	B1   watch.go, at every entry and after every fact: held spot offered again
//	B4   watch.go, after every fact: a sensor deletes an assignment
//	B5   watchpolicy.go, at every refusal for FULL: a freed spot is not given again
//	M1   watch.go, at every exit: paid opens for ever
//	M2   watch.go, at every fact; the chain at the end: sequence reused after a restart
//	M3   watch.go, at every payment order: an order is sent again instead of asked for
//	M4   watch.go, at every exit: time while the power was out not counted; declined counts as paid
//	M5   watch.go, at every exit after a step of the clock: fee by wall clock
//	D1   watch.go, at every effect: ack before commit; a failed flush taken for a good one
//	D2   watch.go, after every restart and every re-opened log: no fsync; restart forgets assignments; restart forgets the log's tail
//	D3   watchpolicy.go, at every flush: a commit tried again in the same handle
package rig

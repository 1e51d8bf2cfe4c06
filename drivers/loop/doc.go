// Package loop drives a loop detector on inputs of the board, and says when it can't be believed.
//
// A detector has a presence relay, which is held while a vehicle stands on the loop and which closes as well when the
// detector loses its power or its loop (fail-safe: a vehicle that never leaves); or a pulse relay, which closes for 150 to
// 250 ms when a vehicle comes; or both. With both wired each is checked by the other.
//
// The faults, each with a name and a hint:
//   - stuck: presence for longer than stuck_after_s, or a pulse that does not end;
//   - no pulse: presence without a pulse near its beginning, as from a detector without power;
//   - no presence: a pulse without presence, as from a broken presence wire.
//
// A fault is LevelFailed and an error of Watch that wraps ErrFault. It lasts, over later Watches as well, until both
// relays have opened, and the presence relay has moved if that was what did not. A vehicle is reported at the first
// edge; the check comes after it, and takes it back.
//
// judge.go is pure. The simulated detector is the board's inputs: drive their lines. The package imports drivers.
package loop

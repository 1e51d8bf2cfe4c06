// Package line opens what a board names: digital lines and serial ports. It implements drivers.Host, and is the only
// importer of periph and tarm/serial.
//
// A Host stands on a real board (Open) or on a virtual one (OpenVirtual), whose lines are a Chip that a simulator
// drives and watches.
//
// Guarantees for outputs, all of which one goroutine of the Host moves:
//   - When the Host opens, every output of the board gets its safe state, without an edge if it has it already. The
//     Linux back end of periph would drive a line low before it drives it high; so an output that is off when high is
//     first held there by the pull-up, and driven from its first command on.
//   - An output is never read back. Its state is what was commanded: reading turns the line into an input.
//   - A pulse ends by a timer of the Host, never later than the board's max_on_ms, and ending it is tried until it
//     works. An output with a max_on_ms takes no level: what may not stay on can't be held.
//   - Outputs that are interlocked are never on together: the second one is refused.
//   - Closing an output, and closing the Host, makes it safe. Nothing in a process survives its death: the wiring, and
//     the kernel's settings that the board file names, must be safe by themselves.
//
// Guarantees for inputs: no wait is endless, each wait ends with a look at the level, so that a lost edge costs a tenth of
// a second and no more; a level counts once it was stable for the board's debounce_us. The time of an edge is when this
// process saw it. Pulses that are shorter than its latency may be missed, and a line whose chip dies reads as low: both
// end with a back end of our own.
//
// Guarantees for serial ports: Read returns (0, nil) when nothing came for a tenth of a second, and an error that wraps
// drivers.ErrOffline after a hang-up; neither Write nor Close blocks for long.
//
// It imports drivers and boards.
package line

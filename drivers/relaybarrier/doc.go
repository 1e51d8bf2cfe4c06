// Package relaybarrier drives a barrier whose controller has dry-contact inputs, one relay of the board for each.
//
//	raise   a pulse (OPEN)
//	hold    a level (OPEN held, or the controller's hold input); without it the raise relay is held
//	lower   a pulse (CLOSE)
//	stop    a pulse (STOP)
//
// Timer, safety loop and force limit stay in the barrier's own controller. A "step" input (open-stop-close) must
// not be used: after a lost pulse nobody knows what the next one does.
//
// Guarantees:
//   - Raising, lowering and stopping are pulses that drivers/line ends, within the board's max_on_ms.
//   - Before a relay that opens comes on, the lower relay is off, and the other way round. Lower is refused while the
//     barrier is held.
//   - A relay that can't be opened does not keep the others from working: fire needs only raise or hold.
//   - The driver never moves the barrier by itself: not when it is made, opened, or closed.
//
// The simulated barrier is the relay itself: watch the board's outputs. The package imports drivers.
package relaybarrier

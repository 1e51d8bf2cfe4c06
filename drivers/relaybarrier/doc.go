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
//   - Before a relay that opens comes on, the lower relay is off, and the other way round, and has had 50 ms for its contacts
//     to open. Lower is refused while the barrier is held.
//   - A relay that can't be opened does not keep the others from working: fire needs only raise or hold.
//   - The driver never moves the barrier by itself: not when it is made, opened, or closed.
//
// CoilDriver is the same barrier on a relay board with Modbus-RTU. Such a board keeps its relays when the gateway dies:
// one with a flash command ends a pulse by itself; of one without, the driver ends it, and goes on trying until the board
// says that it is off. Before the first command nothing is known of such a relay, so Release, and the other direction
// of a movement, switch it off all the same.
//
// The simulated barrier is the relay itself: watch the board's outputs, or the coils of a modbus.Simulator. The package
// imports drivers and drivers/modbus.
package relaybarrier

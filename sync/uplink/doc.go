// Package uplink carries a location's facts to headquarters over MQTT, and headquarters' words back: the shell round
// sync/outbox's Sender.
//
// # What waits for what
//
// The fact log is the outbox, and there is no other: nothing is queued here, copied to a second store or kept by the MQTT
// library. A gate never waits for this package. It hears that facts are durable (Produced, which returns at once), and
// reads them back from the log on a goroutine of its own, at a lower priority than the gates have, one batch at a time.
// On a new connection the live state leaves first and history follows at full speed, without waiting for a new event:
// the handshake of the outbox starts it.
//
// # Guarantees
//
//   - Memory doesn't grow with what waits: one batch (1 MiB of facts at most), a few acknowledgements, and one entry for
//     each start of the gateway in the log.
//   - A broker's acknowledgement is nobody's. Facts count as delivered when headquarters signs that they are durable, and
//     the log is trimmed only below what is stable there, and not before 30 days.
//   - What is saved (how far headquarters is, how long the log has been in use) may be lost at any moment: that costs a
//     handshake, and time until something is trimmed.
//   - Whoever holds the broker can delay and drop, and nothing else: acknowledgements, documents and commands are signed.
//   - An expired or revoked certificate stops this package and nothing else.
//
// It imports sync/outbox, sync/wire, sync/policy, sync/fact, sync/durable and sync/mqtt. It knows neither the lot nor
// the journal: they are a Log and a function that describes the moment.
package uplink

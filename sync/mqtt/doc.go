// Package mqtt is the one door to MQTT 3.1.1: a client that connects for ever, and the names of topics.
//
// It moves messages and promises little, because the outbox promises everything: a message that Publish accepted may
// be lost, doubled or late, and whoever needs more asks for an acknowledgement of its own (sync/outbox).
//
// Guarantees:
//   - Dial returns at once. The client connects and reconnects by itself. A broker that can't be reached is tried again within
//     0.6 s, however long it has been away, so that the link is back within a second of the network. One that refuses
//     is asked ever more rarely: the wait doubles from Backoff to BackoffMax. Each wait is drawn at random from its upper
//     half, so that 500 gateways don't return in one moment.
//   - Each connection is a clean session and a fresh client: nothing that was in flight comes back later from a store
//     of the library's, and all subscriptions are made again before Up is called.
//   - A half-open connection is noticed: what was sent must be acknowledged within 10 s (by the kernel, on Linux); 30 s
//     keep-alive, 5 s for its answer, 10 s for each write.
//   - Memory is bounded. Publish fails with ErrDown while there is no connection and waits while InFlight messages
//     are under way; received messages wait in a queue of QueueBytes, beyond which they are dropped and counted.
//   - Handlers run one after the other, in the order in which the broker sent. A slow handler holds up others, never
//     the connection: the library's own unordered mode would start a goroutine per message instead.
//   - TLS is version 1.3 or it is no connection.
//
// It is the only importer of paho, and imports nothing of this project.
package mqtt

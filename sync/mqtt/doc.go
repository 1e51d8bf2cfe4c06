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
//     of the library's, and all subscriptions are made again before Up is called. What persists is the session of sync/outbox: see below.
//   - A half-open connection is noticed: what was sent must be acknowledged within 10 s (by the kernel, on Linux); 30 s
//     keep-alive, 5 s for its answer, 10 s for each write.
//   - Memory is bounded. Publish fails with ErrDown while there is no connection and waits while InFlight messages
//     are under way; received messages wait in a queue of QueueBytes, beyond which they are dropped and counted.
//   - Handlers run one after the other, in the order in which the broker sent. A slow handler holds up others, never
//     the connection: the library's own unordered mode would start a goroutine per message instead.
//   - TLS is version 1.3 or it is no connection.
//
// # Why no session at the broker
//
// A session that a broker keeps (clean session 0) would hold what headquarters says while a gateway is away. It is left out
// because whatever it holds is worth nothing to us, and what it costs is not:
//   - An acknowledgement is an answer to what came on this connection; an older one moves nothing (sync/outbox,
//     TestWordsOfAnEarlierConnectionMoveNothing). A command is bound to a challenge of half a minute and would only be refused.
//     A document is asked for by version on each connection, so the newest comes at once, and none of those between.
//   - The queue is bounded by counts that differ from broker to broker (Mosquitto 1,000 messages, NATS 1,024 in flight), beyond
//     which messages are dropped in silence: who relies on it loses exactly after a long outage.
//   - A session outlives the gateway: a card that is swapped, or a location that is closed, leaves its queue with a
//     subscription that fills until somebody looks. The embedded broker keeps a consumer on the disk for each, and writes there
//     on each message of the way that has to be quick.
//
// So the session that persists is the outbox's: it survives the loss of the broker's disk too, and a change of brokers.
//
// It is the only importer of paho, and imports nothing of this project.
package mqtt

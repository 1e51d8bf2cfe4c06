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
//   - Each connection is a fresh client: nothing that was in flight comes back later from a store of the library's. All
//     subscriptions stand before Up is called: with Options.Session because the broker has kept them, otherwise because it has
//     just granted them. They are asked for each time, in case it forgot, or another program asked for others by this name.
//   - A half-open connection is noticed: what was sent must be acknowledged within 10 s (by the kernel, on Linux); 30 s
//     keep-alive, 5 s for its answer, 10 s for each write.
//   - Memory is bounded. Publish fails with ErrDown while there is no connection and waits while InFlight messages
//     are under way; received messages wait in a queue of QueueBytes, beyond which they are dropped and counted.
//   - Handlers run one after the other, in the order in which the broker sent. A slow handler holds up others, never
//     the connection: the library's own unordered mode would start a goroutine per message instead.
//   - TLS is version 1.3 or it is no connection.
//
// # What a session keeps
//
// A gateway's session at the broker is persistent (clean session 0), and keeps its one subscription: a gateway that comes
// back speaks without waiting for it, a round trip earlier. Its subscription is of QoS 0, so that no word is kept with it;
// Dial refuses another. Headquarters' own client and the lot's devices have clean sessions: the one has another name in each
// run, and a reading of a sensor that is old is worth nothing.
//
// That no words are kept was measured (go run ./tools/cloudbench sessions; two cores, NATS server 2.15.2 and Mosquitto 2.0.11; beside
// it the same with QoS 1 both ways, and clean sessions):
//
//	                                                   ours    words kept    clean
//	embedded: 500 gateways back at once              0.85 s        1.76 s   2.17 s
//	    the broker's processor time, memory    0.63 s, 88 MB 0.96 s, 129 MB  0.82 s, 84 MB
//	    on its disk                                  244 KB        816 KB   165 KB
//	    ten words to each of them                    0.16 s       10.64 s   0.13 s
//	    back after 5,000 words: stale ones first          0         5,000        0
//	    killed while 1,000 words waited: arrived          0         1,000        0
//	    the same, and its disk lost                       0             0        0
//	    20,000 words to a card that is no more, disk   0 KB      7,800 KB     0 KB
//	Mosquitto: 500 gateways back at once             1.05 s        1.05 s   0.18 s
//	    ten words to each of them                    0.57 s        2.09 s   0.49 s
//	    back after 5,000 words: stale ones first          0         5,000        0
//	    killed while 1,000 words waited: arrived          0             0        0
//	    20,000 words to a card that is no more, memory 0 MB       12.8 MB     0 MB
//
// Kept words are worth nothing here. An acknowledgement of an earlier connection moves nothing (sync/outbox,
// TestWordsOfAnEarlierConnectionMoveNothing), a command is bound to a challenge of half a minute, a document is asked for by version
// on each connection, so that the newest comes alone. Nor can they be relied on: Mosquitto loses them when it is killed, and
// both drop in silence beyond a count. What must survive is said again by who said it: batches until headquarters has signed
// for them, documents each minute until they are answered, a command every two seconds while a person waits
// (tools/integration/steering, TestNoWordIsLostOverAnyBroker, over both brokers).
//
// MQTT 3.1.1 has no end of a session. One is a name and a subscription, 160 bytes on the embedded broker's disk, and there are as
// many as there ever were locations: nothing needs cleaning. A card that replaces another, or is its copy, has the same name, and
// takes the session over with nothing in it; the embedded broker lets nobody take another's. Somebody else's broker that
// keeps words of QoS 0 for sessions (EMQX: mqueue_store_qos0) is to be told not to.
//
// It is the only importer of paho, and imports nothing of this project but sync/lifeline.
package mqtt

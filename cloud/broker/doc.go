// Package broker is headquarters' MQTT broker: by default one that runs inside this process (NATS server as a library,
// with its MQTT 3.1.1 listener), otherwise any by its address.
//
// A broker moves messages and is trusted with nothing else. None of its promises of durability count: what matters is
// acknowledged by headquarters after its own commit, and is sent again until then. A broker may lose all it holds at
// any moment; it may not let one location speak as another.
//
// Guarantees of the embedded broker:
//   - TLS 1.3 with client certificates, and nothing else. A certificate is let in by Options.Admit, which sees it
//     after its chain was verified.
//   - A gateway publishes what goes up and subscribes to what comes down, under its own location's topics and
//     nowhere else. Headquarters' own programs publish and subscribe everywhere.
//   - Kick ends a device's connections at once; Admit then refuses it.
//   - Several of them make a cluster that outlives any minority of its members, if each knows the others' addresses.
//     Its streams, for sessions and retained messages, are then kept threefold. They are made at the very first connection:
//     if a member dies before that, the others take connections once they have elected a leader and placed the streams
//     without it, some half a minute later (1 to 36 s where members were killed in the first ten seconds). Nothing is to be
//     done but to wait, or to start the member; gateways try again every few seconds and keep their facts.
//
// It is the only importer of nats-server, which needs a folder for JetStream: MQTT sessions live there.
package broker

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
//   - A gateway connects by its own name (mqtt.GatewayID) and no other: by another's it would throw that one out, and take
//     its session.
//   - Several of them make a cluster that outlives any minority of its members, if each knows the others' addresses.
//
// # A cluster that loses a member
//
// The library keeps sessions and retained messages in streams of three replicas. They are made at the first connection, which
// is headquarters' own, within a second or four of the start. Who is connected to another member notices nothing when one is
// killed afterwards. New connections at a member that has had none need a leader for each stream, and wait for its election:
// the library draws 4 to 9 s for that, which is no option of its. They came 5 to 9 s after a kill in the first five seconds, and
// 11 s before steps of a session were given up after 2 s instead of 5: a question to a leader that is dead, or not yet
// elected, is lost, and is only asked again. For the same reason Start waits for the first leader. Streams of one replica, or
// in memory, would be quicker, and die with their member.
//
// The library places three replicas on three members that it has heard of since it started, dead or alive, or makes no stream
// ("no suitable peers for placement"). A member that was never there would keep everybody out until it is started. So each member
// looks once a second (former): where three replicas can't be had, the streams are made with two, which is said in the log, and
// get the third when the member comes. Until that one has caught up, which is said too, no other may die: its vote makes no leader
// before, and most members would be gone anyway.
//
// What is left is the library's: a cluster whose leader dies in the first second of its life, before it has told both others of
// itself, elects no other until that one is started, because members that know nothing count only if all are there. Nobody can
// connect meanwhile, which the log says ("there is no leader"); gateways keep their facts, and it heals by itself afterwards.
//
// It is the only importer of nats-server, which needs a folder for JetStream: MQTT sessions live there.
package broker

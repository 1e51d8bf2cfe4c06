// Package chain simulates headquarters and its car parks over a network that does its worst, from one seed:
// the protocol of sync/outbox, the bytes of sync/wire, and a ledger, with everything around them made up.
//
// A day is Options.Days of traffic under faults, and an aftermath of months with a vehicle now and then: time enough for
// partitions of 60 days to heal, for backups to fail and headquarters to be restored, and for lots to trim. At the end all
// faults are mended, a person has settled what needs one, and the audit asks of every fact that was ever durable on a card
// that still exists: is it counted at headquarters, once? And of every fact of a box that was not the lot's: is it kept
// apart?
//
// What is real: sender, receiver, codec, signatures, chain. What is not: MQTT, disks, the lots' decisions (sync/traffic).
//
// What befalls a lot follows from the seed and the lot's number alone, so that one lot can be replayed without the others, and
// a few lots are simulated on each processor, from the beginning to the end, before the next few are.
//
// Guarantees: same options, same digest. It reads no clock and no other randomness.
package chain

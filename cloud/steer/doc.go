// Package steer is what headquarters sends down: policy documents, some locations first and the rest when those are well,
// and remote commands.
//
// A Rollout is one text for many locations. Its stages follow each other: a stage is sent when all locations of the one
// before have answered that the document is in effect (or held for its time), and have been well with it for a while. As
// many failures as StopAfter, from refusals to a gateway that went back because it had lost headquarters, stop it, and a
// person decides.
//
// Guarantees:
//   - A location has one newest document of a kind, with a version that only rises, whoever releases it and wherever: it
//     is written under the revision that it builds on.
//   - What was released is sent again until the gateway answers: at once, every minute, and whenever it asks (Wanted).
//   - A rollout that was interrupted at any moment goes on where it was, and releases nothing twice.
//   - Which keys of headquarters count (Trust) is told in links, each signed by the key before, which are kept: a gateway that
//     was away through several changes gets all that it lacks, in their order, before anything that the newest key signed.
//   - A command is sent only as the answer to a challenge of the gateway's present run, once; the same ID again returns
//     what became of it.
//
// It keeps nothing that its documents don't hold, but commands that wait for an answer. It imports sync/fact, sync/policy
// and sync/wire, and knows neither the store nor the broker.
package steer

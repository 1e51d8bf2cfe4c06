// Package policy is what headquarters sends down, and what a gateway demands of it before it believes it: versioned
// documents (tariffs, passes, validations, block list, settings), remote commands, and the vouchers by which an offline
// gate honours a reservation that it has never heard of.
//
// Guarantees:
//   - Everything is signed by a key that the broker doesn't hold, over a message that names its domain, so that no
//     signature of one thing can stand for another.
//   - A document has one writer, headquarters, and a version. Versions only rise; no clock decides which is newer. A clock
//     decides only when a document takes effect, and only one that is trusted.
//   - A technician's local edit is a register of its own. It stands until headquarters sends a document that says it has
//     seen it.
//   - A command is for one gate of one run of one gateway, answers a challenge that this run made less than ChallengeMS
//     ago by its monotonic clock, and is taken once. A restart forgets all challenges, so nothing can be replayed over one.
//   - A voucher opens once.
//
// Signing and verifying are functions of their arguments; making keys is not, and is the shell's (cloud/enrol). What the
// content of a document means is for those who read it: gateway/tariffdoc, gateway/site, gateway/lot.
//
// The package is pure and imports sync/fact alone. sync/wire carries its values.
package policy

// Package enrol gives gateways their identity and takes it away: headquarters' certificate authority, one-time codes,
// rotation and revocation.
//
// A gateway makes its Ed25519 key itself, and the key never leaves it. With a code that an operator made for its
// location it hands in a signing request once and gets a client certificate, whose common name is the location. The
// same key signs its batches, so that whoever holds the registry can tell whose facts they are, whatever carried them.
//
// Guarantees:
//   - The authority's key is made at the first start, in a file that only its owner reads. It signs nothing but
//     what this package asks for.
//   - A code works once, for one location, for 15 minutes. What is kept is its hash. Wrong codes are counted by
//     source and in all, and beyond a few a minute even the right one is refused.
//   - Every enrolment is on record with the key's fingerprint, who made the code and from where it was used. A code
//     may demand that an operator confirms the fingerprint before the certificate opens anything.
//   - Rotation never leaves a gateway without identity, nor with two: the old certificate works until the new one is
//     used for the first time, and from then on never again.
//   - Revocation is durable before Revoke returns, is told to whoever registered with OnRevoked at once, and is
//     final. RevocationList says the same to brokers that aren't ours, signed and numbered.
//   - The key with which headquarters signs changes without any gateway losing its trust: the one that follows is made while
//     the one before can still sign for it (Ring). A key that is lost is never replaced silently: no gateway would believe
//     the new one.
//   - An expired certificate is refused here. It stops the sync of a location and nothing else.
//
// It imports sync/policy for what signs, and must not import the store: what it keeps goes through documents.Store.
package enrol

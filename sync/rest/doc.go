// Package rest is what the gateway's and headquarters' HTTP interfaces have in common: who asks and what they may do,
// operations with their OpenAPI 3.1 description and its page, problems (RFC 9457), live events, metrics and log-in.
//
// Guarantees: a request reaches an operation only from somebody with the operation's role, from no foreign site, and with a
// body that is bounded, read whole and without a payment card's number. Every failure is a Problem with a stable code and
// a hint; a panic is one too. What is known of a token is its hash, compared in a time that tells nothing.
//
// It knows nothing of lots or chains, and imports of this project sync/fact, for money, and sync/durable alone. It alone
// imports huma and prometheus.
package rest

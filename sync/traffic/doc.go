// Package traffic makes the facts of a plausible car park, for simulations, measurements and tests that need many: visits
// over a day with plates, tickets, spots, payments and exits, named and stamped as a gateway would.
//
// It decides nothing as a lot would (gateway/lot does): no gate faults, no full lot, no tariff but so much an hour. What
// it keeps is what sync and ledger depend on: contiguous dots, identifiers that name their dots, one order in time, and
// real entropy in plates, times and receipts.
//
// Guarantees: one seed, one sequence. A Lot can be cloned, as a card can.
//
// It imports sync/fact alone.
package traffic

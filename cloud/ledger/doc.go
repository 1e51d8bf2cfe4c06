// Package ledger is headquarters' fold: what the facts of all locations come to. Money, visits, refusals by day and hour,
// who is inside now, which rights stand, what needs a person.
//
// # How it is independent of order
//
// A row is a function of the set of facts that concern it, and Fold adds to that set:
//
//   - A visit, a reservation and a pass keep a Trail, the names of their facts with what matters of each. Adding to it is
//     a union; their state is replayed from it in the order of the logical clock (HLC, then incarnation, then seq),
//     which grows over restarts and never jumps back, whatever the wall clock did. It is the order in which the lot
//     itself acted, so the state is the lot's.
//   - Sums of an hour only add. What a visit contributes is taken out before its trail grows and put in after.
//   - A spot or an alert is the newest of its facts, in the same order.
//
// So any order of arrival ends in the same bytes. Trails are sets, so a fact that comes twice changes no visit; sums have
// to be told each fact once, which the watermark of the store ensures (it is in one transaction with the rows).
//
// Money is never ordered by a clock at all: it is summed.
//
// # Days
//
// A fact belongs to the civil hour of its wall time in the location's zone, as in the lot's own reports. Facts of a clock
// that was never set go to rows of their own (HourKey.Boot) and are moved by the ClockChanged of that boot when the rows
// are read (Redate), so that the correction may come late too. A fact that comes after its day was closed is told as a
// Restatement.
//
// The package is pure. It imports sync/fact and, for live messages and digests of history, sync/wire and sync/outbox; it knows
// neither stores nor batches.
package ledger

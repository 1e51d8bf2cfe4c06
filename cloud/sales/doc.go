// Package sales is headquarters' box office: it sells reservations against the rights that locations lent, with the
// network or without.
//
// A location lends headquarters so many rights of each spot type in each quarter-hour, by a document of the kind lending:
// it has lent them when it answers that the document is in effect. A sale uses one right of every quarter-hour of its
// window up; crdt.Rights, the bounded counter, says whether there is one. The sale is durable here before its voucher
// leaves, and goes to the location as part of a document of the kind sales, which is sent until it is answered.
//
// Guarantees:
//   - In no quarter-hour are more rights sold than were lent, by however many programs at once: the sales of a location are
//     one value, written under the revision that it builds on.
//   - Headquarters sells nothing that begins sooner than the lease allows (policy.LeaseExpiresMS), so that the location
//     can give what was not sold to others without asking.
//   - Two standing sales of one window never have the same right's index, so that no voucher opens for another.
//   - A sale that is asked for again under the same key is the same sale.
//   - A right that a cancelled or changed sale gave back is sold again only when the location has heard of it: until then a
//     gate that is cut off would honour the voucher.
//   - What was closed (Close) stays closed, whatever clock another program has, so that a location that was told of it can
//     use what was not sold.
//   - A store that was restored gives no reservation a name that it may have forgotten.
//
// It imports sync/{fact,crdt,policy,wire}, and knows no store and no network.
package sales

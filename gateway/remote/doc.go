// Package remote is what headquarters may ask of a gateway, and what the gateway demands before it does it: documents
// (tariffs, passes, validations, block list, settings, keys, rights to sell and what was sold of them), and commands (open
// once, hold, free exit, restart).
//
// Guarantees:
//   - Nothing is believed but by headquarters' signature; whoever holds the broker can delay and drop, and nothing else.
//   - A command answers a challenge that this run gave out less than half a minute ago, and is taken once. It is a durable
//     fact, with who and why, before it is carried out, and the lot refuses what it refuses to a person on site.
//   - A document that can't be used is refused with a reason, and what was in effect stays. One that takes effect is a
//     fact. If headquarters can't be reached afterwards for as long as the document says, the one before returns.
//   - A local edit is a register of its own, which stands until headquarters has seen it and decided.
//   - Documents are kept in a file that a power cut leaves old or new, and are in effect again after each start without
//     headquarters, and without a network.
//
// Content, by kind:
//
//	passes       crdt.RemoveWins whose values are fact.PassIssued without an id
//	blocklist    a plate on each line, # before remarks
//	validations  TOML: [[validation]] code, merchant, from, until, withdrawn, coupons
//	tariff       what Options.Site takes: a tariff document, which waits for the day that it says it is valid from, and
//	settings     keys of the site file
//	trust        a public key of headquarters on each line (base64), # before remarks; the one that signs it among them
//	lending      policy.Allotment; a location that answers done has lent the rights
//	sales        policy.SalesList; each becomes a reservation of the lot's, under the same number
//
// Rights that were lent and not sold are the location's again when headquarters says that it sells no more of a time
// (SalesClosed): it is asked every few minutes while there are any.
//
// It decides nothing about vehicles, and must not import gateway/app or sync/uplink.
package remote

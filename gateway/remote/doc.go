// Package remote is what headquarters may ask of a gateway, and what the gateway demands before it does it: documents
// (passes, block list, tariffs) that take effect in their time, and commands (open once, hold, free exit, restart).
//
// Guarantees:
//   - Nothing is believed but by headquarters' signature; who holds the broker can delay and drop, and nothing else.
//   - A command answers a challenge that this run gave out less than half a minute ago, and is taken once. It is a durable
//     fact, with who and why, before it is carried out, and the lot refuses what it refuses to a person on site.
//   - A document that can't be used is refused with a reason, and what was in effect stays. One that takes effect is a
//     fact. If headquarters can't be reached afterwards for as long as the document says, the one before returns.
//   - A local edit is a register of its own, which stands until headquarters has seen it and decided.
//   - Documents are kept in a file that a power cut leaves old or new, and are in effect again after each start without
//     headquarters.
//
// Content, by kind: passes are a crdt.RemoveWins whose values are fact.PassIssued without an id; the block list is a text
// with a plate on each line, # before remarks; a tariff is what Options.Tariffs takes. Kinds that this version can't put
// into effect are refused, so that headquarters sees it.
//
// It decides nothing about vehicles, and must not import gateway/app or sync/uplink.
package remote

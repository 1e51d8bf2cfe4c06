// Package fact is the vocabulary that gateway and cloud share: identifiers, Stamp (when, by which clock,
// trusted how far), Money, Plate, and the closed set of facts.
//
// A fact is something that happened. It is kept for ever, never changed, and carries the reason for which it
// happened. The state of a lot is a fold over its facts; a correction is another fact.
//
// Guarantees:
//   - A fact is a plain value: no pointer, no map, no float. Equal facts encode to equal bytes (sync/wire).
//   - The CBOR key of a field and the number of a Kind never change their meaning and are never used again.
//     A new field is optional and gets the next free key.
//   - Money is an integer of minor units; a confidence is per mille; times are UTC milliseconds.
//
// It imports nothing but pure parts of the standard library, and nothing of this project.
package fact

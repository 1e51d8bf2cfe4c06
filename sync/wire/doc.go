// Package wire is the CBOR (RFC 8949) of what gateway and cloud keep and exchange: facts, and the values that
// the journal keeps beside them.
//
// One fact is one array:
//
//	[version, kind, incarnation, seq, wallMS, monoMS, boot, hlc, trust, {field key: value, ...}]
//
// Guarantees:
//   - Equal values encode to equal bytes (core-deterministic, RFC 8949 section 4.2.1), so bytes can be hashed,
//     compared and signed. Whoever keeps a fact keeps the bytes it came in.
//   - What isn't deterministic is refused: a number longer than it need be, an indefinite length, map keys out
//     of order or twice, tags, floats, undefined, text that isn't UTF-8, bytes after the end.
//   - An older reader meets a newer writer without harm: it ignores fields it doesn't know and items after the
//     tenth, and says ErrUnknownKind of a kind or a version it doesn't know; the bytes are still whole, to be
//     kept and sent on.
//   - Both directions hold the limits of limits.go, so nobody writes what another can't read.
//
// The package is pure. It imports sync/fact and fxamacker/cbor, and nobody else imports fxamacker/cbor.
package wire

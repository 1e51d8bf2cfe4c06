package wire

import "crypto/sha256"

// Hash is a link of the chain over a location's facts: h(n) = SHA-256(h(n-1) followed by the n-th record's bytes), and
// all zeros before the first. It is the chain of sync/factlog, so whoever keeps the log has the hashes.
type Hash [32]byte

// Next is the link after one more record.
func (h Hash) Next(record []byte) Hash {
	// Most records fit, and then nothing is allocated.
	var room [32 + 480]byte
	return sha256.Sum256(append(append(room[:0], h[:]...), record...))
}

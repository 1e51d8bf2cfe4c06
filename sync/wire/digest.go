package wire

import "crypto/sha256"

// Digest is the SHA-256 of a value's canonical encoding: equal for equal values, on every machine.
func Digest(v any) ([32]byte, error) {
	data, err := Marshal(v)
	return sha256.Sum256(data), err
}

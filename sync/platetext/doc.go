// Package platetext writes licence plates in one way: the normal form by which the lot and headquarters compare them. A
// voucher carries the hash of a plate, so both must come to the same characters.
//
// It is pure, accepts any bytes, and imports nothing of Gatehouse but sync/fact.
package platetext

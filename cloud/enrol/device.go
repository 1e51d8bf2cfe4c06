package enrol

import (
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"strings"
	"time"
)

// Kinds of documents.
const (
	kindDevice = "device"
	kindCode   = "enrolment-code"
)

// State is where a device stands.
type State string

// The states. A device that waits has a certificate that opens nothing until an operator confirms the fingerprint.
const (
	StateWaiting    State = "waiting"
	StateActive     State = "active"
	StateSuperseded State = "superseded"
	StateRevoked    State = "revoked"
)

// Device is one key of one gateway, with its certificate.
type Device struct {
	Fingerprint string    `json:"fingerprint"` // SHA-256 of the public key, hexadecimal
	Location    string    `json:"location"`
	State       State     `json:"state"`
	Serial      string    `json:"serial"`    // of the certificate, hexadecimal
	PublicKey   []byte    `json:"publicKey"` // Ed25519
	NotAfter    time.Time `json:"notAfter"`
	EnrolledAt  time.Time `json:"enrolledAt"`
	EnrolledBy  string    `json:"enrolledBy"` // who made the code
	Source      string    `json:"source"`     // from where it was used
	Replaces    string    `json:"replaces,omitempty"`
	FirstUsedAt time.Time `json:"firstUsedAt,omitzero"`
	RevokedAt   time.Time `json:"revokedAt,omitzero"`
	RevokedBy   string    `json:"revokedBy,omitempty"`
	Reason      string    `json:"reason,omitempty"`

	revision int64
}

// Fingerprint is the name of a public key.
func Fingerprint(key ed25519.PublicKey) string {
	sum := sha256.Sum256(key)
	return hex.EncodeToString(sum[:])
}

// FingerprintOf is the name of a certificate's key, and false if the key isn't a gateway's.
func FingerprintOf(certificate *x509.Certificate) (string, bool) {
	key, ok := certificate.PublicKey.(ed25519.PublicKey)
	if !ok {
		return "", false
	}
	return Fingerprint(key), true
}

// SpokenFingerprint is a fingerprint as two people compare it: its first 80 bits in five groups.
func SpokenFingerprint(fingerprint string) string {
	groups := make([]string, 0, 5)
	for at := 0; at+4 <= len(fingerprint) && len(groups) < cap(groups); at += 4 {
		groups = append(groups, fingerprint[at:at+4])
	}
	return strings.Join(groups, " ")
}

// SpokenKey is the fingerprint of a key as two people compare it.
func SpokenKey(key ed25519.PublicKey) string { return SpokenFingerprint(Fingerprint(key)) }

package policy

import (
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"strings"

	"gatehouse/sync/fact"
)

// Signers finds the key with which headquarters signs what it says to a location: while its key changes, the one that the
// location is known to trust.
type Signers interface {
	SignerOf(location fact.LocationID) Signer
}

// SignerOf is Signers of one key for all locations.
func (k Key) SignerOf(fact.LocationID) Signer { return k }

// trustMax bounds the keys of a list: one, and while they change two.
const trustMax = 8

// TrustText is the content of a Trust document: a key on each line.
func TrustText(keys Keys) []byte {
	var text []byte
	for _, key := range keys {
		text = append(base64.StdEncoding.AppendEncode(text, key), '\n')
	}
	return text
}

// ParseTrust reads the content of a Trust document: a public key on each line in base64, # before remarks.
func ParseTrust(content []byte) (Keys, error) {
	var keys Keys
	for line := range strings.Lines(string(content)) {
		said, _, _ := strings.Cut(line, "#")
		if said = strings.TrimSpace(said); said == "" {
			continue
		}
		one, err := base64.StdEncoding.DecodeString(said)
		if err != nil || len(one) != ed25519.PublicKeySize {
			return nil, fmt.Errorf("policy: %q is no Ed25519 public key in base64", said[:min(len(said), 64)])
		}
		keys = append(keys, one)
	}
	if len(keys) == 0 || len(keys) > trustMax {
		return nil, fmt.Errorf("policy: the list has %d keys, from 1 to %d", len(keys), trustMax)
	}
	return keys, nil
}

// Has reports whether a key is among them.
func (k Keys) Has(id KeyID) bool {
	for _, key := range k {
		if IDOf(key) == id {
			return true
		}
	}
	return false
}

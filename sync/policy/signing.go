package policy

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
)

// ErrSignature says that a signature is missing, wrong, or of a key that isn't trusted here.
var ErrSignature = errors.New("policy: signature does not hold")

// KeyID names a public key: the first 8 bytes of its SHA-256.
type KeyID [8]byte

// IDOf is the name of a key.
func IDOf(key ed25519.PublicKey) KeyID {
	sum := sha256.Sum256(key)
	return KeyID(sum[:8])
}

// Signature is an Ed25519 signature (RFC 8032) and the key that made it.
type Signature struct {
	Key   KeyID    `cbor:"1,keyasint"`
	Bytes [64]byte `cbor:"2,keyasint"`
}

// Signer signs: a Key, or a device that holds one and never shows it.
type Signer interface {
	Public() ed25519.PublicKey
	// Sign returns 64 bytes. A device may fail; a Key never does.
	Sign(message []byte) ([]byte, error)
}

// Key is a private key in memory.
type Key ed25519.PrivateKey

// Public is the other half.
func (k Key) Public() ed25519.PublicKey { return ed25519.PrivateKey(k).Public().(ed25519.PublicKey) }

// Sign signs.
func (k Key) Sign(message []byte) ([]byte, error) {
	return ed25519.Sign(ed25519.PrivateKey(k), message), nil
}

// Keys are those that are trusted for one purpose. A rotation trusts two for a while.
type Keys []ed25519.PublicKey

// Verify fails with ErrSignature unless a trusted key signed the message.
func (k Keys) Verify(message []byte, signature Signature) error {
	for _, key := range k {
		if len(key) == ed25519.PublicKeySize && IDOf(key) == signature.Key {
			if ed25519.Verify(key, message, signature.Bytes[:]) {
				return nil
			}
			return fmt.Errorf("%w: not what key %x signed", ErrSignature, signature.Key)
		}
	}
	return fmt.Errorf("%w: key %x is not trusted here; was it revoked, or rotated before this side heard of it?", ErrSignature, signature.Key)
}

// Sign signs a message.
func Sign(signer Signer, message []byte) (Signature, error) {
	bytes, err := signer.Sign(message)
	if err != nil {
		return Signature{}, fmt.Errorf("policy: sign: %w", err)
	}
	if len(bytes) != ed25519.SignatureSize {
		return Signature{}, fmt.Errorf("policy: sign: the key made %d bytes, not %d", len(bytes), ed25519.SignatureSize)
	}
	return Signature{Key: IDOf(signer.Public()), Bytes: [64]byte(bytes)}, nil
}

// Message is what is signed: domain and parts, each with its length in front, so that no two lists of parts make the
// same message. It has a spelling of its own, rather than CBOR, so that no change of a codec can break a signature.
type Message struct{ bytes []byte }

// NewMessage begins one. The domain names what is signed and its version.
func NewMessage(domain string) *Message { return new(Message).Text(domain) }

// Text adds a text.
func (m *Message) Text(text string) *Message {
	m.bytes = binary.BigEndian.AppendUint32(m.bytes, uint32(len(text)))
	m.bytes = append(m.bytes, text...)
	return m
}

// Bytes adds bytes.
func (m *Message) Bytes(data []byte) *Message { return m.Text(string(data)) }

// Uint adds a number.
func (m *Message) Uint(value uint64) *Message {
	m.bytes = binary.BigEndian.AppendUint64(m.bytes, value)
	return m
}

// Sum is the whole message.
func (m *Message) Sum() []byte { return m.bytes }

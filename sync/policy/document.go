package policy

import (
	"crypto/sha256"
	"fmt"

	"gatehouse/sync/fact"
)

// Kind says what a document is about. A gateway keeps a kind that it doesn't know, and does nothing with it.
type Kind uint8

// The kinds.
const (
	Tariff      Kind = 1 // text of a tariff document (TOML)
	Passes      Kind = 2 // crdt.RemoveWins of passes
	Validations Kind = 3 // text
	Blocklist   Kind = 4 // text: one plate or card a line
	Settings    Kind = 5 // text of a site file's overrides (TOML)
	Trust       Kind = 6 // the keys of headquarters that are trusted from now on
	Lending     Kind = 7 // Allotment: the rights that the location lends headquarters to sell, once it answers Done
	Sales       Kind = 8 // SalesList: the reservations that headquarters sold
)

// String is the code of the kind.
func (k Kind) String() string {
	switch k {
	case Tariff:
		return "tariff"
	case Passes:
		return "passes"
	case Validations:
		return "validations"
	case Blocklist:
		return "blocklist"
	case Settings:
		return "settings"
	case Trust:
		return "trust"
	case Lending:
		return "lending"
	case Sales:
		return "sales"
	}
	return fmt.Sprintf("kind_%d", uint8(k))
}

// Kinds are all that this version knows.
func Kinds() []Kind {
	return []Kind{Tariff, Passes, Validations, Blocklist, Settings, Trust, Lending, Sales}
}

// ParseKind reads the code of a kind.
func ParseKind(code string) (Kind, bool) {
	for _, k := range Kinds() {
		if k.String() == code {
			return k, true
		}
	}
	return 0, false
}

// Editable reports whether a technician may edit a kind on site: the texts.
func (k Kind) Editable() bool {
	return k == Tariff || k == Validations || k == Blocklist || k == Settings
}

// ContentMaxBytes bounds a document: a tariff with all its rules has some 30 KB, passes for a lot of 10,000 some 700.
const ContentMaxBytes = 1 << 20

// Document is one version of one kind of policy for one location.
type Document struct {
	Kind     Kind            `cbor:"1,keyasint"`
	Location fact.LocationID `cbor:"2,keyasint"`
	Version  uint64          `cbor:"3,keyasint"` // from 1; rises with each document of the kind for this location
	// EffectiveFromMS is when it takes effect, in Unix milliseconds; 0: at once.
	EffectiveFromMS int64 `cbor:"4,keyasint,omitempty"`
	// Supersedes is the highest version of the location's own override that headquarters has seen and decided on.
	Supersedes uint64 `cbor:"5,keyasint,omitempty"`
	// ReturnAfterMS, unless 0, has the gateway go back to the version before if it hasn't reached headquarters for so
	// long after the document took effect: a setting that cuts the gateway off undoes itself.
	ReturnAfterMS int64     `cbor:"6,keyasint,omitempty"`
	Actor         string    `cbor:"7,keyasint,omitempty"` // who released it
	Content       []byte    `cbor:"8,keyasint,omitempty"`
	Signature     Signature `cbor:"9,keyasint"`
}

func (d *Document) message() []byte {
	sum := sha256.Sum256(d.Content)
	return NewMessage("gatehouse document 1").Uint(uint64(d.Kind)).Text(string(d.Location)).Uint(d.Version).
		Uint(uint64(d.EffectiveFromMS)).Uint(d.Supersedes).Uint(uint64(d.ReturnAfterMS)).Text(d.Actor).Bytes(sum[:]).Sum()
}

// Sign signs the document.
func (d *Document) Sign(signer Signer) (err error) {
	d.Signature, err = Sign(signer, d.message())
	return err
}

// Verify fails unless a trusted key signed the document and its size is within bounds.
func (d *Document) Verify(keys Keys) error {
	if len(d.Content) > ContentMaxBytes {
		return fmt.Errorf("policy: %s version %d has %d bytes, at most %d", d.Kind, d.Version, len(d.Content), ContentMaxBytes)
	}
	return keys.Verify(d.message(), d.Signature)
}

// Override is a technician's local edit of one kind: a register of its own, whose one writer is the gateway.
type Override struct {
	Version uint64 `cbor:"1,keyasint"` // from 1; rises with each edit here
	Base    uint64 `cbor:"2,keyasint"` // the document's version that was edited
	Actor   string `cbor:"3,keyasint,omitempty"`
	Content []byte `cbor:"4,keyasint"`           // nil: back to headquarters' document
	Reason  string `cbor:"5,keyasint,omitempty"` // why, in a person's words
}

// Version names a document that a gateway has.
type Version struct {
	Kind    Kind   `cbor:"1,keyasint"`
	Version uint64 `cbor:"2,keyasint"`
}

// LocalState is an override on its way to headquarters.
type LocalState struct {
	Kind     Kind     `cbor:"1,keyasint"`
	Override Override `cbor:"2,keyasint"`
}

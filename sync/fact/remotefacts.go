package fact

// PolicyChanged records that a document of headquarters, or a technician's local edit, is in effect from here on.
type PolicyChanged struct {
	Policy   string   `cbor:"1,keyasint,omitempty"` // the code of its kind: tariff, passes, blocklist
	Version  uint64   `cbor:"2,keyasint,omitempty"` // of the document, or of the edit
	Digest   [32]byte `cbor:"3,keyasint"`           // SHA-256 of the content
	Local    bool     `cbor:"4,keyasint,omitempty"` // the local edit
	Returned bool     `cbor:"5,keyasint,omitempty"` // the version before, because headquarters was lost with the newer one
	Actor    string   `cbor:"6,keyasint,omitempty"` // who released or edited it
	Note     string   `cbor:"7,keyasint,omitempty"` // why it was edited on site
}

// CommandTaken records a command of headquarters before it is carried out.
type CommandTaken struct {
	ID     [16]byte `cbor:"1,keyasint"`
	Verb   string   `cbor:"2,keyasint,omitempty"`
	Gate   GateID   `cbor:"3,keyasint,omitempty"`
	Ticket TicketID `cbor:"4,keyasint,omitempty"`
	Actor  string   `cbor:"5,keyasint,omitempty"`
	Note   string   `cbor:"6,keyasint,omitempty"` // why, in a person's words
}

// Kind numbers the fact.
func (PolicyChanged) Kind() Kind { return KindPolicyChanged }

// Kind numbers the fact.
func (CommandTaken) Kind() Kind { return KindCommandTaken }

func (PolicyChanged) fact() {}
func (CommandTaken) fact()  {}

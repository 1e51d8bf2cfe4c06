package wire

import "gatehouse/sync/policy"

// message is the fields of version 1, by name and not as CBOR: a field that a newer side adds is not covered, and doesn't
// break the signature for an older one.
func (a *Ack) message() []byte {
	m := policy.NewMessage("gatehouse acknowledgement 1").Text(string(a.Location)).Uint(truth(a.Down)).Uint(uint64(a.Epoch)).
		Uint(a.Nonce).Uint(a.Round).Uint(uint64(len(a.Marks)))
	for _, mark := range a.Marks {
		m.Uint(uint64(mark.Incarnation)).Uint(mark.Applied).Uint(mark.Stable)
	}
	return m.Uint(uint64(a.Rewind.Incarnation)).Uint(a.Rewind.Seq).Uint(uint64(a.Credit)).Uint(uint64(a.Standing)).Sum()
}

func truth(value bool) uint64 {
	if value {
		return 1
	}
	return 0
}

// Sign signs the acknowledgement.
func (a *Ack) Sign(signer policy.Signer) (err error) {
	a.Signature, err = policy.Sign(signer, a.message())
	return err
}

// Verify fails with policy.ErrSignature unless a trusted key signed the acknowledgement.
func (a *Ack) Verify(keys policy.Keys) error { return keys.Verify(a.message(), a.Signature) }

func (p *Snapshot) message() []byte {
	var own Hash
	for _, record := range p.Records {
		own = own.Next(record)
	}
	return policy.NewMessage("gatehouse snapshot 1").Text(string(p.Location)).Uint(p.Nonce).Uint(uint64(p.Index)).Uint(uint64(p.Count)).
		Uint(uint64(p.Parent.Incarnation)).Uint(p.Parent.Seq).Bytes(p.ParentHash[:]).Bytes(own[:]).Uint(uint64(p.Inside)).Bytes(p.Digest[:]).Sum()
}

// Sign signs one part.
func (p *Snapshot) Sign(signer policy.Signer) (err error) {
	p.Signature, err = policy.Sign(signer, p.message())
	return err
}

// Verify fails with policy.ErrSignature unless a trusted key signed the part as it is.
func (p *Snapshot) Verify(keys policy.Keys) error { return keys.Verify(p.message(), p.Signature) }

func (c *SalesClosed) message() []byte {
	return policy.NewMessage("gatehouse sales closed 1").Text(string(c.Location)).Uint(c.Serial).Uint(uint64(c.ThroughMS)).Sum()
}

// Sign signs the word.
func (c *SalesClosed) Sign(signer policy.Signer) (err error) {
	c.Signature, err = policy.Sign(signer, c.message())
	return err
}

// Verify fails with policy.ErrSignature unless a trusted key signed the word.
func (c *SalesClosed) Verify(keys policy.Keys) error { return keys.Verify(c.message(), c.Signature) }

package wire

import (
	"fmt"

	"gatehouse/sync/policy"
)

// SplitDocument makes the messages that carry a signed document: nearly always one.
func SplitDocument(d policy.Document) []*Part {
	content := d.Content
	d.Content = nil
	count := max(1, (len(content)+PartMaxBytes-1)/PartMaxBytes)
	parts := make([]*Part, 0, count)
	for i := range count {
		end := min(len(content), (i+1)*PartMaxBytes)
		parts = append(parts, &Part{Header: d, Index: uint32(i), Count: uint32(count), Bytes: content[i*PartMaxBytes : end]})
	}
	return parts
}

// Assembly puts the parts of one document together, in whatever order and however often they come. A part of another
// document begins anew, so that it never holds more than one. The zero Assembly is ready.
type Assembly struct {
	header policy.Document
	parts  [][]byte
	left   int
}

// Add takes a part. done is true once all are there; the document is then whole, and still to be verified. It fails if the
// parts together are larger than a document may be.
func (a *Assembly) Add(p *Part) (d policy.Document, done bool, err error) {
	if err := p.check(); err != nil {
		return d, false, err
	}
	if a.parts == nil || a.header.Signature != p.Header.Signature || len(a.parts) != int(p.Count) {
		a.header, a.parts, a.left = p.Header, make([][]byte, p.Count), int(p.Count)
	}
	if a.parts[p.Index] == nil {
		a.parts[p.Index] = append([]byte{}, p.Bytes...)
		a.left--
	}
	if a.left > 0 {
		return d, false, nil
	}
	d = a.header
	for _, bytes := range a.parts {
		d.Content = append(d.Content, bytes...)
	}
	*a = Assembly{}
	if len(d.Content) > policy.ContentMaxBytes {
		return policy.Document{}, false, fmt.Errorf("%w: a document of %d bytes, at most %d", ErrNotStrict, len(d.Content), policy.ContentMaxBytes)
	}
	return d, true, nil
}

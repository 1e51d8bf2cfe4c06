package crdt

import (
	"bytes"
	"cmp"
)

// Register is a value with one writer, who numbers its versions. The higher version wins; no clock is asked.
type Register struct {
	Version uint64 `cbor:"1,keyasint,omitempty"` // 0: never written
	Value   []byte `cbor:"2,keyasint"`
}

// Join is the newer version. Two values of one version are the work of a second writer; the greater bytes win, so that all
// replicas at least agree.
func (r Register) Join(other Register) Register {
	if cmp.Or(cmp.Compare(r.Version, other.Version), bytes.Compare(r.Value, other.Value)) < 0 {
		return other
	}
	return r
}

// Write is the next version.
func (r Register) Write(value []byte) Register { return Register{Version: r.Version + 1, Value: value} }

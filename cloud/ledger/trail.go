package ledger

import (
	"cmp"
	"encoding/binary"
	"errors"
	"slices"

	"gatehouse/sync/fact"
)

// Trace is what a row keeps of one fact.
type Trace struct {
	Dot    fact.Dot
	Kind   fact.Kind
	Flag   bool   // a passage went out; a correction closed; an entry named a spot
	Unset  bool   // by a clock that was never set in this run
	HLC    uint64 // when, in the order of the lot's own acts
	WallMS int64
	Minor  int64 // money of the fact, or the code of its status
}

// compare orders traces as the lot acted.
func (t Trace) compare(other Trace) int {
	return cmp.Or(cmp.Compare(t.HLC, other.HLC), cmp.Compare(t.Dot.Incarnation, other.Dot.Incarnation), cmp.Compare(t.Dot.Seq, other.Dot.Seq))
}

// traceOf is the part of a trace that any fact has.
func traceOf(r fact.Record) Trace {
	return Trace{Dot: r.Dot, Kind: r.Fact.Kind(), Unset: r.At.Trust == fact.ClockUnset, HLC: r.At.HLC, WallMS: r.At.WallMS}
}

// Trail is a set of traces in the order in which the lot acted.
type Trail []Trace

// trailMax bounds one row: a visit has some six facts. What a hostile gateway adds beyond is dropped from the row's newest
// end, which keeps the same set in any order; it stays in the log.
const trailMax = 200

// Add is the trail with one more trace; it reports whether that was new.
func (t Trail) Add(trace Trace) (Trail, bool) {
	at, found := slices.BinarySearchFunc(t, trace, Trace.compare)
	if found || at >= trailMax {
		return t, false
	}
	t = slices.Insert(t, at, trace)
	return t[:min(len(t), trailMax)], true
}

// Append writes the trail in a compact form: deltas as varints. Equal trails have equal bytes.
func (t Trail) Append(buf []byte) []byte {
	last := Trace{}
	for _, trace := range t {
		kind := uint64(trace.Kind) << 2
		if trace.Flag {
			kind |= 1
		}
		if trace.Unset {
			kind |= 2
		}
		buf = binary.AppendUvarint(buf, kind)
		buf = binary.AppendUvarint(buf, uint64(trace.Dot.Incarnation)^uint64(last.Dot.Incarnation))
		buf = binary.AppendVarint(buf, int64(trace.Dot.Seq-last.Dot.Seq))
		buf = binary.AppendUvarint(buf, trace.HLC>>16-last.HLC>>16) // never negative: they are in order
		buf = binary.AppendUvarint(buf, trace.HLC&0xffff)
		buf = binary.AppendVarint(buf, trace.WallMS-int64(trace.HLC>>16))
		buf = binary.AppendVarint(buf, trace.Minor)
		last = trace
	}
	return buf
}

var errTrail = errors.New("ledger: a trail is damaged; rebuild the rows from the segments")

// ParseTrail reads what Append wrote.
func ParseTrail(buf []byte) (Trail, error) {
	var trail Trail
	r := varints{buf: buf}
	last := Trace{}
	for len(r.buf) > 0 && !r.bad {
		kind := r.uint()
		trace := Trace{Kind: fact.Kind(kind >> 2), Flag: kind&1 != 0, Unset: kind&2 != 0}
		trace.Dot.Incarnation = last.Dot.Incarnation ^ fact.Incarnation(r.uint())
		trace.Dot.Seq = last.Dot.Seq + uint64(r.int())
		trace.HLC = (last.HLC>>16 + r.uint()) << 16
		trace.HLC |= r.uint() & 0xffff
		trace.WallMS = int64(trace.HLC>>16) + r.int()
		trace.Minor = r.int()
		trail, last = append(trail, trace), trace
	}
	if r.bad || len(trail) > trailMax {
		return nil, errTrail
	}
	return trail, nil
}

// varints reads variable-length integers.
type varints struct {
	buf []byte
	bad bool
}

func (v *varints) uint() uint64 {
	value, n := binary.Uvarint(v.buf)
	if n <= 0 {
		v.bad = true
		v.buf = nil
		return 0
	}
	v.buf = v.buf[n:]
	return value
}

func (v *varints) int() int64 {
	value, n := binary.Varint(v.buf)
	if n <= 0 {
		v.bad = true
		v.buf = nil
		return 0
	}
	v.buf = v.buf[n:]
	return value
}

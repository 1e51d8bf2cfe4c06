package outbox

import (
	"errors"
	"fmt"

	"gatehouse/sync/fact"
	"gatehouse/sync/wire"
)

// ErrMisnamed says that a fact calls itself otherwise than its place in the batch does.
var ErrMisnamed = errors.New("outbox: fact under another name")

// arrive reads a fact as far as this program can.
func arrive(dot fact.Dot, bytes []byte) Arrival {
	record, err := wire.DecodeRecord(bytes)
	named := record.Dot != (fact.Dot{})
	if (err == nil || named) && record.Dot != dot {
		err = fmt.Errorf("%w: it says %v, its place says %v", ErrMisnamed, record.Dot, dot)
	}
	if err != nil {
		record.Fact = nil
	}
	record.Dot = dot
	return Arrival{Dot: dot, Bytes: bytes, Record: record, Err: err}
}

func isNewer(err error) bool { return errors.Is(err, wire.ErrUnknownKind) }

// agrees reports whether a batch tells the same story as what is here: where it overlaps or adjoins, the chain is the same.
func (l *Life) agrees(b *wire.Batch) bool {
	hash := b.Before
	if b.Lost == 0 && !l.at(b.First-1, hash) {
		return false
	}
	for i, record := range b.Records {
		seq := b.First + uint64(i)
		if seq > l.Applied && !(i == 0 && b.Lost > 0) {
			break
		}
		switch {
		case i > 0 || b.Lost == 0:
			hash = hash.Next(record)
		case seq == l.Applied+1 && l.Applied > 0:
			return l.Hash.Next(record) == hash // what the sender lost is here
		}
		if !l.at(seq, hash) {
			return false
		}
	}
	return true
}

// at reports whether the chain may be so after a seq: it is false only if another is known.
func (l *Life) at(seq uint64, hash wire.Hash) bool {
	if seq == l.Applied && seq > 0 {
		return l.Hash == hash
	}
	for _, check := range l.Checks {
		if check.Seq == seq {
			return check.Hash == hash
		}
	}
	return true
}

// check remembers the chain where it is now.
func (l *Life) check() {
	if len(l.Checks) == checksMax {
		l.Checks = append(l.Checks[:0], l.Checks[1:]...)
	}
	l.Checks = append(l.Checks, Check{l.Applied, l.Hash})
}

package wiegand

import (
	"errors"
	"fmt"
	"time"

	"gatehouse/drivers/credentials"
)

// ErrLost is a frame whose edges the board lost.
var ErrLost = errors.New("wiegand: edges were lost: the gateway is overloaded, or something babbles on the wires")

// bitsMax bounds a frame; longer ones are noise.
const bitsMax = 64

// Frame gathers the bits of a frame. The zero value is ready.
type Frame struct {
	value uint64
	count int
	lost  int
	last  time.Time
}

// Begun reports whether there are bits.
func (f *Frame) Begun() bool { return f.count > 0 || f.lost > 0 }

// Push takes a bit, 0 or 1, before which so many edges were lost.
func (f *Frame) Push(bit int, lost int, at time.Time) {
	f.lost += lost
	f.last = at
	if f.count <= bitsMax {
		f.value, f.count = f.value<<1|uint64(bit&1), f.count+1
	}
}

// Over reports whether a frame has ended by then.
func (f *Frame) Over(silence time.Duration, now time.Time) bool {
	return f.Begun() && now.Sub(f.last) >= silence
}

// Read is what a frame says: a card, or a key of a keypad.
type Read struct {
	Card credentials.Card
	Key  byte // 0: it is a card
}

// End reads the frame, and begins the next one.
func (f *Frame) End() (r Read, err error) {
	done := *f
	*f = Frame{}
	switch {
	case done.lost > 0:
		return Read{}, fmt.Errorf("%w (%d edges)", ErrLost, done.lost)
	case done.count == 4 || done.count == 8:
		r.Key, err = credentials.DecodeKey(done.value, done.count)
	default:
		r.Card, err = credentials.DecodeCard(done.value, done.count)
	}
	return r, err
}

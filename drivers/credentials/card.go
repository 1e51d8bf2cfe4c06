package credentials

import (
	"errors"
	"fmt"
	"math/bits"
)

// What is wrong with the bits of a card.
var (
	ErrLength = errors.New("credentials: no card or key has so many bits: check for noise on D0 and D1, and for a missing ground wire")
	ErrParity = errors.New("credentials: the parity does not fit: check that D0 and D1 are not swapped, and the cable's shield")
)

// format is where the parts of a card's bits are, counted from the first.
type format struct {
	facility, number int // bits of them, behind the first parity bit
	even             int // the first so many bits have even parity
	odd              int // the last so many have odd parity
}

var formats = map[int]format{
	26: {facility: 8, number: 16, even: 13, odd: 13},
	34: {facility: 16, number: 16, even: 17, odd: 17},
	37: {facility: 16, number: 19, even: 19, odd: 19},
}

// Card is what stands on a card.
type Card struct {
	Bits     int // of its format: 26, 34 or 37
	Facility uint32
	Number   uint32
}

// String is how it is printed on cards.
func (c Card) String() string { return fmt.Sprintf("%d-%d", c.Facility, c.Number) }

// DecodeCard reads a card from its bits, the last one lowest.
func DecodeCard(value uint64, count int) (Card, error) {
	f, known := formats[count]
	switch {
	case !known:
		return Card{}, fmt.Errorf("%w (%d)", ErrLength, count)
	case bits.OnesCount64(value>>(count-f.even))%2 != 0, bits.OnesCount64(value&ones(f.odd))%2 != 1:
		return Card{}, fmt.Errorf("%w (%d bits)", ErrParity, count)
	}
	return Card{
		Bits: count, Facility: uint32(value >> (1 + f.number) & ones(f.facility)), Number: uint32(value >> 1 & ones(f.number)),
	}, nil
}

// EncodeCard is the bits of a card, the last one lowest. What does not fit its format is cut off.
func EncodeCard(c Card) (value uint64, count int) {
	f := formats[c.Bits]
	value = (uint64(c.Facility)&ones(f.facility)<<f.number | uint64(c.Number)&ones(f.number)) << 1
	value |= uint64(bits.OnesCount64(value&ones(f.odd))+1) % 2
	value |= uint64(bits.OnesCount64(value>>(c.Bits-f.even))) % 2 << (c.Bits - 1)
	return value, c.Bits
}

func ones(count int) uint64 { return 1<<count - 1 }

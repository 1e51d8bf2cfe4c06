package payload

import (
	"encoding/hex"
	"fmt"
)

// cursor reads a payload from its start. After the first reading past the end it is cut, and all it reads is zero.
type cursor struct {
	data []byte
	at   int
	cut  bool
}

func (c *cursor) more() bool { return !c.cut && c.at < len(c.data) }

// take is the next n bytes, or nil.
func (c *cursor) take(n int) []byte {
	if c.cut || n > len(c.data)-c.at {
		c.cut = true
		return nil
	}
	c.at += n
	return c.data[c.at-n : c.at]
}

// unsigned is the next n bytes, at most 8, high byte first.
func (c *cursor) unsigned(n int) int64 {
	value := int64(0)
	for _, b := range c.take(n) {
		value = value<<8 | int64(b)
	}
	return value
}

// signed is the next n bytes, at most 8, high byte first, in two's complement.
func (c *cursor) signed(n int) int64 { return extend(c.unsigned(n), n) }

// unsignedLow is the next n bytes, at most 8, low byte first.
func (c *cursor) unsignedLow(n int) int64 {
	value := int64(0)
	for i, b := range c.take(n) {
		value |= int64(b) << (8 * i)
	}
	return value
}

// signedLow is the next n bytes, at most 8, low byte first, in two's complement.
func (c *cursor) signedLow(n int) int64 { return extend(c.unsignedLow(n), n) }

// extend makes n bytes a signed number.
func extend(value int64, n int) int64 {
	unused := 64 - 8*n
	return value << unused >> unused
}

// binary32 is the next four bytes as a floating-point number (IEEE 754, high byte first), in units of the last of so many
// decimals, at most 6. What is not finite, or above two hundred thousand, is no number.
func (c *cursor) binary32(decimals int) (number int64, finite bool) {
	bits := c.unsigned(4)
	exponent, fraction := bits>>23&0xFF, bits&0x7FFFFF
	if exponent == 0 {
		exponent = 1
	} else {
		fraction |= 1 << 23
	}
	for range decimals {
		fraction *= 10
	}
	switch shift := exponent - 150; {
	case shift > -6:
		return 0, false
	case shift < -62:
		fraction = 0
	default:
		fraction = (fraction + 1<<(-shift-1)) >> -shift
	}
	if bits>>31 != 0 {
		fraction = -fraction
	}
	return fraction, true
}

// hex is the next n bytes as text.
func (c *cursor) hex(n int) string { return hex.EncodeToString(c.take(n)) }

// rest is all that is left, as text.
func (c *cursor) rest() string { return c.hex(len(c.data) - c.at) }

// version is the next three bytes as 0.23.3.
func (c *cursor) version() string {
	v := c.take(3)
	if v == nil {
		return ""
	}
	return fmt.Sprintf("%d.%d.%d", v[0], v[1], v[2])
}

// end is the error of a payload that was cut, or that goes on after its end.
func (c *cursor) end() error {
	switch {
	case c.cut:
		return fmt.Errorf("%w: it is cut: its %d bytes end within what begins at byte %d", ErrPayload, len(c.data), c.at)
	case c.at < len(c.data):
		return fmt.Errorf("%w: %d bytes follow its end at byte %d", ErrPayload, len(c.data)-c.at, c.at)
	}
	return nil
}

// length is the error of a payload whose length is none of those.
func length(data []byte, allowed ...int) error {
	for _, n := range allowed {
		if len(data) == n {
			return nil
		}
	}
	return fmt.Errorf("%w: it has %d bytes, not %v", ErrPayload, len(data), append([]int(nil), allowed...))
}

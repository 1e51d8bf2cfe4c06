package credentials

import (
	"fmt"
	"time"
)

// The keys beside the digits.
const (
	KeyClear = '*'
	KeyEnter = '#'
)

const (
	codeMax  = 16               // digits of a code
	keyPause = 10 * time.Second // after it, a code that was begun is forgotten
)

// DecodeKey reads a key from 4 bits, or from 8 of which the upper four are the lower ones inverted.
func DecodeKey(value uint64, count int) (key byte, err error) {
	if count == 8 {
		if value>>4 != ^value&0xF {
			return 0, fmt.Errorf("%w (a key)", ErrParity)
		}
		value &= 0xF
	}
	switch {
	case count != 4 && count != 8:
		return 0, fmt.Errorf("%w (%d)", ErrLength, count)
	case value <= 9:
		return byte('0' + value), nil
	case value == 10:
		return KeyClear, nil
	case value == 11:
		return KeyEnter, nil
	}
	return 0, fmt.Errorf("%w (key %d)", ErrLength, value)
}

// EncodeKey is the bits of a key, 4 or 8.
func EncodeKey(key byte, count int) (value uint64) {
	switch key {
	case KeyClear:
		value = 10
	case KeyEnter:
		value = 11
	default:
		value = uint64(key - '0')
	}
	if count == 8 {
		value |= ^value & 0xF << 4
	}
	return value
}

// Keypad gathers the keys of a code. The zero value is ready.
type Keypad struct {
	code [codeMax]byte
	n    int
	last time.Time
}

// Press takes a key. With the enter key it returns the code, if there is one; too long a code is none.
func (k *Keypad) Press(key byte, now time.Time) (code string, complete bool) {
	if now.Sub(k.last) > keyPause {
		k.n = 0
	}
	k.last = now
	switch {
	case key == KeyEnter:
		if k.n > 0 && k.n <= codeMax {
			code, complete = string(k.code[:k.n]), true
		}
		k.n = 0
	case key == KeyClear:
		k.n = 0
	case k.n < codeMax:
		k.code[k.n] = key
		k.n++
	default:
		k.n = codeMax + 1 // too long: nothing of it counts
	}
	return code, complete
}

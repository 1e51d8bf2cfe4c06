package wire

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"unicode/utf8"
)

// ErrNotStrict says that bytes are no deterministic CBOR, or exceed a limit.
var ErrNotStrict = errors.New("wire: not strict CBOR")

// The major types (RFC 8949 section 3.1), in the upper three bits of an item's first byte.
const (
	majorUint   = 0
	majorNegint = 1
	majorBytes  = 2
	majorText   = 3
	majorArray  = 4
	majorMap    = 5
	majorTag    = 6
	majorSimple = 7
)

// scanner walks over CBOR and refuses whatever has a shorter or another spelling. It allocates nothing but
// errors.
type scanner struct {
	data []byte
	at   int
	limits
}

// scanWhole checks that data is exactly one strict item.
func scanWhole(data []byte, l limits) error {
	if len(data) > l.totalBytes {
		return fmt.Errorf("%w: %d bytes, at most %d", ErrNotStrict, len(data), l.totalBytes)
	}
	s := scanner{data: data, limits: l}
	if err := s.item(l.depth); err != nil {
		return err
	}
	return s.end()
}

func (s *scanner) end() error {
	if s.at != len(s.data) {
		return s.fail("%d bytes after the end", len(s.data)-s.at)
	}
	return nil
}

func (s *scanner) fail(format string, args ...any) error {
	return fmt.Errorf("%w: at byte %d: %s", ErrNotStrict, s.at, fmt.Sprintf(format, args...))
}

// head reads the head of an item in its shortest form.
func (s *scanner) head() (major byte, value uint64, err error) {
	if s.at >= len(s.data) {
		return 0, 0, s.fail("cut off")
	}
	first := s.data[s.at]
	major, short := first>>5, first&0x1f
	switch {
	case short < 24:
		s.at++
		return major, uint64(short), nil
	case major == majorSimple:
		return 0, 0, s.fail("float, break or long simple value %#x", first)
	case short > 27:
		return 0, 0, s.fail("indefinite length or reserved head %#x", first)
	}
	size := 1 << (short - 24)
	if len(s.data)-s.at <= size {
		return 0, 0, s.fail("cut off")
	}
	value = bigEndian(s.data[s.at+1 : s.at+1+size])
	if value < leastOf(size) {
		return 0, 0, s.fail("%d has a shorter form", value)
	}
	s.at += 1 + size
	return major, value, nil
}

func bigEndian(b []byte) uint64 {
	switch len(b) {
	case 1:
		return uint64(b[0])
	case 2:
		return uint64(binary.BigEndian.Uint16(b))
	case 4:
		return uint64(binary.BigEndian.Uint32(b))
	}
	return binary.BigEndian.Uint64(b)
}

// leastOf is the least value that needs an argument of the given size in bytes.
func leastOf(size int) uint64 {
	if size == 1 {
		return 24
	}
	return 1 << (size * 4)
}

// uint reads an unsigned integer.
func (s *scanner) uint() (uint64, error) {
	major, value, err := s.head()
	if err == nil && major != majorUint {
		err = s.fail("want an unsigned integer, found major type %d", major)
	}
	return value, err
}

// int reads an integer that fits into 64 bits with its sign.
func (s *scanner) int() (int64, error) {
	major, value, err := s.head()
	switch {
	case err != nil:
		return 0, err
	case major > majorNegint:
		return 0, s.fail("want an integer, found major type %d", major)
	case value > 1<<63-1:
		return 0, s.fail("integer beyond 64 bits with sign")
	case major == majorNegint:
		return -1 - int64(value), nil
	}
	return int64(value), nil
}

// item skips one item with all it holds; depth is how many levels of arrays and maps may still open.
func (s *scanner) item(depth int) error {
	major, value, err := s.head()
	if err != nil {
		return err
	}
	switch major {
	case majorUint, majorNegint:
		return nil
	case majorBytes, majorText:
		return s.text(major, value)
	case majorArray, majorMap:
		if depth == 0 {
			return s.fail("nested too deep")
		}
		if value > uint64(len(s.data)-s.at) { // each element takes a byte or more
			return s.fail("cut off")
		}
		if major == majorMap {
			return s.pairs(value, depth-1)
		}
		return s.elements(value, depth-1)
	case majorTag:
		return s.fail("tag")
	}
	if value < 20 || value > 22 { // false, true, null
		return s.fail("simple value %d", value)
	}
	return nil
}

func (s *scanner) text(major byte, length uint64) error {
	if length > uint64(len(s.data)-s.at) {
		return s.fail("cut off")
	}
	if major == majorText && length > uint64(s.textBytes) {
		return s.fail("text of %d bytes, at most %d", length, s.textBytes)
	}
	text := s.data[s.at : s.at+int(length)]
	if major == majorText && !utf8.Valid(text) {
		return s.fail("text is not UTF-8")
	}
	s.at += int(length)
	return nil
}

func (s *scanner) elements(count uint64, depth int) error {
	for range count {
		if err := s.item(depth); err != nil {
			return err
		}
	}
	return nil
}

// pairs skips the pairs of a map, whose keys must rise bytewise.
func (s *scanner) pairs(count uint64, depth int) error {
	var before []byte
	for range count {
		start := s.at
		if err := s.item(depth); err != nil {
			return err
		}
		key := s.data[start:s.at]
		if before != nil && bytes.Compare(before, key) >= 0 {
			return s.fail("map key %x after %x", key, before)
		}
		before = key
		if err := s.item(depth); err != nil {
			return err
		}
	}
	return nil
}

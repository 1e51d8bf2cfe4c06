package column

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// LineMax bounds a line in bytes, without its end. A ticket of 30 lines fits.
const LineMax = 2048

const hexDigits = "0123456789ABCDEF"

// Encode makes a line of fields, with its end.
func Encode(fields ...string) []byte {
	var line []byte
	for i, field := range fields {
		if i > 0 {
			line = append(line, '|')
		}
		for _, b := range []byte(field) {
			if b < ' ' || b == 0x7F || b == '|' || b == '%' {
				line = append(line, '%', hexDigits[b>>4], hexDigits[b&15])
				continue
			}
			line = append(line, b)
		}
	}
	return append(line, '\r', '\n')
}

// Decode takes a line, without its end, apart. Its error says what is wrong and does not repeat the line.
func Decode(line string) ([]string, error) {
	fields := strings.Split(line, "|")
	for i, field := range fields {
		plain, err := unescape(field)
		if err != nil {
			return nil, err
		}
		fields[i] = plain
	}
	return fields, nil
}

func unescape(field string) (string, error) {
	var plain []byte
	for i := 0; i < len(field); i++ {
		b := field[i]
		switch {
		case b < ' ' || b == 0x7F:
			return "", fmt.Errorf("column: control character %02X in a line", b)
		case b == '%' && i+2 >= len(field):
			return "", fmt.Errorf("column: a line ends within an escape")
		case b == '%':
			high, low := strings.IndexByte(hexDigits, field[i+1]), strings.IndexByte(hexDigits, field[i+2])
			if high < 0 || low < 0 {
				return "", fmt.Errorf("column: after %% stand no two hex digits")
			}
			b = byte(high<<4 | low)
			i += 2
		}
		plain = append(plain, b)
	}
	if !utf8.Valid(plain) {
		return "", fmt.Errorf("column: a line is not UTF-8")
	}
	return string(plain), nil
}

// Splitter finds lines in a stream of bytes. The zero value is ready.
type Splitter struct {
	line []byte
	long bool // the line is longer than LineMax: nothing of it counts
	// Skipped counts the lines that were too long.
	Skipped uint64
}

// Push takes the next byte. It returns true if that byte ends a line which is not empty.
func (s *Splitter) Push(b byte) (line string, complete bool) {
	if b != '\r' && b != '\n' {
		if s.long = s.long || len(s.line) == LineMax; !s.long {
			s.line = append(s.line, b)
		}
		return "", false
	}
	line, complete = string(s.line), len(s.line) > 0 && !s.long
	if s.long {
		s.Skipped++
	}
	s.line, s.long = s.line[:0], false
	return line, complete
}

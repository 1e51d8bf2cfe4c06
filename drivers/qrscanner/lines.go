package qrscanner

import (
	"errors"

	"gatehouse/drivers/credentials"
)

// What is wrong with a line. None of them says what stood in it.
var (
	ErrLong       = errors.New("qrscanner: a line was too long: check the baud rate, and that the scanner ends a code with CR or LF")
	ErrUnreadable = errors.New("qrscanner: a line was no text: check the baud rate")
	ErrFrame      = errors.New("qrscanner: a line lacks the prefix or the suffix of the site file: write them as the scanner is set")
	ErrHalf       = errors.New("qrscanner: a line had no end: have the scanner send CR or LF behind a code")
)

// affixMax bounds a prefix and a suffix; LineMax is the longest line, in bytes.
const (
	affixMax = 32
	LineMax  = credentials.TextMax + 2*affixMax
)

// Lines finds lines in a stream of bytes. The zero value is ready.
type Lines struct {
	line [LineMax]byte
	n    int
	long bool
}

// Push takes the next byte. With the byte that ends a line it returns the line, which holds until the next Push, or what is
// wrong with it. Empty lines are nothing.
func (l *Lines) Push(b byte) (line []byte, err error) {
	if b != '\r' && b != '\n' {
		if l.n == len(l.line) {
			l.long = true
		} else {
			l.line[l.n] = b
			l.n++
		}
		return nil, nil
	}
	line, long := l.line[:l.n], l.long
	l.n, l.long = 0, false
	if long {
		return nil, ErrLong
	}
	return line, nil
}

// Drop gives up a line that was begun, and says so.
func (l *Lines) Drop() error {
	if l.n == 0 {
		return nil
	}
	l.n, l.long = 0, false
	return ErrHalf
}

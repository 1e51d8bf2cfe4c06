package escpos

import (
	"errors"
	"fmt"
	"strings"

	"gatehouse/drivers"
)

// ErrSlip is a slip that can't be printed as it is.
var ErrSlip = errors.New("escpos: the slip can't be printed")

// Layout is how slips look.
type Layout struct {
	Columns int    // of a line
	Code    string // CodeQR, CodeBars or CodeNone
	Cut     string // CutPartial, CutFull or CutNone
	Drawer  string // DrawerNone, DrawerFirst or DrawerSecond: which is opened behind a slip
}

// The choices of a layout.
const (
	CodeQR       = "qr"
	CodeBars     = "code128"
	CodeNone     = "none"
	CutPartial   = "partial"
	CutFull      = "full"
	CutNone      = "none"
	DrawerNone   = "none"
	DrawerFirst  = "pin2"
	DrawerSecond = "pin5"
)

// The limits of a slip.
const (
	linesMax = 200
	lineMax  = 512 // bytes
	qrMax    = 512
	barsMax  = 120
)

// The bytes that begin commands.
const (
	esc = 0x1B
	gs  = 0x1D
	dle = 0x10
	lf  = 0x0A
)

// Encode is the bytes of a slip.
func (l Layout) Encode(slip drivers.Slip) ([]byte, error) {
	if len(slip.Lines) > linesMax {
		return nil, fmt.Errorf("%w: %d lines, more than %d: shorten it", ErrSlip, len(slip.Lines), linesMax)
	}
	out := []byte{esc, '@', esc, 't', 19, esc, 'a', 1} // begin anew, code page 858, centred
	for i, line := range slip.Lines {
		if len(line) > lineMax {
			return nil, fmt.Errorf("%w: line %d has %d bytes, more than %d: shorten it", ErrSlip, i+1, len(line), lineMax)
		}
		if i == 0 {
			out = append(out, esc, 'E', 1)
		}
		for _, piece := range wrap(line, l.Columns) {
			out = append(append(out, encodeText(piece)...), lf)
		}
		if i == 0 {
			out = append(out, esc, 'E', 0)
		}
	}
	code, err := l.code(slip.QR)
	if err != nil {
		return nil, err
	}
	out = append(append(out, code...), esc, 'd', 3) // the cutter sits behind the head
	return append(out, l.ending()...), nil
}

func (l Layout) code(text string) ([]byte, error) {
	if text == "" || l.Code == CodeNone {
		return nil, nil
	}
	for _, r := range text {
		if r < ' ' || r >= 0x7F {
			return nil, fmt.Errorf("%w: its code holds %U: use plain ASCII", ErrSlip, r)
		}
	}
	if l.Code == CodeBars {
		return bars(text)
	}
	if len(text) > qrMax {
		return nil, fmt.Errorf("%w: its code has %d characters, more than %d: shorten it", ErrSlip, len(text), qrMax)
	}
	out := []byte{gs, '(', 'k', 4, 0, '1', 'A', '2', 0}  // model 2
	out = append(out, gs, '(', 'k', 3, 0, '1', 'C', 6)   // six dots a module
	out = append(out, gs, '(', 'k', 3, 0, '1', 'E', '1') // correction M
	length := len(text) + 3
	out = append(out, gs, '(', 'k', byte(length), byte(length>>8), '1', 'P', '0')
	out = append(out, text...)
	return append(out, gs, '(', 'k', 3, 0, '1', 'Q', '0', lf), nil
}

// bars is a CODE128 in set B. A brace is an escape in it.
func bars(text string) ([]byte, error) {
	data := "{B" + strings.ReplaceAll(text, "{", "{{")
	if len(data) > barsMax {
		return nil, fmt.Errorf("%w: its code has %d characters, too many for bars: use a QR code", ErrSlip, len(text))
	}
	out := []byte{gs, 'h', 80, gs, 'w', 2, gs, 'H', 2, gs, 'k', 'I', byte(len(data))}
	return append(append(out, data...), lf), nil
}

func (l Layout) ending() (out []byte) {
	switch l.Cut {
	case CutFull:
		out = append(out, gs, 'V', 0)
	case CutPartial:
		out = append(out, gs, 'V', 1)
	}
	switch l.Drawer {
	case DrawerFirst:
		out = append(out, esc, 'p', 0, 50, 100)
	case DrawerSecond:
		out = append(out, esc, 'p', 1, 50, 100)
	}
	return out
}

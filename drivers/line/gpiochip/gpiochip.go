package gpiochip

import (
	"errors"
	"fmt"
	"time"
)

// The errors of this package; those of the kernel are wrapped.
var (
	ErrNoLine   = errors.New("no such line on this machine: is this the right board file?")
	ErrBusy     = errors.New("held by another program")
	ErrNoAccess = errors.New("this user may not open it: add the user to the group gpio")
	ErrGone     = errors.New("its chip was unplugged, or lost its power: plug it in again, and look for a loose connector")
	ErrTwice    = errors.New("two lines of this machine are meant: write the chip's label and the line's number, where these are unique")
)

// Chip is one GPIO chip of this machine.
type Chip struct {
	Path  string // as /dev/gpiochip0
	Label string // as pinctrl-bcm2711
	Lines int
}

// Direction is what a line is requested as.
type Direction uint8

// The directions. AsFound changes nothing until the first Drive.
const (
	AsFound Direction = iota
	In
	Out
)

// Bias is the chip's own resistor at a line.
type Bias uint8

// The biases. Keep leaves it as it is.
const (
	Keep Bias = iota
	PullUp
	PullDown
	Off
)

// linesMax is how many lines one request can have, consumerMax how long its name.
const (
	linesMax    = 64
	consumerMax = 31
)

// Request asks for lines of one chip. All get the same bias.
type Request struct {
	Chip      Chip
	Offsets   []int // at most 64
	Consumer  string
	Direction Direction
	High      bool // the level from the request on, of all lines that are Out
	Bias      Bias
	Edges     bool // report both edges
	// DebounceUS is how long a level must last on each of them, in the order of Offsets; none: it need not. The kernel takes
	// at most ten different times.
	DebounceUS []int
	// BufferEdges is how many edges the kernel keeps until they are read; 0: 16 for each line.
	BufferEdges int
}

// Edge is one edge. Seq counts the edges of all lines of the request, from 1.
type Edge struct {
	Index int // of the request's Offsets
	High  bool
	At    time.Time
	Seq   uint32
}

// LineInfo is what the kernel knows of a line.
type LineInfo struct {
	Name     string
	Consumer string // who holds it; may be empty
	Used     bool
	Output   bool
}

func (r *Request) check() error {
	if len(r.Offsets) == 0 || len(r.Offsets) > linesMax {
		return fmt.Errorf("gpiochip: %d lines in one request: ask for 1 to %d", len(r.Offsets), linesMax)
	}
	for _, offset := range r.Offsets {
		if offset < 0 || offset >= r.Chip.Lines {
			return fmt.Errorf("gpiochip: %s has no line %d: %w", r.Chip.Label, offset, ErrNoLine)
		}
	}
	return nil
}

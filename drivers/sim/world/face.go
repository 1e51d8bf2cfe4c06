package world

import (
	"slices"
	"strings"

	"gatehouse/drivers"
	"gatehouse/sync/fact"
)

// Instruction is what a driver makes of a display.
type Instruction uint8

// The instructions. Refused is a red display that says nothing a driver could do.
const (
	Nothing Instruction = iota
	GoAhead
	TakeTicket
	ShowTicket
	Pay
	AskHelp
	LotFull
	Refused
)

// instructions are the words by which people understand displays, the most telling first.
var instructions = []struct {
	words []string // one of them …
	with  string   // … and this one
	means Instruction
}{
	{[]string{"FULL", "NO SPACE"}, "", LotFull},
	{[]string{"SHOW", "SCAN", "INSERT"}, "", ShowTicket},
	{[]string{"HELP"}, "", AskHelp},
	{[]string{"TAKE", "PRESS"}, "TICKET", TakeTicket},
	{[]string{"PLEASE PAY"}, "", Pay},
}

// ReadFace understands English displays by their words, and by their colour where those say nothing.
func ReadFace(lines []string, colour drivers.Colour) Instruction {
	text := strings.ToUpper(strings.Join(lines, " "))
	for _, in := range instructions {
		for _, word := range in.words {
			if strings.Contains(text, word) && strings.Contains(text, in.with) {
				return in.means
			}
		}
	}
	switch colour {
	case drivers.ColourGreen:
		return GoAhead
	case drivers.ColourRed:
		return Refused
	}
	return Nothing
}

// shown is what stands on a display.
type shown struct {
	lines  []string
	colour drivers.Colour
}

// Face changes a gate's display. The driver who is first at the gate reads it; a spot's number on it, as a
// word of its own, is where that driver is told to go.
func (w *World) Face(ms int64, gate int, lines []string, colour drivers.Colour) {
	w.reach(ms)
	lane := &w.lanes[gate]
	if !lane.plan.Display || w.dark || lane.face.colour == colour && slices.Equal(lane.face.lines, lines) {
		return
	}
	lane.face = shown{slices.Clone(lines), colour}
	c := w.attendant(gate)
	if c == nil {
		return
	}
	if spot := w.spotNamed(lines); spot >= 0 {
		w.tell(c, spot)
	}
	w.instruct(c, w.plan.Read(lines, colour))
}

// spotNamed finds a spot's number among the words of a display; -1: none.
func (w *World) spotNamed(lines []string) int {
	for _, line := range lines {
		for word := range strings.FieldsSeq(line) {
			if spot, found := w.numbers[word]; found {
				return spot
			}
		}
	}
	return -1
}

// Assigned tells the driver who is first at a gate where to park, for a gate whose display can't.
func (w *World) Assigned(ms int64, gate, spot int) {
	w.reach(ms)
	if c := w.attendant(gate); c != nil {
		w.tell(c, spot)
	}
}

func (w *World) tell(c *car, spot int) {
	if c.heading == fact.Inward {
		c.mind.told = spot
		w.truth.Cars[c.index].Told = spot
	}
}

// Printed is a slip out of a gate's printer, with the code that is on it. Whoever is first at the gate takes it;
// nobody there, and it is lost.
func (w *World) Printed(ms int64, gate int, code string) {
	w.reach(ms)
	if c := w.attendant(gate); c != nil && c.heading == fact.Inward && !w.dark {
		c.mind.paper = code
	}
}

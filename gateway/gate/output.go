package gate

import (
	"strconv"
	"strings"

	"gatehouse/sync/fact"
)

// Command is one order to the barrier, in the order of drivers.BarrierCommand.
type Command uint8

// Raise, lower and stop are pulses, hold is a level that release ends.
const (
	CommandRaise Command = iota
	CommandHold
	CommandRelease
	CommandLower
	CommandStop
)

var commandText = [...]string{"raise", "hold", "release", "lower", "stop"}

// String is the command's name.
func (c Command) String() string { return nameOf(commandText[:], uint8(c)) }

// Cause says what a command is for.
type Cause uint8

// The causes. CauseReverse: something is in the way of the arm coming down. CauseTimer: nothing is there any
// more.
const (
	CauseNone Cause = iota
	CauseVend
	CauseManual
	CauseHold
	CauseFire
	CauseReverse
	CauseTimer
	CauseStop
)

var causeText = [...]string{"none", "vend", "manual", "hold", "fire", "reverse", "timer", "stop"}

// String is the cause's name.
func (c Cause) String() string { return nameOf(causeText[:], uint8(c)) }

// OutputKind says which fields of an Output hold.
type OutputKind uint8

// What a gate says.
const (
	// Commanded: give Command to the barrier, for Cause (and Vend, if it is for one). Retry counts the raises
	// repeated for the same cause. Urgent: at once, without waiting for a disk.
	Commanded OutputKind = iota
	// Arrived: a vehicle that comes in Direction wants a decision; one that was wanted before in that direction is not any
	// more. With Vend set, it may be that vend's vehicle, back from under the arm, or another close behind it: a grant with
	// another ticket says that it is another.
	Arrived
	// Left: the vehicle that arrived is gone, without having had a vend.
	Left
	// Passed: one vehicle went through in Direction, for Reason. With Vend set, it used up that vend; without,
	// the arm was up for a hold, a fire, a fault or since before the power came.
	Passed
	// BackedOut: Vend is over, and its vehicle did not go through. Through: it could have, and only a far loop that saw
	// nothing says that it did not.
	BackedOut
	// Tailgated: a vehicle went through in Direction without a vend; Vend is the last one used, if the arm has
	// been up since.
	Tailgated
	// WrongWay: a vehicle came over the closing loop of a gate with a direction. Through: it went through, in
	// Direction, and counts; it may have been reported before while it was standing there.
	WrongWay
	// Faulted and Recovered: Fault began and ended.
	Faulted
	Recovered
	// Moved: the arm went up (or, without Up, down) and nobody had commanded it.
	Moved
	// Qualified: every installed loop has been seen working since the power came.
	Qualified
)

var outputText = [...]string{
	"command", "arrived", "left", "passed", "backed_out", "tailgated", "wrong_way", "faulted", "recovered", "moved", "qualified",
}

// String is the kind's name.
func (k OutputKind) String() string { return nameOf(outputText[:], uint8(k)) }

// Output is one thing that a gate says; its Kind says which fields hold.
type Output struct {
	Kind      OutputKind
	Command   Command
	Cause     Cause
	Retry     uint8
	Urgent    bool
	Through   bool
	Up        bool
	Direction fact.Direction
	Fault     fact.GateFault
	Reason    fact.Reason
	Vend      Vend
}

// String is one line for logs and transcripts.
func (o Output) String() string {
	words := []string{o.Kind.String()}
	add := func(on bool, word string) {
		if on {
			words = append(words, word)
		}
	}
	if o.Kind == Commanded {
		words = append(words[:0], o.Command.String(), "for", o.Cause.String())
	}
	add(o.Vend.Ticket != "", string(o.Vend.Ticket))
	add(o.Direction != fact.DirectionUnknown, o.Direction.String())
	add(o.Reason != fact.ReasonNone, o.Reason.String())
	add(o.Fault != fact.FaultNone, o.Fault.String())
	add(o.Kind == Moved && o.Up, "up")
	add(o.Kind == Moved && !o.Up, "down")
	add(o.Through, "through")
	add(o.Retry > 0, "retry "+strconv.Itoa(int(o.Retry)))
	add(o.Urgent, "urgent")
	return strings.Join(words, " ")
}

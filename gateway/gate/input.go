package gate

import "gatehouse/sync/fact"

// Vend is one grant for one vehicle.
type Vend struct {
	Ticket    fact.TicketID  // empty: raised by hand
	Direction fact.Direction // DirectionUnknown: whichever way
	Reason    fact.Reason
}

// Loop names a detector of the gate.
type Loop uint8

// The arming loop lies before the arm, the closing loop under it. At a gate that serves both ways the arm is
// between them: the arming loop outside, the closing loop inside.
const (
	ArmingLoop Loop = iota
	ClosingLoop
)

// other is where a vehicle that comes over l leaves.
func (l Loop) other() Loop { return 1 - l }

var loopText = [...]string{"arming", "closing"}

// String is the loop's name.
func (l Loop) String() string { return nameOf(loopText[:], uint8(l)) }

// Level is what a loop reads.
type Level uint8

// LevelUnknown: nothing was reported yet. Failed: the detector says, or its driver knows, that it can't be
// believed.
const (
	LevelUnknown Level = iota
	Clear
	Occupied
	Failed
)

var levelText = [...]string{"unknown", "clear", "occupied", "failed"}

// String is the level's name.
func (l Level) String() string { return nameOf(levelText[:], uint8(l)) }

// InputKind says which fields of an Input hold.
type InputKind uint8

// The inputs; each has a function below that makes it.
const (
	InputTick InputKind = iota
	InputLoop
	InputArm
	InputGrant
	InputRefuse
	InputFollows
	InputRaiseOnce
	InputHold
	InputFire
	InputStop
	InputBack
	InputLower
	InputConfirm
)

var inputText = [...]string{"tick", "loop", "arm", "grant", "refuse", "follows", "raise_once", "hold", "fire", "stop", "back", "lower", "confirm"}

// String is the kind's name.
func (k InputKind) String() string { return nameOf(inputText[:], uint8(k)) }

// Input is one thing that a gate is told.
type Input struct {
	Kind     InputKind
	Instead  fact.TicketID // of a grant: the one that it takes the place of
	Loop     Loop
	Level    Level
	Up, Down bool // the arm's switches
	On       bool // of hold, fire and stop; surely, of the follower
	Vend     Vend // of a grant; its reason, of a raise; its direction, of a refusal and of the follower
}

// Tick tells the gate the time, no later than its WakeMS.
func Tick() Input { return Input{} }

// LoopReads reports a loop's level; repeating the same level changes nothing.
func LoopReads(loop Loop, level Level) Input { return Input{Kind: InputLoop, Loop: loop, Level: level} }

// ArmReads reports both arm switches; one that is not installed is ignored.
func ArmReads(up, down bool) Input { return Input{Kind: InputArm, Up: up, Down: down} }

// Grant lets one vehicle through. The cause must be durable. A ticket that is already pending is not granted
// twice.
func Grant(vend Vend) Input { return Input{Kind: InputGrant, Vend: vend} }

// InsteadOf makes a grant take the place of the one of another ticket: for the same vehicle, of which more is known now.
// One that is not pending any more is not replaced: its vehicle is through, and this grant is for the next.
func (in Input) InsteadOf(ticket fact.TicketID) Input {
	in.Instead = ticket
	return in
}

// Refuse says that the vehicle that asked from this direction (DirectionUnknown: any) must not go through.
func Refuse(direction fact.Direction) Input {
	return Input{Kind: InputRefuse, Vend: Vend{Direction: direction}}
}

// Follows says that a camera saw a vehicle behind the one that has a vend in this direction. What stands on the near loop
// when the far one clears is that one, and not the first come back. Unless it was surely another, it is believed only
// of a vehicle that has reached the far loop: before, it may be the first, seen once more.
func Follows(direction fact.Direction, surely bool) Input {
	return Input{Kind: InputFollows, On: surely, Vend: Vend{Direction: direction}}
}

// RaiseOnce is a person's order to raise the arm for one vehicle, whatever else is known, save STOP.
func RaiseOnce(reason fact.Reason) Input {
	return Input{Kind: InputRaiseOnce, Vend: Vend{Reason: reason}}
}

// Hold keeps the arm up until it is switched off again.
func Hold(on bool) Input { return Input{Kind: InputHold, On: on} }

// Fire reports the fire input: active, or its wire open.
func Fire(active bool) Input { return Input{Kind: InputFire, On: active} }

// Stop reports the stop input: active, or its wire open.
func Stop(active bool) Input { return Input{Kind: InputStop, On: active} }

// Back says that a barrier answers again which was away: of what it was told before, it may know nothing.
func Back() Input { return Input{Kind: InputBack} }

// Lower is a person's order to lower the arm. It is carried out now or not at all: Gate.Blocks says why not.
func Lower() Input { return Input{Kind: InputLower} }

// Confirm says that a person on site vouches for the gate: its arm faults and its lock-out end, and its loops
// count as seen working.
func Confirm() Input { return Input{Kind: InputConfirm} }

// nameOf looks a code up in its table.
func nameOf(table []string, value uint8) string {
	if int(value) < len(table) {
		return table[value]
	}
	return "unknown"
}

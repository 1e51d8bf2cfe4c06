package gate

import "gatehouse/sync/fact"

// State is what a gate is doing, in one word, for people.
type State uint8

// The states. Armed: a vehicle stands there, and nobody decides about it (any more). The four that tell how a
// passage ended last until the arm is down or the next vehicle is there.
const (
	StateBoot State = iota // an installed input has said nothing yet
	StateIdle
	StateArmed
	StateDeciding
	StateVending
	StatePassing
	StatePassed
	StateBackedOut
	StateTailgated
	StateWrongWay
	StateHeldOpen
	StateFire
	StateStuckOpen
	StateStuckClosed
	StateBrokenArm
	StateLockedOut
	StateStopped
)

var stateText = [...]string{
	"boot", "idle", "armed", "deciding", "vending", "passing", "passed", "backed_out", "tailgated", "wrong_way",
	"held_open", "fire", "stuck_open", "stuck_closed", "broken_arm", "locked_out", "stopped",
}

// String is the state's code.
func (s State) String() string { return nameOf(stateText[:], uint8(s)) }

// MarshalText makes JSON carry the code.
func (s State) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// State is the most important thing about the gate now.
func (g *Gate) State() State {
	switch a := &g.arm; {
	case g.stop:
		return StateStopped
	case g.fire:
		return StateFire
	case a.lockedOut:
		return StateLockedOut
	case a.broken:
		return StateBrokenArm
	case a.stuckClosed:
		return StateStuckClosed
	case a.stuckOpen:
		return StateStuckOpen
	case g.hold:
		return StateHeldOpen
	}
	return g.passageState()
}

func (g *Gate) passageState() State {
	standing := func(s standing) bool { return g.near[ArmingLoop].standing == s || g.near[ClosingLoop].standing == s }
	switch {
	case g.crossing.active && !g.cfg.served(g.crossing.from), standing(stranger):
		return StateWrongWay
	case g.crossing.active:
		return StatePassing
	case g.vends.n > 0:
		return StateVending
	case standing(asking):
		return StateDeciding
	case standing(refused):
		return StateArmed
	case !g.booted():
		return StateBoot
	case g.arm.position != armDown && g.arm.position != armUnknown && g.ended != StateBoot:
		return g.ended
	}
	return StateIdle
}

// booted reports whether every installed input has spoken.
func (g *Gate) booted() bool {
	for at := range g.loops {
		if g.loops[at].installed && g.loops[at].level == LevelUnknown {
			return false
		}
	}
	return !g.arm.silent()
}

// FaultSet is a set of faults.
type FaultSet uint16

// lastFault is the fault with the highest number.
const lastFault = fact.FaultStopped

// Has reports whether a fault is in the set.
func (s FaultSet) Has(fault fact.GateFault) bool { return s&(1<<fault) != 0 }

// Faults is what is wrong with the gate now.
func (g *Gate) Faults() FaultSet {
	var s FaultSet
	set := func(on bool, fault fact.GateFault) {
		if on {
			s |= 1 << fault
		}
	}
	a := &g.arm
	set(a.stuckClosed, fact.FaultStuckClosed)
	set(a.stuckOpen, fact.FaultStuckOpen)
	set(a.broken, fact.FaultBrokenArm)
	set(a.contradicts() || a.lying, fact.FaultArmSwitches)
	set(a.lockedOut, fact.FaultLockedOut)
	set(a.uncommanded, fact.FaultUncommandedMove)
	set(g.stop, fact.FaultStopped)
	for at := range g.loops {
		l := &g.loops[at]
		set(l.stuck, fact.FaultLoopStuck)
		set(l.level == Failed || l.missed >= blindAfter, fact.FaultLoopFailed)
	}
	return s
}

// Config is the gate's configuration, with its defaults filled in.
func (g *Gate) Config() Config { return g.cfg }

// Vends is how many granted vehicles have not gone through yet.
func (g *Gate) Vends() int { return g.vends.n }

// Present reports whether a vehicle stands on the loop, which is not so for a loop that failed.
func (g *Gate) Present(loop Loop) bool { return loop <= ClosingLoop && g.loops[loop].occupied() }

// Qualified reports whether every installed loop has been seen working since the power came, or a person vouched
// for it.
func (g *Gate) Qualified() bool {
	for at := range g.loops {
		if g.loops[at].installed && g.loops[at].proof != proven {
			return false
		}
	}
	return true
}

// Inputs are what a gate's loops and switches read last.
type Inputs struct {
	Arming, Closing Level
	Up, Down        bool
}

// Inputs are what the loops and switches read last.
func (g *Gate) Inputs() Inputs {
	return Inputs{Arming: g.loops[ArmingLoop].level, Closing: g.loops[ClosingLoop].level, Up: g.arm.up, Down: g.arm.down}
}

// ArmSight says how well it is known where the arm is.
type ArmSight uint8

// ArmNotKnown: nothing tells. ArmSeen: its switches say so. ArmMoving: it is on its way there. ArmAssumed: it was sent
// there and had its time, and its switches do not tell, or do not agree.
const (
	ArmNotKnown ArmSight = iota
	ArmSeen
	ArmMoving
	ArmAssumed
)

var armSightText = [...]string{"unknown", "seen", "moving", "assumed"}

// String is the code of the sight.
func (s ArmSight) String() string { return nameOf(armSightText[:], uint8(s)) }

// Arm tells where the arm is or goes to, and how well that is known.
func (g *Gate) Arm() (up bool, sight ArmSight) {
	a := &g.arm
	switch a.position {
	case armRising, armFalling:
		return a.position == armRising, ArmMoving
	case armUp, armDown:
		if a.reading() == a.position {
			return a.position == armUp, ArmSeen
		}
		return a.position == armUp, ArmAssumed
	}
	return false, ArmNotKnown
}

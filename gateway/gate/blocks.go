package gate

import "strings"

// Blocks is the set of things that keep the arm from being lowered.
type Blocks uint16

// One bit for each.
const (
	BlockPresence    Blocks = 1 << iota // a loop in the way of the arm is occupied
	BlockBetween                        // a vehicle may be between the loops
	BlockApproach                       // a vehicle on the arming loop may be on its way under the arm
	BlockLoop                           // a loop failed, or has said nothing yet
	BlockUnqualified                    // a loop has not been seen working yet
	BlockUncovered                      // no loop covers the way of the arm
	BlockVend                           // a vehicle was granted
	BlockHold
	BlockFire
	BlockStop
	BlockLockedOut
	BlockClearing // ClearMS are not over
	BlockArm      // the arm has a fault, or its switches have said nothing yet
	BlockStopped  // the arm was stopped, and nothing worked since
	BlockBarrier  // lowering is the barrier's business
)

// unsafe is what turns an arm that is coming down.
const unsafe = BlockPresence | BlockBetween | BlockLoop | BlockUnqualified

// habits are what a person may overrule.
const habits = BlockArm | BlockStopped | BlockBarrier

var blockText = [...]string{
	"presence", "between", "approach", "loop", "unqualified", "uncovered", "vend", "hold", "fire", "stop", "locked_out", "clearing", "arm", "stopped", "barrier",
}

// String lists the blocks, for a technician who asks why the arm does not close.
func (b Blocks) String() string {
	words := []string{}
	for bit, word := range blockText {
		if b&(1<<bit) != 0 {
			words = append(words, word)
		}
	}
	return strings.Join(words, " ")
}

// Blocks is what keeps the arm from being lowered by the timer, at the time of the last Step. A manual lower
// overrules BlockArm, BlockStopped and BlockBarrier, and nothing else.
func (g *Gate) Blocks() Blocks {
	b := g.loopBlocks()
	set := func(on bool, bit Blocks) {
		if on {
			b |= bit
		}
	}
	set(g.near[ArmingLoop].awaited() || g.near[ClosingLoop].awaited(), BlockBetween)
	set(g.nowMS < g.approachMS(), BlockApproach)
	set(!g.cfg.ClosingLoop || g.cfg.twoWay() && !g.cfg.ArmingLoop, BlockUncovered)
	set(g.vends.n > 0, BlockVend)
	set(g.hold || g.held != CauseNone, BlockHold)
	set(g.fire, BlockFire)
	set(g.stop, BlockStop)
	set(g.stoppedShort, BlockStopped)
	set(g.arm.lockedOut, BlockLockedOut)
	set(g.arm.faulty() || g.arm.silent(), BlockArm)
	set(g.nowMS < g.clearFromMS+g.cfg.ClearMS, BlockClearing)
	set(g.cfg.Closing != ClosedByGateway, BlockBarrier)
	return b
}

func (g *Gate) loopBlocks() Blocks {
	var b Blocks
	for at := range g.loops {
		l := &g.loops[at]
		switch {
		case !l.installed:
			continue
		case l.level == Occupied && g.cfg.inTheWay(Loop(at)):
			b |= BlockPresence
		case l.level != Clear && l.level != Occupied || l.failing():
			b |= BlockLoop
		}
		if l.proof != proven {
			b |= BlockUnqualified
		}
	}
	return b
}

// present reports whether a vehicle stands on a loop.
func (g *Gate) present() bool {
	return g.loops[ArmingLoop].occupied() || g.loops[ClosingLoop].occupied()
}

// underArm reports whether a vehicle stands on a loop that is in the way of the arm.
func (g *Gate) underArm() bool {
	return g.loops[ClosingLoop].occupied() || g.cfg.inTheWay(ArmingLoop) && g.loops[ArmingLoop].occupied()
}

// approachMS is until when a vehicle on the arming loop may be one that drives and does not stop: it has come onto the
// loop, or is behind one that left the closing loop, for no longer than that takes. Later it stands before the arm. Of
// a closing loop that saw nobody since the arm rose nobody knows whether it would see this one; and whoever has waited
// before the open arm for longer than a passage takes may believe it. Until these leave, they may drive.
func (g *Gate) approachMS() int64 {
	arming, closing := &g.loops[ArmingLoop], &g.loops[ClosingLoop]
	switch {
	case !arming.occupied() || g.cfg.inTheWay(ArmingLoop):
		return -Never
	case closing.sinceMS <= g.arm.raisedMS || closing.heldMS > g.cfg.PassageMS || g.nowMS > g.firstMS()+g.cfg.PassageMS+g.cfg.FollowMS:
		return Never
	}
	return max(arming.sinceMS+g.cfg.ReachMS, closing.sinceMS+g.cfg.FollowMS)
}

// firstMS is since when the vehicle on the arming loop has been the first before the arm.
func (g *Gate) firstMS() int64 {
	closing := &g.loops[ClosingLoop]
	aheadMS := closing.sinceMS
	if closing.level != Occupied {
		aheadMS -= closing.heldMS
	}
	return max(g.loops[ArmingLoop].sinceMS, aheadMS)
}

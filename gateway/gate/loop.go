package gate

// proof is how far a loop has been seen working since the power came.
type proof uint8

const (
	unproven proof = iota
	seenOccupied
	proven
)

// blindAfter is how many granted vehicles in a row a loop may miss before it counts as failed.
const blindAfter = 3

// loop is one detector.
type loop struct {
	installed bool
	level     Level
	proof     proof
	stuck     bool
	missed    uint8
	sinceMS   int64 // when it changed last
	heldMS    int64 // how long it was occupied last
	stuckMS   int64 // when an occupied loop becomes a stuck one
}

// readable reports whether the loop's level says something about vehicles.
func (l *loop) readable() bool {
	return l.installed && (l.level == Clear || l.level == Occupied) && !l.failing()
}

// failing reports whether the loop reads something and can't be right.
func (l *loop) failing() bool { return l.stuck || l.missed >= blindAfter }

// occupied reports whether a vehicle is on the loop.
func (l *loop) occupied() bool { return l.readable() && l.level == Occupied }

// believed reports whether the loop would have seen a vehicle.
func (l *loop) believed() bool { return l.readable() && l.proof == proven }

// set takes a new level. Detectors tune out what stands on them for long, and re-tune on what stands on them
// when the power comes back: so clear after stuck, failed or unknown proves nothing.
func (l *loop) set(level Level, stuckMS int64) {
	was := l.level
	l.level, l.stuckMS = level, Never
	switch level {
	case Occupied:
		l.missed, l.stuckMS = 0, stuckMS
		if l.proof == unproven {
			l.proof = seenOccupied
		}
	case Clear:
		if l.proof == seenOccupied && was == Occupied {
			l.proof = proven
		}
	default:
		l.proof = unproven
	}
	l.stuck = false
}

// miss says that the loop should have seen a vehicle and did not; surely, if it had a vend to go through.
func (l *loop) miss(surely bool) {
	if l.level != Clear {
		return
	}
	l.proof = unproven
	if surely && l.missed < blindAfter {
		l.missed++
	}
}

// readLoop takes a loop's level and tells the vehicles apart.
func (g *Gate) readLoop(at Loop, level Level) {
	if at > ClosingLoop || !g.loops[at].installed || g.loops[at].level == level {
		return
	}
	l := &g.loops[at]
	before := l.occupied()
	if l.level == Occupied {
		l.heldMS = g.nowMS - l.sinceMS
	}
	l.set(level, g.nowMS+g.cfg.LoopStuckMS)
	l.sinceMS = g.nowMS
	g.edgeMS, g.clearFromMS = g.nowMS, g.nowMS
	switch {
	case l.occupied() && !before:
		g.rise(at)
	case level == Clear && (before || g.near[at].here()):
		g.fall(at)
	case before:
		g.lose(at)
	}
}

// loopStuck ends the belief in a loop that has been occupied for too long.
func (g *Gate) loopStuck(at Loop) {
	g.loops[at].stuck = true
	g.loops[at].proof = unproven
	g.loops[at].stuckMS = Never
	g.lose(at)
	g.sayLeft(at, g.near[at].standing)
	g.near[at] = approach{}
}

// lose takes note that a loop under a vehicle can't be read any more. What was on its way out is taken to have
// gone on; what waits before the arm is taken to wait on.
func (g *Gate) lose(at Loop) {
	if !g.crossing.active {
		return
	}
	g.crossing.left = true
	if g.crossing.from != at {
		g.endCrossing()
	}
}

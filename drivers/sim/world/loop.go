package world

// Where the loops and the arm are in a lane, in mm.
const (
	armingStartMM  = -4_000
	armingEndMM    = -1_000
	closingStartMM = 500
	closingEndMM   = 2_500
)

// The loops of a lane.
const (
	armingLoop = iota
	closingLoop
)

// LoopOf is the place of an incident at a loop.
func LoopOf(gate int, closing bool) int {
	if closing {
		return 2*gate + closingLoop
	}
	return 2*gate + armingLoop
}

// loop is an inductive detector: what is really on it, and what it says.
type loop struct {
	startMM, endMM int64
	metal          bool // a body is over it
	stuckOn        bool
	stuckOff       bool
	dropped        bool
	touched        bool
	retuned        bool // tuned with the metal that is on it: clear until that leaves
	says           bool // as last reported
}

// faulty reports whether the loop may say other than the truth.
func (l *loop) faulty() bool { return l.stuckOn || l.stuckOff || l.dropped || l.touched || l.retuned }

// reading is what the detector makes of it all.
func (l *loop) reading() bool {
	switch {
	case l.stuckOn:
		return true
	case l.stuckOff, l.dropped, l.retuned:
		return false
	}
	return l.metal || l.touched
}

// senseLoop looks at what is over a loop, and takes the chances of an edge.
func (w *World) senseLoop(g, k int) {
	lane := &w.lanes[g]
	l := &lane.loops[k]
	metal := w.metalOver(lane, l.startMM, l.endMM)
	if metal == l.metal {
		return
	}
	l.metal = metal
	if !metal {
		l.retuned = false
	}
	if f := LoopStuckOn; w.happens(&lane.dice, f) {
		w.inflict(f, 2*g+k, w.repairMS(&lane.dice))
	}
	if f := LoopStuckOff; w.happens(&lane.dice, f) {
		w.inflict(f, 2*g+k, w.repairMS(&lane.dice))
	}
	if metal && w.happens(&lane.dice, LoopDropout) {
		w.disturbLoop(LoopDropout, 2*g+k)
	}
	w.readLoop(g, k)
}

// readLoop reports a loop's edge, if there is one and somebody listens.
func (w *World) readLoop(g, k int) {
	l := &w.lanes[g].loops[k]
	if now := l.reading(); now != l.says && !w.dark {
		l.says = now
		w.emit(LoopEdge{Gate: g, Closing: k == closingLoop, Active: now})
	}
}

// disturbLoop plans a moment in which a loop drops out, or (at a gate) in which something small is on it.
func (w *World) disturbLoop(f Fault, at int) {
	if f == LoopTouch {
		at = LoopOf(at, false)
	}
	d := &w.lanes[at/2].dice
	fromMS := w.nowMS
	if f == LoopDropout {
		fromMS += d.between(200, 1_500)
	}
	w.queue.push(event{ms: fromMS, what: loopWakes, at: int32(at), other: int32(f), gen: 1})
	w.queue.push(event{ms: fromMS + d.between(150, 600), what: loopWakes, at: int32(at), other: int32(f)})
}

func (w *World) loopWakes(at int32, f Fault, on bool) {
	l := &w.lanes[at/2].loops[at%2]
	if f == LoopTouch {
		l.touched = on
	} else {
		l.dropped = on
	}
	w.readLoop(int(at/2), int(at%2))
}

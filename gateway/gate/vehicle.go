package gate

import "gatehouse/sync/fact"

// standing is what the gate knows of a vehicle that has not crossed from its near loop.
type standing uint8

const (
	nobody   standing = iota
	asking            // the lot decides
	refused           // the lot said no
	granted           // it has a vend
	stranger          // it came over the closing loop of a gate with a direction
)

// approach is the vehicle on a near loop, or just off it.
type approach struct {
	standing standing
	gone     bool  // its loop cleared, and the far one has not seen it yet
	open     bool  // the arm may have let it through; if it is gone, since then
	touched  bool  // it reached the far loop and came back
	followed bool  // another was seen behind it
	doubtful bool  // so did one with a vend; or that one passed, and this is another, close behind it
	told     bool  // what dueMS waited for has been said
	dueMS    int64 // gone: it went back; doubtful: ask again; stranger: report it
}

// here reports whether a vehicle stands on the near loop.
func (a *approach) here() bool { return a.standing != nobody && !a.gone }

// awaited reports whether a vehicle is off its near loop and may be under the arm.
func (a *approach) awaited() bool { return a.gone && a.open }

// crossing is the vehicle on the far loop.
type crossing struct {
	active   bool
	from     Loop
	standing standing    // what it was on its near loop
	left     bool        // its near loop has been clear since
	entitled bool        // it has the first vend
	counted  bool        // it passed already; this is its trailer
	followed bool        // another was granted, or seen, behind it
	open     bool        // the arm was not down all the while
	openFor  fact.Reason // why the arm was up when it came
	strayMS  int64       // when to ask what stands on the far loop
}

// rise takes note that a loop became occupied.
func (g *Gate) rise(at Loop) {
	from := at.other()
	switch {
	case g.crossing.active:
		g.returnOrArrive(at)
	case g.isTrailer(from):
		g.crossAgain(from)
	case g.near[at].standing != nobody && g.cfg.served(at):
		g.returnOrArrive(at)
	case g.comesFrom(from):
		g.cross(from)
	default:
		g.returnOrArrive(at)
	}
}

// comesFrom reports whether what now occupies the loop opposite to from came over from.
func (g *Gate) comesFrom(from Loop) bool {
	at, before := from.other(), &g.near[from]
	fits := g.entitles(from)
	switch {
	case !g.cfg.served(at): // this way is the rule, and only a loop that works can say otherwise
		return before.standing != nobody || !g.loops[from].believed()
	case before.standing == nobody:
		return fits && !g.loops[from].believed()
	case !before.open && !g.arm.mayBeOpen() || before.gone && !fits: // rather somebody who arrives here
		return false
	}
	return fits || g.vends.n == 0 || before.standing == stranger
}

// returnOrArrive puts a vehicle on its near loop: the one that just left it, or else a new one.
func (g *Gate) returnOrArrive(at Loop) {
	if g.near[at].standing != nobody {
		g.near[at].gone, g.near[at].dueMS = false, Never
		return
	}
	g.arrive(at)
}

// arrive puts a new vehicle on its near loop.
func (g *Gate) arrive(at Loop) {
	g.near[at] = approach{standing: granted, dueMS: Never}
	switch {
	case !g.cfg.served(at):
		g.near[at].standing = stranger
		g.near[at].dueMS = g.nowMS + g.cfg.WrongWayMS
	case !g.hasSpareVend(at):
		g.near[at].standing = asking
		g.say(Output{Kind: Arrived, Direction: g.cfg.travel(at)})
	}
}

// entitles reports whether the first vend is for a vehicle that comes over this loop.
func (g *Gate) entitles(from Loop) bool {
	return g.vends.n > 0 && g.cfg.served(from) && g.vends.list[0].fits(g.cfg.travel(from), g.cfg.twoWay())
}

// hasSpareVend reports whether a vend waits for a vehicle that comes over this loop, besides the one that crosses.
func (g *Gate) hasSpareVend(at Loop) bool {
	spare := 0
	if g.crossing.entitled {
		spare = 1
	}
	return g.vends.n > spare && g.vends.list[spare].fits(g.cfg.travel(at), g.cfg.twoWay())
}

// cross puts the vehicle from a near loop onto the far loop.
func (g *Gate) cross(from Loop) {
	vehicle := &g.near[from]
	g.crossing = crossing{
		active: true, from: from, strayMS: Never,
		standing: vehicle.standing,
		left:     !g.loops[from].occupied(),
		followed: vehicle.followed && g.loops[from].occupied(),
		open:     g.arm.mayBeOpen() || vehicle.standing == stranger && vehicle.open,
		openFor:  g.openFor,
		entitled: g.entitles(from),
	}
	g.near[from] = approach{}
}

// isTrailer reports whether the vehicle that just passed from this side goes on.
func (g *Gate) isTrailer(from Loop) bool {
	return g.passedMS != Never && g.passedFrom == from && g.nowMS < g.passedMS+g.cfg.TrailerGapMS &&
		g.near[from].standing != granted && !g.pursued
}

// crossAgain lets the trailer of a vehicle that was counted cross.
func (g *Gate) crossAgain(from Loop) {
	g.sayLeft(from, g.near[from].standing)
	g.cross(from)
	g.crossing.counted, g.crossing.entitled = true, false
}

// fall takes note that a loop became clear. A vehicle that has just come back has its own length to drive before its near
// loop clears: one that seems to be quicker went on, and its near loop was the later one to say so.
func (g *Gate) fall(at Loop) {
	vehicle, crossing := &g.near[at], &g.crossing
	switch {
	case crossing.active && crossing.from != at:
		g.endCrossing()
	case vehicle.touched && (vehicle.doubtful || vehicle.standing != granted) && g.nowMS < g.returnedMS+g.cfg.LateMS:
		*vehicle = approach{}
		g.endPassage(g.returned)
	case vehicle.standing != nobody:
		vehicle.gone, vehicle.open = true, g.arm.mayBeOpen()
		vehicle.dueMS = g.nowMS + g.goneMS(at)
		if crossing.active {
			vehicle.dueMS = Never // until the one before it is gone
		}
	case crossing.active:
		crossing.left = true
		if !crossing.entitled && g.cfg.served(at.other()) {
			crossing.strayMS = g.nowMS + g.cfg.BackOutMS
		}
	}
}

// endCrossing says what became of the vehicle that the far loop no longer sees.
func (g *Gate) endCrossing() {
	was, near := g.crossing, &g.near[g.crossing.from]
	behind := near.standing == nobody && g.loops[was.from].occupied()
	back := behind && !was.left && !was.counted && !was.followed
	g.crossing = crossing{}
	if back {
		g.returned, g.returnedMS = was, g.nowMS
		g.comeBack(was)
		return
	}
	g.endPassage(was)
	if behind {
		g.arrive(was.from)
	}
	if near.gone {
		near.dueMS = g.nowMS + g.goneMS(was.from)
	}
}

// endPassage lets a vehicle be through, and counts it.
func (g *Gate) endPassage(was crossing) {
	g.passedFrom, g.passedMS, g.pursued = was.from, g.nowMS, was.followed
	if !was.counted {
		g.passed(was)
	}
}

// goneMS is how long to wait for a vehicle that left its near loop: for the far loop to see it, or, with no far
// loop to tell, for its trailer.
func (g *Gate) goneMS(at Loop) int64 {
	if g.loops[at.other()].readable() {
		return g.cfg.BackOutMS
	}
	return g.cfg.TrailerGapMS
}

// comeBack puts a vehicle that reached the far loop back on its near loop.
func (g *Gate) comeBack(was crossing) {
	if was.standing == nobody && !was.entitled {
		g.arrive(was.from)
		return
	}
	g.near[was.from] = approach{standing: was.standing, touched: true, dueMS: Never}
	if was.entitled {
		g.near[was.from] = approach{standing: granted, touched: true, doubtful: true, dueMS: g.nowMS + g.cfg.BackOutMS}
	}
}

// passed counts a vehicle that went through.
func (g *Gate) passed(was crossing) {
	direction := g.cfg.travel(was.from)
	g.clearFromMS = g.nowMS
	if was.openFor == fact.ReasonNone {
		was.openFor = g.openFor
	}
	switch {
	case was.entitled:
		vend := g.takeVend(direction)
		g.lastVend = vend
		g.provedOpen()
		g.end(StatePassed, Output{Kind: Passed, Vend: vend, Direction: direction, Reason: vend.Reason})
	case !g.cfg.served(was.from):
		g.end(StateWrongWay, Output{Kind: WrongWay, Through: was.open, Direction: direction})
	case !was.open: // nobody goes through a closed arm
		g.sayLeft(was.from, was.standing)
	case was.openFor != fact.ReasonNone:
		g.end(StatePassed, Output{Kind: Passed, Direction: direction, Reason: was.openFor})
	default:
		g.end(StateTailgated, Output{Kind: Tailgated, Vend: g.lastVend, Direction: direction})
	}
	g.assumeClosing()
}

// approachDue does what a vehicle near the arm has been waited for.
func (g *Gate) approachDue(at Loop) {
	vehicle := &g.near[at]
	vehicle.dueMS = Never
	switch {
	case vehicle.gone:
		was := *vehicle
		*vehicle = approach{}
		g.vanished(at, was)
	case vehicle.standing == stranger:
		vehicle.told = true
		g.end(StateWrongWay, Output{Kind: WrongWay, Direction: g.cfg.travel(at)})
	case vehicle.doubtful:
		vehicle.told = true
		g.say(Output{Kind: Arrived, Direction: g.cfg.travel(at), Vend: g.vends.first()})
	}
}

// vanished says what became of a vehicle that left its near loop and was not seen on the far one.
func (g *Gate) vanished(at Loop, was approach) {
	direction, far := g.cfg.travel(at), &g.loops[at.other()]
	entitled := was.standing == granted && g.vends.n > 0
	switch {
	case was.standing == stranger:
		if !was.told {
			g.end(StateWrongWay, Output{Kind: WrongWay, Direction: direction})
		}
		return
	case !far.readable() && was.open && (entitled || g.arm.position == armUp):
		g.passed(crossing{from: at, standing: was.standing, open: true, entitled: entitled})
		return
	case was.open && !was.touched:
		far.miss(entitled && g.letsThrough(&g.vends.list[0]))
	}
	if entitled {
		g.backOut(direction, was.open && !was.touched)
		return
	}
	g.sayLeft(at, was.standing)
}

// sayLeft says that a vehicle went away which had no vend.
func (g *Gate) sayLeft(from Loop, was standing) {
	if was == asking || was == refused {
		g.say(Output{Kind: Left, Direction: g.cfg.travel(from)})
	}
}

// strayDue asks about a vehicle that went through against the gate's direction, or without a vend, and now
// stands on the loop of those who arrive: it may be one of those.
func (g *Gate) strayDue() {
	was := g.crossing
	g.crossing = crossing{}
	g.passed(was)
	g.arrive(was.from.other())
}

package world

import (
	"gatehouse/drivers"
	"gatehouse/sync/fact"
)

// How long people take and wait, in ms, and how often they try.
const (
	patienceMS   = 4_000   // until an arm that stays up looks like an invitation
	payingMS     = 120_000 // with the terminal, until that is a nuisance too
	nagsAtEntry  = 4       // then they give up
	nagsAtExit   = 8       // then they try again later
	exitsMost    = 3       // then they leave the car inside
	searchesMost = 4       // spots found taken, then they leave
)

// act is something that a driver is about to do.
type act uint8

const (
	nothing act = iota
	pressTicket
	showCode
	pressHelp
	goAway
)

// mind is a driver's.
type mind struct {
	next    act
	dueMS   int64
	becomes Where // by goAway

	gen    uint32
	lineMS int64 // since when at the line
	lastMS int64 // when anything was last done
	nagMS  int64 // of waiting, until something is done about it
	nags   int
	paying bool // busy with the terminal

	paper string // a ticket's code, in the hand
	told  int    // spot; -1: none
	spot  int    // where it parks or means to; -1: nowhere
}

// forget ends what a driver had in mind at a gate.
func (c *car) forget() {
	c.atLine, c.invited, c.bold = false, false, false
	c.mind.next, c.mind.nags = nothing, 0
	c.mind.gen++
}

// intend makes a driver do something after a time.
func (c *car) intend(next act, nowMS, soonestMS, latestMS int64) {
	if c.mind.next != goAway {
		c.mind.next, c.mind.dueMS = next, nowMS+c.dice.between(soonestMS, latestMS)
	}
}

// turnBack makes a driver back out after a time, for good; it changes nothing for one who is about to.
func (c *car) turnBack(becomes Where, nowMS, soonestMS, latestMS int64) {
	if c.mind.next != goAway {
		c.intend(goAway, nowMS, soonestMS, latestMS)
		c.mind.becomes = becomes
	}
}

// scan is what the driver holds before a reader, if there is something to hold.
func (c *car) scan() (Scan, bool) {
	switch {
	case c.plan.Card != "":
		return Scan{Gate: c.gate, Text: c.plan.Card, Card: true}, true
	case c.mind.paper != "":
		return Scan{Gate: c.gate, Text: c.mind.paper}, true
	}
	return Scan{Gate: c.gate, Text: c.plan.Code}, c.plan.Code != ""
}

func (c *car) hasCode() bool {
	_, has := c.scan()
	return has
}

// lineUp notices that the head of a queue has come to a stand before the arm.
func (w *World) lineUp(g int) {
	c := w.head(g)
	if c == nil || c.atLine || c.backing || c.starting || c.motion.speed > 0 || c.motion.toMM < c.lineMM-nudgeMM {
		return
	}
	lane := &w.lanes[g]
	c.atLine = true
	m := &c.mind
	m.lineMS, m.lastMS, m.nagMS = w.nowMS, w.nowMS, c.dice.between(12_000, 20_000)
	if c.backsOut() {
		w.changeMind(c)
	}
	switch {
	case m.next != nothing || !lane.plan.Column:
	case c.hasCode() && (c.heading == fact.Outward || !lane.plan.Camera):
		c.intend(showCode, w.nowMS, 2_000, 5_000)
	case c.heading == fact.Inward && !lane.plan.Camera:
		c.intend(pressTicket, w.nowMS, 1_500, 4_000)
	}
	w.thinkSoon(c)
}

// leaveLine is a driver who gets going.
func (w *World) leaveLine(c *car) {
	if c.atLine {
		c.atLine = false
		c.mind.next = nothing
		c.mind.gen++
	}
}

func (w *World) thinkSoon(c *car) {
	ms := w.nowMS + 1_000
	if c.mind.next != nothing {
		ms = min(ms, max(c.mind.dueMS, w.nowMS))
	}
	c.mind.gen++
	w.queue.push(event{ms: ms, what: driverThinks, at: c.index, gen: c.mind.gen})
}

// think is a driver at the line, every second or when something is due; or one who stopped under the arm.
func (w *World) think(c *car) {
	if !c.atLine {
		w.replan(c.gate, w.lanes[c.gate].indexOf(c.index))
		return
	}
	lane := &w.lanes[c.gate]
	m := &c.mind
	switch {
	case m.next != nothing && w.nowMS >= m.dueMS:
		w.perform(c)
	case !c.invited && !c.bold && lane.arm.openFor(w.nowMS) >= patienceMS && w.nowMS-m.lineMS >= patienceMS:
		c.bold = true
		w.replan(c.gate, w.headIndex(c.gate))
	case w.nowMS-m.lastMS >= m.nagMS && (!m.paying || w.nowMS-m.lineMS >= payingMS):
		w.nag(c)
	}
	if c.atLine {
		w.thinkSoon(c)
	}
}

// openFor is how long an arm has stood open.
func (a *arm) openFor(ms int64) int64 {
	switch {
	case a.broken:
		return patienceMS
	case a.openMS == 0 || a.wholeMS > 0:
		return 0
	}
	return ms - a.openMS
}

// perform does what is due.
func (w *World) perform(c *car) {
	m := &c.mind
	doing := m.next
	m.next, m.lastMS = nothing, w.nowMS
	if doing == goAway {
		w.backOut(c, m.becomes)
		return
	}
	if !w.lanes[c.gate].plan.Column {
		return
	}
	switch doing {
	case pressTicket:
		w.emit(Button{Gate: c.gate, Button: drivers.ButtonTicket})
		if c.does.Has(PressTwice) {
			c.does &^= FaultsOf(PressTwice)
			w.truth.Fired[PressTwice]++
			c.intend(pressTicket, w.nowMS, 500, 900)
		}
	case showCode:
		if scan, has := c.scan(); has {
			w.emit(scan)
		}
	case pressHelp:
		w.emit(Button{Gate: c.gate, Button: drivers.ButtonHelp})
	}
}

// nag is a driver for whom nothing has happened for too long.
func (w *World) nag(c *car) {
	m := &c.mind
	m.nags++
	m.lastMS = w.nowMS
	face := w.lanes[c.gate].face
	inward := c.heading == fact.Inward
	switch {
	case inward && !c.invited && w.plan.Read(face.lines, face.colour) == LotFull:
		c.turnBack(Denied, w.nowMS, 0, 2_000)
	case inward && m.nags >= nagsAtEntry || m.nags >= nagsAtExit:
		c.turnBack(GaveUp, w.nowMS, 0, 2_000)
	case m.nags == 1 && c.hasCode():
		c.intend(showCode, w.nowMS, 0, 2_000)
	case m.nags == 1 && inward:
		c.intend(pressTicket, w.nowMS, 0, 2_000)
	default:
		c.intend(pressHelp, w.nowMS, 0, 2_000)
	}
}

// instruct is a driver who reads a new face.
func (w *World) instruct(c *car, in Instruction) {
	m := &c.mind
	switch {
	case in == GoAhead:
		if m.next != goAway {
			m.next = nothing
		}
	case in == LotFull && c.heading == fact.Inward:
		c.turnBack(Denied, w.nowMS, 2_000, 4_000)
	case in == TakeTicket && c.heading == fact.Inward:
		c.intend(pressTicket, w.nowMS, 1_500, 4_000)
	case in == ShowTicket && c.hasCode():
		c.intend(showCode, w.nowMS, 3_000, 8_000)
	case in == ShowTicket, in == AskHelp:
		c.intend(pressHelp, w.nowMS, 3_000, 6_000)
	default:
		return
	}
	if c.atLine {
		m.lastMS = w.nowMS
		w.thinkSoon(c)
	}
}

// invite is the driver who is first at a gate and sees that the gate answers.
func (w *World) invite(g int) {
	c := w.attendant(g)
	if c == nil {
		return
	}
	c.invited = true
	if c.atLine && c.backsOut() {
		w.changeMind(c)
		w.thinkSoon(c)
	}
	w.replan(g, w.headIndex(g))
}

// backsOut reports whether a driver will not go in, whatever the gate says.
func (c *car) backsOut() bool {
	return c.heading == fact.Inward && c.does&FaultsOf(BackOut, BackOutGranted) != 0
}

// changeMind is a driver at the line who remembers that this is the wrong car park: at once, or when the gate
// has answered.
func (w *World) changeMind(c *car) {
	does := BackOut
	if !c.does.Has(BackOut) {
		does = BackOutGranted
	}
	if c.mind.next == goAway || does == BackOutGranted && !c.invited {
		return
	}
	w.truth.Fired[does]++
	c.turnBack(TurnedBack, w.nowMS, 1_500, 4_000)
}

// pauseUnder is a driver who stops under the arm to look for something.
func (w *World) pauseUnder(c *car) {
	w.truth.Fired[StopUnderArm]++
	c.pauseMS = w.nowMS + c.dice.between(5_000, 40_000)
	c.mind.gen++
	w.queue.push(event{ms: c.pauseMS, what: driverThinks, at: c.index, gen: c.mind.gen})
}

// turnAway is what becomes of a vehicle that has backed out of a lane.
func (w *World) turnAway(c *car) {
	c.forget()
	if c.heading == fact.Inward {
		w.place(c, c.turning)
		return
	}
	c.exits++
	if c.exits >= exitsMost {
		w.place(c, Stranded)
		return
	}
	w.place(c, Leaving)
	w.queue.push(event{ms: w.nowMS + c.dice.between(60_000, 180_000), what: carComes, at: c.index})
}

// comes brings a vehicle to the gate that its driver chooses.
func (w *World) comes(c *car) {
	if c.heading == fact.DirectionUnknown {
		c.heading = fact.Inward
		w.truth.Cars[c.index].ArrivedMS = w.nowMS
	}
	g := w.chooseGate(c)
	switch {
	case g < 0 && c.heading == fact.Inward:
		w.place(c, GaveUp)
	case g < 0:
		w.place(c, Stranded)
	case w.lanes[g].plan.Direction != c.heading:
		w.joinWrong(g, c)
	case c.heading == fact.Inward:
		w.place(c, Entering)
		w.join(g, c)
	default:
		w.place(c, Exiting)
		w.join(g, c)
	}
}

// chooseGate finds the shortest queue, and rather another one than where it did not work.
func (w *World) chooseGate(c *car) int {
	best, shortest := -1, 0
	wrong := c.goesWrong()
	for g := range w.lanes {
		if (w.lanes[g].plan.Direction == c.heading) == wrong {
			continue
		}
		length := len(w.lanes[g].cars)
		if g == c.gate && c.exits > 0 {
			length += 5
		}
		if best < 0 || length < shortest {
			best, shortest = g, length
		}
	}
	if best < 0 && wrong {
		c.does &^= FaultsOf(WrongWay)
		return w.chooseGate(c)
	}
	return best
}

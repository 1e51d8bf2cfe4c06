package lot

import (
	"gatehouse/gateway/gate"
	"gatehouse/sync/fact"
)

// offered takes what a driver shows or presses at a gate. The button may be quicker than the loop, whose detector and debounce
// take their time, and a reader that has read a card does not read it again while it stays where it is: so what comes while
// nobody stands at the gate is kept until somebody does. Of a vehicle that has its grant it means nothing. A call for help
// is not kept, for it may cost a stranger the price of a lost ticket.
func (l *Lot) offered(i int, e Event) {
	if n := l.lane(i); l.ready(i) {
		n.offered = nil
		l.driverOffers(e)
	} else if !l.occupied(i) {
		n.offered, n.offeredMS = e, l.now.MonoMS
	}
}

// offeredEarly takes what was kept for the vehicle that has arrived at a gate. What is shown waits as long as a plate, for a tag
// is read from afar as well.
func (l *Lot) offeredEarly(i int) {
	n := l.lane(i)
	e, waitsMS := n.offered, l.cfg.Policy.PlateFreshMS
	n.offered = nil
	if _, pressed := e.(TicketPressed); pressed {
		waitsMS = pressedForMS
	}
	if e != nil && l.now.MonoMS-n.offeredMS <= waitsMS && l.ready(i) {
		l.driverOffers(e)
	}
}

// driverOffers acts on what the driver of a vehicle that waits at a gate shows or presses.
func (l *Lot) driverOffers(event Event) {
	switch e := event.(type) {
	case Shown:
		l.shown(e)
	case TicketPressed:
		l.ticketPressed(e.Gate)
	}
}

// occupied reports whether a vehicle stands where drivers reach what they show or press.
func (l *Lot) occupied(i int) bool {
	passage := l.lanes[i].passage
	return passage.Present(gate.ArmingLoop) || l.cfg.Gates[i].Lane.Direction == fact.DirectionUnknown && passage.Present(gate.ClosingLoop)
}

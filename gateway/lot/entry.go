package lot

import (
	"cmp"
	"slices"

	"gatehouse/gateway/gate"
	"gatehouse/sync/fact"
)

// visit is a vehicle that asks to enter, by whatever it showed.
type visit struct {
	credential  fact.CredentialKind
	plate       fact.Plate
	raw         string
	confidence  uint16
	vehicle     fact.SpotType
	reason      fact.Reason
	print       bool
	reservation Reservation
	pass        Pass
	claimedMS   int64
	twin        *Ticket // an open one with the same plate, or on the same pass
	instead     *Ticket // what the vehicle was let in on before anybody knew whose it is
}

// entry decides whether a vehicle may enter (FR-2), and returns the ticket if it may.
func (l *Lot) entry(i int, v visit) (fact.TicketID, fact.Reason) {
	if l.meta.Fire {
		return l.denyEntry(i, v, fact.ReasonFire)
	}
	if l.headquarters.blocked[v.plate] {
		return l.denyEntry(i, v, fact.ReasonBlocked)
	}
	v.instead = l.unnamed(i)
	if v.plate == "" && v.instead != nil {
		return v.instead.ID, fact.ReasonReentered
	}
	if v.plate != "" {
		v.twin = l.twin(v.plate)
		if v.twin != nil && v.twin.Status == TicketAdmitted && v.twin.EntryGate == l.cfg.Gates[i].ID {
			return l.readmit(i, v.twin, v.instead)
		}
		l.addRights(&v)
	}
	if v.twin == nil {
		v.twin = l.passedBack(&v)
	}
	if v.twin != nil && l.cfg.Policy.Twin == TwinDeny && l.surelyInside(v.twin) {
		return l.denyEntry(i, v, fact.ReasonAlreadyInside)
	}
	spot, reason := l.chooseSpot(i, v)
	if reason != fact.ReasonNone {
		return l.denyEntry(i, v, reason)
	}
	return l.grantEntry(i, v, spot)
}

// unnamed is the ticket of the vehicle at a gate that was let in as nobody in particular, and has not gone through yet. Who
// names a plate now, as a program with a camera of its own does, means this vehicle and not one more.
func (l *Lot) unnamed(i int) *Ticket {
	n := l.lane(i)
	t := l.tickets.byID[n.through]
	if !n.present || !n.granted || !l.pending(n.through) || t.Credential != fact.CredentialNone || t.Plate != "" {
		return nil
	}
	return t
}

// insteadOf ends what a vehicle was let in on so far; the grant that follows takes the place of that one.
func (l *Lot) insteadOf(i int, before *Ticket, vend gate.Vend) gate.Input {
	if before == nil {
		return gate.Grant(vend)
	}
	l.emit(fact.VehicleBackedOut{Gate: l.cfg.Gates[i].ID, Direction: fact.Inward, Ticket: before.ID})
	return gate.Grant(vend).InsteadOf(before.ID)
}

// twin finds the newest open ticket with exactly this plate.
func (l *Lot) twin(p fact.Plate) *Ticket {
	var newest *Ticket
	for _, id := range l.tickets.plates.Exact(p) {
		if t := l.tickets.byID[id]; t != nil && (newest == nil || newest.Entry.HLC < t.Entry.HLC) {
			newest = t
		}
	}
	return newest
}

// passedBack is the ticket of another vehicle that is inside on the same pass: somebody has handed it back, or an exit was
// missed. A pass is for one vehicle at a time.
func (l *Lot) passedBack(v *visit) *Ticket {
	for _, t := range l.tickets.holders[v.pass.ID] {
		if t != v.instead {
			return t
		}
	}
	return nil
}

// surelyInside reports whether a ticket's vehicle can't have left unseen: it stands on its spot, or nobody has left without a
// ticket since it came in. A gate that was held open, or that a person or a fire raised, leaves that open.
func (l *Lot) surelyInside(t *Ticket) bool {
	at, found := l.spotIndex[t.Spot]
	return found && t.Parked && l.cfg.Spots[at].Sensor >= 0 || l.unnamedSince(t.Entry.WallMS) < 0
}

// addRights finds the reservation or pass of a vehicle's plate.
func (l *Lot) addRights(v *visit) {
	if v.reservation.ID != "" {
		return // the one that was shown
	}
	if reservation, found := l.book.ForPlate(v.plate, l.now.WallMS); found && reservation.Status == fact.ReservationConfirmed {
		v.reservation, v.reason = reservation, fact.ReasonReservation
		return
	}
	if pass, found := l.book.PassForPlate(v.plate, l.now.WallMS); found && v.pass.ID == "" {
		v.pass, v.reason = pass, fact.ReasonPass
	}
}

// chooseSpot finds the spot for a visit: the reserved one; else the best free one of a type it may use, unless
// those left are spoken for by reservations about to start.
func (l *Lot) chooseSpot(i int, v visit) (int32, fact.Reason) {
	types := l.cfg.Upgrade.Types(v.wants(), v.handicapped())
	if at, has := l.spotOf(v.instead); has && v.reservation.ID == "" && slices.Contains(types, l.cfg.Spots[at].Type) {
		return at, fact.ReasonNone
	}
	if v.reservation.ID != "" {
		if at, found := l.spotIndex[v.reservation.Spot]; found && l.usable(at, v.reservation.ID) {
			return at, fact.ReasonNone
		}
		if at, ok := l.allocator.Best(types, l.entryNumbers[i]); ok {
			return at, fact.ReasonNone
		}
		return 0, fact.ReasonFull
	}
	open := types[:0:0]
	for _, kind := range types {
		if l.allocator.FreeCount(kind) > l.unplaced(kind)+l.kept(kind) {
			open = append(open, kind)
		}
	}
	if at, ok := l.allocator.Best(open, l.entryNumbers[i]); ok {
		return at, fact.ReasonNone
	}
	if l.freeOtherwise(types, v.handicapped()) {
		return 0, fact.ReasonWrongType
	}
	return 0, fact.ReasonFull
}

// spotOf is the spot that waits for a ticket's vehicle.
func (l *Lot) spotOf(t *Ticket) (int32, bool) {
	if t == nil {
		return 0, false
	}
	at, found := l.spotIndex[t.Spot]
	return at, found && l.spots[at].Ticket == t.ID
}

// usable reports whether the spot bound to a reservation can be had now.
func (l *Lot) usable(at int32, id fact.ReservationID) bool {
	spot := &l.spots[at]
	return spot.Reservation == id && spot.Status() == fact.SpotReserved
}

// freeOtherwise reports whether there is a free spot, but of no type that the visit may use. To those without a right to
// them, handicapped spots are as good as taken.
func (l *Lot) freeOtherwise(types []fact.SpotType, handicapped bool) bool {
	free := l.allocator.FreeCount(fact.AnyType)
	if !handicapped {
		free -= l.allocator.FreeCount(fact.Handicapped)
	}
	for _, kind := range types {
		free -= l.allocator.FreeCount(kind)
	}
	return free > 0
}

// wants is the spot type that a visit asks for, and whose price it pays whatever an upgrade gives it.
func (v *visit) wants() fact.SpotType {
	switch {
	case v.reservation.ID != "":
		return v.reservation.SpotType
	case v.pass.ID != "" && v.pass.SpotType != fact.AnyType:
		return v.pass.SpotType
	}
	return cmp.Or(v.vehicle, fact.Regular)
}

// handicapped reports whether a visit has the right to a handicapped spot.
func (v *visit) handicapped() bool {
	return v.reservation.SpotType == fact.Handicapped || v.pass.SpotType == fact.Handicapped
}

// grantEntry opens a ticket and lets the vehicle in.
func (l *Lot) grantEntry(i int, v visit, spot int32) (fact.TicketID, fact.Reason) {
	if v.twin != nil {
		l.suspect(v.twin, fact.ReasonMissedExit)
	}
	dot := l.nextDot()
	granted := fact.EntryGranted{
		Gate: l.cfg.Gates[i].ID, Ticket: fact.TicketID(dot.ID('T')), Credential: v.credential, Plate: v.plate,
		PlateRaw: clip(v.raw), Confidence: v.confidence, Vehicle: v.vehicle, Spot: l.cfg.Spots[spot].ID,
		SpotType: l.cfg.Spots[spot].Type, Priced: v.wants(), Reservation: v.reservation.ID, Pass: v.pass.ID,
		Tariff: l.tariffs.current.Tariff.Version, Reason: v.reason, Without: l.without(i), Claimed: v.claimedMS,
		Occupancy: l.occupancyPermille(), Rejoins: l.rejoins(&v),
	}
	if v.twin != nil {
		granted.Twin = v.twin.ID
	}
	grant := l.insteadOf(i, v.instead, gate.Vend{Ticket: granted.Ticket, Direction: fact.Inward, Reason: v.reason})
	l.emit(granted)
	l.watchOverstay(l.tickets.byID[granted.Ticket])
	l.letThrough(i, granted.Ticket, grant)
	welcome := l.appendWay(l.appendSurge(append(make([]string, 0, 5), "Welcome"), granted.Occupancy), i, spot)
	l.show(i, Face{Lines: welcome, Colour: Green})
	if v.print && l.cfg.Gates[i].Printer {
		l.do(PrintTicket{Gate: i, Ticket: granted.Ticket, Lines: append([]string{l.cfg.Name, l.civil(l.now.WallMS)}, welcome[1:]...)})
	}
	return granted.Ticket, v.reason
}

// readmit lets an interrupted entry go on, on the ticket it has.
func (l *Lot) readmit(i int, t, before *Ticket) (fact.TicketID, fact.Reason) {
	if l.pending(t.ID) {
		return t.ID, fact.ReasonReentered // it has its grant and has not used it
	}
	grant := l.insteadOf(i, before, gate.Vend{Ticket: t.ID, Direction: fact.Inward, Reason: fact.ReasonReentered})
	l.emit(fact.EntryReadmitted{Gate: l.cfg.Gates[i].ID, Ticket: t.ID})
	l.letThrough(i, t.ID, grant)
	lines := []string{"Welcome"}
	if at, found := l.spotIndex[t.Spot]; found {
		lines = l.appendWay(lines, i, at)
	}
	l.show(i, Face{Lines: lines, Colour: Green})
	return t.ID, fact.ReasonReentered
}

// pending reports whether a ticket has a grant of this run that its vehicle has not used.
func (l *Lot) pending(id fact.TicketID) bool {
	t := l.tickets.byID[id]
	return t != nil && (t.Status == TicketAdmitted || t.Status == TicketLeaving) && t.Granted.Incarnation == l.meta.Incarnation
}

// letThrough gives a gate the right to let one vehicle pass.
func (l *Lot) letThrough(i int, ticket fact.TicketID, grant gate.Input) {
	n := l.lane(i)
	n.granted, n.asked, n.through, n.helpAtMS = true, true, ticket, 0
	n.wait(waitNone, never)
	l.eager = true
	n.feed(l, i, grant)
}

// denyEntry refuses, says why on the display and in the log. A vehicle that the arm is up for keeps what it was let in on.
func (l *Lot) denyEntry(i int, v visit, reason fact.Reason) (fact.TicketID, fact.Reason) {
	if v.instead != nil {
		return v.instead.ID, v.instead.Reason
	}
	l.emit(fact.EntryDenied{
		Gate: l.cfg.Gates[i].ID, Credential: v.credential, Plate: v.plate, Reason: reason, Without: l.without(i), Vehicle: v.vehicle,
	})
	l.lanes[i].feed(l, i, gate.Refuse(l.direction(i)))
	l.show(i, Face{Lines: refusalLines(reason), Colour: Red})
	return "", reason
}

// refusalLines tells a driver why, and what to do.
func refusalLines(reason fact.Reason) []string {
	switch reason {
	case fact.ReasonFull:
		return []string{"FULL", "Please drive on"}
	case fact.ReasonWrongType:
		return []string{"No space for", "this vehicle"}
	case fact.ReasonAlreadyInside:
		return []string{"Already inside", "Press help"}
	case fact.ReasonAmbiguousPlate:
		return []string{"Plate not clear", "Show your ticket"}
	case fact.ReasonNoTicket:
		return []string{"No ticket found", "Show it or press help"}
	case fact.ReasonTicketUsed:
		return []string{"Ticket was used", "Press help"}
	case fact.ReasonUnpaid:
		return []string{"Not paid yet", "Use a pay station"}
	case fact.ReasonDeclined:
		return []string{"Payment declined", "Try another card"}
	case fact.ReasonUnknownCredential:
		return []string{"Card not known", "Take a ticket"}
	case fact.ReasonOutsideWindow:
		return []string{"Not valid now", "Press help"}
	case fact.ReasonTerminalFault:
		return []string{"Terminal is down", "Use a pay station"}
	case fact.ReasonWrongVehicle:
		return []string{"Not for this", "vehicle: press help"}
	case fact.ReasonFire:
		return []string{"FIRE", "Do not enter"}
	}
	return []string{"Please wait", "Press help"}
}

// wayWords are what a driver is told of each floor and zone.
type wayWords struct{ ramps, zones []string }

func newWayWords(cfg *Config) wayWords {
	var words wayWords
	for i := range cfg.Floors {
		words.ramps = append(words.ramps, "Ramp to "+cfg.Floors[i].Name)
	}
	for i := range cfg.Zones {
		words.zones = append(words.zones, "Zone "+cfg.Zones[i].Name)
	}
	return words
}

// Directions tells a driver the way from a gate to a spot.
func (l *Lot) Directions(i int, spot int32) []string { return l.appendWay(nil, i, spot) }

func (l *Lot) appendWay(lines []string, i int, spot int32) []string {
	s := &l.cfg.Spots[spot]
	to := &l.cfg.Floors[s.Floor]
	if from := &l.cfg.Floors[l.cfg.Gates[i].Floor]; from.Number != to.Number {
		lines = append(lines, l.way.ramps[s.Floor])
	}
	if s.Zone >= 0 && s.Zone < len(l.way.zones) {
		lines = append(lines, l.way.zones[s.Zone])
	}
	return append(lines, "Spot "+s.Number)
}

// clip bounds a text that came from outside.
func clip(text string) string { return fact.Clip(text, noteMaxBytes) }

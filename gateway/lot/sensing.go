package lot

import (
	"cmp"
	"slices"

	"gatehouse/gateway/occupancy"
	"gatehouse/sync/fact"
)

// sensing are the spots' detectors, and when they are to be looked at.
type sensing struct {
	spots []occupancy.Spot
	due   due[int32]
	at    []int64 // when due holds each spot; never: it does not
	turn  baselinesTurn
	hear  func(Heard) // may be nil
}

func newSensing(cfg *Config) sensing {
	n := len(cfg.Spots)
	return sensing{spots: make([]occupancy.Spot, n), at: slices.Repeat([]int64{never}, n), turn: baselinesTurn{whenMS: never}}
}

// spotRead takes one reading of a spot's sensor. Almost all of them change nothing.
func (l *Lot) spotRead(e SpotRead) {
	kind := l.cfg.Spots[e.Spot].Sensor
	if kind < 0 {
		return
	}
	if l.sensing.hear != nil {
		l.sensing.hear(Heard{Spot: e.Spot, Now: l.now, Before: &l.sensing.spots[e.Spot], Config: &l.cfg.Sensors[kind], Reading: e.Reading})
	}
	change, changed := l.sensing.spots[e.Spot].Read(&l.cfg.Sensors[kind], l.now.MonoMS, e.Reading)
	if changed {
		l.sensed(e.Spot, change)
	}
	l.watchSensing(e.Spot)
}

// calibrate has a spot's sensors learn anew what empty looks like, if they don't see the spot as the person who says that it is
// empty: a car stood there when they learned, or the floor was raised.
func (l *Lot) calibrate(i int32) {
	spot := &l.sensing.spots[i]
	if l.cfg.Spots[i].Sensor < 0 || spot.Status() == fact.SpotAvailable {
		return
	}
	spot.Calibrate()
	if l.sensing.hear != nil {
		l.sensing.hear(Heard{Spot: i, Now: l.now, Calibrated: true})
	}
}

// watchSensing has a spot looked at when its debounce or its silence runs out.
func (l *Lot) watchSensing(i int32) {
	wakeMS := l.sensing.spots[i].WakeMS()
	if wakeMS < l.sensing.at[i] {
		l.sensing.at[i] = wakeMS
		l.sensing.due.put(wakeMS, i)
	}
}

func (l *Lot) expireSensing() {
	for l.sensing.due.next() <= l.now.MonoMS {
		whenMS, i := l.sensing.due.next(), l.sensing.due.take()
		if l.sensing.at[i] != whenMS {
			continue // an earlier entry of the same spot has taken care of it
		}
		l.sensing.at[i] = never
		kind := l.cfg.Spots[i].Sensor
		if l.sensing.hear != nil && l.sensing.spots[i].WakeMS() <= l.now.MonoMS { // an earlier tick than asked for changes nothing
			l.sensing.hear(Heard{Spot: i, Now: l.now, Before: &l.sensing.spots[i], Config: &l.cfg.Sensors[kind], Tick: true})
		}
		if change, changed := l.sensing.spots[i].Tick(&l.cfg.Sensors[kind], l.now.MonoMS); changed {
			l.sensed(i, change)
		}
		l.watchSensing(i)
	}
}

// sensed turns what the sensors make of a spot into facts.
func (l *Lot) sensed(i int32, c occupancy.Change) {
	id := l.cfg.Spots[i].ID
	switch c.Sensor.Kind {
	case occupancy.SensorFaulted:
		l.emit(fact.SensorFaulted{Spot: id, Sensor: c.Sensor.Sensor, Reason: c.Sensor.Reason})
	case occupancy.SensorRecovered:
		l.emit(fact.SensorRecovered{Spot: id, Sensor: c.Sensor.Sensor, Reason: c.Sensor.Reason})
	}
	if c.After == l.spots[i].Sensed {
		return
	}
	l.spotBecame(i, fact.SpotChanged{
		Spot: id, Before: l.spots[i].Sensed, After: c.After, Confidence: c.Confidence, Reason: c.Reason, SinceMS: c.SinceMS,
	})
}

// spotBecame records a spot's new state and works out whose car it was.
func (l *Lot) spotBecame(i int32, change fact.SpotChanged) {
	left := l.tickets.byID[l.spots[i].Ticket]
	l.emit(change)
	switch {
	case change.After == fact.SpotOccupied:
		l.recognise(i)
	case left != nil:
		l.watchVacated(left)
	}
}

// recognise finds the ticket of a car that appeared on a spot: the one the spot is held for; else one on its
// way, the one that entered first; else one that has just left another spot, the latest first. A car that
// belongs to none came in behind another.
func (l *Lot) recognise(i int32) {
	spot, id := &l.spots[i], l.cfg.Spots[i].ID
	if spot.Ticket != "" {
		if !spot.Parked {
			l.emit(fact.TicketParked{Ticket: spot.Ticket, Spot: id})
			l.watchCharging(l.tickets.byID[spot.Ticket])
		}
		return
	}
	reserved := spot.Reservation
	t, guess := l.cameInAfterAll(i), false
	if t == nil {
		t, guess = l.likelyOn(i)
	}
	if t == nil {
		l.emit(fact.ViolationFound{Violation: fact.ViolationNoRight, Spot: id})
		l.moveReservation(reserved)
		return
	}
	held := t.Spot
	if at, found := l.spotIndex[held]; !found || l.spots[at].Ticket != t.ID {
		held = ""
	}
	l.emit(fact.TicketParked{Ticket: t.ID, Spot: id, Held: held, Guess: guess})
	l.watchCharging(t)
	if guess || l.now.MonoMS < l.doubts.followedUntilMS { // the car seen here may be one that followed another in
		l.doubtSpot(doubted{gate: -1}, held, fact.ReasonParkedElsewhere)
	}
	switch {
	case reserved != "" && t.Reservation != reserved:
		l.emit(fact.ViolationFound{Violation: fact.ViolationReservedSpot, Spot: id, Ticket: t.ID})
		l.moveReservation(reserved)
	case !l.mayUse(t, l.cfg.Spots[i].Type):
		l.emit(fact.ViolationFound{Violation: fact.ViolationWrongSpotType, Spot: id, Ticket: t.ID})
	}
}

// mayUse reports whether a ticket's vehicle may stand on a type of spot.
func (l *Lot) mayUse(t *Ticket, kind fact.SpotType) bool {
	handicapped := t.Priced == fact.Handicapped
	return slices.Contains(l.cfg.Upgrade.Types(cmp.Or(t.Vehicle, fact.Regular), handicapped), kind) || t.Priced == kind
}

func (l *Lot) likelyOn(i int32) (t *Ticket, guess bool) {
	for n := len(l.tickets.roaming) - 1; n >= 0; n-- {
		if l.tickets.roaming[n].Spot == l.cfg.Spots[i].ID {
			return l.tickets.roaming[n], false // the sensor lost it for a moment
		}
	}
	if len(l.tickets.arriving) > 0 {
		return l.tickets.arriving[0], len(l.tickets.arriving) > 1
	}
	if n := len(l.tickets.roaming); n > 0 {
		return l.tickets.roaming[n-1], n > 1
	}
	return nil, false
}

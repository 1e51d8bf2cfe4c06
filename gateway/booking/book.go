package booking

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"

	"gatehouse/sync/fact"
)

// ErrOver is returned for a change of a reservation that has ended, or that can't be changed any more.
var ErrOver = errors.New("booking: too late to change the reservation")

// Book is all reservations and passes of the location. Not safe for concurrent use.
type Book struct {
	rules    Rules
	calendar *Calendar

	reservations map[fact.ReservationID]*entry
	byPlate      index[fact.Plate, fact.ReservationID]
	byUser       index[fact.UserID, fact.ReservationID]
	byClaim      map[claim]fact.ReservationID
	agenda       agenda
	over         agenda // what can be forgotten, by the end of its window

	passes
}

// entry is a reservation and the number of its changes, which outdates what was due before.
type entry struct {
	Reservation
	generation uint32
}

// NewBook is an empty book for a location that can sell so much.
func NewBook(rules Rules, capacity Capacity) *Book {
	return &Book{
		rules:        rules,
		calendar:     NewCalendar(capacity),
		reservations: map[fact.ReservationID]*entry{},
		byPlate:      index[fact.Plate, fact.ReservationID]{},
		byUser:       index[fact.UserID, fact.ReservationID]{},
		byClaim:      map[claim]fact.ReservationID{},
		passes:       newPasses(),
	}
}

// Load puts kept reservations and passes into an empty book. What is due is due again.
func (b *Book) Load(reservations []Reservation, passes []Pass) {
	for _, reservation := range reservations {
		b.change(&entry{}, reservation)
	}
	for _, pass := range passes {
		b.keep(pass)
	}
}

// Calendar is what is sold. Only the Book changes it; SetCapacity is the caller's.
func (b *Book) Calendar() *Calendar { return b.calendar }

// SetRules changes the location's times. What is due is due by them.
func (b *Book) SetRules(rules Rules) {
	b.rules, b.agenda = rules, nil
	for _, r := range b.Reservations() {
		if r.Live() {
			b.schedule(b.reservations[r.ID])
		}
	}
}

// CheckMade says whether the reservation may be confirmed now: its window by the rules, and a spot of its type
// for all of it.
func (b *Book) CheckMade(f fact.ReservationMade, nowMS int64) error {
	if _, known := b.reservations[f.Reservation]; known {
		return fmt.Errorf("%w: %s", ErrKnown, f.Reservation)
	}
	if err := b.rules.CheckWindow(nowMS, f.StartMS, f.EndMS); err != nil {
		return err
	}
	return b.calendar.Fits("", f.SpotType, f.StartMS, f.EndMS)
}

// CheckEdited says whether the edit may be accepted now. While the vehicle is inside, only the end can change.
func (b *Book) CheckEdited(f fact.ReservationEdited, nowMS int64) error {
	old, err := b.live(f.Reservation)
	if err != nil {
		return err
	}
	if old.Status == fact.ReservationConfirmed {
		err = b.rules.CheckWindow(nowMS, f.StartMS, f.EndMS)
	} else {
		err = b.checkExtended(old, f, nowMS)
	}
	if err != nil {
		return err
	}
	return b.calendar.Fits(f.Reservation, f.SpotType, f.StartMS, f.EndMS)
}

func (b *Book) checkExtended(old *entry, f fact.ReservationEdited, nowMS int64) error {
	switch {
	case f.StartMS != old.StartMS || f.SpotType != old.SpotType || f.Plate != old.Plate:
		return fmt.Errorf("%w: %s: the vehicle is inside; only the end can change", ErrOver, f.Reservation)
	case f.EndMS <= nowMS:
		return fmt.Errorf("%w: it ends in the past; choose a later end", ErrWindow)
	}
	return b.rules.checkDuration(f.StartMS, f.EndMS)
}

// CheckCancelled says whether the reservation may be cancelled: not when its vehicle came or it is over.
func (b *Book) CheckCancelled(id fact.ReservationID) error {
	old, err := b.live(id)
	if err == nil && old.Status != fact.ReservationConfirmed {
		return fmt.Errorf("%w: %s is %s", ErrOver, id, old.Status)
	}
	return err
}

func (b *Book) live(id fact.ReservationID) (*entry, error) {
	e, known := b.reservations[id]
	switch {
	case !known:
		return nil, fmt.Errorf("%w: %q", ErrUnknown, id)
	case !e.Live():
		return nil, fmt.Errorf("%w: %s is %s", ErrOver, id, e.Status)
	}
	return e, nil
}

// Made takes over a confirmed reservation. The second of one id changes nothing.
func (b *Book) Made(f fact.ReservationMade) {
	if _, known := b.reservations[f.Reservation]; known {
		return
	}
	b.change(&entry{}, Reservation{
		ID: f.Reservation, User: f.User, SpotType: f.SpotType, Plate: f.Plate,
		StartMS: f.StartMS, EndMS: f.EndMS, PrepaidMinor: f.PrepaidMinor, Right: f.Right, Edit: f.Edit,
	})
}

// Edited takes over what a live reservation now asks for. A spot that had been chosen is let go and returned if
// it no longer serves: another type is wanted, or the vehicle comes later. A new one will be due.
func (b *Book) Edited(f fact.ReservationEdited) (freed fact.SpotID) {
	e, err := b.live(f.Reservation)
	if err != nil {
		return ""
	}
	after := e.Reservation
	after.SpotType, after.Plate, after.StartMS, after.EndMS = f.SpotType, f.Plate, f.StartMS, f.EndMS
	after.Right, after.Edit, after.User = f.Right, f.Edit, cmp.Or(f.User, e.User)
	moved := after.SpotType != e.SpotType || after.StartMS > e.StartMS
	if moved && e.Status == fact.ReservationConfirmed {
		freed, after.Spot = e.Spot, ""
	}
	b.change(e, after)
	return freed
}

// Ended takes over a cancellation or a no-show and returns the spot that had been chosen, if one had.
func (b *Book) Ended(f fact.ReservationEnded) (freed fact.SpotID) {
	e, err := b.live(f.Reservation)
	if err != nil || f.Status == fact.ReservationConfirmed || f.Status == fact.ReservationActive {
		return ""
	}
	freed = e.Spot
	after := e.Reservation
	after.Spot, after.Status = "", f.Status
	b.change(e, after)
	return freed
}

// SpotBound takes over the spot that was chosen; an empty one lets it go, and a new one will be due.
func (b *Book) SpotBound(f fact.ReservationSpot) {
	if e, err := b.live(f.Reservation); err == nil {
		after := e.Reservation
		after.Spot = f.Spot
		b.change(e, after)
	}
}

// Activated: the vehicle of a confirmed reservation was let in on that ticket (fact.EntryGranted).
func (b *Book) Activated(id fact.ReservationID, ticket fact.TicketID) {
	if e, err := b.live(id); err == nil {
		after := e.Reservation
		after.Status, after.Ticket = fact.ReservationActive, ticket
		b.change(e, after)
	}
}

// Completed: the vehicle left for good (fact.VehiclePassed at an exit). What is left of the window can be sold.
func (b *Book) Completed(id fact.ReservationID) {
	if e, err := b.live(id); err == nil {
		after := e.Reservation
		after.Status, after.Spot = fact.ReservationCompleted, ""
		b.change(e, after)
	}
}

// change is the one place where a reservation changes: the indexes, the calendar and the agenda follow.
func (b *Book) change(e *entry, after Reservation) {
	if before := &e.Reservation; before.Live() {
		b.byPlate.remove(before.Plate, before.ID)
	}
	b.byUser.remove(e.User, e.ID)
	b.forgetClaim(&e.Reservation)
	e.Reservation = after
	e.generation++
	b.reservations[after.ID] = e
	b.byUser.add(after.User, after.ID)
	b.noteClaim(&after)
	if !after.Live() {
		b.calendar.Release(after.ID)
		b.over.push(due{Action: Action{Reservation: after.ID, WhenMS: after.EndMS}})
		return
	}
	b.byPlate.add(after.Plate, after.ID)
	b.calendar.put(after.ID, after.span())
	b.schedule(e)
}

// Forget drops reservations that are over and whose window ended before the given time, and returns which.
func (b *Book) Forget(beforeMS int64) (forgotten []fact.ReservationID) {
	for len(b.over) > 0 && b.over[0].WhenMS < beforeMS {
		if e, known := b.reservations[b.over.pop().Reservation]; known {
			b.byUser.remove(e.User, e.ID)
			b.forgetClaim(&e.Reservation)
			delete(b.reservations, e.ID)
			forgotten = append(forgotten, e.ID)
		}
	}
	return forgotten
}

// ByID finds a reservation, over or not.
func (b *Book) ByID(id fact.ReservationID) (Reservation, bool) {
	if e, known := b.reservations[id]; known {
		return e.Reservation, true
	}
	return Reservation{}, false
}

// ForPlate finds the reservation of the plate whose window holds now, early arrival included. One whose vehicle
// is still expected comes before one whose vehicle is inside; then the earlier one.
func (b *Book) ForPlate(plate fact.Plate, nowMS int64) (Reservation, bool) {
	found := b.collect(b.byPlate[plate])
	found = slices.DeleteFunc(found, func(r Reservation) bool { return !b.rules.InWindow(&r, nowMS) })
	if len(found) == 0 {
		return Reservation{}, false
	}
	return slices.MinFunc(found, func(x, y Reservation) int {
		return cmp.Or(cmp.Compare(x.Status, y.Status), compareStart(x, y))
	}), true
}

// ByUser lists the reservations of a user, over or not, by start.
func (b *Book) ByUser(user fact.UserID) []Reservation { return b.collect(b.byUser[user]) }

// Reservations lists all, by start: what a snapshot keeps.
func (b *Book) Reservations() []Reservation {
	return b.collect(slices.Sorted(maps.Keys(b.reservations)))
}

func (b *Book) collect(ids []fact.ReservationID) []Reservation {
	found := make([]Reservation, 0, len(ids))
	for _, id := range ids {
		found = append(found, b.reservations[id].Reservation)
	}
	slices.SortFunc(found, compareStart)
	return found
}

func compareStart(x, y Reservation) int {
	return cmp.Or(cmp.Compare(x.StartMS, y.StartMS), cmp.Compare(x.ID, y.ID))
}

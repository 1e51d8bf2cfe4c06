package booking_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"gatehouse/gateway/booking"
	"gatehouse/sync/fact"
)

// diary drives a Book with random requests and obeys what is due, as the lot does.
type diary struct {
	book  *booking.Book
	nowMS int64
	spots int // chosen so far: each gets a new name
}

func (d *diary) step(rt *rapid.T) {
	id := fact.ReservationID(fmt.Sprint("R", rapid.IntRange(0, 15).Draw(rt, "id")))
	start := noon + rapid.Int64Range(-hour, 6*hour).Draw(rt, "start")
	end := start + rapid.Int64Range(minute, 3*hour).Draw(rt, "length")
	switch rapid.IntRange(0, 5).Draw(rt, "step") {
	case 0, 1:
		if f := made(id, start, end); d.book.CheckMade(f, d.nowMS) == nil {
			d.book.Made(f)
		}
	case 2:
		f := fact.ReservationEdited{Reservation: id, SpotType: fact.Regular, Plate: plate, StartMS: start, EndMS: end}
		if d.book.CheckEdited(f, d.nowMS) == nil {
			d.book.Edited(f)
		}
	case 3:
		if d.book.CheckCancelled(id) == nil {
			d.book.Ended(fact.ReservationEnded{Reservation: id, Status: fact.ReservationCancelled})
		}
	case 4:
		if r, ok := d.book.ForPlate(plate, d.nowMS); ok && r.Status == fact.ReservationConfirmed {
			d.book.Activated(r.ID, "T")
		} else if ok {
			d.book.Completed(r.ID)
		}
	case 5:
		d.nowMS += rapid.Int64Range(1, hour).Draw(rt, "pause")
		for _, action := range d.book.Due(d.nowMS) {
			d.obey(rt, action)
		}
	}
}

func (d *diary) obey(rt *rapid.T, action booking.Action) {
	switch action.Kind {
	case booking.NoShow:
		d.book.Ended(fact.ReservationEnded{Reservation: action.Reservation, Status: fact.ReservationNoShow})
	case booking.Assign:
		if rapid.Bool().Draw(rt, "a spot is free") {
			d.spots++
			d.book.SpotBound(fact.ReservationSpot{Reservation: action.Reservation, Spot: fact.SpotID(fmt.Sprint(d.spots))})
		}
	}
}

// check compares indexes, calendar and agenda with what a look at all reservations says.
func (d *diary) check(rt *rapid.T, capacity int) {
	all, rules := d.book.Reservations(), booking.DefaultRules()
	next, waiting := int64(0), false
	counts := map[int64]int{}
	for _, r := range all {
		if !r.Live() {
			continue
		}
		for at := r.StartMS - r.StartMS%booking.SlotMS; at < r.EndMS; at += booking.SlotMS {
			counts[at]++
		}
		if rules.DueNoShow(&r, d.nowMS) {
			waiting = true
		}
	}
	for at, want := range counts {
		if got := d.book.Calendar().Reserved(fact.Regular, at); got != want || got > capacity {
			rt.Fatalf("%d reserved, want %d, capacity %d", got, want, capacity)
		}
	}
	next, ok := d.book.Next()
	if waiting && (!ok || next > d.nowMS+rules.RetryMS) {
		rt.Fatalf("a no-show is due and will not be said: next %d (%t) at %d", next, ok, d.nowMS)
	}
	if byUser := d.book.ByUser("U1"); !slices.Equal(byUser, all) {
		rt.Fatalf("by user %v, all %v", byUser, all)
	}
}

func TestTheBookIsConsistentWhateverHappens(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		capacity := rapid.IntRange(1, 4).Draw(rt, "capacity")
		rules := booking.DefaultRules()
		rules.MinDurationMS = minute
		d := &diary{book: booking.NewBook(rules, sells(capacity)), nowMS: noon - 2*hour}
		for range rapid.IntRange(1, 100).Draw(rt, "steps") {
			d.step(rt)
			d.check(rt, capacity)
		}
		again := booking.NewBook(rules, sells(capacity))
		again.Load(d.book.Reservations(), d.book.Passes())
		restarted := &diary{book: again, nowMS: d.nowMS}
		restarted.check(rt, capacity)

		d.nowMS = noon + 2*day
		for _, action := range d.book.Due(d.nowMS) {
			d.obey(rt, action)
		}
		for _, r := range d.book.Reservations() {
			if r.Status == fact.ReservationConfirmed {
				rt.Fatalf("long past its window: %+v", r)
			}
		}
	})
}

// What is due comes in one order, however the book came to be.
func TestDueIsInOneOrder(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var facts []fact.ReservationMade
		for i := range rapid.IntRange(1, 20).Draw(rt, "reservations") {
			start := noon + rapid.Int64Range(0, 4).Draw(rt, "start")*15*minute
			facts = append(facts, made(fact.ReservationID(fmt.Sprint("R", i)), start, start+hour))
		}
		due := func(order []fact.ReservationMade) []booking.Action {
			b := booking.NewBook(booking.DefaultRules(), sells(0))
			for _, f := range order {
				b.Made(f)
			}
			return b.Due(noon + 10*minute)
		}
		straight, shuffled := due(facts), due(rapid.Permutation(facts).Draw(rt, "order"))
		if !slices.Equal(straight, shuffled) {
			rt.Fatalf("%v\n%v", straight, shuffled)
		}
		if !slices.IsSortedFunc(straight, func(x, y booking.Action) int { return int(x.WhenMS - y.WhenMS) }) {
			rt.Fatalf("not by time: %v", straight)
		}
	})
}

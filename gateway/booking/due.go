package booking

import (
	"cmp"

	"gatehouse/sync/fact"
)

// Action is something that is due for a reservation.
type Action struct {
	Kind        ActionKind
	Reservation fact.ReservationID
	WhenMS      int64 // for when it was due
}

// ActionKind says what is due.
type ActionKind uint8

// What can be due. Assign and NoShow are said again after RetryMS until the Book has seen the fact; Overstay,
// the end of the window with the vehicle inside, once in each run of the gateway.
const (
	NoShow ActionKind = iota
	Assign
	Overstay
)

// due is an action that holds as long as the reservation has not changed since.
type due struct {
	Action
	generation uint32
}

// compare orders by time; at the same time by kind, so that a spot is given back before one is asked for.
func (d *due) compare(other *due) int {
	return cmp.Or(
		cmp.Compare(d.WhenMS, other.WhenMS), cmp.Compare(d.Kind, other.Kind), cmp.Compare(d.Reservation, other.Reservation),
		cmp.Compare(d.generation, other.generation),
	)
}

// agenda is a binary heap of what is due, the earliest on top.
type agenda []due

func (a *agenda) push(d due) {
	*a = append(*a, d)
	list := *a
	for at := len(list) - 1; at > 0; {
		parent := (at - 1) / 2
		if list[at].compare(&list[parent]) >= 0 {
			return
		}
		list[at], list[parent] = list[parent], list[at]
		at = parent
	}
}

func (a *agenda) pop() due {
	list := *a
	top, last := list[0], len(list)-1
	list[0] = list[last]
	list[last] = due{}
	*a = list[:last]
	a.sink(0)
	return top
}

func (a *agenda) sink(at int) {
	list := *a
	for {
		child := 2*at + 1
		if child+1 < len(list) && list[child+1].compare(&list[child]) < 0 {
			child++
		}
		if child >= len(list) || list[child].compare(&list[at]) >= 0 {
			return
		}
		list[at], list[child] = list[child], list[at]
		at = child
	}
}

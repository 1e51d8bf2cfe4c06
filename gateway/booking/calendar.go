package booking

import (
	"errors"
	"fmt"
	"time"

	"gatehouse/sync/fact"
)

// SlotMS is the grain of the Calendar: a quarter of an hour. A reservation counts in every slot it touches, so
// that two which share a slot without overlapping need two spots.
const SlotMS = 15 * 60 * 1000

// slotsMax bounds a window: 400 days.
const slotsMax = 400 * 24 * 4

// The errors of a Calendar.
var (
	ErrNoAvailability = errors.New("booking: no spot available")
	ErrWindow         = errors.New("booking: wrong window")
	ErrKnown          = errors.New("booking: the reservation exists already")
	ErrUnknown        = errors.New("booking: no such reservation")
)

// FullError says when a type is sold out. It is an ErrNoAvailability.
type FullError struct {
	Type fact.SpotType
	AtMS int64 // the first full moment of the window
}

// Error names the moment and what to do.
func (e *FullError) Error() string {
	at := time.UnixMilli(e.AtMS).UTC().Format(time.RFC3339)
	return fmt.Sprintf("%v: %s is sold out at %s; choose another time or type", ErrNoAvailability, e.Type, at)
}

// Unwrap makes errors.Is find ErrNoAvailability.
func (e *FullError) Unwrap() error { return ErrNoAvailability }

// Capacity is the number of spots that may be sold, by type.
type Capacity [typesMax]int

// Calendar counts what is sold of each type in each slot: by the location itself, and by headquarters of the rights that
// it was lent. What may still be sold of those is not the location's to sell.
type Calendar struct {
	capacity Capacity
	lent     Capacity // of each slot
	closed   int64    // headquarters sells no more of the slots before this one
	sold     map[slot]sold
	entries  map[fact.ReservationID]span
}

// sold is what is sold in a slot.
type sold struct {
	own, lent int
	seated    int // of the lent ones, those that have a spot
}

// slot is one quarter of an hour of one type; number 0 begins with the Unix epoch.
type slot struct {
	number int64
	of     fact.SpotType
}

// span is the slots of one reservation, both ends included.
type span struct {
	first, last  int64
	startMS      int64
	of           fact.SpotType
	lent, seated bool
}

// NewCalendar is an empty calendar.
func NewCalendar(capacity Capacity) *Calendar {
	return &Calendar{capacity: capacity, sold: map[slot]sold{}, entries: map[fact.ReservationID]span{}}
}

// SetCapacity changes how much of a type may be sold from now on. What is sold stays sold.
func (c *Calendar) SetCapacity(t fact.SpotType, spots int) {
	if int(t) < typesMax {
		c.capacity[t] = spots
	}
}

// Fits returns nil if the location could sell one more, in place of the given reservation if there is one.
func (c *Calendar) Fits(instead fact.ReservationID, t fact.SpotType, startMS, endMS int64) error {
	return c.fits(instead, spanOf(t, startMS, endMS), func(number int64, now sold) bool {
		return now.own+max(now.lent, c.promised(number, t)) < c.capacity[t]
	})
}

// fits looks at each slot of a window as it is without the reservation that is to be replaced.
func (c *Calendar) fits(instead fact.ReservationID, wanted span, room func(number int64, now sold) bool) error {
	t := wanted.of
	if t == fact.AnyType || int(t) >= typesMax {
		return fmt.Errorf("%w: type %s can't be reserved; choose one of %s", ErrNoAvailability, t, fact.SpotTypes())
	}
	if wanted.last < wanted.first || wanted.last-wanted.first >= slotsMax {
		return fmt.Errorf("%w: it must end after it starts, and within 400 days", ErrWindow)
	}
	before, replaces := c.entries[instead]
	for number := wanted.first; number <= wanted.last; number++ {
		now := c.sold[slot{number, t}]
		if replaces && before.of == t && before.first <= number && number <= before.last {
			now.add(before, -1)
		}
		if !room(number, now) {
			return &FullError{Type: t, AtMS: max(wanted.startMS, number*SlotMS)}
		}
	}
	return nil
}

// put counts a reservation, whatever the capacity: it was sold.
func (c *Calendar) put(id fact.ReservationID, entry span) {
	c.Release(id)
	entry = entry.bounded()
	c.entries[id] = entry
	c.add(entry, +1)
}

// Release gives back what a reservation had; nothing if it had nothing.
func (c *Calendar) Release(id fact.ReservationID) {
	c.add(c.entries[id], -1)
	delete(c.entries, id)
}

// add counts a span up or down. A slot in which nothing is sold takes no memory.
func (c *Calendar) add(s span, change int) {
	if s.of == fact.AnyType {
		return
	}
	for number := s.first; number <= s.last; number++ {
		at := slot{number, s.of}
		now := c.sold[at]
		if now.add(s, change); now == (sold{}) {
			delete(c.sold, at)
		} else {
			c.sold[at] = now
		}
	}
}

// add counts one slot of a reservation up or down.
func (n *sold) add(s span, change int) {
	switch {
	case !s.lent:
		n.own += change
	case s.seated:
		n.lent, n.seated = n.lent+change, n.seated+change
	default:
		n.lent += change
	}
}

func spanOf(t fact.SpotType, startMS, endMS int64) span {
	if endMS <= startMS {
		return span{first: slotNumber(startMS), last: slotNumber(startMS) - 1, startMS: startMS, of: t}
	}
	return span{first: slotNumber(startMS), last: slotNumber(endMS - 1), startMS: startMS, of: t}
}

func (s span) bounded() span {
	s.last = min(s.last, s.first+slotsMax-1)
	return s
}

// slotNumber rounds down, before 1970 too.
func slotNumber(atMS int64) int64 {
	number := atMS / SlotMS
	if atMS%SlotMS < 0 {
		number--
	}
	return number
}

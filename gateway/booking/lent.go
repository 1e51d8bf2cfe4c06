package booking

import (
	"fmt"

	"gatehouse/sync/fact"
)

// Lend says how many of a type headquarters may sell in each slot from now on.
func (c *Calendar) Lend(t fact.SpotType, count int) {
	if int(t) < typesMax {
		c.lent[t] = count
	}
}

// Lent is how many of a type headquarters may sell in each slot.
func (c *Calendar) Lent(t fact.SpotType) int { return c.lent[t] }

// CheckLend says whether so many can be lent: in no slot from now on has the location sold them itself.
func (c *Calendar) CheckLend(t fact.SpotType, count int, nowMS int64) error {
	first, full := int64(0), false
	// any order: the first one is the same in each
	for at, now := range c.sold {
		over := at.of == t && at.number >= slotNumber(nowMS) && now.own+max(now.lent, count) > c.capacity[t] && count > c.lent[t]
		if over && (!full || at.number < first) {
			first, full = at.number, true
		}
	}
	switch {
	case full:
		return &FullError{Type: t, AtMS: first * SlotMS}
	case count > c.capacity[t]:
		return fmt.Errorf("%w: of type %s %d can be sold ahead, and %d are asked for", ErrNoAvailability, t, c.capacity[t], count)
	}
	return nil
}

// Close notes that headquarters sells no more of what begins before a time: what it has not sold there is the location's
// own again.
func (c *Calendar) Close(throughMS int64) { c.closed = max(c.closed, slotNumber(throughMS)) }

// promised is how many of a slot headquarters may have sold, or still sell.
func (c *Calendar) promised(number int64, t fact.SpotType) int {
	if number < c.closed {
		return 0
	}
	return c.lent[t]
}

// Kept is how many free spots of a type must not go to whoever comes without a right now and may stay until some time:
// headquarters has sold them for a slot until then, or may have. Its sales that have their spots already are not counted
// twice.
func (b *Book) Kept(t fact.SpotType, nowMS, untilMS int64) int {
	c := b.calendar
	if int(t) >= typesMax || c.lent[t] == 0 && len(b.byClaim) == 0 {
		return 0
	}
	most, seated := 0, 0
	for number := slotNumber(nowMS - b.rules.NoShowAfterMS); number <= slotNumber(untilMS); number++ {
		most = max(most, c.sold[slot{number, t}].lent, c.promised(number, t))
	}
	for number := slotNumber(nowMS); number <= slotNumber(nowMS+b.rules.AssignAheadMS); number++ {
		seated = max(seated, c.sold[slot{number, t}].seated)
	}
	return max(0, most-seated)
}

// fitsLent returns nil if there is a right for one more sale of headquarters, in place of the given one: one that was lent,
// and that the location did not use itself after it was told that it is not sold.
func (c *Calendar) fitsLent(instead fact.ReservationID, wanted span) error {
	return c.fits(instead, wanted, func(_ int64, now sold) bool {
		return now.lent < c.lent[wanted.of] && now.own+now.lent < c.capacity[wanted.of]
	})
}

// fitsBoth returns nil if the location has room for one more sale of headquarters, whether it lent the right or not.
func (c *Calendar) fitsBoth(instead fact.ReservationID, wanted span) error {
	return c.fits(instead, wanted, func(_ int64, now sold) bool { return now.own+now.lent < c.capacity[wanted.of] })
}

// claim is what a sale of headquarters uses up. Two of them with one claim are one right sold twice.
type claim struct {
	of             fact.SpotType
	startMS, endMS int64
	right          int64
}

func (r *Reservation) claim() claim { return claim{r.SpotType, r.StartMS, r.EndMS, r.Right} }

// counts reports whether a reservation uses a lent right up: also when nobody came, and after its vehicle has left.
func (r *Reservation) counts() bool { return r.Right > 0 && r.Status != fact.ReservationCancelled }

func (b *Book) noteClaim(r *Reservation) {
	if _, taken := b.byClaim[r.claim()]; r.counts() && !taken {
		b.byClaim[r.claim()] = r.ID
	}
}

func (b *Book) forgetClaim(r *Reservation) {
	if b.byClaim[r.claim()] == r.ID {
		delete(b.byClaim, r.claim())
	}
}

// span is what a reservation takes of the calendar.
func (r *Reservation) span() span {
	s := spanOf(r.SpotType, r.StartMS, r.EndMS)
	s.lent = r.Right > 0
	s.seated = s.lent && (r.Spot != "" || r.Status == fact.ReservationActive)
	return s
}

// CheckVoucher says whether a sale of which headquarters has not told the location can be honoured: its right was lent, and
// nobody came with the same one. The reservation may be known in an older version.
func (b *Book) CheckVoucher(f fact.ReservationMade) error {
	wanted := Reservation{ID: f.Reservation, SpotType: f.SpotType, StartMS: f.StartMS, EndMS: f.EndMS, Right: f.Right}
	if other, taken := b.byClaim[wanted.claim()]; taken && other != f.Reservation {
		return fmt.Errorf("%w: right %d of this time is %s's", ErrKnown, f.Right, other)
	}
	if int(f.SpotType) >= typesMax || f.Right < 1 || f.Right > int64(b.calendar.lent[f.SpotType]) {
		return fmt.Errorf("%w: right %d was never lent", ErrNoAvailability, f.Right)
	}
	return b.calendar.fitsLent(f.Reservation, wanted.span())
}

// CheckTold says whether there is room for a sale that headquarters tells the location of. There is, unless headquarters
// forgot one of its own and sold a right twice.
func (b *Book) CheckTold(f fact.ReservationMade) error {
	wanted := Reservation{SpotType: f.SpotType, StartMS: f.StartMS, EndMS: f.EndMS, Right: f.Right}
	return b.calendar.fitsBoth(f.Reservation, wanted.span())
}

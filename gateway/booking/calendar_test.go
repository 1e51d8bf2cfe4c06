package booking_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gatehouse/gateway/booking"
	"gatehouse/sync/fact"
)

const (
	minute = int64(60_000)
	hour   = 60 * minute
	day    = 24 * hour

	// noon of 1 June 2026, UTC
	noon = int64(1_780_315_200_000)
)

// sells is a capacity of so many regular spots.
func sells(spots int) booking.Capacity {
	var capacity booking.Capacity
	capacity[fact.Regular] = spots
	return capacity
}

// The source design subtracts only reservations that have a spot, and stores new ones without: every one of a
// hundred reservations for two spots is confirmed. Its exclusion constraint does not see them either, because
// NULL conflicts with nothing.
func TestReservationsWithoutASpotCount(t *testing.T) {
	c, confirmed := booking.NewCalendar(sells(2)), 0
	for i := range 100 {
		if c.Sell(fact.ReservationID(fmt.Sprint(i)), fact.Regular, noon, noon+hour) == nil {
			confirmed++
		}
	}
	if confirmed != 2 {
		t.Errorf("%d reservations confirmed for 2 spots", confirmed)
	}
}

func TestTheRefusalNamesTheFirstFullMoment(t *testing.T) {
	c := booking.NewCalendar(sells(1))
	if err := c.Sell("R1", fact.Regular, noon+2*hour, noon+3*hour); err != nil {
		t.Fatal(err)
	}
	err := c.Sell("R2", fact.Regular, noon, noon+day)
	full := &booking.FullError{}
	if !errors.Is(err, booking.ErrNoAvailability) || !errors.As(err, &full) || full.AtMS != noon+2*hour || full.Type != fact.Regular {
		t.Errorf("got %v", err)
	}
	if !strings.Contains(err.Error(), "regular is sold out at 2026-06-01T14:00:00Z") {
		t.Errorf("got %v", err)
	}
	if err := c.Sell("R3", fact.Regular, noon+3*hour, noon+day); err != nil {
		t.Errorf("after it: %v", err)
	}
	if err := c.Sell("R4", fact.Regular, noon, noon+2*hour); err != nil {
		t.Errorf("before it: %v", err)
	}
}

func TestAWindowCountsInEverySlotItTouches(t *testing.T) {
	c := booking.NewCalendar(sells(1))
	if err := c.Sell("R1", fact.Regular, noon+14*minute, noon+16*minute); err != nil {
		t.Fatal(err)
	}
	for at, want := range map[int64]int{noon - 1: 0, noon: 1, noon + 29*minute: 1, noon + 30*minute: 0} {
		if got := c.Reserved(fact.Regular, at); got != want {
			t.Errorf("%d reserved at noon%+d ms, want %d", got, at-noon, want)
		}
	}
	if c.Reserved(fact.Large, noon) != 0 {
		t.Error("another type counts")
	}
	c.Release("R1")
	c.Release("R1")
	if got := c.Reserved(fact.Regular, noon); got != 0 {
		t.Errorf("released, %d are still reserved", got)
	}
}

func TestAnEditThatDoesNotFitLeavesTheOldOneIntact(t *testing.T) {
	c := booking.NewCalendar(sells(1))
	for id, start := range map[fact.ReservationID]int64{"R1": noon, "R2": noon + 2*hour} {
		if err := c.Sell(id, fact.Regular, start, start+hour); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Sell("R1", fact.Regular, noon, noon+150*minute); !errors.Is(err, booking.ErrNoAvailability) {
		t.Errorf("got %v", err)
	}
	if c.Reserved(fact.Regular, noon) != 1 || c.Reserved(fact.Regular, noon+90*minute) != 0 {
		t.Error("the old window does not count as before")
	}
	if err := c.Sell("R1", fact.Regular, noon+30*minute, noon+2*hour); err != nil {
		t.Errorf("its own slots are in its way: %v", err)
	}
}

func TestWhatTheCalendarRefuses(t *testing.T) {
	c := booking.NewCalendar(sells(1))
	if err := c.Sell("R1", fact.Regular, noon, noon+hour); err != nil {
		t.Fatal(err)
	}
	for name, check := range map[string]struct{ got, want error }{
		"any type":  {c.Sell("R2", fact.AnyType, noon, noon+hour), booking.ErrNoAvailability},
		"no type":   {c.Sell("R2", 99, noon, noon+hour), booking.ErrNoAvailability},
		"backwards": {c.Sell("R2", fact.Regular, noon+hour, noon), booking.ErrWindow},
		"empty":     {c.Sell("R2", fact.Regular, noon, noon), booking.ErrWindow},
		"for ever":  {c.Sell("R2", fact.Regular, noon, math.MaxInt64), booking.ErrWindow},
		"always":    {c.Sell("R2", fact.Regular, math.MinInt64, math.MaxInt64), booking.ErrWindow},
	} {
		if !errors.Is(check.got, check.want) {
			t.Errorf("%s: got %v, want %v", name, check.got, check.want)
		}
	}
}

func TestALowerCapacityKeepsWhatIsSold(t *testing.T) {
	c := booking.NewCalendar(sells(1))
	if err := c.Sell("R1", fact.Regular, noon, noon+hour); err != nil {
		t.Fatal(err)
	}
	c.SetCapacity(fact.Regular, 0)
	c.SetCapacity(99, 7)
	if c.Reserved(fact.Regular, noon) != 1 || c.Sell("R2", fact.Regular, noon+day, noon+day+hour) == nil {
		t.Error("the capacity of 0 took back a reservation, or sold one")
	}
}

// slowCalendar keeps a list and counts slot by slot.
type slowCalendar struct {
	capacity int
	held     map[fact.ReservationID][2]int64
}

func (c *slowCalendar) reserved(atMS int64, except fact.ReservationID) int {
	count, slot := 0, atMS-atMS%booking.SlotMS
	for id, window := range c.held {
		if id != except && window[0] < slot+booking.SlotMS && window[1] > slot {
			count++
		}
	}
	return count
}

func (c *slowCalendar) fits(except fact.ReservationID, start, end int64) bool {
	for at := start - start%booking.SlotMS; at < end; at += booking.SlotMS {
		if c.reserved(at, except) >= c.capacity {
			return false
		}
	}
	return true
}

func TestCalendarIsTheBruteForce(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		spots := rapid.IntRange(0, 4).Draw(rt, "spots")
		c, slow := booking.NewCalendar(sells(spots)), &slowCalendar{spots, map[fact.ReservationID][2]int64{}}
		for range rapid.IntRange(1, 80).Draw(rt, "steps") {
			id := fact.ReservationID(fmt.Sprint("R", rapid.IntRange(0, 12).Draw(rt, "id")))
			start := noon + rapid.Int64Range(0, 8*hour).Draw(rt, "start")
			end := start + rapid.Int64Range(1, 3*hour).Draw(rt, "length")
			switch rapid.SampledFrom([]string{"sell", "release"}).Draw(rt, "step") {
			case "sell":
				want := slow.fits(id, start, end)
				if err := c.Sell(id, fact.Regular, start, end); (err == nil) != want {
					rt.Fatalf("sell: %v, want %t", err, want)
				}
				if want {
					slow.held[id] = [2]int64{start, end}
				}
			case "release":
				c.Release(id)
				delete(slow.held, id)
			}
			for at := noon; at < noon+12*hour; at += booking.SlotMS {
				if got, want := c.Reserved(fact.Regular, at), slow.reserved(at, ""); got != want || got > spots {
					rt.Fatalf("%d reserved, want %d, of %d", got, want, spots)
				}
			}
		}
	})
}

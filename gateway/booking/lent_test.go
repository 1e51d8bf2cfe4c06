package booking_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"gatehouse/gateway/booking"
	"gatehouse/sync/fact"
)

// Whatever the location sells, lends, hears of and honours, no slot holds more than there is, and no right opens twice.
func TestNeverMoreThanThereIsWithHeadquarters(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		capacity := rapid.IntRange(1, 4).Draw(rt, "capacity")
		book := booking.NewBook(booking.DefaultRules(), booking.Capacity{fact.Regular: capacity})
		claims := map[string]fact.ReservationID{}
		for n := range rapid.IntRange(1, 60).Draw(rt, "steps") {
			start := noon + rapid.Int64Range(0, 6).Draw(rt, "start")*hour/2
			f := made(fact.ReservationID(fmt.Sprint("R", n)), start, start+rapid.Int64Range(1, 4).Draw(rt, "length")*hour/2)
			switch rapid.IntRange(0, 4).Draw(rt, "step") {
			case 0:
				if book.CheckMade(f, noon) == nil {
					book.Made(f)
				}
			case 1:
				count := rapid.IntRange(0, 4).Draw(rt, "lent")
				if book.Calendar().CheckLend(fact.Regular, count, noon) == nil {
					book.Calendar().Lend(fact.Regular, count)
				}
			case 2, 3:
				f.Right = rapid.Int64Range(1, 4).Draw(rt, "right")
				name := fmt.Sprint(f.StartMS, f.EndMS, f.Right)
				if book.CheckVoucher(f) == nil {
					if other, taken := claims[name]; taken {
						rt.Fatalf("right %s opened for %s and for %s", name, other, f.Reservation)
					}
					claims[name] = f.Reservation
					book.Made(f)
				}
			case 4:
				book.Calendar().Close(start)
			}
			for at := noon; at < noon+6*hour; at += booking.SlotMS {
				if sold := book.Calendar().Reserved(fact.Regular, at); sold > capacity {
					rt.Fatalf("%d of %d are sold", sold, capacity)
				}
			}
		}
	})
}

package booking_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"gatehouse/gateway/booking"
	"gatehouse/sync/fact"
)

const plate = fact.Plate("KAAB123")

func made(id fact.ReservationID, startMS, endMS int64) fact.ReservationMade {
	return fact.ReservationMade{
		Reservation: id, User: "U1", SpotType: fact.Regular, Plate: plate, StartMS: startMS, EndMS: endMS, PrepaidMinor: 500,
	}
}

// one is a book of two regular spots with the reservation R1 from noon to two.
func one() *booking.Book {
	b := booking.NewBook(booking.DefaultRules(), sells(2))
	b.Made(made("R1", noon, noon+2*hour))
	return b
}

func wantStatus(t *testing.T, b *booking.Book, id fact.ReservationID, want fact.ReservationStatus) {
	t.Helper()
	if got, ok := b.ByID(id); !ok || got.Status != want {
		t.Errorf("%s is %s (%t), want %s", id, got.Status, ok, want)
	}
}

func wantDue(t *testing.T, b *booking.Book, nowMS int64, want ...booking.Action) {
	t.Helper()
	if got := b.Due(nowMS); !slices.Equal(got, want) {
		t.Errorf("due %v, want %v", got, want)
	}
}

func wantNext(t *testing.T, b *booking.Book, want int64) {
	t.Helper()
	if got, ok := b.Next(); !ok || got != want {
		t.Errorf("next is due noon%+d min (%t), want noon%+d min", (got-noon)/minute, ok, (want-noon)/minute)
	}
}

func TestADriverArrivesInTime(t *testing.T) {
	b := one()
	wantNext(t, b, noon-30*minute)
	wantDue(t, b, noon-31*minute)
	wantDue(t, b, noon-30*minute, booking.Action{Kind: booking.Assign, Reservation: "R1", WhenMS: noon - 30*minute})
	b.SpotBound(fact.ReservationSpot{Reservation: "R1", Spot: "A-1"})
	wantNext(t, b, noon+15*minute)

	b.Activated("R1", "T1")
	wantDue(t, b, noon+hour)
	wantNext(t, b, noon+2*hour)
	b.Completed("R1")
	wantStatus(t, b, "R1", fact.ReservationCompleted)
	if _, ok := b.Next(); ok {
		t.Error("something is due after it all")
	}
	if b.Calendar().Reserved(fact.Regular, noon+hour) != 0 {
		t.Error("the rest of the window is still sold")
	}
}

func TestANoShowGivesItsSpotBack(t *testing.T) {
	b := one()
	b.SpotBound(fact.ReservationSpot{Reservation: "R1", Spot: "A-1"})
	wantDue(t, b, noon+15*minute, booking.Action{Kind: booking.NoShow, Reservation: "R1", WhenMS: noon + 15*minute})
	if freed := b.Ended(fact.ReservationEnded{Reservation: "R1", Status: fact.ReservationNoShow}); freed != "A-1" {
		t.Errorf("freed %q", freed)
	}
	wantStatus(t, b, "R1", fact.ReservationNoShow)
	if _, ok := b.ForPlate(plate, noon+20*minute); ok {
		t.Error("the driver who comes too late still has a reservation")
	}
}

func TestAShortReservationIsANoShowAtItsEnd(t *testing.T) {
	b := booking.NewBook(booking.DefaultRules(), sells(1))
	b.Made(made("R1", noon, noon+10*minute))
	b.SpotBound(fact.ReservationSpot{Reservation: "R1", Spot: "A-1"})
	wantNext(t, b, noon+10*minute)
}

func TestWhatIsDueIsSaidAgainUntilItIsDone(t *testing.T) {
	b := one()
	for i := range int64(3) {
		now := noon - 30*minute + i*minute
		wantDue(t, b, now, booking.Action{Kind: booking.Assign, Reservation: "R1", WhenMS: now})
		wantDue(t, b, now)
	}
	b.SpotBound(fact.ReservationSpot{Reservation: "R1", Spot: "A-1"})
	wantDue(t, b, noon)

	b.SpotBound(fact.ReservationSpot{Reservation: "R1"})
	wantDue(t, b, noon, booking.Action{Kind: booking.Assign, Reservation: "R1", WhenMS: noon - 30*minute})
}

func TestAfterALongOutageNoSpotIsChosenForWhoDidNotCome(t *testing.T) {
	wantDue(t, one(), noon+hour, booking.Action{Kind: booking.NoShow, Reservation: "R1", WhenMS: noon + 15*minute})
}

func TestAnEarlyArrival(t *testing.T) {
	b := one()
	for _, at := range []struct {
		ms int64
		in bool
	}{{noon - 15*minute - 1, false}, {noon - 15*minute, true}, {noon, true}, {noon + 2*hour - 1, true}, {noon + 2*hour, false}} {
		if _, ok := b.ForPlate(plate, at.ms); ok != at.in {
			t.Errorf("at noon%+d ms the plate is let in: %t", at.ms-noon, ok)
		}
	}
	if _, ok := b.ForPlate("", noon); ok {
		t.Error("a vehicle without plate has a reservation")
	}
}

func TestAVehicleThatIsExpectedComesBeforeOneThatIsInside(t *testing.T) {
	b := one()
	b.Made(made("R2", noon+hour, noon+3*hour))
	if got, _ := b.ForPlate(plate, noon+hour); got.ID != "R1" {
		t.Errorf("of two expected the later one, %s", got.ID)
	}
	b.Activated("R1", "T1")
	if got, _ := b.ForPlate(plate, noon+hour); got.ID != "R2" {
		t.Errorf("the one that is inside, %s", got.ID)
	}
	if got, _ := b.ForPlate(plate, noon); got.ID != "R1" || got.Ticket != "T1" {
		t.Errorf("while inside: %+v", got)
	}
}

func TestACancellation(t *testing.T) {
	b := one()
	if err := b.CheckCancelled("R1"); err != nil {
		t.Error(err)
	}
	b.Ended(fact.ReservationEnded{Reservation: "R1", Status: fact.ReservationCancelled})
	wantStatus(t, b, "R1", fact.ReservationCancelled)
	if err := b.CheckCancelled("R1"); !errors.Is(err, booking.ErrOver) {
		t.Errorf("twice: %v", err)
	}
	if err := b.CheckCancelled("R9"); !errors.Is(err, booking.ErrUnknown) {
		t.Errorf("unknown: %v", err)
	}
	if b.Calendar().Reserved(fact.Regular, noon) != 0 {
		t.Error("it still counts")
	}
	b.Made(made("R3", noon, noon+hour))
	b.Activated("R3", "T3")
	if err := b.CheckCancelled("R3"); !errors.Is(err, booking.ErrOver) {
		t.Errorf("with the vehicle inside: %v", err)
	}
}

func TestWhatIsOverStaysOver(t *testing.T) {
	b := one()
	b.Ended(fact.ReservationEnded{Reservation: "R1", Status: fact.ReservationConfirmed})
	wantStatus(t, b, "R1", fact.ReservationConfirmed)
	b.Ended(fact.ReservationEnded{Reservation: "R1", Status: fact.ReservationCancelled})
	b.Made(made("R1", noon+day, noon+day+hour))
	b.Edited(fact.ReservationEdited{Reservation: "R1", SpotType: fact.Large, StartMS: noon, EndMS: noon + hour})
	b.SpotBound(fact.ReservationSpot{Reservation: "R1", Spot: "A-1"})
	b.Activated("R1", "T1")
	b.Completed("R1")
	b.Ended(fact.ReservationEnded{Reservation: "R1", Status: fact.ReservationNoShow})
	got, _ := b.ByID("R1")
	if got.Status != fact.ReservationCancelled || got.Spot != "" || got.Ticket != "" || got.StartMS != noon {
		t.Errorf("%+v", got)
	}
	if _, ok := b.Next(); ok {
		t.Error("something is due")
	}
}

func TestAnEditMovesEverything(t *testing.T) {
	b := one()
	b.SpotBound(fact.ReservationSpot{Reservation: "R1", Spot: "A-1"})
	edit := fact.ReservationEdited{Reservation: "R1", SpotType: fact.Regular, Plate: "KAXY9", StartMS: noon + day, EndMS: noon + day + hour}
	if err := b.CheckEdited(edit, noon-hour); err != nil {
		t.Fatal(err)
	}
	if freed := b.Edited(edit); freed != "A-1" {
		t.Errorf("freed %q: the spot was chosen for today", freed)
	}
	if _, ok := b.ForPlate(plate, noon); ok {
		t.Error("the old plate still has it")
	}
	if _, ok := b.ForPlate("KAXY9", noon+day); !ok {
		t.Error("the new plate has nothing")
	}
	if b.Calendar().Reserved(fact.Regular, noon) != 0 || b.Calendar().Reserved(fact.Regular, noon+day) != 1 {
		t.Error("the calendar has the old window")
	}
	wantNext(t, b, noon+day-30*minute)
}

func TestAnEditThatOnlyEndsLaterKeepsTheSpot(t *testing.T) {
	b := one()
	b.SpotBound(fact.ReservationSpot{Reservation: "R1", Spot: "A-1"})
	if freed := b.Edited(fact.ReservationEdited{Reservation: "R1", SpotType: fact.Regular, Plate: plate, StartMS: noon, EndMS: noon + 5*hour}); freed != "" {
		t.Errorf("freed %q", freed)
	}
	if got, _ := b.ByID("R1"); got.Spot != "A-1" || got.EndMS != noon+5*hour {
		t.Errorf("%+v", got)
	}
}

func TestAnEditThatNoLongerFitsIsRefused(t *testing.T) {
	b := booking.NewBook(booking.DefaultRules(), sells(1))
	b.Made(made("R1", noon, noon+hour))
	b.Made(made("R2", noon+2*hour, noon+3*hour))
	before := b.Reservations()
	edit := fact.ReservationEdited{Reservation: "R1", SpotType: fact.Regular, Plate: plate, StartMS: noon, EndMS: noon + 150*minute}
	if err := b.CheckEdited(edit, noon-hour); !errors.Is(err, booking.ErrNoAvailability) {
		t.Errorf("got %v", err)
	}
	if !slices.Equal(b.Reservations(), before) || b.Calendar().Reserved(fact.Regular, noon+90*minute) != 0 {
		t.Error("a refused edit changed something")
	}
}

func TestWithTheVehicleInsideOnlyTheEndCanChange(t *testing.T) {
	b := one()
	b.SpotBound(fact.ReservationSpot{Reservation: "R1", Spot: "A-1"})
	b.Activated("R1", "T1")
	edit := fact.ReservationEdited{Reservation: "R1", SpotType: fact.Regular, Plate: plate, StartMS: noon, EndMS: noon + 4*hour}
	if err := b.CheckEdited(edit, noon+hour); err != nil {
		t.Errorf("longer: %v", err)
	}
	for name, spoil := range map[string]func(*fact.ReservationEdited){
		"type":  func(f *fact.ReservationEdited) { f.SpotType = fact.Large },
		"start": func(f *fact.ReservationEdited) { f.StartMS += minute },
		"plate": func(f *fact.ReservationEdited) { f.Plate = "X" },
	} {
		other := edit
		spoil(&other)
		if err := b.CheckEdited(other, noon+hour); !errors.Is(err, booking.ErrOver) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	edit.EndMS = noon + 30*minute
	if err := b.CheckEdited(edit, noon+hour); !errors.Is(err, booking.ErrWindow) {
		t.Errorf("into the past: %v", err)
	}
	edit.EndMS = noon + 4*hour
	if freed := b.Edited(edit); freed != "" {
		t.Errorf("freed %q under the car", freed)
	}
	wantDue(t, b, noon+3*hour)
	wantDue(t, b, noon+4*hour, booking.Action{Kind: booking.Overstay, Reservation: "R1", WhenMS: noon + 4*hour})
	wantDue(t, b, noon+9*hour)
}

func TestWhatMayBeMade(t *testing.T) {
	b := one()
	for name, ask := range map[string]struct {
		f    fact.ReservationMade
		want error
	}{
		"now":           {made("R2", noon, noon+hour), nil},
		"a bit ago":     {made("R2", noon-10*minute, noon+hour), nil},
		"known":         {made("R1", noon+day, noon+day+hour), booking.ErrKnown},
		"past":          {made("R2", noon-day, noon+hour), booking.ErrWindow},
		"far":           {made("R2", noon+91*day, noon+91*day+hour), booking.ErrWindow},
		"short":         {made("R2", noon, noon+minute), booking.ErrWindow},
		"long":          {made("R2", noon, noon+31*day), booking.ErrWindow},
		"backwards":     {made("R2", noon+hour, noon), booking.ErrWindow},
		"no such spots": {fact.ReservationMade{Reservation: "R2", SpotType: fact.EV, StartMS: noon, EndMS: noon + hour}, booking.ErrNoAvailability},
	} {
		if err := b.CheckMade(ask.f, noon); !errors.Is(err, ask.want) || (err == nil) != (ask.want == nil) {
			t.Errorf("%s: got %v, want %v", name, err, ask.want)
		}
	}
}

func TestTheBookOverbooksNothing(t *testing.T) {
	b, confirmed := booking.NewBook(booking.DefaultRules(), sells(2)), 0
	for i := range 100 {
		f := made(fact.ReservationID(fmt.Sprint("R", i)), noon, noon+hour)
		if b.CheckMade(f, noon-hour) == nil {
			b.Made(f)
			confirmed++
		}
	}
	if confirmed != 2 {
		t.Errorf("%d confirmed for 2 spots", confirmed)
	}
}

func TestAUserSeesOwnReservationsByStart(t *testing.T) {
	b := one()
	b.Made(made("R0", noon+day, noon+day+hour))
	b.Made(made("R9", noon-day, noon))
	b.Made(fact.ReservationMade{Reservation: "R5", User: "U2", SpotType: fact.Regular, StartMS: noon, EndMS: noon + hour})
	b.Ended(fact.ReservationEnded{Reservation: "R9", Status: fact.ReservationNoShow})
	var got []fact.ReservationID
	for _, r := range b.ByUser("U1") {
		got = append(got, r.ID)
	}
	if !slices.Equal(got, []fact.ReservationID{"R9", "R1", "R0"}) {
		t.Errorf("got %v", got)
	}
	b.Forget(noon + 1)
	if got := b.ByUser("U1"); len(got) != 2 || got[0].ID != "R1" {
		t.Errorf("after forgetting: %+v", got)
	}
	if got := b.ByUser("nobody"); len(got) != 0 {
		t.Errorf("nobody has %+v", got)
	}
}

func TestARestartLosesNothing(t *testing.T) {
	b := one()
	b.Made(made("R2", noon+hour, noon+3*hour))
	b.SpotBound(fact.ReservationSpot{Reservation: "R1", Spot: "A-1"})
	b.PassIssued(fact.PassIssued{Pass: "P1", Plate: plate})
	b.PassRevoked(fact.PassRevoked{Pass: "P2"})
	again := booking.NewBook(booking.DefaultRules(), sells(2))
	again.Load(b.Reservations(), b.Passes())
	if !slices.Equal(again.Reservations(), b.Reservations()) || !slices.Equal(again.Passes(), b.Passes()) {
		t.Error("the snapshot is not the book")
	}
	if got, want := again.Due(noon+20*minute), b.Due(noon+20*minute); !slices.Equal(got, want) || len(want) != 1 {
		t.Errorf("due %v, before the restart %v", got, want)
	}
	if again.Calendar().Reserved(fact.Regular, noon+hour) != 2 {
		t.Error("the calendar is not the same")
	}
	again.PassIssued(fact.PassIssued{Pass: "P2", Plate: "X"})
	if _, ok := again.PassForPlate("X", noon); ok {
		t.Error("the restart forgot a revocation")
	}
}

func TestAThousandEditsTakeNoMemory(t *testing.T) {
	b := one()
	for i := range int64(5_000) {
		b.Edited(fact.ReservationEdited{Reservation: "R1", SpotType: fact.Regular, Plate: plate, StartMS: noon + day + i, EndMS: noon + 2*day})
	}
	if length := b.AgendaLength(); length > 100 {
		t.Errorf("%d notes for one reservation", length)
	}
	wantNext(t, b, noon+day+4_999-30*minute)
}

package booking_test

import (
	"encoding/json"
	"errors"
	"testing"

	"gatehouse/gateway/booking"
	"gatehouse/sync/fact"
)

func TestTheDefaultRulesAreTheSourceDesigns(t *testing.T) {
	rules := booking.DefaultRules()
	if err := rules.Check(); err != nil {
		t.Error(err)
	}
	r := booking.Reservation{StartMS: noon, EndMS: noon + hour}
	if rules.AssignAtMS(&r) != noon-30*minute {
		t.Error("the spot is not chosen 30 minutes before the start")
	}
	if !rules.DueNoShow(&r, noon+15*minute) || rules.DueNoShow(&r, noon+15*minute-1) {
		t.Error("a no-show is not released after 15 minutes")
	}
	r.Status = fact.ReservationActive
	if rules.DueNoShow(&r, noon+hour) || !rules.InWindow(&r, noon) {
		t.Error("the vehicle is inside")
	}
	r.Status = fact.ReservationNoShow
	if rules.DueNoShow(&r, noon+hour) || rules.InWindow(&r, noon) {
		t.Error("it is over")
	}
}

func TestWrongRulesAreRefused(t *testing.T) {
	for name, spoil := range map[string]func(*booking.Rules){
		"early":   func(r *booking.Rules) { r.EarlyMS = -1 },
		"no-show": func(r *booking.Rules) { r.NoShowAfterMS = 0 },
		"retry":   func(r *booking.Rules) { r.RetryMS = 0 },
		"minimum": func(r *booking.Rules) { r.MinDurationMS = 0 },
		"order":   func(r *booking.Rules) { r.MaxDurationMS = r.MinDurationMS - 1 },
		"maximum": func(r *booking.Rules) { r.MaxDurationMS = 401 * day },
	} {
		rules := booking.DefaultRules()
		spoil(&rules)
		if err := rules.Check(); !errors.Is(err, booking.ErrRules) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestAReservationHasTheSourceDesignsNames(t *testing.T) {
	b := one()
	b.SpotBound(fact.ReservationSpot{Reservation: "R1", Spot: "A-1"})
	r, _ := b.ByID("R1")
	got, err := json.Marshal(r)
	want := `{"reservationId":"R1","userId":"U1","spotType":"regular","spotId":"A-1","vehiclePlate":"KAAB123",` +
		`"startTime":1780315200000,"endTime":1780322400000,"status":"confirmed","prepaidAmount":500,"ticketId":""}`
	if err != nil || string(got) != want {
		t.Errorf("%v\n got %s\nwant %s", err, got, want)
	}
}

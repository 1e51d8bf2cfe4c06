package lot_test

import (
	"testing"
	"time"

	"gatehouse/gateway/gate"
	"gatehouse/gateway/lot"
	"gatehouse/gateway/tariff"
	"gatehouse/sync/fact"
)

// What the source design got wrong. Each test says in one line what the source did. What a lot alone can't
// show is also held elsewhere: that nothing durable is lost in a power cut by tools/lotsim (D2, M1) and gateway/journal,
// that no cloud is in the way of a lane by the layers of tools/tidy.

// The source kept what happened offline in a queue in memory: a power cut emptied it, and nothing ever set online again.
func TestSourceDefectOfflineQueue(t *testing.T) {
	s := newTeller(t)
	s.commands("enter IN B-AA1")
	before, behind := kept{}, len(s.records)
	for key, value := range s.kept {
		before[key] = value
	}
	s.commands("enter IN B-AA2", "+1h station T1 100")
	restored := before.load(t, s.cfg) // the power is cut: the last checkpoint is old, and the log has the rest
	for _, r := range s.records[behind:] {
		restored.Apply(r)
	}
	sameState(t, everything(t, restored), everything(t, s.lot))
	if n := len(restored.OpenTickets()); n != 2 {
		t.Errorf("%d tickets after the power cut, not 2", n)
	}
}

// The source asked the cloud first and decided locally only when that had failed.
func TestSourceDefectCloudBeforeDecision(t *testing.T) {
	s := newTeller(t)
	s.commands("loop IN arming on")
	out := s.lot.Step(s.stamp(), lot.PlateSeen{Gate: s.gate("IN"), Raw: "B-AA1", Confidence: 950})
	granted, raised := false, false
	for _, r := range out.Facts {
		_, is := r.Fact.(fact.EntryGranted)
		granted = granted || is
	}
	for _, effect := range out.Effects {
		order, is := effect.(lot.MoveBarrier)
		raised = raised || is && order.Command == gate.CommandRaise
	}
	if !granted || !raised {
		t.Errorf("the step that saw the plate granted: %t, raised: %t; nothing else may be waited for", granted, raised)
	}
}

// The source counted only reservations that had a spot, and gave spots half an hour ahead: it sold without end.
func TestSourceDefectReservationsUncounted(t *testing.T) {
	s := newTeller(t)
	sold := 0
	for range 10 {
		result := s.reserve(fact.Regular, 24*time.Hour, 26*time.Hour)
		if result.Problem == nil {
			sold++
			if r, _ := s.lot.Reservation(result.Reservation); r.Spot != "" {
				t.Errorf("reservation %s has spot %s a day ahead", r.ID, r.Spot)
			}
		} else if result.Problem.Code != lot.ProblemNoCapacity {
			t.Error(result.Problem)
		}
	}
	if sold != 2 { // 80 % of three spots
		t.Errorf("sold %d times, and may sell 2", sold)
	}
}

// The source let a reservation in with ticketId null: nobody could bill its overstay.
func TestSourceDefectReservationWithoutTicket(t *testing.T) {
	s := newTeller(t)
	s.commands("reserve regular B-AA1 10 130 500", "loop IN arming on", "+500ms plate IN B-AA1 950")
	granted := last[fact.EntryGranted](t, s)
	if granted.Ticket == "" || granted.Reservation == "" {
		t.Errorf("ticket %q, reservation %q", granted.Ticket, granted.Reservation)
	}
}

// The source ignored what a sensor said within three seconds of the last event, for ever: the last edge got lost.
func TestSourceDefectDroppedEdge(t *testing.T) {
	s := newTeller(t)
	s.commands("car A-1", "reading A-1 2400", "+1s reading A-1 900", "+1s reading A-1 2400", "+5s wait")
	if status := s.status("A-1"); status != fact.SpotAvailable {
		t.Errorf("the car left two seconds after it moved, and the spot is %s", status)
	}
	s.commands("reading A-1 900", "+1s reading A-1 2400", "+1s reading A-1 900", "+16s wait") // after so many edges it takes the debounce for doubt
	if status := s.status("A-1"); status != fact.SpotOccupied {
		t.Errorf("a car came back, and the spot is %s", status)
	}
}

// The source's counters moved between available and occupied alone: every reserved or closed spot made them drift.
func TestSourceDefectCountersDrift(t *testing.T) {
	s := newTeller(t)
	for _, line := range []string{
		"service A-3 out", "reserve regular B-AA1 20 80", "enter IN B-AA2", "car A-2", "enter IN B-AA1", "car A-4", "empty A-4",
		"service A-3 in", "empty A-2", "restart", "cancel R1", "set A-2 occupied", "service A-2 out", "service A-2 in",
	} {
		s.commands(line)
		sound(t, s.lot)
		n := s.lot.Tally()
		if sum := n.Available + n.Occupied + n.Reserved + n.Held + n.Unknown + n.Maintenance; sum != n.Total {
			t.Fatalf("after %q the counts come to %d of %d spots", line, sum, n.Total)
		}
	}
}

// The source marked the assigned spot occupied before the car was there; who parked elsewhere left two spots wrong.
func TestSourceDefectOccupiedTooEarly(t *testing.T) {
	s := newTeller(t)
	s.commands("enter IN B-AA1")
	if status := s.status("A-1"); status != fact.SpotHeld {
		t.Errorf("before the car is there, its spot is %s", status)
	}
	s.commands("car A-3")
	if given, taken := s.status("A-1"), s.status("A-3"); given != fact.SpotAvailable || taken != fact.SpotOccupied {
		t.Errorf("the car parked elsewhere: the spot it was given is %s, the one it took %s", given, taken)
	}
}

// The source selected a free spot and updated it later, without a lock held: two cars got the same one.
func TestSourceDefectDoubleBooking(t *testing.T) {
	s := newTeller(t)
	s.commands("service A-2 out", "service A-3 out", "service A-4 out", "service B-1 out", "service B-2 out")
	given := map[fact.SpotID]int{}
	for _, plate := range []string{"B-AA1", "B-AA2", "B-AA3"} { // all in the same millisecond
		out := s.lot.Step(s.stamp(), lot.RequestEntry{Gate: s.gate("IN"), Raw: plate})
		for _, r := range out.Facts {
			if granted, is := r.Fact.(fact.EntryGranted); is {
				given[granted.Spot]++
			}
		}
	}
	if len(given) != 1 || given["A-1"] != 1 {
		t.Errorf("one spot was free, and these were given: %v", given)
	}
}

// The source capped whole days and then charged each started one again: 25 hours at 5.00, at most 20.00 a day, cost 40.00.
func TestSourceDefectDailyCap(t *testing.T) {
	s := newTeller(t)
	s.cfg.Tariff.Rules, s.cfg.Tariff.Caps = []tariff.Rule{tariff.Hourly("all", 500)}, []tariff.Cap{tariff.DailyMax(2000)}
	s.admit("B-AA1")
	s.pass(25 * time.Hour)
	if fee := s.account("T1").Fee.TotalMinor; fee != 2500 {
		t.Errorf("25 hours cost %d, not 25.00", fee)
	}
}

// The source took the rules of the moment of entry for the whole stay.
func TestSourceDefectRulesByEntry(t *testing.T) {
	s := newTeller(t)
	const hourMS = 3_600_000
	day, night := tariff.Hourly("day", 600), tariff.Hourly("night", 200)
	day.When = []tariff.When{{FromMS: 6 * hourMS, ToMS: 18 * hourMS}}
	s.cfg.Tariff.Rules = []tariff.Rule{day, night}
	s.goTo(2026, time.March, 2, 17, 30)
	s.admit("B-AA1")
	s.pass(time.Hour)
	if fee := s.account("T1").Fee.TotalMinor; fee != 400 {
		t.Errorf("half an hour by day and half by night cost %d, not 4.00", fee)
	}
}

// The source had a time zone in a table and none in its prices: hours were the server's, and the hour that spring skips
// was charged.
func TestSourceDefectNoTimeZone(t *testing.T) {
	s := newTeller(t)
	night := tariff.Hourly("night", 300)
	night.When = []tariff.When{{FromMS: 0, ToMS: 6 * 3_600_000}}
	s.cfg.Tariff.Rules = []tariff.Rule{night}
	s.goTo(2026, time.March, 29, 1, 30) // 00:30 in UTC; 02:00 is 03:00
	s.admit("B-AA1")
	s.pass(time.Hour)
	if now := time.UnixMilli(s.wallMS).In(s.cfg.Zone).Format("15:04"); now != "03:30" {
		t.Fatalf("it is %s", now)
	}
	if fee := s.account("T1").Fee.TotalMinor; fee != 300 {
		t.Errorf("one hour cost %d, not 3.00", fee)
	}
}

// The source counted money in floats: 0.10 and 0.20 were not 0.30.
func TestSourceDefectFloatMoney(t *testing.T) {
	s := newTeller(t)
	s.cfg.Tariff.Rules = []tariff.Rule{tariff.Hourly("all", 30)}
	s.admit("B-AA1")
	s.pass(time.Hour)
	s.commands("station T1 10", "station T1 20")
	if a := s.account("T1"); a.DueMinor != 0 || a.PaidMinor != 30 {
		t.Errorf("0.10 and 0.20 were paid of 0.30: %+v", a)
	}
}

// The source's paid was a flag: once it was set, the exit opened at any later time.
func TestSourceDefectPaidForEver(t *testing.T) {
	s := newTeller(t)
	s.admit("B-AA1")
	s.pass(time.Hour)
	s.commands("station T1 due")
	s.pass(15 * time.Minute)
	if due := s.account("T1").DueMinor; due != 0 {
		t.Errorf("within the time to leave %d is due", due)
	}
	s.pass(time.Minute)
	if due := s.account("T1").DueMinor; due != 80 { // sixteen minutes at 3.00, and not a visit anew
		t.Errorf("after it, %d is due, not 0.80", due)
	}
}

// The source rounded minutes after it had split off the hours: a stay could last 1 h 60 min.
func TestSourceDefectSixtyMinutes(t *testing.T) {
	s := newTeller(t)
	s.admit("B-AA1")
	s.pass(2*time.Hour - time.Second)
	hours, minutes := tariff.HoursMinutes(s.account("T1").DurationMS)
	if hours != 1 || minutes != 59 {
		t.Errorf("a second less than two hours is %d h %d min", hours, minutes)
	}
}

// The source had a threshold of 0.85 and called it confidence: no event's own evidence ever made one.
func TestSourceDefectConstantConfidence(t *testing.T) {
	s := newTeller(t)
	confidence := func(lines ...string) uint16 {
		s.commands(lines...)
		return last[fact.SpotChanged](t, s).Confidence
	}
	near := confidence("car A-1")
	doubtful := confidence("reading A-2 1890", "+5s reading A-2 1890", "+11s reading A-2 1890")
	said := confidence("set A-3 occupied")
	if !(doubtful < near && near < said && said == 1000) {
		t.Errorf("a clear reading is believed %d, one just past the level %d, a person %d per mille", near, doubtful, said)
	}
}

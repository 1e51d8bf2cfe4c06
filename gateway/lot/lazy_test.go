package lot_test

import (
	"testing"

	"gatehouse/gateway/lot"
	"gatehouse/gateway/occupancy"
	"gatehouse/sync/fact"
)

// TestOnlySensorsWaitForCompany looks at what may join a later flush: what nobody waits for.
func TestOnlySensorsWaitForCompany(t *testing.T) {
	s := newTeller(t)
	s.commands("enter IN B-AB1234", "+1h loop OUT arming on", "+500ms plate OUT B-AB1234 950", "+5s pay silent P1", "+31s leave OUT")
	late := lot.PaymentAnswered{Payment: fact.PaymentID(s.id("P1")), Outcome: lot.PaymentApproved, Method: fact.MethodCreditCard}
	car := lot.SpotRead{Spot: 1, Reading: occupancy.Reading{Kind: occupancy.Distance, DistanceMM: 900}}
	s.step(car)
	s.monoMS += 5_000
	for _, c := range []struct {
		event lot.Event
		lazy  bool
	}{
		{car, true},
		{late, false},
		{lot.RaiseGate{Gate: 0}, false},
		{lot.CorrectCount{Inside: 3}, false},
	} {
		out := s.lot.Step(s.stamp(), c.event)
		if len(out.Facts) == 0 || out.Lazy != c.lazy {
			t.Errorf("%T: %d facts, lazy: %t", c.event, len(out.Facts), out.Lazy)
		}
	}
}

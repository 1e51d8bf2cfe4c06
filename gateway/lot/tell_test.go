package lot_test

import (
	"time"

	"gatehouse/gateway/lot"
	"gatehouse/sync/fact"
)

// What tests that are no stories ask a teller.

// admit lets a vehicle in by its plate, all the way, in no time.
func (s *teller) admit(plate string) {
	i := s.gate("IN")
	s.step(lot.RequestEntry{Gate: i, Raw: plate})
	s.commands("loop IN arming on", "arm IN up", "loop IN closing on", "loop IN arming off", "loop IN closing off", "arm IN down")
}

// goTo waits until a civil time.
func (s *teller) goTo(year int, month time.Month, day, hour, minute int) {
	at := time.Date(year, month, day, hour, minute, 0, 0, s.cfg.Zone).UnixMilli()
	s.pass(time.Duration(at-s.wallMS) * time.Millisecond)
}

func (s *teller) account(name string) lot.Account {
	s.t.Helper()
	ticket, found := s.lot.Ticket(fact.TicketID(s.id(name)))
	if !found {
		s.t.Fatalf("no ticket %s", name)
	}
	return s.lot.Account(&ticket, s.stamp())
}

func (s *teller) status(spot string) fact.SpotStatus {
	state := s.lot.SpotState(s.spot(spot))
	return state.Status()
}

// reserve asks for a reservation from and until so long from now.
func (s *teller) reserve(kind fact.SpotType, from, until time.Duration) lot.Result {
	out := s.lot.Step(s.stamp(), lot.MakeReservation{
		SpotType: kind, StartMS: s.wallMS + from.Milliseconds(), EndMS: s.wallMS + until.Milliseconds(),
	})
	return out.Result
}

// last is the last fact of a kind.
func last[F fact.Fact](t failer, s *teller) F {
	t.Helper()
	for i := len(s.records) - 1; i >= 0; i-- {
		if f, is := s.records[i].Fact.(F); is {
			return f
		}
	}
	var none F
	t.Fatalf("no %T", none)
	return none
}

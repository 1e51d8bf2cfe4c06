package api

import (
	"context"
	"time"

	"gatehouse/gateway/lot"
	"gatehouse/sync/fact"
	"gatehouse/sync/rest"
)

// atGate is the body of an entry or exit by plate (source design: Entry/Exit APIs).
type atGate struct {
	Location  string    `json:"locationId" maxLength:"64"`
	Gate      string    `json:"gateId" maxLength:"64"`
	Plate     string    `json:"licensePlate" maxLength:"64" doc:"As read or typed; empty if none can be read"`
	Timestamp time.Time `json:"timestamp,omitempty" doc:"The sender's time; kept, and never billed"`
}

// claimedMS is the sender's time in Unix milliseconds; 0: none.
func (a *atGate) claimedMS() int64 {
	if a.Timestamp.IsZero() {
		return 0
	}
	return a.Timestamp.UnixMilli()
}

// Entered answers an entry (source design: EntryResult).
type Entered struct {
	Action      string   `json:"action" enum:"open_gate,deny_entry"`
	Ticket      *string  `json:"ticketId" doc:"null if denied"`
	Spot        *string  `json:"assignedSpot" doc:"The number painted on the spot"`
	SpotID      *string  `json:"assignedSpotId"`
	Message     string   `json:"displayMessage" doc:"For the driver"`
	Directions  []string `json:"directions" doc:"The way to the spot"`
	Reason      string   `json:"reason" example:"plate"`
	DecidedWith []string `json:"decidedWith" doc:"What was broken at the gate, such as no_camera"`
}

// Exited answers an exit (source design: ExitResult).
type Exited struct {
	Action      string      `json:"action" enum:"open_gate,request_payment,alert_operator"`
	Ticket      *string     `json:"ticketId" doc:"null if none was found"`
	Fee         rest.Amount `json:"fee" doc:"What is to be paid now; 0 with open_gate"`
	FeeMinor    int64       `json:"feeMinor"`
	Currency    string      `json:"currency"`
	Breakdown   *Breakdown  `json:"breakdown,omitempty" doc:"How the stay is priced"`
	Message     string      `json:"displayMessage" doc:"For the driver"`
	Reason      string      `json:"reason" example:"unpaid"`
	DecidedWith []string    `json:"decidedWith"`
}

type visitRequest struct {
	rest.Keyed
	Body atGate
}

type enterAnswer struct {
	rest.Replayed
	Body Entered
}

type exitAnswer struct {
	rest.Replayed
	Body Exited
}

func (s *server) enter(ctx context.Context, in *visitRequest) (*enterAnswer, error) {
	_, gate, err := s.gateAt(ctx, in.Body.Location, in.Body.Gate)
	if err != nil {
		return nil, err
	}
	result, err := s.submit(ctx, lot.RequestEntry{
		Request: request(ctx, in.Keyed), Gate: gate, Raw: in.Body.Plate, ClaimedMS: in.Body.claimedMS(),
	})
	if err != nil {
		return nil, err
	}
	out := &enterAnswer{Replayed: rest.Replay(result.Repeated)}
	return out, s.view(ctx, func(l *lot.Lot) { out.Body = enteredOf(l, gate, result) })
}

func enteredOf(l *lot.Lot, gate int, result lot.Result) Entered {
	e := Entered{
		Action: "deny_entry", Message: toDriver(result.Reason), Directions: []string{}, Reason: result.Reason.String(),
		DecidedWith: l.GateView(gate).Without,
	}
	if !result.Granted {
		return e
	}
	e.Action, e.Message, e.Ticket = "open_gate", "Welcome!", new(string(result.Ticket))
	t, _ := l.Ticket(result.Ticket)
	i, placed := l.Spot(t.Spot)
	if !placed {
		return e
	}
	spot := &l.Config().Spots[i]
	e.Spot, e.SpotID = &spot.Number, new(string(spot.ID))
	e.Directions = l.Directions(gate, i)
	e.Message = "Welcome! Spot " + spot.Number + ", " + l.Config().Floors[spot.Floor].Name
	if result.Reason == fact.ReasonReservation {
		e.Message = "Reserved spot: " + spot.Number
	}
	return e
}

func (s *server) exit(ctx context.Context, in *visitRequest) (*exitAnswer, error) {
	cfg, gate, err := s.gateAt(ctx, in.Body.Location, in.Body.Gate)
	if err != nil {
		return nil, err
	}
	result, err := s.submit(ctx, lot.RequestExit{
		Request: request(ctx, in.Keyed), Gate: gate, Raw: in.Body.Plate, ClaimedMS: in.Body.claimedMS(),
	})
	if err != nil {
		return nil, err
	}
	out := &exitAnswer{Replayed: rest.Replay(result.Repeated)}
	out.Body = exitedOf(cfg, result)
	err = s.view(ctx, func(l *lot.Lot) {
		out.Body.DecidedWith = l.GateView(gate).Without
		if t, found := l.Ticket(result.Ticket); found {
			out.Body.Breakdown = new(breakdownOf(cfg, l.Account(&t, l.Now())))
		}
	})
	return out, err
}

func exitedOf(cfg *lot.Config, result lot.Result) Exited {
	e := Exited{
		Fee: rest.AmountOf(result.DueMinor, cfg.Currency), FeeMinor: result.DueMinor, Currency: string(cfg.Currency),
		Message: toDriver(result.Reason), Reason: result.Reason.String(),
	}
	if result.Ticket != "" {
		e.Ticket = new(string(result.Ticket))
	}
	switch {
	case result.Granted:
		e.Action = "open_gate"
	case result.DueMinor > 0:
		e.Action = "request_payment"
		e.Message = "Fee: " + fact.Money{Minor: result.DueMinor, Currency: cfg.Currency}.String()
	default:
		e.Action = "alert_operator"
	}
	return e
}

// gateAt finds a gate of the location.
func (s *server) gateAt(ctx context.Context, location, gate string) (*lot.Config, int, error) {
	cfg, err := s.at(ctx, location)
	if err != nil {
		return nil, 0, err
	}
	for i := range cfg.Gates {
		if string(cfg.Gates[i].ID) == gate {
			return cfg, i, nil
		}
	}
	return nil, 0, rest.NotFound("gate "+rest.Clip(gate), "the location lists its gates")
}

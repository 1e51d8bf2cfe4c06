package api

import (
	"context"
	"time"

	"gatehouse/gateway/gate"
	"gatehouse/gateway/lot"
	"gatehouse/sync/fact"
	"gatehouse/sync/rest"
)

// Gate is one gate as it is now.
type Gate struct {
	Lane
	State       string      `json:"state" example:"idle"`
	Arm         string      `json:"arm" enum:"up,down,unknown" doc:"Where the arm is, or goes to"`
	ArmSight    string      `json:"armSight" enum:"seen,moving,assumed,unknown" doc:"How that is known: its switches say so, it is on its way, it was sent there and no switch tells, not at all"`
	ArmingLoop  string      `json:"armingLoop" enum:"clear,occupied,failed,unknown" doc:"What the loop before the arm reads"`
	ClosingLoop string      `json:"closingLoop" enum:"clear,occupied,failed,unknown" doc:"What the loop under the arm reads"`
	Present     bool        `json:"vehiclePresent" doc:"A vehicle stands before the arm"`
	Qualified   bool        `json:"loopsQualified" doc:"Its loops were seen working since the start"`
	Pending     int         `json:"pendingGrants" doc:"Vehicles that may pass and have not yet"`
	Held        bool        `json:"heldOpen"`
	HeldBy      string      `json:"heldBy,omitempty"`
	Passed      int64       `json:"passed" doc:"Vehicles that went through, ever"`
	Tailgated   int64       `json:"tailgated" doc:"Of them, those on another's grant"`
	Faults      []string    `json:"faults"`
	Without     []string    `json:"without" doc:"What is broken, such as no_camera"`
	Display     lot.Face    `json:"display" doc:"What the driver sees"`
	Due         rest.Amount `json:"due" doc:"What the driver at the gate is asked to pay"`
	DueMinor    int64       `json:"dueMinor"`
	Ticket      string      `json:"ticketId,omitempty" doc:"For which it is due; role operate"`
	Last        *Decision   `json:"lastDecision,omitempty"`
}

// Decision is one decision of a gate, for people.
type Decision struct {
	At          time.Time `json:"at"`
	Gate        string    `json:"gateId"`
	GateName    string    `json:"gateName"`
	Granted     bool      `json:"granted"`
	Reason      string    `json:"reason"`
	Words       string    `json:"words" doc:"The decision in words" example:"Let in: plate read"`
	Spot        string    `json:"spotNumber,omitempty"`
	Fee         string    `json:"fee,omitempty" doc:"With its currency" example:"4.50 EUR"`
	DecidedWith []string  `json:"decidedWith" doc:"What was broken at the gate"`
	Plate       string    `json:"licensePlate,omitempty" doc:"Role operate"`
	Ticket      string    `json:"ticketId,omitempty" doc:"Role operate"`
}

// armOf is where the arm is, or goes.
func armOf(v *lot.GateView) string {
	switch {
	case v.ArmSight == gate.ArmNotKnown.String():
		return "unknown"
	case v.ArmUp:
		return "up"
	}
	return "down"
}

func gateOf(ctx context.Context, l *lot.Lot, i int) Gate {
	cfg, v := l.Config(), l.GateView(i)
	g := Gate{
		Lane:  Lane{string(v.ID), v.Name, wayOf(v.Direction), string(cfg.Floors[cfg.Gates[i].Floor].ID)},
		State: v.State, Arm: armOf(&v), ArmSight: v.ArmSight,
		ArmingLoop: v.Loops.Arming.String(), ClosingLoop: v.Loops.Closing.String(), Present: v.Present, Qualified: v.Qualified, Pending: v.Vends, Held: v.Held, HeldBy: v.HeldBy,
		Passed: v.Passed, Tailgated: v.Tailgated, Faults: v.Faults, Without: v.Without, Display: v.Face,
		Due: rest.AmountOf(v.DueMinor, cfg.Currency), DueMinor: v.DueMinor,
	}
	if g.Display.Lines == nil {
		g.Display.Lines = []string{}
	}
	if v.DueMinor > 0 && rest.SeesPlates(ctx) {
		g.Ticket = string(v.Ticket)
	}
	if v.Last.AtMS != 0 {
		g.Last = new(decisionOf(ctx, l, lot.DecisionAt{Gate: v.ID, Decision: v.Last}))
	}
	return g
}

func decisionOf(ctx context.Context, l *lot.Lot, d lot.DecisionAt) Decision {
	out := Decision{
		At: time.UnixMilli(d.AtMS).UTC(), Gate: string(d.Gate), Granted: d.Granted, Reason: d.Reason.String(), Fee: d.FeeText,
		DecidedWith: d.Without.Codes(),
	}
	direction := fact.DirectionUnknown
	if i, found := l.Gate(d.Gate); found {
		out.GateName, direction = l.Config().Gates[i].Name, l.Config().Gates[i].Lane.Direction
	}
	if i, found := l.Spot(d.Spot); found {
		out.Spot = l.Config().Spots[i].Number
	}
	out.Words = verdict(d.Granted, direction) + ": " + inWords(d.Reason)
	if rest.SeesPlates(ctx) {
		out.Plate, out.Ticket = string(d.Plate), string(d.Ticket)
	}
	return out
}

func verdict(granted bool, direction fact.Direction) string {
	switch {
	case !granted:
		return "Refused"
	case direction == fact.Inward:
		return "Let in"
	case direction == fact.Outward:
		return "Let out"
	}
	return "Let through"
}

func decisionsOf(ctx context.Context, l *lot.Lot, most int) []Decision {
	list := []Decision{}
	for i, d := range l.Decisions() {
		if i < most {
			list = append(list, decisionOf(ctx, l, d))
		}
	}
	return list
}

type gateRequest struct {
	rest.Here
	rest.Keyed
	Gate string `path:"gateId" maxLength:"64"`
	Body noteBody
}

type gateAnswer struct {
	rest.Replayed
	Body Gate
}

// Gates is the list of gates.
type Gates struct {
	Gates []Gate `json:"gates"`
}

func (s *server) allGates(ctx context.Context, in *rest.Here) (*struct{ Body Gates }, error) {
	cfg, err := s.at(ctx, in.Location)
	if err != nil {
		return nil, err
	}
	out := &struct{ Body Gates }{Gates{make([]Gate, len(cfg.Gates))}}
	return out, s.view(ctx, func(l *lot.Lot) {
		for i := range out.Body.Gates {
			out.Body.Gates[i] = gateOf(ctx, l, i)
		}
	})
}

// gateCommand makes the lot's event of a gate command.
type gateCommand func(r lot.Request, gate int, note string) lot.Event

func openGate(r lot.Request, gate int, note string) lot.Event {
	return lot.RaiseGate{Request: r, Gate: gate, Note: note}
}

func holdGate(r lot.Request, gate int, note string) lot.Event {
	return lot.HoldGate{Request: r, Gate: gate, Note: note}
}

func releaseGate(r lot.Request, gate int, note string) lot.Event {
	return lot.EndHold{Request: r, Gate: gate, Note: note}
}

func lowerGate(r lot.Request, gate int, note string) lot.Event {
	return lot.LowerGate{Request: r, Gate: gate, Note: note}
}

func confirmGate(r lot.Request, gate int, note string) lot.Event {
	return lot.ConfirmGate{Request: r, Gate: gate, Note: note}
}

// commandGate has one gate carry out a command and answers what the gate is now.
func (s *server) commandGate(event gateCommand) rest.Handler[gateRequest, gateAnswer] {
	return func(ctx context.Context, in *gateRequest) (*gateAnswer, error) {
		_, gate, err := s.gateAt(ctx, in.Location, in.Gate)
		if err != nil {
			return nil, err
		}
		result, err := s.submit(ctx, event(request(ctx, in.Keyed), gate, in.Body.Note))
		if err != nil {
			return nil, err
		}
		s.Logger.Info("a person commanded a gate", "gate", in.Gate, "actor", rest.Who(ctx).Name)
		out := &gateAnswer{Replayed: rest.Replay(result.Repeated)}
		return out, s.view(ctx, func(l *lot.Lot) { out.Body = gateOf(ctx, l, gate) })
	}
}

// Count answers a correction with the three counts of vehicles inside.
type Count struct {
	Inside lot.Inside `json:"inside"`
}

func (s *server) correctCount(ctx context.Context, in *struct {
	rest.Here
	rest.Keyed
	Body struct {
		Inside int64  `json:"inside" minimum:"0" maximum:"100000" doc:"Vehicles that are inside"`
		Note   string `json:"note,omitempty" maxLength:"256"`
	}
}) (*struct {
	rest.Replayed
	Body Count
}, error) {
	if _, err := s.at(ctx, in.Location); err != nil {
		return nil, err
	}
	result, err := s.submit(ctx, lot.CorrectCount{Request: request(ctx, in.Keyed), Inside: in.Body.Inside, Note: in.Body.Note})
	if err != nil {
		return nil, err
	}
	out := new(struct {
		rest.Replayed
		Body Count
	})
	out.Replayed = rest.Replay(result.Repeated)
	return out, s.view(ctx, func(l *lot.Lot) { out.Body.Inside = l.Inside() })
}

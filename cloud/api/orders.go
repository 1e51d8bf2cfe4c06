package api

import (
	"context"
	"time"

	"gatehouse/cloud/steer"
	"gatehouse/sync/fact"
	"gatehouse/sync/policy"
	"gatehouse/sync/rest"
)

// verbs are what can be ordered.
var verbs = map[string]policy.Verb{
	"open_once": policy.OpenOnce, "hold": policy.StartHold, "end_hold": policy.EndHold, "free_exit": policy.FreeExit, "restart": policy.Restart,
}

// Order is what became of an order.
type Order struct {
	ID    string `json:"orderId"`
	State string `json:"state" enum:"done,refused,failed,unreachable,unanswered" doc:"unreachable: nothing was ordered; unanswered: what became of it is not known"`
	Note  string `json:"note,omitempty" doc:"What to do next"`
}

// orderPatience is how long a person waits for an answer.
const orderPatience = 12 * time.Second

func (s *Server) order(ctx context.Context, in *struct {
	rest.Here
	rest.Keyed
	Body struct {
		Verb   string `json:"verb" enum:"open_once,hold,end_hold,free_exit,restart"`
		Gate   string `json:"gateId,omitempty" maxLength:"64"`
		Ticket string `json:"ticketId,omitempty" maxLength:"64" doc:"For free_exit"`
		Reason string `json:"reason" minLength:"1" maxLength:"256" doc:"Why; it goes on record here and at the lot"`
	}
}) (*struct{ Body Order }, error) {
	verb := verbs[in.Body.Verb]
	switch {
	case verb != policy.Restart && verb != policy.FreeExit && in.Body.Gate == "":
		return nil, rest.Invalid("body.gateId", "which gate?")
	case verb == policy.FreeExit && in.Body.Ticket == "":
		return nil, rest.Invalid("body.ticketId", "which ticket?")
	case verb == policy.Restart && rest.Who(ctx).Role < rest.RoleConfigure:
		return nil, rest.Forbidden(rest.Who(ctx), rest.RoleConfigure)
	}
	if _, err := s.summary(in.Location); err != nil {
		return nil, err
	}
	subject := in.Body.Gate + in.Body.Ticket
	if err := s.audited(ctx, in.Location, "order_"+in.Body.Verb, subject, in.Body.Reason); err != nil {
		return nil, err
	}
	waiting, cancel := context.WithTimeout(ctx, orderPatience)
	defer cancel()
	o, err := s.Desk.Order(waiting, steer.Order{
		ID: nameOf(ctx, "order", in.Key), Location: fact.LocationID(in.Location), Verb: verb, Gate: fact.GateID(in.Body.Gate),
		Ticket: fact.TicketID(in.Body.Ticket), Actor: rest.Who(ctx).Name, Reason: in.Body.Reason,
	})
	if err != nil {
		return nil, s.problemOf(err)
	}
	if err := s.audited(context.WithoutCancel(ctx), in.Location, "order_result", subject, string(o.State)+" "+o.Note); err != nil {
		return nil, err
	}
	return &struct{ Body Order }{Order{nameText(o.ID), string(o.State), o.Note}}, nil
}

package api

import (
	"context"
	"net/http"

	"gatehouse/gateway/lot"
	"gatehouse/sync/fact"
	"gatehouse/sync/rest"
)

// request is what a command carries of the HTTP request it comes from.
func request(ctx context.Context, in rest.Keyed) lot.Request {
	return lot.Request{Key: fact.RequestKey(in.Key), Digest: rest.Digest(ctx), Actor: rest.Who(ctx).Name}
}

// submit has the lot carry out a command. Its error is a *Problem.
func (s *server) submit(ctx context.Context, command lot.Event) (lot.Result, error) {
	result, err := s.Backend.Submit(ctx, command)
	if err != nil {
		s.Logger.Error("a command's outcome is not known", "err", err)
		return result, rest.Unavailable("the lot")
	}
	if result.Problem != nil {
		return result, refused(result.Problem)
	}
	return result, nil
}

// view reads the lot. Its error is a *Problem.
func (s *server) view(ctx context.Context, read func(*lot.Lot)) error {
	err := s.Backend.View(ctx, read)
	if err == nil {
		return nil
	}
	if ctx.Err() == nil { // else it is the client who is gone
		s.Logger.Error("the lot can't be read", "err", err)
	}
	return rest.Unavailable("the lot")
}

// cfg is the location's configuration as it is now. Its error is a *Problem.
func (s *server) cfg(ctx context.Context) (*lot.Config, error) {
	var found *lot.Config
	err := s.view(ctx, func(l *lot.Lot) { found = l.Config() })
	return found, err
}

// at is the configuration, if the location asked for is this one.
func (s *server) at(ctx context.Context, location string) (*lot.Config, error) {
	cfg, err := s.cfg(ctx)
	if err != nil {
		return nil, err
	}
	if location != string(cfg.Location) {
		return nil, rest.NotFound("location "+rest.Clip(location)+" here", "this gateway runs "+string(cfg.Location))
	}
	return cfg, nil
}

// ownStatus is the HTTP status of the problems that only a lot has.
var ownStatus = map[string]int{
	string(lot.ProblemBlocked):      http.StatusConflict,
	string(lot.ProblemOverpayment):  http.StatusUnprocessableEntity,
	string(lot.ProblemTicketClosed): http.StatusConflict,
}

// refused is a lot's refusal as a problem.
func refused(p *lot.Problem) *rest.Problem {
	if status, own := ownStatus[string(p.Code)]; own {
		return rest.ProblemWith(status, string(p.Code), p.Message, p.Hint)
	}
	return rest.NewProblem(string(p.Code), p.Message, p.Hint)
}

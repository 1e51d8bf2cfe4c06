package api

import (
	"context"
	"errors"

	"gatehouse/cloud/store"
	"gatehouse/sync/fact"
	"gatehouse/sync/rest"
)

// Verdict is what the comparison of a location's rows with its signed batches came to.
type Verdict struct {
	Location string `json:"locationId"`
	Same     bool   `json:"same" doc:"The rows were what the batches come to"`
	Mended   bool   `json:"mended" doc:"They were not, and have been made again"`
}

func (s *Server) verify(ctx context.Context, in *struct {
	rest.Here
	Body struct {
		Mend bool `json:"mend" required:"false" doc:"Make the rows again if they differ"`
	}
}) (*struct{ Body Verdict }, error) {
	if _, err := s.summary(in.Location); err != nil {
		return nil, err
	}
	same, err := s.Verify(ctx, fact.LocationID(in.Location), in.Body.Mend)
	if errors.Is(err, store.ErrConflict) {
		return nil, rest.NewProblem(rest.CodeConflict, "the location changed all the time", "ask again in a quiet hour")
	}
	if err != nil {
		return nil, s.problemOf(err)
	}
	verdict := Verdict{in.Location, same, !same && in.Body.Mend}
	detail := "the rows are what the batches come to"
	if !same {
		detail = "the rows differed"
	}
	if err := s.audited(ctx, in.Location, "verify", "", detail); err != nil {
		return nil, err
	}
	return &struct{ Body Verdict }{verdict}, nil
}

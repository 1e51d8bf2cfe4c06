package api

import (
	"context"
	"time"

	"gatehouse/gateway/lot"
	"gatehouse/sync/fact"
	"gatehouse/sync/rest"
)

type passRequest struct {
	rest.Here
	rest.Keyed
	Body struct {
		User     string    `json:"userId,omitempty" maxLength:"64"`
		Plate    string    `json:"vehiclePlate,omitempty" maxLength:"64"`
		Card     string    `json:"card,omitempty" maxLength:"64" doc:"The number of an RFID card"`
		SpotType string    `json:"spotType,omitempty" enum:"any,compact,regular,large,ev,handicapped" default:"any"`
		From     time.Time `json:"fromTime"`
		Until    time.Time `json:"untilTime"`
	}
}

// Pass answers the issue of a standing right to park.
type Pass struct {
	ID       string    `json:"passId"`
	User     string    `json:"userId,omitempty"`
	Plate    string    `json:"vehiclePlate,omitempty"`
	Card     string    `json:"card,omitempty"`
	SpotType string    `json:"spotType"`
	From     time.Time `json:"fromTime"`
	Until    time.Time `json:"untilTime"`
}

type passAnswer struct {
	rest.Replayed
	Body Pass
}

func (s *server) issuePass(ctx context.Context, in *passRequest) (*passAnswer, error) {
	if _, err := s.at(ctx, in.Location); err != nil {
		return nil, err
	}
	var kind fact.SpotType
	if err := kind.UnmarshalText([]byte(in.Body.SpotType)); err != nil {
		return nil, rest.Invalid("body.spotType", err.Error())
	}
	result, err := s.submit(ctx, lot.IssuePass{
		Request: request(ctx, in.Keyed), User: fact.UserID(in.Body.User), Raw: in.Body.Plate, Card: in.Body.Card, SpotType: kind,
		FromMS: in.Body.From.UnixMilli(), UntilMS: in.Body.Until.UnixMilli(),
	})
	if err != nil {
		return nil, err
	}
	return &passAnswer{rest.Replay(result.Repeated), Pass{
		ID: string(result.Pass), User: in.Body.User, Plate: in.Body.Plate, Card: in.Body.Card, SpotType: in.Body.SpotType,
		From: in.Body.From.UTC(), Until: in.Body.Until.UTC(),
	}}, nil
}

func (s *server) revokePass(ctx context.Context, in *struct {
	rest.Here
	rest.Keyed
	Pass string `path:"passId" maxLength:"64"`
}) (*rest.Replayed, error) {
	if _, err := s.at(ctx, in.Location); err != nil {
		return nil, err
	}
	result, err := s.submit(ctx, lot.RevokePass{Request: request(ctx, in.Keyed), Pass: fact.PassID(in.Pass)})
	if err != nil {
		return nil, err
	}
	return new(rest.Replay(result.Repeated)), nil
}

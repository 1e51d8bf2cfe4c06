package api

import (
	"context"
	"time"

	"gatehouse/gateway/lot"
	"gatehouse/sync/fact"
	"gatehouse/sync/rest"
)

// Spot is one parking space as it is now (FR-1).
type Spot struct {
	ID         string     `json:"spotId"`
	Number     string     `json:"spotNumber" doc:"As painted on it"`
	Type       string     `json:"spotType" enum:"compact,regular,large,ev,handicapped"`
	Status     string     `json:"status" enum:"available,occupied,reserved,held,unknown,maintenance"`
	Floor      string     `json:"floorId"`
	Zone       string     `json:"zoneId,omitempty"`
	Charger    bool       `json:"hasEvCharger"`
	Confidence float64    `json:"confidence" doc:"How sure the sensor is, 0 to 1"`
	Since      *time.Time `json:"since,omitempty" doc:"When its sensor last changed its mind"`
	Violation  string     `json:"violation,omitempty" doc:"How it is misused"`
	Fault      string     `json:"fault,omitempty" doc:"Why its sensor can't be believed"`
	Ticket     string     `json:"ticketId,omitempty" doc:"Of the vehicle it is held for, or that stands there; role operate"`
	Plate      string     `json:"vehiclePlate,omitempty" doc:"Role operate"`
}

func spotOf(ctx context.Context, l *lot.Lot, i int32) Spot {
	cfg := l.Config()
	spot, state := &cfg.Spots[i], l.SpotState(i)
	s := Spot{
		ID: string(spot.ID), Number: spot.Number, Type: spot.Type.String(), Status: state.Status().String(),
		Floor: string(cfg.Floors[spot.Floor].ID), Charger: spot.Charger, Confidence: float64(state.Confidence) / 1000,
		Since: timeAt(state.SinceMS), Violation: codeOf(state.Violation != fact.ViolationNone, state.Violation),
		Fault: codeOf(state.Fault != fact.ReasonNone, state.Fault),
	}
	if spot.Zone >= 0 {
		s.Zone = string(cfg.Zones[spot.Zone].ID)
	}
	if rest.SeesPlates(ctx) {
		s.Ticket, s.Plate = string(state.Ticket), state.Vehicle
		if t, found := l.Ticket(state.Ticket); found && t.Plate != "" {
			s.Plate = string(t.Plate)
		}
	}
	return s
}

// codeOf is a code's text, or nothing.
func codeOf(set bool, code interface{ String() string }) string {
	if !set {
		return ""
	}
	return code.String()
}

// timeAt is a moment as the API writes it, or nil for none.
func timeAt(wallMS int64) *time.Time {
	if wallMS == 0 {
		return nil
	}
	return new(time.UnixMilli(wallMS).UTC())
}

// SpotPath names one spot.
type SpotPath struct {
	rest.Here
	Spot string `path:"spotId" maxLength:"64"`
}

type spotAnswer struct {
	rest.Replayed
	Body Spot
}

func (s *server) spotsOfFloor(ctx context.Context, in *struct {
	rest.Here
	Floor string `path:"floorId" maxLength:"64"`
}) (*struct {
	Body struct {
		Floor string `json:"floorId"`
		Spots []Spot `json:"spots"`
	}
}, error) {
	cfg, err := s.at(ctx, in.Location)
	if err != nil {
		return nil, err
	}
	floor := floorIndex(cfg, in.Floor)
	if floor < 0 {
		return nil, rest.NotFound("floor "+rest.Clip(in.Floor), "the location lists its floors")
	}
	spots := []Spot{}
	err = s.view(ctx, func(l *lot.Lot) {
		for i := range cfg.Spots {
			if cfg.Spots[i].Floor == floor {
				spots = append(spots, spotOf(ctx, l, int32(i)))
			}
		}
	})
	out := new(struct {
		Body struct {
			Floor string `json:"floorId"`
			Spots []Spot `json:"spots"`
		}
	})
	out.Body.Floor, out.Body.Spots = in.Floor, spots
	return out, err
}

func floorIndex(cfg *lot.Config, id string) int {
	for i := range cfg.Floors {
		if string(cfg.Floors[i].ID) == id {
			return i
		}
	}
	return -1
}

func (s *server) setSpot(ctx context.Context, in *struct {
	SpotPath
	rest.Keyed
	Body struct {
		Status  string `json:"status" enum:"occupied,available"`
		Vehicle string `json:"vehicleId,omitempty" maxLength:"64" doc:"What stands there, as the sender calls it"`
	}
}) (*spotAnswer, error) {
	return s.changeSpot(ctx, in.SpotPath, func(i int32) lot.Event {
		status := fact.SpotAvailable
		if in.Body.Status == fact.SpotOccupied.String() {
			status = fact.SpotOccupied
		}
		return lot.SetSpot{Request: request(ctx, in.Keyed), Spot: i, Status: status, Vehicle: in.Body.Vehicle}
	})
}

func (s *server) serviceSpot(ctx context.Context, in *struct {
	SpotPath
	rest.Keyed
	Body struct {
		Out  bool   `json:"out" doc:"true: out of service; false: back in service"`
		Note string `json:"note,omitempty" maxLength:"256"`
	}
}) (*spotAnswer, error) {
	return s.changeSpot(ctx, in.SpotPath, func(i int32) lot.Event {
		return lot.ServiceSpot{Request: request(ctx, in.Keyed), Spot: i, Out: in.Body.Out, Note: in.Body.Note}
	})
}

// changeSpot finds a spot, has the lot carry out a command about it and answers what it is now.
func (s *server) changeSpot(ctx context.Context, in SpotPath, command func(i int32) lot.Event) (*spotAnswer, error) {
	if _, err := s.at(ctx, in.Location); err != nil {
		return nil, err
	}
	var spot int32
	found := false
	err := s.view(ctx, func(l *lot.Lot) { spot, found = l.Spot(fact.SpotID(in.Spot)) })
	if err == nil && !found {
		err = rest.NotFound("spot "+rest.Clip(in.Spot), "list the spots of a floor")
	}
	if err != nil {
		return nil, err
	}
	result, err := s.submit(ctx, command(spot))
	if err != nil {
		return nil, err
	}
	out := &spotAnswer{Replayed: rest.Replay(result.Repeated)}
	return out, s.view(ctx, func(l *lot.Lot) { out.Body = spotOf(ctx, l, spot) })
}

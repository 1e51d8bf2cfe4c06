package api

import (
	"cmp"
	"context"
	"time"

	"gatehouse/gateway/lot"
	"gatehouse/sync/fact"
	"gatehouse/sync/rest"
)

// Reservation is the right to a spot of a type for a time (FR-4).
type Reservation struct {
	ID           string      `json:"reservationId"`
	Location     string      `json:"locationId"`
	User         string      `json:"userId,omitempty"`
	SpotType     string      `json:"spotType"`
	Spot         string      `json:"spotId,omitempty" doc:"Chosen some time before the start"`
	Plate        string      `json:"vehiclePlate,omitempty"`
	StartTime    *time.Time  `json:"startTime"`
	EndTime      *time.Time  `json:"endTime"`
	Status       string      `json:"status" enum:"confirmed,active,completed,cancelled,no_show"`
	Prepaid      rest.Amount `json:"prepaidAmount"`
	PrepaidMinor int64       `json:"prepaidAmountMinor"`
	Currency     string      `json:"currency"`
	Ticket       string      `json:"ticketId,omitempty" doc:"Of the vehicle that came"`
}

func reservationOf(cfg *lot.Config, r *lot.Reservation) Reservation {
	return Reservation{
		ID: string(r.ID), Location: string(cfg.Location), User: string(r.User), SpotType: r.SpotType.String(), Spot: string(r.Spot),
		Plate: string(r.Plate), StartTime: timeAt(r.StartMS), EndTime: timeAt(r.EndMS), Status: r.Status.String(),
		Prepaid: rest.AmountOf(r.PrepaidMinor, cfg.Currency), PrepaidMinor: r.PrepaidMinor, Currency: string(cfg.Currency), Ticket: string(r.Ticket),
	}
}

// reservationWish is what a reservation asks for.
type reservationWish struct {
	Location string           `json:"locationId" maxLength:"64"`
	SpotType string           `json:"spotType" enum:"compact,regular,large,ev,handicapped"`
	Start    time.Time        `json:"startTime"`
	End      time.Time        `json:"endTime"`
	Plate    string           `json:"vehiclePlate" maxLength:"64"`
	User     string           `json:"userId,omitempty" maxLength:"64"`
	Prepaid  rest.GivenAmount `json:"prepaidAmount,omitempty" doc:"What was paid ahead; not to be changed later"`
	spotType fact.SpotType    // of SpotType
}

// reservationChange is what a reservation is to ask for from now on; what is left out stays.
type reservationChange struct {
	Location string           `json:"locationId,omitempty" maxLength:"64"`
	SpotType string           `json:"spotType,omitempty" enum:"compact,regular,large,ev,handicapped"`
	Start    *time.Time       `json:"startTime,omitempty"`
	End      *time.Time       `json:"endTime,omitempty"`
	Plate    *string          `json:"vehiclePlate,omitempty" maxLength:"64"`
	User     string           `json:"userId,omitempty" maxLength:"64"`
	Prepaid  rest.GivenAmount `json:"prepaidAmount,omitempty" doc:"Not to be changed; may be repeated"`
}

// of is the change of a reservation as a whole wish.
func (c *reservationChange) of(old *Reservation) reservationWish {
	return reservationWish{
		Location: cmp.Or(c.Location, old.Location), SpotType: cmp.Or(c.SpotType, old.SpotType), Start: *cmp.Or(c.Start, old.StartTime, &time.Time{}),
		End: *cmp.Or(c.End, old.EndTime, &time.Time{}), Plate: *cmp.Or(c.Plate, &old.Plate), User: cmp.Or(c.User, old.User), Prepaid: c.Prepaid,
	}
}

type ReservationPath struct {
	Reservation string `path:"reservationId" maxLength:"64"`
}

type reservationAnswer struct {
	rest.Replayed
	Body Reservation
}

// check finds what a wish means here. Its error is a *Problem.
func (s *server) check(ctx context.Context, wish *reservationWish) (cfg *lot.Config, prepaidMinor int64, err error) {
	if cfg, err = s.at(ctx, wish.Location); err != nil {
		return nil, 0, err
	}
	if err := wish.spotType.UnmarshalText([]byte(wish.SpotType)); err != nil {
		return nil, 0, rest.Invalid("body.spotType", err.Error())
	}
	if wish.Prepaid == "" {
		return cfg, 0, nil
	}
	if prepaidMinor, err = wish.Prepaid.Minor(cfg.Currency); err != nil {
		return nil, 0, rest.Invalid("body.prepaidAmount", err.Error())
	}
	return cfg, prepaidMinor, nil
}

func (s *server) makeReservation(ctx context.Context, in *struct {
	rest.Keyed
	Body reservationWish
}) (*struct {
	rest.Replayed
	Path string `header:"Location" doc:"Where the reservation is"`
	Body Reservation
}, error) {
	_, prepaidMinor, err := s.check(ctx, &in.Body)
	if err != nil {
		return nil, err
	}
	result, err := s.submit(ctx, lot.MakeReservation{
		Request: request(ctx, in.Keyed), User: fact.UserID(in.Body.User), SpotType: in.Body.spotType, Raw: in.Body.Plate,
		StartMS: in.Body.Start.UnixMilli(), EndMS: in.Body.End.UnixMilli(), PrepaidMinor: prepaidMinor,
	})
	if err != nil {
		return nil, err
	}
	made, err := s.reservation(ctx, string(result.Reservation))
	out := new(struct {
		rest.Replayed
		Path string `header:"Location" doc:"Where the reservation is"`
		Body Reservation
	})
	out.Replayed, out.Path, out.Body = rest.Replay(result.Repeated), "/api/v1/reservations/"+made.ID, made
	return out, err
}

// reservation finds a reservation, however long ago it ended. Its error is a *Problem.
func (s *server) reservation(ctx context.Context, id string) (Reservation, error) {
	cfg, err := s.cfg(ctx)
	if err != nil {
		return Reservation{}, err
	}
	var r lot.Reservation
	found := false
	if err := s.view(ctx, func(l *lot.Lot) { r, found = l.Reservation(fact.ReservationID(id)) }); err != nil {
		return Reservation{}, err
	}
	if !found {
		if r, found, err = s.Backend.EndedReservation(fact.ReservationID(id)); err != nil {
			s.Logger.Error("ended reservations can't be read", "err", err)
			return Reservation{}, rest.Unavailable("the lot")
		}
	}
	if !found {
		return Reservation{}, rest.NotFound("reservation "+rest.Clip(id), "check the number")
	}
	return reservationOf(cfg, &r), nil
}

func (s *server) oneReservation(ctx context.Context, in *ReservationPath) (*struct{ Body Reservation }, error) {
	r, err := s.reservation(ctx, in.Reservation)
	return &struct{ Body Reservation }{r}, err
}

func (s *server) editReservation(ctx context.Context, in *struct {
	ReservationPath
	rest.Keyed
	Body reservationChange
}) (*reservationAnswer, error) {
	old, err := s.reservation(ctx, in.Reservation)
	if err != nil {
		return nil, err
	}
	wish := in.Body.of(&old)
	_, prepaidMinor, err := s.check(ctx, &wish)
	if err != nil {
		return nil, err
	}
	if wish.Prepaid != "" && prepaidMinor != old.PrepaidMinor {
		return nil, rest.Invalid("body.prepaidAmount", "what was paid ahead can't be changed; leave it out")
	}
	if wish.User != old.User {
		return nil, rest.Invalid("body.userId", "a reservation stays its user's; leave it out")
	}
	return s.changeReservation(ctx, lot.EditReservation{
		Request: request(ctx, in.Keyed), Reservation: fact.ReservationID(in.Reservation), SpotType: wish.spotType, Raw: wish.Plate,
		StartMS: wish.Start.UnixMilli(), EndMS: wish.End.UnixMilli(),
	}, in.Reservation)
}

func (s *server) cancelReservation(ctx context.Context, in *struct {
	ReservationPath
	rest.Keyed
}) (*reservationAnswer, error) {
	return s.changeReservation(ctx, lot.CancelReservation{
		Request: request(ctx, in.Keyed), Reservation: fact.ReservationID(in.Reservation),
	}, in.Reservation)
}

// changeReservation has the lot carry out a command and answers what the reservation is now.
func (s *server) changeReservation(ctx context.Context, command lot.Event, id string) (*reservationAnswer, error) {
	result, err := s.submit(ctx, command)
	if err != nil {
		return nil, err
	}
	r, err := s.reservation(ctx, id)
	return &reservationAnswer{rest.Replay(result.Repeated), r}, err
}

// Reservations is a list of reservations.
type Reservations struct {
	Reservations []Reservation `json:"reservations"`
}

func (s *server) userReservations(ctx context.Context, in *struct {
	User string `path:"userId" maxLength:"64"`
}) (*struct{ Body Reservations }, error) {
	out := &struct{ Body Reservations }{Reservations{[]Reservation{}}}
	return out, s.view(ctx, func(l *lot.Lot) {
		for _, r := range l.ReservationsOf(fact.UserID(in.User)) {
			out.Body.Reservations = append(out.Body.Reservations, reservationOf(l.Config(), &r))
		}
	})
}

package api

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"gatehouse/cloud/sales"
	"gatehouse/cloud/store"
	"gatehouse/sync/fact"
	"gatehouse/sync/platetext"
	"gatehouse/sync/policy"
	"gatehouse/sync/rest"
	"gatehouse/sync/wire"
)

// Reservation is the right to a spot of a type for a time.
type Reservation struct {
	ID           string      `json:"reservationId"`
	Location     string      `json:"locationId"`
	User         string      `json:"userId,omitempty"`
	SpotType     string      `json:"spotType"`
	Spot         string      `json:"spotId,omitempty" doc:"Chosen by the location some time before the start"`
	Plate        string      `json:"vehiclePlate,omitempty"`
	StartTime    *time.Time  `json:"startTime"`
	EndTime      *time.Time  `json:"endTime"`
	Status       string      `json:"status" enum:"confirmed,active,completed,cancelled,no_show"`
	Prepaid      rest.Amount `json:"prepaidAmount"`
	PrepaidMinor int64       `json:"prepaidAmountMinor"`
	Currency     string      `json:"currency"`
	Ticket       string      `json:"ticketId,omitempty" doc:"Of the vehicle that came"`
	Voucher      string      `json:"voucher,omitempty" doc:"The text of a QR code that opens the gate, with or without a network"`
	Delivered    bool        `json:"delivered" doc:"The location has it. While it has not, the voucher opens all the same"`
	SoldBy       string      `json:"soldBy" enum:"headquarters,location"`
}

// soldReservation is a sale as it stands, with what its location says of it.
func (s *Server) soldReservation(sold sales.Sold, row *store.ReservationRow) Reservation {
	currency := s.currencyAt(sold.Location)
	r := Reservation{
		ID: string(sold.Reservation), Location: string(sold.Location), User: string(sold.User), SpotType: sold.SpotType.String(), Plate: string(sold.Plate),
		StartTime: timeAt(sold.StartMS), EndTime: timeAt(sold.EndMS), Status: fact.ReservationConfirmed.String(),
		Prepaid: rest.AmountOf(sold.PrepaidMinor, currency), PrepaidMinor: sold.PrepaidMinor, Currency: string(currency), Voucher: sold.Voucher, SoldBy: "headquarters",
	}
	if sold.Cancelled {
		r.Status = fact.ReservationCancelled.String()
	}
	if row != nil && row.Made() {
		r.Spot, r.Ticket = string(row.Spot), string(row.Ticket)
		if !sold.Cancelled {
			r.Status = row.Status.String()
		}
	}
	r.Delivered = s.delivered(sold)
	return r
}

// delivered reports whether the list that the location said is in effect has the sale as it stands.
func (s *Server) delivered(sold sales.Sold) bool {
	return slices.Contains(s.Desk.Heard(sold.Location).Sales, sold.Sale)
}

// madeReservation is one that a location made itself.
func (s *Server) madeReservation(row *store.ReservationRow) Reservation {
	currency := s.currencyAt(row.Location)
	return Reservation{
		ID: string(row.ID), Location: string(row.Location), User: string(row.User), SpotType: row.SpotType.String(), Spot: string(row.Spot), Plate: string(row.Plate),
		StartTime: timeAt(row.StartMS), EndTime: timeAt(row.EndMS), Status: row.Status.String(), Prepaid: rest.AmountOf(row.PrepaidMinor, currency),
		PrepaidMinor: row.PrepaidMinor, Currency: string(currency), Ticket: string(row.Ticket), Delivered: true, SoldBy: "location",
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
}

// ReservationPath names a reservation.
type ReservationPath struct {
	Reservation string `path:"reservationId" maxLength:"64"`
}

type reservationAnswer struct{ Body Reservation }

// wish checks what is asked for. Its error is a *Problem.
func (s *Server) wish(in *reservationWish) (w sales.Wish, err error) {
	if _, err := s.summary(in.Location); err != nil {
		return w, err
	}
	w = sales.Wish{
		Location: fact.LocationID(in.Location), User: fact.UserID(in.User), Plate: platetext.Normal(in.Plate), StartMS: in.Start.UnixMilli(), EndMS: in.End.UnixMilli(),
	}
	if err := w.SpotType.UnmarshalText([]byte(in.SpotType)); err != nil {
		return w, rest.Invalid("body.spotType", err.Error())
	}
	if w.Plate == "" {
		return w, rest.Invalid("body.vehiclePlate", "the voucher is for one vehicle: give its plate")
	}
	if in.Prepaid != "" {
		if w.PrepaidMinor, err = in.Prepaid.Minor(s.currencyAt(w.Location)); err != nil {
			return w, rest.Invalid("body.prepaidAmount", err.Error())
		}
	}
	return w, nil
}

func (s *Server) makeReservation(ctx context.Context, in *struct {
	rest.Keyed
	Body reservationWish
}) (*struct {
	Path string `header:"Location" doc:"Where the reservation is"`
	Body Reservation
}, error) {
	w, err := s.wish(&in.Body)
	if err != nil {
		return nil, err
	}
	if in.Key != "" {
		w.Key = nameText(nameOf(ctx, "reservation", in.Key))
	}
	sold, err := s.Office.Sell(ctx, w)
	if err != nil {
		return nil, s.problemOf(err)
	}
	if err := s.audited(ctx, in.Body.Location, "sell_reservation", string(sold.Reservation), in.Body.User); err != nil {
		return nil, err
	}
	s.awaitDelivery(ctx, sold)
	out := new(struct {
		Path string `header:"Location" doc:"Where the reservation is"`
		Body Reservation
	})
	out.Body = s.soldReservation(sold, nil)
	out.Path = "/api/v1/reservations/" + out.Body.ID
	return out, nil
}

// deliveryPatience is how long an answer waits for the location's own, where it is connected.
const deliveryPatience = 1500 * time.Millisecond

// awaitDelivery gives a location that is connected the time to take a sale.
func (s *Server) awaitDelivery(ctx context.Context, sold sales.Sold) {
	if !s.Link(sold.Location).Online {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, deliveryPatience)
	defer cancel()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for !s.delivered(sold) {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

func (s *Server) oneReservation(ctx context.Context, in *ReservationPath) (*reservationAnswer, error) {
	rows, err := s.Store.Reservation(ctx, fact.ReservationID(in.Reservation))
	if err != nil {
		return nil, s.problemOf(err)
	}
	sold, err := s.Office.Find(ctx, fact.ReservationID(in.Reservation))
	switch {
	case errors.Is(err, sales.ErrUnknown) && len(rows) > 0 && rows[0].Made():
		return &reservationAnswer{s.madeReservation(&rows[0])}, nil
	case err != nil:
		return nil, s.problemOf(err)
	}
	return &reservationAnswer{s.soldReservation(sold, firstAt(rows, sold.Location))}, nil
}

func firstAt(rows []store.ReservationRow, location fact.LocationID) *store.ReservationRow {
	for i := range rows {
		if rows[i].Location == location {
			return &rows[i]
		}
	}
	return nil
}

// change carries an edit or a cancellation out, if headquarters sold the reservation and the vehicle has not come.
func (s *Server) change(ctx context.Context, id, action string, change func() (sales.Sold, error)) (*reservationAnswer, error) {
	now, err := s.oneReservation(ctx, &ReservationPath{id})
	if err != nil {
		return nil, err
	}
	switch {
	case now.Body.SoldBy == "location":
		return nil, rest.NewProblem(rest.CodeNotPossible, "this reservation was made at its location, which alone changes it", "use the API of the gateway of "+now.Body.Location)
	case now.Body.Status != fact.ReservationConfirmed.String() && now.Body.Status != fact.ReservationCancelled.String():
		return nil, rest.NewProblem(rest.CodeNotPossible, "this reservation is "+now.Body.Status, "what has begun is the location's to end")
	}
	sold, err := change()
	if err != nil {
		return nil, s.problemOf(err)
	}
	if err := s.audited(ctx, now.Body.Location, action, id, ""); err != nil {
		return nil, err
	}
	s.awaitDelivery(ctx, sold)
	return &reservationAnswer{s.soldReservation(sold, nil)}, nil
}

func (s *Server) editReservation(ctx context.Context, in *struct {
	ReservationPath
	rest.Keyed
	Body reservationWish
}) (*reservationAnswer, error) {
	w, err := s.wish(&in.Body)
	if err != nil {
		return nil, err
	}
	return s.change(ctx, in.Reservation, "edit_reservation", func() (sales.Sold, error) {
		old, err := s.Office.Find(ctx, fact.ReservationID(in.Reservation))
		switch {
		case err != nil:
			return old, err
		case old.Location != w.Location:
			return old, rest.Invalid("body.locationId", "a reservation stays at its location; cancel it and make another")
		case in.Body.Prepaid != "" && w.PrepaidMinor != old.PrepaidMinor:
			return old, rest.Invalid("body.prepaidAmount", "what was paid ahead can't be changed; leave it out")
		case in.Body.User != "" && w.User != old.User:
			return old, rest.Invalid("body.userId", "a reservation stays its user's; leave it out")
		}
		return s.Office.Edit(ctx, old.Reservation, w)
	})
}

func (s *Server) cancelReservation(ctx context.Context, in *struct {
	ReservationPath
	rest.Keyed
}) (*reservationAnswer, error) {
	return s.change(ctx, in.Reservation, "cancel_reservation", func() (sales.Sold, error) {
		return s.Office.Cancel(ctx, fact.ReservationID(in.Reservation))
	})
}

// Reservations is a list of reservations.
type Reservations struct {
	Reservations []Reservation `json:"reservations"`
}

func (s *Server) userReservations(ctx context.Context, in *struct {
	User string `path:"userId" minLength:"1" maxLength:"64"`
}) (*struct{ Body Reservations }, error) {
	rows, err := s.Store.Reservations(ctx, "", fact.UserID(in.User))
	if err != nil {
		return nil, s.problemOf(err)
	}
	sold, err := s.Office.Of(fact.UserID(in.User))
	if err != nil {
		return nil, s.problemOf(err)
	}
	return &struct{ Body Reservations }{Reservations{s.merged(sold, rows)}}, nil
}

// comingReservations are those of a location that stand and are not over.
func (s *Server) comingReservations(ctx context.Context, in *rest.Here) (*struct{ Body Reservations }, error) {
	l, err := s.summary(in.Location)
	if err != nil {
		return nil, err
	}
	rows, err := s.Store.Reservations(ctx, l.ID, "")
	if err != nil {
		return nil, s.problemOf(err)
	}
	sold, err := s.Office.At(l.ID)
	if err != nil {
		return nil, s.problemOf(err)
	}
	now := s.Now()
	coming := slices.DeleteFunc(s.merged(sold, rows), func(r Reservation) bool {
		stands := r.Status == fact.ReservationConfirmed.String() || r.Status == fact.ReservationActive.String()
		return !stands || r.EndTime == nil || !r.EndTime.After(now)
	})
	return &struct{ Body Reservations }{Reservations{coming}}, nil
}

// merged are sales and what locations say of them, with what locations made themselves, by start.
func (s *Server) merged(sold []sales.Sold, rows []store.ReservationRow) []Reservation {
	here := map[fact.ReservationID]*store.ReservationRow{}
	for i := range rows {
		here[rows[i].ID] = &rows[i]
	}
	all := []Reservation{}
	for _, one := range sold {
		all = append(all, s.soldReservation(one, here[one.Reservation]))
		delete(here, one.Reservation)
	}
	for i := range rows {
		if here[rows[i].ID] != nil && rows[i].Made() {
			all = append(all, s.madeReservation(&rows[i]))
		}
	}
	slices.SortStableFunc(all, func(a, b Reservation) int {
		return cmp.Or(compareTimes(a.StartTime, b.StartTime), cmp.Compare(a.ID, b.ID))
	})
	return all
}

func compareTimes(a, b *time.Time) int {
	if a == nil || b == nil {
		return 0
	}
	return a.Compare(*b)
}

// Rights is what a location lends headquarters to sell.
type Rights struct {
	Asked    map[string]int `json:"asked" doc:"What headquarters asked for last, by spot type, in each quarter-hour"`
	Lent     map[string]int `json:"lent" doc:"What may be sold: agreed by the location, and still asked for"`
	Document Policy         `json:"document"`
}

func (s *Server) rights(_ context.Context, in *rest.Here) (*struct{ Body Rights }, error) {
	if _, err := s.summary(in.Location); err != nil {
		return nil, err
	}
	h := s.Desk.Held(fact.LocationID(in.Location), policy.Lending)
	asked := policy.Allotment{}
	if h.Version > 0 {
		if err := wire.Unmarshal(h.Content, &asked); err != nil {
			return nil, s.problemOf(err)
		}
	}
	return &struct{ Body Rights }{Rights{allotted(asked), allotted(s.Desk.Lent(h.Location)), policyOf(h)}}, nil
}

func allotted(a policy.Allotment) map[string]int {
	out := map[string]int{}
	for _, one := range a.Types {
		out[one.SpotType.String()] = int(one.Count)
	}
	return out
}

func (s *Server) askRights(ctx context.Context, in *struct {
	rest.Here
	Body struct {
		Rights map[string]int `json:"rights" doc:"How many of each spot type, in each quarter-hour" example:"{\"regular\": 20}"`
		Reason string         `json:"reason" minLength:"1" maxLength:"256"`
	}
}) (*struct{ Body Rights }, error) {
	if _, err := s.summary(in.Location); err != nil {
		return nil, err
	}
	asked := policy.Allotment{}
	for _, spotType := range fact.SpotTypes() {
		if count := in.Body.Rights[spotType.String()]; count > 0 {
			asked.Types = append(asked.Types, policy.Allotted{SpotType: spotType, Count: uint32(min(count, 100_000))})
		}
	}
	for name, count := range in.Body.Rights {
		var spotType fact.SpotType
		if err := spotType.UnmarshalText([]byte(name)); err != nil || spotType == fact.AnyType || count < 0 {
			return nil, rest.Invalid("body.rights", "name spot types, each with a count of 0 or more")
		}
	}
	asked, err := s.Office.Ask(ctx, fact.LocationID(in.Location), asked.Types)
	if err != nil {
		return nil, s.problemOf(err)
	}
	content, err := wire.Marshal(asked)
	if err != nil {
		return nil, s.problemOf(err)
	}
	if _, err := s.Desk.Publish(ctx, fact.LocationID(in.Location), policy.Lending, rest.Who(ctx).Name, content); err != nil {
		return nil, s.problemOf(err)
	}
	if err := s.audited(ctx, in.Location, "ask_rights", "", in.Body.Reason); err != nil {
		return nil, err
	}
	return s.rights(ctx, &in.Here)
}

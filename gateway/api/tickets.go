package api

import (
	"context"
	"slices"
	"strings"
	"time"

	"gatehouse/gateway/lot"
	"gatehouse/sync/fact"
	"gatehouse/sync/platetext"
	"gatehouse/sync/rest"
)

// Ticket is one visit (source design: parking_tickets).
type Ticket struct {
	ID          string      `json:"ticketId"`
	Location    string      `json:"locationId"`
	Status      string      `json:"status" enum:"admitted,active,leaving,completed,cancelled"`
	Spot        string      `json:"spotId,omitempty" doc:"Held for it, or where its vehicle was seen last"`
	Parked      bool        `json:"parked" doc:"Its vehicle was seen on the spot"`
	Plate       string      `json:"licensePlate,omitempty" doc:"Normal form; role operate"`
	PlateRaw    string      `json:"licensePlateRaw,omitempty" doc:"As read or typed; role operate"`
	Credential  string      `json:"credential"`
	Vehicle     string      `json:"vehicleType"`
	EntryTime   *time.Time  `json:"entryTime"`
	ExitTime    *time.Time  `json:"exitTime,omitempty"`
	EntryGate   string      `json:"entryGateId,omitempty"`
	ExitGate    string      `json:"exitGateId,omitempty"`
	Reservation string      `json:"reservationId,omitempty" doc:"Role operate"`
	Pass        string      `json:"passId,omitempty"`
	Tariff      string      `json:"tariff,omitempty" doc:"The version promised at the entry"`
	Suspect     string      `json:"suspect,omitempty" doc:"Why the stay is in doubt; its fee is bounded"`
	Concluded   string      `json:"concluded,omitempty" doc:"Why the gateway took the vehicle for gone that no exit let out on this ticket"`
	Redated     bool        `json:"redated,omitempty" doc:"Its entry time was set right after the clock was"`
	Fee         rest.Amount `json:"totalFee" doc:"Until now, or as settled at the exit"`
	FeeMinor    int64       `json:"totalFeeMinor"`
	Paid        bool        `json:"paid" doc:"Nothing is due now"`
	DueMinor    int64       `json:"dueMinor"`
	Currency    string      `json:"currency"`
	Payments    []Payment   `json:"payments"`
}

// Payment is one payment for a ticket (source design: payment_transactions).
type Payment struct {
	ID        string      `json:"paymentId"`
	Status    string      `json:"paymentStatus" enum:"pending,completed,failed,authorised,voided,waived"`
	Amount    rest.Amount `json:"amount"`
	Minor     int64       `json:"amountMinor"`
	Method    string      `json:"paymentMethod"`
	Reference string      `json:"gatewayRef,omitempty"`
	At        *time.Time  `json:"at,omitempty"`
	Gate      string      `json:"gateId,omitempty"`
	Refunded  int64       `json:"refundedMinor,omitempty" doc:"Given back of it"`
	Waiver    string      `json:"waiver,omitempty" doc:"Why nothing was paid"`
}

func ticketOf(ctx context.Context, l *lot.Lot, t *lot.Ticket) Ticket {
	cfg, account := l.Config(), l.Account(t, l.Now())
	out := Ticket{
		ID: string(t.ID), Location: string(cfg.Location), Status: t.Status.String(), Spot: string(t.Spot), Parked: t.Parked,
		Credential: t.Credential.String(), Vehicle: t.Vehicle.String(), EntryTime: timeAt(t.Entry.WallMS), ExitTime: timeAt(t.Exit.WallMS),
		EntryGate: string(t.EntryGate), ExitGate: string(t.ExitGate), Pass: string(t.Pass), Tariff: t.Tariff,
		Suspect: codeOf(t.Suspect != fact.ReasonNone, t.Suspect), Concluded: t.Concluded, Redated: t.Redated,
		Fee: rest.AmountOf(account.Fee.TotalMinor, cfg.Currency), FeeMinor: account.Fee.TotalMinor, Paid: account.DueMinor == 0,
		DueMinor: account.DueMinor, Currency: string(cfg.Currency), Payments: make([]Payment, len(t.Payments)),
	}
	for i := range t.Payments {
		p := &t.Payments[i]
		out.Payments[i] = Payment{
			ID: string(p.ID), Status: p.Status.String(), Amount: rest.AmountOf(p.AmountMinor, cfg.Currency), Minor: p.AmountMinor,
			Method: p.Method.String(), Reference: p.Reference, At: timeAt(p.At.WallMS), Gate: string(p.Gate),
			Refunded: p.RefundedMinor, Waiver: codeOf(p.Waiver != fact.WaiverNone, p.Waiver),
		}
	}
	if rest.SeesPlates(ctx) {
		out.Plate, out.PlateRaw, out.Reservation = string(t.Plate), t.PlateRaw, string(t.Reservation)
	}
	return out
}

// TicketPath names one ticket.
type TicketPath struct {
	Ticket string `path:"ticketId" maxLength:"64"`
}

// Tickets is a list of tickets.
type Tickets struct {
	Total   int      `json:"total" doc:"How many there are, also beyond this list"`
	Tickets []Ticket `json:"tickets"`
}

// ticket finds a ticket, however long ago it closed. Its error is a *Problem.
func (s *server) ticket(ctx context.Context, id string) (lot.Ticket, error) {
	var t lot.Ticket
	found := false
	if err := s.view(ctx, func(l *lot.Lot) { t, found = l.Ticket(fact.TicketID(id)) }); err != nil || found {
		return t, err
	}
	t, found, err := s.Backend.ClosedTicket(fact.TicketID(id))
	if err != nil {
		s.Logger.Error("closed tickets can't be read", "err", err)
		return t, rest.Unavailable("the lot")
	}
	if !found {
		return t, rest.NotFound("ticket "+rest.Clip(id), "check the number, or find the ticket by its plate")
	}
	return t, nil
}

func (s *server) oneTicket(ctx context.Context, in *TicketPath) (*struct{ Body Ticket }, error) {
	t, err := s.ticket(ctx, in.Ticket)
	if err != nil {
		return nil, err
	}
	out := &struct{ Body Ticket }{}
	return out, s.view(ctx, func(l *lot.Lot) { out.Body = ticketOf(ctx, l, &t) })
}

func (s *server) findTickets(ctx context.Context, in *struct {
	Plate string `query:"plate" required:"true" minLength:"1" maxLength:"64" doc:"A plate or a part of one, as typed"`
}) (*struct{ Body Tickets }, error) {
	wanted := string(platetext.Normal(in.Plate))
	if wanted == "" {
		return nil, rest.Invalid("query.plate", "no letter or digit in it")
	}
	return s.listTickets(ctx, "", ticketsMax, func(t *lot.Ticket) bool { return strings.Contains(string(t.Plate), wanted) })
}

func (s *server) openTickets(ctx context.Context, in *struct {
	rest.Here
	After string `query:"after" maxLength:"64" doc:"Go on behind this ticketId"`
	Limit int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
}) (*struct{ Body Tickets }, error) {
	if _, err := s.at(ctx, in.Location); err != nil {
		return nil, err
	}
	return s.listTickets(ctx, fact.TicketID(in.After), in.Limit, func(*lot.Ticket) bool { return true })
}

// listTickets lists open tickets by entry, those behind a given one.
func (s *server) listTickets(ctx context.Context, after fact.TicketID, limit int, wanted func(*lot.Ticket) bool) (*struct{ Body Tickets }, error) {
	out := &struct{ Body Tickets }{Tickets{Tickets: []Ticket{}}}
	return out, s.view(ctx, func(l *lot.Lot) {
		open := slices.DeleteFunc(l.OpenTickets(), func(t lot.Ticket) bool { return !wanted(&t) })
		out.Body.Total = len(open)
		for i := range open {
			if open[i].ID > after && len(out.Body.Tickets) < limit {
				out.Body.Tickets = append(out.Body.Tickets, ticketOf(ctx, l, &open[i]))
			}
		}
	})
}

type noteBody struct {
	Note string `json:"note,omitempty" maxLength:"256" doc:"Why; it goes into the log"`
}

type ticketAnswer struct {
	rest.Replayed
	Body Ticket
}

type correctRequest struct {
	TicketPath
	rest.Keyed
	Body noteBody
}

// correctTicket closes a ticket, or opens it again.
func (s *server) correctTicket(closes bool) rest.Handler[correctRequest, ticketAnswer] {
	return func(ctx context.Context, in *correctRequest) (*ticketAnswer, error) {
		result, err := s.submit(ctx, lot.CorrectTicket{
			Request: request(ctx, in.Keyed), Ticket: fact.TicketID(in.Ticket), Close: closes, Note: in.Body.Note,
		})
		if err != nil {
			return nil, err
		}
		t, err := s.ticket(ctx, in.Ticket)
		if err != nil {
			return nil, err
		}
		out := &ticketAnswer{Replayed: rest.Replay(result.Repeated)}
		return out, s.view(ctx, func(l *lot.Lot) { out.Body = ticketOf(ctx, l, &t) })
	}
}

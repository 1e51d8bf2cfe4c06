package api

import (
	"context"
	"time"

	"gatehouse/gateway/lot"
	"gatehouse/sync/fact"
	"gatehouse/sync/rest"
)

// PaymentPath names one payment of a ticket.
type PaymentPath struct {
	TicketPath
	Payment string `path:"paymentId" maxLength:"64"`
}

// moneyAnswer is the fee as it is after its account has moved.
type moneyAnswer struct {
	rest.Replayed
	Body Fee
}

// account carries out a command that moves a ticket's account.
func (s *server) account(ctx context.Context, command lot.Event) (*moneyAnswer, error) {
	result, err := s.submit(ctx, command)
	if err != nil {
		return nil, err
	}
	t, err := s.ticket(ctx, string(result.Ticket))
	if err != nil {
		return nil, err
	}
	out := &moneyAnswer{Replayed: rest.Replay(result.Repeated)}
	return out, s.view(ctx, func(l *lot.Lot) { out.Body = feeOf(l, &t) })
}

// given is an amount of a request; 0 if there is none.
func (s *server) given(ctx context.Context, amount rest.GivenAmount) (int64, error) {
	if amount == "" {
		return 0, nil
	}
	cfg, err := s.cfg(ctx)
	if err != nil {
		return 0, err
	}
	minor, err := amount.Minor(cfg.Currency)
	if err == nil && minor <= 0 {
		return 0, rest.Invalid("body.amount", "write more than nothing, or leave it out")
	}
	if err != nil {
		return 0, rest.Invalid("body.amount", err.Error())
	}
	return minor, nil
}

type captureRequest struct {
	PaymentPath
	rest.Keyed
	Body struct {
		Amount    rest.GivenAmount `json:"amount,omitempty" doc:"Left out: as much as is due"`
		Reference string           `json:"gatewayRef,omitempty" maxLength:"64"`
	}
}

func (s *server) capture(ctx context.Context, in *captureRequest) (*moneyAnswer, error) {
	minor, err := s.given(ctx, in.Body.Amount)
	if err != nil {
		return nil, err
	}
	return s.account(ctx, lot.CapturePayment{
		Request: request(ctx, in.Keyed), Ticket: fact.TicketID(in.Ticket), Payment: fact.PaymentID(in.Payment), AmountMinor: minor, Reference: in.Body.Reference,
	})
}

type voidRequest struct {
	PaymentPath
	rest.Keyed
	Body noteBody
}

func (s *server) void(ctx context.Context, in *voidRequest) (*moneyAnswer, error) {
	return s.account(ctx, lot.VoidPayment{
		Request: request(ctx, in.Keyed), Ticket: fact.TicketID(in.Ticket), Payment: fact.PaymentID(in.Payment), Note: in.Body.Note,
	})
}

type refundRequest struct {
	PaymentPath
	rest.Keyed
	Body struct {
		Amount    rest.GivenAmount `json:"amount,omitempty" doc:"Left out: what was paid too much"`
		Reference string           `json:"gatewayRef,omitempty" maxLength:"64"`
		Note      string           `json:"note,omitempty" maxLength:"256" doc:"Why; it goes into the log"`
	}
}

func (s *server) refund(ctx context.Context, in *refundRequest) (*moneyAnswer, error) {
	minor, err := s.given(ctx, in.Body.Amount)
	if err != nil {
		return nil, err
	}
	return s.account(ctx, lot.RefundPayment{
		Request: request(ctx, in.Keyed), Ticket: fact.TicketID(in.Ticket), Payment: fact.PaymentID(in.Payment), AmountMinor: minor,
		Reference: in.Body.Reference, Note: in.Body.Note,
	})
}

type waiveRequest struct {
	TicketPath
	rest.Keyed
	Body struct {
		Reason string           `json:"reason" enum:"equipment_fault,emergency_vehicle,staff,goodwill,wrong_charge,other"`
		Amount rest.GivenAmount `json:"amount,omitempty" doc:"Left out: all that is due"`
		Note   string           `json:"note,omitempty" maxLength:"256" doc:"It goes into the log"`
	}
}

func (s *server) waive(ctx context.Context, in *waiveRequest) (*moneyAnswer, error) {
	minor, err := s.given(ctx, in.Body.Amount)
	if err != nil {
		return nil, err
	}
	var waiver fact.Waiver
	if err := waiver.UnmarshalText([]byte(in.Body.Reason)); err != nil {
		return nil, rest.Invalid("body.reason", err.Error())
	}
	return s.account(ctx, lot.WaiveFee{
		Request: request(ctx, in.Keyed), Ticket: fact.TicketID(in.Ticket), AmountMinor: minor, Waiver: waiver, Note: in.Body.Note,
	})
}

type ticketNoteRequest struct {
	TicketPath
	rest.Keyed
	Body noteBody
}

func (s *server) owe(ctx context.Context, in *ticketNoteRequest) (*moneyAnswer, error) {
	return s.account(ctx, lot.OweFee{Request: request(ctx, in.Keyed), Ticket: fact.TicketID(in.Ticket), Note: in.Body.Note})
}

func (s *server) mislay(ctx context.Context, in *ticketNoteRequest) (*moneyAnswer, error) {
	return s.account(ctx, lot.MislayTicket{Request: request(ctx, in.Keyed), Ticket: fact.TicketID(in.Ticket), Note: in.Body.Note})
}

type validateRequest struct {
	TicketPath
	rest.Keyed
	Body struct {
		Code   string `json:"code" minLength:"1" maxLength:"64" doc:"Of a discount of the ticket's tariff"`
		Coupon string `json:"coupon,omitempty" maxLength:"64" doc:"Number of the single coupon, if coupons have one"`
	}
}

func (s *server) validate(ctx context.Context, in *validateRequest) (*moneyAnswer, error) {
	return s.account(ctx, lot.ValidateTicket{
		Request: request(ctx, in.Keyed), Ticket: fact.TicketID(in.Ticket), Code: in.Body.Code, Coupon: in.Body.Coupon,
	})
}

// Tariffs are the versions of the tariff that the lot knows.
type Tariffs struct {
	Tariffs []Tariff `json:"tariffs" doc:"Those that tickets still need; entries promise the current one"`
}

// Tariff is one version of the tariff.
type Tariff struct {
	Version string     `json:"version"`
	Digest  string     `json:"digest"`
	Current bool       `json:"current" doc:"Entries promise it"`
	Since   *time.Time `json:"since,omitempty"`
	Text    string     `json:"text" doc:"As it is in the log"`
}

func (s *server) tariffs(ctx context.Context, in *rest.Here) (*struct{ Body Tariffs }, error) {
	if _, err := s.at(ctx, in.Location); err != nil {
		return nil, err
	}
	out := &struct{ Body Tariffs }{Tariffs{[]Tariff{}}}
	return out, s.view(ctx, func(l *lot.Lot) {
		for _, digest := range l.Tariffs() {
			version, text, sinceMS, _ := l.TariffText(digest)
			out.Body.Tariffs = append(out.Body.Tariffs, Tariff{
				Version: version, Digest: digest, Current: digest == l.Meta().Tariff, Since: timeAt(sinceMS), Text: text,
			})
		}
	})
}

package api

import (
	"context"
	"time"

	"gatehouse/gateway/lot"
	"gatehouse/gateway/tariff"
	"gatehouse/gateway/tariffdoc/receipt"
	"gatehouse/sync/fact"
	"gatehouse/sync/rest"
)

// Fee is what a ticket costs now.
type Fee struct {
	Ticket    string      `json:"ticketId"`
	Currency  string      `json:"currency"`
	Fee       rest.Amount `json:"fee" doc:"Of the whole stay until now"`
	FeeMinor  int64       `json:"feeMinor"`
	Paid      rest.Amount `json:"paid"`
	PaidMinor int64       `json:"paidMinor"`
	Due       rest.Amount `json:"due" doc:"What is still to be paid"`
	DueMinor  int64       `json:"dueMinor"`
	Cash      rest.Amount `json:"dueInCash" doc:"What is still to be paid, in cash"`
	CashMinor int64       `json:"dueInCashMinor"`
	// What else counts against the fee, or is known of it.
	OverMinor       int64    `json:"overpaidMinor,omitempty" doc:"Paid too much; it can be refunded"`
	WaivedMinor     int64    `json:"waivedMinor,omitempty" doc:"Need not be paid; the payments say why"`
	CarriedMinor    int64    `json:"carriedMinor,omitempty" doc:"Settled with the visits that this one goes on with"`
	AuthorisedMinor int64    `json:"authorisedMinor,omitempty" doc:"Held ready by a bank, and not paid yet"`
	Tariff          string   `json:"tariff,omitempty" doc:"The version promised at the entry"`
	Validations     []string `json:"validations" doc:"Discounts that were shown"`

	PaidUntil *time.Time `json:"paidUntil,omitempty" doc:"Until then nothing more is due"`
	Reason    string     `json:"reason,omitempty" doc:"Why nothing is due, or why the fee is bounded"`
	Doubted   bool       `json:"clockDoubted" doc:"The clock was not known for all of the stay: only the certain part counts"`
	QuotedAt  *time.Time `json:"quotedAt"`
	Breakdown Breakdown  `json:"breakdown"`
}

// Breakdown is how a stay is priced (source design: PricingBreakdown).
type Breakdown struct {
	Duration      rest.Duration `json:"duration"`
	BaseRate      rest.Amount   `json:"baseRate" doc:"Per hour, of the first charge"`
	BaseRateMinor int64         `json:"baseRateMinor"`
	Charges       []Charge      `json:"charges" doc:"They tile the stay"`
	Subtotal      rest.Amount   `json:"subtotal" doc:"Without tax"`
	SubtotalMinor int64         `json:"subtotalMinor"`
	Tax           rest.Amount   `json:"tax"`
	TaxMinor      int64         `json:"taxMinor"`
	Total         rest.Amount   `json:"total"`
	TotalMinor    int64         `json:"totalMinor"`
}

// Charge is one line of a fee.
type Charge struct {
	Rule       string      `json:"rule" doc:"Of the tariff"`
	From       *time.Time  `json:"from,omitempty"`
	To         *time.Time  `json:"to,omitempty"`
	Days       int64       `json:"days" doc:"For how many stretches alike this line stands"`
	Rate       rest.Amount `json:"ratePerHour"`
	RateMinor  int64       `json:"ratePerHourMinor"`
	Price      rest.Amount `json:"price" doc:"Of a unit, or flat"`
	PriceMinor int64       `json:"priceMinor"`
	UnitS      int64       `json:"unitSeconds,omitempty" doc:"0: a flat price"`
	Units      int64       `json:"units,omitempty" doc:"Where the tariff counts units"`
	Amount     rest.Amount `json:"amount"`
	Minor      int64       `json:"amountMinor"`
	Capped     bool        `json:"capped,omitempty" doc:"Less, because of a maximum"`
	Cap        string      `json:"cap,omitempty" doc:"Which maximum"`
	CutMinor   int64       `json:"cutMinor,omitempty" doc:"What the maximum took off"`
	Note       string      `json:"note,omitempty" example:"grace"`
	Payer      string      `json:"payer,omitempty" doc:"Who pays for a discount"`
	Text       string      `json:"text" example:"3 x 1 h at 2.00" doc:"How the amount came about"`
}

func breakdownOf(cfg *lot.Config, a lot.Account) Breakdown {
	hours, minutes := tariff.HoursMinutes(a.DurationMS)
	b := Breakdown{
		Duration: rest.Duration{Hours: hours, Minutes: minutes}, Charges: []Charge{},
		Subtotal: rest.AmountOf(a.Fee.SubtotalMinor, cfg.Currency), SubtotalMinor: a.Fee.SubtotalMinor,
		Tax: rest.AmountOf(a.Fee.TaxMinor, cfg.Currency), TaxMinor: a.Fee.TaxMinor,
		Total: rest.AmountOf(a.Fee.TotalMinor, cfg.Currency), TotalMinor: a.Fee.TotalMinor,
	}
	for i := range a.Fee.Charges {
		b.Charges = append(b.Charges, chargeOf(cfg, &a.Fee.Charges[i]))
	}
	if len(a.Fee.Charges) > 0 {
		b.BaseRateMinor = perHourMinor(&a.Fee.Charges[0])
	}
	b.BaseRate = rest.AmountOf(b.BaseRateMinor, cfg.Currency)
	return b
}

func chargeOf(cfg *lot.Config, c *tariff.Charge) Charge {
	note := c.Kind.String()
	if c.Kind == tariff.Time {
		note = ""
	}
	return Charge{
		Rule: c.Rule, From: timeAt(c.FromMS), To: timeAt(c.ToMS), Days: c.Times, Rate: rest.AmountOf(perHourMinor(c), cfg.Currency),
		RateMinor: perHourMinor(c), Price: rest.AmountOf(c.PriceMinor, cfg.Currency), PriceMinor: c.PriceMinor, UnitS: c.UnitMS / 1000, Units: c.Units,
		Amount: rest.AmountOf(c.AmountMinor, cfg.Currency), Minor: c.AmountMinor, Capped: c.Capped(), Cap: c.Cap, CutMinor: c.CutMinor, Note: note,
		Payer: c.Payer, Text: receipt.How(cfg.Currency, c),
	}
}

// perHourMinor is the price of an hour; 0 for what is not sold by time.
func perHourMinor(c *tariff.Charge) int64 {
	const hourMS = 3_600_000
	if c.UnitMS <= 0 {
		return 0
	}
	return (2*c.PriceMinor*hourMS + c.UnitMS) / (2 * c.UnitMS)
}

// feeOf is what a ticket costs now.
func feeOf(l *lot.Lot, t *lot.Ticket) Fee {
	cfg, a, nowMS := l.Config(), l.Account(t, l.Now()), l.Now().WallMS
	return Fee{
		Ticket: string(t.ID), Currency: string(cfg.Currency), Fee: rest.AmountOf(a.Fee.TotalMinor, cfg.Currency), FeeMinor: a.Fee.TotalMinor,
		Paid: rest.AmountOf(a.PaidMinor, cfg.Currency), PaidMinor: a.PaidMinor, Due: rest.AmountOf(a.DueMinor, cfg.Currency), DueMinor: a.DueMinor,
		Cash: rest.AmountOf(a.CashMinor, cfg.Currency), CashMinor: a.CashMinor, OverMinor: a.OverMinor, WaivedMinor: a.WaivedMinor,
		CarriedMinor: a.CarriedMinor, AuthorisedMinor: a.AuthorisedMinor, Tariff: t.Tariff, Validations: append([]string{}, t.Validations...),
		PaidUntil: timeAt(a.PaidUntilMS), Reason: codeOf(a.Reason != fact.ReasonNone, a.Reason), Doubted: a.ClockDoubted,
		QuotedAt: timeAt(nowMS), Breakdown: breakdownOf(cfg, a),
	}
}

// Paid answers a payment (source design: payment_transactions).
type Paid struct {
	Payment   string      `json:"paymentId"`
	Ticket    string      `json:"ticketId"`
	Status    string      `json:"paymentStatus" enum:"completed,authorised"`
	Method    string      `json:"paymentMethod"`
	Amount    rest.Amount `json:"amount"`
	Minor     int64       `json:"amountMinor"`
	Currency  string      `json:"currency"`
	Due       rest.Amount `json:"due" doc:"What was left to pay right after"`
	DueMinor  int64       `json:"dueMinor"`
	PaidUntil *time.Time  `json:"paidUntil,omitempty" doc:"Until then nothing more is due"`
}

func (s *server) fee(ctx context.Context, in *TicketPath) (*struct{ Body Fee }, error) {
	t, err := s.ticket(ctx, in.Ticket)
	if err != nil {
		return nil, err
	}
	out := &struct{ Body Fee }{}
	return out, s.view(ctx, func(l *lot.Lot) {
		out.Body = feeOf(l, &t)
	})
}

type payRequest struct {
	TicketPath
	rest.Keyed
	Body struct {
		Method    string           `json:"paymentMethod" enum:"credit_card,mobile_pay,monthly_pass,cash"`
		Amount    rest.GivenAmount `json:"amount"`
		Reference string           `json:"gatewayRef,omitempty" maxLength:"64" doc:"The payment provider's reference; never a card number"`
		Authorise bool             `json:"authorise,omitempty" doc:"The money is only held ready; capture takes it"`
	}
}

type payAnswer struct {
	rest.Replayed
	Body Paid
}

func statusOfPay(authorise bool) string {
	if authorise {
		return lot.PaymentAuthorised.String()
	}
	return lot.PaymentCompleted.String()
}

func (s *server) pay(ctx context.Context, in *payRequest) (*payAnswer, error) {
	cfg, err := s.cfg(ctx)
	if err != nil {
		return nil, err
	}
	minor, err := in.Body.Amount.Minor(cfg.Currency)
	if err != nil {
		return nil, rest.Invalid("body.amount", err.Error())
	}
	var method fact.PaymentMethod
	if err := method.UnmarshalText([]byte(in.Body.Method)); err != nil {
		return nil, rest.Invalid("body.paymentMethod", err.Error())
	}
	result, err := s.submit(ctx, lot.PayTicket{
		Request: request(ctx, in.Keyed), Ticket: fact.TicketID(in.Ticket), Method: method, AmountMinor: minor, Reference: in.Body.Reference,
		Authorise: in.Body.Authorise,
	})
	if err != nil {
		return nil, err
	}
	out := &payAnswer{Replayed: rest.Replay(result.Repeated)}
	out.Body = Paid{
		Payment: string(result.Payment), Ticket: in.Ticket, Status: statusOfPay(in.Body.Authorise), Method: in.Body.Method, Amount: rest.AmountOf(minor, cfg.Currency),
		Minor: minor, Currency: string(cfg.Currency), Due: rest.AmountOf(result.DueMinor, cfg.Currency), DueMinor: result.DueMinor,
	}
	err = s.view(ctx, func(l *lot.Lot) {
		if t, found := l.Ticket(result.Ticket); found {
			out.Body.PaidUntil = timeAt(l.Account(&t, l.Now()).PaidUntilMS)
		}
	})
	return out, err
}

package api

import (
	"context"
	"encoding/json"
	"math/big"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"gatehouse/gateway/lot"
	"gatehouse/sync/fact"
)

type chargingRequest struct {
	Here
	Keyed
	Body struct {
		Session string    `json:"sessionId" minLength:"1" maxLength:"64" doc:"The charger's own number; a later report of it takes the place of the one before"`
		Ticket  string    `json:"ticketId,omitempty" maxLength:"64" doc:"Or licensePlate, or spotId"`
		Plate   string    `json:"licensePlate,omitempty" maxLength:"64" doc:"Of a vehicle inside"`
		Spot    string    `json:"spotId,omitempty" maxLength:"64" doc:"On which the charger is; alone it names the vehicle that stands there"`
		Start   time.Time `json:"startTime" doc:"When energy began to flow"`
		End     time.Time `json:"endTime,omitempty" doc:"When it stopped; left out: it flows still"`
		Energy  Decimal   `json:"energyKwh" doc:"Until then"`
		Current Decimal   `json:"maxCurrentA,omitempty" doc:"The greatest, in ampere"`
	}
}

// reportCharging tells the lot what a charger has given a vehicle.
func (s *server) reportCharging(ctx context.Context, in *chargingRequest) (*moneyAnswer, error) {
	if _, err := s.at(ctx, in.Location); err != nil {
		return nil, err
	}
	report := lot.ReportCharging{
		Request: request(ctx, in.Keyed), Ticket: fact.TicketID(in.Body.Ticket), Raw: in.Body.Plate, Spot: fact.SpotID(in.Body.Spot), Session: in.Body.Session,
		FromMS: in.Body.Start.UnixMilli(), ToMS: in.Body.End.UnixMilli(),
	}
	var err error
	if report.EnergyWh, err = in.Body.Energy.thousandths("body.energyKwh"); err != nil {
		return nil, err
	}
	if report.CurrentMA, err = in.Body.Current.thousandths("body.maxCurrentA"); err != nil {
		return nil, err
	}
	if in.Body.End.IsZero() {
		if err := s.view(ctx, func(l *lot.Lot) { report.ToMS = max(report.FromMS, l.Now().WallMS) }); err != nil {
			return nil, err
		}
	}
	return s.account(ctx, report)
}

type classRequest struct {
	TicketPath
	Keyed
	Body struct {
		Vehicle string `json:"vehicle,omitempty" maxLength:"64" doc:"Kind of vehicle, as the ticket's tariff names it"`
		Group   string `json:"group,omitempty" maxLength:"64" doc:"User group, beside those that it has"`
		Product string `json:"product,omitempty" maxLength:"64" doc:"What the driver chose, such as a day ticket"`
	}
}

func (s *server) classTicket(ctx context.Context, in *classRequest) (*moneyAnswer, error) {
	return s.account(ctx, lot.ClassTicket{
		Request: request(ctx, in.Keyed), Ticket: fact.TicketID(in.Ticket), Vehicle: in.Body.Vehicle, Group: in.Body.Group, Product: in.Body.Product,
	})
}

// Decimal is a number in a request, as a JSON number or string. It is kept as its literal text and never passes through a
// float.
type Decimal string

// UnmarshalJSON keeps the literal text of a number, or the content of a string.
func (d *Decimal) UnmarshalJSON(literal []byte) error {
	text := string(literal)
	if literal[0] == '"' && json.Unmarshal(literal, &text) != nil {
		return errAmount
	}
	*d = Decimal(text)
	return nil
}

// Schema says so in OpenAPI.
func (Decimal) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{
		OneOf:    []*huma.Schema{{Type: huma.TypeNumber}, {Type: huma.TypeString, MinLength: new(1), MaxLength: new(24)}},
		Examples: []any{12.5},
	}
}

// thousandths is the number in thousandths, a half rounded up; an empty one is 0.
func (d Decimal) thousandths(field string) (int64, error) {
	if d == "" {
		return 0, nil
	}
	number, ok := new(big.Rat).SetString(string(d))
	if !ok || len(d) > 24 || strings.ContainsAny(string(d), "/eExXpP_") || number.Sign() < 0 {
		return 0, invalid(field, "write a number of 0 or more, for example 7.5")
	}
	number.Add(number.Mul(number, big.NewRat(1000, 1)), big.NewRat(1, 2))
	whole := new(big.Int).Quo(number.Num(), number.Denom())
	if !whole.IsInt64() {
		return 0, invalid(field, "the number is too large")
	}
	return whole.Int64(), nil
}

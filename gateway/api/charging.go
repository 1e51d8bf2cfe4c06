package api

import (
	"context"
	"time"

	"gatehouse/gateway/lot"
	"gatehouse/sync/fact"
	"gatehouse/sync/rest"
)

type chargingRequest struct {
	rest.Here
	rest.Keyed
	Body struct {
		Session string       `json:"sessionId" minLength:"1" maxLength:"64" doc:"The charger's own number; a later report of it takes the place of the one before"`
		Ticket  string       `json:"ticketId,omitempty" maxLength:"64" doc:"Or licensePlate, or spotId"`
		Plate   string       `json:"licensePlate,omitempty" maxLength:"64" doc:"Of a vehicle inside"`
		Spot    string       `json:"spotId,omitempty" maxLength:"64" doc:"On which the charger is; alone it names the vehicle that stands there"`
		Start   time.Time    `json:"startTime" doc:"When energy began to flow"`
		End     time.Time    `json:"endTime,omitempty" doc:"When it stopped; left out: it flows still"`
		Energy  rest.Decimal `json:"energyKwh" doc:"Until then"`
		Current rest.Decimal `json:"maxCurrentA,omitempty" doc:"The greatest, in ampere"`
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
	if report.EnergyWh, err = in.Body.Energy.Thousandths("body.energyKwh"); err != nil {
		return nil, err
	}
	if report.CurrentMA, err = in.Body.Current.Thousandths("body.maxCurrentA"); err != nil {
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
	rest.Keyed
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

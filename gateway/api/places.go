package api

import (
	"context"

	"gatehouse/gateway/lot"
	"gatehouse/sync/fact"
	"gatehouse/sync/rest"
)

// Place is the location (FR-6).
type Place struct {
	Location string    `json:"locationId"`
	Name     string    `json:"name"`
	Timezone string    `json:"timezone" doc:"IANA zone of its civil time" example:"Europe/Berlin"`
	Currency string    `json:"currency" doc:"ISO 4217"`
	Spots    int       `json:"totalSpots"`
	Floors   []Floor   `json:"floors"`
	Gates    []Lane    `json:"gates"`
	Totals   lot.Tally `json:"totals"`
}

// Floor is one level.
type Floor struct {
	ID     string `json:"floorId"`
	Number int    `json:"floorNumber"`
	Name   string `json:"floorName"`
	Spots  int    `json:"totalSpots"`
	Zones  []Zone `json:"zones"`
}

// Zone is a part of a floor.
type Zone struct {
	ID    string `json:"zoneId"`
	Name  string `json:"zoneName"`
	Spots int    `json:"totalSpots"`
}

// Lane is what does not change of a gate.
type Lane struct {
	ID        string `json:"gateId"`
	Name      string `json:"name"`
	Direction string `json:"direction" enum:"in,out,both"`
	Floor     string `json:"floorId"`
}

// Availability counts spots (source design: AvailabilitySummary).
type Availability struct {
	lot.Tally
	ByType  []TypeTally  `json:"byType"`
	ByFloor []FloorTally `json:"byFloor"`
}

// TypeTally counts the spots of a type.
type TypeTally struct {
	Type string `json:"spotType"`
	lot.Tally
	Lent int `json:"lent,omitempty" doc:"Headquarters may sell so many in each quarter-hour"`
	Kept int `json:"kept,omitempty" doc:"Of the available ones, those that headquarters has sold, or may have: not for those who come without a right"`
}

// FloorTally counts the spots of a floor.
type FloorTally struct {
	ID     string `json:"floorId"`
	Number int    `json:"floorNumber"`
	Name   string `json:"floorName"`
	lot.Tally
}

// Places lists the locations of the gateway: one.
type Places struct {
	Locations []Place `json:"locations"`
}

func (s *server) places(ctx context.Context, _ *struct{}) (*struct{ Body Places }, error) {
	out := &struct{ Body Places }{}
	return out, s.view(ctx, func(l *lot.Lot) {
		here := placeOf(l.Config())
		here.Totals = l.Tally()
		out.Body.Locations = []Place{here}
	})
}

func (s *server) place(ctx context.Context, in *rest.Here) (*struct{ Body Place }, error) {
	cfg, err := s.at(ctx, in.Location)
	if err != nil {
		return nil, err
	}
	out := &struct{ Body Place }{placeOf(cfg)}
	return out, s.view(ctx, func(l *lot.Lot) { out.Body.Totals = l.Tally() })
}

func placeOf(cfg *lot.Config) Place {
	p := Place{
		Location: string(cfg.Location), Name: cfg.Name, Timezone: cfg.Zone.String(), Currency: string(cfg.Currency),
		Spots: len(cfg.Spots), Floors: make([]Floor, len(cfg.Floors)), Gates: make([]Lane, len(cfg.Gates)),
	}
	ofFloor, ofZone := make([]int, len(cfg.Floors)), make([]int, len(cfg.Zones))
	for i := range cfg.Spots {
		ofFloor[cfg.Spots[i].Floor]++
		if zone := cfg.Spots[i].Zone; zone >= 0 {
			ofZone[zone]++
		}
	}
	for i, f := range cfg.Floors {
		p.Floors[i] = Floor{ID: string(f.ID), Number: f.Number, Name: f.Name, Spots: ofFloor[i], Zones: []Zone{}}
	}
	for i, z := range cfg.Zones {
		p.Floors[z.Floor].Zones = append(p.Floors[z.Floor].Zones, Zone{string(z.ID), z.Name, ofZone[i]})
	}
	for i := range cfg.Gates {
		g := &cfg.Gates[i]
		p.Gates[i] = Lane{string(g.ID), g.Name, wayOf(g.Lane.Direction), string(cfg.Floors[g.Floor].ID)}
	}
	return p
}

// wayOf is the code of a gate's direction.
func wayOf(d fact.Direction) string {
	if d == fact.DirectionUnknown {
		return "both"
	}
	return d.String()
}

func (s *server) availability(ctx context.Context, in *rest.Here) (*struct{ Body Availability }, error) {
	if _, err := s.at(ctx, in.Location); err != nil {
		return nil, err
	}
	out := &struct{ Body Availability }{}
	return out, s.view(ctx, func(l *lot.Lot) { out.Body = availabilityOf(l) })
}

func availabilityOf(l *lot.Lot) Availability {
	a := Availability{Tally: l.Tally(), ByType: []TypeTally{}, ByFloor: []FloorTally{}}
	for _, kind := range fact.SpotTypes() {
		if t := l.TallyOfType(kind); t.Total > 0 {
			a.ByType = append(a.ByType, TypeTally{kind.String(), t, l.Lent(kind), l.Kept(kind)})
		}
	}
	for i, f := range l.Config().Floors {
		a.ByFloor = append(a.ByFloor, FloorTally{string(f.ID), f.Number, f.Name, l.TallyOfFloor(i)})
	}
	return a
}

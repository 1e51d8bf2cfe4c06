package api

import (
	"context"
	"strings"
	"time"

	"gatehouse/cloud/ledger"
	"gatehouse/sync/fact"
	"gatehouse/sync/rest"
)

// layout is what is known of a location's floors.
type layout struct {
	Floors []Floor `json:"floors"`
}

// Floor is one floor of a location. Headquarters knows spots by their IDs alone: a floor has those that begin with its
// prefix.
type Floor struct {
	ID     string `json:"floorId" minLength:"1" maxLength:"64"`
	Name   string `json:"floorName,omitempty" maxLength:"64"`
	Number int    `json:"floorNumber,omitempty"`
	Prefix string `json:"spotPrefix" minLength:"1" maxLength:"64" doc:"What the IDs of its spots begin with" example:"P1-"`
	Total  int    `json:"totalSpots" minimum:"0" maximum:"100000"`
}

func (s *Server) layoutOf(location string) layout {
	return s.layouts.at(fact.LocationID(location)).content
}

func (s *Server) currencyAt(location fact.LocationID) fact.Currency {
	found, err := s.summary(string(location))
	if err != nil {
		return ""
	}
	return found.Currency
}

// locationWish is what is to be known of a location beside its facts.
type locationWish struct {
	Name     string  `json:"name" minLength:"1" maxLength:"128"`
	Timezone string  `json:"timezone" maxLength:"64" example:"Europe/Berlin" doc:"A new zone moves its facts to other hours: its days are counted again"`
	Currency string  `json:"currency" pattern:"^[A-Z]{3}$" example:"EUR"`
	Floors   []Floor `json:"floors,omitempty" maxItems:"100"`
}

func (s *Server) setLocation(ctx context.Context, in *struct {
	rest.Here
	Body locationWish
}) (*struct{ Body Location }, error) {
	zone, err := time.LoadLocation(in.Body.Timezone)
	if err != nil || in.Body.Timezone == "" || in.Body.Timezone == "Local" {
		return nil, rest.Invalid("body.timezone", "it is none of the IANA time zones; write for example Europe/Berlin")
	}
	id := fact.LocationID(in.Location)
	if err := s.SetLocation(ledger.Location{ID: id, Name: in.Body.Name, Zone: zone, Currency: fact.Currency(in.Body.Currency)}, in.Body.Timezone); err != nil {
		return nil, s.problemOf(err)
	}
	if in.Body.Floors != nil {
		if err := s.putLayout(ctx, in.Location, in.Body.Floors); err != nil {
			return nil, err
		}
	}
	if err := s.audited(ctx, in.Location, "set_location", in.Body.Name, in.Body.Timezone+" "+in.Body.Currency); err != nil {
		return nil, err
	}
	return s.location(ctx, &in.Here)
}

// putLayout writes a location's floors. Its error is a *Problem.
func (s *Server) putLayout(ctx context.Context, location string, floors []Floor) error {
	id := fact.LocationID(location)
	switch done, err := s.layouts.put(ctx, s.Store, id, s.layouts.at(id).revision, layout{Floors: floors}); {
	case err != nil:
		return s.problemOf(err)
	case !done:
		return rest.NewProblem(rest.CodeConflict, "somebody else changed this location in the same moment", "look, and ask again")
	}
	return nil
}

// FloorTally is the spots of one floor, as far as headquarters knows.
type FloorTally struct {
	Floor
	Available   int        `json:"available"`
	Occupied    int        `json:"occupied"`
	Reserved    int        `json:"reserved"`
	Held        int        `json:"held"`
	Maintenance int        `json:"maintenance"`
	Unknown     int        `json:"unknown" doc:"No fact has told of these spots; never counted as free"`
	AsOf        *time.Time `json:"asOf" doc:"When the newest change of its spots happened"`
}

// floorsOf counts the spots of a location's floors by what facts said last of each.
func (s *Server) floorsOf(ctx context.Context, location string) ([]FloorTally, error) {
	tallies := []FloorTally{}
	for _, floor := range s.layoutOf(location).Floors {
		tallies = append(tallies, FloorTally{Floor: floor})
	}
	if len(tallies) == 0 {
		return tallies, nil
	}
	spots, err := s.Store.Spots(ctx, fact.LocationID(location))
	if err != nil {
		return nil, s.problemOf(err)
	}
	for i := range tallies {
		tallies[i].count(spots)
	}
	return tallies, nil
}

// count counts the spots that begin with the floor's prefix.
func (t *FloorTally) count(spots []ledger.Spot) {
	newestMS, known := int64(0), 0
	for i := range spots {
		if !strings.HasPrefix(string(spots[i].ID), t.Prefix) {
			continue
		}
		known++
		newestMS = max(newestMS, spots[i].AtMS)
		switch spots[i].Status {
		case fact.SpotAvailable:
			t.Available++
		case fact.SpotOccupied:
			t.Occupied++
		case fact.SpotReserved:
			t.Reserved++
		case fact.SpotHeld:
			t.Held++
		case fact.SpotMaintenance:
			t.Maintenance++
		default:
			t.Unknown++
		}
	}
	t.Total = max(t.Total, known)
	t.Unknown += t.Total - known
	t.AsOf = timeAt(newestMS)
}

// Availability is how many spots are free.
type Availability struct {
	Location    string       `json:"locationId"`
	Total       int          `json:"total"`
	Available   int          `json:"available"`
	Occupied    int          `json:"occupied"`
	Reserved    int          `json:"reserved"`
	Held        int          `json:"held"`
	Unknown     int          `json:"unknown"`
	Maintenance int          `json:"maintenance"`
	ByType      []TypeTally  `json:"byType"`
	ByFloor     []FloorTally `json:"byFloor"`
	AsOf        *time.Time   `json:"asOf" doc:"When the location said so; null: never"`
	Stale       bool         `json:"stale" doc:"It has said nothing for a minute, or its connection is gone"`
}

// TypeTally is the spots of one type.
type TypeTally struct {
	SpotType    string `json:"spotType"`
	Total       int    `json:"total"`
	Available   int    `json:"available"`
	Occupied    int    `json:"occupied"`
	Reserved    int    `json:"reserved"`
	Held        int    `json:"held"`
	Unknown     int    `json:"unknown"`
	Maintenance int    `json:"maintenance"`
}

// availabilityOf is what the location's last live message says.
func (s *Server) availabilityOf(l *ledger.Summary) Availability {
	a := Availability{Location: string(l.ID), ByType: []TypeTally{}, ByFloor: []FloorTally{}, AsOf: timeAt(l.LiveAtMS), Stale: s.syncOf(l, s.Now().UnixMilli()).Stale}
	for _, t := range l.Live.Types {
		tally := TypeTally{
			t.Type.String(), int(t.Total), int(t.Available), int(t.Occupied), int(t.Reserved), int(t.Held), int(t.Unknown), int(t.Maintenance),
		}
		tally.Available = min(tally.Available, tally.Total) // never more free than there are
		a.ByType = append(a.ByType, tally)
		a.Total += tally.Total
		a.Available += tally.Available
		a.Occupied += tally.Occupied
		a.Reserved += tally.Reserved
		a.Held += tally.Held
		a.Unknown += tally.Unknown
		a.Maintenance += tally.Maintenance
	}
	return a
}

func (s *Server) availability(ctx context.Context, in *rest.Here) (*struct{ Body Availability }, error) {
	l, err := s.summary(in.Location)
	if err != nil {
		return nil, err
	}
	out := &struct{ Body Availability }{s.availabilityOf(&l)}
	out.Body.ByFloor, err = s.floorsOf(ctx, in.Location)
	return out, err
}

// FloorAvailability is one floor with its freshness.
type FloorAvailability struct {
	FloorTally
	Stale bool `json:"stale" doc:"The location has said nothing for a minute, or its connection is gone"`
}

// FloorPath names a floor.
type FloorPath struct {
	rest.Here
	Floor string `path:"floorId" maxLength:"64"`
}

func (s *Server) floorAvailability(ctx context.Context, in *FloorPath) (*struct{ Body FloorAvailability }, error) {
	l, err := s.summary(in.Location)
	if err != nil {
		return nil, err
	}
	floors, err := s.floorsOf(ctx, in.Location)
	if err != nil {
		return nil, err
	}
	for _, f := range floors {
		if f.ID == in.Floor {
			return &struct{ Body FloorAvailability }{FloorAvailability{f, s.syncOf(&l, s.Now().UnixMilli()).Stale}}, nil
		}
	}
	return nil, rest.NotFound("floor "+rest.Clip(in.Floor)+" known of "+rest.Clip(in.Location), "PUT the location with its floors first")
}

// Spot is the newest word on a spot.
type Spot struct {
	ID     string     `json:"spotId"`
	Status string     `json:"status" enum:"available,occupied,reserved,held,unknown,maintenance"`
	Since  *time.Time `json:"since"`
}

// Spots is a list of spots.
type Spots struct {
	Spots []Spot `json:"spots" doc:"Those of which a fact has told"`
}

func (s *Server) spotsOfFloor(ctx context.Context, in *FloorPath) (*struct{ Body Spots }, error) {
	for _, floor := range s.layoutOf(in.Location).Floors {
		if floor.ID != in.Floor {
			continue
		}
		spots, err := s.Store.Spots(ctx, fact.LocationID(in.Location))
		if err != nil {
			return nil, s.problemOf(err)
		}
		out := &struct{ Body Spots }{Spots{[]Spot{}}}
		for i := range spots {
			if strings.HasPrefix(string(spots[i].ID), floor.Prefix) {
				out.Body.Spots = append(out.Body.Spots, Spot{string(spots[i].ID), spots[i].Status.String(), timeAt(spots[i].AtMS)})
			}
		}
		return out, nil
	}
	return nil, rest.NotFound("floor "+rest.Clip(in.Floor)+" known of "+rest.Clip(in.Location), "PUT the location with its floors first")
}

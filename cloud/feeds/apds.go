package feeds

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"

	"gatehouse/sync/fact"
)

// APDS 4 as published (parkingdata/spec, 28 May 2024). Its names are spelt as there.
type (
	apdsList[T any] struct {
		Meta apdsMeta `json:"meta"`
		Data []T      `json:"data"`
	}
	apdsMeta struct {
		ReferenceInstant int64 `json:"referenceInstant"` // Unix seconds
		Offset           int   `json:"offset"`
		PageSize         int   `json:"pageSize"`
		Total            int   `json:"total"`
	}
	apdsText struct {
		Language string `json:"language"`
		String   string `json:"string"`
	}
	apdsReference struct {
		ID      string `json:"id"`
		Version int    `json:"version"`
	}
	apdsPlace struct {
		ID        string                `json:"id"`
		Version   int                   `json:"version"`
		Name      []apdsText            `json:"name"`
		Layer     int                   `json:"layer"`
		Type      string                `json:"type"`
		Operators []apdsText            `json:"operatorDefinedReference"`
		Record    apdsRecord            `json:"hierarchyElementRecord"`
		Zone      string                `json:"timeZone"`
		Address   []apdsAddress         `json:"placeStreetAddress,omitempty"`
		Point     []apdsPoint           `json:"indicativePlacePointLocation"`
		Built     []apdsCharacteristics `json:"characteristics"`
		Occupancy apdsOccupancy         `json:"hierarchyElementReference"`
	}
	apdsRecord struct {
		CreationTime string `json:"creationTime"`
	}
	apdsAddress struct {
		Lines    []apdsLine `json:"addressLines,omitempty"`
		City     []apdsText `json:"city,omitempty"`
		Country  string     `json:"countryCode"`
		PostCode string     `json:"postCode,omitempty"`
	}
	apdsLine struct {
		Order int        `json:"order"`
		Text  []apdsText `json:"text"`
		Type  string     `json:"type"`
	}
	apdsPoint struct {
		Coordinates apdsCoordinates `json:"pointCoordinates"`
	}
	apdsCoordinates struct {
		EPSG string  `json:"epsgCode"`
		X    float64 `json:"x"` // longitude
		Y    float64 `json:"y"` // latitude
	}
	apdsCharacteristics struct {
		AccessControlled bool   `json:"accessControlled"`
		OpenToPublic     bool   `json:"openToPublic"`
		DisabledAccess   bool   `json:"disabledAccess"`
		ChargingPoints   int    `json:"evChargingPoints"`
		SpacesTotal      int    `json:"spacesTotal"`
		StructureType    string `json:"structureType"`
		StructureGrade   string `json:"structureGrade,omitempty"`
	}
	// apdsOccupancy is supply and demand: in APDS 4 they hang on a reference to the place itself.
	apdsOccupancy struct {
		Element apdsReference `json:"elementId"`
		Demand  []apdsDemand  `json:"demandTable,omitempty"`
		Supply  []apdsSupply  `json:"supply"`
	}
	apdsDemand struct {
		Timestamp string           `json:"timestamp"`
		Types     []apdsDemandType `json:"demandType"`
	}
	apdsDemandType struct {
		At          string  `json:"recordDateTime"`
		Count       int     `json:"count"`
		Percentage  float64 `json:"percentage"`
		Calculation string  `json:"occupancyCalculation"`
	}
	apdsSupply struct {
		Quantity int    `json:"supplyQuantity"`
		View     string `json:"supplyViewType"`
	}
)

var apdsStructure = map[Kind][2]string{ // structureType, structureGrade
	MultiStorey: {"offStreetStructure", "aboveGround"}, Underground: {"offStreetStructure", "underground"}, Surface: {"offStreetSurface", "groundLevel"},
}

// APDSPlaces are all places, with their supply and demand, as GET /places answers.
func APDSPlaces(p Publisher, sites []Site) ([]byte, error) {
	listed := Listed(sites)
	places := make([]apdsPlace, len(listed))
	for i := range listed {
		places[i] = placeOf(p, &listed[i])
	}
	return apdsAll(places, newest(listed, changedAt))
}

func apdsAll[T any](data []T, at time.Time) ([]byte, error) {
	if data == nil {
		data = []T{}
	}
	seconds := int64(0)
	if !at.IsZero() {
		seconds = at.Unix()
	}
	return written(json.Marshal(apdsList[T]{apdsMeta{seconds, 0, len(data), len(data)}, data}))
}

// APDSPlace is one place by its APDS id or its location's ID, as GET /places/{id} answers; nil: there is none.
func APDSPlace(p Publisher, sites []Site, id string) ([]byte, error) {
	listed := Listed(sites)
	for i := range listed {
		if listed[i].ID == id || listed[i].uuid(p) == id {
			return written(json.Marshal(placeOf(p, &listed[i])))
		}
	}
	return nil, nil
}

func placeOf(p Publisher, s *Site) apdsPlace {
	text := func(t string) []apdsText { return []apdsText{{s.Language, t}} }
	built := apdsStructure[s.Kind]
	all := s.sum()
	charging, _ := s.total(fact.EV)
	_, disabled := s.total(fact.Handicapped)
	id := s.uuid(p)
	place := apdsPlace{
		ID: id, Version: s.Version, Name: text(s.Name), Type: "parkingPlace", Operators: text(s.ID), Record: apdsRecord{stamp(s.ListedAt)}, Zone: s.Timezone,
		Point: []apdsPoint{{apdsCoordinates{"EPSG:4326", s.Longitude, s.Latitude}}},
		Built: []apdsCharacteristics{{true, true, disabled, charging.Total, all.Total, built[0], built[1]}},
		Occupancy: apdsOccupancy{
			Element: apdsReference{id, s.Version}, Supply: []apdsSupply{{all.Total, "spaceView"}},
		},
	}
	address := apdsAddress{Country: strings.ToLower(s.Country), PostCode: s.PostCode}
	if s.Street != "" {
		address.Lines = []apdsLine{{0, text(s.Street), "street"}}
	}
	if s.City != "" {
		address.City = text(s.City)
	}
	place.Address = []apdsAddress{address}
	if s.counts() {
		at := stamp(s.CountedAt)
		place.Occupancy.Demand = []apdsDemand{{at, []apdsDemandType{{at, all.Occupied, percent(all.Occupied, all.Total), "counted"}}}}
	}
	return place
}

// percent of a whole, to a tenth.
func percent(part, whole int) float64 {
	if whole <= 0 {
		return 0
	}
	return math.Round(float64(part)*1000/float64(whole)) / 10
}

// APDSRates are the rate tables of all sites, each once, as GET /rates answers.
func APDSRates(_ Publisher, sites []Site) ([]byte, error) {
	listed := Listed(sites)
	return apdsAll(rateTables(listed), newest(listed, listedAt))
}

// APDSRate is one rate table by its id, as GET /rates/{id} answers; nil: there is none.
func APDSRate(sites []Site, id string) ([]byte, error) {
	for _, table := range rateTables(Listed(sites)) {
		if name, err := rateTableID(table); err == nil && name == id {
			return table, nil
		}
	}
	return nil, nil
}

func rateTables(listed []Site) []json.RawMessage {
	tables, told := []json.RawMessage{}, map[string]bool{}
	for i := range listed {
		for _, table := range listed[i].RateTables {
			if id, err := rateTableID(table); err == nil && !told[id] {
				told[id] = true
				tables = append(tables, table)
			}
		}
	}
	return tables
}

func rateTableID(table json.RawMessage) (string, error) {
	var has struct {
		ID string `json:"id"`
	}
	err := json.Unmarshal(table, &has)
	return has.ID, err
}

func written(text []byte, err error) ([]byte, error) {
	if err != nil {
		return nil, fmt.Errorf("feeds: %w", err)
	}
	return text, nil
}

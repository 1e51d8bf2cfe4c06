package feeds

import (
	"encoding/json"

	"gatehouse/sync/fact"
)

// ParkAPI v3: the items of its push JSON, as its ParkApiConverter reads them.
type (
	parkAPIList struct {
		Items []parkAPISite `json:"items"`
	}
	parkAPISite struct {
		UID          string               `json:"uid"`
		Name         string               `json:"name"`
		Purpose      string               `json:"purpose"`
		Type         string               `json:"type"`
		Latitude     float64              `json:"lat"`
		Longitude    float64              `json:"lon"`
		Address      string               `json:"address,omitempty"`
		Capacity     int                  `json:"capacity"`
		HasRealtime  bool                 `json:"has_realtime_data"`
		StaticAt     string               `json:"static_data_updated_at"`
		Opening      string               `json:"opening_hours,omitempty"`
		HeightCM     int                  `json:"max_height,omitempty"`
		StayMin      int                  `json:"max_stay,omitempty"`
		HasFee       bool                 `json:"has_fee"`
		FeeText      string               `json:"fee_description,omitempty"`
		URL          string               `json:"public_url,omitempty"`
		Restrictions []parkAPIRestriction `json:"restrictions,omitempty"`
		RealOpening  string               `json:"realtime_opening_status,omitempty"`
		RealCapacity *int                 `json:"realtime_capacity,omitempty"`
		RealFree     *int                 `json:"realtime_free_capacity,omitempty"`
		RealAt       string               `json:"realtime_data_updated_at,omitempty"`
	}
	parkAPIRestriction struct {
		Type     string `json:"type"`
		Capacity int    `json:"capacity"`
		RealFree *int   `json:"realtime_free_capacity,omitempty"`
	}
)

var parkAPIType = map[Kind]string{MultiStorey: "CAR_PARK", Underground: "UNDERGROUND", Surface: "OFF_STREET_PARKING_GROUND"}

// parkAPIAudiences are the spot types that are for some people alone.
var parkAPIAudiences = map[fact.SpotType]string{fact.Handicapped: "DISABLED", fact.EV: "CHARGING"}

func hasDisabled(s *Site) bool {
	_, found := s.total(fact.Handicapped)
	return found
}

// ParkAPI is the list of sites.
func ParkAPI(_ Publisher, sites []Site) ([]byte, error) {
	list := parkAPIList{[]parkAPISite{}}
	for _, s := range Listed(sites) {
		list.Items = append(list.Items, parkAPIOf(&s))
	}
	return written(json.Marshal(list))
}

func parkAPIOf(s *Site) parkAPISite {
	all := s.sum()
	site := parkAPISite{
		UID: s.ID, Name: s.Name, Purpose: "CAR", Type: parkAPIType[s.Kind], Latitude: s.Latitude, Longitude: s.Longitude, Address: s.address(),
		Capacity: all.Total, StaticAt: stamp(s.ListedAt), Opening: s.Opening, HeightCM: s.HeightMM / 10,
		StayMin: s.StayMin, HasFee: s.HasFee, FeeText: s.FeeText, URL: s.Website,
	}
	known := s.counts()
	for _, c := range s.ByType {
		audience, some := parkAPIAudiences[c.Type]
		if !some || c.Total == 0 {
			continue
		}
		restriction := parkAPIRestriction{Type: audience, Capacity: c.Total}
		if known {
			restriction.RealFree = new(c.available())
		}
		site.Restrictions = append(site.Restrictions, restriction)
	}
	if s.CountedAt.IsZero() {
		return site
	}
	site.HasRealtime, site.RealAt, site.RealOpening = true, stamp(s.CountedAt), "UNKNOWN"
	if known {
		site.RealOpening, site.RealCapacity, site.RealFree = "OPEN", new(all.Total), new(all.Available)
	}
	return site
}

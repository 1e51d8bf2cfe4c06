package feeds

import (
	"encoding/xml"
	"strconv"
	"strings"
	"time"
)

// DATEX II v3.7: the elements of ParkingTablePublication and ParkingStatusPublication, in the order of the schema.
type (
	datexPayload struct {
		XMLName xml.Name `xml:"d2:payload"`
		D2      string   `xml:"xmlns:d2,attr"`
		Com     string   `xml:"xmlns:com,attr"`
		Loc     string   `xml:"xmlns:loc,attr"`
		Fac     string   `xml:"xmlns:fac,attr"`
		Prk     string   `xml:"xmlns:prk,attr"`
		XSI     string   `xml:"xmlns:xsi,attr"`
		Type    string   `xml:"xsi:type,attr"`
		Lang    string   `xml:"lang,attr"`
		Base    string   `xml:"modelBaseVersion,attr"`

		Published string            `xml:"com:publicationTime"`
		Creator   datexCreator      `xml:"com:publicationCreator"`
		Table     *datexReference   `xml:"prk:parkingTableReference"`
		Header    datexHeader       `xml:"prk:headerInformation"`
		Tables    []datexTable      `xml:"prk:parkingTable"`
		Status    []datexSiteStatus `xml:"prk:parkingStatusInformation"`
	}
	datexCreator struct {
		Country string `xml:"com:country"`
		ID      string `xml:"com:nationalIdentifier"`
	}
	datexHeader struct {
		Confidentiality string `xml:"com:confidentiality"`
		Status          string `xml:"com:informationStatus"`
	}
	datexReference struct {
		Class   string `xml:"targetClass,attr"`
		ID      string `xml:"id,attr"`
		Version string `xml:"version,attr"`
	}
	datexText struct {
		Value datexValue `xml:"com:values>com:value"`
	}
	datexValue struct {
		Lang string `xml:"lang,attr"`
		Text string `xml:",chardata"`
	}
	datexTable struct {
		ID      string       `xml:"id,attr"`
		Version string       `xml:"version,attr"`
		Name    datexText    `xml:"prk:name"`
		Time    string       `xml:"prk:versionTime"`
		Places  []datexPlace `xml:"prk:hierarchyElementGeneral"`
	}
	datexPlace struct {
		XSIType  string        `xml:"xsi:type,attr"`
		ID       string        `xml:"id,attr"`
		Version  string        `xml:"version,attr"`
		Name     datexText     `xml:"fac:name"`
		External string        `xml:"fac:externalIdentifier"`
		Updated  string        `xml:"fac:lastUpdated"`
		Address  *datexText    `xml:"fac:description"`
		Website  *datexLink    `xml:"fac:informationWebsite"`
		Location datexLocation `xml:"fac:locationReference"`
		Layer    int           `xml:"prk:layer"`
		Type     string        `xml:"prk:type"`
		Supply   datexSupply   `xml:"prk:supply"`
		Layout   string        `xml:"prk:layout,omitempty"`
		Built    datexBuilt    `xml:"prk:commonComponents>prk:characteristics"`
	}
	datexLink struct {
		URL string `xml:"com:urlLinkAddress"`
	}
	datexLocation struct {
		XSIType   string `xml:"xsi:type,attr"`
		Latitude  string `xml:"loc:pointByCoordinates>loc:pointCoordinates>loc:latitude"`
		Longitude string `xml:"loc:pointByCoordinates>loc:pointCoordinates>loc:longitude"`
	}
	datexSupply struct {
		Quantity int    `xml:"prk:quantity"`
		View     string `xml:"prk:viewType"`
	}
	datexBuilt struct {
		Grade        string `xml:"prk:structureGrade"`
		Controlled   bool   `xml:"prk:accessControlled"`
		Type         string `xml:"prk:structureType"`
		OpenToPublic bool   `xml:"prk:openToPublic"`
		Spaces       int    `xml:"prk:spacesTotal"`
		Disabled     bool   `xml:"prk:accessForPersonsWithDisabilities"`
	}
	datexSiteStatus struct {
		XSIType   string          `xml:"xsi:type,attr"`
		Reference datexReference  `xml:"fac:reference"`
		Updated   string          `xml:"fac:lastUpdated,omitempty"`
		Opening   string          `xml:"fac:openingStatus"`
		Occupancy *datexOccupancy `xml:"prk:occupancy"`
		Status    string          `xml:"prk:status"`
	}
	datexOccupancy struct {
		Vacant   int    `xml:"prk:numberOfVacantSpaces"`
		Occupied int    `xml:"prk:numberOfOccupiedSpaces"`
		Percent  string `xml:"prk:occupancy"`
	}
)

var datexLayout = map[Kind]string{MultiStorey: "building", Underground: "building", Surface: "openSpace"}

// datexTableID names the one table of a chain.
const datexTableID = "parking"

func payload(p Publisher, kind string, listed []Site, at time.Time) datexPayload {
	lang := "en"
	if len(listed) > 0 {
		lang = listed[0].Language
	}
	return datexPayload{
		D2: "http://datex2.eu/schema/3/d2Payload", Com: "http://datex2.eu/schema/3/common", Loc: "http://datex2.eu/schema/3/locationReferencing",
		Fac: "http://datex2.eu/schema/3/facilities", Prk: "http://datex2.eu/schema/3/parking", XSI: "http://www.w3.org/2001/XMLSchema-instance",
		Type: "prk:" + kind, Lang: lang, Base: "3", Published: stamp(at), Creator: datexCreator{strings.ToLower(p.Country), p.Name},
		Header: datexHeader{"noRestriction", "real"},
	}
}

// DATEXTable is a ParkingTablePublication: what does not change from minute to minute. Nil: no site is listed, which the
// schema has no word for.
func DATEXTable(p Publisher, sites []Site) ([]byte, error) {
	listed := Listed(sites)
	if len(listed) == 0 {
		return nil, nil
	}
	at := newest(listed, listedAt)
	table := datexTable{ID: datexTableID, Version: strconv.FormatInt(at.Unix(), 10), Name: datexText{datexValue{listed[0].Language, p.Name}}, Time: stamp(at)}
	for i := range listed {
		table.Places = append(table.Places, datexPlaceOf(&listed[i]))
	}
	publication := payload(p, "ParkingTablePublication", listed, at)
	publication.Tables = []datexTable{table}
	return datexWritten(publication)
}

func datexPlaceOf(s *Site) datexPlace {
	degrees := func(d float64) string { return strconv.FormatFloat(d, 'f', -1, 64) }
	built, all := apdsStructure[s.Kind], s.sum()
	place := datexPlace{
		XSIType: "prk:Place", ID: s.ID, Version: strconv.Itoa(s.Version), Name: datexText{datexValue{s.Language, s.Name}}, External: s.ID, Updated: stamp(s.ListedAt),
		Location: datexLocation{"loc:PointLocation", degrees(s.Latitude), degrees(s.Longitude)}, Type: "place",
		Supply: datexSupply{all.Total, "spaceView"}, Layout: datexLayout[s.Kind],
		Built: datexBuilt{built[1], true, built[0], true, all.Total, hasDisabled(s)},
	}
	if address := s.address(); address != "" {
		place.Address = &datexText{datexValue{s.Language, address}}
	}
	if s.Website != "" {
		place.Website = &datexLink{s.Website}
	}
	return place
}

// almostFullPercent is from when on a site is almost full.
const almostFullPercent = 95

// DATEXStatus is a ParkingStatusPublication: what is so now. Nil: no site is listed.
func DATEXStatus(p Publisher, sites []Site) ([]byte, error) {
	listed := Listed(sites)
	if len(listed) == 0 {
		return nil, nil
	}
	publication := payload(p, "ParkingStatusPublication", listed, newest(listed, changedAt))
	publication.Table = &datexReference{"prk:ParkingTable", datexTableID, strconv.FormatInt(newest(listed, listedAt).Unix(), 10)}
	for i := range listed {
		s := &listed[i]
		status := datexSiteStatus{
			XSIType: "prk:PlaceStatus", Reference: datexReference{"fac:FacilityObject", s.ID, strconv.Itoa(s.Version)}, Opening: "statusUnknown", Status: "unknown",
		}
		if !s.CountedAt.IsZero() {
			status.Updated = stamp(s.CountedAt)
		}
		if s.counts() {
			all := s.sum()
			share := percent(all.Occupied, all.Total)
			status.Opening, status.Status = "open", "spacesAvailable"
			status.Occupancy = &datexOccupancy{all.Available, all.Occupied, strconv.FormatFloat(share, 'f', 1, 64)}
			switch {
			case all.Available == 0:
				status.Status = "full"
			case share >= almostFullPercent:
				status.Status = "almostFull"
			}
		}
		publication.Status = append(publication.Status, status)
	}
	return datexWritten(publication)
}

func datexWritten(publication datexPayload) ([]byte, error) {
	text, err := written(xml.MarshalIndent(publication, "", " "))
	if err != nil {
		return nil, err
	}
	return append([]byte(xml.Header), text...), nil
}

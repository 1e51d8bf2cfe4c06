package platerecognizer

import (
	"encoding/json"
	"time"

	"gatehouse/drivers"
	"gatehouse/sync/fact"
)

// Event is the JSON body that a camera posts for a read. inwardDegrees is the direction of a vehicle that drives in
// as this camera sees it. The read's EventID is not sent: the receiver makes one.
func Event(camera string, inwardDegrees int, read drivers.PlateRead) []byte {
	r := result{
		Plate: read.Raw, Score: float64(read.Confidence) / 1000,
		Region: region{Code: read.Country}, Vehicle: vehicle{Type: vehicleType(read.Vehicle)}, Direction: "",
	}
	switch read.Direction {
	case fact.Inward:
		r.Direction = inwardDegrees
	case fact.Outward:
		r.Direction = (inwardDegrees + 180) % 360
	}
	for _, c := range read.Candidates {
		r.Candidates = append(r.Candidates, candidate{Plate: c.Raw, Score: float64(c.Confidence) / 1000})
	}
	body, _ := json.Marshal(event{ // plain values: it can't fail
		Hook: hook{ID: camera, Event: recognition},
		Data: data{Camera: camera, Timestamp: time.UnixMilli(read.CameraMS).UTC().Format(time.RFC3339Nano), Results: []result{r}},
	})
	return body
}

// vehicleType is a type of vehicle that needs such a spot.
func vehicleType(spot fact.SpotType) string {
	switch spot {
	case fact.Large:
		return "Big Truck"
	case fact.AnyType:
		return "Unknown"
	}
	return "Sedan"
}

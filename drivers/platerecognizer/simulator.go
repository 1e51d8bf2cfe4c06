package platerecognizer

import (
	"encoding/json"
	"time"

	"gatehouse/drivers"
	"gatehouse/drivers/platecamera"
	"gatehouse/sync/fact"
)

// recognition is the one kind of event that carries plates.
const recognition = "recognition"

// The parts of a post that matter.
type (
	event struct {
		Hook hook `json:"hook"`
		Data data `json:"data"`
	}
	hook struct {
		ID    string `json:"id"`
		Event string `json:"event"`
	}
	data struct {
		Camera    string   `json:"camera_id"`
		Timestamp string   `json:"timestamp"`
		Results   []result `json:"results"`
	}
	result struct {
		Plate      string      `json:"plate"`
		Score      json.Number `json:"score"`
		Candidates []candidate `json:"candidates"`
		Region     region      `json:"region"`
		Vehicle    vehicle     `json:"vehicle"`
		Direction  any         `json:"direction"`
	}
	candidate struct {
		Plate string      `json:"plate"`
		Score json.Number `json:"score"`
	}
	region struct {
		Code string `json:"code"`
	}
	vehicle struct {
		Type string `json:"type"`
	}
)

// Event is the JSON body that a camera posts for a read. inwardDegrees is the direction of a vehicle that drives in
// as this camera sees it. The read's EventID is not sent: the receiver makes one.
func Event(camera string, inwardDegrees int, read drivers.PlateRead) []byte {
	r := result{
		Plate: read.Raw, Score: json.Number(platecamera.Thousandths(read.Confidence, 1)),
		Region: region{Code: read.Country}, Vehicle: vehicle{Type: vehicleType(read.Vehicle)}, Direction: "",
	}
	switch read.Direction {
	case fact.Inward:
		r.Direction = inwardDegrees
	case fact.Outward:
		r.Direction = (inwardDegrees + 180) % 360
	}
	for _, c := range read.Candidates {
		r.Candidates = append(r.Candidates, candidate{Plate: c.Raw, Score: json.Number(platecamera.Thousandths(c.Confidence, 1))})
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

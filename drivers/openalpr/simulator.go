package openalpr

import (
	"encoding/json"

	"gatehouse/drivers"
	"gatehouse/drivers/platecamera"
)

// The parts of an agent's messages that matter.
type (
	results struct {
		Type      string   `json:"data_type"`
		EpochMS   int64    `json:"epoch_time"`
		UUID      string   `json:"uuid"`
		Camera    string   `json:"camera_id"`
		Country   string   `json:"country"`
		Direction string   `json:"travel_direction"`
		Results   []result `json:"results"`
	}
	result struct {
		Plate      string      `json:"plate"`
		Confidence json.Number `json:"confidence"`
		Candidates []result    `json:"candidates,omitempty"`
	}
	group struct {
		Type       string      `json:"data_type"`
		StartMS    int64       `json:"epoch_start"`
		Camera     string      `json:"camera_id"`
		UUIDs      []string    `json:"uuids"`
		BestUUID   string      `json:"best_uuid"`
		BestPlate  string      `json:"best_plate_number"`
		Confidence json.Number `json:"best_confidence"`
	}
)

func resultOf(plate string, perMille uint16) result {
	return result{Plate: plate, Confidence: json.Number(platecamera.Thousandths(perMille, 100))}
}

// Event is the result of one picture, by an agent that calls inward so (degrees).
func Event(camera, inward string, read drivers.PlateRead) []byte {
	plate := resultOf(read.Raw, read.Confidence)
	for _, c := range read.Candidates {
		plate.Candidates = append(plate.Candidates, resultOf(c.Raw, c.Confidence))
	}
	body, _ := json.Marshal(results{ // plain values: it can't fail
		Type: "alpr_results", EpochMS: read.CameraMS, UUID: read.EventID, Camera: camera, Country: read.Country,
		Direction: platecamera.Word(read.Direction, inward), Results: []result{plate},
	})
	return body
}

// Group is the summary of one car's pictures.
func Group(camera string, uuids []string, read drivers.PlateRead) []byte {
	body, _ := json.Marshal(group{
		Type: "alpr_group", StartMS: read.CameraMS, Camera: camera, UUIDs: uuids, BestUUID: read.EventID, BestPlate: read.Raw,
		Confidence: json.Number(platecamera.Thousandths(read.Confidence, 100)),
	})
	return body
}

package axis

import (
	"encoding/json"
	"strconv"

	"gatehouse/drivers"
	"gatehouse/drivers/platecamera"
)

// pushed is an event as the application posts it: all scalars are texts.
type pushed struct {
	Captured   string      `json:"capture_timestamp"`
	Plate      string      `json:"plateText"`
	PlateUTF8  string      `json:"plateUTF8"`
	Country    string      `json:"plateCountry"`
	Confidence string      `json:"plateConfidence"`
	State      string      `json:"carState"`
	Direction  string      `json:"carMoveDirection"`
	CarID      string      `json:"carID"`
	Picture    string      `json:"imageFile"`
	Vehicle    vehicleInfo `json:"vehicle_info"`
	Camera     cameraInfo  `json:"camera_info"`
}

type vehicleInfo struct {
	Type string `json:"type"`
}

type cameraInfo struct {
	Serial string `json:"SerialNumber"`
}

// Event is what the camera of this serial number posts. The read's EventID is the car's.
func Event(serial, inward string, state platecamera.State, read drivers.PlateRead) []byte {
	direction := platecamera.Word(read.Direction, inward)
	if direction == "" {
		direction = "unknown"
	}
	body, _ := json.Marshal(pushed{ // plain values: it can't fail
		Captured: strconv.FormatInt(read.CameraMS, 10), Plate: read.Raw, PlateUTF8: read.Raw, Country: read.Country,
		Confidence: platecamera.Thousandths(read.Confidence, 1), State: state.String(), Direction: direction, CarID: read.EventID,
		Picture: read.Image, Vehicle: vehicleInfo{platecamera.VehicleWord(read.Vehicle)}, Camera: cameraInfo{serial},
	})
	return body
}

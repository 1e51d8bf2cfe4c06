package platerecognizer

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"gatehouse/drivers"
	"gatehouse/sync/fact"
)

// ErrBody is the error for a body that can't be understood.
var ErrBody = errors.New("platerecognizer: not an event of Plate Recognizer Stream")

// The bounds of an event. A picture shows a lane, not a car park.
const (
	resultsMax    = 16
	candidatesMax = 16
	textMax       = 64 // bytes of a plate, a camera's name, a country
)

// recognition is the one kind of event that carries plates.
const recognition = "recognition"

// event is the body as it is written, as far as it matters.
type event struct {
	Hook hook `json:"hook"`
	Data data `json:"data"`
}

type hook struct {
	ID    string `json:"id"`
	Event string `json:"event"`
}

type data struct {
	Camera    string   `json:"camera_id"`
	Timestamp string   `json:"timestamp"`
	Results   []result `json:"results"`
}

type result struct {
	Plate      string      `json:"plate"`
	Score      float64     `json:"score"`
	Candidates []candidate `json:"candidates"`
	Region     region      `json:"region"`
	Vehicle    vehicle     `json:"vehicle"`
	Direction  any         `json:"direction"`
}

type candidate struct {
	Plate string  `json:"plate"`
	Score float64 `json:"score,omitempty"`
}

type region struct {
	Code string `json:"code"`
}

type vehicle struct {
	Type string `json:"type"`
}

// Parse reads an event's body. An event of another kind has no reads. inwardDegrees is the direction in the picture
// of a vehicle that drives in, or negative if that is not known.
func Parse(body []byte, inwardDegrees int) ([]drivers.PlateRead, error) {
	var e event
	if err := json.Unmarshal(body, &e); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBody, err)
	}
	switch {
	case e.Hook.Event == "":
		return nil, fmt.Errorf("%w: hook.event is missing", ErrBody)
	case e.Hook.Event != recognition:
		return nil, nil
	case len(e.Data.Results) > resultsMax:
		return nil, fmt.Errorf("%w: %d results, more than %d", ErrBody, len(e.Data.Results), resultsMax)
	}
	camera := e.Data.Camera
	if camera == "" {
		camera = e.Hook.ID
	}
	reads := make([]drivers.PlateRead, 0, len(e.Data.Results))
	for i, r := range e.Data.Results {
		if err := r.check(camera, e.Data.Timestamp); err != nil {
			return nil, err
		}
		read := r.read(inwardDegrees)
		read.CameraMS = unixMS(e.Data.Timestamp)
		read.EventID = eventID(camera, e.Data.Timestamp, read.Raw, i)
		reads = append(reads, read)
	}
	return reads, nil
}

// eventID tells events apart. Vehicles without a plate in one picture are told apart by their place in the list.
func eventID(camera, timestamp, plate string, place int) string {
	if plate == "" {
		plate = "#" + strconv.Itoa(place+1)
	}
	return camera + "/" + timestamp + "/" + strings.ToUpper(plate)
}

// check bounds all texts that are kept.
func (r result) check(camera, timestamp string) error {
	for _, text := range []struct{ name, value string }{
		{"plate", r.Plate}, {"region.code", r.Region.Code}, {"camera_id", camera}, {"timestamp", timestamp},
	} {
		if len(text.value) > textMax {
			return fmt.Errorf("%w: %s has %d bytes, more than %d", ErrBody, text.name, len(text.value), textMax)
		}
	}
	return nil
}

func (r result) read(inwardDegrees int) drivers.PlateRead {
	read := drivers.PlateRead{
		Raw: r.Plate, Country: r.Region.Code, Vehicle: spotType(r.Vehicle.Type), Direction: direction(r.Direction, inwardDegrees),
	}
	if r.Plate != "" {
		read.Confidence = perMille(r.Score)
	}
	for _, c := range r.Candidates[:min(len(r.Candidates), candidatesMax)] {
		if c.Plate != "" && len(c.Plate) <= textMax {
			read.Candidates = append(read.Candidates, drivers.PlateCandidate{Raw: c.Plate, Confidence: perMille(c.Score)})
		}
	}
	return read
}

func perMille(score float64) uint16 { return uint16(math.Round(min(max(score, 0), 1) * 1000)) }

// spotType is the size of spot that a vehicle of this type needs.
func spotType(vehicleType string) fact.SpotType {
	switch strings.ToLower(vehicleType) {
	case "big truck", "bus", "van":
		return fact.Large
	case "motorcycle", "pickup truck", "sedan", "suv":
		return fact.Regular
	}
	return fact.AnyType
}

// direction tells inward from outward by the angle between two directions in the picture.
func direction(written any, inwardDegrees int) fact.Direction {
	degrees, ok := written.(float64)
	if text, isText := written.(string); isText {
		number, err := strconv.ParseFloat(text, 64)
		degrees, ok = number, err == nil
	}
	if !ok || inwardDegrees < 0 || math.IsNaN(degrees) || math.Abs(degrees) > 360 {
		return fact.DirectionUnknown
	}
	apart := math.Mod(math.Abs(degrees-float64(inwardDegrees)), 360)
	if min(apart, 360-apart) <= 90 {
		return fact.Inward
	}
	return fact.Outward
}

// unixMS is 0 for a time that can't be read: the plate counts all the same.
func unixMS(timestamp string) int64 {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02 15:04:05.999999999Z07:00"} {
		if at, err := time.Parse(layout, timestamp); err == nil {
			return at.UnixMilli()
		}
	}
	return 0
}

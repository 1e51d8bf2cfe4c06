package platerecognizer

import (
	"strings"
	"time"

	"gatehouse/drivers/platecamera"
)

// Format reads what Stream and Snapshot post or answer.
func Format() platecamera.Format {
	return platecamera.Format{Vendor: "platerecognizer", Claims: claims, Read: readDocument}
}

func claims(document platecamera.Node) bool {
	if hook := document.Get("hook"); hook.IsObject() {
		return hook.Get("event").Exists() || document.Get("data").Exists()
	}
	if document.Get("data_type").Exists() || document.Get("epoch_time").Exists() {
		return false
	}
	return document.Get("results").IsList()
}

func readDocument(events []platecamera.Event, document platecamera.Node, zone *time.Location) []platecamera.Event {
	hook, data := document.Get("hook"), document.Get("data")
	if !data.Exists() {
		data = document
	}
	base := platecamera.Event{Camera: data.Any("camera_id").Text(), Picture: data.Any("filename").Text()}
	if base.Camera == "" {
		base.Camera = hook.Get("id").Text()
	}
	base.Time = timeOf(data, zone)
	before := len(events)
	for result := data.Get("results").First(); result.Exists(); result = result.Next() {
		events = append(events, readResult(base, result, zone))
	}
	switch {
	case len(events) > before:
		return events
	case data.Get("results").IsList():
		base.Kind, base.Empty = platecamera.Unread, true
	case strings.Contains(strings.ToLower(hook.Get("event").Text()), "heartbeat"):
		base.Kind = platecamera.Heartbeat
	}
	return append(events, base)
}

func timeOf(data platecamera.Node, zone *time.Location) time.Time {
	for _, name := range [...]string{"timestamp", "timestamp_camera", "timestamp_local"} {
		if at, ok := platecamera.TimeOf(data.Get(name), zone); ok {
			return at
		}
	}
	return time.Time{}
}

// readResult reads one vehicle. Where vehicles are looked for before plates, a plate is an object with opinions in it. In
// a list of earlier results, each has its own camera and time.
func readResult(e platecamera.Event, result platecamera.Node, zone *time.Location) platecamera.Event {
	if camera := result.Get("camera_id").Text(); e.Camera == "" {
		e.Camera = camera
	}
	if e.Time.IsZero() {
		e.Time = timeOf(result, zone)
	}
	plate, opinions, plateName, score := result.Get("plate"), result.Get("candidates"), "plate", result.Get("score")
	region := result.Get("region", "code")
	if plate.IsObject() {
		opinions, plateName = plate.Get("props", "plate"), "value"
		score, region = opinions.First().Get("score"), plate.Get("props", "region").First().Get("value")
		plate = opinions.First().Get("value")
	}
	e.Kind, e.Raw, e.Confidence = platecamera.Read, plate.Text(), platecamera.ShareOf(score, 1)
	e.Candidates = platecamera.CandidatesOf(opinions, plateName, "score", 1)
	e.Country = region.Text()
	e.Direction = platecamera.WordOf(result.Get("direction"))
	e.Vehicle = platecamera.Lower(result.Get("vehicle", "type").Text())
	return e
}

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

func readDocument(document platecamera.Node, zone *time.Location) []platecamera.Event {
	hook, data := document.Get("hook"), document.Get("data")
	if !data.Exists() {
		data = document
	}
	base := platecamera.Event{Camera: data.Any("camera_id").Text(), Picture: data.Any("filename").Text()}
	if base.Camera == "" {
		base.Camera = hook.Get("id").Text()
	}
	for _, name := range []string{"timestamp", "timestamp_camera", "timestamp_local"} {
		if base.Time.IsZero() {
			base.Time, _ = platecamera.TimeOf(data.Get(name), zone)
		}
	}
	var events []platecamera.Event
	for result := range data.Get("results").Items() {
		events = append(events, readResult(base, result))
	}
	switch {
	case len(events) > 0:
		return events
	case data.Get("results").IsList():
		base.Kind, base.Empty = platecamera.Unread, true
	case strings.Contains(strings.ToLower(hook.Get("event").Text()), "heartbeat"):
		base.Kind = platecamera.Heartbeat
	}
	return []platecamera.Event{base}
}

// readResult reads one vehicle. Where vehicles are looked for before plates, a plate is an object with opinions in it.
func readResult(e platecamera.Event, result platecamera.Node) platecamera.Event {
	plate, opinions, score := result.Get("plate"), result.Get("candidates"), result.Get("score")
	region := result.Get("region", "code")
	if plate.IsObject() {
		opinions = plate.Get("props", "plate")
		score, region = opinions.First().Get("score"), plate.Get("props", "region").First().Get("value")
		plate = opinions.First().Get("value")
	}
	e.Kind, e.Raw, e.Confidence = platecamera.Read, plate.Text(), platecamera.ShareOf(score, 1)
	for opinion := range opinions.Items() {
		e.Candidates = append(e.Candidates, platecamera.Candidate{
			Raw: opinion.Any("plate", "value").Text(), Confidence: platecamera.ShareOf(opinion.Get("score"), 1),
		})
	}
	e.Country = region.Text()
	e.Direction = platecamera.WordOf(result.Get("direction"))
	e.Vehicle = strings.ToLower(result.Get("vehicle", "type").Text())
	return e
}

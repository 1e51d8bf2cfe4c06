package openalpr

import (
	"strings"
	"time"

	"gatehouse/drivers/platecamera"
)

// Format reads what agents and libraries of OpenALPR and Rekor report.
func Format() platecamera.Format {
	return platecamera.Format{Vendor: "openalpr", Claims: claims, Read: read}
}

func claims(document platecamera.Node) bool {
	kind := document.Get("data_type").Text()
	return strings.HasPrefix(kind, "alpr_") || kind == "heartbeat" || kind == "vehicle" ||
		document.Get("best_plate_number").Exists() || document.Get("epoch_time").Exists() && document.Get("results").Exists()
}

func read(document platecamera.Node, zone *time.Location) []platecamera.Event {
	base := platecamera.Event{
		Camera:    document.Any("camera_id", "agent_uid", "site_id").Text(),
		Country:   document.Get("country").Text(),
		Direction: platecamera.WordOf(document.Any("travel_direction", "direction_of_travel_degrees")),
		Picture:   document.Any("best_uuid", "uuid").Text(),
	}
	kind := document.Get("data_type").Text()
	switch {
	case kind == "heartbeat":
		base.Kind, base.Camera = platecamera.Heartbeat, document.Any("agent_uid", "site_id").Text()
		base.Time, _ = platecamera.EpochOf(document.Any("timestamp", "epoch_time"))
		base.Country, base.Direction = "", ""
		return []platecamera.Event{base}
	case kind == "alpr_group", document.Get("best_plate_number").Exists():
		return []platecamera.Event{groupOf(base, document)}
	case kind == "alpr_results", document.Get("results").IsList():
		return resultsOf(base, document, zone)
	case kind == "vehicle":
		base.Kind = platecamera.Unread
		base.EventID = document.Any("best_uuid", "uuid").Text()
		base.Time = timeOf(document, zone)
		return []platecamera.Event{base}
	}
	base.Time = timeOf(document, zone) // alpr_alert repeats a plate that came in a group of its own
	return []platecamera.Event{base}
}

func timeOf(document platecamera.Node, zone *time.Location) time.Time {
	for _, name := range []string{"epoch_start", "epoch_time", "timestamp", "time"} {
		if at, ok := platecamera.TimeOf(document.Get(name), zone); ok {
			return at
		}
	}
	return time.Time{}
}

// groupOf reads the summary of one car's passage, which is sent when the car has gone.
func groupOf(e platecamera.Event, document platecamera.Node) platecamera.Event {
	best := document.Get("best_plate")
	e.Kind, e.EventID = platecamera.Read, document.Get("best_uuid").Text()
	e.Time, _ = platecamera.EpochOf(document.Any("epoch_start", "epoch_end"))
	e.Raw = document.Get("best_plate_number").Text()
	if e.Raw == "" {
		e.Raw = best.Get("plate").Text()
	}
	confidence := document.Get("best_confidence")
	if !confidence.Exists() {
		confidence = best.Get("confidence")
	}
	e.Confidence = platecamera.ShareOf(confidence, 100)
	candidates := best.Get("candidates")
	if !candidates.Exists() {
		candidates = document.Get("candidates")
	}
	e.Candidates = opinions(candidates)
	e.Vehicle = strings.ToLower(document.Get("vehicle", "body_type").First().Get("name").Text())
	for id := range document.Get("uuids").Items() {
		if len(e.SumOf) < sumMax {
			e.SumOf = append(e.SumOf, id.Text())
		}
	}
	return e
}

// sumMax bounds the single readings that a group names.
const sumMax = 256

// resultsOf reads one picture, with a result for each plate in it.
func resultsOf(base platecamera.Event, document platecamera.Node, zone *time.Location) []platecamera.Event {
	base.EventID = document.Get("uuid").Text()
	base.Time = timeOf(document, zone)
	var events []platecamera.Event
	for result := range document.Get("results").Items() {
		e := base
		e.Kind, e.Raw = platecamera.Read, result.Get("plate").Text()
		e.Confidence = platecamera.ShareOf(result.Get("confidence"), 100)
		e.Candidates = opinions(result.Get("candidates"))
		events = append(events, e)
	}
	if len(events) == 0 {
		base.Kind, base.Empty = platecamera.Unread, true
		return []platecamera.Event{base}
	}
	return events
}

func opinions(list platecamera.Node) []platecamera.Candidate {
	var candidates []platecamera.Candidate
	for item := range list.Items() {
		candidates = append(candidates, platecamera.Candidate{
			Raw: item.Get("plate").Text(), Confidence: platecamera.ShareOf(item.Get("confidence"), 100),
		})
	}
	return candidates
}

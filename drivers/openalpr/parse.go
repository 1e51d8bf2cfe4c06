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
	return strings.HasPrefix(kind, "alpr_") || kind == "heartbeat" || kind == "vehicle" || document.Get("openalpr_webhook").Exists() ||
		document.Get("best_plate_number").Exists() || document.Get("epoch_time").Exists() && document.Get("results").Exists()
}

func read(events []platecamera.Event, document platecamera.Node, zone *time.Location) []platecamera.Event {
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
	case kind == "alpr_group", document.Get("best_plate_number").Exists():
		base = groupOf(base, document)
	case kind == "alpr_results", document.Get("results").IsList():
		return resultsOf(events, base, document, zone)
	case kind == "vehicle":
		base.Kind = platecamera.Unread
		base.EventID = document.Any("best_uuid", "uuid").Text()
		base.Time = timeOf(document, zone)
	case kind == "alpr_alert":
		return alertOf(events, base, document, zone)
	default:
		base.Time = timeOf(document, zone)
	}
	return append(events, base)
}

// alertOf reads the notice that a plate is on one of the agent's lists. The group in it has the id of the group that is
// told by itself, if both are told, so that the car is one car.
func alertOf(events []platecamera.Event, base platecamera.Event, document platecamera.Node, zone *time.Location) []platecamera.Event {
	if group := document.Get("group"); group.IsObject() {
		events = read(events, group, zone)
		if last := &events[len(events)-1]; last.Time.IsZero() {
			last.Time = timeOf(document, zone)
		}
		return events
	}
	if base.Raw = document.Get("plate_number").Text(); base.Raw != "" {
		base.Kind = platecamera.Read
	}
	if number := document.Get("camera_number").Text(); number != "" { // what a group calls camera_id
		base.Camera = number
	}
	base.Time = timeOf(document, zone)
	return append(events, base)
}

func timeOf(document platecamera.Node, zone *time.Location) time.Time {
	for _, name := range [...]string{"epoch_start", "epoch_time", "timestamp", "time"} {
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
	if !candidates.Child().Exists() {
		candidates = document.Get("candidates")
	}
	e.Candidates = opinions(candidates)
	e.Vehicle = platecamera.Lower(document.Get("vehicle", "body_type").First().Get("name").Text())
	e.SumOf = platecamera.TextsOf(document.Get("uuids"), sumMax)
	return e
}

// sumMax bounds the single readings that a group names.
const sumMax = 256

// resultsOf reads one picture, with a result for each plate in it.
func resultsOf(events []platecamera.Event, base platecamera.Event, document platecamera.Node, zone *time.Location) []platecamera.Event {
	base.EventID = document.Get("uuid").Text()
	base.Time = timeOf(document, zone)
	before := len(events)
	for result := document.Get("results").First(); result.Exists(); result = result.Next() {
		e := base
		e.Kind, e.Raw = platecamera.Read, result.Get("plate").Text()
		e.Confidence = platecamera.ShareOf(result.Get("confidence"), 100)
		e.Candidates = opinions(result.Get("candidates"))
		events = append(events, e)
	}
	if len(events) == before {
		base.Kind, base.Empty = platecamera.Unread, true
		events = append(events, base)
	}
	return events
}

func opinions(list platecamera.Node) []platecamera.Candidate {
	return platecamera.CandidatesOf(list, "plate", "confidence", 100)
}

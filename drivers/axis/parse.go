package axis

import (
	"strings"
	"time"

	"gatehouse/drivers/platecamera"
)

// Format reads the events of the applications that read plates on cameras of Axis.
func Format() platecamera.Format {
	return platecamera.Format{Vendor: "axis", Claims: claims, Read: read}
}

// The names of the plate in pushed events, in the camera's own event stream and in what the publisher application posts of the
// events of others; first those that keep the letters which are not ASCII.
var plateNames = [...]string{"plateUTF8", "plateUnicode", "plateText", "text", "lpText", "plateASCII", "plate"}

// body is the first part of a document, at any depth, that has an event's fields.
func body(n platecamera.Node) platecamera.Node {
	if isBody(n) {
		return n
	}
	for child := n.Child(); child.Exists(); child = child.Next() {
		if found := body(child); found.Exists() {
			return found
		}
	}
	return platecamera.Node{}
}

func isBody(n platecamera.Node) bool {
	return n.Get("carID").Exists() || n.Get("plateText").Exists() || n.Get("plateUTF8").Exists() ||
		n.Get("plate").Exists() && (n.Get("localTime").Exists() || n.Get("ReferenceReadId").Exists()) ||
		n.Get("text").Exists() && n.Get("listName").Exists()
}

func claims(document platecamera.Node) bool {
	return body(document).Exists() || isHeartbeat(document) || isStream(document) || isLog(document)
}

// isLog: the application's answer to a search of its log (search.cgi).
func isLog(document platecamera.Node) bool {
	return strings.EqualFold(document.Name(), "events") && (!document.Child().Exists() || document.Get("event", "LPR").Exists())
}

// isStream: the camera's event stream carries events of other applications as well.
func isStream(document platecamera.Node) bool {
	return strings.EqualFold(document.Name(), "MetadataStream") || strings.EqualFold(document.Name(), "NotificationMessage") ||
		strings.Contains(document.Get("topic").Text(), "axis") && document.Get("message").Exists()
}

// isHeartbeat: the heartbeat service posts the camera's condition under names that the installer picked from a list.
func isHeartbeat(document platecamera.Node) bool {
	camera := document.Find("SerialNumber").Exists() || document.Find("MACAddress").Exists() || document.Find("serial").Exists()
	kind := strings.ToLower(document.Any("type", "event", "eventType", "messageType").Text())
	return strings.Contains(kind, "heartbeat") || document.Get("heartbeat").Exists() ||
		document.Get("ALPV").IsObject() || document.Get("identify").IsObject() && document.Get("system").IsObject() ||
		camera && (document.Find("uptime").Exists() || document.Find("ProdShortName").Exists()) && !body(document).Exists()
}

func read(events []platecamera.Event, document platecamera.Node, zone *time.Location) []platecamera.Event {
	switch {
	case strings.EqualFold(document.Name(), "MetadataStream"):
		return streamed(events, document, zone)
	case isLog(document):
		for row := document.Child(); row.Exists(); row = row.Next() {
			events = append(events, logged(row, zone))
		}
		return events
	}
	return told(events, document, zone)
}

// told reads every event of a document: the root may be one, or a list somewhere below it may hold several.
func told(events []platecamera.Event, document platecamera.Node, zone *time.Location) []platecamera.Event {
	before := len(events)
	if events = below(events, document, document, zone); len(events) == before {
		events = append(events, event(document, platecamera.Node{}, zone))
	}
	return events
}

func below(events []platecamera.Event, document, n platecamera.Node, zone *time.Location) []platecamera.Event {
	if isBody(n) {
		return append(events, event(document, n, zone))
	}
	for child := n.Child(); child.Exists(); child = child.Next() {
		events = below(events, document, child, zone)
	}
	return events
}

// logged reads a row of the log. TS is the time; MOD_TS says GMT and is the time on the camera's clock.
func logged(row platecamera.Node, zone *time.Location) platecamera.Event {
	e := platecamera.Event{
		Kind: platecamera.Read, Raw: row.Get("LPR").Text(), Car: row.Get("CAR_ID").Text(), EventID: row.Get("CAR_ID").Text(),
		Country: row.Get("COUNTRY").Text(), Direction: "unknown", Vehicle: platecamera.Lower(row.Get("CAR_M_TYPE").Text()), Picture: row.Get("LP_BMP").Text(),
	}
	switch row.Get("DIRECTION").Text() {
	case "2":
		e.Direction = "in"
	case "3":
		e.Direction = "out"
	}
	var ok bool
	if e.Time, ok = platecamera.EpochOf(row.Get("TS")); !ok {
		e.Time, _ = platecamera.TimeOfText(strings.TrimSuffix(row.Get("MOD_TS").Text(), " GMT"), zone)
	}
	return e
}

// streamed reads every message of the event stream's XML.
func streamed(events []platecamera.Event, document platecamera.Node, zone *time.Location) []platecamera.Event {
	before := len(events)
	for part := document.Child(); part.Exists(); part = part.Next() {
		for message := part.Child(); message.Exists(); message = message.Next() {
			if strings.EqualFold(message.Name(), "NotificationMessage") {
				events = told(events, message, zone)
			}
		}
	}
	if len(events) == before {
		events = told(events, document, zone)
	}
	return events
}

// event reads the part b of a document, or a document without such a part.
func event(document, b platecamera.Node, zone *time.Location) platecamera.Event {
	info := b.Get("camera_info")
	if !info.Exists() {
		info = document.Find("camera_info")
	}
	e := platecamera.Event{Camera: info.Any("SerialNumber", "MACAddress", "IPAddress").Text()}
	if e.Camera == "" {
		e.Camera = b.Any("SerialNumber", "MACAddress", "cameraID", "sensorProviderID", "device", "ReferenceCameraId").Text()
	}
	if e.Camera == "" { // of the stream by MQTT
		e.Camera = document.Get("serial").Text()
	}
	e.Time = timeOf(document, b, zone)
	switch {
	case b.Exists() && isPlateEvent(b):
		e.Kind = platecamera.Read
	case isHeartbeat(document):
		e.Kind = platecamera.Heartbeat
		if e.Camera == "" {
			e.Camera = document.Get("identify").Any("macAddress", "ipAddress").Text()
		}
		return e
	default:
		return e
	}
	e.Raw = plateOf(b)
	e.Confidence = platecamera.ShareOfEither(b.Any("plateConfidence", "confidence"))
	e.Chars = platecamera.SharesOf(b.Any("charConfidence", "plateCharConfidence"), 1)
	e.Country = b.Any("plateCountry", "country").Text()
	e.Direction = platecamera.WordOf(b.Any("carMoveDirection", "direction", "VehicleDirection"))
	e.State = stateOf(b)
	e.EventID = b.Any("carID", "eventID", "packetCounter", "ReferenceReadId").Text()
	e.Car = b.Get("carID").Text()
	e.Vehicle = vehicleOf(b)
	e.Picture = pictureOf(b)
	return e
}

// isPlateEvent: a message of the stream that only says that some list matched has no car and no plate.
func isPlateEvent(b platecamera.Node) bool {
	return b.Any(plateNames[:]...).Exists() || b.Get("carState").Exists()
}

func plateOf(b platecamera.Node) string { return b.Any(plateNames[:]...).Text() }

func timeOf(document, b platecamera.Node, zone *time.Location) time.Time {
	for _, name := range [...]string{"capture_timestamp", "capture_ts", "frame_timestamp", "timestamp"} {
		if at, ok := platecamera.EpochOf(b.Get(name)); ok {
			return at
		}
	}
	for _, n := range [...]platecamera.Node{
		document.Find("UtcTime"), b.Get("datetime"), b.Get("timestamp"), document.Get("timestamp"), b.Any("time", "ReadTimeUtc"),
		document.Get("system", "timestamp"),
	} {
		if at, ok := platecamera.TimeOf(n, zone); ok {
			return at
		}
	}
	return time.Time{}
}

func stateOf(b platecamera.Node) platecamera.State {
	switch platecamera.Lower(b.Get("carState").Text()) {
	case "new":
		return platecamera.StateNew
	case "update", "updated":
		return platecamera.StateUpdate
	case "lost":
		return platecamera.StateLost
	}
	return platecamera.StateNone
}

func vehicleOf(b platecamera.Node) string {
	if kind := b.Get("vehicle_info", "type").Text(); kind != "" {
		return platecamera.Lower(kind)
	}
	return platecamera.Lower(b.Get("vehicleType").Text())
}

func pictureOf(b platecamera.Node) string {
	if first := b.Get("imagesURI").First().Text(); first != "" {
		return first
	}
	return b.Get("imageFile").Text()
}

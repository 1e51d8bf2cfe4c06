package hikvision

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"gatehouse/drivers"
	"gatehouse/drivers/platecamera"
)

// Format reads the event notifications of ISAPI.
func Format() platecamera.Format {
	return platecamera.Format{Vendor: "hikvision", Claims: claims, Read: read}
}

const alertName = "EventNotificationAlert"

func claims(document platecamera.Node) bool {
	if strings.EqualFold(document.Name(), alertName) || document.Get(alertName).Exists() {
		return true
	}
	if strings.EqualFold(document.Name(), "ANPR") && licence(document).Exists() { // the part without what is around it
		return true
	}
	if capturedPlates(document).Exists() || metadata(document).Exists() || document.Get("PackingSpaceRecognition").Exists() {
		return true
	}
	return document.Get("eventType").Exists() && (document.Get("ANPR").Exists() || document.Get("eventState").Exists() ||
		document.Get("vehicleMatchResult").Exists() || document.Get("ipAddress").Exists() || document.Get("macAddress").Exists())
}

// capturedPlates is the answer to a search for plates (/ISAPI/Traffic/channels/1/vehicleDetect/plates).
func capturedPlates(document platecamera.Node) platecamera.Node {
	if strings.EqualFold(document.Name(), "Plates") {
		return document
	}
	return document.Get("Plates")
}

func captured(events []platecamera.Event, list platecamera.Node, zone *time.Location) []platecamera.Event {
	before := len(events)
	for child := list.Child(); child.Exists(); child = child.Next() {
		for plate := child.First(); plate.Exists(); plate = plate.Next() {
			if !plate.Get("plateNumber").Exists() {
				continue
			}
			e := platecamera.Event{
				Kind: platecamera.Read, Raw: uncoloured(plate.Get("plateNumber").Text()), EventID: plate.Get("picName").Text(),
				Picture: plate.Get("picName").Text(), Country: country(plate.Get("country").Text()), Direction: platecamera.WordOf(plate.Get("direction")),
			}
			e.Time, _ = platecamera.TimeOf(plate.Get("captureTime"), zone)
			events = append(events, e)
		}
	}
	if len(events) == before {
		events = append(events, platecamera.Event{})
	}
	return events
}

func read(events []platecamera.Event, document platecamera.Node, zone *time.Location) []platecamera.Event {
	if list := capturedPlates(document); list.Exists() {
		return captured(events, list, zone)
	}
	if m := metadata(document); m.Exists() {
		return targets(events, m, zone)
	}
	before := len(events)
	for child := document.Child(); child.Exists(); child = child.Next() { // a notification in an object, or a list of them
		if !strings.EqualFold(child.Name(), alertName) {
			continue
		}
		for alert := child.First(); alert.Exists(); alert = alert.Next() {
			events = notified(events, alert, zone)
		}
	}
	if len(events) > before {
		return events
	}
	return notified(events, document, zone)
}

// notified reads one notification.
func notified(events []platecamera.Event, a platecamera.Node, zone *time.Location) []platecamera.Event {
	event := platecamera.Event{
		Camera: a.Any("macAddress", "ipAddress", "deviceID", "deviceSerial").Text(), EventID: a.Any("UUID", "eventID").Text(),
		Channel: a.Any("channelID", "dynChannelID").Text(),
	}
	event.Time, _ = platecamera.TimeOf(a.Get("dateTime"), zone)
	event.Late = strings.EqualFold(a.Get("isDataRetransmission").Text(), "true")
	event.Country = country(a.Get("countryAbbreviation").Text())
	if list := a.Get("PackingSpaceRecognition"); list.Exists() {
		return parked(events, event, list, zone)
	}
	before := len(events)
	for anpr := plates(a).First(); anpr.Exists(); anpr = anpr.Next() {
		events = append(events, vehicle(event, anpr, zone))
	}
	if len(events) > before {
		return events
	}
	event.Country = ""
	if isHeartbeat(a) {
		event.Kind = platecamera.Heartbeat
	} else if isANPR(a) { // the event of a plate without its body
		event.Kind = platecamera.Unread
	}
	return append(events, event)
}

// plates is the part of an alert that tells of a vehicle. An NVR puts the alerts of its cameras into others' names.
func plates(a platecamera.Node) platecamera.Node {
	for _, name := range [...]string{"ANPR", "vehicleMatchResult", "vehicleDetection"} {
		if part := a.Get(name); licence(part.First()).Exists() {
			return part
		}
	}
	if part := a.Get("ANPR"); part.Exists() {
		return part
	}
	if a.Any("licensePlate", "plateNumber", "licensePlateNumber", "plateNo", "plate", "originalLicensePlate").Text() != "" {
		return a
	}
	return platecamera.Node{}
}

func isANPR(a platecamera.Node) bool {
	kind := a.Get("eventType").Text()
	return strings.EqualFold(kind, "ANPR") || strings.EqualFold(kind, "vehicleDetection")
}

// isHeartbeat: a device that has nothing to say says that its picture was not lost, every few seconds.
func isHeartbeat(a platecamera.Node) bool {
	kind := a.Get("eventType").Text()
	return strings.EqualFold(kind, "heartbeat") || strings.EqualFold(kind, "videoloss") && !strings.EqualFold(a.Get("eventState").Text(), "active")
}

// licence is the plate, which an NVR puts deeper and calls otherwise.
func licence(anpr platecamera.Node) platecamera.Node {
	names := [...]string{"licensePlate", "plateNumber", "plateNo", "licensePlateNumber", "plate"}
	if found := anpr.Any(names[:]...); found.Exists() {
		return found
	}
	for _, name := range names {
		if found := anpr.Find(name); found.Exists() && !found.IsObject() {
			return found
		}
	}
	return platecamera.Node{}
}

func vehicle(event platecamera.Event, anpr platecamera.Node, zone *time.Location) platecamera.Event {
	event.Kind = platecamera.Read
	event.Confidence = confidence(anpr.Any("confidenceLevel", "confidence"))
	event.Raw, event.Candidates = opinions(anpr, event.Confidence)
	event.Chars = platecamera.SharesOf(anpr.Get("plateCharBelieve"), 100)
	if code := country(anpr.Get("country").Text()); code != "" {
		event.Country = code
	}
	event.Direction = directionOf(anpr)
	event.Late = event.Late || anpr.Get("alarmDataType").Text() == "1"
	event.Opens = opens(anpr.Get("barrierGateCtrlType").Text())
	event.Vehicle = platecamera.Lower(anpr.Get("vehicleType").Text())
	if !platecamera.IsPlate(event.Raw) && isNoVehicle(anpr, event.Vehicle) {
		event.Kind = platecamera.Other
	}
	if event.Camera == "" { // some firmware has all of it in the part
		event.Camera = anpr.Any("macAddress", "ipAddress", "deviceID", "deviceSerial").Text()
	}
	if event.Time.IsZero() {
		event.Time, _ = platecamera.TimeOf(anpr.Get("dateTime"), zone)
	}
	for picture := anpr.Find("pictureInfoList").Child(); picture.Exists(); picture = picture.Next() {
		first := picture.First()
		if event.Picture == "" {
			event.Picture = first.Any("pId", "fileName").Text()
		}
		if event.Time.IsZero() {
			event.Time, _ = platecamera.TimeOf(first.Get("absTime"), zone)
		}
	}
	return event
}

// opinions are the plate as it is on the car, and what else the camera makes of it. licensePlate is in the letters of ASCII
// where the firmware translates others, and originalLicensePlate is what was translated; elsewhere the two are the same, or
// the original is what was read before the camera's own list corrected it.
func opinions(anpr platecamera.Node, sure platecamera.Share) (raw string, others []platecamera.Candidate) {
	licence := licence(anpr)
	raw = uncoloured(licence.Text())
	original := uncoloured(anpr.Get("originalLicensePlate").Text())
	switch {
	case !licence.Exists():
		return original, nil
	case platecamera.SamePlate(original, raw):
		return raw, nil
	case isTranslated(raw, original):
		others = platecamera.CandidateOf(anpr, raw)
		others[0].Confidence = sure // it is the same reading
		return original, others
	}
	return raw, platecamera.CandidateOf(anpr, original)
}

// isTranslated reports whether a plate has only letters of ASCII, and its original has others.
func isTranslated(raw, original string) bool {
	return platecamera.IsPlate(raw) && platecamera.IsPlate(original) && !hasOtherLetters(raw) && hasOtherLetters(original)
}

func hasOtherLetters(plate string) bool {
	return strings.ContainsFunc(plate, func(r rune) bool { return r >= utf8.RuneSelf && unicode.IsLetter(r) })
}

// directionOf is the way as the camera sees it; a camera at an entrance may only say whether the car enters or leaves.
func directionOf(anpr platecamera.Node) string {
	if direction := anpr.Get("direction"); direction.Exists() {
		return platecamera.WordOf(direction)
	}
	return platecamera.WordOf(anpr.Get("EntranceInfo", "direction"))
}

// confidence is from 0 to 100, or a share where it is written as one: 0.95.
func confidence(n platecamera.Node) platecamera.Share {
	if strings.HasPrefix(n.Text(), "0.") {
		return platecamera.ShareOf(n, 1)
	}
	return platecamera.ShareOf(n, 100)
}

// opens: 0 is the camera's own list, 1 is the platform, which we are, and 2 is both.
func opens(control string) drivers.Tri {
	switch control {
	case "0", "2":
		return drivers.Yes
	case "1":
		return drivers.No
	}
	return drivers.Unsaid
}

// isNoVehicle: mixed-traffic detection reports people and bicycles as events of the same kind.
func isNoVehicle(anpr platecamera.Node, kind string) bool {
	switch kind {
	case "pedestrian", "human", "nonmotor", "nonmotorvehicle", "bicycle", "twowheelvehicle", "threewheelvehicle", "tricycle":
		return true
	}
	return anpr.Get("twoWheelVehicle").Text() == "yes" || anpr.Get("threeWheelVehicle").Text() == "yes"
}

// uncoloured is a plate without the word for its colour, which cameras in China write before the province.
func uncoloured(raw string) string {
	colour, size := utf8.DecodeRuneInString(raw)
	province, _ := utf8.DecodeRuneInString(raw[size:])
	if strings.ContainsRune("蓝黄白黑绿", colour) && unicode.Is(unicode.Han, province) {
		return raw[size:]
	}
	return raw
}

// country is a country's code as written. The numbers that most firmware writes are places in a list of ISAPI's own, which
// grew with the versions, so they count as not said; NON is what an abbreviation is without a country.
func country(text string) string {
	if text == "" || text[0] >= '0' && text[0] <= '9' || strings.EqualFold(text, "NON") || strings.EqualFold(text, "unknown") {
		return ""
	}
	return text
}

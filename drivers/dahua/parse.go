package dahua

import (
	"strings"
	"time"

	"gatehouse/drivers/platecamera"
)

// Format reads the events of Dahua's cameras, in all four ways in which they are told.
func Format() platecamera.Format {
	return platecamera.Format{Vendor: "dahua", Claims: claims, Read: read}
}

func claims(document platecamera.Node) bool {
	switch {
	case strings.EqualFold(document.Text(), "Heartbeat"), isCall(document), document.Get("Events").IsList(),
		document.Get("ReturnEvents").IsList(), picture(document).Exists(), document.Get("TrafficCar").Exists(),
		document.Get("AlarmInfo").IsObject(), introduces(document).Exists():
		return true
	case document.Get("Active").Exists() && document.Get("DeviceID").Exists():
		return true
	}
	return document.Get("Code").Exists() && (document.Get("action").Exists() || document.Get("data").Exists())
}

func read(events []platecamera.Event, document platecamera.Node, zone *time.Location) []platecamera.Event {
	switch {
	case strings.EqualFold(document.Text(), "Heartbeat"), document.Get("Active").Exists():
		return append(events, platecamera.Event{Kind: platecamera.Heartbeat, Camera: document.Get("DeviceID").Text()})
	case isCall(document):
		return called(events, document, zone)
	case picture(document).Exists():
		return append(events, pushed(picture(document), zone))
	case document.Get("Events").IsList():
		return listed(events, document.Get("Events"), zone)
	case document.Get("ReturnEvents").IsList():
		return listed(events, document.Get("ReturnEvents"), zone)
	case introduces(document).Exists():
		return append(events, platecamera.Event{Camera: introduces(document).Get("DeviceID").Text()})
	case document.Get("AlarmInfo").IsObject():
		return append(events, alarm(document, zone))
	}
	return happened(events, document, zone)
}

// introduces is what a camera says of itself when it connects.
func introduces(document platecamera.Node) platecamera.Node {
	for _, part := range [...]platecamera.Node{document, document.Get("DeviceInfo")} {
		if part.Get("DeviceModel").Exists() && part.Get("DeviceID").Exists() {
			return part
		}
	}
	return platecamera.Node{}
}

// alarm is what a camera posts of itself or of its spots: overtime, tampering, a full lane. No car comes or goes with it.
func alarm(document platecamera.Node, zone *time.Location) platecamera.Event {
	info := document.Get("AlarmInfo")
	return platecamera.Event{Camera: document.Get("DeviceID").Text(), Time: wallTime(info, "Time", zone)}
}

// picture is what a camera posts by itself (ITSAPI): a picture with its plate, named so, or as it is, in JSON or XML.
func picture(document platecamera.Node) platecamera.Node {
	if document.Get("TrafficCar").Exists() { // an event, beside which Picture may say where the picture is
		return platecamera.Node{}
	}
	if inner := document.Get("Picture"); inner.Exists() {
		return inner
	}
	if document.Get("Plate", "PlateNumber").Exists() {
		return document
	}
	return platecamera.Node{}
}

func isCall(document platecamera.Node) bool {
	return document.Get("method").Exists() && (document.Get("params").Exists() || document.Get("session").Exists())
}

// called reads a call by the camera: its notice of events, or its answer to a sign of life.
func called(events []platecamera.Event, document platecamera.Node, zone *time.Location) []platecamera.Event {
	if list := document.Get("params", "eventList"); list.Exists() {
		return listed(events, list, zone)
	}
	if info := document.Get("params", "info"); info.Exists() { // with a picture (client.notifySnapFile)
		if list := info.Get("Events"); list.Exists() {
			return listed(events, list, zone)
		}
		return happened(events, info, zone)
	}
	method := strings.ToLower(document.Get("method").Text())
	if strings.Contains(method, "keepalive") || strings.Contains(method, "heartbeat") {
		return append(events, platecamera.Event{Kind: platecamera.Heartbeat})
	}
	return append(events, platecamera.Event{})
}

func listed(events []platecamera.Event, list platecamera.Node, zone *time.Location) []platecamera.Event {
	for item := list.First(); item.Exists(); item = item.Next() {
		events = happened(events, item, zone)
	}
	return events
}

// happened reads one event. Its fields are in data, or beside its code.
func happened(events []platecamera.Event, item platecamera.Node, zone *time.Location) []platecamera.Event {
	data := item.Get("data")
	if inner := data.Inner(); inner.IsObject() {
		data = inner
	}
	if !data.IsObject() {
		data = item
	}
	e := platecamera.Event{
		Camera:  data.Get("TrafficCar").Any("MachineName", "DeviceAddress").Text(),
		EventID: data.Any("EventID", "EventSeq").Text(), Car: data.Get("GroupID").Text(), Country: countryOf(data),
		Direction: directionOf(data), Vehicle: platecamera.Lower(data.Get("Vehicle").Any("Category", "ObjectType").Text()),
		Time: timeOf(data, zone), Channel: item.Any("index").Text(),
	}
	if e.Camera == "" {
		e.Camera = data.Any("MachineName", "SerialNo", "SN").Text()
	}
	code := item.Any("Code").Text()
	if code == "" {
		code = item.Get("EventBaseInfo", "Code").Text()
	}
	if code == "" {
		code = data.Get("Code").Text()
	}
	action := item.Any("action").Text()
	if action == "" {
		action = item.Get("EventBaseInfo", "Action").Text()
	}
	switch {
	case isHeartbeat(code):
		e.Kind = platecamera.Heartbeat
	case !isTraffic(code, data), strings.EqualFold(action, "Stop"): // an event that ends was told when it began
	default:
		return vehicles(events, e, data)
	}
	return append(events, e)
}

func isHeartbeat(code string) bool {
	return strings.EqualFold(code, "Heartbeat") || strings.EqualFold(code, "keepAlive")
}

// isTraffic: the codes with which cars are told, and whatever else has a plate in it. TrafficJam and the like tell of
// no car.
func isTraffic(code string, data platecamera.Node) bool {
	for _, known := range [...]string{
		"TrafficJunction", "TrafficManualSnap", "TrafficTollGate", "TrafficSnapPicture", "ANPR", "TrafficCar", "ParkingDetection",
		"VehicleRecognition",
	} {
		if strings.EqualFold(code, known) {
			return true
		}
	}
	if data.Get("TrafficCar", "PlateNumber").Text() != "" || data.Get("NonMotor").Any("PlateNumber").Text() != "" {
		return true
	}
	object := data.Get("Object")
	if code == "" && isPlateObject(object) && object.Get("Text").Text() != "" {
		return true
	}
	const family = "traffic"
	return len(code) > len(family) && strings.EqualFold(code[:len(family)], family) && object.Get("ObjectType").Text() == "Plate"
}

// vehicles reads the car of an event, and the motorcycle beside it.
func vehicles(events []platecamera.Event, e platecamera.Event, data platecamera.Node) []platecamera.Event {
	other := data.Get("NonMotor")
	motorcycle := e
	motorcycle.Kind, motorcycle.Raw = platecamera.Read, other.Any("PlateNumber").Text()
	if motorcycle.Raw == "" {
		motorcycle.Raw = other.Get("Plate").Any("PlateNumber", "Text").Text()
	}
	motorcycle.Vehicle = platecamera.Lower(other.Get("Category").Text())
	motorcycle.Confidence = confidenceOf(other.Get("Object", "Confidence"))

	plate, confidence := plateOf(data)
	e.Kind, e.Raw, e.Confidence = platecamera.Read, plate, confidence
	switch {
	case platecamera.IsPlate(plate) && platecamera.IsPlate(motorcycle.Raw) && !platecamera.SamePlate(plate, motorcycle.Raw):
		return append(events, e, motorcycle)
	case platecamera.IsPlate(plate):
	case platecamera.IsPlate(motorcycle.Raw):
		e = motorcycle
	case isNoVehicle(data):
		e.Kind = platecamera.Other
	}
	return append(events, e)
}

// plateOf is the plate and how sure the camera is.
func plateOf(data platecamera.Node) (string, platecamera.Share) {
	object := data.Get("Object")
	if !isPlateObject(object) {
		object = platecamera.Node{}
	}
	plate := data.Get("TrafficCar").Any("PlateNumber").Text()
	if plate == "" {
		plate = object.Any("Text", "PlateNumber").Text()
	}
	if plate == "" {
		plate = data.Any("PlateNumber", "PlateText").Text()
	}
	if plate == "" {
		plate = data.Get("Plate").Any("Text", "PlateNumber").Text()
	}
	confidence := object.Get("Confidence")
	for _, part := range [...]string{"TrafficCar", "Plate"} {
		if !confidence.Exists() {
			confidence = data.Get(part, "Confidence")
		}
	}
	if confidence.Text() == "0" && platecamera.IsPlate(plate) { // cameras that do not measure it write 0
		return plate, platecamera.Share{}
	}
	return plate, confidenceOf(confidence)
}

// isPlateObject: the object of an event is the plate, or the vehicle, whose text is its make.
func isPlateObject(object platecamera.Node) bool {
	kind := object.Get("ObjectType").Text()
	return kind == "" || strings.EqualFold(kind, "Plate")
}

// confidenceOf: old models count to 100, new ones to 255. What is above 100 is of a new one.
func confidenceOf(n platecamera.Node) platecamera.Share {
	if billionths, ok := platecamera.Decimal(n.Text()); ok && billionths > 100_000_000_000 {
		return platecamera.ShareOf(n, 255)
	}
	return platecamera.ShareOf(n, 100)
}

// isNoVehicle: bicycles and people make the same event as cars, with an empty plate. Motorcycles park.
func isNoVehicle(data platecamera.Node) bool {
	kind := strings.ToLower(data.Get("NonMotor", "Category").Text())
	if strings.Contains(kind, "motorcycle") {
		return false
	}
	what := strings.ToLower(data.Get("Vehicle", "ObjectType").Text())
	return kind != "" || what == "nonmotor" || what == "human" || strings.EqualFold(data.Get("CommInfo", "SnapCategory").Text(), "NonMotor")
}

func countryOf(data platecamera.Node) string {
	for _, n := range [...]platecamera.Node{data.Get("TrafficCar", "Country"), data.Get("CommInfo", "Country"), data.Get("Object", "Country")} {
		if country := n.Text(); country != "" && !strings.EqualFold(country, "unknown") {
			return country
		}
	}
	return ""
}

// directionOf is the first of the car's words: Approach or Leave, as seen by the camera. The others are what the
// installer calls the ways.
func directionOf(data platecamera.Node) string {
	if driving := data.Get("TrafficCar", "DrivingDirection"); driving.Exists() {
		return platecamera.WordOf(driving.First())
	}
	return platecamera.WordOf(data.Any("JunctionDirection", "Direction"))
}

// timeOf is the time of an event. RealUTC is true; UTC is, by the firmware, true or the local time counted as if it
// were. LocaleTime tells which.
func timeOf(data platecamera.Node, zone *time.Location) time.Time {
	at, ok := platecamera.EpochOf(data.Get("RealUTC"))
	if !ok {
		if at, ok = platecamera.EpochOf(data.Any("UTC", "Utc")); !ok {
			at, ok = platecamera.EpochOf(data.Get("TrafficCar", "UTC"))
		}
		if !ok {
			at, ok = platecamera.TimeOf(data.Get("UTC"), time.UTC)
		}
		local, written := platecamera.TimeOf(data.Get("LocaleTime"), time.UTC)
		switch {
		case !ok && written:
			return inZone(local, data, zone)
		case !ok:
			return at
		case written && local.Equal(at.Truncate(time.Second)):
			at = inZone(at, data, zone)
		}
	}
	if ms, found := platecamera.Decimal(data.Get("UTCMS").Text()); found && at.Nanosecond() == 0 && ms > 0 && ms < 1_000_000_000_000 {
		at = at.Add(time.Duration(ms / 1_000_000 * 1_000)) // thousandths, times a billion, to nanoseconds
	}
	return at
}

// inZone is the moment at which the camera's clock showed a local time. Its TimeZone is a place in this list; without it,
// the zone is the one that the site file gives.
func inZone(local time.Time, data platecamera.Node, zone *time.Location) time.Time {
	if index, ok := platecamera.Decimal(data.Get("TimeZone").Text()); ok && index >= 0 && index/1_000_000_000 < int64(len(zoneMinutes)) {
		summer := time.Duration(0)
		if data.Get("DSTTune").Text() == "1" {
			summer = time.Hour
		}
		return local.Add(-time.Duration(zoneMinutes[index/1_000_000_000])*time.Minute - summer)
	}
	y, m, d := local.Date()
	return time.Date(y, m, d, local.Hour(), local.Minute(), local.Second(), local.Nanosecond(), zone).UTC()
}

// wallTime is a time that is written as the camera's clock shows it, unless it says its zone itself.
func wallTime(info platecamera.Node, name string, zone *time.Location) time.Time {
	local, written := platecamera.TimeOf(info.Get(name), time.UTC)
	elsewhere, _ := platecamera.TimeOf(info.Get(name), time.FixedZone("", 3600))
	if !written || elsewhere.Equal(local) {
		return local
	}
	return inZone(local, info, zone)
}

// zoneMinutes are the zones that a camera offers, in its order.
var zoneMinutes = []int{
	0, 60, 120, 180, 210, 240, 270, 300, 330, 345, 360, 390, 420, 480, 540, 570, 600, 660, 720, 780,
	-60, -120, -180, -210, -240, -300, -360, -420, -480, -540, -600, -660, -720,
}

// pushed reads a picture with its plate, which is of a lane (SnapInfo) or of spots (ParkingInfo).
func pushed(picture platecamera.Node, zone *time.Location) platecamera.Event {
	plate, snap, vehicle := picture.Get("Plate"), picture.Get("SnapInfo"), picture.Get("Vehicle")
	if !snap.Exists() {
		snap = picture.Get("ParkingInfo")
	}
	e := platecamera.Event{
		Kind: platecamera.Read, Raw: plate.Get("PlateNumber").Text(), Confidence: confidenceOf(plate.Get("Confidence")),
		Camera: snap.Any("DeviceID", "DefenceCode").Text(), Direction: platecamera.WordOf(snap.Any("Direction", "DriveDirection")),
		Vehicle: platecamera.Lower(vehicle.Any("VehicleType", "Category").Text()), Country: plate.Any("Country", "Region").Text(),
		Picture: picture.Get("NormalPic", "PicName").Text(), EventID: snap.Any("EventID", "SnapID").Text(),
	}
	if e.Time = wallTime(snap, "AccurateTime", zone); e.Time.IsZero() {
		e.Time = wallTime(snap, "SnapTime", zone)
	}
	if strings.EqualFold(plate.Get("IsExist").Text(), "false") {
		e.Raw = ""
	}
	return e
}

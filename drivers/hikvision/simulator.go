package hikvision

import (
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"

	"gatehouse/drivers"
	"gatehouse/drivers/platecamera"
)

// Event is the notification of a camera of this MAC address that calls inward so. Confidences are whole percents, and
// the first candidate is what was read before the camera's list corrected it.
func Event(camera, inward string, read drivers.PlateRead) []byte {
	plate, original := read.Raw, read.Raw
	if plate == "" {
		plate, original = "unknown", ""
	} else if len(read.Candidates) > 0 {
		original = read.Candidates[0].Raw
	}
	var believe []string
	for _, perMille := range read.Chars {
		believe = append(believe, strconv.Itoa(int(perMille/10)))
	}
	direction := platecamera.Word(read.Direction, inward)
	if direction == "" {
		direction = "unknown"
	}
	var b strings.Builder
	element := func(name, value string) {
		b.WriteString("<" + name + ">")
		xml.EscapeText(&b, []byte(value))
		b.WriteString("</" + name + ">\n")
	}
	b.WriteString("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<EventNotificationAlert version=\"2.0\" xmlns=\"http://www.isapi.org/ver20/XMLSchema\">\n")
	element("macAddress", camera)
	element("channelID", "1")
	element("dateTime", platecamera.Clock(read.CameraMS))
	element("eventType", "ANPR")
	element("eventState", "active")
	b.WriteString("<ANPR>\n")
	element("country", read.Country)
	element("licensePlate", plate)
	element("direction", direction)
	element("confidenceLevel", strconv.Itoa(int(read.Confidence/10)))
	element("plateCharBelieve", strings.Join(believe, ","))
	element("vehicleType", platecamera.VehicleWord(read.Vehicle))
	element("originalLicensePlate", original)
	b.WriteString("</ANPR>\n")
	element("UUID", read.EventID)
	b.WriteString("</EventNotificationAlert>\n")
	return []byte(b.String())
}

// Heartbeat is what the camera says when it has nothing to say.
func Heartbeat(camera string) []byte {
	return fmt.Appendf(nil, "<EventNotificationAlert version=\"2.0\" xmlns=\"http://www.hikvision.com/ver20/XMLSchema\">\n"+
		"<macAddress>%s</macAddress>\n<eventType>videoloss</eventType>\n<eventState>inactive</eventState>\n</EventNotificationAlert>\n", camera)
}

// Camera is a camera that is asked for its events; they are told by parts of type application/xml.
func Camera(user, password string, parts chan platecamera.Part) *platecamera.Peer {
	return &platecamera.Peer{
		User: user, Password: password, Algorithm: "MD5", StreamPath: alertStream, Boundary: "MIME_boundary", Lengths: true, Parts: parts,
	}
}

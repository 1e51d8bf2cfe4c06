package hikvision

import (
	"strings"
	"time"

	"gatehouse/drivers/platecamera"
)

// parked reads which car came to a spot or left it, of a camera that watches spots (parking space detection). A list of how
// all spots are tells of none.
func parked(events []platecamera.Event, alarm platecamera.Event, list platecamera.Node, zone *time.Location) []platecamera.Event {
	before := len(events)
	for space := list.First(); space.Exists(); space = space.Next() {
		if !space.Get("vehicleEnterState").Exists() {
			continue
		}
		e := alarm
		e.Kind, e.Raw = platecamera.Read, uncoloured(licence(space).Text())
		e.Direction = platecamera.WordOf(space.Get("vehicleEnterState"))
		e.Channel = space.Any("absoulteParkingNum", "virtualParkingNum").Text() // as the maker spells it
		if at, ok := platecamera.TimeOf(space.Get("alarmStartTime"), zone); ok && e.Time.IsZero() {
			e.Time = at
		}
		events = append(events, e)
	}
	if len(events) == before {
		events = append(events, alarm)
	}
	return events
}

// metadata is the message in which a camera tells of everything that moves in its picture.
func metadata(document platecamera.Node) platecamera.Node {
	if inner := document.Get("Metadata"); inner.Exists() {
		document = inner
	}
	if document.Get("TargetDetection").Exists() {
		return document
	}
	return platecamera.Node{}
}

// targets reads the plates of such a message. What has no plate there is followed, and is no event.
func targets(events []platecamera.Event, m platecamera.Node, zone *time.Location) []platecamera.Event {
	device := m.Get("DevInfo")
	base := platecamera.Event{Camera: device.Any("macAddress", "ipAddress").Text(), Channel: device.Any("channel", "channelID").Text()}
	base.Time, _ = platecamera.TimeOf(m.Any("time", "dateTime"), zone)
	before := len(events)
	for target := m.Get("TargetDetection", "TargetList").Child(); target.Exists(); target = target.Next() {
		properties := target.Get("PropertyList")
		plate := property(properties, "licensePlate")
		if !plate.Exists() {
			continue
		}
		e := base
		e.Kind, e.Raw, e.Country = platecamera.Read, uncoloured(plate.Text()), country(property(properties, "country").Text())
		e.Confidence, e.Direction = confidence(property(properties, "confidence")), platecamera.WordOf(property(properties, "direction"))
		e.Vehicle = platecamera.Lower(property(properties, "vehicleType").Text())
		events = append(events, e)
	}
	if len(events) == before {
		events = append(events, base)
	}
	return events
}

// property is the value beside a description.
func property(list platecamera.Node, description string) platecamera.Node {
	for item := list.Child(); item.Exists(); item = item.Next() {
		if strings.EqualFold(item.Get("description").Text(), description) {
			return item.Get("value")
		}
	}
	return platecamera.Node{}
}

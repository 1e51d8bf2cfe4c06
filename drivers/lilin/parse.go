package lilin

import (
	"strings"
	"time"

	"gatehouse/drivers/platecamera"
)

// Format reads the lists and the running events of LILIN's plate cameras.
func Format() platecamera.Format {
	return platecamera.Format{Vendor: "lilin", Claims: claims, Read: read}
}

func claims(document platecamera.Node) bool {
	return document.Get("LPR_COUNT").Exists() || document.Get("INFORMATION").Exists() || document.Get("LPR").Exists() ||
		document.Get("LPR0").Exists() || document.Get("MotionDetect").Exists() && document.Get("AlarmInputDetect").Exists()
}

func read(events []platecamera.Event, document platecamera.Node, zone *time.Location) []platecamera.Event {
	before := len(events)
	switch {
	case document.Get("LPR").Exists():
		return append(events, row(document, zone))
	case document.Get("LPR0").Exists():
		events = running(events, document, zone)
	default:
		for item := document.Get("INFORMATION").First(); item.Exists(); item = item.Next() {
			events = append(events, row(item, zone))
		}
	}
	if len(events) == before { // nothing has happened: the camera is alive
		events = append(events, platecamera.Event{Kind: platecamera.Heartbeat})
	}
	return events
}

// row is one line of the log. A line without a time is an entry that somebody made in the camera's own list.
func row(r platecamera.Node, zone *time.Location) platecamera.Event {
	e := platecamera.Event{
		Kind: platecamera.Read, Raw: r.Get("LPR").Text(), EventID: r.Any("CAR_ID", "TS").Text(), Country: r.Get("COUNTRY").Text(),
		Confidence: platecamera.ShareOfEither(r.Get("THRESHOLD")), Direction: platecamera.WordOf(r.Get("DIRECTION")),
		Picture: r.Any("LP_BMP", "ROI_BMP").Text(), Camera: r.Any("CAMERA", "CAM_NAME", "MAC").Text(),
	}
	var ok bool
	if e.Time, ok = platecamera.EpochOf(r.Get("TS")); !ok {
		e.Time, ok = platecamera.TimeOf(r.Any("MOD_TS", "LPR_TIME"), zone)
	}
	if !ok {
		e.Kind = platecamera.Other
	}
	return e
}

// running reads the event stream, where lines hold the fields of four plates:
// LPR0=…,ACT_PARAM0=…,LPR_TIME0=… LPR1=…
func running(events []platecamera.Event, document platecamera.Node, zone *time.Location) []platecamera.Event {
	digits := []string{"0", "1", "2", "3"}
	lines := ""
	for _, digit := range digits {
		if line := document.Get("LPR" + digit); line.Exists() {
			lines += " LPR" + digit + "=" + line.Text()
		}
	}
	for _, digit := range digits {
		fields, _, _ := strings.Cut(after(lines, " LPR"+digit+"="), " LPR")
		plate, rest, _ := strings.Cut(fields, ",")
		if plate = strings.TrimSpace(plate); plate == "" {
			continue
		}
		e := platecamera.Event{Kind: platecamera.Read, Raw: plate, Picture: field(rest, "LP_BMP"+digit)}
		e.Time, _ = platecamera.TimeOfText(field(rest, "LPR_TIME"+digit), zone)
		events = append(events, e)
	}
	return events
}

// field is the value of name=value in a line of them with commas between.
func field(line, name string) string {
	value, _, _ := strings.Cut(after(","+line, ","+name+"="), ",")
	return strings.TrimSpace(value)
}

// after is what follows mark in text, or "".
func after(text, mark string) string {
	_, rest, _ := strings.Cut(text, mark)
	return rest
}

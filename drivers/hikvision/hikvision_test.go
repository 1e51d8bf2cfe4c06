package hikvision_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gatehouse/drivers"
	"gatehouse/drivers/hikvision"
	"gatehouse/drivers/platecamera"
	"gatehouse/drivers/platecamera/cameratest"
)

const mac = "44:a6:42:f3:2a:d7"

func bench() cameratest.Bench {
	return cameratest.Bench{
		Driver: hikvision.Driver(), Format: hikvision.Format(), Inward: "reverse", ContentType: "application/xml",
		Event: func(read drivers.PlateRead) []byte { return hikvision.Event(mac, "reverse", read) },
		Keeps: keeps,
		Nonsense: []string{
			"", "hello", "<", "{", "<EventNotificationAlert>", `{"eventType":"ANPR"`, `{"plate":"AB12CDE"}`, "<html><body>login</body></html>",
			`<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><EventNotificationAlert><ANPR><licensePlate>&b;</licensePlate></ANPR></EventNotificationAlert>`,
		},
	}
}

// keeps: whole percents, no numbers as countries, one second opinion without a confidence.
func keeps(read drivers.PlateRead) drivers.PlateRead {
	read.Confidence -= read.Confidence % 10
	var chars []uint16
	for _, c := range read.Chars {
		chars = append(chars, c-c%10)
	}
	read.Chars = chars
	read.Candidates = read.Candidates[:min(len(read.Candidates), 1)]
	for i := range read.Candidates {
		read.Candidates[i].Confidence = 0
	}
	return read
}

func TestSuite(t *testing.T) { cameratest.Test(t, bench()) }

func FuzzParse(f *testing.F) {
	cameratest.Fuzz(f, bench(), cameratest.File(f, "ds-tcg405.xml"), cameratest.File(f, "deepinview-v58.xml"), hikvision.Heartbeat(mac),
		[]byte(`{"eventType":"ANPR","aNPR":{"licensePlate":"\u7ca4B1","plateCharBelieve":"99,1"}}`), []byte("--b\r\nContent-Type: text/xml\r\n\r\n<a/>\r\n--b--"))
}

// said is an event in one line.
func said(e platecamera.Event) string {
	chars := []uint16{}
	for _, c := range e.Chars {
		chars = append(chars, c.PerMille())
	}
	return fmt.Sprintf("%s %q %d %v dir=%q country=%q cam=%s id=%s at=%s", e.Kind, e.Raw, e.Confidence.PerMille(), chars, e.Direction, e.Country,
		e.Camera, e.EventID, e.Time.Format(time.RFC3339Nano))
}

func TestRealEvents(t *testing.T) {
	for name, want := range map[string]string{
		"ds-tcg405.xml": `plate "B1234XYZ" 980 [990 990 990 990 990 990 990] dir="forward" country="" cam=44:a6:42:f3:2a:d7 ` +
			`id=a0fe72d4-3652-464a-aebd-3f9190010236 at=2024-05-07T10:48:03.847Z`,
		"deepinview-v58.xml": `plate "WX1234A" 920 [990 990 990 610 990 990 990] dir="reverse" country="" cam=192.168.1.64 id=x at=2026-07-05T19:44:40Z`,
	} {
		events := cameratest.Events(t, hikvision.Format(), string(cameratest.File(t, name)), "", time.UTC)
		if len(events) != 1 || said(events[0]) != want {
			t.Errorf("%s\nread %s\nwant %s", name, said(events[0]), want)
		}
	}
}

// Recorders name the camera, and the plate, in other words.
func TestWhatRecordersSay(t *testing.T) {
	for body, want := range map[string]string{
		`{"eventType":"vehicleMatchResult","deviceSerial":"S1","dateTime":"2026-09-18T08:00:00+03:00","VehicleMatchResult":{"PlateInfo":{"plate":"ABC-1234"}}}`:   `plate "ABC-1234" 0 [] dir="" country="" cam=S1 id= at=2026-09-18T05:00:00Z`,
		`<EventNotificationAlert><eventType>ANPR</eventType><deviceSerial>S1</deviceSerial><licensePlateNumber>AB1</licensePlateNumber></EventNotificationAlert>`: `plate "AB1" 0 [] dir="" country="" cam=S1 id= at=0001-01-01T00:00:00Z`,
	} {
		if events := cameratest.Events(t, hikvision.Format(), body, "", time.UTC); len(events) != 1 || said(events[0]) != want {
			t.Errorf("%s: %d events\nread %s\nwant %s", body, len(events), said(events[0]), want)
		}
	}
}

// alert is a notification around a part, in a name space.
func alert(namespace, inner string) string {
	return `<EventNotificationAlert version="2.0" xmlns="` + namespace + `">` + inner + `</EventNotificationAlert>`
}

const anpr = `<eventType>ANPR</eventType><dateTime>2026-01-02T03:04:05+01:00</dateTime><ANPR><licensePlate>EL123AB</licensePlate><confidenceLevel>92.5</confidenceLevel></ANPR>`

func TestEveryFormOfTheSameEvent(t *testing.T) {
	const want = `plate "EL123AB" 925 [] dir="" country="" cam= id= at=2026-01-02T02:04:05Z`
	prefixed := strings.NewReplacer("</", "</ns1:", "<E", "<ns1:E", "<e", "<ns1:e", "<d", "<ns1:d", "<A", "<ns1:A", "<l", "<ns1:l", "<c", "<ns1:c").
		Replace(`<EventNotificationAlert>` + anpr + `</EventNotificationAlert>`)
	picture := "\xff\xd8\xff\xe0" + strings.Repeat("\r\n--x\x00", 5000) + "\xff\xd9"
	xml := alert("http://www.std-cgi.com/ver10/XMLSchema", anpr)
	form := "--b1\r\nContent-Disposition: form-data; name=\"anpr.xml\"\r\nContent-Type: text/xml\r\n\r\n" + xml +
		"\r\n--b1\r\nContent-Disposition: form-data; name=\"licensePlatePicture.jpg\"\r\nContent-Type: application/octet-stream\r\nContent-Length: " +
		fmt.Sprint(len(picture)) + "\r\n\r\n" + picture + "\r\n--b1--\r\n"
	for name, body := range map[string]string{
		"hikvision ver10":   alert("http://www.hikvision.com/ver10/XMLSchema", anpr),
		"hikvision ver20":   alert("http://www.hikvision.com/ver20/XMLSchema", anpr),
		"isapi ver20":       alert("http://www.isapi.org/ver20/XMLSchema", anpr),
		"none":              "\ufeff<?xml version=\"1.0\"?>\n<!-- x -->" + `<EventNotificationAlert>` + anpr + `</EventNotificationAlert>`,
		"a prefix":          prefixed,
		"all in the part":   alert("", `<eventType>ANPR</eventType><ANPR><dateTime>2026-01-02T03:04:05+01:00</dateTime><licensePlate>EL123AB</licensePlate><confidenceLevel>0.925</confidenceLevel></ANPR>`),
		"an envelope":       `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><EventNotificationAlert>` + anpr + `</EventNotificationAlert></s:Body></s:Envelope>`,
		"a forwarded post":  `{"topic":"gate","messages":[{"payload":{"eventType":"ANPR","eventState":"active","dateTime":"2026-01-02T03:04:05+01:00","ANPR":{"licensePlate":"EL123AB","confidenceLevel":92.5}}}]}`,
		"JSON ANPR":         `{"eventType":"ANPR","eventState":"active","dateTime":"2026-01-02T03:04:05+01:00","ANPR":{"licensePlate":"EL123AB","confidenceLevel":92.5}}`,
		"JSON aNPR":         `{"EventNotificationAlert":{"eventType":"ANPR","dateTime":"2026-01-02T03:04:05+0100","aNPR":{"licensePlate":"EL123AB","confidenceLevel":"92.5"}}}`,
		"a list":            "<EventNotificationAlertList>" + alert("", anpr) + "</EventNotificationAlertList>",
		"the part alone":    `<ANPR><dateTime>2026-01-02T03:04:05+01:00</dateTime><licensePlate>EL123AB</licensePlate><confidenceLevel>92.5</confidenceLevel></ANPR>`,
		"XML as JSON lists": `{"EventNotificationAlert":{"$":{"version":"2.0"},"dateTime":["2026-01-02T03:04:05+01:00"],"eventType":["ANPR"],"ANPR":[{"licensePlate":["EL123AB"],"confidenceLevel":["92.5"]}]}}`,
		"no zone":           alert("", strings.Replace(anpr, "03:04:05+01:00", "02:04:05", 1)),
		"form":              form,
		"form, no first":    strings.TrimPrefix(form, "--b1\r\n"),
		"recorded request":  "POST /x HTTP/1.1\r\nHost: h\r\nContent-Type: multipart/form-data; boundary=b1\r\n\r\n" + form,
		"mixed":             strings.ReplaceAll(form, "form-data; ", ""),
		"head of one part":  "Content-Type: application/xml; charset=\"UTF-8\"\r\nContent-Length: " + fmt.Sprint(len(xml)) + "\r\n\r\n" + xml,
		"bare line feeds":   strings.ReplaceAll(strings.ReplaceAll(form, picture, "\xff\xd8\xff"), "\r\n", "\n"),
		"wrong part length": strings.Replace(form, "Content-Length: ", "Content-Length: 9", 1),
	} {
		contentType := ""
		if strings.Contains(name, "no first") {
			contentType = `multipart/form-data; boundary="b1"`
		}
		if events := cameratest.Events(t, hikvision.Format(), body, contentType, time.UTC); len(events) != 1 || said(events[0]) != want {
			t.Errorf("%s: %d events\nread %s\nwant %s", name, len(events), said(events[0]), want)
		}
	}
}

func TestWhatIsNoPlate(t *testing.T) {
	for inner, want := range map[string]platecamera.Kind{
		`<eventType>videoloss</eventType><eventState>inactive</eventState>`:                                                platecamera.Heartbeat,
		`<eventType>videoloss</eventType><eventState>active</eventState>`:                                                  platecamera.Other,
		`<eventType>VMD</eventType><eventState>active</eventState>`:                                                        platecamera.Other,
		`<eventType>ANPR</eventType><ANPR><licensePlate>unknown</licensePlate><confidenceLevel>0</confidenceLevel></ANPR>`: platecamera.Unread,
		`<eventType>ANPR</eventType><ANPR><licensePlate></licensePlate></ANPR>`:                                            platecamera.Unread,
		`<eventType>ANPR</eventType><ANPR><licensePlate>无车牌</licensePlate></ANPR>`:                                         platecamera.Unread,
		`<eventType>ANPR</eventType>`: platecamera.Unread,
		`<eventType>ANPR</eventType><ANPR><licensePlate>noplate</licensePlate><vehicleType>pedestrian</vehicleType></ANPR>`:      platecamera.Other,
		`<eventType>ANPR</eventType><ANPR><licensePlate>noPlate</licensePlate><vehicleType>nonmotorVehicle</vehicleType></ANPR>`: platecamera.Other,
		`<eventType>heartBeat</eventType><eventState>active</eventState>`:                                                        platecamera.Heartbeat,
		`<eventType>ANPR</eventType><ANPR><licensePlate>unknown</licensePlate><twoWheelVehicle>yes</twoWheelVehicle></ANPR>`:     platecamera.Other,
		`<eventType>vehicleMatchResult</eventType><vehicleMatchResult><licensePlate>AB1</licensePlate></vehicleMatchResult>`:     platecamera.Read,
		`<eventType>ANPR</eventType><ANPR><originalLicensePlate>AB1</originalLicensePlate></ANPR>`:                               platecamera.Read,
		`<eventType>ANPR</eventType><ANPR><licensePlate>AB` + "\xff" + `1</licensePlate></ANPR>`:                                 platecamera.Unread,
	} {
		if events := cameratest.Events(t, hikvision.Format(), alert("", inner), "", time.UTC); len(events) != 1 || events[0].Kind != want {
			t.Errorf("%s: %+v, want %v", inner, events, want)
		}
	}
}

// A camera that opens by its own list says so in every event.
func TestWhoOpens(t *testing.T) {
	for control, want := range map[string]drivers.Tri{
		"": drivers.Unsaid, "<barrierGateCtrlType>0</barrierGateCtrlType>": drivers.Yes, "<barrierGateCtrlType>1</barrierGateCtrlType>": drivers.No,
		"<barrierGateCtrlType>2</barrierGateCtrlType>": drivers.Yes,
	} {
		body := alert("", `<eventType>ANPR</eventType><ANPR><licensePlate>AB1</licensePlate>`+control+`</ANPR>`)
		if events := cameratest.Events(t, hikvision.Format(), body, "", time.UTC); events[0].Opens != want {
			t.Errorf("%s: %v, want %v", control, events[0].Opens, want)
		}
	}
}

// A recorder tells of the plates of its cameras under other names, and deeper.
func TestARecordersWords(t *testing.T) {
	for _, body := range []string{
		`{"eventType":"vehicleMatchResult","deviceSerial":"2025","VehicleMatchResult":{"PlateInfo":{"plate":"ABC-1234"}}}`,
		`{"eventType":"vehicleMatchResult","channelID":3,"vehicleMatchResult":[{"licensePlate":"ABC-1234","plateImageURL":"http://x"}]}`,
		alert("", `<eventType>vehicledetection</eventType><VehicleDetection><licensePlate>ABC-1234</licensePlate></VehicleDetection>`),
	} {
		events := cameratest.Events(t, hikvision.Format(), body, "", time.UTC)
		if len(events) != 1 || events[0].Kind != platecamera.Read || events[0].Raw != "ABC-1234" {
			t.Errorf("%s: %+v", body, events)
		}
	}
}

func TestASearchForPlates(t *testing.T) {
	events := cameratest.Events(t, hikvision.Format(), `<Plates version="2.0" xmlns="http://www.isapi.org/ver20/XMLSchema"><Plate><captureTime>20201206T092523+0100</captureTime>`+
		`<plateNumber>AB123CD</plateNumber><picName>20201206092523110</picName><country>E0</country><direction>forward</direction></Plate>`+
		`<Plate><captureTime>20201206T092530</captureTime><plateNumber>unknown</plateNumber><picName>2</picName></Plate></Plates>`, "", time.UTC)
	if len(events) != 2 || said(events[0]) != `plate "AB123CD" 0 [] dir="forward" country="E0" cam= id=20201206092523110 at=2020-12-06T08:25:23Z` ||
		events[1].Kind != platecamera.Unread {
		t.Errorf("read %+v", events)
	}
}

// The shape of the maker's guide to metadata: what moves in the picture, with its properties.
func TestMetadata(t *testing.T) {
	target := func(properties ...string) string {
		list := ""
		for i := 0; i < len(properties); i += 2 {
			list += `<Property><description>` + properties[i] + `</description><value>` + properties[i+1] + `</value></Property>`
		}
		return `<Target><targetID>1</targetID><recognition>vehicle</recognition><PropertyList>` + list + `</PropertyList></Target>`
	}
	message := func(targets string) string {
		return `<Metadata version="2.0" xmlns="http://www.isapi.org/ver20/XMLSchema"><type>activityTarget</type><subType>ANPR</subType>` +
			`<time>2026-01-02T03:04:05+08:00</time><DevInfo><ipAddress>192.168.0.64</ipAddress><macAddress>28:57:be:ee:d1:5a</macAddress><channel>1</channel></DevInfo>` +
			`<TargetDetection><TargetList>` + targets + `</TargetList></TargetDetection></Metadata>`
	}
	for body, want := range map[string]string{
		message(target("direction", "reverse", "licensePlate", "XA12345", "confidence", "97", "country", "16")): `plate "XA12345" 970 [] dir="reverse" country="" cam=28:57:be:ee:d1:5a id= at=2026-01-01T19:04:05Z`,
		message(target("licensePlate", "unknown")):                                                              `no_plate "" 0 [] dir="" country="" cam=28:57:be:ee:d1:5a id= at=2026-01-01T19:04:05Z`,
		message(target("vehicleColor", "red")):                                                                  `other "" 0 [] dir="" country="" cam=28:57:be:ee:d1:5a id= at=2026-01-01T19:04:05Z`,
		message(""):                                                                                             `other "" 0 [] dir="" country="" cam=28:57:be:ee:d1:5a id= at=2026-01-01T19:04:05Z`,
	} {
		if events := cameratest.Events(t, hikvision.Format(), body, "", time.UTC); len(events) != 1 || said(events[0]) != want {
			t.Errorf("%s: %d events\nread %s\nwant %s", body, len(events), said(events[0]), want)
		}
	}
}

// A camera over the spots tells who came and who left, and how all of them are.
func TestSpots(t *testing.T) {
	event := func(space string) string {
		return `{"ipAddress":"10.0.0.5","channelID":1,"dateTime":"2026-01-02T03:04:05+08:00","eventType":"PackingSpaceRecognition","eventState":"active","PackingSpaceRecognition":[` + space + `]}`
	}
	for body, want := range map[string]string{
		event(`{"absoulteParkingNum":"A7","isParked":"yes","plateNo":"AB123CD","vehicleEnterState":"enter"}`): `plate "AB123CD" 0 [] dir="enter" country="" cam=10.0.0.5 id= at=2026-01-01T19:04:05Z`,
		event(`{"absoulteParkingNum":"A7","isParked":"no","plateNo":"","vehicleEnterState":"leave"}`):         `no_plate "" 0 [] dir="leave" country="" cam=10.0.0.5 id= at=2026-01-01T19:04:05Z`,
		event(`{"absoulteParkingNum":"A7","isParked":"yes"},{"absoulteParkingNum":"A8","isParked":"no"}`):     `other "" 0 [] dir="" country="" cam=10.0.0.5 id= at=2026-01-01T19:04:05Z`,
	} {
		if events := cameratest.Events(t, hikvision.Format(), body, "", time.UTC); len(events) != 1 || said(events[0]) != want {
			t.Errorf("%s: %d events\nread %s\nwant %s", body, len(events), said(events[0]), want)
		}
	}
}

func TestLettersStay(t *testing.T) {
	for written, want := range map[string]string{
		"蓝苏A8HK52":      "苏A8HK52", // a word for the colour stands before the province
		"苏A8HK52":       "苏A8HK52",
		"黄1234":         "黄1234",
		"d&#252;-ab 12": "DÜAB12",
		"А123ВС77":      "А123ВС77",
	} {
		events := cameratest.Events(t, hikvision.Format(), alert("", `<eventType>ANPR</eventType><ANPR><licensePlate>`+written+`</licensePlate></ANPR>`), "", time.UTC)
		if got := platecamera.Plate(events[0].Raw); got != want {
			t.Errorf("%s is %s, want %s", written, got, want)
		}
	}
}

// Where firmware translates a plate into ASCII, the original is what is on the car (ISAPI, ANPR event); elsewhere it is what
// was read before the camera's own list corrected it.
func TestThePlateInItsOwnLetters(t *testing.T) {
	for plates, want := range map[[2]string]string{
		{"A123BC77", "А123ВС77"}: "А123ВС77 A123BC77/910",
		{"MUAB12", "MÜ AB 12"}:   "MÜ AB 12 MUAB12/910",
		{"МК12", "МK12"}:         "МК12 МK12/0",
		{"AB123CD", "A8123CD"}:   "AB123CD A8123CD/0",
		{"AB123CD", "ab-123 cd"}: "AB123CD",
		{"AB123CD", "未知"}:        "AB123CD",
		{"unknown", "А123ВС77"}:  "",
		{"", "А123ВС77"}:         "",
	} {
		body := alert("", `<eventType>ANPR</eventType><ANPR><licensePlate>`+plates[0]+`</licensePlate><confidenceLevel>91</confidenceLevel>`+
			`<originalLicensePlate>`+plates[1]+`</originalLicensePlate></ANPR>`)
		event := cameratest.Events(t, hikvision.Format(), body, "", time.UTC)[0]
		got := event.Raw
		for _, c := range event.Candidates {
			got += fmt.Sprintf(" %s/%d", c.Raw, c.Confidence.PerMille())
		}
		if got != want {
			t.Errorf("%s, originally %s, is %q, want %q", plates[0], plates[1], got, want)
		}
	}
}

// Several notifications in one document, and what newer firmware writes around and in the part.
func TestWhatIsAroundThePart(t *testing.T) {
	list := `{"EventNotificationAlert":[{"eventType":"videoloss","eventState":"inactive"},{"eventType":"ANPR","ANPR":{"licensePlate":"AB1"}},{"eventType":"ANPR","ANPR":{"licensePlate":"AB2"}}]}`
	told := ""
	for _, e := range cameratest.Events(t, hikvision.Format(), list, "", time.UTC) {
		told += e.Kind.String() + " " + e.Raw + " "
	}
	if told != "heartbeat  plate AB1 plate AB2 " {
		t.Errorf("told %s", told)
	}
	for inner, want := range map[string]string{
		`<countryAbbreviation>HRV</countryAbbreviation>`:                                                       `"HRV" "" false`,
		`<countryAbbreviation>NON</countryAbbreviation>`:                                                       `"" "" false`,
		`<isDataRetransmission>true</isDataRetransmission>`:                                                    `"" "" true`,
		`<isDataRetransmission>false</isDataRetransmission>`:                                                   `"" "" false`,
		`<ANPR><licensePlate>A</licensePlate><alarmDataType>1</alarmDataType></ANPR>`:                          `"" "" true`,
		`<ANPR><licensePlate>A</licensePlate><country>POL</country></ANPR>`:                                    `"POL" "" false`,
		`<ANPR><licensePlate>A</licensePlate><EntranceInfo><direction>enter</direction></EntranceInfo></ANPR>`: `"" "enter" false`,
	} {
		if !strings.HasPrefix(inner, "<ANPR>") {
			inner += `<ANPR><licensePlate>A</licensePlate></ANPR>`
		}
		e := cameratest.Events(t, hikvision.Format(), alert("", `<eventType>ANPR</eventType>`+inner), "", time.UTC)[0]
		if got := fmt.Sprintf("%q %q %t", e.Country, e.Direction, e.Late); got != want {
			t.Errorf("%s: %s, want %s", inner, got, want)
		}
	}
}

// A camera behind the lane calls every car that drives in "reverse", and one recorder speaks for two lanes.
func TestDirectionAndCameraAreTheLanes(t *testing.T) {
	event := func(channel, direction string) []byte {
		return []byte(alert("", `<channelID>`+channel+`</channelID><UUID>`+channel+direction+`</UUID><eventType>ANPR</eventType><ANPR><licensePlate>`+
			channel+direction+`</licensePlate><direction>`+direction+`</direction></ANPR>`))
	}
	reads := cameratest.Watched(t, hikvision.Driver(), drivers.Settings{"inward": "reverse", "camera": "2"}, func(device any) {
		for _, direction := range []string{"reverse", "forward", "unknown", "sideways"} {
			bench().Post(device, event("1", direction))
			bench().Post(device, event("2", direction))
		}
	})
	said := ""
	for _, read := range reads {
		said += read.Raw + "=" + read.Direction.String() + " "
	}
	if said != "2reverse=in 2forward=out 2unknown=unknown 2sideways=unknown " {
		t.Errorf("told %s", said)
	}
}

func TestAskedForItsEvents(t *testing.T) {
	parts := make(chan platecamera.Part, 8)
	cameratest.TestAsked(t, hikvision.Driver(), drivers.Settings{"user": "admin", "password": "pa\"ss"}, hikvision.Camera("admin", "pa\"ss", parts), func(n int) {
		parts <- platecamera.Part{ContentType: "application/xml", Body: hikvision.Heartbeat(mac)}
		parts <- platecamera.Part{ContentType: "image/jpeg", Body: []byte("\xff\xd8\xff" + strings.Repeat("\r\n--MIME_boundary\r\n", 100))}
		read := drivers.PlateRead{Raw: fmt.Sprintf("AB%dCD", n), EventID: fmt.Sprint(n), CameraMS: 1_700_000_000_000 + int64(n)*60_000}
		parts <- platecamera.Part{ContentType: `application/xml; charset="UTF-8"`, Body: hikvision.Event(mac, "forward", read)}
	})
}

func BenchmarkParse(b *testing.B) {
	cameratest.Benchmark(b, bench(), cameratest.File(b, "ds-tcg405.xml"))
}

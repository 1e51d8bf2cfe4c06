package axis_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gatehouse/drivers"
	"gatehouse/drivers/axis"
	"gatehouse/drivers/platecamera"
	"gatehouse/drivers/platecamera/cameratest"
)

func bench() cameratest.Bench {
	return cameratest.Bench{
		Driver: axis.Driver(), Format: axis.Format(), Inward: "in", ContentType: "application/json",
		Event: func(read drivers.PlateRead) []byte {
			return axis.Event("ACCC8EA617EF", "in", platecamera.StateNew, read)
		},
		Keeps: func(read drivers.PlateRead) drivers.PlateRead {
			read.Chars, read.Candidates = nil, nil
			return read
		},
		Nonsense: []string{"", "hello", "{", `{"plate":"AB12CDE"}`, `{"plateText":`, "<EventNotificationAlert><eventType>ANPR</eventType></EventNotificationAlert>"},
	}
}

func TestSuite(t *testing.T) { cameratest.Test(t, bench()) }

func FuzzParse(f *testing.F) {
	cameratest.Fuzz(f, bench(), cameratest.File(f, "new.json"), cameratest.File(f, "update.json"), []byte(stream("ALPV.Lost", items)))
}

// said is an event in one line.
func said(e platecamera.Event) string {
	return fmt.Sprintf("%s %s %q %d dir=%q country=%q cam=%s id=%s at=%s", e.Kind, e.State, e.Raw, e.Confidence.Billionths/1000, e.Direction, e.Country,
		e.Camera, e.EventID, e.Time.Format(time.RFC3339Nano))
}

// stream is a message of the camera's event stream, after the integration guide.
func stream(topic, items string) string {
	return `<tt:MetadataStream xmlns:tt="http://www.onvif.org/ver10/schema"><tt:Event><wsnt:NotificationMessage xmlns:wsnt="http://docs.oasis-open.org/wsn/b-2">` +
		`<wsnt:Topic Dialect="http://docs.oasis-open.org/wsn/t-1/TopicExpression/Simple">tnsaxis:CameraApplicationPlatform/` + topic + `</wsnt:Topic>` +
		`<wsnt:Message><tt:Message UtcTime="2024-03-14T18:08:51.293000Z"><tt:Source /><tt:Data>` + items + `</tt:Data></tt:Message></wsnt:Message>` +
		`</wsnt:NotificationMessage></tt:Event></tt:MetadataStream>`
}

const items = `<tt:SimpleItem Name="carID" Value="4" /><tt:SimpleItem Name="text" Value="M WR6677"/><tt:SimpleItem Name="country" Value="DEU"></tt:SimpleItem>` +
	`<tt:SimpleItem Name="capture_timestamp" Value="1710439731293" /><tt:SimpleItem Name="MACAddress" Value="ACCC8EBFB452" />` +
	`<tt:SimpleItem Name="carState" Value="lost" /><tt:SimpleItem Name="carMoveDirection" Value="in" />`

func TestEventsOfEveryForm(t *testing.T) {
	for body, want := range map[string]string{
		string(cameratest.File(t, "new.json")):                                 `plate new "CA2228AM" 708942 dir="unknown" country="UKR" cam=ACCC8EA617EF id=521893 at=2021-12-08T10:58:54.132Z`,
		string(cameratest.File(t, "update.json")):                              `plate update "HWR6677" 737210 dir="out" country="DEU" cam=ACCC8EBFB452 id=54950 at=2023-12-11T12:27:05.507Z`,
		stream("ALPV.Lost", items):                                             `plate lost "M WR6677" 0 dir="in" country="DEU" cam=ACCC8EBFB452 id=4 at=2024-03-14T18:08:51.293Z`,
		stream("ALPV.Allow_list", `<tt:SimpleItem Name="active" Value="1" />`): `other  "" 0 dir="" country="" cam= id= at=2024-03-14T18:08:51.293Z`,
		`{"topic":"axis:CameraApplicationPlatform/ALPV.New","timestamp":1710439731293,"message":{"source":{},"data":{"carID":"4","text":"TÖL 1","carState":"new"}}}`:                     `plate new "TÖL 1" 0 dir="" country="" cam= id=4 at=2024-03-14T18:08:51.293Z`,
		stream("ALPV.AllPlates", `<tt:SimpleItem Name="text" Value="AA1234BB" /><tt:SimpleItem Name="country" Value="UKR" /><tt:SimpleItem Name="listName" Value="" />`):                 `plate  "AA1234BB" 0 dir="" country="UKR" cam= id= at=2024-03-14T18:08:51.293Z`,
		`{"topic":"axis:CameraApplicationPlatform/ALPV.AllPlates","timestamp":1710439731293,"serial":"ACCC1","message":{"source":{},"data":{"carID":"4","text":"B1","carState":"new"}}}`: `plate new "B1" 0 dir="" country="" cam=ACCC1 id=4 at=2024-03-14T18:08:51.293Z`,
		`{"plateText":"T?L1","plateUTF8":"TÖL1","plateConfidence":"72.5","carID":7,"datetime":"20231211 145426977"}`:                                                                     `plate  "TÖL1" 725000 dir="" country="" cam= id=7 at=2023-12-11T14:54:26.977Z`,
		`<events><event><TS>1714316400000</TS><MOD_TS>2024-04-28 13:00:00 GMT</MOD_TS><LPR>ABC1234</LPR><LP_BMP>t?a=b&amp;n=c</LP_BMP><DIRECTION>3</DIRECTION></event></events>`:         `plate  "ABC1234" 0 dir="out" country="" cam= id= at=2024-04-28T15:00:00Z`,
		`{"topic":"gate/1","device":"ACCC8E","name":"Gate","plate":"ABC123","image":null,"localTime":"2020-04-13 19:11:35","timestamp":1586794295057}`:                                   `plate  "ABC123" 0 dir="" country="" cam=ACCC8E id= at=2020-04-13T16:11:35.057Z`,
		`{"plateText":"","carState":"new","carID":"8","capture_timestamp":1638961134132}`:                                                                                                `no_plate new "" 0 dir="" country="" cam= id=8 at=2021-12-08T10:58:54.132Z`,
		`{"type":"heartbeat","camera_info":{"SerialNumber":"ACCC8EA617EF"},"uptime":77}`:                                                                                                 `heartbeat  "" 0 dir="" country="" cam=ACCC8EA617EF id= at=0001-01-01T00:00:00Z`,
		// the heartbeat of the integration guide, in the guide's own quotes, and with fewer of its fields
		`{ 'system': { 'timestamp': '2023-03-10T10:13:24.000Z' }, 'identify': { 'platform': 'AXIS P1447-LE', 'ipAddress': '10.0.3.167', 'macAddress': 'AC:CC:8E:9B:B1:6D' }, ` +
			`'ALPV': { 'device_ID': 'defaultID', 'numberOfReads': '51' } }`: `heartbeat  "" 0 dir="" country="" cam=AC:CC:8E:9B:B1:6D id= at=2023-03-10T10:13:24Z`,
		`{"system":{"timestamp":"2023-03-10T10:13:24.000Z"},"identify":{"ipAddress":"10.0.3.167"}}`: `heartbeat  "" 0 dir="" country="" cam=10.0.3.167 id= at=2023-03-10T10:13:24Z`,
		// direct integration with Genetec, after the same guide
		`{"ReferenceReadId":"1802305026703433","ReferenceCameraId":"ACCC8E9BB16D","Plate":"AXIS1234","Confidence":"0.95","PlateStateProvince":"X","PlateImage":"iVBOR",` +
			`"CameraName":"AXIS P1447-LE","VehicleDirection":"In","ReadTimeUtc":"2023-12-11T14:30:26.703Z"}`: `plate  "AXIS1234" 950000 dir="in" country="" cam=ACCC8E9BB16D id=1802305026703433 at=2023-12-11T14:30:26.703Z`,
		`{"topic":"gate","payload":"{\"plateText\":\"AB1\",\"carID\":\"4\",\"carState\":\"new\"}"}`: `plate new "AB1" 0 dir="" country="" cam= id=4 at=0001-01-01T00:00:00Z`,
		"--x\r\nContent-Disposition: form-data; name=\"event\"\r\nContent-Type: application/json\r\n\r\n" + string(cameratest.File(t, "new.json")) +
			"\r\n--x\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n\xff\xd8\xff\xe0\r\n--x--\r\n": `plate new "CA2228AM" 708942 dir="unknown" country="UKR" cam=ACCC8EA617EF id=521893 at=2021-12-08T10:58:54.132Z`,
	} {
		if events := cameratest.Events(t, axis.Format(), body, "", time.UTC); len(events) != 1 || said(events[0]) != want {
			t.Errorf("%.70q: %d events\nread %s\nwant %s", body, len(events), said(events[0]), want)
		}
	}
}

func TestSeveralEventsInOneDocument(t *testing.T) {
	body := `{"sent":1,"events":[{"plateText":"AA1","carID":"1","camera_info":{"SerialNumber":"s1"}},{"buffer":{"plateText":"BB2","carID":"2","camera_info":{"SerialNumber":"s2"}}}]}`
	told := ""
	for _, e := range cameratest.Events(t, axis.Format(), body, "", time.UTC) {
		told += e.Raw + " " + e.Camera + " "
	}
	if told != "AA1 s1 BB2 s2 " {
		t.Errorf("told %s", told)
	}
}

// The guide's own story: new, the direction becomes known, the plate is corrected, the car is lost. One car, told with each
// plate once.
func TestOneCar(t *testing.T) {
	reads := cameratest.Watched(t, axis.Driver(), nil, func(device any) {
		for i, step := range []struct {
			state platecamera.State
			plate string
		}{
			{platecamera.StateNew, "AA7690EQ"}, {platecamera.StateUpdate, "AA7690EQ"}, {platecamera.StateUpdate, "AA7690EO"}, {platecamera.StateLost, "AA7690EO"},
			{platecamera.StateLost, "ZZ1111"}, // of a car whose other events never came
		} {
			read := drivers.PlateRead{Raw: step.plate, EventID: "123", CameraMS: 1_700_000_000_000 + int64(i)*60_000}
			bench().Post(device, axis.Event("s", "in", step.state, read))
		}
	})
	said := ""
	for _, read := range reads {
		said += read.Raw + " " + read.EventID + " "
	}
	if strings.TrimSpace(said) != "AA7690EQ s/123/AA7690EQ AA7690EO s/123/AA7690EO" {
		t.Errorf("told %s", said)
	}
}

func BenchmarkParse(b *testing.B) { cameratest.Benchmark(b, bench(), cameratest.File(b, "new.json")) }

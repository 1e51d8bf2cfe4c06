package openalpr_test

import (
	"fmt"
	"testing"
	"time"

	"gatehouse/drivers"
	"gatehouse/drivers/openalpr"
	"gatehouse/drivers/platecamera"
	"gatehouse/drivers/platecamera/cameratest"
	"gatehouse/sync/fact"
)

func bench() cameratest.Bench {
	return cameratest.Bench{
		Driver: openalpr.Driver(), Format: openalpr.Format(), Inward: "210", ContentType: "application/json",
		Event: func(read drivers.PlateRead) []byte { return openalpr.Event("cam", "210", read) },
		Keeps: func(read drivers.PlateRead) drivers.PlateRead {
			read.Chars, read.Vehicle, read.Image = nil, fact.AnyType, read.EventID
			return read
		},
		Nonsense: []string{"", "hello", "{", `{"plate":"AB12CDE"}`, `{"data_type":"alpr_results","results":[{"plate":"AB1`, "<a/>"},
	}
}

func TestSuite(t *testing.T) { cameratest.Test(t, bench()) }

func FuzzParse(f *testing.F) {
	cameratest.Fuzz(f, bench(), cameratest.File(f, "group.json"), openalpr.Group("cam", []string{"a"}, drivers.PlateRead{Raw: "AB1"}), []byte(heartbeat))
}

const heartbeat = `{"version":1,"data_type":"heartbeat","site_id":"s","timestamp":1453426302097,"video_streams":[{"camera_id":1630410444,"is_streaming":true}]}`

// said is an event in one line.
func said(e platecamera.Event) string {
	candidates := ""
	for _, c := range e.Candidates {
		candidates += c.Raw + ":" + fmt.Sprint(c.Confidence.PerMille()) + " "
	}
	return fmt.Sprintf("%s %q %d [%s] dir=%q country=%q cam=%s id=%s at=%s", e.Kind, e.Raw, e.Confidence.Billionths, candidates, e.Direction, e.Country,
		e.Camera, e.EventID, e.Time.Format(time.RFC3339Nano))
}

func TestMessagesOfEveryType(t *testing.T) {
	for body, want := range map[string]string{
		string(cameratest.File(t, "group.json")): `plate "A13709" 920752030 [A13709:921 A137O9:833 A137Q9:830 A137D9:822 AI3709:806 A137U9:802 A137G9:783 A137B9:780 A3709:774 AI37O9:718 ] ` +
			`dir="" country="" cam=1414799424 id=dimitar-video-cam1414799424-1448326208789 at=2015-11-24T00:50:08.789Z`,
		`{"data_type":"alpr_group","version":2,"camera_id":1,"epoch_start":1788761104000,"best_plate_number":"JD6085B","best_confidence":60.49,"country":"mx",` +
			`"travel_direction":175.3,"best_plate":{"plate":"JD6085B","candidates":[]},"candidates":[{"plate":"JD6085B","confidence":60.49}]}`: `plate "JD6085B" 604900000 [JD6085B:605 ] dir="175.3" country="mx" cam=1 id= at=2026-09-07T06:05:04Z`,
		heartbeat:                      `heartbeat "" 0 [] dir="" country="" cam=s id= at=2016-01-22T01:31:42.097Z`,
		`{"openalpr_webhook": "test"}`: `other "" 0 [] dir="" country="" cam= id= at=0001-01-01T00:00:00Z`, // the button that tries an address
		`{"version":2,"data_type":"vehicle","camera_id":7,"epoch_start":1541522243623,"best_uuid":"u"}`:                                              `no_plate "" 0 [] dir="" country="" cam=7 id=u at=2018-11-06T16:37:23.623Z`,
		`{"version":2,"data_type":"alpr_results","epoch_time":1541522243623,"results":[]}`:                                                           `no_plate "" 0 [] dir="" country="" cam= id= at=2018-11-06T16:37:23.623Z`,
		`{"data_type":"alpr_alert","epoch_time":1541522243623,"plate_number":"AB1","group":{"best_plate_number":"AB1"}}`:                             `plate "AB1" 0 [] dir="" country="" cam= id= at=2018-11-06T16:37:23.623Z`,
		`{"data_type":"alpr_alert","epoch_time":1541522243623,"plate_number":"AB1"}`:                                                                 `plate "AB1" 0 [] dir="" country="" cam= id= at=2018-11-06T16:37:23.623Z`,
		`{"data_type":"alpr_alert","epoch_time":1541522243623,"agent_uid":"a","camera_number":1000,"plate_number":"AB1"}`:                            `plate "AB1" 0 [] dir="" country="" cam=1000 id= at=2018-11-06T16:37:23.623Z`,
		`{'version': 2, 'data_type': 'alpr_results', 'epoch_time': 1541522243623, 'error': None, 'results': [{'plate': 'AB1', 'confidence': 90.5}]}`: `plate "AB1" 905000000 [] dir="" country="" cam= id= at=2018-11-06T16:37:23.623Z`, // as the library's own examples print it
		`{"version":2,"data_type":"alpr_results","epoch_time":1541522243,"results":[{"plate":"LR33T","confidence":"85.089302"}]}`:                    `plate "LR33T" 850893020 [] dir="" country="" cam= id= at=2018-11-06T16:37:23Z`,
	} {
		if events := cameratest.Events(t, openalpr.Format(), body, "", time.UTC); len(events) != 1 || said(events[0]) != want {
			t.Errorf("%.70q: %d events\nread %s\nwant %s", body, len(events), said(events[0]), want)
		}
	}
	two := `{"data_type":"alpr_results","epoch_time":1541522243623,"uuid":"u","results":[{"plate":"AB1","confidence":90},{"plate":"CD2","confidence":80}]}`
	if events := cameratest.Events(t, openalpr.Format(), two, "", time.UTC); len(events) != 2 || events[0].Raw != "AB1" || events[1].Raw != "CD2" || events[1].EventID != "u" {
		t.Errorf("two plates in one picture: %+v", events)
	}
}

// A gate wants the single pictures, at once. The group comes when the car has gone, and another plate in it changes nothing.
func TestAGroupSumsUpWhatWasTold(t *testing.T) {
	reads := cameratest.Watched(t, openalpr.Driver(), nil, func(device any) {
		at := int64(1_700_000_000_000)
		bench().Post(device, openalpr.Event("c", "", drivers.PlateRead{Raw: "AB1", EventID: "u1", CameraMS: at}))
		bench().Post(device, openalpr.Event("c", "", drivers.PlateRead{Raw: "AB1", EventID: "u2", CameraMS: at + 500}))
		bench().Post(device, openalpr.Group("c", []string{"u1", "u2"}, drivers.PlateRead{Raw: "A81", EventID: "u2", CameraMS: at}))
		bench().Post(device, openalpr.Group("c", []string{"u8", "u9"}, drivers.PlateRead{Raw: "XY9", EventID: "u9", CameraMS: at + 90_000}))
	})
	if len(reads) != 2 || reads[0].Raw != "AB1" || reads[1].Raw != "XY9" {
		t.Errorf("told %+v", reads)
	}
}

func BenchmarkParse(b *testing.B) { cameratest.Benchmark(b, bench(), cameratest.File(b, "group.json")) }

package dahua_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"gatehouse/drivers"
	"gatehouse/drivers/dahua"
	"gatehouse/drivers/platecamera"
	"gatehouse/drivers/platecamera/cameratest"
	"gatehouse/sync/fact"
)

func bench() cameratest.Bench {
	return cameratest.Bench{
		Driver: dahua.Driver(), Format: dahua.Format(), Inward: "approach", ContentType: "text/plain",
		Event: func(read drivers.PlateRead) []byte { return dahua.Event("cam", "approach", read) },
		Keeps: func(read drivers.PlateRead) drivers.PlateRead {
			read.Chars, read.Candidates = nil, nil
			return read
		},
		Nonsense: []string{
			"", "hello", "Error\r\nBad Request!", "Code=TrafficJunction;action=Pulse;index=0;data={\n", `{"plate":"AB12CDE"}`,
			"<EventNotificationAlert><eventType>ANPR</eventType></EventNotificationAlert>",
		},
	}
}

func TestSuite(t *testing.T) { cameratest.Test(t, bench()) }

func FuzzParse(f *testing.F) {
	cameratest.Fuzz(f, bench(), cameratest.File(f, "eventmanager.txt"), []byte(call), []byte(lines), []byte(post), dahua.Heartbeat())
}

// The shapes of a call (RPC2), of key=value lines (snapManager) and of a post (ITSAPI), after public captures.
const (
	call = `{"id":3143,"method":"client.notifyEventStream","params":{"SID":513,"eventList":[{"Action":"Pulse","Code":"TrafficJunction","Data":{
		"EventID":516,"GroupID":175706653,"LocaleTime":"2024-01-30 14:34:55","RealUTC":1706600095,"UTC":1706625295,"UTCMS":305,"TimeZone":12,
		"Object":{"ObjectType":"Plate","Text":"30A-123.45","Confidence":204},
		"TrafficCar":{"PlateNumber":"30A-123.45","MachineName":"8M049B","DrivingDirection":["Leave","Car go out"],"Country":null}}}]} "session":"5374"}`
	lines = "Events[0].EventBaseInfo.Code=TrafficJunction\r\nEvents[0].EventBaseInfo.Action=Pulse\r\nEvents[0].CommInfo.Country=CHN\r\n" +
		"Events[0].Object.Confidence=0\r\nEvents[0].TrafficCar.DrivingDirection[0]=Approach\r\nEvents[0].TrafficCar.MachineName=V1FC049A\r\n" +
		"Events[0].TrafficCar.PlateNumber=鄂A06654\r\nEvents[0].GroupID=7\r\nEvents[0].UTC=1615554670\r\nEvents[0].UTCMS=619\r\n"
	post = `{"Picture":{"Plate":{"PlateNumber":"HRA1234","Confidence":95,"IsExist":true},"Vehicle":{"VehicleType":"Car"},
		"SnapInfo":{"AccurateTime":"2026-02-06 13:48:24.250","DeviceID":"D1","Direction":"Obverse"},"NormalPic":{"Content":"\/9j\/4AAQ","PicName":"a.jpg"}}}`
)

// said is an event in one line.
func said(e platecamera.Event) string {
	return fmt.Sprintf("%s %q %d dir=%q country=%q cam=%s id=%s car=%s at=%s", e.Kind, e.Raw, e.Confidence.PerMille(), e.Direction, e.Country, e.Camera,
		e.EventID, e.Car, e.Time.Format(time.RFC3339Nano))
}

func TestEveryWayOfTelling(t *testing.T) {
	zone := time.FixedZone("", 7*3600)
	for _, c := range []struct{ body, want string }{
		{string(cameratest.File(t, "eventmanager.txt")), `plate "51F-123.45" 0 dir="" country="" cam= id= car= at=2023-11-14T22:13:20Z`},
		{call, `plate "30A-123.45" 800 dir="leave" country="" cam=8M049B id=516 car=175706653 at=2024-01-30T07:34:55.305Z`},
		{lines, `plate "鄂A06654" 0 dir="approach" country="CHN" cam=V1FC049A id= car=7 at=2021-03-12T13:11:10.619Z`},
		{post, `plate "HRA1234" 950 dir="obverse" country="" cam=D1 id= car= at=2026-02-06T06:48:24.25Z`},
		{strings.Replace(post, `"DeviceID"`, `"TimeZone":2,"DSTTune":0,"DeviceID"`, 1), `plate "HRA1234" 950 dir="obverse" country="" cam=D1 id= car= at=2026-02-06T11:48:24.25Z`},
		{strings.Replace(post, `"DeviceID"`, `"TimeZone":13,"DSTTune":1,"DeviceID"`, 1), `plate "HRA1234" 950 dir="obverse" country="" cam=D1 id= car= at=2026-02-06T04:48:24.25Z`},
		{strings.Replace(post, "24.250", "24.250+03:00", 1), `plate "HRA1234" 950 dir="obverse" country="" cam=D1 id= car= at=2026-02-06T10:48:24.25Z`},
		{`{"Picture":{"Plate":{"IsExist":true,"PlateNumber":"AB1","PlateColor":"White","PlateType":"","Region":"UKR","BoundingBox":[0,0,0,0]},"ParkingInfo":{` +
			`"SnapTime":"2026-02-06 13:48:24","TimeZone":20,"DSTTune":0,"Channel":0,"ParkingStallsNo":"A7","Direction":"Reverse","ParkingStatus":1,"DeviceID":"D2"}}}`,
			`plate "AB1" 0 dir="reverse" country="UKR" cam=D2 id= car= at=2026-02-06T14:48:24Z`},
		{`{"AlarmInfo":{"Time":"2026-02-06 13:48:24","Type":3,"State":"Start","TimeZone":12,"DSTTune":0},"DeviceID":"D1"}`,
			`other "" 0 dir="" country="" cam=D1 id= car= at=2026-02-06T06:48:24Z`},
		{`{"DeviceName":"gate","DeviceModel":"ITC413","DeviceType":"Tollgate","Manufacturer":"x","DeviceID":"D1"}`,
			`other "" 0 dir="" country="" cam=D1 id= car= at=0001-01-01T00:00:00Z`},
		{"<script type=\"text/javascript\">\nvar json=" + call + ";\nreceiveMessage(json);</script>\n",
			`plate "30A-123.45" 800 dir="leave" country="" cam=8M049B id=516 car=175706653 at=2024-01-30T07:34:55.305Z`},
		{`{"TrafficCar":{"PlateNumber":"abc1d23","Confidence":98},"UTC":"2026-04-10 15:22:31","Picture":{"URL":"http://camera/snap.jpg"}}`,
			`plate "abc1d23" 980 dir="" country="" cam= id= car= at=2026-04-10T15:22:31Z`},
		{"Events[0].Object.Text=06XYZ42\r\n", `plate "06XYZ42" 0 dir="" country="" cam= id= car= at=0001-01-01T00:00:00Z`},
		{"Heartbeat", `heartbeat "" 0 dir="" country="" cam= id= car= at=0001-01-01T00:00:00Z`},
		{`{"Active":"keepAlive","DeviceID":"D1"}`, `heartbeat "" 0 dir="" country="" cam=D1 id= car= at=0001-01-01T00:00:00Z`},
		{"Events[0].EventBaseInfo.Code=TrafficCarMeasurement\nEvents[0].EventBaseInfo.Index=0\n\nEvents[0].UTC=1670842479\nEvents[0].UTCMS=123\nEvents[0].EventID=5864\n\n" +
			"Events[0].Object.Text=AC00003\nEvents[0].TrafficCar.PlateNumber=AC00003\nEvents[0].TrafficCar.Direction=0\nEvents[0].JunctionDirection=Obverse\n" +
			"Events[0].PlateInfo.BackPlateNumber=AC00004\nEvents[0].RadarInfo.Time=2019-04-01 18:28:00:123\n",
			`plate "AC00003" 0 dir="obverse" country="" cam= id=5864 car= at=2022-12-12T10:54:39.123Z`},
		{`Code=TrafficJunction;action=Pulse;index=0;data={"UTC":1700000000,"Object":{"ObjectType":"Vehicle","Confidence":200,"Text":"Toyota"},"TrafficCar":{"PlateNumber":"AB1"}}`,
			`plate "AB1" 0 dir="" country="" cam= id= car= at=2023-11-14T22:13:20Z`}, // sure of the vehicle, not of the plate
		{`{"id":7,"method":"global.keepAlive","params":{"timeout":30}}`, `heartbeat "" 0 dir="" country="" cam= id= car= at=0001-01-01T00:00:00Z`},
	} {
		if events := cameratest.Events(t, dahua.Format(), c.body, "", zone); len(events) != 1 || said(events[0]) != c.want {
			t.Errorf("%.60q: %d events\nread %s\nwant %s", c.body, len(events), said(events[0]), c.want)
		}
	}
}

// One plate in every form in which firmware writes it.
func TestTheSamePlateInEveryForm(t *testing.T) {
	const data = `{"EventID":516,"RealUTC":1706600095,"TrafficCar":{"PlateNumber":"30A-123.45"}}`
	for _, body := range []string{
		"Code=TrafficJunction;action=Pulse;index=0;data=" + data,
		"Code=TrafficJunction; action=Pulse; index=0; data=" + data,
		"Code=TrafficJunction;Action=Pulse;Index=0;Data=" + data,
		"Code=TrafficJunction;action=Pulse;index=0;data=\r\n" + data,
		`{"Events":[{"Code":"TrafficJunction","Action":"Pulse","Data":` + data + `}]}`,
		`{"Events":[{"EventBaseInfo":{"Code":"TrafficJunction"},"TrafficCar":{"PlateNumber":"30A-123.45"}}]}`,
		"ReturnEvents[0].Code=TrafficJunction\nReturnEvents[0].TrafficCar.PlateNumber=30A-123.45",
		`{"Code":"TrafficJunction","action":"Pulse","index":"0","data":` + strconv.Quote(data) + `}`,
		`{"event_type":"dahua_event_received","data":{"Code":"TrafficJunction","action":"Pulse","data":` + strconv.Quote(data) + `}}`,
		`{"topic":"cam/1","payload":` + strconv.Quote("Code=TrafficJunction;action=Pulse;index=0;data="+data) + `}`,
		`{"method":"client.notifySnapFile","params":{"Base64":"/9j/4AAQ","info":{"Events":[{"Code":"TrafficJunction","Data":` + data + `}],"PicID":[1,2]}},"session":"s"}`,
		`{"method":"client.notifySnapFile","params":{"Info":` + data + `}}`,
		"<script>subscribe Successfully!</script>\n<script>\nvar json={\"method\":\"client.notifyEventStream\",\"params\":{\"eventList\":[{\"Code\":\"TrafficJunction\",\"Data\":" + data + "}]}};\nreceiveMessage(json);</script>",
		`Code=TrafficJunction;action=Pulse;index=2;data={"Plate":{"Text":"30A-123.45","Confidence":88}}`,
		`Code=TrafficJunction;action=Pulse;index=2;data={"PlateText":"30A-123.45"}`,
		`{"Plate":{"PlateNumber":"30A-123.45","IsExist":true},"SnapInfo":{"DeviceID":"D1"},"VehicleType":"Car"}`,
		`<?xml version="1.0"?><Picture><Plate><PlateNumber>30A-123.45</PlateNumber></Plate></Picture>`,
	} {
		events := cameratest.Events(t, dahua.Format(), body, "", time.UTC)
		if len(events) != 1 || events[0].Kind != platecamera.Read || events[0].Raw != "30A-123.45" {
			t.Errorf("%s: %+v", body, events)
		}
	}
}

// Texts of lines that stand one after another, without the boundaries of the stream that they came in.
func TestTextsOneAfterAnother(t *testing.T) {
	text := func(plate string) string {
		return "Events[0].EventBaseInfo.Code=TrafficJunction\r\nEvents[0].TrafficCar.PlateNumber=" + plate + "\r\nEvents[1].TrafficCar.PlateNumber=2" + plate + "\r\n"
	}
	told := ""
	for _, e := range cameratest.Events(t, dahua.Format(), text("AA1")+"\r\n"+text("BB2")+"Heartbeat\r\n"+text("CC3"), "", time.UTC) {
		told += e.Kind.String() + " " + e.Raw + " "
	}
	if told != "plate AA1 plate 2AA1 plate BB2 plate 2BB2 heartbeat  plate CC3 plate 2CC3 " {
		t.Errorf("told %s", told)
	}
}

// UTC is what it says, unless it equals the time on the camera's wall.
func TestWhatTimeItIs(t *testing.T) {
	zone := time.FixedZone("", 3600)
	for fields, want := range map[string]string{
		`"UTC":1700000000`:                                                  "2023-11-14T22:13:20Z",
		`"UTC":1700000000,"UTCMS":7`:                                        "2023-11-14T22:13:20.007Z",
		`"UTC":1700000000,"LocaleTime":"2023-11-14 22:13:20"`:               "2023-11-14T21:13:20Z", // in the zone of the setting
		`"UTC":1700000000,"LocaleTime":"2023-11-14 22:13:20","TimeZone":12`: "2023-11-14T15:13:20Z", // or in its own
		`"UTC":1700000000,"LocaleTime":"2023-11-14 23:13:20","TimeZone":1`:  "2023-11-14T22:13:20Z", // the wall says otherwise
		`"UTC":1700025200,"RealUTC":1700000000`:                             "2023-11-14T22:13:20Z",
		`"LocaleTime":"2023-11-14 22:13:20"`:                                "2023-11-14T21:13:20Z",
		`"TrafficCar":{"UTC":1700000000}`:                                   "2023-11-14T22:13:20Z",
	} {
		events := cameratest.Events(t, dahua.Format(), `Code=TrafficJunction;action=Pulse;index=0;data={"PlateNumber":"AB1",`+fields+`}`, "", zone)
		if got := events[0].Time.Format(time.RFC3339Nano); got != want {
			t.Errorf("%s is %s, want %s", fields, got, want)
		}
	}
}

func TestWhatIsNoPlate(t *testing.T) {
	for data, want := range map[string]string{
		`{"TrafficCar":{"PlateNumber":""},"Vehicle":{"Category":"Car"}}`:                                                     "no_plate",
		`{"Object":{"ObjectType":"Plate","Text":"unknown"},"Vehicle":{"ObjectType":"Vehicle"}}`:                              "no_plate",
		`{"CommInfo":{"SnapCategory":"NonMotor"},"NonMotor":{"Category":"NoMannedConvertibleTricycle","Plate":{"Text":""}}}`: "other",
		`{"NonMotor":{"Category":"Motorcycle","Color":"Black"}}`:                                                             "no_plate",
		`{"NonMotor":{"Category":"Motorcycle","PlateNumber":"49B123456"}}`:                                                   "plate 49B123456",
		`{"TrafficCar":{"PlateNumber":"51A1"},"NonMotor":{"Category":"Motorcycle","PlateNumber":"49B1"}}`:                    "plate 51A1 plate 49B1",
	} {
		got := ""
		for _, e := range cameratest.Events(t, dahua.Format(), "Code=TrafficManualSnap;action=Pulse;index=0;data="+data, "", time.UTC) {
			got += e.Kind.String() + " " + e.Raw + " "
		}
		if strings.TrimSpace(got) != want {
			t.Errorf("%s: %s, want %s", data, got, want)
		}
	}
	for body, want := range map[string]platecamera.Kind{
		"Code=VideoMotion;action=Start;index=0":                                                                                              platecamera.Other,
		"Events[0].EventBaseInfo.Code=TrafficJam\nEvents[0].Lane=1":                                                                          platecamera.Other,
		`{"Code":"TrafficJunction","action":"Stop","data":"{\"TrafficCar\":{\"PlateNumber\":\"AB1\"}}"}`:                                     platecamera.Other,
		`{"method":"client.notifySnapFile","params":{"info":{"Events":[{"Code":"VideoMotion","Action":"Start"}]}}}`:                          platecamera.Other,
		`Code=TrafficJunction;action=Pulse;index=0;data={"TrafficCar":{"PlateNumber":"--"}}`:                                                 platecamera.Unread,
		`Code=TrafficJunction;action=Stop;index=0;data={"TrafficCar":{"PlateNumber":"AB1"}}`:                                                 platecamera.Other,
		`{"id":1,"result":true,"method":"client.notifyConfigChange","params":{}}`:                                                            platecamera.Other,
		`{"Picture":{"Plate":{"PlateNumber":"AB1","IsExist":false},"SnapInfo":{"DeviceID":"D1"}}}`:                                           platecamera.Unread,
		`{"DeviceInfo":{"DeviceID":"D1","DeviceModel":"ITC"}}`:                                                                               platecamera.Other,
		`Code=TrafficJunction;action=Pulse;index=0;data={"Object":{"ObjectType":"Vehicle","Text":"Toyota"},"TrafficCar":{"PlateNumber":""}}`: platecamera.Unread,
	} {
		if events := cameratest.Events(t, dahua.Format(), body, "", time.UTC); len(events) != 1 || events[0].Kind != want {
			t.Errorf("%s: %+v, want %v", body, events, want)
		}
	}
}

func TestAStreamOfEverything(t *testing.T) {
	stream := "--myboundary\r\nContent-Type: text/plain\r\nContent-Length:11\r\n\r\nHeartbeat\r\n\r\n" +
		"--myboundary\r\nContent-Type: text/plain\r\n\r\n" + lines + "Events[1].Code=TrafficJunction\r\nEvents[1].TrafficCar.PlateNumber=AB1\r\n\r\n" +
		"--myboundary\r\nContent-Type: image/jpeg\r\nContent-Length:9\r\n\r\n\xff\xd8\xff\r\n--m\r\n\r\n" +
		"--myboundary\r\nContent-Type: text/plain\r\n\r\nCode=VideoMotion;action=Start;index=0\r\n\r\n" +
		"--myboundary\r\nContent-Type: text/plain\r\n\r\n" + string(cameratest.File(t, "eventmanager.txt")) + "\r\n--myboundary--\r\n"
	kinds := ""
	for _, e := range cameratest.Events(t, dahua.Format(), stream, "", time.UTC) {
		kinds += e.Kind.String() + " " + e.Raw + " "
	}
	if kinds != "heartbeat  plate 鄂A06654 plate AB1 other  plate 51F-123.45 " {
		t.Errorf("told %s", kinds)
	}
}

// One car is photographed three times: the events share a group.
func TestOneCarIsToldOnce(t *testing.T) {
	event := func(id int) []byte {
		return fmt.Appendf(nil, `Code=TrafficJunction;action=Pulse;index=0;data={"EventID":%d,"GroupID":9,"RealUTC":%d,"TrafficCar":{"PlateNumber":"AB1","MachineName":"c"}}`, id, 1700000000+id*60)
	}
	reads := cameratest.Watched(t, dahua.Driver(), nil, func(device any) {
		for id := range 3 {
			bench().Post(device, event(id))
		}
	})
	if len(reads) != 1 || reads[0].Direction != fact.DirectionUnknown {
		t.Errorf("told %+v", reads)
	}
}

func TestAskedForItsEvents(t *testing.T) {
	for _, lengths := range []bool{true, false} {
		parts := make(chan platecamera.Part, 8)
		cameratest.TestAsked(t, dahua.Driver(), drivers.Settings{"user": "admin", "password": "secret"}, dahua.Camera("admin", "secret", lengths, parts), func(n int) {
			parts <- platecamera.Part{ContentType: "text/plain", Body: dahua.Heartbeat()}
			parts <- platecamera.Part{ContentType: "text/plain", Body: []byte("Code=VideoMotion;action=Start;index=0\r\n")}
			read := drivers.PlateRead{Raw: fmt.Sprintf("AB%dCD", n), EventID: fmt.Sprint(n), CameraMS: 1_700_000_000_000 + int64(n)*60_000}
			parts <- platecamera.Part{ContentType: "text/plain", Body: dahua.Event("cam", "approach", read)}
		})
	}
}

// The first and the second login are those of public clients; the event comes in a script for the camera's own page.
func TestAskedByCalls(t *testing.T) {
	told := make(chan []byte, 8)
	settings := drivers.Settings{"source": "calls", "user": "admin", "password": "secret"}
	cameratest.TestAsked(t, dahua.Driver(), settings, dahua.Caller{User: "admin", Password: "secret", Told: told}, func(n int) {
		told <- fmt.Appendf(nil, `{"method":"client.notifyEventStream","params":{"SID":1,"eventList":[{"Action":"Pulse","Code":"TrafficJunction","Index":0,`+
			`"Data":{"EventID":%d,"RealUTC":%d,"TrafficCar":{"PlateNumber":"AB%dCD"}}}]},"session":"7"}`, n, 1700000000+n*60, n)
	})
}

func BenchmarkParse(b *testing.B) {
	cameratest.Benchmark(b, bench(), cameratest.File(b, "eventmanager.txt"))
}

// A camera that posts does so again until it gets this back (ITSAPI), and counts the gateway as lost without it.
func TestAnswersToPosts(t *testing.T) {
	cameratest.Watched(t, dahua.Driver(), nil, func(device any) {
		for _, c := range []struct{ method, path, body string }{
			{http.MethodPost, "TollgateInfo", `{"Picture":{"Plate":{"PlateNumber":"AB1","IsExist":true},"SnapInfo":{"DeviceID":"D1"}}}`},
			{http.MethodPost, "KeepAlive", `{"Active":"keepAlive","DeviceID":"D1"}`},
			{http.MethodPost, "DeviceInfo", `{"DeviceName":"gate","DeviceModel":"ITC413","DeviceID":"D1"}`},
			{http.MethodGet, "KeepAlive?DeviceID=D1", ""},
		} {
			recorder := httptest.NewRecorder()
			request := httptest.NewRequest(c.method, "/devices/cam1/NotificationInfo/"+c.path, strings.NewReader(c.body))
			device.(http.Handler).ServeHTTP(recorder, request)
			if recorder.Code != http.StatusOK || !strings.Contains(recorder.Body.String(), `"Result":true`) {
				t.Errorf("%s %s: %d %s", c.method, c.path, recorder.Code, recorder.Body)
			}
		}
	})
}

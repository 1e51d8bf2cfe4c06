package lilin_test

import (
	"fmt"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/drivers"
	"gatehouse/drivers/lilin"
	"gatehouse/drivers/platecamera"
	"gatehouse/drivers/platecamera/cameratest"
	"gatehouse/sync/fact"
)

func bench() cameratest.Bench {
	return cameratest.Bench{
		Driver: lilin.Driver(), Format: lilin.Format(), Inward: "in", ContentType: "text/html",
		Event: func(read drivers.PlateRead) []byte { return lilin.Log("in", read) },
		Keeps: func(read drivers.PlateRead) drivers.PlateRead {
			read.Chars, read.Candidates, read.Vehicle = nil, nil, fact.AnyType
			return read
		},
		Nonsense: []string{"", "hello", "{", `{"plate":"AB12CDE"}`, `{"LPR_COUNT":1,"INFORMATION":[{"LPR":"AB`, "<a/>"},
	}
}

func TestSuite(t *testing.T) { cameratest.Test(t, bench()) }

// The shapes of the log and of the running events, after the maker's SDK (LILIN-LPR-Camera-SDK, "Get all LPR log list" and
// "Get run-time LPR event list"). The list has its last brackets cut off there.
const (
	logged = `{"LPR_COUNT": 2,"INFORMATION": [{"INDEX":1,"TS":"1523329437899288","MOD_TS":"2018-04-10 03:03:57 GMT","CAR_ID":"44","LPR":"30U9874",` +
		`"ACT_PARAM":"denial","THRESHOLD":"0.795461475849152","LP_BMP":"images/a.png","COUNTRY":"TUR"},` +
		`{"INDEX":2,"TS":"","MOD_TS":"2018-04-10 02:59:22 GMT","CAR_ID":"43","LPR":"7336GN","THRESHOLD":"0.74889463186264","COUNTRY":"KGZ"},` +
		`{"INDEX":3,"TS":"","MOD_TS":"","CAR_ID":"","LPR":"YP8549","ACT_PARAM":"black","THRESHOLD":""}],"LIST_TYPE": "log"}`
	running = "--myboundary\r\nContent-Type: text/plain\r\nCamTime:2018-04-10 14:24:08\r\n\r\nMotionDetect=0\nAlarmInputDetect=0\n" +
		"LPR0=647CBA,ACT_PARAM0=Visitor,LP_X0=1108,LPR_TIME0=2019-06-24 16:58:44 GMT,LP_BMP0=LPR_IMAGE/a.png\n" +
		"LPR1=,ACT_PARAM1=,LPR_TIME1=,LP_BMP1= LPR2=AB12,ACT_PARAM2=,LPR_TIME2=2019-06-24 16:58:45 GMT,LP_BMP2= LPR3=,LP_BMP3=\n"
	silent = "MotionDetect=0\nAlarmInputDetect=0\nLPR0=,ACT_PARAM0=,LPR_TIME0=,LP_BMP0=\n"
)

func FuzzParse(f *testing.F) {
	cameratest.Fuzz(f, bench(), []byte(logged), []byte(running), []byte(silent))
}

func TestLogAndRunningEvents(t *testing.T) {
	for body, want := range map[string][]string{
		logged:                             {"plate 30U9874 795461475 TUR 44 2018-04-10T03:03:57.899288Z", "plate 7336GN 748894631 KGZ 43 2018-04-10T02:59:22Z", "other  0   0001-01-01T00:00:00Z"},
		running:                            {"plate 647CBA 0   2019-06-24T16:58:44Z", "plate AB12 0   2019-06-24T16:58:45Z"},
		silent:                             {"heartbeat  0   0001-01-01T00:00:00Z"},
		`{"LPR_COUNT":0,"INFORMATION":[]}`: {"heartbeat  0   0001-01-01T00:00:00Z"},
	} {
		events, err := platecamera.Parse([]byte(body), "", time.UTC, lilin.Format())
		var said []string
		for _, e := range events {
			said = append(said, fmt.Sprintf("%s %s %d %s %s %s", e.Kind, e.Raw, e.Confidence.Billionths, e.Country, e.EventID, e.Time.Format(time.RFC3339Nano)))
		}
		if err != nil || !slices.Equal(said, want) {
			t.Errorf("%.60q: %v\nread %q\nwant %q", body, err, said, want)
		}
	}
}

// What was in the log before is not told, and what is added is, once.
func TestAskedForItsLog(t *testing.T) {
	t.Parallel()
	var added, asked atomic.Int64
	log := func() []byte {
		var reads []drivers.PlateRead
		for n := range added.Load() + 2 {
			reads = append(reads, drivers.PlateRead{Raw: fmt.Sprintf("AB%dCD", n), EventID: fmt.Sprint(n), CameraMS: 1_700_000_000_000 + n*60_000})
		}
		asked.Add(1)
		return lilin.Log("in", reads...)
	}
	cameratest.TestAsked(t, lilin.Driver(), drivers.Settings{"user": "admin", "password": "secret"}, lilin.Camera("admin", "secret", log), func(int) {
		for before := asked.Load(); asked.Load() == before; { // the first answer is what was there before
			runtime.Gosched()
		}
		added.Add(1)
	})
}

// A camera whose clock ran ahead writes, once it is set right, lines that are older than those before.
func TestAClockThatIsSetBack(t *testing.T) {
	t.Parallel()
	const aheadMS = 3_600_000
	var added, asked atomic.Int64
	log := func() []byte {
		reads := []drivers.PlateRead{{Raw: "AHEAD1", EventID: "1", CameraMS: 1_700_000_000_000 + aheadMS}}
		for n := range added.Load() {
			reads = append(reads, drivers.PlateRead{Raw: fmt.Sprintf("AB%dCD", n), EventID: fmt.Sprint(n + 2), CameraMS: 1_700_000_000_000 + n*60_000})
		}
		asked.Add(1)
		return lilin.Log("in", reads...)
	}
	cameratest.TestAsked(t, lilin.Driver(), drivers.Settings{"user": "admin", "password": "secret"}, lilin.Camera("admin", "secret", log), func(int) {
		for before := asked.Load(); asked.Load() == before; {
			runtime.Gosched()
		}
		added.Add(1)
	})
}

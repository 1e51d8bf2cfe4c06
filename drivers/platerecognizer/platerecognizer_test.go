package platerecognizer_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"gatehouse/drivers"
	"gatehouse/drivers/drivertest"
	"gatehouse/drivers/platerecognizer"
	"gatehouse/sync/fact"
)

func readFile(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestARealEvent(t *testing.T) {
	var row struct {
		File   string `json:"file"`
		Expect struct {
			Plate      string    `json:"plate"`
			TimeUTC    time.Time `json:"time_utc"`
			Confidence float64   `json:"confidence"`
			Direction  string    `json:"direction"`
			Country    string    `json:"country"`
			Camera     string    `json:"camera"`
			Candidates []string  `json:"candidates"`
		} `json:"expect"`
	}
	if err := json.Unmarshal(readFile(t, "expected.json"), &row); err != nil {
		t.Fatal(err)
	}
	reads, err := platerecognizer.Parse(readFile(t, row.File), 90)
	if err != nil || len(reads) != 1 {
		t.Fatalf("%+v, %v", reads, err)
	}
	got, want := reads[0], row.Expect
	var candidates []string
	for _, c := range got.Candidates {
		candidates = append(candidates, strings.ToUpper(c.Raw))
	}
	if strings.ToUpper(got.Raw) != want.Plate || got.Country != want.Country || got.Direction.String() != want.Direction ||
		got.CameraMS != want.TimeUTC.UnixMilli() || got.Confidence != uint16(math.Round(want.Confidence*1000)) ||
		!slices.Equal(candidates, want.Candidates) || !strings.HasPrefix(got.EventID, want.Camera+"/") {
		t.Errorf("read %+v\nwant %+v", got, want)
	}
	if got.Vehicle != fact.Large {
		t.Errorf("a Big Truck is %v", got.Vehicle)
	}
}

const inward = 210

func drawRead(t *rapid.T) drivers.PlateRead {
	read := drivers.PlateRead{
		Raw:       rapid.StringMatching(`[A-Za-z0-9ÄÖÜ京 -]{0,10}`).Draw(t, "plate"),
		Country:   rapid.SampledFrom([]string{"", "gb", "de"}).Draw(t, "country"),
		Direction: fact.Direction(rapid.IntRange(0, 2).Draw(t, "direction")),
		Vehicle:   rapid.SampledFrom([]fact.SpotType{fact.AnyType, fact.Regular, fact.Large}).Draw(t, "vehicle"),
		CameraMS:  rapid.Int64Range(1, 1<<42).Draw(t, "time"),
	}
	if read.Raw != "" {
		read.Confidence = rapid.Uint16Range(0, 1000).Draw(t, "confidence")
	}
	for _, raw := range rapid.SliceOfN(rapid.StringMatching(`[A-Z0-9]{1,8}`), 0, 4).Draw(t, "candidates") {
		read.Candidates = append(read.Candidates, drivers.PlateCandidate{Raw: raw, Confidence: 500})
	}
	return read
}

func TestEveryEventComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sent := drawRead(t)
		reads, err := platerecognizer.Parse(platerecognizer.Event("entry", inward, sent), inward)
		if err != nil || len(reads) != 1 {
			t.Fatalf("%+v: %+v, %v", sent, reads, err)
		}
		got := reads[0]
		if got.EventID == "" {
			t.Errorf("%+v has no event id", got)
		}
		got.EventID = ""
		if fmt.Sprint(got) != fmt.Sprint(sent) {
			t.Errorf("sent %+v\nread %+v", sent, got)
		}
	})
}

// body is an event with one result.
func body(result string) string {
	return `{"hook":{"id":"c","event":"recognition"},"data":{"camera_id":"c","timestamp":"2026-01-02T03:04:05Z","results":[` + result + `]}}`
}

func TestDetailsOfAnEvent(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC).UnixMilli()
	for result, want := range map[string]drivers.PlateRead{
		`{}`:                          {EventID: "c/2026-01-02T03:04:05Z/#1"},
		`{"plate":null,"score":0.9}`:  {EventID: "c/2026-01-02T03:04:05Z/#1"},
		`{"plate":"ab1","score":7}`:   {EventID: "c/2026-01-02T03:04:05Z/AB1", Raw: "ab1", Confidence: 1000},
		`{"plate":"AB1","score":-1}`:  {EventID: "c/2026-01-02T03:04:05Z/AB1", Raw: "AB1"},
		`{"direction":210}`:           {EventID: "c/2026-01-02T03:04:05Z/#1", Direction: fact.Inward},
		`{"direction":"300"}`:         {EventID: "c/2026-01-02T03:04:05Z/#1", Direction: fact.Inward},
		`{"direction":301}`:           {EventID: "c/2026-01-02T03:04:05Z/#1", Direction: fact.Outward},
		`{"direction":0}`:             {EventID: "c/2026-01-02T03:04:05Z/#1", Direction: fact.Outward},
		`{"direction":"NaN"}`:         {EventID: "c/2026-01-02T03:04:05Z/#1"},
		`{"direction":["north"]}`:     {EventID: "c/2026-01-02T03:04:05Z/#1"},
		`{"vehicle":{"type":"VAN"}}`:  {EventID: "c/2026-01-02T03:04:05Z/#1", Vehicle: fact.Large},
		`{"vehicle":{"type":"SUV"}}`:  {EventID: "c/2026-01-02T03:04:05Z/#1", Vehicle: fact.Regular},
		`{"vehicle":{"type":"Tank"}}`: {EventID: "c/2026-01-02T03:04:05Z/#1"},
	} {
		want.CameraMS = at
		reads, err := platerecognizer.Parse([]byte(body(result)), inward)
		if err != nil || len(reads) != 1 || fmt.Sprint(reads[0]) != fmt.Sprint(want) {
			t.Errorf("%s\nread %+v, %v\nwant %+v", result, reads, err, want)
		}
	}
	reads, err := platerecognizer.Parse([]byte(strings.Replace(body(`{"direction":210}`), "2026-01-02T", "tomorrow", 1)), -1)
	if err != nil || reads[0].CameraMS != 0 || reads[0].Direction != fact.DirectionUnknown {
		t.Errorf("without a time and without inward_degrees: %+v, %v", reads, err)
	}
}

// nonsense is what must be answered with 400, counted, and change nothing.
var nonsense = []string{
	"", "{", "[]", "null", "{}", `{"hook":7}`, `{"hook":{"event":"recognition"},"data":{"results":[{"plate":7}]}}`,
	body(strings.Repeat(`{},`, 16) + `{}`),
	body(`{"plate":"` + strings.Repeat("A", 65) + `"}`),
}

func TestNonsenseIsAnError(t *testing.T) {
	for _, text := range nonsense {
		if reads, err := platerecognizer.Parse([]byte(text), inward); !errors.Is(err, platerecognizer.ErrBody) {
			t.Errorf("%q: %+v, %v", text, reads, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(readFile(f, "stream.json"), 210)
	f.Add([]byte(body(`{"plate":"ab1","direction":"12","vehicle":{"type":"Bus"}}`)), -1)
	f.Fuzz(func(t *testing.T, data []byte, inwardDegrees int) {
		reads, err := platerecognizer.Parse(data, inwardDegrees)
		for _, read := range reads {
			if err != nil || read.Confidence > 1000 || read.EventID == "" || len(read.Raw) > 64 || len(read.Candidates) > 16 {
				t.Errorf("%q: %+v, %v", data, read, err)
			}
		}
	})
}

// post gives the camera's driver one post and returns the answer.
func post(device any, contentType string, body []byte) *httptest.ResponseRecorder {
	request := httptest.NewRequest(http.MethodPost, "/devices/cam1", bytes.NewReader(body))
	request.Header.Set("Content-Type", contentType)
	recorder := httptest.NewRecorder()
	device.(http.Handler).ServeHTTP(recorder, request)
	return recorder
}

func TestCameraKeepsTheContract(t *testing.T) {
	drivertest.TestCamera(t, func() drivertest.ListenerBench {
		posts := int64(0)
		return drivertest.ListenerBench{
			Bench: drivertest.Bench{
				Driver: platerecognizer.Driver(), Host: drivertest.NewHost(), Settings: drivers.Settings{"inward_degrees": int64(inward)},
			},
			Report: func(device any) {
				posts++
				post(device, "application/json", platerecognizer.Event("entry", inward, drivers.PlateRead{Raw: "AB1", CameraMS: posts}))
			},
			Garble: func(device any) {
				for _, text := range nonsense {
					post(device, "application/json", []byte(text))
				}
			},
		}
	})
}

// watched runs a camera while play posts to it, and returns what it reported.
func watched(t *testing.T, play func(t *testing.T, device any)) []drivers.PlateRead {
	var reads []drivers.PlateRead
	synctest.Test(t, func(t *testing.T) {
		device, err := platerecognizer.Driver().Make(nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() {
			ended <- device.(drivers.Camera).See(ctx, func(read drivers.PlateRead) { reads = append(reads, read) })
		}()
		play(t, device)
		synctest.Wait()
		cancel()
		<-ended
	})
	return reads
}

func form(t *testing.T, parts ...string) (contentType string, body []byte) {
	var buffer bytes.Buffer
	writer := multipart.NewWriter(&buffer)
	for i := 0; i < len(parts); i += 2 {
		if err := writer.WriteField(parts[i], parts[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	writer.Close()
	return writer.FormDataContentType(), buffer.Bytes()
}

func TestBothWaysOfPostingAreTheSame(t *testing.T) {
	reads := watched(t, func(t *testing.T, device any) {
		event := readFile(t, "stream.json")
		if answer := post(device, "application/json; charset=utf-8", event); answer.Code != http.StatusOK {
			t.Errorf("plain: %d %s", answer.Code, answer.Body)
		}
		later := strings.Replace(string(event), "2021-09-29T05:56:13", "2021-09-29T05:57:13", 1)
		kind, body := form(t, "upload", "a picture", "json", later)
		if answer := post(device, kind, body); answer.Code != http.StatusOK {
			t.Errorf("form: %d %s", answer.Code, answer.Body)
		}
	})
	if len(reads) != 2 || reads[0].Raw != "9jub11" || reads[1].Raw != "9jub11" || reads[1].CameraMS-reads[0].CameraMS != 60_000 {
		t.Errorf("reads %+v", reads)
	}
}

// The camera did not get our answer and posts again; the car drives by again a minute later.
func TestARepeatedPostIsReportedOnce(t *testing.T) {
	reads := watched(t, func(t *testing.T, device any) {
		read := drivers.PlateRead{Raw: "AB1", CameraMS: 1000}
		for range 3 {
			if answer := post(device, "application/json", platerecognizer.Event("entry", inward, read)); answer.Code != http.StatusOK {
				t.Errorf("%d %s", answer.Code, answer.Body)
			}
		}
		read.CameraMS += 60_000
		post(device, "application/json", platerecognizer.Event("entry", inward, read))
		read.Raw = ""
		post(device, "application/json", platerecognizer.Event("entry", inward, read))
	})
	if len(reads) != 3 || reads[2].Raw != "" {
		t.Errorf("reads %+v", reads)
	}
}

func TestOnlyTheLastEventsAreRemembered(t *testing.T) {
	reads := watched(t, func(t *testing.T, device any) {
		for at := range int64(200) {
			post(device, "", platerecognizer.Event("entry", inward, drivers.PlateRead{Raw: "AB1", CameraMS: at}))
		}
		post(device, "", platerecognizer.Event("entry", inward, drivers.PlateRead{Raw: "AB1", CameraMS: 199}))
		post(device, "", platerecognizer.Event("entry", inward, drivers.PlateRead{Raw: "AB1", CameraMS: 0}))
	})
	if len(reads) != 201 {
		t.Errorf("%d reads, want 201", len(reads))
	}
}

func TestAnswersSayWhatIsWrong(t *testing.T) {
	kindWithout, formWithout := form(t, "jsn", "{}")
	kindBroken, formBroken := form(t, "json", "{}")
	kindLarge, formLarge := form(t, "upload", strings.Repeat("x", platerecognizer.BodyMax), "json", "{}")
	reads := watched(t, func(t *testing.T, device any) {
		for _, c := range []struct {
			kind string
			body []byte
			code int
			want string
		}{
			{"application/json", []byte(`{"hook":{"event":"recognition"`), 400, "not an event of Plate Recognizer Stream: unexpected end of JSON"},
			{"application/json", []byte(`{}`), 400, "hook.event is missing"},
			{kindWithout, formWithout, 400, "the form has no part named json"},
			{kindBroken, formBroken[:20], 400, "not an event"},
			{"application/json", bytes.Repeat([]byte(" "), platerecognizer.BodyMax+1), 413, "switch the pictures off"},
			{kindLarge, formLarge, 413, "switch the pictures off"},
			{"application/json", []byte(`{"hook":{"event":"heartbeat"}}`), 200, ""},
		} {
			answer := post(device, c.kind, c.body)
			if answer.Code != c.code || !strings.Contains(answer.Body.String(), c.want) {
				t.Errorf("%.40s: %d %s, want %d %s", c.body, answer.Code, answer.Body, c.code, c.want)
			}
		}
		if skipped := device.(drivertest.Skipper).Skipped(); skipped != 6 {
			t.Errorf("skipped %d, want 6", skipped)
		}
		recorder := httptest.NewRecorder()
		device.(http.Handler).ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/devices/cam1", nil))
		if recorder.Code != http.StatusMethodNotAllowed || recorder.Header().Get("Allow") != "POST" {
			t.Errorf("GET: %d", recorder.Code)
		}
	})
	if len(reads) != 0 {
		t.Errorf("reads %+v", reads)
	}
}

// Nobody watches the camera: it is told to come again, and the event is not lost.
func TestAnEventThatNobodyTakesIsNotAcknowledged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		device, _ := platerecognizer.Driver().Make(nil, nil)
		event := platerecognizer.Event("entry", inward, drivers.PlateRead{Raw: "AB1", CameraMS: 1})
		if answer := post(device, "", event); answer.Code != http.StatusServiceUnavailable {
			t.Errorf("%d %s", answer.Code, answer.Body)
		}
		ctx, cancel := context.WithCancel(t.Context())
		got := make(chan drivers.PlateRead, 1)
		go device.(drivers.Camera).See(ctx, func(read drivers.PlateRead) { got <- read })
		if answer := post(device, "", event); answer.Code != http.StatusOK || (<-got).Raw != "AB1" {
			t.Errorf("%d %s", answer.Code, answer.Body)
		}
		cancel()
	})
}

func TestWrongSettingsSayWhatToWrite(t *testing.T) {
	for _, degrees := range []any{int64(-1), int64(360), "north"} {
		_, err := platerecognizer.Driver().Make(nil, drivers.Settings{"inward_degrees": degrees})
		if !errors.Is(err, drivers.ErrSettings) || !strings.Contains(err.Error(), "inward_degrees") || !strings.Contains(err.Error(), "write") {
			t.Errorf("%v: %v", degrees, err)
		}
	}
}

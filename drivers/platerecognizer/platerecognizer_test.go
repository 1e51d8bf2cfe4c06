package platerecognizer_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/drivers"
	"gatehouse/drivers/platecamera"
	"gatehouse/drivers/platecamera/cameratest"
	"gatehouse/drivers/platerecognizer"
	"gatehouse/sync/fact"
)

const inward = 210

func bench() cameratest.Bench {
	return cameratest.Bench{
		Driver: platerecognizer.Driver(), Format: platerecognizer.Format(), Inward: "210", ContentType: "application/json; charset=utf-8",
		Settings: drivers.Settings{"inward_degrees": int64(inward)},
		Event:    func(read drivers.PlateRead) []byte { return platerecognizer.Event("entry", inward, read) },
		Keeps: func(read drivers.PlateRead) drivers.PlateRead {
			read.Chars = nil
			return read
		},
		Nonsense: []string{
			"", "{", "[]", "null", "{}", `{"hook":7}`, `{"hook":{"event":"recognition"},"data":{"results":[{"plate":"AB1`, "<a/>",
			`{"data_type":"alpr_results","results":[{"plate":"AB1"}]}`,
		},
	}
}

func TestSuite(t *testing.T) { cameratest.Test(t, bench()) }

func FuzzParse(f *testing.F) {
	cameratest.Fuzz(f, bench(), cameratest.File(f, "stream.json"), []byte(body(`{"plate":"ab1","direction":"12","vehicle":{"type":"Bus"}}`)), []byte(body(nested)))
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
	if err := json.Unmarshal(cameratest.File(t, "expected.json"), &row); err != nil {
		t.Fatal(err)
	}
	reads, err := platerecognizer.Parse(cameratest.File(t, row.File), 90)
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

// body is an event with one result.
func body(result string) string {
	return `{"hook":{"id":"c","event":"recognition"},"data":{"camera_id":"c","timestamp":"2026-01-02T03:04:05Z","results":[` + result + `]}}`
}

// nested is a result where vehicles are looked for before plates.
const nested = `{"plate":{"type":"Plate","score":0.8,"props":{"plate":[{"value":"ab1","score":0.9},{"value":"a81","score":0.5}],"region":[{"value":"us-ca","score":0.7}]}},"vehicle":{"type":"SUV"}}`

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
		nested: {EventID: "c/2026-01-02T03:04:05Z/AB1", Raw: "ab1", Confidence: 900, Country: "us-ca", Vehicle: fact.Regular,
			Candidates: []drivers.PlateCandidate{{Raw: "ab1", Confidence: 900}, {Raw: "a81", Confidence: 500}}},
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

func TestWhatTellsNothingOfACar(t *testing.T) {
	for text, kind := range map[string]platecamera.Kind{
		`{"hook":{"event":"recognition"},"data":{"camera_id":"c","results":[]}}`:                                                         platecamera.Unread,
		`{"processing_time":90.9,"results":[],"filename":"a.jpg","version":1,"camera_id":null,"timestamp":"2025-05-30 13:59:09.481824"}`: platecamera.Unread,
		`{"hook":{"event":"heartbeat"}}`:      platecamera.Heartbeat,
		`{"hook":{"event":"camera_offline"}}`: platecamera.Other,
	} {
		events, err := platecamera.Parse([]byte(text), "", time.UTC, platerecognizer.Format())
		reads, _ := platerecognizer.Parse([]byte(text), inward)
		if err != nil || len(events) != 1 || events[0].Kind != kind || len(reads) != 0 {
			t.Errorf("%s: %+v, %+v, %v", text, events, reads, err)
		}
	}
}

func TestAllWaysOfPostingAreTheSame(t *testing.T) {
	event := cameratest.File(t, "stream.json")
	var form bytes.Buffer
	writer := multipart.NewWriter(&form)
	picture, _ := writer.CreateFormFile("upload", "a.jpg")
	picture.Write([]byte("\xff\xd8\xff\xe0 and so on"))
	writer.WriteField("json", strings.Replace(string(event), "2021-09-29T05:56:13", "2021-09-29T05:57:13", 1))
	writer.Close()
	reads := cameratest.Watched(t, platerecognizer.Driver(), nil, func(device any) {
		b := bench()
		if answer := b.Post(device, event); answer.Code != http.StatusOK {
			t.Errorf("plain: %d %s", answer.Code, answer.Body)
		}
		b.ContentType = writer.FormDataContentType()
		if answer := b.Post(device, form.Bytes()); answer.Code != http.StatusOK {
			t.Errorf("form: %d %s", answer.Code, answer.Body)
		}
	})
	if len(reads) != 2 || reads[0].Raw != "9jub11" || reads[1].Raw != "9jub11" || reads[1].CameraMS-reads[0].CameraMS != 60_000 {
		t.Errorf("reads %+v", reads)
	}
}

func TestWrongSettingsSayWhatToWrite(t *testing.T) {
	for _, degrees := range []any{int64(-1), int64(360), "north"} {
		_, err := platerecognizer.Driver().Make(nil, drivers.Settings{"inward_degrees": degrees})
		if !errors.Is(err, drivers.ErrSettings) || !strings.Contains(err.Error(), "inward_degrees") || !strings.Contains(err.Error(), "write") {
			t.Errorf("%v: %v", degrees, err)
		}
	}
}

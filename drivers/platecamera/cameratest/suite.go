package cameratest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"gatehouse/drivers"
	"gatehouse/drivers/drivertest"
	"gatehouse/drivers/platecamera"
	"gatehouse/sync/fact"
)

// Bench is a make of camera and its other side.
type Bench struct {
	Driver      drivers.Driver
	Format      platecamera.Format
	Inward      string           // what the simulated camera calls inward
	Settings    drivers.Settings // that tell the driver so; nil: {"inward": Inward}
	ContentType string
	Event       func(read drivers.PlateRead) []byte
	// Keeps is what is left of a read in this make's words, which are coarser than ours.
	Keeps    func(read drivers.PlateRead) drivers.PlateRead
	Nonsense []string // bodies that are no events of this make
}

const minuteMS = 60_000

// Test is the suite.
func Test(t *testing.T, b Bench) {
	t.Run("it keeps the contract", func(t *testing.T) { drivertest.TestCamera(t, b.listener) })
	t.Run("every event comes back", b.comesBack)
	t.Run("a parser that has grown makes no garbage", b.makesNoGarbage)
	t.Run("a repetition is told once, the next visit again", b.repeats)
	t.Run("what is cut off says no other plate", b.cutOff)
	t.Run("answers say what is wrong", b.answers)
}

func (b Bench) settings() drivers.Settings {
	if b.Settings == nil {
		return drivers.Settings{"inward": b.Inward}
	}
	return b.Settings
}

func (b Bench) listener() drivertest.ListenerBench {
	posts := int64(0)
	return drivertest.ListenerBench{
		Bench: drivertest.Bench{Driver: b.Driver, Host: drivertest.NewHost(), Settings: b.settings()},
		Report: func(device any) {
			posts++
			b.Post(device, b.Event(drivers.PlateRead{Raw: "AB1", CameraMS: posts * minuteMS, EventID: fmt.Sprint("e", posts)}))
		},
		Garble: func(device any) {
			for _, text := range b.Nonsense {
				b.Post(device, []byte(text))
			}
		},
	}
}

// Post gives a camera's driver one post and returns the answer.
func (b Bench) Post(device any, body []byte) *httptest.ResponseRecorder {
	request := httptest.NewRequest(http.MethodPost, "/devices/cam1", bytes.NewReader(body))
	request.Header.Set("Content-Type", b.ContentType)
	recorder := httptest.NewRecorder()
	device.(http.Handler).ServeHTTP(recorder, request)
	return recorder
}

// plates of many scripts, and one of every character that is written otherwise in some format.
var plates = []string{"AB12CDE", "M-ÄÖ 123", "а123вс 77", "粤B12345", "51F-123.45", "١٢٣ ب", "O0Q", "A&B<1>\"'"}

// drawRead draws a read.
func drawRead(r *rand.Rand) drivers.PlateRead {
	read := drivers.PlateRead{
		EventID: fmt.Sprintf("%x", r.Uint32()), Raw: plates[r.IntN(len(plates))], Confidence: uint16(1 + r.IntN(1000)),
		Country: []string{"", "DEU", "gb"}[r.IntN(3)], Direction: fact.Direction(r.IntN(3)),
		Vehicle:  []fact.SpotType{fact.AnyType, fact.Regular, fact.Large}[r.IntN(3)],
		CameraMS: 1_000_000_000_000 + r.Int64N(1<<41),
	}
	for range utf8.RuneCountInString(platecamera.Plate(read.Raw)) * r.IntN(2) {
		read.Chars = append(read.Chars, uint16(r.IntN(1001)))
	}
	for i := range r.IntN(4) {
		read.Candidates = append(read.Candidates, drivers.PlateCandidate{Raw: fmt.Sprintf("%c%06X", 'K'+i, r.IntN(1<<24)), Confidence: 500})
	}
	return read
}

func (b Bench) comesBack(t *testing.T) {
	for seed := range uint64(300) {
		b.returns(t, drawRead(rand.New(rand.NewPCG(seed, 0))))
	}
}

func (b Bench) returns(t *testing.T, sent drivers.PlateRead) {
	events, err := platecamera.Parse(b.Event(sent), b.ContentType, time.UTC, b.Format)
	if err != nil || len(events) != 1 || events[0].Kind != platecamera.Read {
		t.Fatalf("%+v: %+v, %v", sent, events, err)
	}
	reads, err := platecamera.Reads(events, b.Inward)
	if err != nil || len(reads) != 1 {
		t.Fatalf("%+v: %+v, %v", sent, reads, err)
	}
	got, want := reads[0], b.Keeps(sent)
	want.EventID, got.EventID = "", strings.TrimSuffix(got.EventID, "/"+platecamera.Plate(got.Raw))
	if got.EventID == "" {
		t.Errorf("%+v has no event id", got)
	}
	got.EventID = ""
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("sent %+v\nread %+v", want, got)
	}
}

func (b Bench) makesNoGarbage(t *testing.T) {
	parser := platecamera.NewParser(time.UTC, b.Format)
	body := b.Event(drivers.PlateRead{EventID: "e1", Raw: "AB-12 CDE", Confidence: 900, CameraMS: 1_700_000_000_000, Direction: fact.Inward})
	plate := ""
	allocations := testing.AllocsPerRun(100, func() {
		events, err := parser.Parse(body, b.ContentType)
		if err != nil || len(events) != 1 {
			t.Fatalf("%+v, %v", events, err)
		}
		plate = events[0].Raw
	})
	if allocations > 0 || plate != "AB-12 CDE" {
		t.Errorf("%v allocations for the event of %q", allocations, plate)
	}
}

// Benchmark measures a parser that has grown.
func Benchmark(b *testing.B, bench Bench, body []byte) {
	parser := platecamera.NewParser(time.UTC, bench.Format)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := parser.Parse(body, bench.ContentType); err != nil {
			b.Fatal(err)
		}
	}
}

// File is a body in the make's testdata.
func File(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// Events are what a body says in a make's words.
func Events(t *testing.T, format platecamera.Format, body, contentType string, zone *time.Location) []platecamera.Event {
	t.Helper()
	events, err := platecamera.Parse([]byte(body), contentType, zone, format)
	if err != nil {
		t.Fatalf("%.80q: %v", body, err)
	}
	return events
}

// Watched runs a camera in a bubble while play posts to it, and returns what it reported.
func Watched(t *testing.T, driver drivers.Driver, settings drivers.Settings, play func(device any)) []drivers.PlateRead {
	var reads []drivers.PlateRead
	synctest.Test(t, func(t *testing.T) {
		device, err := driver.Make(nil, settings)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() {
			ended <- device.(drivers.Camera).See(ctx, func(read drivers.PlateRead) { reads = append(reads, read) })
		}()
		play(device)
		synctest.Wait()
		cancel()
		<-ended
	})
	return reads
}

func (b Bench) repeats(t *testing.T) {
	read := drivers.PlateRead{EventID: "e1", Raw: "AB12CDE", Confidence: 900, CameraMS: 1_700_000_000_000}
	reads := Watched(t, b.Driver, b.settings(), func(device any) {
		for range 3 {
			b.Post(device, b.Event(read))
		}
		read.EventID, read.CameraMS = "e2", read.CameraMS+3_000 // read again as it stands there
		b.Post(device, b.Event(read))
		read.EventID, read.CameraMS = "e3", read.CameraMS+minuteMS
		b.Post(device, b.Event(read))
		read.EventID, read.Raw = "e4", "XY99ZZZ" // the car behind it
		b.Post(device, b.Event(read))
	})
	var plates []string
	for _, r := range reads {
		plates = append(plates, r.Raw)
		if r.GatewayMS == 0 || r.CameraMS == 0 {
			t.Errorf("%+v lacks one of its times", r)
		}
	}
	if fmt.Sprint(plates) != "[AB12CDE AB12CDE XY99ZZZ]" {
		t.Errorf("told %v", plates)
	}
}

func (b Bench) cutOff(t *testing.T) {
	body := b.Event(drivers.PlateRead{EventID: "e1", Raw: "AB12CDE", Confidence: 900, CameraMS: 1_700_000_000_000})
	for length := range body {
		events, _ := platecamera.Parse(body[:length], b.ContentType, time.UTC, b.Format)
		for _, event := range events {
			if event.Kind == platecamera.Read && event.Raw != "AB12CDE" {
				t.Errorf("%d of %d bytes say the plate %q", length, len(body), event.Raw)
			}
		}
	}
}

func (b Bench) answers(t *testing.T) {
	reads := Watched(t, b.Driver, nil, func(device any) {
		for _, text := range b.Nonsense {
			if answer := b.Post(device, []byte(text)); answer.Code != http.StatusBadRequest || answer.Body.Len() < 10 {
				t.Errorf("%.60q: answered with %d %q", text, answer.Code, answer.Body)
			}
		}
		if answer := b.Post(device, bytes.Repeat([]byte(" "), platecamera.BodyMax+1)); answer.Code != http.StatusRequestEntityTooLarge {
			t.Errorf("a body that is too large: %d", answer.Code)
		}
		recorder := httptest.NewRecorder()
		device.(http.Handler).ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/devices/cam1", nil))
		if recorder.Code != http.StatusMethodNotAllowed {
			t.Errorf("GET: %d", recorder.Code)
		}
	})
	if len(reads) != 0 {
		t.Errorf("nonsense was told: %+v", reads)
	}
}

// Fuzz looks for a body that breaks what is promised of every event.
func Fuzz(f *testing.F, b Bench, seeds ...[]byte) {
	f.Add(b.Event(drivers.PlateRead{EventID: "e1", Raw: "AB12CDE", Confidence: 900, Chars: []uint16{1, 2}, CameraMS: 1_700_000_000_000}))
	for _, seed := range seeds {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		events, err := platecamera.Parse(body, b.ContentType, time.UTC, b.Format)
		if err != nil && len(events) > 0 && !errors.Is(err, platecamera.ErrPart) {
			t.Errorf("%d events and %v", len(events), err)
		}
		for _, event := range events {
			check(t, event)
		}
	})
}

// check is what holds of every event.
func check(t *testing.T, event platecamera.Event) {
	t.Helper()
	plate := platecamera.Plate(event.Raw)
	if event.Kind == platecamera.Read && (plate == "" || !utf8.ValidString(plate) || platecamera.Plate(plate) != plate) {
		t.Errorf("the plate %q of %+v", plate, event)
	}
	if c := event.Confidence; c.Billionths < 0 || c.Billionths > 1_000_000_000 || c.PerMille() > 1000 {
		t.Errorf("the confidence of %+v", event)
	}
	if len(event.Raw) > 128 || len(event.EventID) > 128 || len(event.Candidates) > 32 || len(event.Chars) > 32 {
		t.Errorf("%+v has no end", event)
	}
	if !event.Time.IsZero() && (event.Time.Year() < 1970 || event.Time.Year() > 2200 || event.Time.Location() != time.UTC) {
		t.Errorf("the time of %+v", event)
	}
}

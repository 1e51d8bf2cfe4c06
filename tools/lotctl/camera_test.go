package main

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gatehouse/sync/commandline"
)

// payloads is where the project's shared data lie, beside the tree.
const payloads = "../../../shared/data/lpr-payloads"

// expectation is a row of expected.json, as far as a parser can be held to it.
type expectation struct {
	File   string `json:"file"`
	Expect struct {
		Plate      *string  `json:"plate"`
		PlateRaw   string   `json:"plate_raw"`
		TimeUTC    string   `json:"time_utc"`
		UTC        int64    `json:"utc_field"`
		Confidence float64  `json:"confidence"`
		Direction  string   `json:"direction"`
		Country    string   `json:"country"`
		Camera     string   `json:"camera"`
		EventID    string   `json:"event_id"`
		CarID      string   `json:"car_id"`
		State      string   `json:"state"`
		Candidates []string `json:"candidates"`
		Heartbeat  bool     `json:"heartbeat"`
		Weakest    *struct {
			Index      int     `json:"index"`
			Confidence float64 `json:"confidence"`
		} `json:"weakest_char"`
	} `json:"expect"`
}

// printed is what camera parse --json prints of an event.
type printed struct {
	Kind, State, Plate, PlateRaw, Country, Direction, TimeUTC, Camera, EventID string

	Confidence     float64
	CharConfidence []float64
	Candidates     []string
}

func parseCamera(t *testing.T, args ...string) []printed {
	t.Helper()
	var out, errs strings.Builder
	if exit := run(append([]string{"camera", "parse", "--json"}, args...), &out, &errs); exit != 0 {
		t.Fatalf("%v: exit %d\n%s", args, exit, errs.String())
	}
	var events []printed
	if err := json.Unmarshal([]byte(out.String()), &events); err != nil {
		t.Fatalf("%v: %v\n%s", args, err, out.String())
	}
	return events
}

func TestCameraParseOfTheSharedPayloads(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(payloads, "expected.json"))
	if err != nil {
		t.Skipf("the shared payloads are not here: %v", err)
	}
	var rows []expectation
	if err := json.Unmarshal(text, &rows); err != nil || len(rows) == 0 {
		t.Fatal(err)
	}
	for _, row := range rows {
		events := parseCamera(t, filepath.Join(payloads, row.File))
		if len(events) != 1 {
			t.Errorf("%s: %d events", row.File, len(events))
			continue
		}
		row.check(t, events[0])
	}
}

func (row expectation) check(t *testing.T, got printed) {
	want := row.Expect
	plate, kind := "", "plate"
	if want.Plate != nil {
		plate = *want.Plate
	}
	if want.Heartbeat {
		kind = "heartbeat"
	}
	if want.UTC != 0 {
		want.TimeUTC = "2023-11-14T22:13:20Z"
	}
	for _, c := range []struct{ what, got, want string }{
		{"kind", got.Kind, kind}, {"plate", got.Plate, plate}, {"time", got.TimeUTC, want.TimeUTC}, {"direction", got.Direction, want.Direction},
		{"country", got.Country, want.Country}, {"state", got.State, want.State},
	} {
		if c.got != c.want {
			t.Errorf("%s: %s %q, want %q", row.File, c.what, c.got, c.want)
		}
	}
	for _, c := range []struct{ what, got, want string }{
		{"camera", got.Camera, want.Camera}, {"event", got.EventID, want.EventID}, {"car", got.EventID, want.CarID}, {"plate as written", got.PlateRaw, want.PlateRaw},
	} {
		if c.want != "" && c.got != c.want {
			t.Errorf("%s: %s %q, want %q", row.File, c.what, c.got, c.want)
		}
	}
	if math.Abs(got.Confidence-want.Confidence) > 1e-9 || !slices.Equal(got.Candidates, want.Candidates) {
		t.Errorf("%s: confidence %v, candidates %q, want %v, %q", row.File, got.Confidence, got.Candidates, want.Confidence, want.Candidates)
	}
	if w := want.Weakest; w != nil && (w.Index >= len(got.CharConfidence) || got.CharConfidence[w.Index] != w.Confidence) {
		t.Errorf("%s: characters %v, want %v at %d", row.File, got.CharConfidence, w.Confidence, w.Index)
	}
}

func writeFile(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "body")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestCameraParseKnowsTheMake(t *testing.T) {
	for body, want := range map[string]string{
		`<EventNotificationAlert><eventType>VMD</eventType></EventNotificationAlert>`: "other",
		`{"hook":{"event":"recognition"},"data":{"results":[{"plate":null}]}}`:        "no_plate",
		`{"data_type":"heartbeat","timestamp":1453426302097}`:                         "heartbeat",
		`{"plateText":"MÜ1","carID":"1","carState":"lost"}`:                           "plate",
		`Code=TrafficJunction;action=Pulse;index=0;data={"PlateText":"AB1"}`:          "plate", // which Axis calls so too
		"Events[0].Code=TrafficJunction\nEvents[0].TrafficCar.PlateNumber=AB1\n":      "plate",
		`{"LPR_COUNT":1,"INFORMATION":[{"LPR":"AB1","TS":"1523329437899288"}]}`:       "plate",
	} {
		if events := parseCamera(t, writeFile(t, body)); len(events) != 1 || events[0].Kind != want {
			t.Errorf("%s: %+v, want %s", body, events, want)
		}
	}
	file := writeFile(t, `<EventNotificationAlert><dateTime>2026-07-01T12:00:00</dateTime><eventType>ANPR</eventType><ANPR><licensePlate>mu&#x308;-ab 1</licensePlate></ANPR></EventNotificationAlert>`)
	if events := parseCamera(t, "--zone", "Europe/Berlin", "--vendor", "hikvision", file); events[0].TimeUTC != "2026-07-01T10:00:00Z" || events[0].Plate != "MÜAB1" {
		t.Errorf("a time without a zone, and an umlaut in two characters: %+v", events)
	}
	if events := parseCamera(t, file); events[0].TimeUTC != "2026-07-01T12:00:00Z" {
		t.Errorf("without a zone it is UTC: %+v", events)
	}
}

func TestCameraParseSaysWhatIsWrong(t *testing.T) {
	file := writeFile(t, `{"plate":"AB1"}`)
	for _, c := range []struct {
		args string
		exit int
		said string
	}{
		{"camera parse --vendor acme " + file, commandline.ExitUsage, "write one of auto, hikvision"},
		{"camera parse --vendor HikVision " + file, commandline.ExitWrong, "no event of these makes"},
		{"camera parse --zone Nowhere " + file, commandline.ExitUsage, "Europe/Berlin"},
		{"camera parse " + file, commandline.ExitWrong, "no event of these makes"},
		{"camera parse " + file + "x", commandline.ExitWrong, "there is no file"},
		{"camera parse " + t.TempDir(), commandline.ExitWrong, "is a folder: name one of the files in it"},
		{"camera parse " + writeFile(t, "{"), commandline.ExitWrong, "ends in the middle"},
	} {
		var out, errs strings.Builder
		if exit := run(strings.Fields(c.args), &out, &errs); exit != c.exit || !strings.Contains(errs.String(), c.said) {
			t.Errorf("%s: exit %d, %s", c.args, exit, errs.String())
		}
	}
}

// A recording that ends in an event tells the whole ones, and says that one is not.
func TestCameraParseOfACutRecording(t *testing.T) {
	const event = `{"plateText":"AB1","carID":"1","carState":"new"}`
	for _, flag := range []string{"--json", "--vendor=axis"} {
		var out, errs strings.Builder
		exit := run([]string{"camera", "parse", flag, writeFile(t, event+"\n"+event[:20])}, &out, &errs)
		if exit != commandline.ExitWrong || strings.Count(out.String(), "AB1") == 0 || !strings.Contains(errs.String(), "document 2: JSON, byte 19: it ends in the middle") {
			t.Errorf("%s: exit %d\n%s%s", flag, exit, out.String(), errs.String())
		}
	}
}

// Bodies as they are on the wire and in recordings, with what is printed of them (testdata/cameras/SOURCE.md).
func TestCameraParseOfTheGoldenBodies(t *testing.T) {
	files, err := filepath.Glob("testdata/cameras/*")
	if err != nil || len(files) < 50 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, body := range files {
		name, isBody := strings.CutSuffix(body, ".body")
		if !isBody {
			continue
		}
		wantJSON, _ := os.ReadFile(name + ".json") // what is refused has none
		wantError, _ := os.ReadFile(name + ".error")
		var out, errs strings.Builder
		exit := run([]string{"camera", "parse", "--json", body}, &out, &errs)
		if failed := len(wantError) > 0; failed != (exit == commandline.ExitWrong) || !failed && exit != 0 {
			t.Errorf("%s: exit %d\n%s", name, exit, errs.String())
		}
		if said := strings.TrimSpace(string(wantError)); !strings.Contains(errs.String(), said) {
			t.Errorf("%s: says %q, want %q", name, errs.String(), said)
		}
		if got, want := sameForm(t, out.String()), sameForm(t, string(wantJSON)); got != want {
			t.Errorf("%s\nread %s\nwant %s", name, got, want)
		}
	}
}

// sameForm is JSON with its fields in the order of their names.
func sameForm(t *testing.T, text string) string {
	t.Helper()
	if text == "" {
		return ""
	}
	var value any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	ordered, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(ordered)
}

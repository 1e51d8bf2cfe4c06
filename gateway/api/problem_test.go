package api_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"

	"gatehouse/gateway/api"
	"gatehouse/gateway/api/apitest"
	"gatehouse/gateway/lot"
)

func TestWhatIsWrongWithARequestIsNamed(t *testing.T) {
	b := newBench(t)
	got := b.post("/api/v1/entry", `{"locationId":"altstadt","gateId":"in","licensePlate":"A","colour":"red"}`).isProblem(422, "invalid")
	got.has("errors.0.location", "body.colour", "errors.0.message", "unexpected property")
	b.post("/api/v1/entry", `{"locationId":"altstadt","licensePlate":"A"}`).isProblem(422, "invalid").has("errors.0.message", "expected required property gateId to be present")
	b.post("/api/v1/entry", `{"locationId":"altstadt","gateId":"in","licensePlate":"A","timestamp":"yesterday"}`).isProblem(422, "invalid").has("errors.0.location", "body.timestamp")
	b.post("/api/v1/entry", `{"locationId":"altstadt","gateId":"in","licensePlate":7}`).isProblem(422, "invalid").has("errors.0.location", "body.licensePlate")
	b.post("/api/v1/entry", `{"locationId":`).isProblem(400, "malformed")
	b.post("/api/v1/entry", ``).isProblem(400, "malformed")
	b.post("/api/v1/entry", enterBody, "Content-Type", "text/plain").isProblem(415, "unsupported_media_type")
	b.post("/api/v1/entry", `{"locationId":"`+strings.Repeat("x", 70_000)+`"}`).isProblem(413, "too_large")
	b.post("/api/v1/entry", enterBody, "Idempotency-Key", strings.Repeat("k", 200)).isProblem(422, "invalid")
	b.ask("GET", "/api/v1/locations/altstadt?x=1", apitest.ViewToken, "").isProblem(422, "invalid")
	b.ask("GET", "/api/v1/nothing", apitest.ViewToken, "").isProblem(404, "not_found")
	allowed := b.ask("GET", "/api/v1/entry", apitest.ViewToken, "").isProblem(405, "method_not_allowed")
	if allowed.header.Get("Allow") != "POST" {
		t.Errorf("Allow: %q", allowed.header.Get("Allow"))
	}
}

func TestAProblemDoesNotRepeatWhatWasSent(t *testing.T) {
	b := newBench(t)
	mustLack(t, b.post("/api/v1/entry", `{"locationId":"altstadt","gateId":"in","licensePlate":["B-GH 99"]}`).is(422).body, "B-GH 99")
	mustLack(t, b.post("/api/v1/entry", `"B-GH 99"`).is(422).body, "B-GH 99")
}

func TestALotThatDoesNotAnswerIsAProblemToTryAgain(t *testing.T) {
	b := newBench(t)
	b.get("/api/v1/locations/altstadt")
	b.backend.Fail(errors.New("disk: broken in B-GH 99"))
	for _, c := range calls(newBench(t)) {
		if slices.Contains([]string{"streamEvents", "getSync", "listPolicies", "getPolicy"}, c.ID) { // the one has begun its answer, the others don't ask the lot
			continue
		}
		body := bodies[c.ID]
		got := b.ask(c.method, c.path, apitest.ConfigureToken, body).isProblem(503, "unavailable")
		mustLack(t, got.body, "disk: broken")
	}
}

// bodies are one right body for each operation that takes one.
var bodies = map[string]string{
	"editPolicy": `{"content":"B-GH 1","reason":"trial"}`, "enter": enterBody, "exit": exitBody, "payTicket": `{"paymentMethod":"cash","amount":1}`, "closeTicket": `{}`, "reopenTicket": `{}`,
	"capturePayment": `{}`, "voidPayment": `{}`, "refundPayment": `{}`, "waiveFee": `{"reason":"staff"}`, "oweFee": `{}`,
	"reportCharging": `{"sessionId":"1","licensePlate":"A","startTime":"2026-03-02T08:00:00Z","endTime":"2026-03-02T09:00:00Z","energyKwh":1}`,
	"classTicket":    `{"product":"day"}`,
	"validateTicket": `{"code":"SHOP"}`, "mislayTicket": `{}`,
	"makeReservation": wish, "editReservation": wish, "openGate": `{}`, "holdGate": `{}`, "releaseGate": `{}`, "lowerGate": `{}`,
	"confirmGate": `{}`, "correctCount": `{"inside":1}`, "setSpotStatus": `{"status":"occupied"}`, "serviceSpot": `{"out":true}`,
	"issuePass": `{"card":"c","fromTime":"2026-06-01T00:00:00Z","untilTime":"2026-07-01T00:00:00Z"}`,
}

func TestAPanicIsAnAnswerAndGoesToTheLog(t *testing.T) {
	b := newBench(t)
	var log bytes.Buffer
	page := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("a bug") })
	b.handler = api.New(api.Options{Backend: b.backend, Tokens: tokens(), Page: page, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	got := b.ask("GET", "/x?plate=BGH1", apitest.ViewToken, "").isProblem(500, "internal")
	mustLack(t, got.body, "a bug")
	if !strings.Contains(log.String(), "a bug") || strings.Contains(log.String(), "BGH1") {
		t.Errorf("the log says %s", log.String())
	}
}

// Card numbers are neither stored nor logged nor repeated, wherever they are put (PCI: never in scope).
func TestCardNumbersAreRefusedEverywhere(t *testing.T) {
	b := newBench(t)
	var log bytes.Buffer
	b.handler = api.New(api.Options{Backend: b.backend, Tokens: tokens(), Logger: slog.New(slog.NewTextHandler(&log, nil))})
	ticket := b.post("/api/v1/entry", enterBody).text("ticketId")
	before := b.backend.Last()
	for _, card := range []string{"4111111111111111", "4111 1111 1111 1111", "4111-1111-1111-1111", "378282246310005", "3782 822463 10005", "5555555555554444", "%B4111111111111111^DOE/J", ";4111111111111111D2512", "note 6011111111111117."} {
		quoted, _ := json.Marshal(card) // a string
		for _, request := range [][2]string{
			{"/api/v1/tickets/" + ticket + "/pay", `{"paymentMethod":"credit_card","amount":1,"gatewayRef":` + string(quoted) + `}`},
			{"/api/v1/tickets/" + ticket + "/close", `{"note":` + string(quoted) + `}`},
			{"/api/v1/entry", `{"locationId":"altstadt","gateId":"in","licensePlate":` + string(quoted) + `}`},
			{"/api/v1/entry", `{` + string(quoted) + `:1}`},
			{"/api/v1/locations/altstadt/spots/F0-A-001/status", `{"status":"occupied","vehicleId":` + string(quoted) + `}`},
		} {
			got := b.post(request[0], request[1]).isProblem(422, "card_number")
			mustLack(t, got.body, card)
		}
		b.post("/api/v1/tickets/"+ticket+"/close", `{}`, "Idempotency-Key", card).isProblem(422, "card_number")
	}
	b.ask("GET", "/api/v1/users/4111111111111111/reservations", apitest.OperateToken, "").isProblem(422, "card_number")
	b.ask("GET", "/api/v1/tickets?plate=4111111111111111", apitest.OperateToken, "").isProblem(422, "card_number")
	b.ask("GET", "/api/v1/tickets?plate=4111%201111%201111%201111", apitest.OperateToken, "").isProblem(422, "card_number")
	b.ask("GET", "/api/v1/tickets?plate=%zz", apitest.OperateToken, "").is(422)
	if b.backend.Last() != before {
		t.Errorf("the lot was told %+v", b.backend.Last())
	}
	mustLack(t, log.String(), "4111", "3782", "1111")
}

func TestWhatIsNoCardNumberPasses(t *testing.T) {
	b := newBench(t)
	for _, note := range []string{
		"4111111111111112", // wrong check digit
		"1781524800000",    // Unix milliseconds
		"550e8400-e29b-4111-8111-111111111111", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "+49 30 1234567", "A-4111111111111111B7",
	} {
		b.post("/api/v1/locations/altstadt/gates/in/open", `{"note":"`+note+`"}`, "Idempotency-Key", note).is(200)
		if got := b.backend.Last().(lot.RaiseGate).Note; got != note {
			t.Errorf("%q became %q", note, got)
		}
	}
}

// Whatever is sent, the gateway answers in JSON and does not fail.
func FuzzBodies(f *testing.F) {
	for id, body := range bodies {
		f.Add(id, body)
	}
	f.Add("payTicket", `{"paymentMethod":"cash","amount":1e309}`)
	f.Add("makeReservation", `{"locationId":"altstadt","spotType":"regular","startTime":"0000-01-01T00:00:00Z","endTime":"9999-12-31T23:59:59Z","vehiclePlate":""}`)
	f.Add("enter", "[[[[")
	backend := apitest.New(apitest.Small())
	handler := api.New(api.Options{Backend: backend, Tokens: tokens()})
	var all []call
	f.Fuzz(func(t *testing.T, id, body string) {
		b := &bench{t, backend, handler}
		if all == nil {
			all = calls(b)
		}
		for _, c := range all {
			if c.ID != id || id == "streamEvents" {
				continue
			}
			got := b.ask(c.method, c.path, apitest.ConfigureToken, body)
			if got.status >= 500 || got.status != 204 && !json.Valid([]byte(got.body)) {
				t.Errorf("%s: %d %s", id, got.status, got.body)
			}
			if got.status >= 400 && got.text("code") == "" {
				t.Errorf("%s: not a problem: %s", id, got.body)
			}
		}
	})
}

package api_test

import (
	"strings"
	"testing"
	"time"

	"gatehouse/gateway/api/apitest"
	"gatehouse/gateway/lot"
)

func TestARepeatedRequestIsCarriedOutOnce(t *testing.T) {
	b := newBench(t)
	other := b.post("/api/v1/entry", strings.Replace(enterBody, "b-gh 1234", "OTHER 1", 1)).text("ticketId")
	b.backend.Drive(inGate)
	b.backend.Pass(2 * time.Hour)
	for _, c := range []struct{ method, path, body string }{
		{"POST", "/api/v1/entry", enterBody},
		{"POST", "/api/v1/exit", strings.Replace(exitBody, "B GH 1234", "OTHER 1", 1)},
		{"POST", "/api/v1/tickets/" + other + "/pay", `{"paymentMethod":"cash","amount":1.50}`},
		{"POST", "/api/v1/reservations", strings.ReplaceAll(wish, "06-15", "06-16")},
		{"POST", "/api/v1/locations/altstadt/spots/F0-A-001/status", `{"status":"occupied"}`},
		{"POST", "/api/v1/locations/altstadt/spots/F0-A-002/service", `{"out":true}`},
		{"POST", "/api/v1/locations/altstadt/gates/in/open", `{"note":"test"}`},
		{"POST", "/api/v1/locations/altstadt/gates/out/hold", `{}`},
		{"POST", "/api/v1/locations/altstadt/gates/out/release", `{}`},
		{"POST", "/api/v1/locations/altstadt/gates/out/confirm", `{}`},
		{"POST", "/api/v1/locations/altstadt/count", `{"inside":5,"note":"counted"}`},
		{"POST", "/api/v1/tickets/" + other + "/close", `{}`},
	} {
		key := strings.ReplaceAll(c.path, "/", "-")
		first := b.ask(c.method, c.path, apitest.ConfigureToken, c.body, "Idempotency-Key", key)
		if first.status > 201 || first.header.Get("Idempotent-Replayed") != "" {
			t.Fatalf("%s: %d %s", c.path, first.status, first.body)
		}
		again := b.ask(c.method, c.path, apitest.ConfigureToken, " "+c.body+"\n", "Idempotency-Key", key)
		if again.status != first.status || again.header.Get("Idempotent-Replayed") != "true" || again.body != first.body {
			t.Errorf("%s again: %d %v\n%s\n%s", c.path, again.status, again.header, first.body, again.body)
		}
	}
}

func TestAKeyIsBoundToWhatWasAsked(t *testing.T) {
	b := newBench(t)
	b.post("/api/v1/locations/altstadt/gates/in/open", `{"note":"a"}`, "Idempotency-Key", "k").is(200)
	b.post("/api/v1/locations/altstadt/gates/in/open", `{"note":"b"}`, "Idempotency-Key", "k").isProblem(422, "idempotency_key_reused")
	b.post("/api/v1/locations/altstadt/gates/out/open", `{"note":"a"}`, "Idempotency-Key", "k").isProblem(422, "idempotency_key_reused")

	b.post("/api/v1/locations/altstadt/count", `{"inside":5,"note":"x"}`, "Idempotency-Key", "c").is(200)
	if got := b.post("/api/v1/locations/altstadt/count", "{ \"note\": \"x\",\n \"inside\": 5 }", "Idempotency-Key", "c"); got.header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("blanks and order count: %s", got.body)
	}

	b = newBench(t)
	ticket := b.post("/api/v1/entry", enterBody).text("ticketId")
	b.backend.Drive(inGate)
	b.backend.Pass(3 * time.Hour)
	pay := "/api/v1/tickets/" + ticket + "/pay"
	b.post(pay, `{"paymentMethod":"cash","amount":1.5}`, "Idempotency-Key", "p").is(200)
	b.post(pay, `{"paymentMethod":"cash","amount":1.6}`, "Idempotency-Key", "p").isProblem(422, "idempotency_key_reused")
}

func TestWhatWasRefusedIsTriedAnew(t *testing.T) {
	b := newBench(t)
	ticket := b.post("/api/v1/entry", enterBody).text("ticketId")
	b.post("/api/v1/tickets/"+ticket+"/reopen", `{}`, "Idempotency-Key", "r").isProblem(409, "conflict")
	b.post("/api/v1/tickets/"+ticket+"/close", `{}`).is(200)
	got := b.post("/api/v1/tickets/"+ticket+"/reopen", `{}`, "Idempotency-Key", "r").is(200)
	if got.header.Get("Idempotent-Replayed") != "" {
		t.Error("a refusal was remembered")
	}
}

func TestWithoutAKeyNothingIsRemembered(t *testing.T) {
	b := newBench(t)
	b.post("/api/v1/locations/altstadt/gates/in/open", `{}`).is(200)
	if got := b.backend.Last().(lot.RaiseGate); got.Key != "" || got.Actor != "boss" || got.Digest == [16]byte{} {
		t.Errorf("%+v", got.Request)
	}
	if got := b.post("/api/v1/locations/altstadt/gates/in/open", `{}`).is(200); got.header.Get("Idempotent-Replayed") != "" {
		t.Error("replayed without a key")
	}
}

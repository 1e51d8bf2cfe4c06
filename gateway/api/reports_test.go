package api_test

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"gatehouse/gateway/api"
	"gatehouse/gateway/api/apitest"
	"gatehouse/gateway/lot"
	"gatehouse/sync/fact"
	"gatehouse/sync/rest"
)

func TestTheDashboard(t *testing.T) {
	b := newBench(t)
	b.post("/api/v1/entry", enterBody).is(200)
	b.backend.Drive(inGate)
	d := b.get("/api/v1/locations/altstadt/dashboard").has(
		"realtime.totalSpots", "16", "realtime.available", "15", "realtime.occupied", "1", "realtime.reserved", "0",
		"realtime.occupancyRate", "6.3%", "realtime.byFloor.1.occupied", "1", "realtime.byType.0.spotType", "regular",
		"realtime.inside.tickets", "1", "realtime.inside.loops", "1", "realtime.inside.spots", "1", "realtime.inside.drift", "0",
		"revenue.today", "0.00", "trends.peakHour", "14", "trends.hourlyOccupancy.9.hour", "9")
	if got := len(d.field("trends.hourlyOccupancy").([]any)); got != 24 {
		t.Errorf("%d points", got)
	}
	b.backend.Do(lot.CorrectCount{Inside: 9})
	b.get("/api/v1/locations/altstadt/dashboard").has("alerts.0.code", "count_drift", "alerts.0.severity", "warning")
	b.get("/api/v1/locations/altstadt/alerts").has("alerts.0.code", "count_drift")
}

// A stay from Sunday to Monday belongs to the day, week and month in civil time in which its money came.
func TestRevenueByCivilDaysWeeksAndMonths(t *testing.T) {
	b := newBench(t)
	stay := func(hours time.Duration) {
		ticket := b.post("/api/v1/entry", enterBody).text("ticketId")
		b.backend.Drive(inGate)
		b.backend.Pass(hours*time.Hour - driveTime)
		due := b.get("/api/v1/tickets/" + ticket + "/fee").text("due")
		b.post("/api/v1/tickets/"+ticket+"/pay", `{"paymentMethod":"cash","amount":`+due+`}`).is(200)
		b.post("/api/v1/exit", exitBody).is(200).has("action", "open_gate")
		b.backend.Drive(outGate)
	}
	stay(1)                               // Monday 15 June, 15:00
	b.backend.Pass(5 * 24 * time.Hour)    // Saturday
	stay(2)                               // Saturday 17:00
	b.backend.Pass(29*time.Hour + 1800e9) // Sunday 22:30
	stay(1)                               // Sunday 23:30
	b.get("/api/v1/locations/altstadt/dashboard").has("revenue.today", "2.00", "revenue.thisWeek", "8.00", "revenue.thisMonth", "8.00",
		"revenue.avgTicketValue", "2.67", "revenue.avgDuration.hours", "1", "revenue.avgDuration.minutes", "20")
	b.backend.Pass(time.Hour) // Monday 0:30 in Berlin, Sunday in UTC
	b.get("/api/v1/locations/altstadt/dashboard").has("revenue.today", "0.00", "revenue.thisWeek", "0.00", "revenue.thisMonth", "8.00")
	b.get("/api/v1/locations/altstadt/analytics?period=2d").has(
		"period", "2d", "from", "2026-06-20T22:00:00Z", "total.revenue", "2.00", "total.stays", "1",
		"days.0.date", "2026-06-21", "days.0.revenue", "2.00", "days.0.entries", "1", "days.0.exits", "1", "days.0.peakOccupancyRate", "6.3%",
		"days.1.date", "2026-06-22", "days.1.revenue", "0.00", "hours.0.start", "2026-06-21T20:00:00Z", "hours.0.entries", "1")
	if got := b.get("/api/v1/locations/altstadt/analytics").field("days").([]any); len(got) != 7 {
		t.Errorf("%d days by default", len(got))
	}
	b.get("/api/v1/locations/altstadt/analytics?period=30d")
	for _, period := range []string{"0d", "31d", "7", "1w", "-1d", "007d"} {
		b.ask("GET", "/api/v1/locations/altstadt/analytics?period="+period, apitest.ViewToken, "").isProblem(422, "invalid")
	}
}

func TestDecisionsAreInWords(t *testing.T) {
	b := newBench(t)
	b.post("/api/v1/exit", exitBody).is(200)
	b.post("/api/v1/entry", enterBody).is(200)
	b.get("/api/v1/locations/altstadt/decisions").has(
		"decisions.0.gateName", "North entry", "decisions.0.words", "Let in: plate read", "decisions.0.spotNumber", "A-101", "decisions.0.granted", "true",
		"decisions.1.gateId", "out", "decisions.1.words", "Refused: no ticket found", "decisions.1.granted", "false")
}

func TestGatesObeyAttendants(t *testing.T) {
	b := newBench(t)
	gate := "/api/v1/locations/altstadt/gates/"
	b.post(gate+"in/open", `{"note":"driver without plate"}`).is(200).has("gateId", "in", "state", "vending", "arm", "up", "pendingGrants", "1")
	if got := b.backend.Last().(lot.RaiseGate); got.Actor != "boss" || got.Note != "driver without plate" {
		t.Errorf("the log would say %+v", got)
	}
	b.post(gate+"out/hold", `{}`).is(200).has("heldOpen", "true", "heldBy", "boss", "state", "held_open")
	b.get("/api/v1/locations/altstadt/gates").has("gates.1.heldOpen", "true", "gates.1.name", "South exit")
	b.post(gate+"out/release", `{}`).is(200).has("heldOpen", "false")
	b.post(gate+"out/confirm", `{}`).is(200)
	b.backend.Do(lot.LoopChanged{Gate: outGate, Loop: 1, Level: 2})
	b.post(gate+"out/lower", `{}`).isProblem(409, "blocked")
	b.post(gate+"none/open", `{}`).isProblem(404, "not_found")
	b.post(gate+"in/explode", `{}`).isProblem(404, "not_found")
}

func TestTheCountIsCorrected(t *testing.T) {
	b := newBench(t)
	b.post("/api/v1/locations/altstadt/count", `{"inside":3,"note":"walked round"}`).is(200).has("inside.loops", "3", "inside.drift", "3")
	b.post("/api/v1/locations/altstadt/count", `{"inside":-1}`).isProblem(422, "invalid")
}

func TestPasses(t *testing.T) {
	b := newBench(t)
	passes := "/api/v1/locations/altstadt/passes"
	made := b.post(passes, `{"userId":"u1","vehiclePlate":"P 1","fromTime":"2026-06-01T00:00:00Z","untilTime":"2026-07-01T00:00:00Z"}`).is(201).has("vehiclePlate", "P 1", "spotType", "any")
	b.post("/api/v1/entry", `{"locationId":"altstadt","gateId":"in","licensePlate":"P1"}`).is(200).has("reason", "pass")
	b.ask("DELETE", passes+"/"+made.text("passId"), apitest.ConfigureToken, "").is(204)
	b.ask("DELETE", passes+"/none", apitest.ConfigureToken, "").isProblem(404, "not_found")
	b.post(passes, `{"fromTime":"2026-06-01T00:00:00Z","untilTime":"2026-07-01T00:00:00Z"}`).isProblem(422, "invalid")
	b.post(passes, `{"card":"c1","fromTime":"2026-07-01T00:00:00Z","untilTime":"2026-06-01T00:00:00Z"}`).isProblem(422, "invalid")
}

func TestHealth(t *testing.T) {
	b := newBench(t)
	b.backend.SetChecks(
		api.Check{ID: "disk", Severity: lot.Warning, Value: "12 MiB free", Limit: "256 MiB", Do: "Free disk space.", Ready: true},
		api.Check{ID: "clock", Value: "synced", Ready: true})
	b.ask("GET", "/livez", "", "").is(200)
	b.ask("GET", "/readyz", "", "").is(200)
	b.get("/healthz").has("status", "warning", "checks.0.id", "disk", "checks.0.state", "warning", "checks.0.do", "Free disk space.", "checks.1.id", "")
	b.get("/healthz?verbose").has("checks.1.id", "clock", "checks.1.state", "info")
	b.backend.SetChecks(api.Check{ID: "journal", Severity: lot.Fault})
	b.ask("GET", "/livez", "", "").is(200)
	if got := b.ask("GET", "/readyz", "", "").is(503); !strings.Contains(got.body, "journal") {
		t.Errorf("not ready, and why? %s", got.body)
	}
	b.backend.SetChecks()
	b.backend.Fail(errors.New("stopped"))
	b.ask("GET", "/readyz", "", "").is(503)
}

func TestMetrics(t *testing.T) {
	b := newBench(t)
	b.handler = api.New(api.Options{Backend: b.backend, Tokens: tokens(), Measures: func() []rest.Measure {
		return []rest.Measure{
			{Name: "lot_gate_decision_seconds", Help: "From event to order.", Buckets: map[float64]uint64{0.05: 3, 0.5: 4}, Count: 4, Value: 0.3},
			{Name: "lot_outbox_entries", Help: "Facts not yet sent.", Value: 7, Labels: map[string]string{"to": "cloud"}},
			{Name: "lot_dropped_readings_total", Help: "Readings dropped.", Value: 2, Grows: true},
		}
	}})
	b.post("/api/v1/entry", enterBody).is(200)
	b.backend.Drive(inGate)
	page := b.ask("GET", "/metrics", apitest.ViewToken, "").is(200).body
	for _, line := range []string{
		`lot_spots{status="available"} 15`, `lot_floor_spots{floor="F1",status="occupied"} 1`, `lot_inside_vehicles{by="loops"} 1`,
		`lot_gate_passed_total{gate="in"} 1`, `lot_gate_state_info{gate="out",state="idle"} 1`, `lot_ready 1`, `lot_answers 1`,
		`lot_revenue_today_minor{currency="EUR"} 0`, `lot_clock_trust_info{trust="synced"} 1`, `lot_alerts{severity="fault"} 0`,
		`lot_gate_decision_seconds_bucket{le="0.05"} 3`, `lot_gate_decision_seconds_count 4`, `lot_outbox_entries{to="cloud"} 7`,
		`# TYPE lot_dropped_readings_total counter`, `lot_build_info{board="rpi4",version="1.0.0"} 1`, `go_goroutines`,
	} {
		if !strings.Contains(page, line) {
			t.Errorf("no %s", line)
		}
	}
	mustLack(t, page, "BGH1234")
	b.backend.Fail(errors.New("stopped"))
	if page := b.ask("GET", "/metrics", apitest.ViewToken, "").is(200).body; !strings.Contains(page, "lot_answers 0") {
		t.Error("a lot that does not answer can't be seen")
	}
}

func TestTheStateIsSmall(t *testing.T) {
	backend := apitest.New(apitest.Large(5, 10, 200))
	for i := range 3000 {
		backend.Do(lot.DeviceChanged{Device: fact.DeviceID(strconv.Itoa(i)), Gate: -1, Role: lot.RoleSensor, Note: "no answer"})
	}
	live := api.NewLive(backend)
	text, err := live.State(t.Context(), time.Now())
	if err != nil || !json.Valid(text) {
		t.Fatal(err)
	}
	if len(text) > 50_000 || !strings.Contains(string(text), `"alertsTotal":3000`) {
		t.Errorf("10,000 spots and 3,000 broken sensors make %d bytes", len(text))
	}
}

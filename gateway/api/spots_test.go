package api_test

import (
	"strings"
	"testing"

	"gatehouse/gateway/api/apitest"
)

func TestTheLocation(t *testing.T) {
	b := newBench(t)
	b.get("/api/v1/locations/altstadt").has(
		"name", "Parkhaus Altstadt", "timezone", "Europe/Berlin", "currency", "EUR", "totalSpots", "16",
		"floors.1.floorId", "F1", "floors.1.floorNumber", "1", "floors.1.zones.0.zoneId", "F1A", "floors.1.zones.0.totalSpots", "8",
		"gates.0.gateId", "in", "gates.0.direction", "in", "gates.1.floorId", "F0", "totals.available", "16")
	b.get("/api/v1/locations/altstadt/availability").has(
		"total", "16", "available", "16", "occupied", "0", "byType.0.spotType", "regular", "byType.0.total", "14",
		"byFloor.1.floorId", "F1", "byFloor.1.available", "8")
	for _, path := range []string{"", "/availability", "/floors/F0/spots", "/dashboard", "/analytics", "/gates", "/alerts", "/decisions", "/events", "/tickets/open"} {
		b.ask("GET", "/api/v1/locations/elsewhere"+path, apitest.OperateToken, "").isProblem(404, "not_found")
	}
	b.ask("GET", "/api/v1/locations/altstadt/floors/F9/spots", apitest.ViewToken, "").isProblem(404, "not_found")
}

func TestASpotSetByHand(t *testing.T) {
	b := newBench(t)
	b.post("/api/v1/locations/altstadt/spots/F0-A-003/status", `{"status":"occupied","vehicleId":"CAR 7"}`).is(200).has(
		"spotNumber", "A-003", "status", "occupied", "confidence", "1", "since", "2026-06-15T12:00:00Z", "vehiclePlate", "CAR 7")
	list := b.get("/api/v1/locations/altstadt/floors/F0/spots").has(
		"floorId", "F0", "spots.2.status", "occupied", "spots.2.spotType", "regular", "spots.2.zoneId", "F0A",
		"spots.6.hasEvCharger", "true", "spots.6.spotType", "ev", "spots.7.spotType", "handicapped")
	if len(list.field("spots").([]any)) != 8 {
		t.Errorf("not all spots of the floor: %s", list.body)
	}
	b.get("/api/v1/locations/altstadt/availability").has("occupied", "1", "available", "15")
	b.post("/api/v1/locations/altstadt/spots/F0-A-003/status", `{"status":"available"}`).is(200).has("status", "available")
	b.post("/api/v1/locations/altstadt/spots/F0-A-003/status", `{"status":"reserved"}`).isProblem(422, "invalid")
	b.post("/api/v1/locations/altstadt/spots/none/status", `{"status":"available"}`).isProblem(404, "not_found")
}

func TestASpotOutOfService(t *testing.T) {
	b := newBench(t)
	b.post("/api/v1/locations/altstadt/spots/F0-A-001/service", `{"out":true,"note":"oil"}`).is(200).has("status", "maintenance")
	b.get("/api/v1/locations/altstadt/availability").has("maintenance", "1", "available", "15")
	b.post("/api/v1/locations/altstadt/spots/F0-A-001/service", `{"out":false}`).is(200).has("status", "available")
}

func TestPlatesAndTicketNumbersAreForWhoOperates(t *testing.T) {
	b := newBench(t)
	ticket := b.post("/api/v1/entry", enterBody).text("ticketId")
	b.backend.Drive(inGate)
	b.post("/api/v1/entry", enterBody).is(200) // the same plate again: the first stay is in doubt
	alerts := b.get("/api/v1/locations/altstadt/alerts")
	if !strings.Contains(alerts.body, ticket) {
		t.Errorf("no alert is about the ticket: %s", alerts.body)
	}
	for _, path := range []string{"/floors/F1/spots", "/gates", "/decisions", "/dashboard", "/alerts"} {
		seen := b.ask("GET", "/api/v1/locations/altstadt"+path, apitest.ViewToken, "").is(200)
		mustLack(t, seen.body, "BGH1234", ticket)
	}
	mustLack(t, b.ask("GET", "/api/v1/tickets/"+ticket, apitest.ViewToken, "").is(200).body, "BGH1234", "b-gh")
	b.get("/api/v1/locations/altstadt/floors/F1/spots").has("spots.0.vehiclePlate", "BGH1234", "spots.0.ticketId", ticket)
	b.get("/api/v1/locations/altstadt/decisions").has("decisions.0.licensePlate", "BGH1234", "decisions.0.words", "Let in: plate read")
}

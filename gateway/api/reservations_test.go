package api_test

import (
	"strings"
	"testing"

	"gatehouse/gateway/api/apitest"
)

const wish = `{"locationId":"altstadt","spotType":"regular","startTime":"2026-06-15T14:00:00Z","endTime":"2026-06-15T18:30:00+02:00","vehiclePlate":"M-AB 1","userId":"u 7","prepaidAmount":"9.5"}`

func TestAReservationFromWishToCancellation(t *testing.T) {
	b := newBench(t)
	made := b.post("/api/v1/reservations", wish).is(201).has(
		"locationId", "altstadt", "spotType", "regular", "startTime", "2026-06-15T14:00:00Z", "endTime", "2026-06-15T16:30:00Z",
		"vehiclePlate", "MAB1", "userId", "u 7", "status", "confirmed", "prepaidAmount", "9.50", "prepaidAmountMinor", "950", "currency", "EUR")
	path := "/api/v1/reservations/" + made.text("reservationId")
	if got := made.header.Get("Location"); got != path {
		t.Errorf("Location: %q", got)
	}
	b.get(path).has("status", "confirmed")
	b.get("/api/v1/users/u%207/reservations").has("reservations.0.reservationId", made.text("reservationId"))
	b.get("/api/v1/users/nobody/reservations").has("reservations.0.reservationId", "")

	later := strings.Replace(wish, "T14:00", "T15:00", 1)
	b.ask("PUT", path, apitest.OperateToken, later).is(200).has("startTime", "2026-06-15T15:00:00Z", "prepaidAmount", "9.50")
	b.ask("PUT", path, apitest.OperateToken, strings.Replace(later, `"9.5"`, "9.4", 1)).isProblem(422, "invalid")
	b.ask("PUT", path, apitest.OperateToken, strings.Replace(later, "u 7", "u 8", 1)).isProblem(422, "invalid")
	b.ask("PUT", path, apitest.OperateToken, strings.Replace(later, "T18:30", "T16:00", 1)).isProblem(422, "invalid")

	change := func(body string) answer { return b.ask("PUT", path, apitest.OperateToken, body) }
	change(`{"endTime":"2026-06-15T17:00:00Z"}`).is(200).has(
		"startTime", "2026-06-15T15:00:00Z", "endTime", "2026-06-15T17:00:00Z", "vehiclePlate", "MAB1", "spotType", "regular", "userId", "u 7")
	change(`{"vehiclePlate":"M-CD 2"}`).is(200).has("vehiclePlate", "MCD2", "endTime", "2026-06-15T17:00:00Z", "prepaidAmount", "9.50")
	change(`{}`).is(200).has("vehiclePlate", "MCD2", "endTime", "2026-06-15T17:00:00Z")
	change(`{"startTime":"2026-06-15T17:30:00Z"}`).isProblem(422, "invalid")
	change(`{"locationId":"elsewhere"}`).isProblem(404, "not_found")
	change(`{"plate":"M-CD 2"}`).isProblem(422, "invalid")
	b.get(path).has("vehiclePlate", "MCD2", "startTime", "2026-06-15T15:00:00Z")

	b.ask("DELETE", path, apitest.OperateToken, "").is(200).has("status", "cancelled")
	b.ask("DELETE", path, apitest.OperateToken, "").isProblem(409, "conflict")
}

func TestWhatCannotBeReserved(t *testing.T) {
	b := newBench(t)
	with := func(old, new string) string { return strings.Replace(wish, old, new, 1) }
	b.post("/api/v1/reservations", with(`"altstadt"`, `"elsewhere"`)).isProblem(404, "not_found")
	b.post("/api/v1/reservations", with(`"regular"`, `"bus"`)).isProblem(422, "invalid")
	b.post("/api/v1/reservations", with(`"regular"`, `"compact"`)).isProblem(422, "invalid")
	b.post("/api/v1/reservations", with("2026-06-15T14", "2020-06-15T14")).isProblem(422, "invalid")
	b.post("/api/v1/reservations", with(`"9.5"`, `"9.505"`)).isProblem(422, "invalid")
	b.post("/api/v1/reservations", with(`"9.5"`, `-1`)).isProblem(422, "invalid")
	b.post("/api/v1/reservations", with("2026-06-15T14:00:00Z", "soon")).isProblem(422, "invalid")
	for range 11 { // 80 % of 14
		b.post("/api/v1/reservations", wish).is(201)
	}
	b.post("/api/v1/reservations", wish).isProblem(409, "no_availability")
}

func TestAReservationOpensTheGate(t *testing.T) {
	b := newBench(t)
	b.post("/api/v1/reservations", strings.Replace(wish, "T14:00:00Z", "T12:05:00Z", 1)).is(201)
	in := b.post("/api/v1/entry", `{"locationId":"altstadt","gateId":"in","licensePlate":"M AB 1"}`).is(200).has("action", "open_gate", "reason", "reservation")
	if in.text("ticketId") == "" || in.text("displayMessage") != "Reserved spot: "+in.text("assignedSpot") {
		t.Errorf("an entry by reservation gets a ticket and a spot: %s", in.body)
	}
}

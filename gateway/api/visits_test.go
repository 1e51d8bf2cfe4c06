package api_test

import (
	"testing"
	"time"

	"gatehouse/gateway/lot"
)

const (
	enterBody = `{"locationId":"altstadt","gateId":"in","licensePlate":"b-gh 1234","timestamp":"2026-06-15T09:00:00+02:00"}`
	exitBody  = `{"locationId":"altstadt","gateId":"out","licensePlate":"B GH 1234"}`
)

const (
	inGate, outGate = 0, 1            // of apitest.Small
	driveTime       = 9 * time.Second // of apitest.Backend.Drive
)

func TestAVisitFromEntryToExit(t *testing.T) {
	b := newBench(t)
	in := b.post("/api/v1/entry", enterBody).is(200).has(
		"action", "open_gate", "assignedSpot", "A-101", "reason", "plate",
		"displayMessage", "Welcome! Spot A-101, Level 1",
		"directions.0", "Ramp to Level 1", "directions.2", "Spot A-101")
	ticket := in.text("ticketId")
	if asked := b.backend.Last().(lot.RequestEntry); asked.ClaimedMS != 1_781_506_800_000 || asked.Actor != "boss" {
		t.Errorf("the sender's time or name is lost: %+v", asked)
	}
	b.get("/api/v1/tickets/"+ticket).has("status", "admitted", "licensePlate", "BGH1234", "licensePlateRaw", "b-gh 1234")
	b.backend.Drive(inGate)
	b.get("/api/v1/tickets/"+ticket).has("status", "active", "spotId", "F1-A-101", "entryGateId", "in", "entryTime", "2026-06-15T12:00:00Z")

	b.backend.Pass(2*time.Hour - driveTime)
	b.get("/api/v1/tickets/"+ticket+"/fee").has(
		"fee", "4.00", "feeMinor", "400", "due", "4.00", "currency", "EUR",
		"breakdown.duration.hours", "2", "breakdown.duration.minutes", "0", "breakdown.baseRate", "2.00",
		"breakdown.tax", "0.64", "breakdown.subtotal", "3.36", "breakdown.total", "4.00",
		"breakdown.charges.0.rule", "day", "breakdown.charges.0.from", "2026-06-15T12:00:00Z", "breakdown.charges.0.amount", "4.00")
	b.post("/api/v1/exit", exitBody).is(200).has(
		"action", "request_payment", "ticketId", ticket, "fee", "4.00", "displayMessage", "Fee: 4.00 EUR", "reason", "unpaid")
	b.post("/api/v1/tickets/"+ticket+"/pay", `{"paymentMethod":"mobile_pay","amount":4.00,"gatewayRef":"x-1"}`).is(200).has(
		"paymentStatus", "completed", "amount", "4.00", "due", "0.00", "paidUntil", "2026-06-15T14:15:00Z")
	b.get("/api/v1/tickets/"+ticket).has("paid", "true", "payments.0.paymentMethod", "mobile_pay", "payments.0.gatewayRef", "x-1")

	b.post("/api/v1/exit", exitBody).is(200).has("action", "open_gate", "fee", "0.00", "displayMessage", "Thank you! Paid.")
	b.backend.Drive(outGate)
	b.get("/api/v1/tickets/"+ticket).has("status", "completed", "exitGateId", "out", "totalFee", "4.00", "paid", "true")
	b.get("/api/v1/locations/altstadt/dashboard").has(
		"revenue.today", "4.00", "revenue.thisMonthMinor", "400", "revenue.avgTicketValue", "4.00", "revenue.avgDuration.hours", "2",
		"realtime.occupied", "0", "realtime.inside.tickets", "0")
}

func TestAnEntryWhenFullIsAnAnswerAndNoProblem(t *testing.T) {
	b := newBench(t)
	for i := range 14 {
		b.post("/api/v1/entry", `{"locationId":"altstadt","gateId":"in","licensePlate":"FULL `+string(rune('A'+i))+`"}`).is(200).has("action", "open_gate")
		b.backend.Drive(inGate)
	}
	b.post("/api/v1/entry", enterBody).is(200).has("action", "deny_entry", "reason", "wrong_type", "displayMessage", "No space for this vehicle")
	if got := b.post("/api/v1/entry", enterBody).field("ticketId"); got != nil {
		t.Errorf("a denied vehicle has the ticket %v", got)
	}
}

func TestAnExitWithoutATicketCallsAPerson(t *testing.T) {
	newBench(t).post("/api/v1/exit", exitBody).is(200).has("action", "alert_operator", "reason", "no_ticket", "fee", "0.00")
}

func TestAGateServesItsOwnDirection(t *testing.T) {
	b := newBench(t)
	b.post("/api/v1/entry", `{"locationId":"altstadt","gateId":"out","licensePlate":"A1"}`).isProblem(422, "invalid")
	b.post("/api/v1/exit", `{"locationId":"altstadt","gateId":"in","licensePlate":"A1"}`).isProblem(422, "invalid")
}

func TestWhatIsBrokenStandsInTheAnswer(t *testing.T) {
	b := newBench(t)
	b.backend.Do(lot.DeviceChanged{Device: "cam-in", Gate: inGate, Role: lot.RoleCamera, Note: "timeout"})
	b.post("/api/v1/entry", enterBody).is(200).has("action", "open_gate", "decidedWith.0", "no_camera")
}

func TestTicketsAreFoundByAPartOfTheirPlate(t *testing.T) {
	b := newBench(t)
	b.post("/api/v1/entry", enterBody).is(200)
	b.get("/api/v1/tickets?plate=gh-12").has("total", "1", "tickets.0.licensePlate", "BGH1234")
	b.get("/api/v1/tickets?plate=XX").has("total", "0")
	b.ask("GET", "/api/v1/tickets?plate=--", "operate-token", "").isProblem(422, "invalid")
	b.get("/api/v1/locations/altstadt/tickets/open?limit=1").has("total", "1", "tickets.0.status", "admitted")
}

func TestATicketIsCorrectedByAPerson(t *testing.T) {
	b := newBench(t)
	ticket := b.post("/api/v1/entry", enterBody).text("ticketId")
	b.post("/api/v1/tickets/"+ticket+"/close", `{"note":"towed"}`).is(200).has("status", "completed")
	b.post("/api/v1/tickets/"+ticket+"/close", `{}`).isProblem(409, "conflict")
	b.post("/api/v1/tickets/"+ticket+"/reopen", `{"note":"was not"}`).is(200).has("status", "active")
	if got := b.backend.Last().(lot.CorrectTicket); got.Close || got.Note != "was not" {
		t.Errorf("the lot was told %+v", got)
	}
}

func TestATicketFromTheDisk(t *testing.T) {
	b := newBench(t)
	b.backend.Archive(lot.Ticket{ID: "T-old", Status: lot.TicketCompleted, Plate: "OLD1", FeeMinor: 750}, lot.Reservation{ID: "R-old", Plate: "OLD1", PrepaidMinor: 100})
	b.get("/api/v1/tickets/T-old").has("status", "completed", "totalFee", "7.50", "licensePlate", "OLD1")
	b.get("/api/v1/tickets/T-old/fee").has("fee", "7.50", "due", "0.00")
	b.get("/api/v1/reservations/R-old").has("vehiclePlate", "OLD1", "prepaidAmount", "1.00")
	b.ask("GET", "/api/v1/tickets/T-none", "view-token", "").isProblem(404, "not_found")
	b.ask("GET", "/api/v1/reservations/R-none", "operate-token", "").isProblem(404, "not_found")
}

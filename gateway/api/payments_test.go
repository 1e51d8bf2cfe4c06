package api_test

import (
	"strings"
	"testing"
	"time"

	"gatehouse/gateway/api"
	"gatehouse/gateway/api/apitest"
	"gatehouse/gateway/tariff"
)

// shopBench is a lot with a discount of an hour, one of all that burns, and cash in steps of five.
func shopBench(t *testing.T) *bench {
	cfg := apitest.Small()
	cfg.Tariff.Rules = []tariff.Rule{{ID: "hourly", Steps: []tariff.Step{{PriceMinor: 201, UnitMS: 3_600_000}}}}
	cfg.Tariff.Discounts = []tariff.Discount{
		{Code: "SHOP", Kind: tariff.TimeOff, ValueMS: 3_600_000, Payer: "Shop"},
		{Code: "DAY", Kind: tariff.PercentOff, Basis: 10_000, Burns: true},
	}
	cfg.Tariff.Tenders = []tariff.Tender{{ID: "cash", StepMinor: 5}}
	backend := apitest.New(cfg)
	return &bench{t, backend, api.New(api.Options{Backend: backend, Tokens: tokens()})}
}

// parked is the path of a ticket that entered two hours ago.
func (b *bench) parked() string {
	b.Helper()
	ticket := b.post("/api/v1/entry", enterBody).text("ticketId")
	b.backend.Drive(inGate)
	b.backend.Pass(2*time.Hour - driveTime)
	return "/api/v1/tickets/" + ticket
}

func TestAFeeIsExplained(t *testing.T) {
	b := shopBench(t)
	b.get(b.parked()+"/fee").has("feeMinor", "402", "dueInCash", "4.00", "dueInCashMinor", "400", "tariff", "2026-1",
		"breakdown.charges.0.rule", "hourly", "breakdown.charges.0.units", "2", "breakdown.charges.0.amountMinor", "402",
		"breakdown.charges.0.text", "2 x 1 h at 2.01")
}

func TestTheLifeOfAPayment(t *testing.T) {
	b := shopBench(t)
	ticket := b.parked()
	held := b.post(ticket+"/pay", `{"paymentMethod":"credit_card","amount":4.02,"authorise":true}`).is(200).has("paymentStatus", "authorised", "dueMinor", "402")
	payment := ticket + "/payments/" + held.text("paymentId")
	b.get(ticket+"/fee").has("authorisedMinor", "402", "paidMinor", "0")
	b.post(payment+"/refund", `{}`).isProblem(409, "conflict")
	b.post(payment+"/capture", `{"amount":5}`).isProblem(422, "overpayment")
	b.post(payment+"/capture", `{"amount":0}`).isProblem(422, "invalid")
	b.post(payment+"/capture", `{}`, "Idempotency-Key", "c").is(200).has("paidMinor", "402", "dueMinor", "0")
	b.post(payment+"/capture", `{}`, "Idempotency-Key", "c").is(200).has("paidMinor", "402")
	b.post(payment+"/capture", `{}`).isProblem(409, "conflict")
	b.post(ticket+"/validations", `{"code":"SHOP"}`).is(200).has("feeMinor", "201", "overpaidMinor", "201", "validations.0", "SHOP", "breakdown.charges.0.payer", "Shop")
	b.post(payment+"/refund", `{"note":"shop"}`, "Idempotency-Key", "r").is(200).has("paidMinor", "201", "overpaidMinor", "")
	b.post(payment+"/refund", `{"note":"shop"}`, "Idempotency-Key", "r").is(200).has("paidMinor", "201")
	b.get(ticket).has("payments.0.paymentStatus", "completed", "payments.0.refundedMinor", "201", "paid", "true")
	b.post(payment+"/void", `{}`).isProblem(409, "conflict")
	b.post(ticket+"/payments/P9/void", `{}`).isProblem(404, "not_found")
}

func TestWaiversValidationsAndLostTickets(t *testing.T) {
	b := shopBench(t)
	ticket := b.parked()
	b.post(ticket+"/validations", `{"code":"SHOPS"}`).isProblem(404, "not_found")
	b.post(ticket+"/validations", `{"code":"DAY","coupon":"7"}`).is(200).has("feeMinor", "0")
	other := b.post("/api/v1/entry", strings.Replace(enterBody, "b-gh 1234", "OTHER 1", 1)).text("ticketId")
	b.backend.Drive(inGate)
	b.backend.Pass(time.Hour)
	b.post("/api/v1/tickets/"+other+"/validations", `{"code":"DAY","coupon":"7"}`).isProblem(409, "conflict")
	b.post("/api/v1/tickets/"+other+"/waive", `{"reason":"because"}`).isProblem(422, "invalid")
	b.post("/api/v1/tickets/"+other+"/waive", `{"reason":"goodwill","amount":"1.00"}`).is(200).has("waivedMinor", "100", "dueMinor", "302")
	b.get("/api/v1/tickets/"+other).has("payments.0.waiver", "goodwill", "payments.0.paymentStatus", "waived")
	b.post("/api/v1/tickets/"+other+"/lost", `{}`).is(200).has("feeMinor", "2500", "reason", "lost_ticket")
	b.post("/api/v1/tickets/"+other+"/owe", `{}`).is(200)
	b.get("/api/v1/locations/altstadt/tariffs").has("tariffs.0.version", "")
}

// TestACharger reports energy by ticket, plate or spot, and it is part of the fee.
func TestACharger(t *testing.T) {
	cfg := apitest.Small()
	cfg.Tariff.Rules = []tariff.Rule{{ID: "hourly", Steps: []tariff.Step{{PriceMinor: 200, UnitMS: 3_600_000}}}}
	cfg.Tariff.Charging = tariff.Charging{WithParking: true, Prices: []tariff.ChargePrice{{ID: "energy", Dimension: tariff.PerEnergy, PriceMilli: 50_000}}}
	cfg.Tariff.Discounts = []tariff.Discount{{Code: "HOME", Kind: tariff.PercentOff, Basis: 5000, For: tariff.Who{Groups: []string{"resident"}}}}
	backend := apitest.New(cfg)
	b := &bench{t, backend, api.New(api.Options{Backend: backend, Tokens: tokens()})}
	ticket := b.parked()
	const sessions = "/api/v1/locations/altstadt/charging-sessions"
	start := b.get(ticket).text("entryTime")
	body := func(more string) string { return `{"sessionId":"C7","startTime":"` + start + `",` + more + `}` }
	b.post(sessions, body(`"licensePlate":"b-gh 1234","energyKwh":10.5`)).is(200).has("feeMinor", "925", "breakdown.charges.1.rule", "energy", "breakdown.charges.1.text", "10.500 kWh at 0.50")
	b.post(sessions, body(`"ticketId":"`+ticket[len("/api/v1/tickets/"):]+`","energyKwh":"20","maxCurrentA":16`)).is(200).has("feeMinor", "1400")
	b.post(sessions, body(`"licensePlate":"GONE 1","energyKwh":1`)).isProblem(404, "not_found")
	b.post(sessions, body(`"spotId":"nowhere","energyKwh":1`)).isProblem(404, "not_found")
	b.post(sessions, body(`"licensePlate":"b-gh 1234","energyKwh":-1`)).isProblem(422, "invalid")
	b.post(sessions, body(`"licensePlate":"b-gh 1234","energyKwh":1,"endTime":"2020-01-01T00:00:00Z"`)).isProblem(422, "invalid")
	b.post(sessions, body(`"licensePlate":"b-gh 1234","energyKwh":1e99`)).isProblem(422, "invalid")
	b.post(ticket+"/validations", `{"code":"HOME"}`).isProblem(409, "not_possible")
	b.post(ticket+"/class", `{"group":"citizen"}`).isProblem(404, "not_found")
	b.post(ticket+"/class", `{}`).isProblem(422, "invalid")
	b.post(ticket+"/class", `{"group":"resident"}`).is(200)
	b.post(ticket+"/validations", `{"code":"HOME"}`).is(200).has("feeMinor", "700")
}

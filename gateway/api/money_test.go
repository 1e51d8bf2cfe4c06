package api_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gatehouse/gateway/api"
	"gatehouse/gateway/api/apitest"
	"gatehouse/gateway/lot"
	"gatehouse/sync/fact"
	"gatehouse/sync/rest"
)

// A float can't tell these from their neighbours.
func TestAmountsAreReadExactlyFromTheirText(t *testing.T) {
	b := newBench(t)
	ticket := b.post("/api/v1/entry", enterBody).text("ticketId")
	pay := "/api/v1/tickets/" + ticket + "/pay"
	for body, minor := range map[string]int64{
		`{"paymentMethod":"cash","amount":90071992547409.93}`:   9007199254740993,
		`{"paymentMethod":"cash","amount":"90071992547409.93"}`: 9007199254740993,
		`{"paymentMethod":"cash","amount":0.1}`:                 10,
		`{"paymentMethod":"cash","amount":"7"}`:                 700,
	} {
		b.post(pay, body)
		if got := b.backend.Last().(lot.PayTicket).AmountMinor; got != minor {
			t.Errorf("%s was read as %d", body, got)
		}
	}
	for _, amount := range []string{`1.005`, `1e2`, `"1,50"`, `"+1"`, `" 1"`, `""`, `true`, `null`, `[1]`, `{}`, `"NaN"`, `"1_0"`, `"12345678901234567890"`} {
		b.post(pay, `{"paymentMethod":"cash","amount":`+amount+`}`).isProblem(422, "invalid")
	}
}

func TestMoreThanIsDueIsRefused(t *testing.T) {
	b := newBench(t)
	ticket := b.post("/api/v1/entry", enterBody).text("ticketId")
	b.backend.Drive(inGate)
	b.backend.Pass(time.Hour)
	pay := "/api/v1/tickets/" + ticket + "/pay"
	b.post(pay, `{"paymentMethod":"cash","amount":500}`).isProblem(422, "overpayment")
	b.post(pay, `{"paymentMethod":"cash","amount":0}`).isProblem(422, "invalid")
	b.post(pay, `{"paymentMethod":"cash","amount":-1}`).isProblem(422, "invalid")
	b.post(pay, `{"paymentMethod":"gold","amount":1}`).isProblem(422, "invalid")
	b.post(pay, `{"paymentMethod":"cash","amount":"0.50"}`).is(200).has("amount", "0.50", "amountMinor", "50")
	b.post("/api/v1/tickets/none/pay", `{"paymentMethod":"cash","amount":1}`).isProblem(404, "not_found")
}

func TestAmountsHaveTheDigitsOfTheirCurrency(t *testing.T) {
	for currency, fee := range map[fact.Currency]string{"EUR": "2.00", "JPY": "200", "KWD": "0.200"} {
		cfg := apitest.Small()
		cfg.Currency, cfg.Tariff.Currency = currency, currency
		backend := apitest.New(cfg)
		b := &bench{t, backend, api.New(api.Options{Backend: backend, Tokens: tokens()})}
		ticket := b.post("/api/v1/entry", enterBody).text("ticketId")
		b.backend.Drive(inGate)
		b.backend.Pass(time.Hour - driveTime)
		b.get("/api/v1/tickets/"+ticket+"/fee").has("fee", fee, "feeMinor", "200", "currency", string(currency))
	}
}

// What is answered can be sent back, and means the same.
func TestAmountsGoRoundUnchanged(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		currency := rapid.SampledFrom([]fact.Currency{"EUR", "JPY", "KWD"}).Draw(r, "currency")
		minor := rapid.Int64Range(-1_000_000_000_000, 1_000_000_000_000).Draw(r, "minor")
		text := fact.Money{Minor: minor, Currency: currency}.Decimal()
		written, err := json.Marshal(rest.Amount(text))
		if err != nil || string(written) != text {
			r.Fatalf("%s is written %s, %v", text, written, err)
		}
		var number, quoted rest.GivenAmount
		if err := json.Unmarshal(written, &number); err != nil {
			r.Fatal(err)
		}
		if err := json.Unmarshal(fmt.Appendf(nil, "%q", text), &quoted); err != nil {
			r.Fatal(err)
		}
		if money, err := fact.ParseMoney(string(number), currency); err != nil || money.Minor != minor || number != quoted {
			r.Fatalf("%s came back as %v, %v", text, money, err)
		}
	})
}

func TestMinutesAreNeverSixty(t *testing.T) {
	b := newBench(t)
	ticket := b.post("/api/v1/entry", enterBody).text("ticketId")
	b.backend.Drive(inGate)
	b.backend.Pass(time.Hour - driveTime - time.Millisecond)
	b.get("/api/v1/tickets/"+ticket+"/fee").has("breakdown.duration.hours", "0", "breakdown.duration.minutes", "59")
	b.backend.Pass(time.Millisecond)
	b.get("/api/v1/tickets/"+ticket+"/fee").has("breakdown.duration.hours", "1", "breakdown.duration.minutes", "0")
}

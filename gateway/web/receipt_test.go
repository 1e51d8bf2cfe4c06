package web_test

import (
	"strings"
	"testing"
	"time"

	"gatehouse/gateway/api/apitest"
	"gatehouse/gateway/lot"
	"gatehouse/gateway/tariff"
	"gatehouse/sync/fact"
	"gatehouse/sync/livepage/browsertest"
)

// shop is a lot whose tariff has something to explain.
func shop() *lot.Config {
	cfg := apitest.Small()
	cfg.Tariff.Rules = []tariff.Rule{{ID: "hourly", Steps: []tariff.Step{{PriceMinor: 201, UnitMS: 3_600_000}}}}
	cfg.Tariff.Caps = []tariff.Cap{{ID: "24 h maximum", PeriodMS: 86_400_000, Amounts: []tariff.CapAmount{{Minor: 1200}}}}
	cfg.Tariff.Discounts = []tariff.Discount{{Code: "Cinema", Kind: tariff.MoneyOff, Minor: 150, Payer: "Cinema"}}
	cfg.Tariff.Tenders = []tariff.Tender{{ID: "cash", StepMinor: 5}}
	return cfg
}

// stayed is a ticket of a stay of nine hours over midnight, validated and paid in part.
func stayed(backend *apitest.Backend) fact.TicketID {
	ticket := backend.Do(lot.RequestEntry{Gate: 0, Raw: "B-GH 1234"}).Ticket
	backend.Drive(0)
	backend.Pass(27 * time.Hour)
	backend.Do(
		lot.ValidateTicket{Ticket: ticket, Code: "Cinema"}, lot.PayTicket{Ticket: ticket, Method: fact.MethodCash, AmountMinor: 500},
		lot.WaiveFee{Ticket: ticket, AmountMinor: 100, Waiver: fact.WaiverGoodwill})
	return ticket
}

func TestAReceiptSaysHowTheFeeCameAbout(t *testing.T) {
	b := newBench(t, shop())
	ticket := stayed(b.backend)
	page := b.get("/receipt/" + string(ticket))
	if page.Code != 200 {
		t.Fatal(page.Code, page.Body.String())
	}
	b.shows(plain(page.Body.String()),
		"BGH1234", "27 h 0 min", "24 x 1 h at 2.01, 36.24 less: 24 h maximum 12.00", "4 x 1 h at 2.01 8.04", "Cinema discount, paid by Cinema −1.50",
		"Total EUR 18.54", "paid, cash", "waived: goodwill", "To pay 12.54", "in cash 12.55", "Prices of tariff 2026-1")
	if got := b.get("/receipt/T9"); got.Code != 404 || !strings.Contains(got.Body.String(), "No such ticket") {
		t.Error(got.Code, got.Body.String())
	}
	b.shows(page.Header().Get("Content-Security-Policy"), "default-src 'none'")
}

// testReceipt: a receipt fits a phone, by day and by night.
func testReceipt(t *testing.T, b *browsertest.Browser) {
	backend := apitest.New(shop())
	url := serve(t, backend).URL + "/receipt/" + string(stayed(backend))
	for _, size := range []browsertest.Look{phone, {Width: 360, Height: 740, Dark: true}, laptop} {
		tab := b.Open(t, url, size)
		tab.Until(`document.querySelector(".receipt tfoot") !== null && document.readyState === "complete"`)
		if got := tab.Eval(`document.documentElement.scrollWidth`); got != float64(size.Width) {
			t.Errorf("it is %v wide on a screen of %d", got, size.Width)
		}
		tab.Is(`[...document.querySelectorAll(".receipt td")].every(e => e.getBoundingClientRect().right <= innerWidth)`, true)
		tab.Is(`document.querySelector("tr.open td").textContent`, "12.54")
	}
}

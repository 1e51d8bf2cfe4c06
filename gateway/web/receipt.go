package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"gatehouse/sync/livepage"
)

// receipt is what the page reads of a ticket and its fee; gateway/api says what each field means.
type receipt struct {
	Name, Timezone string
	Ticket         struct {
		TicketID, Status, LicensePlate, Suspect string
		EntryTime                               time.Time
		ExitTime                                *time.Time
		Payments                                []payment
	}
	Fee struct {
		Currency, Tariff, Reason           string
		Fee, Paid, Due, DueInCash          json.Number
		FeeMinor, DueMinor, DueInCashMinor int64
		OverpaidMinor, WaivedMinor         int64
		CarriedMinor, AuthorisedMinor      int64
		PaidUntil                          *time.Time
		QuotedAt                           time.Time
		Breakdown                          struct {
			Duration             struct{ Hours, Minutes int }
			Charges              []charge
			Subtotal, Tax, Total json.Number
			TaxMinor, TotalMinor int64
		}
	}

	Version string
	zone    *time.Location
}

type charge struct {
	Rule, Text, Note, Cap string
	From, To              time.Time
	Amount                json.Number
	AmountMinor           int64
}

type payment struct {
	PaymentStatus, PaymentMethod, GatewayRef, Waiver string
	Amount                                           json.Number
	At                                               time.Time
	RefundedMinor                                    int64
}

// receipt shows how the fee of a ticket came about, and what became of it.
func (p *page) receipt(w http.ResponseWriter, r *http.Request) {
	text, found, err := p.Receipt(r.Context(), r.PathValue("ticket"))
	shown := receipt{Version: p.assets.Version}
	if err == nil && found {
		err = json.Unmarshal(text, &shown)
	}
	if err != nil {
		p.Logger.Error("a receipt can't be shown", "err", err)
		p.assets.SendProblem(w, http.StatusServiceUnavailable, "The lot does not answer", "This page tries again every few seconds.")
		return
	}
	status := http.StatusOK
	if !found {
		status = http.StatusNotFound
	}
	shown.zone = zoneOf(shown.Timezone)
	var html bytes.Buffer
	if err := p.templates.ExecuteTemplate(&html, "receipt.html", &shown); err != nil {
		p.Logger.Error("a receipt can't be shown", "err", err)
		http.Error(w, "This page has a fault.", http.StatusInternalServerError)
		return
	}
	livepage.Send(w, status, html.Bytes())
}

// Day is a moment with its day, in civil time.
func (r *receipt) Day(t time.Time) string { return t.In(r.zone).Format("Mon 2 Jan 2006, 15:04") }

// Span is the time of a charge: with the day where that is not the day of the entry.
func (r *receipt) Span(c charge) string {
	return r.moment(c.From, r.Ticket.EntryTime) + " – " + r.moment(c.To, c.From)
}

// moment is a time of day, with its day where that is not the day of another moment.
func (r *receipt) moment(t, beside time.Time) string {
	local, other := t.In(r.zone), beside.In(r.zone)
	if local.YearDay() == other.YearDay() && local.Year() == other.Year() {
		return local.Format("15:04")
	}
	return local.Format("2 Jan 15:04")
}

// Lasts reports whether a charge is for a time.
func (c charge) Lasts() bool { return c.To.After(c.From) }

// What is what a charge is for.
func (c charge) What() string {
	if c.Rule == "" {
		return map[string]string{"grace": "Free of charge", "no_rule": "Free", "too_long": "Not priced"}[c.Note]
	}
	return c.Rule
}

// How is how the amount came about, unless the name says it.
func (c charge) How() string {
	if c.Text == c.Rule || strings.ReplaceAll(c.Note, "_", " ") == c.Rule {
		return ""
	}
	return c.Text
}

// Minor prints an amount that came in minor units, with the digits that the fee has.
func (r *receipt) Minor(minor int64) string {
	_, fraction, _ := strings.Cut(r.Fee.Fee.String(), ".")
	digits := len(fraction)
	if digits == 0 {
		return livepage.GroupedDigits(fmt.Sprint(minor))
	}
	text := fmt.Sprintf("%0*d", digits+1, minor)
	return livepage.GroupedDigits(text[:len(text)-digits] + "." + text[len(text)-digits:])
}

// paymentWords say what became of a payment.
var paymentWords = map[string]string{
	"pending": "asked for", "completed": "paid", "failed": "not paid", "authorised": "held ready", "voided": "voided", "waived": "waived",
}

// Words are what became of a payment, and how it was paid.
func (p payment) Words() string {
	words := livepage.WordFor(paymentWords, p.PaymentStatus)
	switch {
	case p.Waiver != "":
		words += ": " + strings.ReplaceAll(p.Waiver, "_", " ")
	case p.PaymentMethod != "" && p.PaymentMethod != "unknown":
		words += ", " + strings.ReplaceAll(p.PaymentMethod, "_", " ")
	}
	return words
}

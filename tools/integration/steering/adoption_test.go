package steering

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gatehouse/gateway/app"
	"gatehouse/gateway/lot"
	"gatehouse/sync/fact"
	"gatehouse/sync/uplink"
	"gatehouse/sync/uplink/identity"
)

// drained waits until headquarters has all facts of a gateway.
func (p *place) drained() {
	p.Helper()
	p.until("headquarters has everything", func() bool {
		hq := p.app.Headquarters()
		return hq.State == "synced" && hq.Waiting == 0
	})
}

// A new card goes on with what headquarters sold and lent, which vouchers were used, what is blocked, and what each ticket
// was promised.
func TestANewCardGoesOn(t *testing.T) {
	w := newTown(t)
	p := w.place("p8", "EUR")
	ahead := func() *app.Clock { return app.NewDemoClock(time.Now().Add(55*time.Minute), 1) }
	p.start(app.NewClock())
	w.until("the gateway is online", p.online)
	p.lends(2)
	old := p.enters("B-AA 1").Ticket
	made := w.release("tariff", goodTariff, "")
	w.until("the tariff is in effect", func() bool { return w.rollout(made)["state"] == "done" })
	made = w.release("blocklist", "B-GH 13", "")
	w.until("the block list is in effect", func() bool { return w.rollout(made)["state"] == "done" })
	newer := p.enters("B-AA 2").Ticket
	used, open := p.sold("KA-X 1", time.Hour, 2*time.Hour), p.sold("KA-X 2", time.Hour, 2*time.Hour)
	p.drained()
	p.stop()
	p.start(ahead()) // an hour later
	if got := p.shows(0, fmt.Sprint(used["voucher"])); !got.Granted {
		t.Fatalf("%+v", got)
	}
	p.drained()
	p.stop()

	p.dir = t.TempDir()
	p.enrol()
	p.start(ahead())
	for id, version := range map[fact.TicketID]string{old: "own", newer: "summer"} {
		p.view(func(l *lot.Lot) {
			ticket, found := l.Ticket(id)
			if !found || ticket.Tariff != version {
				t.Errorf("ticket %s: found %v, promised %q, not %q", id, found, ticket.Tariff, version)
			}
		})
	}
	if r, found := p.reservation(open["reservationId"]); !found || r.Plate != "KAX2" || r.PrepaidMinor != 500 {
		t.Errorf("found %v: %+v", found, r)
	}
	w.until("the documents are there", func() (there bool) {
		p.view(func(l *lot.Lot) { there = l.Lent(fact.Regular) == 2 && l.Config().Tariff.Version == "summer" })
		return there
	})
	w.until("the block list is there", func() bool { return !p.enters("B-GH 13").Granted })
	if r, _ := p.reservation(used["reservationId"]); r.Status != fact.ReservationActive {
		t.Errorf("a voucher that was used: %+v", r)
	}
	before := 0
	p.view(func(l *lot.Lot) { before = len(l.OpenTickets()) })
	p.shows(0, fmt.Sprint(used["voucher"]))
	p.view(func(l *lot.Lot) {
		if n := len(l.OpenTickets()); n != before {
			t.Errorf("it was used again: %d tickets, and %d before", n, before)
		}
	})
	if got := p.shows(0, fmt.Sprint(open["voucher"])); !got.Granted || got.Reason != fact.ReasonReservation {
		t.Errorf("the other voucher: %+v", got)
	}
	p.drained()
}

// A new card whose certificate has ended hears so, and does not wait for an answer that can't come.
func TestANewCardWithAnExpiredCertificateDoesNotWait(t *testing.T) {
	w := newTown(t)
	p := w.place("p1", "EUR")
	w.pastBy(500 * 24 * time.Hour)
	p.enrol()
	w.pastBy(0)
	who, err := identity.Open(filepath.Join(p.dir, "identity"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = uplink.Adopt(t.Context(), uplink.Options{
		Location: "p1", Chain: who.Headquarters().Chain, Broker: who.Headquarters().Broker, Signer: who, Keys: who.Keys(), TLS: who.TLS(),
	})
	if !errors.Is(err, uplink.ErrExpired) || !strings.Contains(err.Error(), "enrol --again") {
		t.Errorf("%v", err)
	}
	p.start(app.NewClock())
	if got := p.enters("B-AA 1"); !got.Granted {
		t.Errorf("%+v", got)
	}
}

// A certificate that has ended stops the sync, and nothing else. The facts wait, and go when there is a new one.
func TestAnExpiredCertificateStopsTheSyncAndNoGate(t *testing.T) {
	w := newTown(t)
	p := w.place("p1", "EUR")
	p.start(app.NewClock())
	p.drained()
	p.stop()
	w.pastBy(500 * 24 * time.Hour) // headquarters made a certificate for a year, and that was longer ago
	p.enrol()
	w.pastBy(0)
	p.start(app.NewClock())
	if got := p.enters("B-AA 1"); !got.Granted {
		t.Errorf("%+v", got)
	}
	w.until("the sync says why", func() bool {
		hq := p.app.Headquarters()
		return hq.State == "unreachable" && strings.Contains(hq.Problem, "certificate")
	})
	if hq := p.app.Headquarters(); hq.Certificate == nil || hq.Certificate.After(time.Now()) || hq.Waiting == 0 {
		t.Errorf("%+v", hq)
	}
	if got := p.enters("B-AA 2"); !got.Granted || p.online() {
		t.Errorf("%+v", got)
	}
	p.stop()
	p.enrol()
	p.start(app.NewClock())
	p.drained()
	if got := p.must("GET", "/locations/p1", ""); got["facts"] == float64(0) {
		t.Errorf("%v", got)
	}
}

package integration

import (
	"context"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"gatehouse/cloud/app"
	"gatehouse/sync/uplink/identity"
)

// headquarters is an aggregator in this process, so that a test can speak for it.
type headquarters struct {
	*app.App
	t *testing.T
}

func newHeadquarters(t *testing.T) *headquarters {
	t.Helper()
	a, err := app.New(t.Context(), app.Options{Dir: t.TempDir(), Listen: "127.0.0.1:0", MQTT: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	hq := &headquarters{App: a, t: t}
	if err := a.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	return hq
}

// enrol gives a lot an identity.
func (hq *headquarters) enrol(l *lot) {
	hq.t.Helper()
	code, err := hq.Registry().NewCode(context.Background(), l.id, "ann", false)
	if err != nil {
		hq.t.Fatal(err)
	}
	_, err = identity.Enrol(context.Background(), identity.Enrolment{Dir: filepath.Join(l.data, "identity"), URL: "https://" + hq.Address(), Code: code})
	if err != nil {
		hq.t.Fatal(err)
	}
}

func TestANewCardGoesOnWhereTheOldOneStopped(t *testing.T) {
	p := built(t)
	hq := newHeadquarters(t)
	way := newProxy(t, "127.0.0.1:1")
	old := newLot(t, p, "lot-0", way, "broker = \""+hq.BrokerURL()+"\"\n")
	hq.enrol(old)
	old.process.start()
	until(t, "the first facts", old.drained)
	plates := []string{"B-GH 1", "B-GH 2", "B-GH 3"}
	for _, plate := range plates {
		var answer map[string]any
		enter := map[string]any{"locationId": "lot-0", "gateId": "in-1", "licensePlate": plate}
		until(t, "the entry of "+plate, func() bool { // who is told that the disk stalls asks again
			return old.ask("POST", "/api/v1/entry", plate, enter, &answer) == nil
		})
		if answer["ticketId"] == nil {
			t.Fatal(answer)
		}
	}
	tickets := old.openTickets()
	old.leave(syscall.SIGKILL)

	card := newLot(t, p, "lot-0", way, "broker = \""+hq.BrokerURL()+"\"\n")
	hq.enrol(card)
	card.process.start()
	until(t, "the new card", card.drained)
	if got := card.openTickets(); got != tickets || strings.Count(got, "B-GH") != len(plates) && strings.Count(got, "BGH") != len(plates) {
		t.Errorf("the old card had\n%s\nthe new one has\n%s", tickets, got)
	}
	until(t, "all facts", card.drained)
	card.kill() // what was adopted is there after a restart too
	until(t, "the restarted card", card.drained)
	if got := card.openTickets(); got != tickets {
		t.Errorf("after a restart it has\n%s", got)
	}
	card.leave(syscall.SIGTERM)
	checkHeadquarters(t, hq.Store(), old, card)
}

// openTickets lists numbers and plates of the visits that go on.
func (l *lot) openTickets() string {
	l.t.Helper()
	var answer struct {
		Tickets []struct{ TicketID, LicensePlate string }
	}
	until(l.t, "the open tickets", func() bool { return l.ask("GET", "/api/v1/locations/"+l.id+"/tickets/open", "", nil, &answer) == nil })
	var list strings.Builder
	for _, ticket := range answer.Tickets {
		list.WriteString(ticket.TicketID + " " + ticket.LicensePlate + "\n")
	}
	return list.String()
}

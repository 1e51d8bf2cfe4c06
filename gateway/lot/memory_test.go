package lot_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"gatehouse/gateway/lot"
	"gatehouse/sync/fact"
)

func TestKeysAreForgotten(t *testing.T) {
	s := newTeller(t)
	line := "reserve large B-AA1 3000 3060 0 key"
	s.commands(line)
	s.pass(23 * time.Hour)
	s.commands(line)
	s.pass(2 * time.Hour)
	s.step(lot.Tick{})
	s.out.Reset()
	s.commands(line)
	if told := s.out.String(); strings.Contains(told, "repeated") || !strings.Contains(told, "ReservationMade") {
		t.Errorf("a day later the key still answers:\n%s", told)
	}
	if n := len(s.lot.ReservationsOf("u")); n != 2 {
		t.Errorf("%d reservations were made, not 2", n)
	}
}

// TestOldTicketsLeaveMemory closes more tickets than a lot keeps: the oldest are in the archive alone.
func TestOldTicketsLeaveMemory(t *testing.T) {
	s := newTeller(t)
	const visits, kept = 1_010, 1_000
	for n := range visits {
		s.step(lot.RequestEntry{Gate: 0, Raw: fmt.Sprintf("B-AA%d", n)})
		s.command([]string{"close", fmt.Sprintf("T%d", n+1)})
	}
	inMemory, archive := 0, 0
	for n := range visits {
		id := s.id(fmt.Sprintf("T%d", n+1))
		if _, found := s.lot.Ticket(fact.TicketID(id)); found {
			inMemory++
		}
		if s.kept[string([]byte{lot.TableClosedTickets})+id] != nil {
			archive++
		}
	}
	if inMemory != kept || archive != visits {
		t.Errorf("%d tickets are in memory and %d in the archive, not %d and %d", inMemory, archive, kept, visits)
	}
	s.check()
}

func TestLoadRefusesWhatItCanNotRead(t *testing.T) {
	l := newLot(t, storyConfig(t))
	if err := l.Load(99, "x", nil); err == nil || !strings.Contains(err.Error(), "99") {
		t.Errorf("an unknown table: %v", err)
	}
	for _, table := range []lot.Table{
		lot.TableMeta, lot.TableGates, lot.TableSpots, lot.TableTickets, lot.TableReservations, lot.TablePasses, lot.TableRequests, lot.TableHours,
		lot.TableBaselines,
	} {
		key := map[lot.Table]string{lot.TableGates: "IN"}[table]
		if err := l.Load(table, key, []byte("rubbish")); err == nil {
			t.Errorf("table %d took rubbish", table)
		}
	}
}

// TestStoredSpotOfAnotherSite loads what an older site file had: it is left out, and nothing breaks.
func TestStoredSpotOfAnotherSite(t *testing.T) {
	s := newTeller(t)
	s.commands("enter IN B-AA1", "service A-2 out", "hold OUT")
	smaller := *s.cfg
	smaller.Spots, smaller.Gates = smaller.Spots[1:], smaller.Gates[:1]
	restored := s.kept.load(t, &smaller)
	if tally := restored.Tally(); tally.Total != 5 || tally.Maintenance != 1 {
		t.Errorf("of five spots, one closed: %+v", tally)
	}
	if _, found := restored.Ticket(fact.TicketID(s.id("T1"))); !found {
		t.Error("the visit was forgotten with its spot")
	}
	everything(t, restored)
}

func TestCodes(t *testing.T) {
	data, err := json.Marshal(map[string]any{
		"severity": []lot.Severity{lot.Info, lot.Warning, lot.Fault}, "colour": []lot.Colour{lot.Green, lot.Yellow, lot.Red},
		"ticket":  []lot.TicketStatus{lot.TicketAdmitted, lot.TicketActive, lot.TicketLeaving, lot.TicketCompleted, lot.TicketCancelled},
		"payment": []lot.PaymentStatus{lot.PaymentPending, lot.PaymentCompleted, lot.PaymentFailed},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"colour":["green","yellow","red"],"payment":["pending","completed","failed"],"severity":["info","warning","fault"],` +
		`"ticket":["admitted","active","leaving","completed","cancelled"]}`
	if string(data) != want {
		t.Errorf("got  %s\nwant %s", data, want)
	}
	roles := ""
	for role := lot.RoleSensor; role <= lot.RoleSign; role++ {
		roles += role.String() + " "
	}
	if roles != "sensor loop arm switch fire input stop input barrier camera column display terminal sign " {
		t.Error(roles)
	}
}

package steering

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"gatehouse/gateway/app"
	"gatehouse/gateway/lot"
	"gatehouse/sync/fact"
)

// rotates changes headquarters' signing key, and ends the overlap.
func (w *town) rotates() {
	w.Helper()
	w.must("POST", "/signing-key/change", `{"reason":"the year is over"}`)
	w.must("POST", "/signing-key/end", `{"reason":"long enough"}`)
}

// believed waits until no gateway lacks the newest key.
func (w *town) believed(what string) {
	w.Helper()
	w.until(what, func() bool {
		behind, _ := w.must("GET", "/signing-key", "")["behind"].([]any)
		return len(behind) == 0
	})
}

// While the key changes, a gateway that is away is spoken to by the old one, and one that has heard of the new one by that;
// one that was away through two changes follows from key to key.
func TestHeadquartersChangesItsSigningKey(t *testing.T) {
	w := newTown(t)
	near, far := w.place("near", "EUR"), w.place("far", "EUR")
	for _, p := range []*place{near, far} {
		p.start(app.NewClock())
		p.drained()
		p.lends(2)
	}
	first := fmt.Sprint(w.must("GET", "/signing-key", "")["key"])
	early := far.sold("KA-X 1", time.Hour, 2*time.Hour)
	far.stop()

	began := w.must("POST", "/signing-key/change", `{"reason":"the year is over"}`)
	if began["key"] != first || began["next"] == nil || began["until"] == nil {
		t.Errorf("%v", began)
	}
	if status, again := w.ask("POST", "/signing-key/change", `{"reason":"once more"}`); status != http.StatusConflict {
		t.Errorf("a second change within the first: %d %v", status, again)
	}
	w.until("the near one believes the new key", func() bool {
		behind, _ := w.must("GET", "/signing-key", "")["behind"].([]any)
		return len(behind) == 1 && behind[0] == "far"
	})
	near.drained() // by an acknowledgement that the new key signed
	if got := near.order("hold", `,"gateId":"in"`); got["state"] != "done" {
		t.Errorf("an order by the new key: %v", got)
	}
	status, alone := far.sell("KA-X 2", time.Hour, 2*time.Hour) // while its lot hears nothing
	if status != http.StatusCreated || alone["delivered"] != false {
		t.Fatalf("%d %v", status, alone)
	}
	w.shut()
	w.open() // a change that is interrupted goes on
	w.must("POST", "/signing-key/end", `{"reason":"long enough"}`)
	w.rotates()
	if now := w.must("GET", "/signing-key", ""); now["key"] == first || now["next"] != nil {
		t.Errorf("%v", now)
	}
	near.drained()

	far.start(app.NewDemoClock(time.Now().Add(55*time.Minute), 1))
	if got := far.shows(0, fmt.Sprint(alone["voucher"])); !got.Granted || got.Reason != fact.ReasonReservation {
		t.Errorf("a voucher of the time between: %+v", got)
	}
	w.believed("the far one has followed over two changes")
	far.drained()
	if got := far.shows(0, fmt.Sprint(early["voucher"])); !got.Granted || got.Reason != fact.ReasonReservation {
		t.Errorf("a voucher that an old key signed, of a reservation that the lot has: %+v", got)
	}
	made := w.release("blocklist", "B-GH 13", "")
	w.until("the block list is in effect", func() bool { return w.rollout(made)["state"] == "done" })
	if got := far.enters("B-GH 13"); got.Granted {
		t.Error("the far one does not go by what the newest key signs")
	}
}

// A card that lost all but its identity, which is from before two changes, still adopts its location.
func TestANewCardFollowsTheKeysOfItsOldIdentity(t *testing.T) {
	w := newTown(t)
	p := w.place("p1", "EUR")
	p.start(app.NewClock())
	ticket := p.enters("B-AA 1").Ticket
	p.drained()
	p.stop()
	w.rotates()
	w.rotates()
	identity := filepath.Join(p.dir, "identity")
	p.dir = t.TempDir()
	if err := os.Rename(identity, filepath.Join(p.dir, "identity")); err != nil {
		t.Fatal(err)
	}
	p.start(app.NewClock())
	p.view(func(l *lot.Lot) {
		if _, found := l.Ticket(ticket); !found {
			t.Error("the card begins empty")
		}
	})
	w.believed("it has followed")
	p.drained()
}

package steering

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gatehouse/gateway/app"
	"gatehouse/gateway/lot"
	"gatehouse/sync/fact"
	"gatehouse/sync/policy"
)

// Settings, validations, passes and a block list are in effect at the lot, and headquarters sees which version.
func TestDocumentsFromHeadquarters(t *testing.T) {
	w := newTown(t)
	p := w.place("p1", "EUR")
	p.start(app.NewClock())
	w.until("the gateway is online", p.online)
	done := func(kind, content string) {
		t.Helper()
		made := w.release(kind, content, "")
		w.until(kind+" is in effect", func() bool { return w.rollout(made)["state"] == "done" })
		if one := w.policy("p1", kind); one["state"] != "in_effect" || one["inEffect"] != one["version"] {
			t.Errorf("%v", one)
		}
	}
	done("settings", "[reservations]\nno_show_after_minutes = 20\n[policy]\nreservable_percent = 100\n")
	p.view(func(l *lot.Lot) {
		if cfg := l.Config(); cfg.Booking.NoShowAfterMS != 20*60_000 || cfg.Policy.ReservablePercent != 100 {
			t.Errorf("%+v", cfg.Policy)
		}
	})
	done("blocklist", "B-GH 13")
	if got := p.enters("B-GH 13"); got.Granted || got.Reason != fact.ReasonBlocked {
		t.Errorf("%+v", got)
	}
	made := w.must("POST", "/rollouts", `{"kind":"passes","passes":[{"passId":"staff","vehiclePlate":"B-GH 14"}],"reason":"staff"}`)
	w.until("passes are in effect", func() bool { return w.rollout(made)["state"] == "done" })
	if got := p.enters("B-GH 14"); got.Reason != fact.ReasonPass {
		t.Errorf("%+v", got)
	}
	done("tariff", goodTariff)
	ticket := p.enters("B-GH 15").Ticket
	validate := func(coupon string) *lot.Problem {
		return p.submit(lot.ValidateTicket{Ticket: ticket, Code: "CINEMA", Coupon: coupon}).Problem
	}
	done("validations", "[[validation]]\ncode = \"CINEMA\"\nmerchant = \"Kino\"\ncoupons = [\"K2\", \"K1\"]\n")
	if problem := validate("K9"); problem == nil || !strings.Contains(problem.Message, "none that was given out") {
		t.Errorf("%+v", problem)
	}
	if problem := validate("K1"); problem != nil {
		t.Errorf("%+v", problem)
	}
	refused := w.release("validations", "[[validation]]\ncode = \"THEATRE\"\n", "")
	w.until("a slip of the pen is refused", func() bool { return w.rollout(refused)["state"] == "stopped" })
	if one := w.policy("p1", "validations"); !strings.Contains(fmt.Sprint(one["note"]), "THEATRE") {
		t.Errorf("%v", one)
	}
}

// A setting that cuts the gateway off undoes itself, and headquarters hears of it and stops.
func TestASettingThatCutsTheGatewayOffUndoesItself(t *testing.T) {
	w := newTown(t)
	p := w.place("p1", "EUR")
	p.start(app.NewDemoClock(time.Now(), 60)) // a minute of it is a second
	w.until("the gateway is online", p.online)
	made := w.release("settings", "[sync]\nbroker = \"tls://127.0.0.1:1\"\n", `,"returnAfterMinutes":1`)
	w.until("the rollout is stopped", func() bool { return w.rollout(made)["state"] == "stopped" })
	if one := w.policy("p1", "settings"); one["state"] != "returned" {
		t.Errorf("%v", one)
	}
	w.until("the gateway is back", func() bool { return p.app.Headquarters().State == "synced" })
}

// A technician's edit stands, headquarters sees it, and overrules it when somebody there has decided to.
func TestATechniciansEdit(t *testing.T) {
	w := newTown(t)
	p := w.place("p1", "EUR")
	p.start(app.NewClock())
	w.until("the gateway is online", p.online)
	if err := p.app.EditPolicy(t.Context(), policy.Blocklist, "tom", "he is back", []byte("B-GH 2")); err != nil {
		t.Fatal(err)
	}
	w.until("headquarters sees the edit", func() bool {
		one := w.policy("p1", "blocklist")
		return one["localEdit"] == true && one["localEditBy"] == "tom" && one["localEditReason"] == "he is back"
	})
	made := w.release("blocklist", "B-GH 3", "")
	w.until("a newer document is there", func() bool { return w.rollout(made)["state"] == "done" })
	if p.enters("B-GH 2").Granted || !p.enters("B-GH 3").Granted {
		t.Error("the edit does not stand")
	}
	made = w.release("blocklist", "B-GH 4", `,"overrule":true`)
	w.until("it is overruled", func() bool { return w.rollout(made)["state"] == "done" })
	if p.enters("B-GH 4").Granted || w.policy("p1", "blocklist")["localEdit"] == true {
		t.Error("headquarters' decision does not hold")
	}
}

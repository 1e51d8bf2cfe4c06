package store

import (
	"gatehouse/cloud/ledger"
	"gatehouse/sync/wire"
)

// writer writes rows of one location.
type writer struct {
	tx       session
	location string
}

// The statements, made once.
var (
	putTicket = upsert("tickets", []string{"location", "ticket"}, []string{
		"status", "plate", "credential", "priced", "entry_gate", "exit_gate", "reservation", "pass", "tariff", "spot",
		"entered_ms", "left_ms", "fee", "paid", "owed", "suspect", "trail",
	}, false, "")
	putReservation = upsert("reservations", []string{"location", "reservation"}, []string{
		"user_id", "spot_type", "plate", "start_ms", "end_ms", "prepaid", "spot", "ticket", "status", "trail",
	}, false, "")
	putPass = upsert("passes", []string{"location", "pass"}, []string{
		"user_id", "plate", "card", "spot_type", "from_ms", "until_ms", "revoked", "trail",
	}, false, "")
	putPayment = upsert("payments", []string{"location", "incarnation", "seq"}, []string{
		"payment", "ticket", "reservation", "amount", "method", "reference", "at_ms",
	}, false, "")
	addHour    = upsert("hours", []string{"location", "day", "hour", "boot"}, ledger.SumColumns(), true, "")
	addRefusal = upsert("refusals", []string{"location", "day", "hour", "boot", "at_exit", "reason"}, []string{"count"}, true, "")
	addRestate = upsert("restatements", []string{"location", "day", "restated_on"}, ledger.SumColumns(), true, "")
	putStep    = upsert("clock_steps", []string{"location", "boot", "hlc"}, []string{"step_ms"}, false, "")
	putSpot    = upsert("spots", []string{"location", "spot"}, []string{"status", "at_ms", "hlc", "incarnation", "seq"}, false, newer("spots"))
	putAlert   = upsert("alerts", []string{"location", "kind", "subject"}, []string{"active", "at_ms", "detail", "hlc", "incarnation", "seq"}, false, newer("alerts"))
	putLife    = upsert("lives", []string{"location", "incarnation"}, []string{"round", "applied", "life"}, false, "")
)

// newer is the condition that a row gives way to a later one, in the order of the lot's acts.
func newer(table string) string {
	return "(excluded.hlc, excluded.incarnation, excluded.seq) > (" + table + ".hlc, " + table + ".incarnation, " + table + ".seq)"
}

func (w writer) change(c *ledger.Change) error {
	for _, t := range c.Tickets {
		if err := w.ticket(t); err != nil {
			return err
		}
	}
	for _, r := range c.Reservations {
		err := w.tx.exec(putReservation, w.location, string(r.ID), string(r.User), int64(r.SpotType), string(r.Plate), r.StartMS, r.EndMS,
			r.PrepaidMinor, string(r.Spot), string(r.Ticket), int64(r.Status), r.Trail.Append(nil))
		if err != nil {
			return err
		}
	}
	for _, p := range c.Passes {
		err := w.tx.exec(putPass, w.location, string(p.ID), string(p.User), string(p.Plate), p.Card, int64(p.SpotType), p.FromMS, p.UntilMS,
			truthOf(p.Revoked), p.Trail.Append(nil))
		if err != nil {
			return err
		}
	}
	for _, p := range c.Payments {
		err := w.tx.exec(putPayment, w.location, int64(p.Dot.Incarnation), int64(p.Dot.Seq), string(p.ID), string(p.Ticket), string(p.Reservation),
			p.AmountMinor, int64(p.Method), p.Reference, p.AtMS)
		if err != nil {
			return err
		}
	}
	if err := w.sums(c); err != nil {
		return err
	}
	return w.newest(c)
}

func (w writer) ticket(t *ledger.Ticket) error {
	return w.tx.exec(putTicket, w.location, string(t.ID), int64(t.Status), string(t.Plate), int64(t.Credential), int64(t.Priced), string(t.EntryGate),
		string(t.ExitGate), string(t.Reservation), string(t.Pass), t.Tariff, string(t.Spot), t.EnteredMS, t.LeftMS, t.FeeMinor, t.PaidMinor, t.OwedMinor,
		int64(t.Suspect), t.Trail.Append(nil))
}

func (w writer) sums(c *ledger.Change) error {
	for i := range c.Hours {
		h := &c.Hours[i]
		args := append([]any{w.location, int64(h.Day), int64(h.HourKey.Hour), int64(h.Boot)}, sumArgs(&h.Sums)...)
		if err := w.tx.exec(addHour, args...); err != nil {
			return err
		}
	}
	for _, r := range c.Refusals {
		err := w.tx.exec(addRefusal, w.location, int64(r.Day), int64(r.Hour), int64(r.Boot), truthOf(r.Exit), int64(r.Reason), r.Count)
		if err != nil {
			return err
		}
	}
	return nil
}

func sumArgs(s *ledger.Sums) []any {
	columns := s.Columns()
	args := make([]any, len(columns))
	for i, column := range columns {
		args[i] = *column
	}
	return args
}

func (w writer) newest(c *ledger.Change) error {
	for _, step := range c.Steps {
		if err := w.tx.exec(putStep, w.location, int64(step.Boot), int64(step.HLC), step.StepMS); err != nil {
			return err
		}
	}
	for _, s := range c.Spots {
		err := w.tx.exec(putSpot, w.location, string(s.ID), int64(s.Status), s.AtMS, int64(s.Newest.HLC), int64(s.Newest.Dot.Incarnation), int64(s.Newest.Dot.Seq))
		if err != nil {
			return err
		}
	}
	for _, a := range c.Alerts {
		err := w.tx.exec(putAlert, w.location, string(a.Kind), a.Subject, truthOf(a.Active), a.AtMS, a.Detail,
			int64(a.Newest.HLC), int64(a.Newest.Dot.Incarnation), int64(a.Newest.Dot.Seq))
		if err != nil {
			return err
		}
	}
	return nil
}

func (w writer) restate(found []ledger.Restatement) error {
	for i := range found {
		args := append([]any{w.location, int64(found[i].Day), int64(found[i].On)}, sumArgs(&found[i].Sums)...)
		if err := w.tx.exec(addRestate, args...); err != nil {
			return err
		}
	}
	return nil
}

// place writes the location's own row and the lives of its incarnations.
func (w writer) place(u *Update, at *standing, c *ledger.Change) error {
	err := w.tx.exec(`UPDATE locations SET revision = $2, facts = facts + $3, newest_ms = $4, newest_hlc = $5, open0 = open0 + $6, open1 = open1 + $7,
		open2 = open2 + $8, open3 = open3 + $9, open4 = open4 + $10, open5 = open5 + $11 WHERE location = $1`,
		w.location, at.revision, c.Facts, at.newestMS, at.newestHLC, c.Open[0], c.Open[1], c.Open[2], c.Open[3], c.Open[4], c.Open[5])
	if err != nil || u.Life == nil {
		return err
	}
	err = w.tx.exec(`UPDATE locations SET round = $2, head = $3 WHERE location = $1`, w.location, int64(u.Life.Round), int64(u.Life.Head))
	if err != nil {
		return err
	}
	for _, life := range u.Life.Lives {
		value, err := wire.Marshal(life)
		if err != nil {
			return err
		}
		if err := w.tx.exec(putLife, w.location, int64(life.Incarnation), int64(life.Round), int64(life.Applied), value); err != nil {
			return err
		}
	}
	return nil
}

func truthOf(is bool) int64 {
	if is {
		return 1
	}
	return 0
}

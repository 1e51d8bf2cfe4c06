package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gatehouse/cloud/ledger"
	"gatehouse/sync/fact"
	"gatehouse/sync/outbox"
	"gatehouse/sync/wire"
)

// query runs one query and reads its rows.
func query[T any](ctx context.Context, s *sqlStore, read func(scanner) (T, error), sql string, args ...any) (all []T, err error) {
	err = s.read(ctx, func(tx session) error {
		all = nil
		return tx.rows(sql, func(scan scanner) error {
			row, err := read(scan)
			if err == nil {
				all = append(all, row)
			}
			return err
		}, args...)
	})
	return all, err
}

// SetLocation names a location. A new zone moves its facts to other hours, so its rows are made again.
func (s *sqlStore) SetLocation(ctx context.Context, l ledger.Location, zoneName string) error {
	if _, err := time.LoadLocation(zoneName); err != nil || zoneName == "" || zoneName == "Local" {
		return fmt.Errorf("store: zone %q of %s is none of the IANA time zones; write for example Europe/Berlin", zoneName, l.ID)
	}
	moved := false
	err := s.alone(ctx, l.ID, func(tx session) error {
		if err := insertLocation(tx, string(l.ID)); err != nil {
			return err
		}
		var zone string
		var facts int64
		err := tx.rows(`SELECT zone, facts FROM locations WHERE location = $1`+s.engine.locking(), func(scan scanner) error { return scan(&zone, &facts) }, string(l.ID))
		if err != nil {
			return err
		}
		moved = zone != zoneName && facts > 0
		return tx.exec(`UPDATE locations SET name = $2, zone = $3, currency = $4, revision = revision + 1 WHERE location = $1`,
			string(l.ID), l.Name, zoneName, string(l.Currency))
	})
	if err != nil || !moved {
		return err
	}
	return s.Rebuild(ctx, l.ID)
}

// Locations are all, by their ids.
func (s *sqlStore) Locations(ctx context.Context) ([]Location, error) {
	return query(ctx, s, func(scan scanner) (Location, error) {
		var l Location
		err := scan(&l.ID, &l.Name, &l.ZoneName, &l.Currency, &l.Revision, &l.Head.Incarnation, &l.Head.Seq, &l.Facts, &l.NewestMS, &l.Open[0], &l.Open[1], &l.Open[2], &l.Open[3], &l.Open[4], &l.Open[5])
		l.Zone = zoneOf(l.ZoneName)
		return l, err
	}, `SELECT location, name, zone, currency, revision, head, COALESCE((SELECT applied FROM lives WHERE lives.location = locations.location AND incarnation = head), 0),
		facts, newest_ms, open0, open1, open2, open3, open4, open5 FROM locations ORDER BY location`)
}

// Apart are the incarnations about which a person should decide, in the order of appearance.
func (s *sqlStore) Apart(ctx context.Context, location fact.LocationID) ([]ApartRow, error) {
	type row struct {
		location fact.LocationID
		life     outbox.Life
	}
	lives, err := query(ctx, s, func(scan scanner) (row, error) {
		var r row
		var value []byte
		err := scan(&r.location, &value)
		if err == nil {
			err = wire.Unmarshal(value, &r.life)
		}
		return r, err
	}, `SELECT location, life FROM lives WHERE location = $1 OR $1 = '' ORDER BY location, round`, string(location))
	apart := []ApartRow{}
	for _, r := range lives {
		for _, one := range (&outbox.ReceiverState{Lives: []outbox.Life{r.life}}).Apart() {
			apart = append(apart, ApartRow{r.location, one})
		}
	}
	return apart, err
}

// Hours are the sums of days, those of clocks that were never set too, by location and hour.
func (s *sqlStore) Hours(ctx context.Context, location fact.LocationID, from, to ledger.Day) ([]HourRow, error) {
	return query(ctx, s, func(scan scanner) (HourRow, error) {
		var h HourRow
		targets := []any{&h.Location, &h.Day, &h.HourKey.Hour, &h.Boot}
		return h, scan(append(targets, pointers(&h.Sums)...)...)
	}, `SELECT location, day, hour, boot, `+strings.Join(ledger.SumColumns(), ", ")+` FROM hours
		WHERE (location = $1 OR $1 = '') AND (day BETWEEN $2 AND $3 OR boot <> 0) ORDER BY location, day, hour, boot`, string(location), int64(from), int64(to))
}

func pointers(s *ledger.Sums) []any {
	columns := s.Columns()
	targets := make([]any, len(columns))
	for i, column := range columns {
		targets[i] = column
	}
	return targets
}

// Steps are the corrections of clocks of a location.
func (s *sqlStore) Steps(ctx context.Context, location fact.LocationID) ([]ledger.ClockStep, error) {
	return query(ctx, s, func(scan scanner) (ledger.ClockStep, error) {
		var boot, hlc, stepMS int64
		err := scan(&boot, &hlc, &stepMS)
		return ledger.ClockStep{Boot: uint64(boot), HLC: uint64(hlc), StepMS: stepMS}, err
	}, `SELECT boot, hlc, step_ms FROM clock_steps WHERE location = $1 ORDER BY boot, hlc`, string(location))
}

// Refusals are the vehicles refused on some days.
func (s *sqlStore) Refusals(ctx context.Context, location fact.LocationID, from, to ledger.Day) ([]ledger.Refusal, error) {
	return query(ctx, s, func(scan scanner) (ledger.Refusal, error) {
		var r ledger.Refusal
		var boot, exit int64
		err := scan(&r.Day, &r.Hour, &boot, &exit, &r.Reason, &r.Count)
		r.Boot, r.Exit = uint64(boot), exit != 0
		return r, err
	}, `SELECT day, hour, boot, at_exit, reason, count FROM refusals WHERE location = $1 AND day BETWEEN $2 AND $3 ORDER BY day, hour, boot, at_exit, reason`,
		string(location), int64(from), int64(to))
}

// Restatements are what late facts changed in days that were closed.
func (s *sqlStore) Restatements(ctx context.Context, from, to ledger.Day) ([]Restated, error) {
	return query(ctx, s, func(scan scanner) (Restated, error) {
		var r Restated
		return r, scan(append([]any{&r.Location, &r.Day, &r.On}, pointers(&r.Sums)...)...)
	}, `SELECT location, day, restated_on, `+strings.Join(ledger.SumColumns(), ", ")+` FROM restatements WHERE day BETWEEN $1 AND $2 ORDER BY location, day, restated_on`,
		int64(from), int64(to))
}

// OpenTickets are the visits that go on.
func (s *sqlStore) OpenTickets(ctx context.Context, location fact.LocationID) ([]ledger.Ticket, error) {
	return query(ctx, s, ticketValue, `SELECT `+ticketColumns+` FROM tickets WHERE location = $1 AND status IN (1, 2, 3) ORDER BY ticket`, string(location))
}

func ticketValue(scan scanner) (ledger.Ticket, error) {
	t, err := scanTicket(scan)
	if err != nil {
		return ledger.Ticket{}, err
	}
	return *t, nil
}

// Ticket finds one visit.
func (s *sqlStore) Ticket(ctx context.Context, location fact.LocationID, id fact.TicketID) (ledger.Ticket, bool, error) {
	found, err := query(ctx, s, ticketValue, `SELECT `+ticketColumns+` FROM tickets WHERE location = $1 AND ticket = $2`, string(location), string(id))
	if err != nil || len(found) == 0 {
		return ledger.Ticket{}, false, err
	}
	return found[0], true, nil
}

// Reservations are those of a location, of a user, or of a user at a location; neither: all.
func (s *sqlStore) Reservations(ctx context.Context, location fact.LocationID, user fact.UserID) ([]ReservationRow, error) {
	return query(ctx, s, reservationRow, `SELECT location, `+bookColumns+` FROM reservations WHERE (location = $1 OR $1 = '') AND (user_id = $2 OR $2 = '') ORDER BY location, reservation`,
		string(location), string(user))
}

// Reservation is one reservation, at each location that has one of this name.
func (s *sqlStore) Reservation(ctx context.Context, id fact.ReservationID) ([]ReservationRow, error) {
	return query(ctx, s, reservationRow, `SELECT location, `+bookColumns+` FROM reservations WHERE reservation = $1 ORDER BY location`, string(id))
}

func reservationRow(scan scanner) (ReservationRow, error) {
	var row ReservationRow
	r, err := scanReservation(scan, &row.Location)
	if err == nil {
		row.Reservation = *r
	}
	return row, err
}

// Passes are those of a location.
func (s *sqlStore) Passes(ctx context.Context, location fact.LocationID) ([]ledger.Pass, error) {
	return query(ctx, s, func(scan scanner) (ledger.Pass, error) {
		p, err := scanPass(scan)
		if err != nil {
			return ledger.Pass{}, err
		}
		return *p, nil
	}, `SELECT `+passColumns+` FROM passes WHERE location = $1 ORDER BY pass`, string(location))
}

// Payments are those of a visit; "": all of the location.
func (s *sqlStore) Payments(ctx context.Context, location fact.LocationID, ticket fact.TicketID) ([]ledger.Payment, error) {
	return query(ctx, s, func(scan scanner) (ledger.Payment, error) {
		var p ledger.Payment
		var incarnation, seq int64
		err := scan(&incarnation, &seq, &p.ID, &p.Ticket, &p.Reservation, &p.AmountMinor, &p.Method, &p.Reference, &p.AtMS)
		p.Dot = fact.Dot{Incarnation: fact.Incarnation(incarnation), Seq: uint64(seq)}
		return p, err
	}, `SELECT incarnation, seq, payment, ticket, reservation, amount, method, reference, at_ms FROM payments
		WHERE location = $1 AND (ticket = $2 OR $2 = '') ORDER BY incarnation, seq`, string(location), string(ticket))
}

// Alerts are the active ones of a location, or of all.
func (s *sqlStore) Alerts(ctx context.Context, location fact.LocationID) ([]AlertRow, error) {
	return query(ctx, s, func(scan scanner) (AlertRow, error) { return scanAlert(scan) },
		`SELECT location, kind, subject, active, at_ms, detail, hlc, incarnation, seq FROM alerts
		WHERE active = 1 AND (location = $1 OR $1 = '') ORDER BY location, kind, subject`, string(location))
}

func scanAlert(scan scanner) (AlertRow, error) {
	var a AlertRow
	var active, hlc, incarnation, seq int64
	err := scan(&a.Location, &a.Kind, &a.Subject, &active, &a.AtMS, &a.Detail, &hlc, &incarnation, &seq)
	a.Active = active != 0
	a.Newest = ledger.Trace{HLC: uint64(hlc), Dot: fact.Dot{Incarnation: fact.Incarnation(incarnation), Seq: uint64(seq)}}
	return a, err
}

// Spots are the newest words on the spots of a location.
func (s *sqlStore) Spots(ctx context.Context, location fact.LocationID) ([]ledger.Spot, error) {
	return query(ctx, s, func(scan scanner) (ledger.Spot, error) {
		var p ledger.Spot
		var hlc, incarnation, seq int64
		err := scan(&p.ID, &p.Status, &p.AtMS, &hlc, &incarnation, &seq)
		p.Newest = ledger.Trace{HLC: uint64(hlc), Dot: fact.Dot{Incarnation: fact.Incarnation(incarnation), Seq: uint64(seq)}}
		return p, err
	}, `SELECT spot, status, at_ms, hlc, incarnation, seq FROM spots WHERE location = $1 ORDER BY spot`, string(location))
}

// PutDocument writes a value if its revision is still the given one; 0 means that there is none yet.
func (s *sqlStore) PutDocument(ctx context.Context, location, kind, key string, revision int64, value []byte) (done bool, err error) {
	err = s.engine.write(ctx, func(tx session) error {
		done = false
		current := int64(0)
		err := tx.rows(`SELECT revision FROM documents WHERE location = $1 AND kind = $2 AND key = $3`+s.engine.locking(),
			func(scan scanner) error { return scan(&current) }, location, kind, key)
		if err != nil || current != revision {
			return err
		}
		done = true
		return tx.exec(upsert("documents", []string{"location", "kind", "key"}, []string{"revision", "value"}, false, "documents.revision = excluded.revision - 1"),
			location, kind, key, revision+1, value)
	})
	if err != nil || !done {
		return false, err
	}
	return s.holds(ctx, location, kind, key, revision+1, value)
}

// holds reports whether a document is what was just written: of two that create one at once, one finds the other's.
func (s *sqlStore) holds(ctx context.Context, location, kind, key string, revision int64, value []byte) (bool, error) {
	found, err := query(ctx, s, func(scan scanner) (bool, error) {
		var current int64
		var data []byte
		err := scan(&current, &data)
		return current > revision || current == revision && string(data) == string(value), err
	}, `SELECT revision, value FROM documents WHERE location = $1 AND kind = $2 AND key = $3`, location, kind, key)
	return err == nil && len(found) == 1 && found[0], err
}

// EachDocument visits all values of a kind with their revisions.
func (s *sqlStore) EachDocument(ctx context.Context, kind string, visit func(location, key string, revision int64, value []byte) error) error {
	type document struct {
		location, key string
		revision      int64
		value         []byte
	}
	found, err := query(ctx, s, func(scan scanner) (document, error) {
		var d document
		return d, scan(&d.location, &d.key, &d.revision, &d.value)
	}, `SELECT location, key, revision, value FROM documents WHERE kind = $1 ORDER BY location, key`, kind)
	if err != nil {
		return err
	}
	for _, d := range found {
		if err := visit(d.location, d.key, d.revision, d.value); err != nil {
			return err
		}
	}
	return nil
}

// Audit notes what a person did.
func (s *sqlStore) Audit(ctx context.Context, e AuditEntry) error {
	return s.engine.write(ctx, func(tx session) error {
		return tx.exec(`INSERT INTO audit (location, at_ms, tie, actor, action, subject, detail) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			string(e.Location), e.AtMS, int64(newEpoch(s.now())), e.Actor, e.Action, e.Subject, e.Detail)
	})
}

// AuditLog is the newest of it; "": of all locations.
func (s *sqlStore) AuditLog(ctx context.Context, location fact.LocationID, limit int) ([]AuditEntry, error) {
	return query(ctx, s, func(scan scanner) (AuditEntry, error) {
		var e AuditEntry
		return e, scan(&e.Location, &e.AtMS, &e.Actor, &e.Action, &e.Subject, &e.Detail)
	}, `SELECT location, at_ms, actor, action, subject, detail FROM audit WHERE (location = $1 OR $1 = '') ORDER BY at_ms DESC, tie DESC LIMIT $2`,
		string(location), int64(limit))
}

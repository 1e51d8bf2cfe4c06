package store

import (
	"context"
	"slices"

	"gatehouse/cloud/ledger"
	"gatehouse/sync/fact"
	"gatehouse/sync/outbox"
	"gatehouse/sync/wire"
)

const (
	ticketColumns = `ticket, plate, credential, priced, entry_gate, exit_gate, reservation, pass, tariff, spot, trail`
	bookColumns   = `reservation, user_id, spot_type, plate, start_ms, end_ms, prepaid, spot, ticket, trail`
	passColumns   = `pass, user_id, plate, card, spot_type, from_ms, until_ms, trail`
)

type scanner = func(...any) error

func scanTicket(scan scanner) (*ledger.Ticket, error) {
	t, trail := &ledger.Ticket{}, []byte(nil)
	err := scan(&t.ID, &t.Plate, &t.Credential, &t.Priced, &t.EntryGate, &t.ExitGate, &t.Reservation, &t.Pass, &t.Tariff, &t.Spot, &trail)
	if err != nil {
		return nil, err
	}
	if t.Trail, err = ledger.ParseTrail(trail); err != nil {
		return nil, err
	}
	t.Restore()
	return t, nil
}

// scanReservation reads the columns of bookColumns, after others.
func scanReservation(scan scanner, before ...any) (*ledger.Reservation, error) {
	r, trail := &ledger.Reservation{}, []byte(nil)
	err := scan(append(before, &r.ID, &r.User, &r.SpotType, &r.Plate, &r.StartMS, &r.EndMS, &r.PrepaidMinor, &r.Spot, &r.Ticket, &trail)...)
	if err != nil {
		return nil, err
	}
	if r.Trail, err = ledger.ParseTrail(trail); err != nil {
		return nil, err
	}
	r.Restore()
	return r, nil
}

func scanPass(scan scanner) (*ledger.Pass, error) {
	p, trail := &ledger.Pass{}, []byte(nil)
	err := scan(&p.ID, &p.User, &p.Plate, &p.Card, &p.SpotType, &p.FromMS, &p.UntilMS, &trail)
	if err != nil {
		return nil, err
	}
	if p.Trail, err = ledger.ParseTrail(trail); err != nil {
		return nil, err
	}
	p.Restore()
	return p, nil
}

// load reads the rows that facts concern.
func (s *sqlStore) load(tx session, location fact.LocationID, keys ledger.Keys) (ledger.Rows, error) {
	rows := ledger.NewRows()
	if len(keys.Tickets) > 0 {
		err := tx.rows(`SELECT `+ticketColumns+` FROM tickets WHERE location = $1 AND `+s.engine.any("ticket", "$2"), func(scan scanner) error {
			t, err := scanTicket(scan)
			if err == nil {
				rows.Tickets[t.ID] = t
			}
			return err
		}, string(location), s.engine.list(texts(keys.Tickets)))
		if err != nil {
			return rows, err
		}
	}
	if len(keys.Reservations) > 0 {
		err := tx.rows(`SELECT `+bookColumns+` FROM reservations WHERE location = $1 AND `+s.engine.any("reservation", "$2"), func(scan scanner) error {
			r, err := scanReservation(scan)
			if err == nil {
				rows.Reservations[r.ID] = r
			}
			return err
		}, string(location), s.engine.list(texts(keys.Reservations)))
		if err != nil {
			return rows, err
		}
	}
	if len(keys.Passes) == 0 {
		return rows, nil
	}
	return rows, tx.rows(`SELECT `+passColumns+` FROM passes WHERE location = $1 AND `+s.engine.any("pass", "$2"), func(scan scanner) error {
		p, err := scanPass(scan)
		if err == nil {
			rows.Passes[p.ID] = p
		}
		return err
	}, string(location), s.engine.list(texts(keys.Passes)))
}

func texts[T ~string](values []T) []string {
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = string(v)
	}
	return list
}

// State is what a receiver begins with.
func (s *sqlStore) State(ctx context.Context, location fact.LocationID) (state outbox.ReceiverState, revision int64, err error) {
	if s.behind != nil {
		if err := s.behind.drainedOf(ctx, location); err != nil {
			return state, 0, err
		}
	}
	err = s.engine.read(ctx, func(tx session) error {
		state, revision, err = s.state(tx, location)
		return err
	})
	return state, revision, err
}

func (s *sqlStore) state(tx session, location fact.LocationID) (outbox.ReceiverState, int64, error) {
	state := outbox.ReceiverState{Epoch: s.epoch}
	var revision, round, head int64
	err := tx.rows(`SELECT revision, round, head FROM locations WHERE location = $1`, func(scan scanner) error {
		return scan(&revision, &round, &head)
	}, string(location))
	if err != nil {
		return state, 0, err
	}
	state.Round, state.Head = uint64(round), fact.Incarnation(head)
	err = tx.rows(`SELECT life FROM lives WHERE location = $1`, func(scan scanner) error {
		var value []byte
		if err := scan(&value); err != nil {
			return err
		}
		var life outbox.Life
		if err := wire.Unmarshal(value, &life); err != nil {
			return err
		}
		state.Lives = append(state.Lives, life)
		return nil
	}, string(location))
	slices.SortFunc(state.Lives, func(a, b outbox.Life) int { return int(a.Round) - int(b.Round) })
	return state, revision, err
}

// RawFacts are the original bytes of facts.
func (s *sqlStore) RawFacts(ctx context.Context, location fact.LocationID, dots []fact.Dot) (raw [][]byte, err error) {
	err = s.read(ctx, func(tx session) error {
		raw, err = s.rawFacts(tx, location, dots)
		return err
	})
	return raw, err
}

func (s *sqlStore) rawFacts(tx session, location fact.LocationID, dots []fact.Dot) ([][]byte, error) {
	var raw [][]byte
	var batch *wire.Batch
	for _, dot := range dots {
		if batch == nil || batch.Incarnation != dot.Incarnation || dot.Seq < batch.First || dot.Seq > batch.Last() {
			var err error
			if batch, err = s.batchOf(tx, location, dot); err != nil {
				return nil, err
			}
		}
		if batch != nil {
			raw = append(raw, batch.Records[dot.Seq-batch.First])
		}
	}
	return raw, nil
}

// batchOf is the first batch that brought a fact; nil if none did.
func (s *sqlStore) batchOf(tx session, location fact.LocationID, dot fact.Dot) (*wire.Batch, error) {
	place := int64(-1)
	err := tx.rows(`SELECT place FROM batches WHERE location = $1 AND incarnation = $2 AND last >= $3 AND first <= $3 AND kind = 1 ORDER BY last, place LIMIT 1`,
		func(scan scanner) error { return scan(&place) }, string(location), int64(dot.Incarnation), int64(dot.Seq))
	if err != nil || place < 0 {
		return nil, err
	}
	data, err := s.engine.truth().fetch(tx, string(location), place)
	if err != nil || data == nil {
		return nil, err
	}
	message, err := wire.DecodeMessage(data)
	if err != nil {
		return nil, err
	}
	batch, _ := message.(*wire.Batch)
	return batch, nil
}

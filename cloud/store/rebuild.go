package store

import (
	"context"
	"errors"
	"fmt"

	"gatehouse/cloud/ledger"
	"gatehouse/sync/fact"
	"gatehouse/sync/outbox"
	"gatehouse/sync/wire"
)

// Book is all rows of a location.
func (s *sqlStore) Book(ctx context.Context, location fact.LocationID) (*ledger.Book, error) {
	var book *ledger.Book
	err := s.read(ctx, func(tx session) error {
		var change ledger.Change
		zone := "UTC"
		err := tx.rows(`SELECT zone, open0, open1, open2, open3, open4, open5 FROM locations WHERE location = $1`, func(scan scanner) error {
			o := &change.Open
			return scan(&zone, &o[0], &o[1], &o[2], &o[3], &o[4], &o[5])
		}, string(location))
		if err == nil {
			err = s.loadRights(tx, location, &change)
		}
		book = ledger.NewBook(zoneOf(zone))
		book.Put(change)
		return err
	})
	if err != nil {
		return nil, err
	}
	return book, s.loadSums(ctx, location, book)
}

func (s *sqlStore) loadRights(tx session, location fact.LocationID, change *ledger.Change) error {
	return errors.Join(
		tx.rows(`SELECT `+ticketColumns+` FROM tickets WHERE location = $1`, func(scan scanner) error {
			t, err := scanTicket(scan)
			change.Tickets = append(change.Tickets, t)
			return err
		}, string(location)),
		tx.rows(`SELECT `+bookColumns+` FROM reservations WHERE location = $1`, func(scan scanner) error {
			r, err := scanReservation(scan)
			change.Reservations = append(change.Reservations, r)
			return err
		}, string(location)),
		tx.rows(`SELECT `+passColumns+` FROM passes WHERE location = $1`, func(scan scanner) error {
			p, err := scanPass(scan)
			change.Passes = append(change.Passes, p)
			return err
		}, string(location)),
		tx.rows(`SELECT location, kind, subject, active, at_ms, detail, hlc, incarnation, seq FROM alerts WHERE location = $1`, func(scan scanner) error {
			a, err := scanAlert(scan)
			change.Alerts = append(change.Alerts, a.Alert)
			return err
		}, string(location)),
	)
}

func (s *sqlStore) loadSums(ctx context.Context, location fact.LocationID, book *ledger.Book) error {
	hours, err := s.Hours(ctx, location, 0, 1<<30)
	if err != nil {
		return err
	}
	change := ledger.Change{}
	for _, h := range hours {
		change.Hours = append(change.Hours, h.Hour)
	}
	if change.Refusals, err = s.Refusals(ctx, location, 0, 1<<30); err != nil {
		return err
	}
	if change.Payments, err = s.Payments(ctx, location, ""); err != nil {
		return err
	}
	if change.Steps, err = s.Steps(ctx, location); err != nil {
		return err
	}
	if change.Spots, err = s.Spots(ctx, location); err != nil {
		return err
	}
	book.Put(change)
	return nil
}

// verifyAttempts is how often a location is read again that changed meanwhile.
const verifyAttempts = 3

// Verify folds a location's batches anew, in memory, and holds its rows against what they come to.
func (s *sqlStore) Verify(ctx context.Context, location fact.LocationID) (same bool, err error) {
	for range verifyAttempts {
		state, before, err := s.State(ctx, location)
		if err != nil {
			return false, err
		}
		rows, err := s.Book(ctx, location)
		if err != nil {
			return false, err
		}
		fresh, lives, err := s.refold(ctx, location)
		if err != nil {
			return false, err
		}
		if _, after, err := s.State(ctx, location); err != nil || after != before {
			if err != nil {
				return false, err
			}
			continue
		}
		rows.DropAlerts(syncAlerts...)
		return rows.Digest() == fresh.Digest() && sameTips(state.Lives, lives), nil
	}
	return false, ErrConflict
}

// refold folds a location's batches in memory.
func (s *sqlStore) refold(ctx context.Context, location fact.LocationID) (book *ledger.Book, lives []outbox.Life, err error) {
	err = s.read(ctx, func(tx session) error {
		zone := "UTC"
		err := tx.rows(`SELECT zone FROM locations WHERE location = $1`, func(scan scanner) error { return scan(&zone) }, string(location))
		if err != nil {
			return err
		}
		counted, judged, err := s.judge(tx, location)
		if err != nil {
			return err
		}
		book = ledger.NewBook(zoneOf(zone))
		if judged.Life != nil {
			lives = judged.Life.Lives
		}
		err = s.eachCounted(tx, location, counted, func(records []fact.Record) error {
			book.Fold(records)
			return nil
		})
		book.DropAlerts(syncAlerts...)
		return err
	})
	return book, lives, err
}

func sameTips(a, b []outbox.Life) bool {
	one, err := outbox.HistoryDigest(outbox.ReceiverState{Lives: a}.Tips())
	other, failure := outbox.HistoryDigest(outbox.ReceiverState{Lives: b}.Tips())
	return err == nil && failure == nil && one == other
}

// Rebuild makes all rows of a location again from its batches, in one transaction: nobody sees it half done. Restatements
// stay, because they are what headquarters once said.
func (s *sqlStore) Rebuild(ctx context.Context, location fact.LocationID) error {
	return s.alone(ctx, location, func(tx session) error {
		at := &standing{}
		zone := "UTC"
		err := tx.rows(`SELECT revision, zone FROM locations WHERE location = $1`+s.engine.locking(), func(scan scanner) error {
			return scan(&at.revision, &zone)
		}, string(location))
		if err != nil {
			return err
		}
		at.revision++
		at.zone = zoneOf(zone)
		return s.rebuild(tx, location, at)
	})
}

// rebuild first has a receiver judge all entries again, to know which facts count, and then folds those.
func (s *sqlStore) rebuild(tx session, location fact.LocationID, at *standing) error {
	for _, table := range folded {
		if err := tx.exec(`DELETE FROM `+table+` WHERE location = $1`, string(location)); err != nil {
			return err
		}
	}
	err := tx.exec(`UPDATE locations SET facts = 0, open0 = 0, open1 = 0, open2 = 0, open3 = 0, open4 = 0, open5 = 0 WHERE location = $1`, string(location))
	if err != nil {
		return err
	}
	at.newestHLC, at.newestMS = 0, 0
	counted, judged, err := s.judge(tx, location)
	if err != nil {
		return err
	}
	err = s.eachCounted(tx, location, counted, func(records []fact.Record) error {
		_, err := s.foldOne(tx, &Update{Location: location, Count: records}, at)
		return err
	})
	if err != nil {
		return err
	}
	change := ledger.Change{Alerts: judged.Alerts}
	w := writer{tx, string(location)}
	if err := w.change(&change); err != nil {
		return err
	}
	return w.place(&judged, at, &change)
}

// judge has a receiver judge all entries again. It returns the facts that count, and what else the receiver had to say.
func (s *sqlStore) judge(tx session, location fact.LocationID) (counted runs, judged Update, err error) {
	receiver := outbox.NewReceiver(outbox.ReceiverConfig{Location: location}, outbox.ReceiverState{Epoch: s.epoch})
	counted, judged = runs{}, Update{Location: location, NowMS: s.now().UnixMilli()}
	err = s.eachKept(tx, location, func(k kept) error {
		effects, err := replay(receiver, k)
		counted.judge(effects)
		judged.Collect(effects, func(*wire.Batch) []byte { return nil })
		return err
	})
	return counted, judged, err
}

// eachCounted visits the facts that count, batch by batch, each once.
func (s *sqlStore) eachCounted(tx session, location fact.LocationID, counted runs, visit func([]fact.Record) error) error {
	return s.eachKept(tx, location, func(k kept) error {
		if k.kind != kindBatch {
			return nil
		}
		batch, err := k.batch()
		if err != nil {
			return err
		}
		var records []fact.Record
		for i, raw := range batch.Records {
			if counted.take(batch.Dot(i)) {
				if record, err := wire.DecodeRecord(raw); err == nil {
					records = append(records, record)
				}
			}
		}
		if len(records) == 0 {
			return nil
		}
		return visit(records)
	})
}

// eachKept visits the entries of a location in their order.
func (s *sqlStore) eachKept(tx session, location fact.LocationID, visit func(kept) error) error {
	var entries []kept
	err := tx.rows(`SELECT place, kind, incarnation, first, last FROM batches WHERE location = $1 ORDER BY place`, func(scan scanner) error {
		k := kept{location: string(location)}
		entries = append(entries, k)
		last := &entries[len(entries)-1]
		return scan(&last.place, &last.kind, &last.inc, &last.first, &last.last)
	}, string(location))
	if err != nil {
		return err
	}
	for _, k := range entries {
		if k.kind != kindSettled {
			if k.data, err = s.engine.truth().fetch(tx, k.location, k.place); err != nil {
				return err
			}
			if k.data == nil {
				return fmt.Errorf("store: batch %d of %s is lost; the rows stay as they were", k.place, location)
			}
		}
		if err := visit(k); err != nil {
			return err
		}
	}
	return nil
}

// replay puts an entry through a receiver again.
func replay(receiver *outbox.Receiver, k kept) ([]outbox.ReceiverEffect, error) {
	switch k.kind {
	case kindSettled:
		return receiver.Step(outbox.Settled{Incarnation: fact.Incarnation(k.inc), Accept: k.first == 1}), nil
	case kindBatch, kindEvidence:
		batch, err := k.batch()
		if err != nil {
			return nil, err
		}
		return receiver.Step(outbox.Arrived{Batch: batch}), nil
	}
	return nil, fmt.Errorf("store: entry %d of %s is of kind %d; was it written by newer software?", k.place, k.location, k.kind)
}

// batch reads the batch of an entry.
func (k *kept) batch() (*wire.Batch, error) {
	message, err := wire.DecodeMessage(k.data)
	if err != nil {
		return nil, fmt.Errorf("store: batch %d of %s: %w", k.place, k.location, err)
	}
	batch, is := message.(*wire.Batch)
	if !is {
		return nil, fmt.Errorf("store: entry %d of %s is no batch", k.place, k.location)
	}
	return batch, nil
}

// refoldEntries is how many entries one transaction of catchUp takes.
const refoldEntries = 64

// catchUp folds the entries that were flushed to the segments and that no row knows: a crash came between, or the database
// is an older copy. A crash meanwhile costs what its last transaction did.
func (s *sqlStore) catchUp(ctx context.Context) error {
	from := int64(0)
	err := s.engine.write(ctx, func(tx session) (err error) {
		from, err = s.meta(tx, "segments", 0)
		return err
	})
	if err != nil {
		return err
	}
	c := follower{store: s, receivers: map[string]*outbox.Receiver{}, revisions: map[string]int64{}}
	// From the last one that the rows know, whose later frames are not to be taken for another.
	err = s.segments.each(max(from, 1), func(k kept) error {
		if k.place <= from {
			return nil
		}
		return c.take(ctx, k)
	})
	if err != nil {
		return err
	}
	return c.write(ctx)
}

// follower folds entries of segments as they were folded when they came.
type follower struct {
	store     *sqlStore
	receivers map[string]*outbox.Receiver
	revisions map[string]int64
	group     []*pending
}

func (c *follower) take(ctx context.Context, k kept) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	receiver, err := c.receiver(ctx, k.location)
	if err != nil {
		return err
	}
	u := Update{Location: fact.LocationID(k.location), Revision: c.revisions[k.location], NowMS: c.store.now().UnixMilli()}
	effects, err := replay(receiver, k)
	if err != nil {
		return err
	}
	u.Collect(effects, func(*wire.Batch) []byte { return nil })
	u.Entries, k.data = nil, nil
	c.revisions[k.location]++
	c.group = append(c.group, &pending{Update: u, entries: []kept{k}, steps: 1})
	if len(c.group) < refoldEntries {
		return nil
	}
	return c.write(ctx)
}

// receiver is a location's, from its rows and what was taken since.
func (c *follower) receiver(ctx context.Context, location string) (*outbox.Receiver, error) {
	if receiver := c.receivers[location]; receiver != nil {
		return receiver, nil
	}
	state, revision, err := c.store.State(ctx, fact.LocationID(location))
	if err != nil {
		return nil, err
	}
	c.receivers[location] = outbox.NewReceiver(outbox.ReceiverConfig{Location: fact.LocationID(location)}, state)
	c.revisions[location] = revision
	return c.receivers[location], nil
}

func (c *follower) write(ctx context.Context) error {
	if len(c.group) == 0 {
		return nil
	}
	group := c.group
	c.group = nil
	return c.store.foldGroup(ctx, group)
}

package store

import (
	"fmt"
	"slices"
	"time"

	"gatehouse/cloud/ledger"
	"gatehouse/sync/fact"
	"gatehouse/sync/wire"
)

// standing is the row of a location while a transaction changes it.
type standing struct {
	revision  int64
	zone      *time.Location
	newestHLC int64
	newestMS  int64
}

// apply writes a group of updates. One that conflicts is left out; an error undoes all.
func (s *sqlStore) apply(tx session, group []*pending) error {
	standings, err := s.standings(tx, group)
	if err != nil {
		return err
	}
	if err := s.keep(tx, group, standings); err != nil {
		return err
	}
	for _, p := range group {
		if p.err != nil {
			continue
		}
		at := standings[p.Location]
		at.revision = p.revision
		p.folded = Folded{After: p.Revision, Revision: at.revision, Rebuilt: p.Retract}
		if p.Retract {
			err = s.rebuild(tx, p.Location, at)
		} else {
			p.folded.Change, err = s.applyOne(tx, &p.Update, at)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// standings locks the rows of the locations, in one order for all aggregators.
func (s *sqlStore) standings(tx session, group []*pending) (map[fact.LocationID]*standing, error) {
	var ids []string
	for _, p := range group {
		ids = append(ids, string(p.Location))
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	for _, id := range ids {
		if err := insertLocation(tx, id); err != nil {
			return nil, err
		}
	}
	found := map[fact.LocationID]*standing{}
	err := tx.rows(`SELECT location, revision, zone, newest_hlc, newest_ms FROM locations WHERE `+s.engine.any("location", "$1")+` ORDER BY location`+s.engine.locking(),
		func(scan func(...any) error) error {
			var id, zone string
			at := &standing{}
			if err := scan(&id, &at.revision, &zone, &at.newestHLC, &at.newestMS); err != nil {
				return err
			}
			at.zone = zoneOf(zone)
			found[fact.LocationID(id)] = at
			return nil
		}, s.engine.list(ids))
	return found, err
}

func insertLocation(tx session, id string) error {
	return tx.exec(`INSERT INTO locations (location, name, zone, currency, revision, round, head, facts, newest_ms, newest_hlc, open0, open1, open2, open3, open4, open5)
		VALUES ($1, '', 'UTC', '', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0) ON CONFLICT (location) DO NOTHING`, id)
}

// zoneOf is a zone by its name; one that this machine doesn't know counts as UTC, and SetLocation refuses it.
func zoneOf(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	return zone
}

// keep judges the revisions and keeps the entries of those that hold.
func (s *sqlStore) keep(tx session, group []*pending, standings map[fact.LocationID]*standing) error {
	var entries []kept
	for _, p := range group {
		at := standings[p.Location]
		if p.err = nil; at.revision != p.Revision {
			p.err = ErrConflict
			continue
		}
		at.revision += p.steps
		p.revision = at.revision
		entries = append(entries, p.entries...)
	}
	return s.engine.truth().keep(tx, entries)
}

// pendingOf is an update with its entries as they are kept.
func pendingOf(u Update) (*pending, error) {
	p := &pending{Update: u, steps: 1, early: u.early()}
	for _, entry := range u.Entries {
		k, err := keptOf(u.Location, entry)
		if err != nil {
			return nil, err
		}
		p.entries = append(p.entries, k)
	}
	p.Entries = nil // the batches may be large
	return p, nil
}

func keptOf(location fact.LocationID, e Entry) (kept, error) {
	if e.Settled != nil {
		accept := int64(0)
		if e.Settled.Accept {
			accept = 1
		}
		return kept{location: string(location), kind: kindSettled, inc: int64(e.Settled.Incarnation), first: accept}, nil
	}
	if e.Batch == nil {
		return kept{}, fmt.Errorf("store: an entry of %s without a batch", location)
	}
	kind := int64(kindBatch)
	if e.Evidence {
		kind = kindEvidence
	}
	return kept{
		location: string(location), kind: kind, inc: int64(e.Batch.Incarnation), first: int64(e.Batch.First), last: int64(e.Batch.Last()), data: e.Raw,
	}, nil
}

// applyOne counts the facts of one update and writes its rows.
func (s *sqlStore) applyOne(tx session, u *Update, at *standing) (ledger.Change, error) {
	counted := *u // not u itself: the engine may ask to try the whole transaction again
	for _, release := range u.Release {
		released, err := s.released(tx, u, release.Incarnation, release.First, release.Last)
		if err != nil {
			return ledger.Change{}, err
		}
		counted.Count = slices.Concat(counted.Count, released)
	}
	change, err := s.foldOne(tx, &counted, at)
	if err != nil {
		return ledger.Change{}, err
	}
	w := writer{tx, string(u.Location)}
	return change, w.restate(ledger.Restate(change.Hours, at.zone, u.NowMS))
}

// foldOne folds the facts of one update into the rows.
func (s *sqlStore) foldOne(tx session, u *Update, at *standing) (ledger.Change, error) {
	rows, err := s.load(tx, u.Location, ledger.Touched(u.Count))
	if err != nil {
		return ledger.Change{}, err
	}
	change := ledger.Fold(at.zone, rows, u.Count)
	change.Alerts = append(change.Alerts, u.Alerts...)
	if hlc := int64(change.NewestHLC); hlc > at.newestHLC {
		at.newestHLC, at.newestMS = hlc, change.NewestMS
	}
	w := writer{tx, string(u.Location)}
	if err := w.change(&change); err != nil {
		return ledger.Change{}, err
	}
	return change, w.place(u, at, &change)
}

// released are the facts of a run that was kept apart until now, from the batches that are here and those of the update.
func (s *sqlStore) released(tx session, u *Update, incarnation fact.Incarnation, first, last uint64) ([]fact.Record, error) {
	var dots []fact.Dot
	for seq := first; seq <= last; seq++ {
		dots = append(dots, fact.Dot{Incarnation: incarnation, Seq: seq})
	}
	raw, err := s.rawFacts(tx, u.Location, dots)
	if err != nil {
		return nil, err
	}
	var records []fact.Record
	for _, bytes := range raw {
		// What can't be read is kept, and not counted.
		if record, err := wire.DecodeRecord(bytes); err == nil {
			records = append(records, record)
		}
	}
	return records, nil
}

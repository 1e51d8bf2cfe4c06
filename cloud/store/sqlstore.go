package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"gatehouse/sync/fact"
)

// sqlStore is the store on any engine.
type sqlStore struct {
	engine  engine
	now     func() time.Time
	witness *witness

	epoch    fact.Incarnation
	restored bool

	segments *segments // nil: batches are rows
	behind   *behind   // nil: the rows are part of the commit
	folding  sync.WaitGroup

	requests chan request
	stop     chan struct{}
	done     sync.WaitGroup
	closing  sync.Once
	closeErr error
}

// request is one call of Commit.
type request struct {
	updates []Update
	answer  chan answer
}

type answer struct {
	results []Result
	err     error
}

// What one transaction takes at most.
const (
	groupUpdates = 128
	groupBytes   = 8 << 20
)

// newSQLStore makes the tables and reads the epoch.
func newSQLStore(ctx context.Context, e engine, witnessFile string, now func() time.Time) (*sqlStore, error) {
	s := &sqlStore{engine: e, now: now, requests: make(chan request, groupUpdates), stop: make(chan struct{})}
	err := e.write(ctx, func(tx session) error {
		for _, table := range tables() {
			if err := tx.exec(table); err != nil {
				return err
			}
		}
		version, err := s.meta(tx, "version", schemaVersion)
		if err != nil {
			return err
		}
		if version > schemaVersion {
			return fmt.Errorf("store: made by newer software (schema %d, this program knows %d); install that one", version, schemaVersion)
		}
		epoch, err := s.meta(tx, "epoch", int64(newEpoch(now())))
		s.epoch = fact.Incarnation(epoch)
		return err
	})
	if err != nil {
		return nil, err
	}
	if s.witness, err = openWitness(witnessFile); err != nil {
		return nil, err
	}
	return s, nil
}

// start takes updates from now on.
func (s *sqlStore) start() {
	if s.segments != nil {
		s.behind = newBehind()
		s.folding.Go(s.fold)
	}
	s.done.Go(s.loop)
}

// meta reads a number, or sets it first.
func (s *sqlStore) meta(tx session, key string, initial int64) (value int64, err error) {
	if err := tx.exec(`INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING`, key, initial); err != nil {
		return 0, err
	}
	err = tx.rows(`SELECT value FROM meta WHERE key = $1`, func(scan func(...any) error) error { return scan(&value) }, key)
	return value, err
}

// watch holds the store against its witness: one that knows of more facts than the store holds saw a newer store.
func (s *sqlStore) watch(ctx context.Context) error {
	total, err := s.total(ctx)
	if err != nil {
		return errors.Join(err, s.Close())
	}
	if seen := s.witness.seen(); seen.epoch == s.epoch && seen.facts > total {
		s.restored, s.epoch = true, newEpoch(s.now())
		err = s.engine.write(ctx, func(tx session) error {
			return tx.exec(`UPDATE meta SET value = $1 WHERE key = 'epoch'`, int64(s.epoch))
		})
	}
	if err == nil {
		err = s.witness.reset(s.epoch, total)
	}
	if err != nil {
		return errors.Join(err, s.Close())
	}
	return nil
}

func (s *sqlStore) total(ctx context.Context) (total int64, err error) {
	err = s.read(ctx, func(tx session) error {
		return tx.rows(`SELECT CAST(COALESCE(SUM(applied), 0) AS BIGINT) FROM lives`, func(scan func(...any) error) error { return scan(&total) })
	})
	return total, err
}

// Epoch is the store's.
func (s *sqlStore) Epoch() fact.Incarnation { return s.epoch }

// Restored reports whether the store was found older than it once was.
func (s *sqlStore) Restored() bool { return s.restored }

// Stable asks the engine.
func (s *sqlStore) Stable(ctx context.Context) (Stability, error) { return s.engine.stable(ctx) }

// Commit waits for the next transaction.
func (s *sqlStore) Commit(ctx context.Context, updates []Update) ([]Result, error) {
	r := request{updates, make(chan answer, 1)}
	select {
	case s.requests <- r:
	case <-s.stop:
		return nil, ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	select {
	case a := <-r.answer:
		if a.err == nil && s.behind != nil && slices.ContainsFunc(updates, func(u Update) bool { return !u.early() }) {
			a.err = s.behind.drained(ctx)
		}
		return a.results, a.err
	case <-ctx.Done():
		return nil, ctx.Err() // its fate is unknown: the next State tells
	}
}

// early reports whether an update is as good as committed once its batches are durable: all else follows from them.
func (u *Update) early() bool {
	settles := slices.ContainsFunc(u.Entries, func(e Entry) bool { return e.Settled != nil })
	return len(u.Entries) > 0 && !settles && !u.Retract && len(u.Release) == 0
}

// loop commits what waits, all of it with one flush or in one transaction.
func (s *sqlStore) loop() {
	for {
		select {
		case <-s.stop:
			s.refuse()
			return
		case r := <-s.requests:
			s.commitGroup(s.gather(r))
		}
	}
}

// refuse answers those who came too late.
func (s *sqlStore) refuse() {
	for {
		select {
		case r := <-s.requests:
			r.answer <- answer{err: ErrClosed}
		default:
			return
		}
	}
}

// gather takes what waits, up to the size of a transaction.
func (s *sqlStore) gather(first request) []request {
	group, count, bytes := []request{first}, len(first.updates), first.bytes()
	for count < groupUpdates && bytes < groupBytes {
		select {
		case r := <-s.requests:
			group = append(group, r)
			count += len(r.updates)
			bytes += r.bytes()
		default:
			return group
		}
	}
	return group
}

func (r request) bytes() int {
	bytes := 0
	for i := range r.updates {
		for j := range r.updates[i].Entries {
			bytes += len(r.updates[i].Entries[j].Raw)
		}
	}
	return bytes
}

func (s *sqlStore) commitGroup(group []request) {
	all, err := pendingOfAll(group)
	if err == nil && s.behind != nil {
		err = s.accept(all)
	} else if err == nil {
		err = s.engine.write(context.Background(), func(tx session) error { return s.apply(tx, all) })
	}
	if err != nil {
		for _, r := range group {
			r.answer <- answer{err: err}
		}
		return
	}
	taken := int64(0)
	results := make([]Result, len(all))
	for i, p := range all {
		results[i] = Result{Err: p.err, Revision: p.revision}
		if p.err == nil {
			taken += int64(len(p.Count)) // by as much the applied marks rise at least
		}
	}
	s.witness.add(taken)
	if s.behind == nil {
		tell(all)
	}
	for _, r := range group {
		r.answer <- answer{results: results[:len(r.updates)]}
		results = results[len(r.updates):]
	}
}

func pendingOfAll(group []request) (all []*pending, err error) {
	for _, r := range group {
		for _, u := range r.updates {
			p, err := pendingOf(u)
			if err != nil {
				return nil, err
			}
			all = append(all, p)
		}
	}
	return all, nil
}

// Close ends the loop and the engine.
func (s *sqlStore) Close() error {
	s.closing.Do(func() {
		close(s.stop)
		s.done.Wait()
		if s.behind != nil {
			s.behind.close()
			s.folding.Wait()
		}
		s.closeErr = errors.Join(s.engine.close(), s.witness.close())
	})
	return s.closeErr
}

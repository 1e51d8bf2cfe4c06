package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"gatehouse/sync/lifeline"
)

// postgres is a server, or what speaks its protocol.
type postgres struct {
	config *pgx.ConnConfig
	conns  chan idle
}

// idle is a connection that nobody uses; nil: to be made.
type idle struct {
	conn  *pgx.Conn
	since time.Time
}

const (
	connections = 6
	// silentTimeout is how long a server that says nothing is waited for: one whose machine lost its power, or its network.
	silentTimeout = 10 * time.Second
	// answerTimeout is how long an answer is waited for, of a server that is there: it hangs, or what stands before it carries
	// nothing. No statement of this package is silent for as long but one that waits for a lock, and it is asked again.
	answerTimeout = 20 * time.Second
	// goodbyeTimeout is how long the end of a connection may take.
	goodbyeTimeout = time.Second
	// idleMax is how long a connection may have been idle to be used unasked: the server may have started again since.
	idleMax = time.Second
)

// OpenPostgres opens the store in a database. Dir is a folder of this aggregator for its witness.
func OpenPostgres(ctx context.Context, address, dir string, now func() time.Time) (Store, error) {
	config, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	dialer := lifeline.Dialer(silentTimeout)
	dialer.Timeout = cmp.Or(config.ConnectTimeout, silentTimeout)
	config.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dialer.DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return lifeline.Answering(conn, answerTimeout), nil
	}
	p := &postgres{config: config, conns: make(chan idle, connections)}
	for range connections {
		p.conns <- idle{}
	}
	made, err := newSQLStore(ctx, p, filepath.Join(dir, witnessFile), now)
	if err != nil {
		return nil, errors.Join(err, p.close())
	}
	made.start()
	return made, made.watch(ctx)
}

// with runs something on a connection of its own. A connection that failed is thrown away.
func (p *postgres) with(ctx context.Context, do func(*pgx.Conn) error) error {
	var kept idle
	select {
	case kept = <-p.conns:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { p.conns <- idle{kept.conn, time.Now()} }()
	if kept.conn != nil && !usable(ctx, kept) {
		_ = goodbye(kept.conn)
		kept.conn = nil
	}
	if kept.conn == nil {
		conn, err := pgx.ConnectConfig(ctx, p.config)
		if err != nil {
			return fmt.Errorf("store: %w", err)
		}
		kept.conn = conn
	}
	err := do(kept.conn)
	if err != nil {
		_ = goodbye(kept.conn)
		kept.conn = nil
	}
	return err
}

// goodbye ends a connection, whether the server hears it or not.
func goodbye(conn *pgx.Conn) error {
	ctx, cancel := context.WithTimeout(context.Background(), goodbyeTimeout)
	defer cancel()
	return conn.Close(ctx)
}

// usable reports whether a connection is still one.
func usable(ctx context.Context, kept idle) bool {
	return !kept.conn.IsClosed() && (time.Since(kept.since) < idleMax || kept.conn.Ping(ctx) == nil)
}

// attempts is how often a transaction is tried that the server asks to try again: distributed engines do so.
const attempts = 5

func (p *postgres) write(ctx context.Context, do func(session) error) error {
	for attempt := 1; ; attempt++ {
		err := p.transaction(ctx, pgx.TxOptions{}, do)
		if attempt == attempts || !again(err) {
			return err
		}
	}
}

// follow is write: here all is one transaction.
func (p *postgres) follow(ctx context.Context, do func(session) error) error { return p.write(ctx, do) }

// again reports whether a transaction should be tried again: it lost to another one, or both made the same table.
func again(err error) bool {
	var failure *pgconn.PgError
	if !errors.As(err, &failure) {
		return false
	}
	switch failure.Code {
	case "40001", "40P01", "42P07", "42710": // serialization, deadlock, duplicate table or object
		return true
	case "23505": // IF NOT EXISTS looks before it makes, and the catalogue's own index finds out
		return strings.HasPrefix(failure.ConstraintName, "pg_")
	}
	return false
}

func (p *postgres) read(ctx context.Context, do func(session) error) error {
	return p.transaction(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, do)
}

func (p *postgres) transaction(ctx context.Context, options pgx.TxOptions, do func(session) error) error {
	return p.with(ctx, func(conn *pgx.Conn) error {
		tx, err := conn.BeginTx(ctx, options)
		if err != nil {
			return fmt.Errorf("store: %w", err)
		}
		s := &postgresTx{ctx: ctx, tx: tx}
		if err = do(s); err == nil {
			err = s.flush()
		}
		if err == nil {
			err = tx.Commit(ctx)
		}
		if err != nil {
			return errors.Join(err, ignoreClosed(tx.Rollback(context.WithoutCancel(ctx))))
		}
		return nil
	})
}

func ignoreClosed(err error) error {
	if errors.Is(err, pgx.ErrTxClosed) {
		return nil
	}
	return err
}

// postgresTx sends statements together, so that they cost one round trip.
type postgresTx struct {
	ctx    context.Context
	tx     pgx.Tx
	queued pgx.Batch
}

// queueMax bounds what waits for one round trip.
const queueMax = 2_000

func (t *postgresTx) exec(sql string, args ...any) error {
	if strings.HasPrefix(sql, "CREATE") { // what is queued is prepared together, before any of it runs
		if _, err := t.tx.Exec(t.ctx, dialect(sql)); err != nil {
			return fmt.Errorf("store: %w in %s", err, sql)
		}
		return nil
	}
	t.queued.Queue(dialect(sql), args...)
	if t.queued.Len() >= queueMax {
		return t.flush()
	}
	return nil
}

func (t *postgresTx) flush() error {
	if t.queued.Len() == 0 {
		return nil
	}
	err := t.tx.SendBatch(t.ctx, &t.queued).Close()
	t.queued = pgx.Batch{}
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	return nil
}

func (t *postgresTx) rows(sql string, each func(func(...any) error) error, args ...any) error {
	if err := t.flush(); err != nil {
		return err
	}
	rows, err := t.tx.Query(t.ctx, dialect(sql), args...)
	if err != nil {
		return fmt.Errorf("store: %w in %s", err, sql)
	}
	defer rows.Close()
	for rows.Next() {
		if err := each(rows.Scan); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("store: %w in %s", err, sql)
	}
	return nil
}

// dialect changes the one word that differs.
func dialect(sql string) string {
	if strings.HasPrefix(sql, "CREATE TABLE") {
		return strings.ReplaceAll(sql, " BLOB", " BYTEA")
	}
	return sql
}

func (*postgres) list(texts []string) any { return texts }

func (*postgres) any(column, parameter string) string {
	return column + " = ANY(" + parameter + "::text[])"
}

func (*postgres) locking() string { return " FOR UPDATE" }

func (p *postgres) truth() truth { return tableTruth{} }

// stable asks whether the synchronous standbys have flushed what was committed before. With none attached it is behind:
// a primary alone is one disk.
func (p *postgres) stable(ctx context.Context) (Stability, error) {
	s := Stability{}
	err := p.with(ctx, func(conn *pgx.Conn) error {
		var names string
		if err := conn.QueryRow(ctx, `SHOW synchronous_standby_names`).Scan(&names); err != nil || names == "" {
			return ignoreUnknown(err)
		}
		s.Known = true
		var flushed int64
		err := conn.QueryRow(ctx, `SELECT count(*) FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum') AND flush_lsn >= pg_current_wal_flush_lsn()`).Scan(&flushed)
		s.Behind = flushed == 0
		return err
	})
	if err != nil {
		return Stability{}, fmt.Errorf("store: %w", err)
	}
	return s, nil
}

// ignoreUnknown: engines that only speak the protocol replicate by themselves and have no such setting.
func ignoreUnknown(err error) error {
	var failure *pgconn.PgError
	if errors.As(err, &failure) {
		return nil
	}
	return err
}

func (p *postgres) close() error {
	var errs []error
	for range connections {
		if kept := <-p.conns; kept.conn != nil {
			errs = append(errs, goodbye(kept.conn))
		}
	}
	return errors.Join(errs...)
}

// tableTruth keeps batches as rows. A place is the next number of the location, whose row the transaction has locked.
type tableTruth struct{}

func (tableTruth) keep(s session, entries []kept) error {
	next := map[string]int64{}
	for i := range entries {
		k := &entries[i]
		if _, known := next[k.location]; !known {
			last := int64(0)
			err := s.rows(`SELECT COALESCE(MAX(place), 0) FROM batches WHERE location = $1`, func(scan func(...any) error) error { return scan(&last) }, k.location)
			if err != nil {
				return err
			}
			next[k.location] = last
		}
		next[k.location]++
		k.place = next[k.location]
		if err := insertBatch(s, k, k.data); err != nil {
			return err
		}
	}
	return nil
}

func (tableTruth) fetch(s session, location string, place int64) (data []byte, err error) {
	err = s.rows(`SELECT data FROM batches WHERE location = $1 AND place = $2`, func(scan func(...any) error) error { return scan(&data) }, location, place)
	return data, err
}

package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// sqlite is one file with one writer.
type sqlite struct {
	writer   *sql.DB
	conn     *sql.Conn // the writer's only one
	prepared map[string]*sql.Stmt
	reader   *sql.DB
	mu       sync.Mutex // one write at a time
	lock     *os.File
	segments *segments
	dir      string
}

// The names of what lies in a store's folder.
const (
	databaseFile   = "ledger.db"
	segmentsFolder = "segments"
	witnessFile    = "witness"
)

const readers = 4

// OpenSQLite opens the store in a folder, or makes one. It fails if another process holds it.
func OpenSQLite(ctx context.Context, dir string, now func() time.Time) (Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	lock, err := lockFolder(dir)
	if err != nil {
		return nil, err
	}
	s := &sqlite{prepared: map[string]*sql.Stmt{}, lock: lock, dir: dir}
	if err := s.open(ctx, dir); err != nil {
		return nil, errors.Join(err, s.close())
	}
	made, err := newSQLStore(ctx, s, filepath.Join(dir, witnessFile), now)
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	made.segments = s.segments
	if err := made.catchUp(ctx); err != nil {
		return nil, errors.Join(err, made.Close())
	}
	made.start()
	return made, made.watch(ctx)
}

// lockFolder keeps a second process out for as long as the file is open.
func lockFolder(dir string) (*os.File, error) {
	lock, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = lock.Close()
		return nil, fmt.Errorf("store: %s is in use by another process: %w", dir, err)
	}
	return lock, nil
}

func (s *sqlite) open(ctx context.Context, dir string) (err error) {
	if s.writer, err = sql.Open("sqlite", sqliteAddress(dir)); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	s.writer.SetMaxOpenConns(1)
	if s.conn, err = s.writer.Conn(ctx); err != nil {
		return fmt.Errorf("store: open %s: %w; restore the newest backup over it, and gateways send what it lacks", filepath.Join(dir, databaseFile), err)
	}
	known, err := s.known(ctx)
	if err != nil {
		return err
	}
	if s.segments, err = openSegments(filepath.Join(dir, segmentsFolder), known); err != nil {
		return err
	}
	if s.reader, err = sql.Open("sqlite", sqliteAddress(dir)+"&_pragma=query_only(1)"); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	s.reader.SetMaxOpenConns(readers)
	return nil
}

// known is up to where the rows hold the segments; 0: they are new. What the disk has lost of that is damage: what comes next must
// not take its places, or it would count as folded.
func (s *sqlite) known(ctx context.Context) (place int64, err error) {
	made := false
	err = s.conn.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'meta')`).Scan(&made)
	if err == nil && made {
		err = s.conn.QueryRowContext(ctx, `SELECT COALESCE(MAX(value), 0) FROM meta WHERE key = 'segments'`).Scan(&place)
	}
	if err != nil {
		return 0, fmt.Errorf("store: %w", err)
	}
	return place, nil
}

func sqliteAddress(dir string) string {
	return "file:" + (&url.URL{Path: filepath.Join(dir, databaseFile)}).EscapedPath() +
		"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(10000)&_pragma=cache_size(-65536)&_pragma=wal_autocheckpoint(8000)"
}

func (s *sqlite) write(ctx context.Context, do func(session) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.transaction(ctx, do)
}

// follow leaves the flush to the next write, or to the next checkpoint: the batches are flushed, and Open finds in the mark of
// the same transaction which of them the rows lack.
func (s *sqlite) follow(ctx context.Context, do func(session) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.conn.ExecContext(ctx, "PRAGMA synchronous=NORMAL"); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	err := s.transaction(ctx, do)
	if _, back := s.conn.ExecContext(context.WithoutCancel(ctx), "PRAGMA synchronous=FULL"); back != nil {
		return errors.Join(err, fmt.Errorf("store: %w", back))
	}
	return err
}

// transaction runs one. The caller holds mu.
func (s *sqlite) transaction(ctx context.Context, do func(session) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	// From here on the transaction is not interrupted: half a commit is worth nothing to anybody.
	background := context.WithoutCancel(ctx)
	if _, err := s.conn.ExecContext(background, "BEGIN IMMEDIATE"); err != nil {
		return fmt.Errorf("store: begin: %w", err)
	}
	err := do(&sqliteWrite{ctx: background, engine: s})
	if err == nil {
		_, err = s.conn.ExecContext(background, "COMMIT")
	}
	if err != nil {
		_, undo := s.conn.ExecContext(background, "ROLLBACK")
		return errors.Join(err, undo)
	}
	return nil
}

// sqliteWrite is the writer's transaction, with its prepared statements.
type sqliteWrite struct {
	ctx    context.Context
	engine *sqlite
}

func (w *sqliteWrite) statement(text string) (*sql.Stmt, error) {
	if prepared := w.engine.prepared[text]; prepared != nil {
		return prepared, nil
	}
	prepared, err := w.engine.conn.PrepareContext(w.ctx, text)
	if err != nil {
		return nil, fmt.Errorf("store: %w in %s", err, text)
	}
	w.engine.prepared[text] = prepared
	return prepared, nil
}

func (w *sqliteWrite) exec(text string, args ...any) error {
	statement, err := w.statement(text)
	if err != nil {
		return err
	}
	if _, err := statement.ExecContext(w.ctx, args...); err != nil {
		return fmt.Errorf("store: %w in %s", err, text)
	}
	return nil
}

func (w *sqliteWrite) rows(text string, each func(func(...any) error) error, args ...any) error {
	statement, err := w.statement(text)
	if err != nil {
		return err
	}
	rows, err := statement.QueryContext(w.ctx, args...)
	return eachRow(rows, err, text, each)
}

func eachRow(rows *sql.Rows, err error, text string, each func(func(...any) error) error) error {
	if err != nil {
		return fmt.Errorf("store: %w in %s", err, text)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := each(rows.Scan); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("store: %w in %s", err, text)
	}
	return nil
}

func (s *sqlite) read(ctx context.Context, do func(session) error) error {
	tx, err := s.reader.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	defer func() { _ = tx.Rollback() }()
	return do(&sqliteRead{ctx, tx})
}

type sqliteRead struct {
	ctx context.Context
	tx  *sql.Tx
}

var errReadOnly = errors.New("store: a statement in a read")

func (*sqliteRead) exec(string, ...any) error { return errReadOnly }

func (r *sqliteRead) rows(text string, each func(func(...any) error) error, args ...any) error {
	rows, err := r.tx.QueryContext(r.ctx, text, args...)
	return eachRow(rows, err, text, each)
}

func (*sqlite) list(texts []string) any {
	list, _ := json.Marshal(texts) // a list of strings has no error
	return string(list)
}

func (*sqlite) any(column, parameter string) string {
	return column + " IN (SELECT value FROM json_each(" + parameter + "))"
}

func (*sqlite) locking() string { return "" }

func (s *sqlite) truth() truth { return s.segments }

// stable: one disk has no replica.
func (*sqlite) stable(context.Context) (Stability, error) { return Stability{}, nil }

func (s *sqlite) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	for _, prepared := range s.prepared {
		errs = append(errs, prepared.Close())
	}
	if s.conn != nil {
		errs = append(errs, s.conn.Close())
	}
	for _, db := range []*sql.DB{s.writer, s.reader} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	if s.segments != nil {
		errs = append(errs, s.segments.committer.Close())
	}
	return errors.Join(append(errs, s.lock.Close())...)
}

package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"

	"gatehouse/sync/durable"
	"gatehouse/sync/fact"
)

// ErrNoBackup says that this engine is backed up by its own means.
var ErrNoBackup = errors.New("store: PostgreSQL is backed up by its own means (a standby, pg_basebackup)")

// Backup copies the store, while it works, into a folder that it makes, durably. Segments that are full and that an earlier
// backup beside it holds are linked instead of copied. A store that is opened from the copy knows that it is one: it gets a
// new epoch, and gateways send again what came after it.
func (s *sqlStore) Backup(ctx context.Context, to, earlier string) error {
	engine, is := s.engine.(*sqlite)
	if !is {
		return ErrNoBackup
	}
	return copyStore(ctx, engine.reader, engine.dir, to, earlier)
}

// CopySQLite is Backup of the store in a folder, whether a process has it open or not.
func CopySQLite(ctx context.Context, dir, to string) error {
	if _, err := os.Stat(filepath.Join(dir, databaseFile)); err != nil {
		return fmt.Errorf("store: backup: %w", err)
	}
	reader, err := sql.Open("sqlite", sqliteAddress(dir)+"&_pragma=query_only(1)")
	if err != nil {
		return fmt.Errorf("store: backup: %w", err)
	}
	err = copyStore(ctx, reader, dir, to, "")
	return errors.Join(err, reader.Close())
}

func copyStore(ctx context.Context, reader *sql.DB, dir, to, earlier string) error {
	if err := os.MkdirAll(filepath.Join(to, segmentsFolder), 0o700); err != nil {
		return fmt.Errorf("store: backup: %w", err)
	}
	// The database first: what the segments hold beyond it is folded when the copy is opened.
	epoch, err := copyDatabase(ctx, reader, filepath.Join(to, databaseFile))
	if err != nil {
		return fmt.Errorf("store: backup: %w", err)
	}
	if err := copySegments(filepath.Join(dir, segmentsFolder), filepath.Join(to, segmentsFolder), filepath.Join(earlier, segmentsFolder)); err != nil {
		return fmt.Errorf("store: backup: %w", err)
	}
	witness, err := openWitness(filepath.Join(to, witnessFile))
	if err != nil {
		return err
	}
	err = errors.Join(witness.reset(epoch, math.MaxInt64), witness.file.Sync(), witness.close())
	return errors.Join(err, durable.SyncFolder(filepath.Join(to, segmentsFolder)), durable.SyncFolder(to))
}

// copyDatabase writes the database as it is at one moment, and returns its epoch. Whoever writes meanwhile does not wait.
func copyDatabase(ctx context.Context, reader *sql.DB, name string) (epoch fact.Incarnation, err error) {
	conn, err := reader.Conn(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { _ = conn.Close() }()
	var value int64
	if err := conn.QueryRowContext(ctx, `SELECT value FROM meta WHERE key = 'epoch'`).Scan(&value); err != nil {
		return 0, err
	}
	if _, err := conn.ExecContext(ctx, `PRAGMA query_only(0)`); err != nil {
		return 0, err
	}
	_, err = conn.ExecContext(ctx, `VACUUM INTO ?`, name)
	_, closed := conn.ExecContext(context.WithoutCancel(ctx), `PRAGMA query_only(1)`)
	return fact.Incarnation(value), errors.Join(err, closed, syncFile(name))
}

// unfinished is how many of the newest segments may still change: the one that is written, and the spare that follows it.
const unfinished = 2

// copySegments copies the newest first: so an older one holds all that came before what was copied of the newer one.
func copySegments(from, to, earlier string) error {
	names, err := segmentNames(from)
	if err != nil {
		return err
	}
	held, _ := segmentNames(earlier) // there may be none
	for i, name := range slices.Backward(names) {
		known := slices.Index(held, name)
		whole := i < len(names)-unfinished && known >= 0 && known < len(held)-unfinished
		if whole && os.Link(filepath.Join(earlier, name), filepath.Join(to, name)) == nil {
			continue
		}
		if err := copyFile(filepath.Join(from, name), filepath.Join(to, name)); err != nil {
			return err
		}
	}
	return nil
}

// segmentNames are the segments of a folder, in the order in which they were begun, without one that is being made.
func segmentNames(folder string) (names []string, err error) {
	entries, err := os.ReadDir(folder)
	for _, entry := range entries {
		if entry.Type().IsRegular() && filepath.Ext(entry.Name()) == ".seg" {
			names = append(names, entry.Name())
		}
	}
	return names, err
}

func copyFile(from, to string) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = source.Close() }()
	target, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(target, source)
	return errors.Join(err, target.Sync(), target.Close())
}

func syncFile(name string) error {
	file, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(file.Sync(), file.Close())
}

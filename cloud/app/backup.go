package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gatehouse/cloud/store"
	"gatehouse/sync/durable"
)

// backupsKept is how many backups stay.
const backupsKept = 2

// backups makes a backup at the start and then every so often, until the aggregator ends. Only what is in one is stable
// then.
func (a *App) backups() {
	ticker := time.NewTicker(a.options.BackupEvery)
	defer ticker.Stop()
	for {
		started := time.Now()
		name, err := a.Backup(a.background)
		switch {
		case a.background.Err() != nil:
			return
		case err != nil:
			a.counters.behind.Store(1)
			a.options.Log.Error("no backup was made: nothing becomes stable", "folder", a.options.Backup, "err", err)
		default:
			a.counters.behind.Store(0)
			a.options.Log.Info("backup made", "folder", name, "took", time.Since(started).Round(time.Millisecond))
		}
		select {
		case <-a.background.Done():
			return
		case <-ticker.C:
		}
	}
}

// Backup copies everything that is kept, but the broker's sessions, into a new folder, and then says that what was applied
// before it is stable. It returns the folder. To restore, copy it to where the data folder was.
func (a *App) Backup(ctx context.Context) (string, error) {
	if a.options.Backup == "" {
		return "", errors.New("app: there is no folder for backups")
	}
	a.backing.Lock()
	defer a.backing.Unlock()
	if err := a.noteApplied(); err != nil {
		return "", err
	}
	if err := os.MkdirAll(a.options.Backup, 0o700); err != nil {
		return "", fmt.Errorf("app: backup: %w", err)
	}
	earlier, err := a.sweepBackups()
	if err != nil {
		return "", fmt.Errorf("app: backup: %w", err)
	}
	before := ""
	if n := len(earlier); n > 0 {
		before = filepath.Join(a.options.Backup, earlier[n-1], "store")
	}
	name := filepath.Join(a.options.Backup, backupPrefix+a.options.Now().UTC().Format("20060102T150405.000"))
	draft := name + draftSuffix
	a.draft.Store(&draft)
	defer a.draft.Store(nil)
	if err := a.store.Backup(ctx, filepath.Join(draft, "store"), before); err != nil {
		return "", err
	}
	if err := finishBackup(a.options.Dir, draft, name); err != nil {
		return "", err
	}
	for _, old := range earlier[:max(0, len(earlier)+1-backupsKept)] {
		if err := os.RemoveAll(filepath.Join(a.options.Backup, old)); err != nil {
			a.options.Log.Warn("an old backup stays", "folder", old, "err", err)
		}
	}
	return name, a.markStable()
}

// draftBytes is how much the backup that is being made holds so far; 0: there is none.
func (a *App) draftBytes() (bytes int64) {
	draft := a.draft.Load()
	if draft == nil {
		return 0
	}
	_ = filepath.WalkDir(*draft, func(_ string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			if info, err := entry.Info(); err == nil {
				bytes += info.Size()
			}
		}
		return nil // what is not there yet, or not any more, counts nothing
	})
	return bytes
}

// finishBackup adds what is beside the store to a draft, and gives it its name.
func finishBackup(dir, draft, name string) error {
	err := os.CopyFS(filepath.Join(draft, "authority"), os.DirFS(filepath.Join(dir, "authority")))
	if err == nil {
		err = os.Rename(draft, name)
	}
	if err == nil {
		err = durable.SyncFolder(filepath.Dir(name))
	}
	if err != nil {
		return fmt.Errorf("app: backup: %w", err)
	}
	return nil
}

// CopyData is a backup of a data folder into a new one, from another process than the one that works on it, if any does. It
// makes nothing stable.
func CopyData(ctx context.Context, dir, to string) error {
	if _, err := os.Stat(to); !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("app: backup: %s is there already: %w", to, os.ErrExist)
	}
	draft := filepath.Clean(to) + draftSuffix
	if err := os.RemoveAll(draft); err != nil { // what an interrupted one left
		return fmt.Errorf("app: backup: %w", err)
	}
	if err := store.CopySQLite(ctx, filepath.Join(dir, "store"), filepath.Join(draft, "store")); err != nil {
		return err
	}
	return finishBackup(dir, draft, to)
}

const (
	backupPrefix = "gatehouse-cloud-"
	draftSuffix  = ".part"
)

// sweepBackups removes what a crash left half made, and returns the whole ones, the oldest first.
func (a *App) sweepBackups() (whole []string, err error) {
	entries, err := os.ReadDir(a.options.Backup)
	if err != nil {
		return nil, err
	}
	for _, entry := range entries {
		switch name := entry.Name(); {
		case !strings.HasPrefix(name, backupPrefix):
		case strings.HasSuffix(name, draftSuffix):
			err = errors.Join(err, os.RemoveAll(filepath.Join(a.options.Backup, name)))
		default:
			whole = append(whole, name)
		}
	}
	slices.Sort(whole)
	return whole, err
}

package journal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"gatehouse/sync/durable"
	"gatehouse/sync/factlog"
)

// The archive is a state file of its own, because bbolt reads every page of a file when it opens it: a start must
// not wait for the tickets of years. Archived records go into the state file first, in the transaction of their
// checkpoint, and move on from there by the hundred.

const (
	// archiveBatch is how many archived records move at once: some 60 KB for two flushes.
	archiveBatch = 256
	// archiveDeadline bounds the check of the archive, which nobody waits for.
	archiveDeadline = 2 * time.Minute
	// incompleteSuffix names the mark beside an archive that lacks records which the log has.
	incompleteSuffix = ".incomplete"
)

// refolder writes all archived records that the log tells of into the file.
type refolder func(context.Context, *stateFile) error

// openArchive makes the archive ready: checked, and complete.
func (k *keeper) openArchive(ctx context.Context, refold refolder) {
	file, err := k.readyArchive(ctx, refold)
	switch {
	case err == nil:
		k.archive.Store(file)
	case ctx.Err() == nil:
		k.archiveFailed(err)
	}
}

func (k *keeper) archiveFailed(err error) {
	k.options.Logger.Error("archive is out of order; records wait in the state file", "err", err)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.status.archiveErr = err
}

func (k *keeper) readyArchive(ctx context.Context, refold refolder) (*stateFile, error) {
	if err := k.soundArchive(ctx); err != nil {
		return nil, err
	}
	file, err := openStateFile(k.options.archivePath())
	if err != nil {
		return nil, err
	}
	if err := errors.Join(k.completeArchive(ctx, file, refold), file.unmapPages()); err != nil {
		return nil, errors.Join(err, file.close())
	}
	return file, nil
}

// soundArchive sees to it that there is an archive that can be opened, if need be an empty one with the mark.
func (k *keeper) soundArchive(ctx context.Context) error {
	path := k.options.archivePath()
	if _, err := os.Stat(path); err == nil {
		damage := k.options.inspect(ctx, path, archiveDeadline)
		if damage == nil || ctx.Err() != nil {
			return ctx.Err()
		}
		aside, err := putAside(path)
		if err != nil {
			return err
		}
		k.options.Logger.Error("archive is damaged; rebuilding it from the log", "err", damage, "aside", aside)
	}
	if err := markIncomplete(path); err != nil {
		return err
	}
	return createStateFile(path, k.options.header())
}

func (k *keeper) completeArchive(ctx context.Context, file *stateFile, refold refolder) error {
	if file.header.Layout > layout {
		return fmt.Errorf("%w: %s", ErrNewer, file.path)
	}
	_, err := os.Stat(file.path + incompleteSuffix)
	if errors.Is(err, os.ErrNotExist) && file.header.States == k.options.states {
		return nil
	}
	if err := refold(ctx, file); err != nil {
		return err
	}
	if err := file.write(k.options.header(), nil); err != nil {
		return err
	}
	if err := os.Remove(file.path + incompleteSuffix); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return durable.SyncFolder(filepath.Dir(file.path))
}

// markIncomplete sets the mark, durably.
func markIncomplete(path string) error {
	mark, err := os.Create(path + incompleteSuffix)
	if err != nil {
		return err
	}
	if err := mark.Close(); err != nil {
		return err
	}
	return durable.SyncFolder(filepath.Dir(path))
}

// asideMax is how many damaged files are kept: a dying card must not fill up with them.
const asideMax = 3

// putAside renames a damaged file so that somebody can look at it, and removes the oldest ones.
func putAside(path string) (aside string, err error) {
	aside = path + ".damaged-" + time.Now().UTC().Format("20060102T150405.000Z")
	if err := os.Rename(path, aside); err != nil {
		return "", err
	}
	all, err := filepath.Glob(path + ".damaged-*") // sorted, and so by date
	for _, old := range all[:max(0, len(all)-asideMax)] {
		err = errors.Join(err, os.Remove(old))
	}
	return aside, errors.Join(err, durable.SyncFolder(filepath.Dir(path)))
}

// archiveWaiting moves archived records out of the state file once there are enough of them. They are durable in
// the archive before they leave the state file; a power cut between leaves them in both, which is harmless.
func (k *keeper) archiveWaiting() {
	state, archive := k.state.Load(), k.archive.Load()
	if archive == nil || state.header.Waiting < archiveBatch {
		return
	}
	coming, going, err := state.waiting()
	if err != nil {
		k.stateFailed(state, err)
		return
	}
	if err := archive.write(archive.header, coming); err != nil {
		k.archive.Store(nil)
		k.giveUp(archive, err)
		k.archiveFailed(err)
		return
	}
	if err := state.write(state.header, going); err != nil {
		k.stateFailed(state, err)
	}
}

// waiting lists the archived records: as the archive takes them, and as they leave.
func (f *stateFile) waiting() (coming, going changes, err error) {
	coming, going = changes{}, changes{}
	err = f.visit(entryKey(ArchiveTable, ""), func(key string, value []byte) (bool, error) {
		coming[key], going[key] = bytes.Clone(value), nil
		return true, nil
	})
	return coming.settled(), going, err
}

// settled turns archived records that are gone into removals, as the archive itself needs them.
func (c changes) settled() changes {
	for key, value := range c {
		if gone(key, value) {
			c[key] = nil
		}
	}
	return c
}

// refoldBatch is how many records a rebuild of the archive commits at once.
const refoldBatch = 4096

// refold makes the function that fills an archive with what the facts up to a position led to, by a State of its
// own.
func (j *Journal) refold(through factlog.Index, newState func() State) refolder {
	return func(ctx context.Context, archive *stateFile) error {
		write := func(records changes, atLeast int) error {
			if len(records) < atLeast {
				return nil
			}
			defer clear(records)
			return archive.write(archive.header, records.settled())
		}
		f := &fold{log: j.log, location: j.options.Location, state: newState(), harvest: harvest{archive: true}}
		f.drained = func(records changes) error { return write(records, refoldBatch) }
		if err := f.run(ctx, 1, through); err != nil || f.failure != nil {
			return errors.Join(err, f.failure)
		}
		return write(f.harvest.records, 1)
	}
}

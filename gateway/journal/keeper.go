package journal

import (
	"context"
	"errors"
	"maps"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"gatehouse/sync/factlog"
)

// retryAfter is how long checkpoints rest after one failed.
const retryAfter = 30 * time.Second

var errResting = errors.New("journal: checkpoints rest after a failure")

// checkpoint is what one transaction makes of the state file.
type checkpoint struct {
	header  header
	changes changes
	whole   bool // live records that are not in changes are gone
}

// keeper owns the state files. Its goroutine alone writes to them; any goroutine may read.
type keeper struct {
	options *Options
	commits *commits
	offers  chan checkpoint // without a buffer: one is taken only when none is in flight
	wait    sync.WaitGroup

	state   atomic.Pointer[stateFile] // nil after a failed write, until the file was opened anew
	archive atomic.Pointer[stateFile] // nil until it is ready, and after it failed

	unwritten changes   // of checkpoints that failed
	whole     bool      // one of them was
	retryAt   time.Time // none before

	mu     sync.Mutex
	status keeperStatus
}

type keeperStatus struct {
	position   factlog.Index
	at         time.Time
	err        error
	waiting    uint64
	archiveErr error
}

func newKeeper(o *Options, c *commits, state *stateFile) *keeper {
	k := &keeper{options: o, commits: c, offers: make(chan checkpoint), unwritten: changes{}}
	if state != nil {
		k.state.Store(state)
		k.status.position, k.status.waiting = state.header.Position, state.header.Waiting
	}
	return k
}

func (k *keeper) describe(h *Health) {
	k.mu.Lock()
	defer k.mu.Unlock()
	h.Checkpointed, h.CheckpointAt, h.CheckpointErr = k.status.position, k.status.at, k.status.err
	h.ArchiveReady, h.ArchiveErr, h.ArchiveWaiting = k.archive.Load() != nil, k.status.archiveErr, k.status.waiting
}

// run writes the checkpoints that are offered, until there are no more.
func (k *keeper) run() {
	for c := range k.offers {
		if k.commits.wait(c.header.Position) == nil {
			k.keep(c)
		}
	}
}

// keep writes a checkpoint whose facts are durable.
func (k *keeper) keep(c checkpoint) {
	if c.whole {
		clear(k.unwritten)
		k.whole = true
	}
	maps.Copy(k.unwritten, c.changes)
	err := k.write(c.header)
	if errors.Is(err, errResting) {
		return
	}
	if err == nil {
		clear(k.unwritten)
		k.whole = false
		k.archiveWaiting()
	} else {
		k.retryAt = time.Now().Add(retryAfter)
		k.options.Logger.Error("checkpoint failed; the log goes on", "err", err)
	}
	k.report(err)
	if err == nil {
		k.written(c.header.Position)
	}
}

func (k *keeper) written(position factlog.Index) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.status.position, k.status.at = position, time.Now()
	if state := k.state.Load(); state != nil {
		k.status.waiting = state.header.Waiting
	}
}

func (k *keeper) report(err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.status.err = err
}

// write commits what is unwritten. After a failure the outcome is unknown, and the same handle would go on as if
// it were known: it is given up, and the file is checked and opened anew for the next attempt.
func (k *keeper) write(h header) error {
	file, err := k.stateFile()
	if err != nil {
		return err
	}
	if err = k.removeAbsent(file); err == nil {
		err = file.write(h, k.unwritten)
	}
	if err != nil {
		k.stateFailed(file, err)
	}
	return err
}

// stateFile is the open state file. Where there is none, a whole checkpoint begins a new one.
func (k *keeper) stateFile() (*stateFile, error) {
	if file := k.state.Load(); file != nil {
		return file, nil
	}
	if time.Now().Before(k.retryAt) {
		return nil, errResting
	}
	path := k.options.statePath()
	var err error
	if _, missing := os.Stat(path); k.whole && errors.Is(missing, os.ErrNotExist) {
		err = createStateFile(path, k.options.header())
	} else {
		err = k.options.inspect(context.Background(), path, k.options.CheckDeadline)
	}
	if err != nil {
		return nil, err
	}
	file, err := openStateFile(path)
	if err == nil {
		k.state.Store(file)
	}
	return file, err
}

func (k *keeper) stateFailed(file *stateFile, failure error) {
	k.state.Store(nil)
	k.giveUp(file, failure)
}

// removeAbsent adds the removal of the live records that a whole checkpoint doesn't have.
func (k *keeper) removeAbsent(file *stateFile) error {
	if !k.whole {
		return nil
	}
	return file.visit("", func(key string, _ []byte) (bool, error) {
		if archived(key) {
			return false, nil
		}
		if _, found := k.unwritten[key]; !found {
			k.unwritten[key] = nil
		}
		return true, nil
	})
}

// giveUp closes a file that failed. After a panic of bbolt its locks may be held for ever, so then it is left.
func (k *keeper) giveUp(file *stateFile, failure error) {
	if errors.Is(failure, ErrDamaged) {
		return
	}
	if err := file.close(); err != nil {
		k.options.Logger.Warn("close state file", "path", file.path, "err", err)
	}
}

// close ends the goroutines, writes the last checkpoint if there is one, and closes the files.
func (k *keeper) close(last *checkpoint) error {
	close(k.offers)
	k.wait.Wait()
	if last != nil {
		k.retryAt = time.Time{}
		k.keep(*last)
	}
	err := errors.Join(k.state.Swap(nil).close(), k.archive.Swap(nil).close())
	return errors.Join(k.status.err, err)
}

// start runs the keeper's goroutines; refold fills an archive that lacks records.
func (k *keeper) start(ctx context.Context, refold refolder) {
	k.wait.Go(k.run)
	k.wait.Go(func() { k.openArchive(ctx, refold) })
}

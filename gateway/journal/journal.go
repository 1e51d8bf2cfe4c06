package journal

import (
	"context"
	"errors"
	"maps"
	"os"

	"gatehouse/sync/fact"
	"gatehouse/sync/factlog"
	"gatehouse/sync/wire"
)

// Journal is the fact log and the state files. One goroutine, the owner of the State, calls Append,
// CheckpointIfDue and Close; any goroutine may call the rest.
type Journal struct {
	options   Options
	lock      *os.File
	log       *factlog.Log
	committer *factlog.Committer
	commits   *commits
	backlog   backlog
	keeper    *keeper
	stop      context.CancelFunc // ends the rebuild of the archive

	// The owner's.
	payloads  [][]byte
	header    header  // of the next checkpoint, but for what the facts and records say
	harvest   harvest // for the next checkpoint
	offered   factlog.Index
	offeredMS int64
	replace   bool  // the next checkpoint holds all live records
	failure   error // a state record that could not be encoded: no checkpoint is right any more
}

// Append hands facts to the log and returns at once. They must be applied to the State already or before the next
// call of CheckpointIfDue. done, which may be nil, is called once, on another goroutine: with nil when the facts are
// durable, or with ErrBroken. Lazy facts wait for the next flush that somebody else needs, or for the log's own
// time. A fact that wire refuses breaks the journal, because the State has it and the log can't.
func (j *Journal) Append(records []fact.Record, lazy bool, done func(error)) {
	if done == nil {
		done = func(error) {}
	}
	if len(records) == 0 {
		go done(j.commits.failure())
		return
	}
	payloads, err := j.encode(records)
	if err != nil {
		go done(j.commits.fail(err))
		return
	}
	through, settle := j.commits.begin(records, lazy)
	if settle == nil {
		go done(j.commits.failure())
		return
	}
	j.hand(handover{payloads: payloads, lazy: lazy, through: through, done: func(err error) { done(settle(err)) }})
}

var (
	errNotTaken = errors.New("journal: the log did not take all facts")
	errClosed   = errors.New("journal: closed")
)

// encode encodes records into buffers that are used again at the next call: the log copies them.
func (j *Journal) encode(records []fact.Record) ([][]byte, error) {
	for len(j.payloads) < len(records) {
		j.payloads = append(j.payloads, nil)
	}
	for i, record := range records {
		payload, err := wire.EncodeRecord(j.payloads[i][:0], record)
		if err != nil {
			return nil, err
		}
		j.payloads[i] = payload
	}
	return j.payloads[:len(records)], nil
}

// CheckpointIfDue takes what changed in the State, which must have applied exactly the facts appended so far, and
// has it written once those are durable. It only encodes, and never waits: while a checkpoint is under way, the
// changes are kept for the next. nowMS is any clock that doesn't go back. A failure is in Health; the log goes on.
func (j *Journal) CheckpointIfDue(nowMS int64, s State) {
	appended, _, _ := j.commits.newest()
	behind := appended - j.offered
	due := j.replace || behind >= factlog.Index(j.options.CheckpointFacts) ||
		nowMS-j.offeredMS >= j.options.CheckpointEvery.Milliseconds()
	if behind == 0 || !due {
		return
	}
	c := j.checkpoint(s)
	if c == nil {
		return
	}
	select {
	case j.keeper.offers <- *c:
		j.harvest.reap()
		j.replace, j.offered, j.offeredMS = false, c.header.Position, nowMS
	default:
	}
}

// checkpoint makes one of what changed since the last one that was offered; nil if that can't be told any more.
func (j *Journal) checkpoint(s State) *checkpoint {
	if j.failure == nil {
		if j.failure = j.harvest.take(s); j.failure != nil {
			j.keeper.report(j.failure)
		}
	}
	if j.failure != nil {
		return nil
	}
	h := j.header
	h.Position, h.Last, h.At = j.commits.newest()
	return &checkpoint{header: h, changes: j.harvest.records, whole: j.replace}
}

// Replace says that the owner goes on with a State of its own, and not with the one that Open returned: one that has
// applied more than the log held, because the facts of a broken journal are about to be appended again. The State's
// next Dirty must yield all its records; live records that it doesn't yield are gone.
func (j *Journal) Replace() {
	j.replace = true
	maps.DeleteFunc(j.harvest.records, func(key string, _ []byte) bool { return !archived(key) })
}

// Close makes everything durable, writes a last checkpoint of s (none if s is nil or the journal is broken) and lets
// go of the folder. It waits for the disk. Errors: ErrBroken, and why the last checkpoint failed; the log has everything
// if ErrBroken is not among them.
func (j *Journal) Close(s State) error {
	j.stop()
	j.backlog.drained()
	logErr := j.committer.Close() // the log, too
	broken := j.commits.failure()
	j.commits.fail(errClosed)
	var last *checkpoint
	if s != nil && broken == nil && logErr == nil {
		last = j.checkpoint(s)
	}
	err := j.keeper.close(last)
	return errors.Join(broken, logErr, err, j.lock.Close())
}

package journal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"gatehouse/sync/durable"
	"gatehouse/sync/fact"
	"gatehouse/sync/factlog"
)

// opening is an Open under way. The zero state file means that the state must be rebuilt.
type opening struct {
	options  Options
	newState func() State
	report   Report

	lock   *os.File
	file   *stateFile
	header header // of file, or of the one it had to be put aside for
	log    *factlog.Log
	chain  factlog.Hash
	state  State
	tail   *fold // what was read from the log
}

// Open opens the folder and returns the state that all facts in it lead to. newState makes an empty State; it is
// called once or twice here, and once more on another goroutine if the archive must be rebuilt. A damaged or missing
// state file is rebuilt from the log. Errors: ErrInUse, ErrNewer, ErrOtherLocation, or of the disk; the folder is then
// as it was, but for what the log repairs.
func Open(o Options, newState func() State) (*Journal, State, Report, error) {
	started := time.Now()
	o, err := o.withDefaults()
	if err != nil {
		return nil, nil, Report{}, err
	}
	p := &opening{options: o, newState: newState, state: newState()}
	p.options.states = p.state.Version()
	if err := p.open(); err != nil {
		return nil, nil, p.report, errors.Join(err, p.abandon())
	}
	p.report.Duration = time.Since(started)
	return p.journal(), p.state, p.report, nil
}

func (p *opening) open() error {
	for _, step := range []func() error{p.lockDir, p.openState, p.openLog, p.makeRoom, p.load, p.fold, p.clear} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func (p *opening) abandon() error {
	err := p.file.close()
	if p.log != nil {
		err = errors.Join(err, p.log.Close())
	}
	if p.lock != nil {
		err = errors.Join(err, p.lock.Close())
	}
	return err
}

// lockDir makes the folder and takes its lock, which ends with the process.
func (p *opening) lockDir() error {
	if err := os.MkdirAll(p.options.logDir(), 0o700); err != nil {
		return fmt.Errorf("journal: make %s: %w", p.options.logDir(), err)
	}
	if err := durable.SyncFolder(p.options.Dir); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	path := filepath.Join(p.options.Dir, "lock")
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		file.Close()
		return fmt.Errorf("%w: %s: %w", ErrInUse, path, err)
	}
	p.lock = file
	return nil
}

// openState opens the state file if it is there, sound, and of this program.
func (p *opening) openState() error {
	path := p.options.statePath()
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		p.mustRebuild("there is no state file")
		return nil
	}
	if err := p.options.inspect(context.Background(), path, p.options.CheckDeadline); err != nil {
		p.mustRebuild(err.Error())
		return nil
	}
	file, err := openStateFile(path)
	if err != nil {
		p.mustRebuild(err.Error())
		return nil
	}
	p.file, p.header = file, file.header
	switch {
	case p.header.Layout > layout:
		return fmt.Errorf("%w: %s has layout %d", ErrNewer, path, p.header.Layout)
	case p.header.Location != p.options.Location:
		return fmt.Errorf("%w: %s is of %q, not %q", ErrOtherLocation, path, p.header.Location, p.options.Location)
	case p.header.Layout < layout:
		p.mustRebuild("the state file is of an older layout")
	case p.header.States != p.options.states:
		p.mustRebuild(fmt.Sprintf("the state file has state version %d, this program has %d", p.header.States, p.options.states))
	case p.header.Skipped > 0 && p.header.Kinds < p.options.header().Kinds:
		p.mustRebuild("the log has facts of kinds that can be read now")
	}
	return nil
}

// mustRebuild lets go of the state file.
func (p *opening) mustRebuild(why string) {
	p.report.Rebuilt, p.report.Why = true, why
	if err := p.file.close(); err != nil {
		p.options.Logger.Warn("close state file", "err", err)
	}
	p.file = nil
}

// openLog opens the log. What the state has, even of a file that is no longer used, was durable once.
func (p *opening) openLog() error {
	o := factlog.Options{
		SegmentBytes: p.options.SegmentBytes, KnownDurable: p.header.Position, Trimmed: readTrimmed(p.options.Dir),
	}
	if p.file != nil {
		o.From = p.header.Position
	}
	log, recovery, err := factlog.Open(p.options.Disk, p.options.logDir(), o)
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	p.log, p.chain = log, recovery.Chain
	return nil
}

// roomBytes is what the log must have room for at a start. Below it, the start makes room itself, because the first
// facts may come before the log has idle time to.
const roomBytes = 64 << 10

// makeRoom prepares the log for the first facts. On a full disk, what room there is must do.
func (p *opening) makeRoom() error {
	for p.log.FreeBytes() < roomBytes {
		if ready, err := p.log.Prepare(); err != nil {
			p.options.Logger.Error("no room for facts; free some space on the disk", "dir", p.options.Dir, "err", err)
			return nil
		} else if ready {
			return nil
		}
	}
	return nil
}

// load restores the live records, and makes sure that the log is the one that led to them.
func (p *opening) load() error {
	if p.file == nil {
		return nil
	}
	err := p.sameLog()
	if err == nil {
		err = p.file.visit("", func(key string, value []byte) (bool, error) {
			if archived(key) {
				return false, nil
			}
			return true, p.state.Load(key[0], key[1:], value)
		})
	}
	if err = errors.Join(err, p.file.unmapPages()); err != nil {
		p.state = p.newState()
		p.mustRebuild(err.Error())
	}
	return nil
}

// sameLog compares the name of the fact at the file's position. A fact that is damaged now proves nothing.
func (p *opening) sameLog() error {
	at := p.header.Position
	if at == 0 {
		return nil
	}
	one := fold{log: p.log, location: p.options.Location, state: ignoring{}}
	if err := one.run(context.Background(), at, at); err != nil {
		return err
	}
	if one.facts > 0 && one.last != p.header.Last {
		return fmt.Errorf("the log has another fact at position %d than the state file", at)
	}
	return nil
}

// ignoring is a State without content.
type ignoring struct{}

func (ignoring) Version() uint64                  { return 0 }
func (ignoring) Apply(fact.Record)                {}
func (ignoring) Load(uint8, string, []byte) error { return nil }
func (ignoring) Dirty(func(uint8, string, any))   {}

// fold applies the facts behind the stored state, or all.
func (p *opening) fold() error {
	p.tail = &fold{log: p.log, location: p.options.Location, state: p.state, at: p.header.At, last: p.header.Last}
	from := p.header.Position + 1
	p.tail.harvest = harvest{live: true, archive: true}
	if p.file == nil {
		from = 1
		p.tail.harvest = harvest{live: true, fresh: true} // the archive gets its records from the log
		p.adopt()
	}
	last := p.log.Last()
	if err := p.tail.run(context.Background(), from, last); err != nil {
		return err
	}
	r := &p.report
	r.Replayed, r.Skipped, r.Damage = p.tail.facts, p.tail.skipped, p.log.Damage()
	r.Parent, r.At, r.ParentHash = p.tail.last, p.tail.at, p.chain
	return nil
}

// adopt applies what was before the log.
func (p *opening) adopt() {
	adopted := &p.options.Adopted
	if adopted.Parent == (fact.Dot{}) {
		return
	}
	for _, record := range adopted.Records {
		p.state.Apply(record)
		p.tail.at = record.At
	}
	p.tail.last = adopted.Parent
	if p.log.Last() == 0 {
		p.chain = adopted.ParentHash
	}
}

// clear makes way for a new state file, which the first checkpoint makes: a full disk must not keep a gate shut. The
// archive is marked first, because records for it may have waited in the old file.
func (p *opening) clear() error {
	if p.file != nil {
		return nil
	}
	p.report.First = p.tail.first
	path := p.options.statePath()
	err := markIncomplete(p.options.archivePath())
	if _, missing := os.Stat(path); missing == nil && err == nil {
		p.report.Aside, err = putAside(path)
	}
	if err != nil {
		p.options.Logger.Error("no way for a new state file", "path", path, "err", err)
	}
	return nil
}

// journal starts what runs beside the owner.
func (p *opening) journal() *Journal {
	ctx, stop := context.WithCancel(context.Background())
	j := &Journal{options: p.options, lock: p.lock, log: p.log, stop: stop, header: p.options.header()}
	j.backlog.empty.L = &j.backlog.mu
	j.header.Skipped = uint64(p.tail.skipped)
	j.harvest = harvest{records: p.tail.harvest.records, live: true, archive: true}
	if j.replace = p.file == nil; !j.replace {
		j.header.Skipped += p.header.Skipped
		j.offered = p.header.Position
	}
	j.commits = newCommits(p.log.Last(), p.report.Parent, p.report.At)
	j.committer = factlog.NewCommitter(p.log, factlog.CommitterOptions{})
	j.keeper = newKeeper(&j.options, j.commits, p.file)
	if j.failure = p.tail.failure; j.failure != nil {
		j.keeper.report(j.failure)
	}
	j.keeper.start(ctx, j.refold(p.log.Last(), p.newState))
	return j
}

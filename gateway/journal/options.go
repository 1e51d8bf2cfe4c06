package journal

import (
	"errors"
	"log/slog"
	"path/filepath"
	"time"

	"gatehouse/sync/fact"
	"gatehouse/sync/factlog"
)

// What Open and its journal fail with.
var (
	// ErrBroken says that a flush failed, so that nobody knows what is on the disk. The journal does nothing any
	// more: close it and open it anew.
	ErrBroken = errors.New("journal: the outcome of a commit is unknown; close the journal and open it anew")
	// ErrInUse says that another process has the folder.
	ErrInUse = errors.New("journal: folder is in use by another process")
	// ErrNewer says that a newer program built the file, in a way that this one can't read. Nothing was changed: start
	// that program again.
	ErrNewer = errors.New("journal: state was written by a newer program")
	// ErrOtherLocation says that the folder belongs to another location. Nothing was changed: correct the site file,
	// or give the new location an empty folder.
	ErrOtherLocation = errors.New("journal: folder belongs to another location")
	// ErrNotReady says that the archive is still being checked or rebuilt, or is out of order (Health says which).
	ErrNotReady = errors.New("journal: archive is not ready")
)

// Options say where a journal is and how it behaves. Dir and Location must be set.
type Options struct {
	Dir      string
	Location fact.LocationID

	// CheckpointFacts (default 256) and CheckpointEvery (default 1 minute) say when a checkpoint is due: by what comes
	// first. Neither can lose anything: they bound what a start reads from the log, and what the card has to bear.
	CheckpointFacts int
	CheckpointEvery time.Duration

	// SegmentBytes is the size of a file of the log; 0 leaves it to factlog.
	SegmentBytes int64

	// Checker inspects a state file before this process maps it; nil inspects it here, which a file damaged in a
	// nasty way can end. CheckDeadline (default 2 s) bounds it.
	Checker       Checker
	CheckDeadline time.Duration

	// Disk holds the log; nil is the operating system's. State files are always there.
	Disk factlog.Disk

	// Adopted is what the location had before this log began, on another card.
	Adopted Adopted

	// Logger hears what no caller can be told; nil discards it.
	Logger *slog.Logger

	states uint64 // the version of the State
}

// Adopted is what a new card goes on from: facts of the location that headquarters kept and that its open tickets,
// reservations and passes hang on. They are not in the log, which headquarters would ask for what stands between them; a
// state that is folded from the log's beginning is folded from them first.
type Adopted struct {
	Records    []fact.Record // in the order in which they were made
	Parent     fact.Dot      // the location's newest fact; zero: nothing is adopted
	ParentHash factlog.Hash
}

func (o Options) withDefaults() (Options, error) {
	if o.Dir == "" || o.Location == "" {
		return o, errors.New("journal: Dir and Location must be set")
	}
	if o.CheckpointFacts == 0 {
		o.CheckpointFacts = 256
	}
	if o.CheckpointEvery == 0 {
		o.CheckpointEvery = time.Minute
	}
	if o.CheckDeadline == 0 {
		o.CheckDeadline = 2 * time.Second
	}
	if o.Disk == nil {
		o.Disk = factlog.OSDisk{}
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o, nil
}

func (o *Options) logDir() string      { return filepath.Join(o.Dir, "log") }
func (o *Options) statePath() string   { return filepath.Join(o.Dir, "state.db") }
func (o *Options) archivePath() string { return filepath.Join(o.Dir, "archive.db") }

// header is that of a new state file.
func (o *Options) header() header {
	return header{Layout: layout, States: o.states, Location: o.Location, Kinds: uint64(len(fact.Types()))}
}

// Report says what Open found.
type Report struct {
	// Rebuilt is true if the state was folded from the whole log; Why says what was wrong with the stored one,
	// and Aside where it was put, if there was one.
	Rebuilt bool
	Why     string
	Aside   string

	// Replayed facts were read from the log. Of them, Skipped ones can't be read by this program: they stay in the log
	// and are not in the state.
	Replayed int
	Skipped  int
	// First is the oldest fact that a rebuild found. Above 1, the state lacks what only older facts tell.
	First factlog.Index

	// Damage lists what the log lost; the caller writes fact.LogDamaged for each range it has not declared yet.
	Damage []factlog.Damage

	// Parent and ParentHash are the last fact and the chain's hash after it, for fact.GatewayStarted. At is that
	// fact's time, from which the clock resumes.
	Parent     fact.Dot
	ParentHash factlog.Hash
	At         fact.Stamp

	Duration time.Duration
}

package app

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"gatehouse/drivers"
	"gatehouse/gateway/api"
	"gatehouse/gateway/journal"
	"gatehouse/gateway/lot"
	"gatehouse/gateway/recorder"
	"gatehouse/gateway/remote"
	"gatehouse/gateway/site"
	"gatehouse/sync/fact"
	"gatehouse/sync/factlog"
)

var (
	errDiskFailed = errors.New("app: the disk does not answer, and what was decided is not durable yet")
	errStopped    = errors.New("app: the gateway is stopping; ask again with the same idempotency key")
	errReadFailed = errors.New("app: reading the lot failed")
)

// Options are what an App is made of. Site, DataDir, Catalog, Clock and Log must be set.
type Options struct {
	Site    site.Loaded
	DataDir string // the journal is a folder in it
	Catalog drivers.Catalog
	Host    drivers.Host
	NoBoard func() error // says why the site's board, or its lines, can't be opened now; nil: they always are
	Clock   *Clock
	Log     *slog.Logger
	Version string
	Demo    bool
	// Disk holds the log, in files of SegmentBytes; nil is the machine's, and 0 the log's own choice.
	Disk         factlog.Disk
	SegmentBytes int64
	// Checker looks a state file over before it is used; nil does it in this process.
	Checker journal.Checker
}

// App is one running gateway.
type App struct {
	options    Options
	info       api.Info
	owner      *owner
	devices    []*device
	byUse      map[site.Use]map[int][]*device // by gate, or by floor for signs
	journal    atomic.Pointer[journal.Journal]
	dropped    atomic.Int64 // sensor readings that found the inbox full, and were replaced by later ones
	faces      faces
	arms       arms
	moves      moves
	alarms     alarms
	conditions conditions
	board      board
	changes    changes
	sync       syncing
	recorder   *recorder.Recorder // nil: nothing is recorded
	remote     *remote.Remote
	file       *site.Site      // as the site's file says, without what headquarters says in its place
	past       journal.Adopted // on another card
	stopped    chan struct{}   // closed when the owner has stopped
}

// New opens the journal, restores the lot and makes the devices. A device that can't be made or reached is no error.
// Errors: the journal's (ErrInUse, ErrNewer, ErrOtherLocation, of the disk), or what is wrong with the site. After
// New, call Run.
func New(o Options) (*App, error) {
	a := &App{options: o, byUse: map[site.Use]map[int][]*device{}, stopped: make(chan struct{}), board: board{absent: o.NoBoard}}
	a.newRemote()
	if _, err := lot.New(a.options.Site.Lot); err != nil {
		return nil, err
	}
	var inside int64
	a.past, inside = a.adopted()
	opened, restored, report, err := a.open()
	if err != nil {
		return nil, fmt.Errorf("app: %w", err)
	}
	a.owner = a.newOwner(restored, opened)
	a.record(restored)
	a.makeDevices()
	a.begin(report)
	if first(report, a.past) {
		a.adoptCount(inside)
	}
	return a, nil
}

// open opens the journal and makes the lot that its facts led to.
func (a *App) open() (*journal.Journal, *lot.Lot, journal.Report, error) {
	options := journal.Options{
		Dir: filepath.Join(a.options.DataDir, "journal"), Location: a.options.Site.Lot.Location, Disk: a.options.Disk,
		SegmentBytes: a.options.SegmentBytes, Checker: a.options.Checker, Logger: a.options.Log,
		Adopted: a.past,
	}
	opened, state, report, err := journal.Open(options, func() journal.State {
		made, _ := lot.New(a.options.Site.Lot) // New has tried it with the same configuration
		return made
	})
	if err != nil {
		return nil, nil, report, err
	}
	a.journal.Store(opened)
	return opened, state.(*lot.Lot), report, nil
}

func (a *App) newOwner(restored *lot.Lot, opened *journal.Journal) *owner {
	return &owner{
		lot: restored, journal: opened, clock: a.options.Clock, log: a.options.Log, pause: mendPause, diskWake: farOff(),
		inbox: make(chan input, inboxMax), readings: newReadings(), answers: answers{some: make(chan struct{}, 1)},
		mended: make(chan mended, 1), ends: make(chan error, 1), stopping: make(chan struct{}), perform: a.perform,
		changed: a.news, durable: a.sync.produced,
		open: func() (*journal.Journal, journal.Report, error) {
			anew, _, report, err := a.open() // the owner goes on with its own lot, which knows more
			return anew, report, err
		},
	}
}

// begin starts a new incarnation, and declares what the log lost.
func (a *App) begin(report journal.Report) {
	clock, o := a.options.Clock, a.owner
	clock.resume(report.At)
	o.last = clock.read()
	incarnation := fact.NewIncarnation(o.last.wallMS, random16())
	o.stamps.Boot = uint64(incarnation)
	o.stamps.Resume(report.At)
	a.info = api.Info{
		Version: a.options.Version, Board: a.options.Site.Board, Started: time.Now(), Incarnation: incarnation, Demo: a.options.Demo,
	}
	a.remote.Began(incarnation)
	if a.options.Site.Broken != nil {
		a.info.SafeMode = a.options.Site.Broken.Error()
	}
	cause := "start"
	if first(report, a.past) {
		cause = "adopted"
	} else if report.Rebuilt {
		cause = "start, state rebuilt: " + report.Why
		if report.Replayed > 0 {
			a.options.Log.Warn("state rebuilt from the log", "why", report.Why, "facts", report.Replayed, "damaged_file", report.Aside)
		}
	}
	o.step(lot.Started{Incarnation: incarnation, Fact: fact.GatewayStarted{
		Location: a.options.Site.Lot.Location, Parent: report.Parent.Incarnation, ParentSeq: report.Parent.Seq,
		ParentHash: report.ParentHash, Cause: fact.Clip(cause, causeMaxBytes), Version: a.options.Version, SiteDigest: a.options.Site.Digest,
	}}, nil)
	a.greetKeys()
	o.declareDamage(report)
}

// causeMaxBytes bounds what the fact of a start says of its cause.
const causeMaxBytes = 256

func random16() uint16 {
	var b [2]byte
	rand.Read(b[:]) // never fails: it crashes the program instead
	return binary.BigEndian.Uint16(b[:])
}

// Run serves until ctx ends; then it makes durable what was decided, has the devices carry that out, and stops them.
// It returns nil if all of that was possible. It returns early, with an error, if the lot can't go on: then start
// again from the log.
func (a *App) Run(ctx context.Context) error {
	working, halt := context.WithCancel(context.WithoutCancel(ctx))
	defer halt()
	var helping, obeying sync.WaitGroup
	for _, d := range a.devices {
		helping.Go(func() { d.attend(working) })
		if d.obeys() {
			obeying.Go(func() { d.carryOut(working, a.stopped) })
		}
	}
	helping.Go(func() { a.refresh(working) })
	helping.Go(func() { a.watchClock(working) })
	helping.Go(func() { a.changes.tell(working) })
	helping.Go(func() { a.recorder.Run(working) })
	helping.Go(func() { a.remote.Run(working, a.synced) })
	if a.options.Site.Sync.Enabled {
		helping.Go(func() { a.runSync(working) })
	}
	err := a.owner.run(ctx)
	close(a.stopped)
	endsWithin(lastOrdersMax, &obeying)
	halt()
	if !endsWithin(devicesStopMax, &obeying, &helping) {
		a.options.Log.Error("devices don't stop", "devices", a.stuckDevices())
	}
	return err
}

// endsWithin waits for goroutines, but not for ever.
func endsWithin(limit time.Duration, groups ...*sync.WaitGroup) bool {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for _, group := range groups {
			group.Wait()
		}
	}()
	select {
	case <-ended:
		return true
	case <-time.After(limit):
		return false
	}
}

func (a *App) stuckDevices() []fact.DeviceID {
	var stuck []fact.DeviceID
	for _, d := range a.devices {
		if d.serving.Load() > 0 {
			stuck = append(stuck, d.ID)
		}
	}
	return stuck
}

// submit gives the lot an event and waits while the inbox is full.
func (a *App) submit(event lot.Event) {
	select {
	case a.owner.inbox <- input{event: event}:
	case <-a.stopped:
	}
}

// offer gives the lot a reading. One that finds the inbox full waits beside it, until a later one of its sensor takes its place:
// no sensor waits, and its last word counts.
func (a *App) offer(read lot.SpotRead) {
	if a.owner.readings.replace(read) {
		a.dropped.Add(1)
		return
	}
	select {
	case a.owner.inbox <- input{event: read}:
	default:
		a.owner.readings.keep(read, a.owner.handled.Load())
	}
}

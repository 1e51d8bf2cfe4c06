package app

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"gatehouse/drivers"
	"gatehouse/gateway/api"
	"gatehouse/gateway/journal"
	"gatehouse/gateway/lot"
	"gatehouse/gateway/site"
	"gatehouse/sync/fact"
	"gatehouse/sync/factlog"
)

var (
	errDiskFailed = errors.New("app: the disk has failed, and what was decided is not durable yet")
	errStopped    = errors.New("app: the gateway is stopping; ask again with the same idempotency key")
)

// Options are what an App is made of.
type Options struct {
	Site    site.Loaded
	DataDir string
	Catalog drivers.Catalog
	Host    drivers.Host
	Clock   *Clock
	Log     *slog.Logger
	Version string
	Demo    bool
	// Disk holds the log; nil is the machine's.
	Disk factlog.Disk
	// Checker looks a state file over before it is used; nil does it in this process.
	Checker journal.Checker
}

// App is one running gateway.
type App struct {
	options Options
	info    api.Info
	owner   *owner
	devices []*device
	byUse   map[site.Use]map[int]*device // by gate, or by floor for signs
	journal atomic.Pointer[journal.Journal]
	dropped atomic.Int64 // sensor readings that found the inbox full
	faces   faces
	stopped chan struct{} // closed when the owner has stopped

	mu        sync.Mutex
	listeners map[chan struct{}]struct{}
	dirty     bool
}

// New opens the journal, restores the lot and makes the devices. A device that can't be reached is no error.
func New(o Options) (*App, error) {
	a := &App{options: o, listeners: map[chan struct{}]struct{}{}, byUse: map[site.Use]map[int]*device{}, stopped: make(chan struct{})}
	if _, err := lot.New(o.Site.Lot); err != nil {
		return nil, err
	}
	opened, state, report, err := journal.Open(a.journalOptions(), func() journal.State {
		made, _ := lot.New(o.Site.Lot) // it was tried above with the same configuration
		return made
	})
	if err != nil {
		return nil, fmt.Errorf("app: %w", err)
	}
	restored := state.(*lot.Lot)
	a.journal.Store(opened)
	a.owner = a.newOwner(restored, opened)
	a.makeDevices()
	a.begin(restored, report)
	return a, nil
}

func (a *App) journalOptions() journal.Options {
	return journal.Options{
		Dir: filepath.Join(a.options.DataDir, "journal"), Location: a.options.Site.Lot.Location, Disk: a.options.Disk,
		Checker: a.options.Checker, Logger: a.options.Log,
	}
}

func (a *App) newOwner(restored *lot.Lot, opened *journal.Journal) *owner {
	o := &owner{
		lot: restored, journal: opened, clock: a.options.Clock, log: a.options.Log,
		inbox: make(chan input, inboxMax), answers: answers{some: make(chan struct{}, 1)},
		perform: a.perform, changed: a.markChanged,
	}
	o.open = func() (*journal.Journal, journal.Report, error) {
		anew, _, report, err := journal.Open(a.journalOptions(), func() journal.State {
			made, _ := lot.New(a.options.Site.Lot) // it was made from the same configuration before
			return made
		})
		if err == nil {
			a.journal.Store(anew)
		}
		return anew, report, err
	}
	return o
}

// begin starts a new incarnation, and declares what the log lost.
func (a *App) begin(restored *lot.Lot, report journal.Report) {
	wallMS, _ := a.options.Clock.Now()
	incarnation := fact.NewIncarnation(wallMS, random16())
	o := a.owner
	o.stamps.Boot = uint64(incarnation)
	o.stamps.Resume(report.At)
	a.info = api.Info{
		Version: a.options.Version, Board: a.options.Site.Board, Started: time.Now(), Incarnation: incarnation, Demo: a.options.Demo,
	}
	if a.options.Site.Broken != nil {
		a.info.SafeMode = a.options.Site.Broken.Error()
	}
	cause := "start"
	if report.Rebuilt {
		cause = "start, state rebuilt: " + report.Why
	}
	o.step(lot.Started{Incarnation: incarnation, Fact: fact.GatewayStarted{
		Location: a.options.Site.Lot.Location, Parent: report.Parent.Incarnation, ParentSeq: report.Parent.Seq,
		ParentHash: report.ParentHash, Cause: cause, Version: a.options.Version, SiteDigest: a.options.Site.Digest,
	}}, nil)
	for _, damage := range report.Damage {
		if uint64(damage.Last) > restored.Meta().DeclaredThrough {
			o.step(lot.LogDamaged{Fact: fact.LogDamaged{First: uint64(damage.First), Last: uint64(damage.Last)}}, nil)
		}
	}
}

func random16() uint16 {
	var b [2]byte
	rand.Read(b[:]) // never fails: it crashes the program instead
	return binary.BigEndian.Uint16(b[:])
}

// Run serves until ctx ends, then makes durable what was decided and stops the devices.
func (a *App) Run(ctx context.Context) error {
	devices, stop := context.WithCancel(ctx)
	defer stop()
	var running sync.WaitGroup
	for _, d := range a.devices {
		running.Go(func() { d.run(devices) })
	}
	running.Go(func() { a.refresh(devices) })
	running.Go(func() { a.watchClock(devices) })
	running.Go(func() { a.tellListeners(devices) })
	err := a.owner.run(ctx)
	close(a.stopped)
	stop()
	running.Wait()
	return err
}

// submit gives the lot an event and waits while the inbox is full.
func (a *App) submit(event lot.Event) {
	select {
	case a.owner.inbox <- input{event: event}:
	case <-a.stopped:
	}
}

// offer gives the lot an event, or drops it if the inbox is full.
func (a *App) offer(event lot.Event) {
	select {
	case a.owner.inbox <- input{event: event}:
	default:
		a.dropped.Add(1)
	}
}

// DeviceHandler serves the devices that push over HTTP, each at its id.
func (a *App) DeviceHandler() http.Handler {
	mux := http.NewServeMux()
	for _, d := range a.devices {
		if handler := d.handler(); handler != nil {
			mux.Handle("/"+string(d.ID), handler)
			mux.Handle("/"+string(d.ID)+"/", handler)
		}
	}
	return mux
}

package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"gatehouse/drivers"
	"gatehouse/gateway/lot"
	"gatehouse/gateway/site"
)

// What a device can fail with here; the others are its driver's.
var (
	errEnded    = errors.New("it ended by itself")
	errPanicked = errors.New("its driver panicked")
)

// device runs one device of the site: it is made, watched, given orders, and tried again when it fails. Whatever
// its driver does stays here.
type device struct {
	site.Device
	driver      any
	watch       func(context.Context) error // nil: the device reports nothing by itself
	broken      error                       // why it can't serve at all
	orders      chan order                  // nil: it obeys none
	full        atomic.Bool                 // orders were refused since it answered last
	serving     atomic.Int32                // its goroutines
	asking      atomic.Pointer[func()]      // gives up the question that it is being asked; nil: none
	probed      time.Time                   // refresh's alone, as are the next two
	faultsTold  time.Time
	faultsKnown uint64
	submit      func(lot.Event)    // waits while the inbox is full
	offer       func(lot.SpotRead) // never waits
	log         *slog.Logger
	arms        *arms
	alarms      *alarms
	clock       *Clock

	conditions *conditions
	quiet      []int32 // its spots whose sensors speak only of changes, so that their silence says nothing

	mu        sync.Mutex // held while a change is told, so that changes are told in their order
	condition atomic.Uint32
}

// The conditions of a device.
const (
	unheard uint32 = iota
	online
	offline
)

// newDevice makes a device's driver. A driver that can't be made, or can't do what it is for, is a device that is
// offline.
func (a *App) newDevice(described site.Device) *device {
	d := &device{Device: described, submit: a.submit, offer: a.offer, log: a.options.Log, arms: &a.arms, alarms: &a.alarms, clock: a.options.Clock, conditions: &a.conditions}
	if d.obeys() { // there are sensors by the thousand
		d.orders = make(chan order, ordersMax)
	}
	for _, spot := range d.Spots {
		if cfg := a.options.Site.Lot; cfg.Sensors[cfg.Spots[spot].Sensor].PeriodMS[d.sensor()] == 0 {
			d.quiet = append(d.quiet, spot)
		}
	}
	driver, found := a.options.Catalog.Find(d.Driver)
	if !found {
		d.broken = fmt.Errorf("there is no driver %q", d.Driver)
		return d
	}
	d.broken = d.guarded(func() (err error) {
		d.driver, err = driver.Make(a.options.Host, d.Settings)
		return err
	})
	switch {
	case d.broken != nil:
	case d.Use.ServedBy(d.driver):
		d.findWatch()
	default:
		d.broken = fmt.Errorf("driver %q can't serve as %s", d.Driver, d.Use)
	}
	return d
}

// findWatch finds what the device reports by. It serves its use.
func (d *device) findWatch() {
	switch d.Use {
	case site.UseArmingLoop, site.UseClosingLoop, site.UseArmUp, site.UseArmDown, site.UseFire, site.UseStop:
		d.watch = func(ctx context.Context) error { return d.driver.(drivers.Switch).Watch(ctx, d.level) }
	case site.UseCamera:
		d.watch = func(ctx context.Context) error { return d.driver.(drivers.Camera).See(ctx, d.plate) }
	case site.UseSensor, site.UseSecondSensor:
		d.watch = func(ctx context.Context) error { return d.driver.(drivers.Sensor).Sense(ctx, d.sample) }
	case site.UseColumn, site.UseReader:
		d.watch = func(ctx context.Context) error { return d.driver.(drivers.Reader).Read(ctx, d.shown) }
	case site.UseMonitor:
		d.watch = func(ctx context.Context) error { return d.driver.(drivers.Monitor).Monitor(ctx, d.observed) }
	}
}

// attend runs the device's watcher until ctx ends, and again with back-off when it has ended before.
func (d *device) attend(ctx context.Context) {
	d.serving.Add(1)
	defer d.serving.Add(-1)
	if d.broken != nil {
		d.lost()
		d.failed(d.broken)
		return
	}
	for pause := watchPause; d.watch != nil; pause = min(2*pause, backOffMax) {
		began := time.Now()
		err := d.guarded(func() error { return d.listen(ctx) })
		if ctx.Err() != nil {
			return
		}
		if err == nil {
			err = errEnded
		}
		d.lost()
		d.failed(err)
		if time.Since(began) > steadyFor {
			pause = watchPause
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
	}
}

// listen runs the device's watcher. One that was away and listens again is online, although nobody may show a reader anything,
// nor drive past a camera, for a day: what comes first then must not be decided on without it.
func (d *device) listen(ctx context.Context) error {
	if d.Use == site.UseReader || d.condition.Load() == offline {
		defer time.AfterFunc(steadyFor, d.alive).Stop()
	}
	return d.watch(ctx)
}

// guarded runs what a driver does. A driver that panics has failed, and nothing else has.
func (d *device) guarded(do func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			d.log.Error("a driver panicked", "device", d.ID, "cause", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("%w: %v", errPanicked, p)
		}
	}()
	return do()
}

// failed says that the device failed. Only a change is an event.
func (d *device) failed(err error) {
	if d.condition.Load() == offline {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.condition.Swap(offline) != offline {
		d.log.Warn("device offline", "device", d.ID, "err", err)
		d.submit(lot.DeviceChanged{Device: d.ID, Gate: d.Gate, Role: roleOf(d.Use), Note: noteOf(err)})
	}
}

// noteOf is what an error says, without what an alert about an offline device says anyway: there is little room for both
// the cause and what to do about it.
func noteOf(err error) string {
	offline := drivers.ErrOffline.Error()
	return strings.TrimSuffix(strings.ReplaceAll(err.Error(), offline+": ", ""), ": "+offline)
}

// alive says that the device answers.
func (d *device) alive() {
	if d.condition.Load() == online {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if was := d.condition.Swap(online); was != online {
		d.full.Store(false)
		if was == offline {
			d.log.Info("device online", "device", d.ID)
		}
		d.submit(lot.DeviceChanged{Device: d.ID, Gate: d.Gate, Role: roleOf(d.Use), Online: true})
	}
}

func roleOf(use site.Use) lot.Role {
	switch use {
	case site.UseArmingLoop, site.UseClosingLoop:
		return lot.RoleLoop
	case site.UseArmUp, site.UseArmDown:
		return lot.RoleArmSwitch
	case site.UseFire:
		return lot.RoleFire
	case site.UseStop:
		return lot.RoleStop
	case site.UseBarrier:
		return lot.RoleBarrier
	case site.UseCamera:
		return lot.RoleCamera
	case site.UseColumn:
		return lot.RoleColumn
	case site.UseDisplay, site.UseLight:
		return lot.RoleDisplay
	case site.UseReader:
		return lot.RoleReader
	case site.UsePrinter:
		return lot.RolePrinter
	case site.UseMonitor:
		return lot.RoleMonitor
	case site.UseTerminal:
		return lot.RoleTerminal
	case site.UseSign:
		return lot.RoleSign
	}
	return lot.RoleSensor
}

// handler serves what the device takes over HTTP, or is nil.
func (d *device) handler() http.Handler {
	handler, takes := d.driver.(http.Handler)
	if !takes || d.broken != nil {
		return nil
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := d.guarded(func() error {
			handler.ServeHTTP(w, r)
			return nil
		})
		if err != nil {
			d.failed(err)
			http.Error(w, "the device's driver failed on this", http.StatusInternalServerError)
		}
	})
}

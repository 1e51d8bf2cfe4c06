package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"gatehouse/drivers"
	"gatehouse/gateway/lot"
	"gatehouse/gateway/site"
	"gatehouse/sync/fact"
)

// device runs one device of the site: it is made, watched, given orders, and tried again when it fails.
type device struct {
	site.Device
	driver  any
	broken  error // why it could not be made
	orders  chan order
	online  atomic.Bool
	dropped atomic.Int64
	submit  func(lot.Event) // waits while the inbox is full
	offer   func(lot.Event) // drops while the inbox is full
	log     *slog.Logger
	levels  *levels
}

// order is something that a device is to do.
type order func(ctx context.Context) error

// newDevice makes a device's driver. A driver that can't be made is a device that is offline.
func newDevice(d site.Device, catalog drivers.Catalog, host drivers.Host) *device {
	made := &device{Device: d, orders: make(chan order, ordersMax)}
	driver, found := catalog.Find(d.Driver)
	if !found {
		made.broken = fmt.Errorf("no driver %q", d.Driver)
		return made
	}
	made.driver, made.broken = driver.Make(host, d.Settings)
	return made
}

// run serves the device until ctx ends.
func (d *device) run(ctx context.Context) {
	if d.broken != nil {
		d.report(d.broken)
		return
	}
	go d.carryOut(ctx)
	watch := d.watcher()
	if watch == nil {
		return
	}
	gap := time.Second
	for ctx.Err() == nil {
		began := time.Now()
		err := watch(ctx)
		if ctx.Err() != nil {
			return
		}
		if err == nil {
			err = errors.New("it ended by itself")
		}
		d.report(err)
		if time.Since(began) > time.Minute {
			gap = time.Second
		}
		select {
		case <-ctx.Done():
		case <-time.After(gap):
		}
		gap = min(2*gap, backOffMax)
	}
}

// watcher is what the device reports by, if it reports anything.
func (d *device) watcher() func(context.Context) error {
	switch d.Use {
	case site.UseArmingLoop, site.UseClosingLoop, site.UseArmUp, site.UseArmDown, site.UseFire, site.UseStop:
		if watched, ok := d.driver.(drivers.Switch); ok {
			return func(ctx context.Context) error { return watched.Watch(ctx, d.level) }
		}
	case site.UseCamera:
		if camera, ok := d.driver.(drivers.Camera); ok {
			return func(ctx context.Context) error { return camera.See(ctx, d.plate) }
		}
	case site.UseColumn:
		if reader, ok := d.driver.(drivers.Reader); ok {
			return func(ctx context.Context) error { return reader.Read(ctx, d.shown) }
		}
	case site.UseSensor, site.UseSecondSensor:
		if sensor, ok := d.driver.(drivers.Sensor); ok {
			return func(ctx context.Context) error { return sensor.Sense(ctx, d.sample) }
		}
	default:
		return nil
	}
	d.report(fmt.Errorf("driver %q can't serve as %s", d.Driver, d.Use))
	return nil
}

// carryOut gives the device its orders, one after the other.
func (d *device) carryOut(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case do := <-d.orders:
			if err := do(ctx); err != nil && ctx.Err() == nil {
				d.report(err)
			} else {
				d.alive()
			}
		}
	}
}

// order queues an order. A device that has stopped taking orders is offline, and holds nobody up.
func (d *device) order(do order) {
	select {
	case d.orders <- do:
	default:
		if d.dropped.Add(1) == 1 {
			go d.report(errors.New("it takes no orders"))
		}
	}
}

// report says that the device failed. Only a change is an event.
func (d *device) report(err error) {
	if d.online.CompareAndSwap(true, false) || d.levels.first(d.ID) {
		d.log.Warn("device offline", "device", d.ID, "err", err)
		d.submit(lot.DeviceChanged{Device: d.ID, Gate: d.Gate, Role: roleOf(d.Use), Note: err.Error()})
	}
}

// alive says that the device answers.
func (d *device) alive() {
	if d.online.CompareAndSwap(false, true) {
		d.levels.first(d.ID)
		d.dropped.Store(0)
		d.submit(lot.DeviceChanged{Device: d.ID, Gate: d.Gate, Role: roleOf(d.Use), Online: true})
	}
}

func roleOf(use site.Use) lot.Role {
	switch use {
	case site.UseArmingLoop, site.UseClosingLoop, site.UseArmUp, site.UseArmDown, site.UseFire, site.UseStop:
		return lot.RoleLoop
	case site.UseBarrier:
		return lot.RoleBarrier
	case site.UseCamera:
		return lot.RoleCamera
	case site.UseColumn:
		return lot.RoleColumn
	case site.UseDisplay:
		return lot.RoleDisplay
	case site.UseTerminal:
		return lot.RoleTerminal
	case site.UseSign:
		return lot.RoleSign
	}
	return lot.RoleSensor
}

// handler serves what the device takes over HTTP, if it does.
func (d *device) handler() http.Handler {
	handler, _ := d.driver.(http.Handler)
	return handler
}

// pay asks a terminal for a payment, or what became of one, and tells the lot what it said.
func (d *device) pay(payment fact.PaymentID, ask func(context.Context, drivers.Terminal) (drivers.PaymentAnswer, error)) {
	terminal, ok := d.driver.(drivers.Terminal)
	if !ok {
		return
	}
	d.order(func(ctx context.Context) error {
		answer, err := ask(ctx, terminal)
		if err != nil {
			answer = drivers.PaymentAnswer{Outcome: drivers.PaymentUnknown}
		}
		d.submit(lot.PaymentAnswered{
			Payment: payment, Outcome: lot.PaymentOutcome(answer.Outcome), Method: answer.Method, Reference: answer.Reference,
		})
		return err
	})
}

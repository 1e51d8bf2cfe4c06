package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gatehouse/drivers"
	"gatehouse/gateway/site"
)

var (
	errBusy  = errors.New("it takes no orders")
	errStale = errors.New("it was too slow, and an order was dropped")
	errHangs = errors.New("it hangs")
	// errGivenUp ends a question; it says nothing of the device.
	errGivenUp = errors.New("an order came while it was being asked")
)

// order is something that a device is to do.
type order struct {
	do    func(ctx context.Context) error
	then  func(error) // hears how it ended, also if it was never begun; may be nil
	asks  bool        // it only asks whether the device is there, and is given up when another order comes
	given time.Time
	patience
}

// patience is how long an order may wait for its turn, and how long it may then take. One that has waited longer is
// not carried out: the vehicle that it was for may be gone, and another in its place.
type patience struct{ wait, take time.Duration }

// The patience with each kind of order.
const (
	whileItMatters = 365 * 24 * time.Hour
	// moveWait is for what moves an arm: a vehicle that came meanwhile was not there when it was decided.
	moveWait = 2 * time.Second
	moveTake = 2 * time.Second
	showTake = 15 * time.Second // longer than a column takes to say that it doesn't answer
	// printWait is for tickets: the next driver must not get this one's.
	printWait = 15 * time.Second
	printTake = 15 * time.Second
	// payWait is for cards, and payTake longer than any terminal waits for one.
	payWait    = 30 * time.Second
	payTake    = 6 * time.Minute
	statusTake = 15 * time.Second
)

// obeys reports whether devices of this use are given orders.
func (d *device) obeys() bool {
	switch d.Use {
	case site.UseBarrier, site.UseColumn, site.UseDisplay, site.UseTerminal, site.UseSign,
		site.UseReader, site.UsePrinter, site.UseLight:
		return true
	}
	return false
}

// order queues an order, and reports whether there was room for it. A device that has stopped taking orders is offline, and
// holds nobody up.
func (d *device) order(o order) bool {
	o.given = time.Now()
	if d.broken != nil {
		d.refuse(o, d.broken)
		return false
	}
	select {
	case d.orders <- o:
		if !o.asks {
			d.giveUpAsking()
		}
		return true
	default:
		d.refuse(o, errBusy)
		return false
	}
}

// refuse tells, without holding up who gave the order, that it won't be carried out.
func (d *device) refuse(o order, err error) {
	if d.full.Swap(true) && o.then == nil {
		return // it was told
	}
	go func() {
		d.failed(err)
		if o.then != nil {
			o.then(err)
		}
	}()
}

// carryOut gives the device its orders, one after the other: until last is closed, and then those that are left.
func (d *device) carryOut(ctx context.Context, last <-chan struct{}) {
	d.serving.Add(1)
	defer d.serving.Add(-1)
	if d.watch != nil {
		select {
		case <-last:
		case <-time.After(headStart):
		}
	}
	for {
		select {
		case o := <-d.orders:
			d.obey(ctx, o)
		case <-last:
			for len(d.orders) > 0 {
				d.obey(ctx, <-d.orders)
			}
			return
		}
	}
}

// giveUpAsking ends a question that the device is being asked. What a question would have told, the order will.
func (d *device) giveUpAsking() {
	if stop := d.asking.Load(); stop != nil {
		(*stop)()
	}
}

// obey carries out one order.
func (d *device) obey(ctx context.Context, o order) {
	err := errStale
	if time.Since(o.given) <= o.wait {
		err = d.begin(ctx, o)
	}
	if o.then != nil {
		o.then(err)
	}
	switch {
	case err == nil:
		d.alive()
	case ctx.Err() != nil:
	case errors.Is(err, errGivenUp):
	case errors.Is(err, drivers.ErrUnsupported) && !errors.Is(err, drivers.ErrOffline):
		d.log.Warn("device can't do it", "device", d.ID, "err", err)
	default:
		d.failed(err)
	}
}

// begin begins an order. A driver that neither does it in time nor lets it be is told of while it still hangs.
func (d *device) begin(ctx context.Context, o order) error {
	ctx, cancel := context.WithTimeout(ctx, o.take)
	defer cancel()
	hangs := time.AfterFunc(o.take+time.Second, func() { d.failed(fmt.Errorf("%w: an order takes longer than %v", errHangs, o.take)) })
	defer hangs.Stop()
	if o.asks {
		return d.ask(ctx, o)
	}
	return d.guarded(func() error { return o.do(ctx) })
}

// ask puts a question, until an order comes.
func (d *device) ask(ctx context.Context, o order) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	giveUp := func() { cancel(errGivenUp) }
	d.asking.Store(&giveUp)
	defer d.asking.Store(nil)
	if len(d.orders) > 0 { // it came just before
		giveUp()
	}
	err := d.guarded(func() error { return o.do(ctx) })
	if err != nil && errors.Is(context.Cause(ctx), errGivenUp) {
		return errGivenUp
	}
	return err
}

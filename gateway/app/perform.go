package app

import (
	"context"
	"fmt"
	"sync"
	"time"

	"gatehouse/drivers"
	"gatehouse/gateway/lot"
	"gatehouse/gateway/site"
)

// makeDevices makes every device of the site.
func (a *App) makeDevices() {
	shared := newLevels()
	for _, described := range a.options.Site.Devices {
		d := newDevice(described, a.options.Catalog, a.options.Host)
		d.submit, d.offer, d.log, d.levels = a.submit, a.offer, a.options.Log, shared
		a.devices = append(a.devices, d)
		at := described.Gate
		if described.Use == site.UseSign {
			at = described.Floor
		}
		if a.byUse[described.Use] == nil {
			a.byUse[described.Use] = map[int]*device{}
		}
		a.byUse[described.Use][at] = d
	}
}

// faces are what the displays show, so that it can be shown again.
type faces struct {
	mu    sync.Mutex
	shown map[*device]drivers.Face
}

// perform sends effects on their way. It never waits: each device has a queue.
func (a *App) perform(effects []lot.Effect) {
	for _, effect := range effects {
		switch e := effect.(type) {
		case lot.MoveBarrier:
			a.moveBarrier(e)
		case lot.ShowFace:
			a.show(a.displayOf(e.Gate), drivers.Face{Lines: e.Face.Lines, Colour: drivers.Colour(e.Face.Colour)})
		case lot.ShowSign:
			a.show(a.byUse[site.UseSign][e.Floor], signFace(e))
		case lot.PrintTicket:
			a.print(e)
		case lot.AskPayment:
			a.askPayment(e)
		case lot.AskPaymentStatus:
			a.askPaymentStatus(e)
		}
	}
}

func (a *App) moveBarrier(e lot.MoveBarrier) {
	d := a.byUse[site.UseBarrier][e.Gate]
	if d == nil {
		return
	}
	barrier, ok := d.driver.(drivers.Barrier)
	if !ok {
		return
	}
	d.order(func(ctx context.Context) error { return barrier.Do(ctx, drivers.BarrierCommand(e.Command)) })
}

// displayOf is the display of a gate: one of its own, or its column's.
func (a *App) displayOf(gate int) *device {
	if d := a.byUse[site.UseDisplay][gate]; d != nil {
		return d
	}
	return a.byUse[site.UseColumn][gate]
}

func signFace(e lot.ShowSign) drivers.Face {
	face := drivers.Face{Lines: []string{fmt.Sprint(e.Available)}, Count: e.Available, Unknown: e.Unknown}
	if e.Available == 0 {
		face.Colour = drivers.ColourRed
	}
	return face
}

func (a *App) show(d *device, face drivers.Face) {
	if d == nil {
		return
	}
	display, ok := d.driver.(drivers.Display)
	if !ok {
		return
	}
	a.faces.mu.Lock()
	if a.faces.shown == nil {
		a.faces.shown = map[*device]drivers.Face{}
	}
	a.faces.shown[d] = face
	a.faces.mu.Unlock()
	d.order(func(ctx context.Context) error { return display.Show(ctx, face) })
}

// refresh shows every face again from time to time, so that a display that lost power heals.
func (a *App) refresh(ctx context.Context) {
	ticker := time.NewTicker(refreshEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		a.faces.mu.Lock()
		for d, face := range a.faces.shown {
			if display, ok := d.driver.(drivers.Display); ok && len(d.orders) == 0 {
				d.order(func(ctx context.Context) error { return display.Show(ctx, face) })
			}
		}
		a.faces.mu.Unlock()
	}
}

func (a *App) print(e lot.PrintTicket) {
	d := a.byUse[site.UseColumn][e.Gate]
	if d == nil {
		return
	}
	if printer, ok := d.driver.(drivers.Printer); ok {
		slip := drivers.Slip{Lines: e.Lines, QR: string(e.Ticket)}
		d.order(func(ctx context.Context) error { return printer.Print(ctx, slip) })
	}
}

func (a *App) askPayment(e lot.AskPayment) {
	if d := a.byUse[site.UseTerminal][e.Gate]; d != nil {
		order := drivers.PaymentOrder{Payment: e.Payment, Amount: e.Amount}
		d.pay(e.Payment, func(ctx context.Context, t drivers.Terminal) (drivers.PaymentAnswer, error) { return t.Pay(ctx, order) })
	}
}

func (a *App) askPaymentStatus(e lot.AskPaymentStatus) {
	if d := a.byUse[site.UseTerminal][e.Gate]; d != nil {
		d.pay(e.Payment, func(ctx context.Context, t drivers.Terminal) (drivers.PaymentAnswer, error) {
			return t.Status(ctx, e.Payment)
		})
	}
}

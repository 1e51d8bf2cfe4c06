package app

import (
	"context"
	"sync"
	"time"

	"gatehouse/drivers"
	"gatehouse/gateway/site"
	"gatehouse/sync/fact"
)

// faces are what the displays show, so that it can be shown again.
type faces struct {
	mu    sync.Mutex
	shown map[*device]*shownFace
}

// shownFace is what one display shows.
type shownFace struct {
	face  drivers.Face
	step  uint64        // that decided on it
	due   time.Time     // to be shown again
	pause time.Duration // before that, after a failure
}

// show changes what a display shows, unless it shows already what was decided later: a commit that had to wait for
// the disk may be overtaken.
func (a *App) show(step uint64, d *device, face drivers.Face) {
	if _, ok := d.driver.(drivers.Display); !ok {
		return
	}
	a.faces.mu.Lock()
	defer a.faces.mu.Unlock()
	if a.faces.shown == nil {
		a.faces.shown = map[*device]*shownFace{}
	}
	shown := a.faces.shown[d]
	if shown == nil {
		shown = &shownFace{}
		a.faces.shown[d] = shown
	}
	if step < shown.step {
		return
	}
	shown.face, shown.step = face, step
	a.faces.order(d, shown)
}

// order orders a face. The caller holds the mutex, so that the last face is also the last order.
func (f *faces) order(d *device, shown *shownFace) {
	display, face := d.driver.(drivers.Display), shown.face
	shown.due = time.Now().Add(refreshEvery)
	d.order(order{
		patience: patience{whileItMatters, showTake},
		do:       func(ctx context.Context) error { return display.Show(ctx, face) },
		then:     func(err error) { f.ended(shown, err) },
	})
}

// ended says when a face is to be shown again: soon, if the display did not take it.
func (f *faces) ended(shown *shownFace, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err == nil {
		shown.pause = 0
		return
	}
	shown.pause = min(max(watchPause, 2*shown.pause), refreshEvery)
	shown.due = time.Now().Add(shown.pause)
}

// refresh shows faces again when they are due, so that a display that was away heals, and asks the terminals that
// are not known to answer whether they do: nobody else asks a terminal that is offline.
func (a *App) refresh(ctx context.Context) {
	ticker := time.NewTicker(watchPause)
	defer ticker.Stop()
	for {
		a.faces.refresh(time.Now())
		for _, d := range a.devices {
			if d.Use == site.UseTerminal && d.condition.Load() != online {
				d.probe(time.Now())
			}
			d.tellFaults(time.Now())
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

func (f *faces) refresh(now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for d, shown := range f.shown {
		if d.broken == nil && len(d.orders) == 0 && !now.Before(shown.due) {
			f.order(d, shown)
		}
	}
}

// nobodysPayment is what a terminal is asked for to see whether it answers.
const nobodysPayment fact.PaymentID = "P0"

// probe asks a terminal something harmless, now and then.
func (d *device) probe(now time.Time) {
	if d.broken != nil || len(d.orders) > 0 || now.Sub(d.probed) < refreshEvery {
		return
	}
	d.probed = now
	terminal := d.driver.(drivers.Terminal)
	d.order(order{patience: patience{refreshEvery, statusTake}, do: func(ctx context.Context) error {
		_, err := terminal.Status(ctx, nobodysPayment)
		return err
	}})
}

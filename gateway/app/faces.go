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
	waits bool          // for its turn
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

// order orders that a display shows what is its face when its turn comes: one that hung, or a column without power, would
// else go through all that was decided meanwhile, and slips wait for it. The caller holds the mutex.
func (f *faces) order(d *device, shown *shownFace) {
	shown.due = time.Now().Add(refreshEvery)
	if shown.waits {
		return
	}
	display := d.driver.(drivers.Display)
	shown.waits = d.order(order{
		patience: patience{whileItMatters, showTake},
		do:       func(ctx context.Context) error { return display.Show(ctx, f.turn(shown)) },
		then:     func(err error) { f.ended(shown, err) },
	})
}

// turn is the face of a display whose turn it is.
func (f *faces) turn(shown *shownFace) drivers.Face {
	f.mu.Lock()
	defer f.mu.Unlock()
	shown.waits = false
	return shown.face
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

// refresh shows faces again when they are due, so that a display that was away heals, and asks devices whether they answer:
// nobody else asks a terminal, a printer or a barrier's relay before a vehicle waits for it.
func (a *App) refresh(ctx context.Context) {
	ticker := time.NewTicker(watchPause)
	defer ticker.Stop()
	for {
		now := time.Now()
		a.faces.refresh(now)
		for _, d := range a.devices {
			d.probe(now)
			d.tellFaults(now)
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

// probe asks a device something harmless, now and then: seldom as long as it answers, so that one which is unplugged is known
// before a vehicle stands there. A question is given up when an order comes.
func (d *device) probe(now time.Time) {
	there := d.condition.Load() == online
	ask, every := d.question(there), refreshEvery
	if there {
		every = askEvery
	}
	if ask == nil || d.broken != nil || len(d.orders) > 0 || now.Sub(d.probed) < every {
		return
	}
	d.probed = now
	d.order(order{patience: patience{refreshEvery, statusTake}, asks: true, do: func(ctx context.Context) error {
		err := ask(ctx)
		if err != nil && there && ctx.Err() == nil { // one answer may be lost
			err = ask(ctx)
		}
		return err
	}, then: d.tellPaper})
}

// question is what a device can be asked without harm; nil if there is nothing. A terminal that is there is not asked: what became
// of a payment is no idle question to it.
func (d *device) question(there bool) func(context.Context) error {
	if prober, probes := d.driver.(drivers.Prober); probes && d.obeys() {
		return prober.Probe
	}
	if terminal, pays := d.driver.(drivers.Terminal); pays && d.Use == site.UseTerminal && !there {
		return func(ctx context.Context) error {
			_, err := terminal.Status(ctx, nobodysPayment)
			return err
		}
	}
	return nil
}

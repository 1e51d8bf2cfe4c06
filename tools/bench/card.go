package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"gatehouse/drivers/sim/layout"
	"gatehouse/gateway/app"
	"gatehouse/gateway/lot"
	"gatehouse/gateway/site"
)

// wornCard measures a whole gateway on a worn SD card: eight entries, at which drivers come one after the other, press
// the button and drive in. What counts is the time from the button to the order that raises the arm: where the card
// stalls, policy lets vehicles in before their ticket is durable. The ticket itself is printed only then, and is what
// the peer waits for. In the middle of it all the power goes: every ticket that was printed must be in the journal.
//
// The card's times are real, and its memory is simulated, so that a power cut takes what was not flushed. It is one
// round: it takes its time.
func (b *bench) wornCard() ([]row, error) {
	c := card{flush: 25 * time.Millisecond, slow: 400 * time.Millisecond, slowPercent: 1, stall: 5 * time.Second}
	if b.quick {
		c = card{flush: 5 * time.Millisecond, slow: 350 * time.Millisecond, slowPercent: 5, stall: time.Second}
	}
	dir, err := b.newDir("card")
	if err != nil {
		return nil, err
	}
	w, err := startWorn(dir, c)
	if err != nil {
		return nil, err
	}
	w.disk.stallAfter(b.scale(250, 10))
	if err := w.traffic(b.scale(1_000, 40)); err != nil {
		return nil, err
	}
	return w.rows()
}

// worn is a gateway on a worn card.
type worn struct {
	dir   string
	site  *site.Site
	lanes *lanes
	disk  *slowDisk
	stop  func()
	ended chan error
	cutAt time.Time
}

const (
	cardGates = 8
	// cardSpeed is how many times as fast as ours the gateway's clock runs, so that a vehicle takes 100 ms to drive
	// through. The card's times, and the gateway's patience with it, are ours.
	cardSpeed = 50
	// cardTimeout is more than any measurement takes.
	cardTimeout = 3 * time.Minute
)

func startWorn(dir string, c card) (*worn, error) {
	place := layout.Layout{
		ID: locationID, Name: "Bench", Timezone: "Europe/Berlin", Currency: "EUR", Entries: cardGates, Exits: 1, Spots: 10_000,
	}
	w := &worn{dir: dir, lanes: newLanes(place, cardSpeed), ended: make(chan error, 1)}
	w.disk = newSlowDisk(c)
	var err error
	if w.site, err = parse(siteFile(place), w.lanes.catalog()); err != nil {
		return nil, err
	}
	running, err := app.New(app.Options{
		Site: site.Loaded{Site: w.site}, DataDir: dir, Catalog: w.lanes.catalog(), Disk: w.disk,
		Clock: app.NewDemoClock(time.UnixMilli(startMS), cardSpeed), Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	w.stop = stop
	go func() { w.ended <- running.Run(ctx) }()
	return w, nil
}

// traffic has vehicles come, at all entries alike. Once so many are in, it takes the power away, while the next ones
// are on their way, and ends the gateway.
func (w *worn) traffic(vehicles int) error {
	ctx, stop := context.WithTimeout(context.Background(), cardTimeout)
	defer stop()
	var queues sync.WaitGroup
	left := make(chan struct{}, vehicles)
	for _, l := range w.lanes.list {
		queues.Go(func() {
			for l.enter(ctx) {
				select {
				case left <- struct{}{}:
				default: // enough; the power goes any moment
				}
			}
		})
	}
	for len(left) < vehicles && ctx.Err() == nil {
		time.Sleep(time.Millisecond)
	}
	timeout := ctx.Err()
	w.disk.cut()
	w.cutAt = time.Now()
	stop()
	queues.Wait()
	w.stop()
	<-w.ended // its last flush failed, which is what the cut is for
	if timeout != nil {
		return fmt.Errorf("bench: only %d of %d vehicles came in: %w", len(left), vehicles, timeout)
	}
	return nil
}

func (w *worn) rows() ([]row, error) {
	var raises, prints sample
	lost, printed := 0, 0
	restored, err := w.reopen()
	if err != nil {
		return nil, err
	}
	for _, l := range w.lanes.list {
		l.mu.Lock()
		raises, prints = slices.Concat(raises, l.raises), slices.Concat(prints, l.prints)
		for _, pressed := range l.pressed { // still without a ticket when the power went
			prints = append(prints, w.cutAt.Sub(pressed))
		}
		for _, id := range l.tickets {
			printed++
			if _, found := restored.Ticket(id); !found {
				lost++
			}
		}
		l.mu.Unlock()
	}
	if len(raises) == 0 || printed == 0 {
		return nil, errors.New("bench: no vehicle came in")
	}
	const ms = 1000
	line := func(what string, percent int) row {
		return row{
			What: what, Unit: "ms", Value: raises.us(percent) / ms, Peer: "durable", PeerValue: prints.us(percent) / ms,
			Ratio: raises.us(percent) / prints.us(percent),
		}
	}
	return []row{
		line("button to arm, p50", 50),
		line("button to arm, p99", 99).atMost(500),
		line("button to arm, the slowest", 100).atMost(500),
		{What: "vehicles let in", Value: float64(len(raises)), Peer: "flushes", PeerValue: float64(w.disk.flushes.Load())},
		row{What: "tickets lost in the power cut", Value: float64(lost), Peer: "printed", PeerValue: float64(printed)}.atMost(0),
	}, nil
}

// reopen reads what the power cut left.
func (w *worn) reopen() (*lot.Lot, error) {
	o := journalOptions(filepath.Join(w.dir, journalName))
	o.Disk = w.disk.inner
	g, report, err := openJournal(o, w.site.Lot)
	if err != nil {
		return nil, err
	}
	if len(report.Damage) > 0 {
		return nil, fmt.Errorf("bench: the journal is damaged: %v", report.Damage)
	}
	return g.park.lot, g.cut()
}

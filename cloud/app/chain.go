package app

import (
	"context"
	"sync"
	"time"

	"gatehouse/cloud/ledger"
	"gatehouse/cloud/store"
	"gatehouse/sync/fact"
	"gatehouse/sync/outbox"
	"gatehouse/sync/wire"
)

// chain guards the counters.
type chain struct {
	mu     sync.RWMutex
	ledger *ledger.Chain
}

// load reads the counters from the store. Live messages stay.
func (c *chain) load(ctx context.Context, s store.Store, now time.Time) error {
	fresh := ledger.NewChain()
	locations, err := s.Locations(ctx)
	if err != nil {
		return err
	}
	for _, l := range locations {
		fresh.SetLocation(l.Location)
		fresh.Add(l.ID, ledger.Change{Facts: l.Facts, NewestMS: l.NewestMS, Open: l.Open})
		fresh.Reach(l.ID, l.Head)
	}
	from, to := ledger.DayOf(now.AddDate(0, 0, -chainDays).UnixMilli(), time.UTC), ledger.DayOf(now.AddDate(0, 0, 2).UnixMilli(), time.UTC)
	hours, err := s.Hours(ctx, "", from, to)
	if err != nil {
		return err
	}
	for _, h := range hours {
		fresh.Add(h.Location, ledger.Change{Hours: []ledger.Hour{h.Hour}})
	}
	alerts, err := s.Alerts(ctx)
	if err != nil {
		return err
	}
	for _, a := range alerts {
		fresh.SetAlert(a.Location, a.Alert)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ledger != nil {
		for _, before := range c.ledger.Summaries(now.UnixMilli()) {
			if before.LiveAtMS != 0 {
				fresh.SetLive(before.Live, before.LiveAtMS)
			}
			if before.AgreedMS != 0 {
				fresh.SetAgreement(before.ID, outbox.Agrees, before.AgreedMS)
			}
			if before.Agreement == outbox.Differs {
				fresh.SetAgreement(before.ID, outbox.Differs, 0)
			}
			if before.RowsDiffer {
				fresh.SetRowsDiffer(before.ID, true)
			}
		}
	}
	c.ledger = fresh
	return nil
}

func (c *chain) add(location fact.LocationID, change ledger.Change) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ledger.Add(location, change)
}

func (c *chain) live(m wire.Live, found outbox.Agreement, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ledger.SetLive(m, now.UnixMilli()) {
		c.ledger.SetAgreement(m.Location, found, now.UnixMilli())
	}
}

// reached notes how far headquarters has the incarnations of a location.
func (c *chain) reached(location fact.LocationID, lives []outbox.Life) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, life := range lives {
		c.ledger.Reach(location, fact.Dot{Incarnation: life.Incarnation, Seq: life.Applied})
	}
}

// Chain shows the counters of all locations. See must not keep what it is given, nor change it.
func (a *App) Chain(see func(*ledger.Chain)) {
	a.chain.mu.RLock()
	defer a.chain.mu.RUnlock()
	see(a.chain.ledger)
}

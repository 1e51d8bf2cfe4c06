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

// load reads the counters of all locations from the store.
func (c *chain) load(ctx context.Context, s store.Store, locations []store.Location, now time.Time) error {
	fresh := ledger.NewChain()
	if err := read(ctx, s, fresh, locations, "", now); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ledger = fresh
	return nil
}

// reload reads the counters of some locations again. What they said of now stays.
func (c *chain) reload(ctx context.Context, s store.Store, locations []store.Location, now time.Time) error {
	fresh := ledger.NewChain()
	for i := range locations {
		if err := read(ctx, s, fresh, locations[i:i+1], locations[i].ID, now); err != nil {
			return err
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, l := range locations {
		c.ledger.Take(fresh, l.ID)
	}
	return nil
}

// read adds what the store holds of locations to counters: of all, or of one.
func read(ctx context.Context, s store.Store, into *ledger.Chain, locations []store.Location, one fact.LocationID, now time.Time) error {
	for _, l := range locations {
		into.SetLocation(l.Location)
		into.Add(l.ID, ledger.Change{Facts: l.Facts, NewestMS: l.NewestMS, Open: l.Open})
		into.Reach(l.ID, l.Head)
	}
	from, to := ledger.DayOf(now.AddDate(0, 0, -chainDays).UnixMilli(), time.UTC), ledger.DayOf(now.AddDate(0, 0, 2).UnixMilli(), time.UTC)
	hours, err := s.Hours(ctx, one, from, to)
	if err != nil {
		return err
	}
	for _, h := range hours {
		into.Add(h.Location, ledger.Change{Hours: []ledger.Hour{h.Hour}})
	}
	apart, err := s.Apart(ctx, one)
	if err != nil {
		return err
	}
	for _, l := range locations {
		var here []outbox.Apart
		for _, row := range apart {
			if row.Location == l.ID {
				here = append(here, row.Apart)
			}
		}
		into.SetApart(l.ID, here)
	}
	alerts, err := s.Alerts(ctx, one)
	if err != nil {
		return err
	}
	for _, a := range alerts {
		into.SetAlert(a.Location, a.Alert)
	}
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

// reached notes how far headquarters has the incarnations of a location, and about which a person should decide.
func (c *chain) reached(location fact.LocationID, lives []outbox.Life, apart []outbox.Apart) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ledger.SetApart(location, apart)
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

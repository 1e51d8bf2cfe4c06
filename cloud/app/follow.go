package app

import (
	"context"
	"hash/fnv"
	"time"

	"gatehouse/cloud/ledger"
	"gatehouse/sync/fact"
	"gatehouse/sync/outbox"
)

// followEvery is how often the aggregator looks at what others do.
const followEvery = time.Second

// follow keeps up with other aggregators on the same store, and with the standby.
func (a *App) follow() {
	ticker := time.NewTicker(followEvery)
	defer ticker.Stop()
	for look := int64(1); ; look++ {
		select {
		case <-a.background.Done():
			return
		case <-ticker.C:
			a.look()
			a.tendDesks(look)
		}
	}
}

func (a *App) look() {
	if a.options.Postgres == "" {
		return // nobody else has this store
	}
	if err := a.registry.Refresh(a.background); err != nil {
		a.options.Log.Warn("devices are not up to date", "err", err)
	}
	if a.standby.Load() {
		a.askStandby()
	}
	if a.outdated() {
		a.reload()
	}
}

// askStandby acknowledges as stable what was applied before the standby was found to have everything.
func (a *App) askStandby() {
	for _, w := range a.workers {
		noted := make(chan struct{})
		if !a.order(w, job{note: noted}) {
			return
		}
		select {
		case <-noted:
		case <-a.background.Done():
			return
		}
	}
	stability, err := a.store.Stable(a.background)
	if err != nil || stability.Behind {
		a.counters.behind.Store(1)
		return
	}
	a.counters.behind.Store(0)
	for _, w := range a.workers {
		if !a.order(w, job{stable: true}) {
			return
		}
	}
}

// order waits for room in a worker's queue.
func (a *App) order(w *worker, j job) bool {
	select {
	case w.queue <- j:
		return true
	case <-a.background.Done():
		return false
	}
}

// tally tells own commits from those of others by the sum of all revisions.
type tally struct {
	revisions int64 // when the counters were read
	updates   int64 // own ones until then
}

// outdated reports whether others have committed since the counters were read.
func (a *App) outdated() bool {
	a.counting.Lock()
	defer a.counting.Unlock()
	sum, err := a.revisions(a.background)
	return err == nil && sum != a.tally.revisions+a.counters.updates.Load()-a.tally.updates
}

func (a *App) revisions(ctx context.Context) (sum int64, err error) {
	locations, err := a.store.Locations(ctx)
	for _, l := range locations {
		sum += l.Revision
	}
	return sum, err
}

// reload reads all counters again.
func (a *App) reload() {
	if err := a.reloadFor(context.WithoutCancel(a.background)); err != nil {
		a.options.Log.Error("the counters are not up to date", "err", err)
	}
}

func (a *App) reloadFor(ctx context.Context) error {
	a.counting.Lock()
	defer a.counting.Unlock()
	sum, err := a.revisions(ctx)
	if err != nil {
		return err
	}
	a.tally = tally{sum, a.counters.updates.Load()}
	return a.chain.load(ctx, a.store, a.options.Now())
}

// SetLocation names a location and its zone.
func (a *App) SetLocation(l ledger.Location, zone string) error {
	if err := a.store.SetLocation(a.background, l, zone); err != nil {
		return err
	}
	a.renewals.Add(1) // the revision has changed: receivers begin anew
	a.reload()
	return nil
}

// Verify holds a location's rows against its signed batches, and makes them again if they differ and mend says so.
func (a *App) Verify(ctx context.Context, location fact.LocationID, mend bool) (same bool, err error) {
	if same, err = a.store.Verify(ctx, location); err != nil {
		return false, err
	}
	if !same && mend {
		if err := a.store.Rebuild(ctx, location); err != nil {
			return false, err
		}
		a.renewals.Add(1) // the revision has changed: receivers begin anew
		a.reload()
	}
	a.chain.mu.Lock()
	a.chain.ledger.SetRowsDiffer(location, !same && !mend)
	a.chain.mu.Unlock()
	a.changes.tell()
	return same, nil
}

// Settle carries out a person's decision about an incarnation that was fenced or superseded.
func (a *App) Settle(location fact.LocationID, incarnation fact.Incarnation, accept bool) error {
	answer := make(chan error, 1)
	if !a.order(a.workerOf(location), job{location: location, settled: &outbox.Settled{Incarnation: incarnation, Accept: accept}, answer: answer}) {
		return a.background.Err()
	}
	select {
	case err := <-answer:
		return err
	case <-a.background.Done():
		return a.background.Err()
	}
}

func (a *App) workerOf(location fact.LocationID) *worker {
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(location)) // it never fails
	return a.workers[hash.Sum32()%uint32(len(a.workers))]
}

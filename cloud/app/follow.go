package app

import (
	"context"
	"hash/fnv"
	"maps"
	"slices"
	"sync"
	"time"

	"gatehouse/cloud/ledger"
	"gatehouse/cloud/store"
	"gatehouse/sync/fact"
	"gatehouse/sync/outbox"
)

// followEvery is how often the aggregator looks at what others do.
const followEvery = time.Second

// follow keeps up with other aggregators on the same store, and with the standby.
func (a *App) follow() {
	ticker := time.NewTicker(followEvery)
	defer ticker.Stop()
	for look := int64(0); ; {
		select {
		case <-a.background.Done():
			return
		case <-a.stale.news:
			a.recount()
		case <-ticker.C:
			look++
			a.look()
			a.tendDesks(look)
		}
	}
}

func (a *App) look() {
	if !a.shares() {
		return // nobody else has this store
	}
	if err := a.beat(a.background); err != nil && a.background.Err() == nil {
		a.options.Log.Warn("others may take this aggregator's locations: it can't say that it works", "err", err)
	}
	if err := a.registry.Refresh(a.background); err != nil {
		a.options.Log.Warn("devices are not up to date", "err", err)
	}
	if a.standby.Load() {
		a.askStandby()
	}
	a.reread()
}

// askStandby acknowledges as stable what was applied before the standby was found to have everything.
func (a *App) askStandby() {
	if a.noteApplied() != nil {
		return
	}
	stability, err := a.store.Stable(a.background)
	if err != nil || stability.Behind {
		a.counters.behind.Store(1)
		return
	}
	a.counters.behind.Store(0)
	_ = a.markStable() // the only failure is the end
}

// noteApplied has every worker remember what is applied and not yet stable.
func (a *App) noteApplied() error {
	for _, w := range a.workers {
		noted := make(chan struct{})
		if !a.order(w, job{note: noted}) {
			return a.background.Err()
		}
		select {
		case <-noted:
		case <-a.background.Done():
			return a.background.Err()
		}
	}
	return nil
}

// markStable acknowledges as stable what was noted.
func (a *App) markStable() error {
	for _, w := range a.workers {
		if !a.order(w, job{stable: true}) {
			return a.background.Err()
		}
	}
	return nil
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

// sight is how far the counters have a location.
type sight struct {
	revision int64
	at       time.Time // when it was read from the store
}

// rereadEvery is how often a location that others count is read again, and rereadMax how many of them in one look.
const (
	rereadEvery = 5 * time.Second
	rereadMax   = 100
)

// count moves the counters by what this aggregator has committed, once the rows hold it. If others have committed between, the
// location is to be read anew.
func (a *App) count(location fact.LocationID, f store.Folded) {
	a.knowing.Lock()
	defer a.knowing.Unlock()
	known := a.known[location]
	if f.Rebuilt || known.revision != f.After {
		a.stale.add(location)
		return
	}
	a.known[location] = sight{f.Revision, known.at}
	a.chain.add(location, f.Change)
	a.changes.tell()
}

// stale are locations whose counters are to be read from the store again, which those who find out must not do themselves.
type stale struct {
	mu        sync.Mutex
	locations map[fact.LocationID]bool
	news      chan struct{}
}

func newStale() *stale {
	return &stale{locations: map[fact.LocationID]bool{}, news: make(chan struct{}, 1)}
}

func (s *stale) add(location fact.LocationID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.locations[location] = true
	select {
	case s.news <- struct{}{}:
	default:
	}
}

func (s *stale) take() []fact.LocationID {
	s.mu.Lock()
	defer s.mu.Unlock()
	taken := slices.Sorted(maps.Keys(s.locations))
	clear(s.locations)
	return taken
}

// recount reads the counters of stale locations again. The caller doesn't hold counting.
func (a *App) recount() {
	if found := a.stale.take(); len(found) > 0 {
		a.reload(found)
	}
}

// reread reads the locations that others have committed to, those first that were read longest ago.
func (a *App) reread() {
	locations, err := a.store.Locations(a.background)
	if err != nil {
		return // the next look tries again
	}
	now := time.Now()
	var changed []fact.LocationID
	a.knowing.Lock()
	for _, l := range locations {
		known := a.known[l.ID]
		if known.revision != l.Revision && now.Sub(known.at) >= rereadEvery {
			changed = append(changed, l.ID)
		}
	}
	slices.SortStableFunc(changed, func(x, y fact.LocationID) int { return a.known[x].at.Compare(a.known[y].at) })
	a.knowing.Unlock()
	if len(changed) > 0 {
		a.reload(changed[:min(len(changed), rereadMax)])
	}
}

// reload reads the counters of locations again.
func (a *App) reload(changed []fact.LocationID) {
	if err := a.reloadThese(context.WithoutCancel(a.background), changed); err != nil {
		a.options.Log.Error("the counters are not up to date", "err", err)
	}
	a.changes.tell()
}

func (a *App) reloadAll(ctx context.Context) error {
	a.counting.Lock()
	defer a.counting.Unlock()
	locations, err := a.store.Locations(ctx)
	if err != nil {
		return err
	}
	a.saw(locations)
	return a.chain.load(ctx, a.store, locations, a.options.Now())
}

func (a *App) reloadThese(ctx context.Context, changed []fact.LocationID) error {
	a.counting.Lock()
	defer a.counting.Unlock()
	all, err := a.store.Locations(ctx)
	if err != nil {
		return err
	}
	locations := slices.DeleteFunc(all, func(l store.Location) bool { return !slices.Contains(changed, l.ID) })
	a.saw(locations)
	return a.chain.reload(ctx, a.store, locations, a.options.Now())
}

// saw notes at which revisions locations are about to be read: what is committed meanwhile shows as a change.
func (a *App) saw(locations []store.Location) {
	a.knowing.Lock()
	defer a.knowing.Unlock()
	for _, l := range locations {
		a.known[l.ID] = sight{l.Revision, time.Now()}
	}
}

// SetLocation names a location and its zone.
func (a *App) SetLocation(l ledger.Location, zone string) error {
	if err := a.store.SetLocation(a.background, l, zone); err != nil {
		return err
	}
	a.renewals.Add(1) // the revision has changed: receivers begin anew
	a.reload([]fact.LocationID{l.ID})
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
		a.reload([]fact.LocationID{location})
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

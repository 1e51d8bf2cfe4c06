package apitest

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"gatehouse/cloud/api"
	"gatehouse/cloud/enrol"
	"gatehouse/cloud/ledger"
	"gatehouse/cloud/sales"
	"gatehouse/cloud/steer"
	"gatehouse/cloud/store"
	"gatehouse/sync/fact"
	"gatehouse/sync/policy"
	"gatehouse/sync/rest"
	"gatehouse/sync/traffic"
	"gatehouse/sync/wire"
)

// Chain is a chain of car parks without a network: gateways are functions that hear what is sent.
type Chain struct {
	Server   *api.Server
	Store    store.Store
	Registry *enrol.Registry
	Desk     *steer.Desk
	Office   *sales.Office
	Signer   policy.Key

	// Hear gets what goes down. It may answer with Desk.Hear from another goroutine.
	Hear func(fact.LocationID, wire.Message)

	// Settled gets what was decided about incarnations.
	Settled chan Settlement

	mu      sync.RWMutex
	counts  *ledger.Chain
	offline map[fact.LocationID]int64
	serial  uint64
	now     time.Time
	changed chan struct{}
	checks  []api.Check
}

// Settlement is what a person decided about an incarnation.
type Settlement struct {
	Location    fact.LocationID
	Incarnation fact.Incarnation
	Accept      bool
}

// Start is when a chain's clock stands: a Tuesday afternoon.
func Start() time.Time { return time.Date(2026, 6, 2, 15, 40, 0, 0, time.UTC) }

// New makes an empty chain. Whoever asks from this machine without a token may operate; the token "owner" configures.
func New(t testing.TB) *Chain { return made(t, false) }

// NewPublic makes one whose open-data feeds are for everybody.
func NewPublic(t testing.TB) *Chain { return made(t, true) }

func made(t testing.TB, publicFeeds bool) *Chain {
	t.Helper()
	c := &Chain{counts: ledger.NewChain(), offline: map[fact.LocationID]int64{}, now: Start(), changed: make(chan struct{}, 1), checks: []api.Check{{ID: "store", Well: true, Ready: true}}, Settled: make(chan Settlement, 8)}
	dir := t.TempDir()
	var err error
	must := func(failed error) {
		t.Helper()
		if failed != nil {
			t.Fatal(failed)
		}
	}
	c.Store, err = store.OpenSQLite(t.Context(), filepath.Join(dir, "store"), c.Now)
	must(err)
	t.Cleanup(func() { _ = c.Store.Close() })
	authority, err := enrol.OpenAuthority(filepath.Join(dir, "authority"), c.Now())
	must(err)
	c.Registry, err = enrol.OpenRegistry(t.Context(), authority, c.Store, c.Now)
	must(err)
	c.Signer = policy.Key(ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)))
	c.Desk, err = steer.Open(t.Context(), steer.Options{
		Documents: c.Store, Signers: c.Signer, Now: c.Now,
		Send: func(_ context.Context, location fact.LocationID, m wire.Message) error {
			if c.Hear != nil {
				c.Hear(location, m)
			}
			return nil
		},
	})
	must(err)
	c.Office, err = sales.Open(t.Context(), sales.Options{
		Documents: c.Store, Signers: c.Signer, Lent: c.Desk.Lent, Now: c.Now,
		Deliver: func(ctx context.Context, location fact.LocationID, list []byte) error {
			_, err := c.Desk.Publish(ctx, location, policy.Sales, "headquarters", list)
			return err
		},
	})
	must(err)
	c.Server = api.New(api.Options{
		Chain: "Nordwest Parking", Version: "1.4.0", Store: c.Store, Registry: c.Registry, Desk: c.Desk, Office: c.Office, See: c.See, Link: c.link,
		Changes: func(context.Context) <-chan struct{} { return c.changed }, Changed: c.tell, SetLocation: c.setLocation,
		Settle: func(location fact.LocationID, incarnation fact.Incarnation, accept bool) error {
			select {
			case c.Settled <- Settlement{location, incarnation, accept}:
			default: // nobody counts them
			}
			return nil
		},
		Verify: func(ctx context.Context, location fact.LocationID, _ bool) (bool, error) {
			return c.Store.Verify(ctx, location)
		},
		Signing:   func() api.Signing { return api.Signing{Key: "9f86 d081 884c 7d65 9a2f", Since: c.Now()} },
		ChangeKey: func(context.Context, time.Duration) (string, error) { return "1f2e 3d4c 5b6a 7988 9a8b", nil }, EndKeyChange: func(context.Context) error { return enrol.ErrNotRotating },
		Checks: c.checksNow,
		Tokens: []rest.Token{rest.NewToken("owner", rest.RoleConfigure, "owner"), rest.NewToken("wall", rest.RoleView, "wall")}, Open: true, PublicFeeds: publicFeeds, Now: c.Now,
	})
	return c
}

// Obey has all locations take every document at once.
func (c *Chain) Obey(t testing.TB) {
	c.Hear = func(location fact.LocationID, m wire.Message) {
		if part, is := m.(*wire.Part); is {
			go c.Desk.Hear(t.Context(), location, &wire.Result{Location: location, Kind: part.Header.Kind, Version: part.Header.Version, Code: wire.Done})
		}
	}
}

// Now is the chain's clock.
func (c *Chain) Now() time.Time {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.now
}

// Pass lets time go by.
func (c *Chain) Pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// SetChecks says how headquarters itself is.
func (c *Chain) SetChecks(checks ...api.Check) {
	c.Change(func(*ledger.Chain) { c.checks = checks })
}

func (c *Chain) checksNow() []api.Check {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.checks
}

// See shows the counters.
func (c *Chain) See(see func(*ledger.Chain)) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	see(c.counts)
}

// Change changes the counters, and tells who listens.
func (c *Chain) Change(change func(*ledger.Chain)) {
	c.mu.Lock()
	change(c.counts)
	c.mu.Unlock()
	c.tell()
}

// tell has who listens look again.
func (c *Chain) tell() {
	select {
	case c.changed <- struct{}{}:
	default:
	}
}

func (c *Chain) link(location fact.LocationID) api.Link {
	c.mu.RLock()
	defer c.mu.RUnlock()
	since, off := c.offline[location]
	if off {
		return api.Link{SinceMS: since}
	}
	return api.Link{Online: true, SinceMS: c.now.Add(-26 * time.Hour).UnixMilli()}
}

// Cut says since when a location is offline.
func (c *Chain) Cut(location fact.LocationID, ago time.Duration) {
	c.Change(func(*ledger.Chain) { c.offline[location] = c.now.Add(-ago).UnixMilli() })
}

func (c *Chain) setLocation(l ledger.Location, zone string) error {
	c.Change(func(counts *ledger.Chain) { counts.SetLocation(l) })
	return c.Store.SetLocation(context.Background(), l, zone)
}

// Live has a location say how it is.
func (c *Chain) Live(m wire.Live, ago time.Duration) {
	c.Change(func(counts *ledger.Chain) {
		c.serial++
		m.Incarnation, m.Serial = 1, c.serial
		counts.SetLive(m, c.now.Add(-ago).UnixMilli())
	})
}

// towns name the lots of Fill.
var towns = []string{
	"Altstadt", "Bahnhof", "Messe", "Flughafen", "Klinikum", "Rathaus", "Markthalle", "Stadion", "Universität", "Hafen", "Oper", "Schlossgarten", "Südtor", "Kurhaus", "Nordring",
}

var cities = []string{
	"Bremen", "Kiel", "Lübeck", "Hamburg", "Hannover", "Münster", "Osnabrück", "Oldenburg", "Kassel", "Bielefeld", "Dortmund", "Essen", "Köln", "Bonn", "Aachen", "Mainz",
	"Koblenz", "Trier", "Erfurt", "Jena", "Leipzig", "Halle", "Dresden", "Chemnitz", "Ulm", "Freiburg", "Konstanz", "Rostock", "Schwerin", "Göttingen", "Celle", "Gera", "Hameln", "Emden",
}

// dayOf is a lot's day until now.
func dayOf(kind int) []fact.Record {
	startMS := Start().Truncate(24 * time.Hour).UnixMilli()
	lot := traffic.New(traffic.Options{Location: "lot", Seed: uint64(kind + 1), Spots: 600, PerDay: 300 + 80*kind, StartMS: startMS})
	records := []fact.Record{lot.Start(fact.NewIncarnation(startMS, uint16(kind)), startMS, fact.Dot{}, [32]byte{})}
	for records[len(records)-1].At.WallMS < Start().UnixMilli() {
		records = append(records, lot.Next())
	}
	return records
}

// Commit puts a lot's day into the store, and not into the counters.
func (c *Chain) Commit(t testing.TB, location fact.LocationID, kind int) {
	t.Helper()
	c.CommitFacts(t, location, dayOf(kind))
}

// CommitFacts puts facts of a lot into the store, and not into the counters.
func (c *Chain) CommitFacts(t testing.TB, location fact.LocationID, facts []fact.Record) {
	t.Helper()
	_, revision, err := c.Store.State(t.Context(), location)
	if err != nil {
		t.Fatal(err)
	}
	results, err := c.Store.Commit(t.Context(), []store.Update{{Location: location, Revision: revision, Count: facts, NowMS: c.Now().UnixMilli()}})
	if err != nil || results[0].Err != nil {
		t.Fatal(err, results)
	}
}

// Fill makes n lots of 2,000 spots on an ordinary day, with what an ordinary day goes wrong.
func (c *Chain) Fill(n int) {
	changes := make([]ledger.Change, 8) // lots of one size are alike enough to share their days
	for kind := range changes {
		changes[kind] = ledger.NewBook(time.UTC).Fold(dayOf(kind))
	}
	c.Change(func(counts *ledger.Chain) {
		for i := range n {
			id := fact.LocationID(fmt.Sprintf("p%03d", i+1))
			counts.SetLocation(ledger.Location{ID: id, Name: cities[i%len(cities)] + " " + towns[i/len(cities)%len(towns)], Zone: time.UTC, Currency: "EUR"})
			counts.Add(id, changes[i%len(changes)])
		}
	})
	cut := map[int]time.Duration{17: 26 * time.Hour, 140: 40 * time.Minute, 333: 9 * 24 * time.Hour}
	for i := range n {
		c.Live(liveOf(i), max(time.Second, cut[i]))
		if cut[i] > 0 {
			c.Cut(liveOf(i).Location, cut[i])
		}
	}
	c.Change(func(counts *ledger.Chain) {
		raise := func(i int, kind ledger.AlertKind, subject, detail string) {
			if i < n {
				counts.SetAlert(liveOf(i).Location, ledger.Alert{Kind: kind, Subject: subject, Detail: detail, Active: true, AtMS: c.now.Add(-time.Duration(7+i) * time.Minute).UnixMilli()})
			}
		}
		raise(4, ledger.AlertGate, "out-1 stuck_open", "stuck_open")
		raise(61, ledger.AlertClone, fact.NewIncarnation(c.now.UnixMilli(), 7).String(), "")
		raise(90, ledger.AlertMoved, "in-2", "")
		for i := range 9 {
			raise(200+3*i, ledger.AlertSensor, fmt.Sprintf("P1-%04d 0", 100+i), "silent")
		}
		raise(120, ledger.AlertHold, "in-1", "kim")
	})
}

// liveOf is what a lot says of itself.
func liveOf(i int) wire.Live {
	occupied := uint32(1_560*(13+(i*7919)%88)/100) % 1_560
	m := wire.Live{
		Location: fact.LocationID(fmt.Sprintf("p%03d", i+1)), Program: "1.4.0", Inside: int64(occupied) + 120, Tickets: uint64(occupied) + 120, Site: "9c1e02d4",
		Types: []wire.LiveType{
			{Type: fact.Compact, Total: 200, Available: 120, Occupied: 78, Reserved: 2},
			{Type: fact.Regular, Total: 1_600, Available: 1_600 - occupied - 30, Occupied: occupied, Held: 10, Reserved: 12, Unknown: 6, Maintenance: 2},
			{Type: fact.EV, Total: 120, Available: 78, Occupied: 42}, {Type: fact.Handicapped, Total: 80, Available: 80},
		},
		Gates: []wire.LiveGate{{Gate: "in-1"}, {Gate: "in-2"}, {Gate: "out-1"}, {Gate: "out-2"}},
	}
	switch {
	case i == 4:
		m.Gates[2].Fault = fact.FaultStuckOpen
	case i == 9:
		m.Inside += 23
	case i == 333, i == 17:
		m.Waiting, m.OldestMS = 41_000, 60_000
	case i == 222:
		m.Waiting, m.OldestMS = 9_200, 5*60*60_000
	}
	if i%23 == 0 {
		m.Program = "1.3.2"
	}
	return m
}

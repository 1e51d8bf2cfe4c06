package uplink_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"gatehouse/cloud/app"
	"gatehouse/cloud/ledger"
	"gatehouse/sync/fact"
	"gatehouse/sync/outbox"
	"gatehouse/sync/traffic"
	"gatehouse/sync/uplink"
	"gatehouse/sync/uplink/identity"
	"gatehouse/sync/wire"
)

// patience is how long a test waits for what must come, on a machine with much else to do.
const patience = 3 * time.Minute

var opening = time.Date(2026, 6, 1, 6, 0, 0, 0, time.UTC)

// memoryLog is a log in memory.
type memoryLog struct {
	mu       sync.Mutex
	payloads [][]byte
	hashes   []wire.Hash // before each, and after the last
	records  []fact.Record
	lost     map[uint64]bool
	broken   bool
	refused  int // reads while it was broken
	trimmed  uint64
	traffic  *traffic.Lot
}

func newLog(location fact.LocationID, seed uint64) *memoryLog {
	return &memoryLog{
		hashes: make([]wire.Hash, 1), lost: map[uint64]bool{},
		traffic: traffic.New(traffic.Options{Location: location, Seed: seed, Spots: 200, PerDay: 4_000, StartMS: opening.UnixMilli()}),
	}
}

// restart begins a new incarnation.
func (l *memoryLog) restart(t *testing.T, minutes int, random uint16) fact.Incarnation {
	t.Helper()
	atMS := opening.Add(time.Duration(minutes) * time.Minute).UnixMilli()
	incarnation := fact.NewIncarnation(atMS, random)
	var parent fact.Dot
	if n := len(l.records); n > 0 {
		parent = l.records[n-1].Dot
	}
	l.add(t, l.traffic.Start(incarnation, atMS, parent, l.hashes[len(l.hashes)-1]))
	return incarnation
}

func (l *memoryLog) produce(t *testing.T, n int) {
	t.Helper()
	for range n {
		l.add(t, l.traffic.Next())
	}
}

func (l *memoryLog) add(t *testing.T, record fact.Record) {
	t.Helper()
	payload, err := wire.EncodeRecord(nil, record)
	if err != nil {
		t.Fatal(err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.payloads, l.records = append(l.payloads, payload), append(l.records, record)
	l.hashes = append(l.hashes, l.hashes[len(l.hashes)-1].Next(payload))
}

var errBroken = errors.New("the log is being opened anew")

func (l *memoryLog) Read(ctx context.Context, from uint64, visit func(uplink.Fact) bool) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.broken {
		l.refused++
		return errBroken
	}
	for at := max(from, l.trimmed+1, 1); at <= uint64(len(l.payloads)); at++ {
		if l.lost[at] {
			continue
		}
		f := uplink.Fact{Position: at, Payload: l.payloads[at-1], Hash: l.hashes[at], Before: l.hashes[at-1], Proven: !l.lost[at-1]}
		if !f.Proven {
			f.Before = wire.Hash{}
		}
		if !visit(f) {
			break
		}
	}
	return ctx.Err()
}

func (l *memoryLog) Trim(through uint64) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.trimmed = max(l.trimmed, through)
	return nil
}

func (l *memoryLog) set(change func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	change()
}

func (l *memoryLog) refusals() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.refused
}

// digest is what the facts come to.
func (l *memoryLog) digest() [32]byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	book := ledger.NewBook(time.UTC)
	book.Fold(l.records)
	return book.Digest()
}

// cloud starts an aggregator.
func cloud(t *testing.T, dir, listen, mqtt string) *app.App {
	t.Helper()
	a, err := app.New(t.Context(), app.Options{Dir: dir, Listen: listen, MQTT: mqtt})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	return a
}

func enrol(t *testing.T, a *app.App, dir, location string) *identity.Identity {
	t.Helper()
	code, err := a.Registry().NewCode(t.Context(), location, "ann", false)
	if err != nil {
		t.Fatal(err)
	}
	made, err := identity.Enrol(t.Context(), identity.Enrolment{Dir: dir, URL: "https://" + a.Address(), Code: code})
	if err != nil {
		t.Fatal(err)
	}
	return made.Identity
}

// linked is a running uplink.
type linked struct {
	*uplink.Uplink
	stop context.CancelFunc
	done sync.WaitGroup
}

func start(t *testing.T, log *memoryLog, id *identity.Identity, incarnation fact.Incarnation, dir string, change func(*uplink.Options)) *linked {
	t.Helper()
	hq := id.Headquarters()
	o := uplink.Options{
		Location: fact.LocationID(hq.Location), Chain: hq.Chain, Broker: hq.Broker, TLS: id.TLS(),
		Signer: id, Keys: id.Keys(), Log: log, Dir: dir, Program: "test", Incarnation: incarnation,
		Live:    func(context.Context) (wire.Live, error) { return wire.Live{Inside: 7}, nil },
		Sender:  outbox.SenderConfig{LingerMS: 20, ResendMS: 2_000},
		Backoff: 20 * time.Millisecond, BackoffMax: 200 * time.Millisecond,
	}
	if change != nil {
		change(&o)
	}
	u, err := uplink.New(o)
	if err != nil {
		t.Fatal(err)
	}
	l := &linked{Uplink: u}
	ctx, cancel := context.WithCancel(t.Context())
	l.stop = func() { cancel(); l.done.Wait() }
	l.done.Go(func() {
		if err := u.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(l.stop)
	return l
}

// until waits for something that must come.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for !is() {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within %v", what, patience)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func drained(l *linked, log *memoryLog) func() bool {
	return func() bool {
		s := l.Status()
		return s.Synced && s.Waiting == 0 && s.Produced == log.records[len(log.records)-1].Dot
	}
}

func same(t *testing.T, a *app.App, log *memoryLog, location fact.LocationID) {
	t.Helper()
	book, err := a.Store().Book(t.Context(), location)
	if err != nil {
		t.Fatal(err)
	}
	if book.Digest() != log.digest() {
		t.Errorf("headquarters' rows of %s are not what the log comes to", location)
	}
}

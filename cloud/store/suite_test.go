package store_test

import (
	"crypto/ed25519"
	"errors"
	"testing"
	"time"

	"gatehouse/cloud/documents/documentstest"
	"gatehouse/cloud/ledger"
	"gatehouse/cloud/store"
	"gatehouse/sync/fact"
	"gatehouse/sync/outbox"
	"gatehouse/sync/policy"
	"gatehouse/sync/traffic"
	"gatehouse/sync/wire"
)

// start is when the gateways of the tests begin.
var start = time.Date(2026, 6, 1, 6, 0, 0, 0, time.UTC)

// patience is how long a test waits for what must come, on a machine with much else to do.
const patience = 3 * time.Minute

// gateway makes a location's signed batches.
type gateway struct {
	location fact.LocationID
	lot      *traffic.Lot
	key      policy.Key
	before   wire.Hash
	records  []fact.Record
}

func newGateway(location fact.LocationID, seed uint64) *gateway {
	g := &gateway{location: location, key: policy.Key(ed25519.NewKeyFromSeed(make([]byte, 32)))}
	g.lot = traffic.New(traffic.Options{Location: location, Seed: seed, Spots: 50, PerDay: 400, StartMS: start.UnixMilli()})
	g.records = append(g.records, g.lot.Start(fact.NewIncarnation(start.UnixMilli(), uint16(seed)), start.UnixMilli(), fact.Dot{}, [32]byte{}))
	return g
}

// batch signs the next n facts.
func (g *gateway) batch(t testing.TB, n int) []byte {
	t.Helper()
	first := len(g.records)
	if first == 1 && g.before == (wire.Hash{}) {
		first = 0
	}
	for len(g.records) < first+n {
		g.records = append(g.records, g.lot.Next())
	}
	return g.sign(t, first, n)
}

// sign makes a batch of n facts that are there already.
func (g *gateway) sign(t testing.TB, first, n int) []byte {
	t.Helper()
	b := &wire.Batch{Location: g.location, Incarnation: g.records[0].Dot.Incarnation, First: g.records[first].Dot.Seq, Before: g.before}
	for _, r := range g.records[first : first+n] {
		raw, err := wire.EncodeRecord(nil, r)
		if err != nil {
			t.Fatal(err)
		}
		b.Records = append(b.Records, raw)
	}
	packed, err := wire.PackBatch(b, g.key)
	if err != nil {
		t.Fatal(err)
	}
	if len(b.Records) != n {
		t.Fatalf("%d of %d facts fit", len(b.Records), n)
	}
	g.before = b.After()
	return packed
}

// book is what the ledger makes of the facts without a store.
func (g *gateway) book(zone *time.Location) *ledger.Book {
	book := ledger.NewBook(zone)
	book.Fold(g.records)
	return book
}

// aggregator takes messages into a store, as the application does.
type aggregator struct {
	store     store.Store
	receivers map[fact.LocationID]*outbox.Receiver
	revisions map[fact.LocationID]int64
	nowMS     int64
}

func newAggregator(s store.Store) *aggregator {
	return &aggregator{
		store: s, receivers: map[fact.LocationID]*outbox.Receiver{}, revisions: map[fact.LocationID]int64{}, nowMS: start.Add(12 * time.Hour).UnixMilli(),
	}
}

// take puts one message through the receiver and the store.
func (a *aggregator) take(t testing.TB, location fact.LocationID, message []byte) (store.Result, []wire.Ack) {
	t.Helper()
	decoded, err := wire.DecodeMessage(message)
	if err != nil {
		t.Fatal(err)
	}
	return a.step(t, location, outbox.Arrived{Batch: decoded.(*wire.Batch)}, message)
}

func (a *aggregator) step(t testing.TB, location fact.LocationID, event outbox.ReceiverEvent, raw []byte) (store.Result, []wire.Ack) {
	t.Helper()
	if a.receivers[location] == nil {
		state, revision, err := a.store.State(t.Context(), location)
		if err != nil {
			t.Fatal(err)
		}
		a.receivers[location], a.revisions[location] = outbox.NewReceiver(outbox.ReceiverConfig{Location: location}, state), revision
	}
	u := store.Update{Location: location, Revision: a.revisions[location], NowMS: a.nowMS}
	if settled, is := event.(outbox.Settled); is {
		u.Entries = append(u.Entries, store.Entry{Settled: &settled})
	}
	acks := u.Collect(a.receivers[location].Step(event), func(*wire.Batch) []byte { return raw })
	results, err := a.store.Commit(t.Context(), []store.Update{u})
	if err != nil {
		t.Fatal(err)
	}
	if results[0].Err != nil {
		a.receivers[location] = nil // judge anew
	} else {
		a.revisions[location] = results[0].Revision
	}
	return results[0], acks
}

// opener opens the same store again and again.
type opener func(t *testing.T) store.Store

// suite is the contract: every implementation passes it.
func suite(t *testing.T, fresh func(t *testing.T) opener) {
	for _, c := range []struct {
		name string
		test func(t *testing.T, open opener)
	}{
		{"what was committed is there after a restart, once", testRestart},
		{"of two aggregators the slower judges anew", testConflict},
		{"rows are made again from the batches", testRebuild},
		{"aggregators see each other work", testMembers},
		{"a new zone moves the hours", testZone},
		{"late facts restate a closed day", testRestate},
		{"facts kept apart count when a person says so", testRelease},
		{"original facts are found by their dots", testRawFacts},
		{"documents change one at a time", testDocuments},
		{"rows are found", testQueries},
		{"audit", testAudit},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, fresh(t)) })
	}
}

func digestOf(t *testing.T, s store.Store, location fact.LocationID) [32]byte {
	t.Helper()
	book, err := s.Book(t.Context(), location)
	if err != nil {
		t.Fatal(err)
	}
	book.DropAlerts(ledger.AlertFork, ledger.AlertClone) // no fact makes them
	return book.Digest()
}

func closeStore(t *testing.T, s store.Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func testRestart(t *testing.T, open opener) {
	s := open(t)
	g, epoch := newGateway("p8", 1), s.Epoch()
	a := newAggregator(s)
	for range 6 {
		message := g.batch(t, 150)
		if _, acks := a.take(t, "p8", message); len(acks) != 1 || acks[0].Marks[0].Applied != uint64(len(g.records)) || acks[0].Epoch != epoch {
			t.Fatalf("%+v", acks)
		}
		a.take(t, "p8", message) // again
		closeStore(t, s)
		s = open(t)
		a = newAggregator(s)
	}
	if s.Epoch() != epoch || s.Restored() {
		t.Error("another epoch after restarts")
	}
	if digestOf(t, s, "p8") != g.book(time.UTC).Digest() {
		t.Error("the rows are not what the facts come to")
	}
	locations, err := s.Locations(t.Context())
	if err != nil || len(locations) != 1 || locations[0].Facts != 900 || locations[0].Open != g.book(time.UTC).Open() {
		t.Errorf("%+v %v", locations, err)
	}
}

func testConflict(t *testing.T, open opener) {
	s := open(t)
	g := newGateway("p8", 1)
	quick, slow := newAggregator(s), newAggregator(s)
	first, second := g.batch(t, 100), g.batch(t, 100)
	slow.take(t, "p8", first)
	quick.take(t, "p8", second)
	if result, _ := slow.take(t, "p8", second); !errors.Is(result.Err, store.ErrConflict) {
		t.Fatalf("%+v", result)
	}
	if result, acks := slow.take(t, "p8", second); result.Err != nil || acks[0].Marks[0].Applied != 200 {
		t.Errorf("%+v %+v", result.Err, acks)
	}
	if digestOf(t, s, "p8") != g.book(time.UTC).Digest() {
		t.Error("the rows are not what the facts come to")
	}
}

func testMembers(t *testing.T, open opener) {
	s := open(t)
	for beat := int64(1); beat <= 3; beat++ {
		if all, err := s.Beat(t.Context(), "one"); err != nil || len(all) != 1 || all[0] != (store.Member{ID: "one", Beat: beat}) {
			t.Fatalf("%+v %v", all, err)
		}
	}
	if all, err := s.Beat(t.Context(), "other"); err != nil || len(all) != 2 || all[0].Beat != 3 || all[1].Beat != 1 {
		t.Errorf("%+v %v", all, err)
	}
	if err := s.Leave(t.Context(), "one"); err != nil {
		t.Fatal(err)
	}
	if all, err := s.Beat(t.Context(), "other"); err != nil || len(all) != 1 || all[0] != (store.Member{ID: "other", Beat: 2}) {
		t.Errorf("%+v %v", all, err)
	}
}

func testRebuild(t *testing.T, open opener) {
	s := open(t)
	a := newAggregator(s)
	one, other := newGateway("p8", 1), newGateway("p9", 2)
	for range 3 {
		a.take(t, "p8", one.batch(t, 200))
		a.take(t, "p9", other.batch(t, 200))
	}
	before, revision := digestOf(t, s, "p8"), a.revisions["p8"]
	if same, err := s.Verify(t.Context(), "p8"); err != nil || !same {
		t.Errorf("rows that nobody touched differ from their batches: %v", err)
	}
	if err := s.Rebuild(t.Context(), "p8"); err != nil {
		t.Fatal(err)
	}
	if digestOf(t, s, "p8") != before || digestOf(t, s, "p9") != other.book(time.UTC).Digest() {
		t.Error("the rows are others after a rebuild")
	}
	state, now, err := s.State(t.Context(), "p8")
	if err != nil || now == revision || state.Lives[0].Applied != 600 || state.Lives[0].Hash != one.before {
		t.Errorf("revision %d then %d, %+v %v", revision, now, state, err)
	}
}

func testZone(t *testing.T, open opener) {
	s := open(t)
	g, a := newGateway("p8", 1), newAggregator(s)
	a.take(t, "p8", g.batch(t, 500))
	if err := s.SetLocation(t.Context(), ledger.Location{ID: "p8", Name: "Eight", Currency: "NZD"}, "Pacific/Auckland"); err != nil {
		t.Fatal(err)
	}
	zone, err := time.LoadLocation("Pacific/Auckland")
	if err != nil {
		t.Fatal(err)
	}
	if digestOf(t, s, "p8") != g.book(zone).Digest() {
		t.Error("the hours are not Auckland's")
	}
	if err := s.SetLocation(t.Context(), ledger.Location{ID: "p8"}, "Mars/Olympus"); err == nil {
		t.Error("a zone that doesn't exist passed")
	}
}

func testRestate(t *testing.T, open opener) {
	s := open(t)
	g, a := newGateway("p8", 1), newAggregator(s)
	a.take(t, "p8", g.batch(t, 100))
	a.nowMS = start.AddDate(0, 0, 5).UnixMilli()
	a.take(t, "p8", g.batch(t, 100))
	a.take(t, "p8", g.batch(t, 100))
	found, err := s.Restatements(t.Context(), 20260601, 20260603)
	if err != nil || len(found) == 0 {
		t.Fatalf("%+v %v", found, err)
	}
	facts := int64(0)
	for _, r := range found {
		facts += r.Facts
		if r.On != 20260606 || r.Location != "p8" {
			t.Errorf("%+v", r)
		}
	}
	if facts != 200 {
		t.Errorf("%d facts came late", facts)
	}
}

func testRelease(t *testing.T, open opener) {
	s := open(t)
	g, a := newGateway("p8", 1), newAggregator(s)
	a.take(t, "p8", g.batch(t, 100))
	incarnation := g.records[0].Dot.Incarnation
	a.step(t, "p8", outbox.Settled{Incarnation: incarnation, Accept: false}, []byte{})
	a.take(t, "p8", g.batch(t, 100))
	if digestOf(t, s, "p8") != ledger.NewBook(time.UTC).Digest() {
		t.Error("facts of an incarnation that is rejected are counted")
	}
	a.step(t, "p8", outbox.Settled{Incarnation: incarnation, Accept: true}, []byte{})
	if digestOf(t, s, "p8") != g.book(time.UTC).Digest() {
		t.Error("released facts were not counted")
	}
}

func testRawFacts(t *testing.T, open opener) {
	s := open(t)
	g, a := newGateway("p8", 1), newAggregator(s)
	for range 3 {
		a.take(t, "p8", g.batch(t, 300))
	}
	dots := []fact.Dot{g.records[0].Dot, g.records[299].Dot, g.records[300].Dot, g.records[899].Dot, {Incarnation: 9, Seq: 9}}
	raw, err := s.RawFacts(t.Context(), "p8", dots)
	if err != nil || len(raw) != 4 {
		t.Fatalf("%d found, %v", len(raw), err)
	}
	for i, bytes := range raw {
		if record, err := wire.DecodeRecord(bytes); err != nil || record.Dot != dots[i] {
			t.Errorf("%v: %v %v", dots[i], record.Dot, err)
		}
	}
}

func testDocuments(t *testing.T, open opener) {
	documentstest.Conform(t, func() store.Store { return open(t) }, func(s store.Store) { closeStore(t, s) })
}

func testQueries(t *testing.T, open opener) {
	s := open(t)
	g, a := newGateway("p8", 1), newAggregator(s)
	for range 5 {
		a.take(t, "p8", g.batch(t, 400))
	}
	book := g.book(time.UTC)
	tickets, err := s.OpenTickets(t.Context(), "p8")
	if err != nil || len(tickets) == 0 {
		t.Fatalf("%d open, %v", len(tickets), err)
	}
	for _, ticket := range tickets {
		if want, _ := book.Ticket(ticket.ID); want.Status != ticket.Status || want.Plate != ticket.Plate || !want.Status.Open() {
			t.Errorf("%+v\n%+v", ticket, want)
		}
	}
	found, known, err := s.Ticket(t.Context(), "p8", tickets[0].ID)
	if err != nil || !known || found.ID != tickets[0].ID {
		t.Errorf("%+v %v %v", found, known, err)
	}
	if _, known, err = s.Ticket(t.Context(), "p9", tickets[0].ID); known || err != nil {
		t.Errorf("a ticket of another location: %v %v", known, err)
	}
	hours, err := s.Hours(t.Context(), "", 20260601, 20260601)
	if err != nil || len(hours) == 0 {
		t.Errorf("%d hours, %v", len(hours), err)
	}
	var revenue int64
	for _, h := range hours {
		revenue += h.NetMinor()
	}
	payments, err := s.Payments(t.Context(), "p8", "")
	var paid int64
	for _, p := range payments {
		if p.AtMS < start.Truncate(24*time.Hour).AddDate(0, 0, 1).UnixMilli() {
			paid += p.AmountMinor
		}
	}
	if err != nil || paid != revenue || paid == 0 {
		t.Errorf("payments come to %d, hours to %d, %v", paid, revenue, err)
	}
}

func testAudit(t *testing.T, open opener) {
	s := open(t)
	for i, location := range []fact.LocationID{"p8", "p9"} {
		if err := s.Audit(t.Context(), store.AuditEntry{Location: location, AtMS: int64(i), Actor: "ann", Action: "revoke", Subject: "x"}); err != nil {
			t.Fatal(err)
		}
	}
	all, err := s.AuditLog(t.Context(), "", 10)
	if err != nil || len(all) != 2 || all[0].Location != "p9" {
		t.Errorf("%+v %v", all, err)
	}
	if one, err := s.AuditLog(t.Context(), "p8", 10); err != nil || len(one) != 1 {
		t.Errorf("%+v %v", one, err)
	}
}

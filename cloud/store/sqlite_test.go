package store_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"gatehouse/cloud/store"
	"gatehouse/cloud/store/pgtest"
	"gatehouse/sync/fact"
	"gatehouse/sync/factlog/disktest"
)

func openSQLite(dir string) opener {
	return func(t *testing.T) store.Store {
		t.Helper()
		s, err := store.OpenSQLite(t.Context(), dir, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		return s
	}
}

func TestSQLite(t *testing.T) {
	suite(t, func(t *testing.T) opener { return openSQLite(t.TempDir()) })
}

func TestALostDatabaseIsMadeAgainFromTheSegments(t *testing.T) {
	dir := t.TempDir()
	open := openSQLite(dir)
	s := open(t)
	g, a := newGateway("p8", 1), newAggregator(s)
	for range 4 {
		a.take(t, "p8", g.batch(t, 250))
	}
	epoch := s.Epoch()
	closeStore(t, s)
	for _, name := range []string{"ledger.db", "ledger.db-wal", "ledger.db-shm"} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	s = open(t)
	if digestOf(t, s, "p8") != g.book(time.UTC).Digest() {
		t.Error("the rows are others")
	}
	if s.Epoch() == epoch {
		t.Error("a store that was made again has its old epoch")
	}
	if _, acks := newAggregator(s).take(t, "p8", g.batch(t, 100)); acks[0].Marks[0].Applied != 1100 {
		t.Errorf("%+v", acks)
	}
}

// Whoever gives up on a store that has much to catch up with does not wait for all of it.
func TestAnOpenThatIsCalledOffEndsSoon(t *testing.T) {
	const batches, after = 300, 70 // some transactions of it
	dir := t.TempDir()
	open := openSQLite(dir)
	s := open(t)
	g, a := newGateway("p8", 1), newAggregator(s)
	for range batches {
		a.take(t, "p8", g.batch(t, 10))
	}
	closeStore(t, s)
	for _, name := range []string{"ledger.db", "ledger.db-wal", "ledger.db-shm"} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	asked := 0
	_, err := store.OpenSQLite(ctx, dir, func() time.Time { // once for each batch
		if asked++; asked == after {
			cancel()
		}
		return time.Now()
	})
	if !errors.Is(err, context.Canceled) || asked > after+2 {
		t.Errorf("it went on for %d batches after it was called off: %v", asked-after, err)
	}
	if digestOf(t, open(t), "p8") != g.book(time.UTC).Digest() {
		t.Error("the rows are not what the facts come to")
	}
}

// A disk that has lost the end of the segments, though it said that it was flushed: what comes afterwards takes new places, and
// outlives a crash before its rows.
func TestWhatFollowsADamagedTailOutlivesACrashToo(t *testing.T) {
	for _, keep := range []int64{0, 100, 5_000, 20_000} {
		dir := t.TempDir()
		open := openSQLite(dir)
		s := open(t)
		g, a := newGateway("p8", 1), newAggregator(s)
		for range 8 {
			a.take(t, "p8", g.batch(t, 250))
		}
		closeStore(t, s)
		if err := os.Truncate(filepath.Join(dir, "segments", "000000000001.seg"), keep); err != nil {
			t.Fatal(err)
		}
		s = open(t)
		closeStore(t, s) // its rows are in the file, and not in a journal beside it
		before, err := os.ReadFile(filepath.Join(dir, "ledger.db"))
		if err != nil {
			t.Fatal(err)
		}
		s = open(t)
		newAggregator(s).take(t, "p8", g.batch(t, 100))
		closeStore(t, s)
		if err := os.WriteFile(filepath.Join(dir, "ledger.db"), before, 0o600); err != nil { // the crash
			t.Fatal(err)
		}
		s = open(t)
		state, _, err := s.State(t.Context(), "p8")
		if err != nil || len(state.Lives) != 1 || state.Lives[0].Applied != 2_100 || digestOf(t, s, "p8") != g.book(time.UTC).Digest() {
			t.Errorf("cut at %d: %+v %v", keep, state.Lives, err)
		}
		closeStore(t, s)
	}
}

// Somebody changes a payment in the database's file: its rows are no longer what the signed batches come to.
func TestADamagedRowIsFoundAndMadeAgain(t *testing.T) {
	dir := t.TempDir()
	s := openSQLite(dir)(t)
	g, a := newGateway("p8", 1), newAggregator(s)
	a.take(t, "p8", g.batch(t, 250))
	for _, damage := range []string{`UPDATE payments SET amount = amount + 100`, `DELETE FROM tickets`, `DELETE FROM lives`} {
		if same, err := s.Verify(t.Context(), "p8"); err != nil || !same {
			t.Fatalf("sound rows differ: %v", err)
		}
		tamper(t, dir, damage)
		if same, err := s.Verify(t.Context(), "p8"); err != nil || same {
			t.Errorf("after %s the rows pass: %v", damage, err)
		}
		if err := s.Rebuild(t.Context(), "p8"); err != nil {
			t.Fatal(err)
		}
	}
	if digestOf(t, s, "p8") != g.book(time.UTC).Digest() {
		t.Error("the rows are not what the facts come to")
	}
}

// openFile opens a store's database beside the store.
func openFile(t *testing.T, dir string) *sql.DB {
	t.Helper()
	file, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "ledger.db")+"?_pragma=busy_timeout(10000)")
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// tamper changes rows behind a store's back.
func tamper(t *testing.T, dir, statement string) {
	t.Helper()
	file := openFile(t, dir)
	_, err := file.ExecContext(t.Context(), statement)
	if err = errors.Join(err, file.Close()); err != nil {
		t.Fatal(err)
	}
}

// hold keeps everybody else from writing rows until it is called off.
func hold(t *testing.T, dir string) (release func()) {
	t.Helper()
	file := openFile(t, dir)
	conn, err := file.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.ExecContext(t.Context(), "BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	return func() {
		t.Helper()
		if _, err := conn.ExecContext(t.Context(), "ROLLBACK"); err != nil {
			t.Error(err)
		}
		if err := errors.Join(conn.Close(), file.Close()); err != nil {
			t.Error(err)
		}
	}
}

// follow waits until the rows follow what is durable: on a slow disk others held the database for longer than one attempt waits.
func follow(t *testing.T, s store.Store, location fact.LocationID) {
	t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(100 * time.Millisecond) {
		_, err := s.Book(t.Context(), location)
		if err == nil {
			return
		}
		if time.Now().After(end) {
			t.Fatal(err)
		}
	}
}

func factsInRows(t *testing.T, dir string) (facts int) {
	t.Helper()
	file := openFile(t, dir)
	err := file.QueryRowContext(t.Context(), `SELECT SUM(facts) FROM locations`).Scan(&facts)
	if err = errors.Join(err, file.Close()); err != nil {
		t.Fatal(err)
	}
	return facts
}

// The power fails after batches of two locations were flushed and acknowledged, and before any of their rows was written.
func TestWhatIsAcknowledgedOutlivesACrashBeforeItsRows(t *testing.T) {
	dir := t.TempDir()
	s := openSQLite(dir)(t)
	g, other, a := newGateway("p8", 1), newGateway("p9", 2), newAggregator(s)
	a.take(t, "p8", g.batch(t, 100))
	digestOf(t, s, "p8") // waits for the rows
	release := hold(t, dir)
	var sent [][]byte
	for range 3 {
		sent = append(sent, g.batch(t, 100))
		if result, acks := a.take(t, "p8", sent[len(sent)-1]); result.Err != nil || acks[0].Marks[0].Applied != uint64(len(g.records)) {
			t.Fatalf("%+v %+v", result, acks)
		}
		a.take(t, "p9", other.batch(t, 100))
	}
	crashed := disktest.Copy(t, dir)
	release()
	follow(t, s, "p8")
	if rows := factsInRows(t, crashed); rows != 100 {
		t.Fatalf("rows of %d facts were written already: this crash is another", rows)
	}
	again := openSQLite(crashed)(t)
	if again.Epoch() != s.Epoch() || again.Restored() {
		t.Error("a store that lost nothing has another epoch")
	}
	for _, store := range []store.Store{s, again} {
		if digestOf(t, store, "p8") != g.book(time.UTC).Digest() || digestOf(t, store, "p9") != other.book(time.UTC).Digest() {
			t.Error("the rows are not what the facts come to")
		}
	}
	b := newAggregator(again)
	for _, message := range sent { // the acknowledgements were lost
		if _, acks := b.take(t, "p8", message); acks[0].Marks[0].Applied != 400 {
			t.Errorf("%+v", acks)
		}
	}
	if b.take(t, "p8", g.batch(t, 100)); digestOf(t, again, "p8") != g.book(time.UTC).Digest() {
		t.Error("repetitions after the crash were counted")
	}
	if same, err := again.Verify(t.Context(), "p8"); err != nil || !same {
		t.Errorf("the rows differ from the batches: %v", err)
	}
}

// The store is closed while rows are behind that can't be written, for as long as SQLite waits for whoever holds the database.
// It ends all the same, and what it took is folded when it is opened.
func TestAStoreEndsWithRowsBehind(t *testing.T) {
	pgtest.OnlyInIntegration(t)
	dir := t.TempDir()
	open := openSQLite(dir)
	s := open(t)
	g, a := newGateway("p8", 1), newAggregator(s)
	a.take(t, "p8", g.batch(t, 100))
	digestOf(t, s, "p8")
	release := hold(t, dir)
	for range 5 {
		if result, _ := a.take(t, "p8", g.batch(t, 100)); result.Err != nil {
			t.Fatal(result.Err)
		}
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Close() }()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(patience):
		t.Fatal("it does not end")
	}
	release()
	if rows := factsInRows(t, dir); rows != 100 {
		t.Fatalf("rows of %d facts were written: none was behind", rows)
	}
	if digestOf(t, open(t), "p8") != g.book(time.UTC).Digest() {
		t.Error("the rows are not what the facts come to")
	}
}

// Somebody else writes into the database, so that rows can't follow. Nothing more is taken, and a restart mends it.
func TestRowsThatCantFollowStopTheStoreAndLoseNothing(t *testing.T) {
	dir := t.TempDir()
	open := openSQLite(dir)
	s := open(t)
	g, a := newGateway("p8", 1), newAggregator(s)
	a.take(t, "p8", g.batch(t, 100))
	digestOf(t, s, "p8")
	tamper(t, dir, `UPDATE locations SET revision = revision + 7`)
	if result, _ := a.take(t, "p8", g.batch(t, 100)); result.Err != nil {
		t.Fatal(result.Err) // its batch is durable
	}
	if _, err := s.Book(t.Context(), "p8"); err == nil {
		t.Error("a read does not see what was committed before it")
	}
	if _, err := s.Commit(t.Context(), []store.Update{{Location: "p9"}}); err == nil {
		t.Error("the store takes more than its rows can follow")
	}
	closeStore(t, s)
	if s = open(t); digestOf(t, s, "p8") != g.book(time.UTC).Digest() {
		t.Error("the rows are not what the facts come to")
	}
}

func TestAnOlderDatabaseCatchesUpFromTheSegments(t *testing.T) {
	dir := t.TempDir()
	open := openSQLite(dir)
	s := open(t)
	g := newGateway("p8", 1)
	newAggregator(s).take(t, "p8", g.batch(t, 250))
	epoch := s.Epoch()
	closeStore(t, s)
	old := copyOf(t, filepath.Join(dir, "ledger.db"))

	s = open(t)
	newAggregator(s).take(t, "p8", g.batch(t, 250))
	closeStore(t, s)
	if err := os.WriteFile(filepath.Join(dir, "ledger.db"), old, 0o600); err != nil {
		t.Fatal(err)
	}
	s = open(t)
	if digestOf(t, s, "p8") != g.book(time.UTC).Digest() || s.Restored() || s.Epoch() != epoch {
		t.Error("what the segments held was lost")
	}
}

func TestAStoreRestoredFromABackupIsNoticedAndAsksForWhatItLost(t *testing.T) {
	dir := t.TempDir()
	open := openSQLite(dir)
	s := open(t)
	g := newGateway("p8", 1)
	newAggregator(s).take(t, "p8", g.batch(t, 250))
	epoch := s.Epoch()
	closeStore(t, s)
	backup := t.TempDir()
	if err := os.CopyFS(backup, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	witness := filepath.Join(dir, "witness")

	s = open(t)
	lost := g.batch(t, 250)
	newAggregator(s).take(t, "p8", lost)
	closeStore(t, s)
	seen := copyOf(t, witness)

	// The backup comes back; the witness stands outside of it.
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(dir, os.DirFS(backup)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(witness, seen, 0o600); err != nil {
		t.Fatal(err)
	}
	s = open(t)
	if !s.Restored() || s.Epoch() == epoch {
		t.Fatal("an older store was taken for the one that it was")
	}
	a := newAggregator(s)
	next := g.batch(t, 10)
	if _, acks := a.take(t, "p8", next); acks[0].Rewind.Seq != 251 || acks[0].Epoch == epoch {
		t.Errorf("%+v", acks)
	}
	a.take(t, "p8", lost)
	if digestOf(t, s, "p8") != g.book(time.UTC).Digest() {
		t.Error("the rows are not what the facts come to")
	}
	closeStore(t, s)
	if s = open(t); s.Restored() {
		t.Error("noticed twice")
	}
}

func TestOneProcessHoldsAFolder(t *testing.T) {
	dir := t.TempDir()
	openSQLite(dir)(t)
	if s, err := store.OpenSQLite(t.Context(), dir, time.Now); err == nil {
		_ = s.Close()
		t.Error("two hold one folder")
	}
}

func copyOf(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

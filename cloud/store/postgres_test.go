package store_test

import (
	"fmt"
	"net"
	"strconv"
	"sync"
	"testing"
	"time"

	"gatehouse/cloud/store"
	"gatehouse/cloud/store/pgtest"
	"gatehouse/sync/fact"
	"gatehouse/sync/mqtt/mosquitto"
	"gatehouse/tools/demo/cut"
)

func openPostgres(address, dir string) opener {
	return func(t *testing.T) store.Store {
		t.Helper()
		s, err := store.OpenPostgres(t.Context(), address, dir, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		return s
	}
}

func TestPostgreSQL(t *testing.T) {
	c := pgtest.New(t)
	c.Init(t)
	c.Start(t)
	databases := 0
	fresh := func(t *testing.T) opener {
		databases++
		name := fmt.Sprint("store", databases)
		c.SQL(t, "CREATE DATABASE "+name)
		return openPostgres(c.Address(name), t.TempDir())
	}
	suite(t, fresh)
	t.Run("several aggregators share the work", func(t *testing.T) {
		pgtest.OnlyInIntegration(t)
		testTogether(t, fresh(t))
	})
}

// A server that has started again finds the aggregators' idle connections dead. Nobody is told so who asks afterwards.
func TestAServerThatStartedAgainIsUsedAtOnce(t *testing.T) {
	c := pgtest.New(t)
	c.Init(t)
	stop := c.Start(t)
	c.SQL(t, "CREATE DATABASE again")
	s := openPostgres(c.Address("again"), t.TempDir())(t)
	const all = 6 // connections
	for range all {
		if _, err := s.Locations(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	stop()
	if _, err := s.Locations(t.Context()); err == nil {
		t.Error("a server that is gone answers")
	}
	c.Start(t)
	time.Sleep(1100 * time.Millisecond) // what was used a moment ago is used unasked
	for range all {
		if _, err := s.Locations(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

// testTogether has three aggregators take the same messages of four locations at once, in other orders.
func testTogether(t *testing.T, open opener) {
	gateways := map[fact.LocationID]*gateway{}
	messages := map[fact.LocationID][][]byte{}
	for i, id := range []fact.LocationID{"a", "b", "c", "d"} {
		gateways[id] = newGateway(id, uint64(i+1))
		for range 5 {
			messages[id] = append(messages[id], gateways[id].batch(t, 60))
		}
	}
	s := open(t)
	var group sync.WaitGroup
	for range 3 {
		a := newAggregator(open(t))
		group.Go(func() {
			for id, list := range messages {
				for _, message := range list {
					for attempt := 0; attempt < 50; attempt++ {
						if result, _ := a.take(t, id, message); result.Err == nil {
							break
						}
					}
				}
			}
		})
	}
	group.Wait()
	for id, g := range gateways {
		if digestOf(t, s, id) != g.book(time.UTC).Digest() {
			t.Errorf("%s: the rows are not what the facts come to", id)
		}
	}
}

func TestASynchronousStandbyMakesFactsStable(t *testing.T) {
	pgtest.OnlyInIntegration(t)
	primary := pgtest.New(t)
	primary.Init(t)
	primary.Start(t, "wal_level=replica", "max_wal_senders=4", "synchronous_standby_names=standby", "synchronous_commit=local")
	s := openPostgres(primary.Address("postgres"), t.TempDir())(t)
	g, a := newGateway("p8", 1), newAggregator(s)
	a.take(t, "p8", g.batch(t, 100))
	if stability, err := s.Stable(t.Context()); err != nil || !stability.Known || !stability.Behind {
		t.Fatalf("without the standby: %+v %v", stability, err)
	}

	standby := pgtest.New(t)
	standby.Port = 5433
	standby.Run(t, "pg_basebackup", "-D", standby.Data, "-R", "-X", "stream", "-c", "fast", "-d",
		fmt.Sprintf("host=%s port=%d user=gatehouse application_name=standby", primary.Socket, primary.Port))
	crash := standby.Start(t)
	a.take(t, "p8", g.batch(t, 100))
	for end := time.Now().Add(patience); ; time.Sleep(100 * time.Millisecond) {
		stability, err := s.Stable(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if !stability.Behind {
			break
		}
		if time.Now().After(end) {
			t.Fatal("the standby never caught up")
		}
	}

	// The primary is lost for good; the standby has all that was called stable.
	crash()
	standby.Start(t)
	standby.Run(t, "pg_ctl", "promote", "-w", "-D", standby.Data)
	second := openPostgres(standby.Address("postgres"), t.TempDir())(t)
	if digestOf(t, second, "p8") != g.book(time.UTC).Digest() {
		t.Error("the standby lacks what was stable")
	}
}

// The network before the server carries nothing more, and no connection ends: nobody waits for ever, and what comes afterwards
// is taken.
func TestASilentServerIsNoticed(t *testing.T) {
	pgtest.OnlyInIntegration(t)
	c := pgtest.New(t)
	c.Init(t)
	address := mosquitto.FreeAddress(t)
	_, port, _ := net.SplitHostPort(address)
	c.Port, _ = strconv.Atoi(port)
	c.Start(t, "listen_addresses=127.0.0.1")
	wire, err := cut.New(address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(wire.Close)
	_, way, _ := net.SplitHostPort(wire.Address())
	s := openPostgres("host=127.0.0.1 port="+way+" user=gatehouse dbname=postgres sslmode=disable", t.TempDir())(t)
	g, a := newGateway("p8", 1), newAggregator(s)
	if result, _ := a.take(t, "p8", g.batch(t, 100)); result.Err != nil {
		t.Fatal(result.Err)
	}
	wire.Silence(true)
	_, revision, _ := a.store.State(t.Context(), "p8")
	if revision != 0 {
		t.Fatal("a silent server answers")
	}
	if _, err := s.Commit(t.Context(), []store.Update{{Location: "p8", Revision: 1}}); err == nil {
		t.Fatal("a silent server commits")
	}
	wire.Silence(false)
	again := newAggregator(s)
	if result, _ := again.take(t, "p8", g.batch(t, 100)); result.Err != nil {
		t.Error(result.Err)
	}
	if digestOf(t, s, "p8") != g.book(time.UTC).Digest() {
		t.Error("the rows are not what the facts come to")
	}
	wire.Silence(true)
	ended := make(chan error, 1)
	go func() { ended <- s.Close() }()
	select {
	case <-ended: // with an error or without: nobody is there to hear the goodbye
	case <-time.After(patience):
		t.Error("it does not end")
	}
	wire.Set(true)
}

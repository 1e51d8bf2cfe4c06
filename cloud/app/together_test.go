package app_test

import (
	"context"
	"net"
	"sync"
	"testing"
	"time"

	"gatehouse/cloud/app"
	"gatehouse/cloud/app/apptest"
	"gatehouse/cloud/ledger"
	"gatehouse/cloud/store/pgtest"
	"gatehouse/sync/fact"
)

// Two aggregators share a database and a broker; one of them dies while facts flow.
func TestOfTwoAggregatorsOneMayDie(t *testing.T) {
	pgtest.OnlyInIntegration(t)
	database := pgtest.New(t)
	database.Init(t)
	database.Start(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	mosquitto(t, address)
	launch := func() *app.App {
		a, err := app.New(t.Context(), app.Options{
			Dir: t.TempDir(), Postgres: database.Address("postgres"), Broker: "tcp://" + address, TrustBroker: true,
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = a.Close() })
		if err := a.Start(); err != nil {
			t.Fatal(err)
		}
		return a
	}
	first, second := launch(), launch()
	ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
	defer cancel()
	var group sync.WaitGroup
	var gateways []*apptest.Gateway
	failures := make(chan error, 2)
	for i, id := range []fact.LocationID{"p8", "p9"} {
		g, err := apptest.New(id, uint64(i+1), 2_000, 50)
		if err != nil {
			t.Fatal(err)
		}
		g.Trust("main")
		gateways = append(gateways, g)
		group.Go(func() { failures <- g.Send(ctx, "tcp://"+address) })
	}
	time.Sleep(500 * time.Millisecond)
	if err := first.Close(); err != nil {
		t.Error(err)
	}
	group.Wait()
	for range gateways {
		if err := <-failures; err != nil {
			t.Fatal(err)
		}
	}
	for _, g := range gateways {
		if digest(t, second.Store(), g.Location) != want(g) {
			t.Errorf("%s: the rows are not what the facts come to", g.Location)
		}
	}
	catchesUp(t, second, 4_000)
}

// catchesUp waits until an aggregator's counters hold what another committed.
func catchesUp(t *testing.T, a *app.App, facts int64) {
	t.Helper()
	for attempt := 0; ; attempt++ {
		total := int64(0)
		a.Chain(func(c *ledger.Chain) {
			for _, s := range c.Summaries(time.Now().UnixMilli()) {
				total += s.Facts
			}
		})
		if total == facts {
			return
		}
		if attempt == 100 {
			t.Fatalf("%d facts in the counters", total)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

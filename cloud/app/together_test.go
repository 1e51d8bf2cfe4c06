package app_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/cloud/app"
	"gatehouse/cloud/app/apptest"
	"gatehouse/cloud/ledger"
	"gatehouse/cloud/store/pgtest"
	"gatehouse/sync/fact"
	"gatehouse/sync/mqtt/mosquitto"
)

// Two aggregators share a database and a broker; one of them dies while facts flow.
func TestOfTwoAggregatorsOneMayDie(t *testing.T) {
	pgtest.OnlyInIntegration(t)
	database := pgtest.New(t)
	database.Init(t)
	database.Start(t)
	address := mosquitto.FreeAddress(t)
	mosquitto.Start(t, address)
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

func TestASecondKeyOverOneDatabaseIsRefused(t *testing.T) {
	pgtest.OnlyInIntegration(t)
	database := pgtest.New(t)
	database.Init(t)
	database.Start(t)
	open := func(dir string) error {
		a, err := app.New(t.Context(), app.Options{Dir: dir, Postgres: database.Address("postgres"), Broker: "tcp://127.0.0.1:1"})
		if err == nil {
			err = a.Close()
		}
		return err
	}
	first, second := t.TempDir(), t.TempDir()
	if err := open(first); err != nil {
		t.Fatal(err)
	}
	if err := open(t.TempDir()); err == nil || !strings.Contains(err.Error(), "copy the folder authority") {
		t.Errorf("%v", err)
	}
	if err := os.CopyFS(filepath.Join(second, "authority"), os.DirFS(filepath.Join(first, "authority"))); err != nil {
		t.Fatal(err)
	}
	if err := open(second); err != nil {
		t.Error(err)
	}
}

// catchesUp waits until an aggregator's counters hold what another committed.
func catchesUp(t *testing.T, a *app.App, facts int64) {
	t.Helper()
	until(t, "the last of the facts", func() bool {
		total := int64(0)
		a.Chain(func(c *ledger.Chain) {
			for _, s := range c.Summaries(time.Now().UnixMilli()) {
				total += s.Facts
			}
		})
		return total == facts
	})
}

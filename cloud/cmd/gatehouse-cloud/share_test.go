package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"syscall"
	"testing"
	"time"

	"gatehouse/cloud/app/apptest"
	"gatehouse/cloud/ledger"
	"gatehouse/cloud/store"
	"gatehouse/cloud/store/pgtest"
	"gatehouse/sync/fact"
)

// Two programs share PostgreSQL, Mosquitto and the work. While facts flow, one of them, at random, is killed and started
// again, or paused for longer than the other waits and then let go on, as if nothing had happened.
func TestOfTwoProgramsOneIsKilledOrPausedAtAnyMoment(t *testing.T) {
	pgtest.OnlyInIntegration(t)
	database := pgtest.New(t)
	database.Init(t)
	database.Start(t)
	address := apptest.FreeAddress(t)
	apptest.Mosquitto(t, address)
	dirs := [2]string{t.TempDir(), t.TempDir()}
	start := func(i int) *process {
		return launch(t, "--data", dirs[i], "--listen", "127.0.0.1:0", "--postgres", database.Address("postgres"), "--broker", "tcp://"+address, "--trust-broker")
	}
	programs := [2]*process{start(0), start(1)}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	const lots, facts = 6, 8_000
	var gateways []*apptest.Gateway
	var sending sync.WaitGroup
	failures := make(chan error, lots)
	for i := range lots {
		g, err := apptest.New(fact.LocationID(fmt.Sprint("lot-", i)), uint64(i+1), facts, 20)
		if err != nil {
			t.Fatal(err)
		}
		g.Trust("main")
		g.Pause(30 * time.Millisecond) // so that it lasts
		gateways = append(gateways, g)
		sending.Go(func() { failures <- g.Send(ctx, "tcp://"+address) })
	}
	for trouble := range 4 {
		time.Sleep(time.Duration(500+rand.N(1_000)) * time.Millisecond)
		one := rand.N(len(programs))
		t.Log("trouble", trouble, "for", one)
		if trouble%2 == 0 {
			programs[one].kill()
			programs[one] = start(one)
			continue
		}
		pid := programs[one].command.Process.Pid
		if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
			t.Fatal(err)
		}
		time.Sleep(6 * time.Second) // the other has taken over
		if err := syscall.Kill(pid, syscall.SIGCONT); err != nil {
			t.Fatal(err)
		}
	}
	sending.Wait()
	for range lots {
		if err := <-failures; err != nil {
			t.Fatal(err)
		}
	}
	for i := range programs {
		programs[i].kill()
	}
	shared(t, database.Address("postgres"), gateways)
}

// shared compares what the database holds with what the gateways made.
func shared(t *testing.T, address string, gateways []*apptest.Gateway) {
	t.Helper()
	s, err := store.OpenPostgres(t.Context(), address, t.TempDir(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	locations, err := s.Locations(t.Context())
	if err != nil || len(locations) != len(gateways) {
		t.Fatalf("%d locations, %v", len(locations), err)
	}
	for i, g := range gateways {
		want := ledger.NewBook(time.UTC)
		want.Fold(g.Records)
		got, err := s.Book(t.Context(), g.Location)
		if err != nil {
			t.Fatal(err)
		}
		if got.Digest() != want.Digest() || locations[i].Facts != int64(len(g.Records)) {
			t.Errorf("%s: %d facts counted of %d, or other rows than they come to", g.Location, locations[i].Facts, len(g.Records))
		}
		if same, err := s.Verify(t.Context(), g.Location); err != nil || !same {
			t.Errorf("%s: its rows are not what its batches come to: %v", g.Location, err)
		}
	}
}

package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"gatehouse/cloud/app/apptest"
	"gatehouse/cloud/enrol"
	"gatehouse/cloud/ledger"
	"gatehouse/cloud/store"
	"gatehouse/cloud/store/pgtest"
	"gatehouse/sync/fact"
	"gatehouse/sync/mqtt/mosquitto"
)

// Two programs share PostgreSQL, Mosquitto and the work. While facts flow, one of them, at random, is killed and started
// again, or paused for longer than the other waits and then let go on, as if nothing had happened.
func TestOfTwoProgramsOneIsKilledOrPausedAtAnyMoment(t *testing.T) {
	pgtest.OnlyInIntegration(t)
	database := pgtest.New(t)
	database.Init(t)
	database.Start(t)
	address := mosquitto.FreeAddress(t)
	mosquitto.Start(t, address)
	dirs := [2]string{t.TempDir(), t.TempDir()}
	start := func(i int) *process {
		return launch(t, "--data", dirs[i], "--listen", "127.0.0.1:0", "--postgres", database.Address("postgres"), "--broker", "tcp://"+address, "--trust-broker")
	}
	programs := [2]*process{start(0), start(1)}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
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
	t.Log("sent", time.Now())
	shared(t, database.Address("postgres"), gateways)
}

// Three programs, each with its own broker, are one cluster over one database. One is killed while facts flow through the
// others.
func TestAClusterOfThreeProgramsOutlivesOne(t *testing.T) {
	pgtest.OnlyInIntegration(t)
	database := pgtest.New(t)
	database.Init(t)
	database.Start(t)
	authority := filepath.Join(t.TempDir(), "authority")
	if _, err := enrol.OpenAuthority(authority, time.Now()); err != nil {
		t.Fatal(err)
	}
	if _, err := enrol.SigningKey(authority); err != nil {
		t.Fatal(err)
	}
	routes := []string{mosquitto.FreeAddress(t), mosquitto.FreeAddress(t), mosquitto.FreeAddress(t)}
	var programs []*process
	for i, own := range routes {
		dir := t.TempDir()
		if err := os.CopyFS(filepath.Join(dir, "authority"), os.DirFS(authority)); err != nil {
			t.Fatal(err)
		}
		args := []string{"--data", dir, "--listen", "127.0.0.1:0", "--mqtt", "127.0.0.1:0", "--postgres", database.Address("postgres"), "--cluster-listen", own}
		for j, peer := range routes {
			if j != i {
				args = append(args, "--cluster-peer", peer)
			}
		}
		if i == 0 {
			args = append(args, "--enrol", "lot-0", "--enrol", "lot-1", "--enrol", "lot-2")
		}
		programs = append(programs, begin(t, args...))
	}
	for _, p := range programs {
		p.ready(t)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	var gateways []*apptest.Gateway
	for i := range 3 {
		location := fmt.Sprint("lot-", i)
		g, err := apptest.New(fact.LocationID(location), uint64(i+1), 2_000, 20)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := g.Enrol(ctx, programs[0].https, programs[0].codes[location]); err != nil {
			t.Fatal(err)
		}
		gateways = append(gateways, g)
	}
	if err := gateways[2].Send(ctx, programs[2].broker); err != nil { // the cluster works
		t.Fatal(err)
	}
	var sending sync.WaitGroup
	failures := make(chan error, 2)
	for i, g := range gateways[:2] { // one through each of the two that stay
		g.Pause(30 * time.Millisecond)
		sending.Go(func() { failures <- g.Send(ctx, programs[i].broker) })
	}
	time.Sleep(time.Second)
	programs[2].kill()
	sending.Wait()
	for range 2 {
		if err := <-failures; err != nil {
			t.Fatal(err)
		}
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

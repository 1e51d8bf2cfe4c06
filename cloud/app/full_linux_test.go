package app_test

import (
	"context"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"gatehouse/cloud/app/apptest"
	"gatehouse/cloud/store"
	"gatehouse/cloud/store/crashtest"
)

// smallDisk is a folder with so little room, on a disk of its own.
func smallDisk(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("gatehouse", dir, "tmpfs", 0, "size="+size); err != nil {
		if os.Getenv("GATEHOUSE_INTEGRATION") != "" && os.Getuid() == 0 {
			t.Fatal(err)
		}
		t.Skipf("no disk of its own for this test: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	return dir
}

// fill takes all the room that is left on a disk. The store gives room back that it has no use for, a segment's draft, say.
func fill(t *testing.T, name string) {
	t.Helper()
	ballast, err := os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer ballast.Close()
	block := make([]byte, 1<<20)
	_, _ = rand.Read(block) // it never fails
	for len(block) > 0 {
		if _, err = ballast.Write(block); err != nil {
			block = block[:len(block)/2] // what fits yet
		}
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
}

// While headquarters' disk is full nothing is acknowledged that a crash would take back. When there is room again, it goes on by
// itself.
func TestAFullDiskTakesNothingBack(t *testing.T) {
	disk := smallDisk(t, "96m")
	dir := filepath.Join(disk, "data")
	a := start(t, dir)
	ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
	defer cancel()
	g, broker := enrolled(t, a, "p8", 1, 20_000, 40)
	const early = 1_000 // facts that there is room for
	g.Limit(early)
	g.Pause(time.Millisecond)
	sent := make(chan error, 1)
	go func() { sent <- g.Send(ctx, broker) }()
	until(t, "the first acknowledgements", func() bool { return g.Acknowledged() == early })
	ballast := filepath.Join(disk, "ballast")
	fill(t, ballast)
	g.Limit(0)
	until(t, "the failure", func() bool {
		fill(t, ballast)
		return measure(t, a, "store_failures_total") > 2
	})
	if ready := get(t, a, "/readyz"); ready != "not ready: store\n" {
		t.Errorf("a full disk is called %q", ready)
	}
	acknowledged := g.Acknowledged()
	s, err := store.OpenSQLite(t.Context(), crashtest.Copy(t, filepath.Join(dir, "store")), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if has := has(t, s, g); has < acknowledged || acknowledged >= uint64(len(g.Records)) {
		t.Errorf("%d of %d facts were acknowledged, and after a crash there are %d", acknowledged, len(g.Records), has)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if err := <-sent; err != nil {
		t.Fatal(err)
	}
	if digest(t, a.Store(), g.Location) != want(g) {
		t.Error("the rows are not what the facts come to")
	}
	if ready := get(t, a, "/readyz"); ready != "ready\n" {
		t.Errorf("with room again it is %q", ready)
	}
}

// has is how many facts of a gateway a store has taken.
func has(t *testing.T, s store.Store, g *apptest.Gateway) uint64 {
	t.Helper()
	state, _, err := s.State(t.Context(), g.Location)
	if err != nil || len(state.Lives) != 1 {
		t.Fatalf("%+v %v", state, err)
	}
	return state.Lives[0].Applied
}

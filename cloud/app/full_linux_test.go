package app_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"gatehouse/cloud/app/apptest"
	"gatehouse/cloud/store"
	"gatehouse/sync/factlog/disktest"
)

// While headquarters' disk is full nothing is acknowledged that a crash would take back. When there is room again, it goes on by
// itself.
func TestAFullDiskTakesNothingBack(t *testing.T) {
	disk := disktest.Small(t, "96m")
	dir := filepath.Join(disk, "data")
	a := start(t, dir)
	g, broker := enrolled(t, a, "p8", 1, 8_000, 40)
	const early = 1_000 // facts that there is room for
	g.Limit(early)
	g.Pause(time.Millisecond)
	sent := make(chan error, 1)
	go func() { sent <- g.Send(t.Context(), broker) }()
	until(t, "the first acknowledgements", func() bool { return g.Acknowledged() == early })
	ballast := filepath.Join(disk, "ballast")
	disktest.Fill(t, ballast)
	g.Limit(0)
	until(t, "the failure", func() bool {
		disktest.Fill(t, ballast)
		return measure(t, a, "store_failures_total") > 2
	})
	if ready := get(t, a, "/readyz"); ready != "not ready: store\n" {
		t.Errorf("a full disk is called %q", ready)
	}
	acknowledged := g.Acknowledged()
	s, err := store.OpenSQLite(t.Context(), disktest.Copy(t, filepath.Join(dir, "store")), time.Now)
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

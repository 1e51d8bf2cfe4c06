package app_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/cloud/app"
	"gatehouse/cloud/app/apptest"
	"gatehouse/cloud/ledger"
	"gatehouse/cloud/store"
	"gatehouse/sync/fact"
	"gatehouse/sync/wire"
)

// patience is how long a test waits for what must come, on a machine with much else to do.
const patience = 3 * time.Minute

func start(t *testing.T, dir string) *app.App {
	t.Helper()
	a, err := app.New(t.Context(), app.Options{Dir: dir, Listen: "127.0.0.1:0", MQTT: "127.0.0.1:0", Open: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	if err := a.Start(); err != nil {
		t.Fatal(err)
	}
	return a
}

func enrolled(t *testing.T, a *app.App, location fact.LocationID, seed uint64, facts, batch int) (*apptest.Gateway, string) {
	t.Helper()
	g, err := apptest.New(location, seed, facts, batch)
	if err != nil {
		t.Fatal(err)
	}
	code, err := a.Registry().NewCode(t.Context(), string(location), "ann", false)
	if err != nil {
		t.Fatal(err)
	}
	broker, err := g.Enrol(t.Context(), a.Address(), code)
	if err != nil {
		t.Fatal(err)
	}
	return g, broker
}

func digest(t *testing.T, s store.Store, location fact.LocationID) [32]byte {
	t.Helper()
	book, err := s.Book(t.Context(), location)
	if err != nil {
		t.Fatal(err)
	}
	return book.Digest()
}

func want(g *apptest.Gateway) [32]byte {
	book := ledger.NewBook(time.UTC)
	book.Fold(g.Records)
	return book.Digest()
}

// says has a gateway say how it is until headquarters knows it.
func says(t *testing.T, a *app.App, g *apptest.Gateway, broker string, live wire.Live, path, text string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var serving sync.WaitGroup
	serving.Go(func() { _ = g.Serve(ctx, broker, live, func(wire.Message) []wire.Message { return nil }) })
	defer serving.Wait()
	defer cancel()
	for deadline := time.Now().Add(patience); !strings.Contains(get(t, a, path), text); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s does not come", text)
		}
	}
}

func TestAHistoryThatDiffersNeedsAPerson(t *testing.T) {
	a := start(t, t.TempDir())
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	g, broker := enrolled(t, a, "p8", 1, 300, 100)
	live := g.Live()
	live.Waiting, live.OldestMS = 299, 60_000 // said before the facts came
	if err := g.Send(ctx, broker); err != nil {
		t.Fatal(err)
	}
	says(t, a, g, broker, live, "/api/v1/locations/p8", `"history":"equal"`)
	if page := get(t, a, "/api/v1/locations/p8"); !strings.Contains(page, `"waiting":0,`) || strings.Contains(page, "history_differs") {
		t.Error(page)
	}
	live.Serial, live.Chain[7] = 2, live.Chain[7]^1
	says(t, a, g, broker, live, "/metrics", `gatehouse_cloud_location_history_differs{location="p8"} 1`)
	if page := get(t, a, "/api/v1/locations/p8"); !strings.Contains(page, `"history":"differs"`) || !strings.Contains(page, `"code":"history_differs"`) {
		t.Error(page)
	}
}

func TestFactsOfManyLocationsArriveOverTLS(t *testing.T) {
	a := start(t, t.TempDir())
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var gateways []*apptest.Gateway
	var group sync.WaitGroup
	failures := make(chan error, 8)
	for i := range 5 {
		g, broker := enrolled(t, a, fact.LocationID(fmt.Sprint("lot-", i)), uint64(i+1), 600, 100)
		gateways = append(gateways, g)
		group.Go(func() { failures <- g.Send(ctx, broker) })
	}
	group.Wait()
	close(failures)
	for err := range failures {
		if err != nil {
			t.Fatal(err)
		}
	}
	total := int64(0)
	for _, g := range gateways {
		if digest(t, a.Store(), g.Location) != want(g) {
			t.Errorf("%s: the rows are not what the facts come to", g.Location)
		}
	}
	a.Chain(func(c *ledger.Chain) {
		for _, s := range c.Summaries(time.Now().UnixMilli()) {
			total += s.Facts
		}
	})
	if total != 3000 {
		t.Errorf("%d facts counted", total)
	}
	if body := get(t, a, "/metrics"); !strings.Contains(body, "gatehouse_cloud_facts_total 3000") || !strings.Contains(body, "gatehouse_cloud_locations 5") {
		t.Error(body)
	}
	if body := get(t, a, "/readyz"); body != "ready\n" {
		t.Error(body)
	}
	if body := get(t, a, "/healthz?verbose"); !strings.Contains(body, `"status":"ok"`) || !strings.Contains(body, `"id":"store"`) {
		t.Error(body)
	}
}

func get(t *testing.T, a *app.App, path string) string {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: a.Authority().Pool()}}}
	defer client.CloseIdleConnections()
	response, err := client.Get("https://" + a.Address() + path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// A page that is open ends with headquarters, which does not wait for it, nor call that a failure.
func TestItEndsWhilePagesAreOpen(t *testing.T) {
	a := start(t, t.TempDir())
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: a.Authority().Pool()}}}
	defer client.CloseIdleConnections()
	response, err := client.Get("https://" + a.Address() + "/api/v1/events")
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatal(response, err)
	}
	defer response.Body.Close()
	if err := a.Close(); err != nil {
		t.Error(err)
	}
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		t.Errorf("the stream broke off: %v", err)
	}
}

func TestARevokedGatewayIsHeardNoMore(t *testing.T) {
	a := start(t, t.TempDir())
	g, broker := enrolled(t, a, "p8", 1, 300, 100)
	devices := a.Registry().Devices()
	if err := a.Registry().Revoke(t.Context(), devices[0].Fingerprint, "ann", "stolen"); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	if err := g.Send(ctx, broker); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a revoked gateway sent its facts: %v", err)
	}
	if locations, err := a.Store().Locations(t.Context()); err != nil || len(locations) != 0 {
		t.Errorf("%+v %v", locations, err)
	}
	block, _ := pem.Decode([]byte(get(t, a, "/v1/revoked.pem")))
	if block == nil {
		t.Fatal("no list of revoked certificates")
	}
	list, err := x509.ParseRevocationList(block.Bytes)
	if err != nil || len(list.RevokedCertificateEntries) != 1 || list.RevokedCertificateEntries[0].SerialNumber.Text(16) != devices[0].Serial {
		t.Errorf("other brokers are told %+v: %v", list, err)
	}
}

func TestARestartedAggregatorGoesOn(t *testing.T) {
	dir := t.TempDir()
	a := start(t, dir)
	g, broker := enrolled(t, a, "p8", 1, 500, 100)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := g.Send(ctx, broker); err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	a = start(t, dir)
	if err := g.Send(ctx, a.BrokerURL()); err != nil {
		t.Fatal(err)
	}
	if digest(t, a.Store(), "p8") != want(g) {
		t.Error("the rows are not what the facts come to")
	}
	if err := a.SetLocation(ledger.Location{ID: "p8", Name: "Eight", Currency: "EUR"}, "Europe/Berlin"); err != nil {
		t.Fatal(err)
	}
	a.Chain(func(c *ledger.Chain) {
		if s, ok := c.Summary("p8", time.Now().UnixMilli()); !ok || s.Name != "Eight" || s.Zone.String() != "Europe/Berlin" || s.Facts != 500 {
			t.Errorf("%+v", s)
		}
	})
}

// hasBackup reports whether a whole backup is there, as one is soon after the start.
func hasBackup(t *testing.T, folder string) bool {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(folder, "*[0-9]")) // what is being made has another ending
	if err != nil {
		t.Fatal(err)
	}
	return len(names) > 0
}

// What is applied becomes stable when a backup holds it, and a data folder that is made of the backup goes on from there.
func TestABackupMakesFactsStableAndCanBeRestored(t *testing.T) {
	dir, backups := t.TempDir(), t.TempDir()
	open := func(dir, backup string) *app.App {
		a, err := app.New(t.Context(), app.Options{
			Dir: dir, Listen: "127.0.0.1:0", MQTT: "127.0.0.1:0", Open: true, Backup: backup, BackupEvery: time.Hour,
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
	stable := func(a *app.App) (applied, stable uint64) {
		state, _, err := a.Store().State(t.Context(), "p8")
		if err != nil || len(state.Lives) != 1 {
			t.Fatalf("%+v %v", state, err)
		}
		return state.Lives[0].Applied, state.Lives[0].Stable
	}
	a := open(dir, backups)
	until(t, "the backup of the start", func() bool { return hasBackup(t, backups) })
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	g, broker := enrolled(t, a, "p8", 1, 600, 100)
	if err := g.Send(ctx, broker); err != nil {
		t.Fatal(err)
	}
	if applied, stable := stable(a); applied != 600 || stable != 0 {
		t.Errorf("%d applied, %d stable without a backup that holds them", applied, stable)
	}
	var names []string
	for range 3 {
		name, err := a.Backup(ctx)
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	for at := uint64(0); at != 600; time.Sleep(10 * time.Millisecond) {
		if _, at = stable(a); ctx.Err() != nil {
			t.Fatalf("%d stable after the backup", at)
		}
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	if kept, err := os.ReadDir(backups); err != nil || len(kept) != 2 || filepath.Join(backups, kept[1].Name()) != names[2] {
		t.Errorf("%v %v", kept, err)
	}
	restored := t.TempDir()
	if err := os.CopyFS(restored, os.DirFS(names[2])); err != nil {
		t.Fatal(err)
	}
	b := open(restored, "")
	if digest(t, b.Store(), "p8") != want(g) || !b.Store().Restored() || b.Store().Epoch() == a.Store().Epoch() {
		t.Error("the backup does not know that it is one, or holds something else")
	}
	if len(b.Registry().Devices()) != 1 {
		t.Error("the gateway would have to enrol again")
	}
}

package cameratest

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"gatehouse/drivers"
)

// patience is how long a test on real sockets waits before it fails. Nothing is timed by it.
const patience = 20 * time.Second

// TestAsked checks a camera that is asked for its events, over TLS with a certificate of its own. The settings have user and
// password, and tell makes peer tell its n-th event.
func TestAsked(t *testing.T, driver drivers.Driver, settings drivers.Settings, peer http.Handler, tell func(n int)) {
	server := httptest.NewTLSServer(peer)
	defer server.Close()
	asked := drivers.Settings{"address": server.URL, "certificate_sha256": fmt.Sprintf("%x", sha256.Sum256(server.Certificate().Raw))}
	maps.Copy(asked, settings)
	device, err := driver.Make(nil, asked)
	if err != nil {
		t.Fatal(err)
	}
	reads, ended, cancel := watch(device)
	for n := range 3 {
		tell(n)
		select {
		case read := <-reads:
			if read.Raw == "" || read.GatewayMS == 0 {
				t.Errorf("read %+v", read)
			}
		case err := <-ended:
			t.Fatalf("it ended with %v", err)
		case <-time.After(patience):
			t.Fatal("an event that the camera told did not come")
		}
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled, it ended with %v", err)
	}
	testLost(t, driver, asked, server, tell)
}

// testLost checks wrong passwords, and cameras that are away.
func testLost(t *testing.T, driver drivers.Driver, asked drivers.Settings, server *httptest.Server, tell func(n int)) {
	wrong := maps.Clone(asked)
	wrong["password"] = "wrong"
	device, _ := driver.Make(nil, wrong)
	if err := device.(drivers.Camera).See(context.Background(), func(drivers.PlateRead) {}); !errors.Is(err, drivers.ErrOffline) {
		t.Errorf("a wrong password: %v", err)
	}
	device, _ = driver.Make(nil, asked)
	reads, ended, cancel := watch(device)
	defer cancel()
	// The peer may not have noticed yet that the last connection ended, and tell it one event more.
	tell(3)
	select {
	case <-reads:
	case <-time.After(patience / 10):
		tell(4)
		select {
		case <-reads:
		case <-time.After(patience):
			t.Error("an event after a new beginning did not come")
		}
	}
	server.CloseClientConnections()
	server.Close()
	select {
	case err := <-ended:
		if !errors.Is(err, drivers.ErrOffline) {
			t.Errorf("the camera is away: %v", err)
		}
	case <-time.After(patience):
		t.Error("it did not notice that the camera is away")
	}
}

func watch(device any) (<-chan drivers.PlateRead, <-chan error, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	reads, ended := make(chan drivers.PlateRead, 16), make(chan error, 1)
	go func() {
		ended <- device.(drivers.Camera).See(ctx, func(read drivers.PlateRead) { reads <- read })
	}()
	return reads, ended, cancel
}

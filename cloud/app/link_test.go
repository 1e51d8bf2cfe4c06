package app_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/cloud/app"
	"gatehouse/sync/mqtt"
	"gatehouse/sync/mqtt/mosquitto"
	"gatehouse/sync/wire"
)

// until waits for what must come.
func until(t *testing.T, what string, come func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !come(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal(what + " does not come")
		}
	}
}

// measure is one of the aggregator's own numbers.
func measure(t *testing.T, a *app.App, name string) int {
	t.Helper()
	_, after, _ := strings.Cut(get(t, a, "/metrics"), "\ngatehouse_cloud_"+name+" ")
	text, _, _ := strings.Cut(after, "\n")
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return int(n)
}

// Somebody else's broker carries words under 60,000 names that nobody enrolled. They are counted and nothing is kept of them:
// a gateway that enrolled is seen as before.
func TestInventedNamesKeepNoGatewayOut(t *testing.T) {
	const names, burst = 60_000, 2_000 // a burst fits into the client's queue
	address := mosquitto.FreeAddress(t)
	mosquitto.Start(t, address)
	a, err := app.New(t.Context(), app.Options{Dir: t.TempDir(), Listen: "127.0.0.1:0", Broker: "tcp://" + address, Open: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	if err := a.Start(); err != nil {
		t.Fatal(err)
	}
	until(t, "the broker", func() bool { return get(t, a, "/readyz") == "ready\n" })
	up := make(chan struct{}, 1)
	intruder, err := mqtt.Dial(mqtt.Options{Broker: "tcp://" + address, ClientID: "intruder", Up: func(*mqtt.Client) { up <- struct{}{} }})
	if err != nil {
		t.Fatal(err)
	}
	defer intruder.Close()
	<-up
	for sent := 0; sent < names; {
		for range burst {
			sent++
			word := mqtt.Message{Topic: mqtt.Topic("main", fmt.Sprint("invented-", sent), mqtt.KindState), Payload: []byte("online")}
			if err := intruder.Publish(t.Context(), word); err != nil {
				t.Fatal(err)
			}
		}
		until(t, "the flood", func() bool { return measure(t, a, "received_total") >= sent })
	}
	if link := a.Link("invented-1"); link.SinceMS != 0 {
		t.Errorf("an invented name is kept: %+v", link)
	}
	if strange := measure(t, a, "strange_total"); strange < names {
		t.Errorf("%d of %d words counted as strange", strange, names)
	}
	g, _ := enrolled(t, a, "p8", 1, 10, 10)
	ctx, cancel := context.WithCancel(t.Context())
	var serving sync.WaitGroup
	defer serving.Wait()
	defer cancel()
	serving.Go(func() { _ = g.Serve(ctx, "tcp://"+address, g.Live(), func(wire.Message) []wire.Message { return nil }) })
	until(t, "the gateway", func() bool { return a.Link(g.Location).Online })
}

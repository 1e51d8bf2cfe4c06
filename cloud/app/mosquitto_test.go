package app_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"gatehouse/cloud/app"
	"gatehouse/cloud/app/apptest"
	"gatehouse/sync/mqtt/mosquitto"
)

func TestAnyBrokerCarriesFactsAndMayDieMeanwhile(t *testing.T) {
	address := mosquitto.FreeAddress(t)
	broker := mosquitto.Start(t, address)
	a, err := app.New(t.Context(), app.Options{Dir: t.TempDir(), Broker: "tcp://" + address, TrustBroker: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	if err := a.Start(); err != nil {
		t.Fatal(err)
	}
	g, err := apptest.New("p8", 1, 3_000, 50)
	if err != nil {
		t.Fatal(err)
	}
	g.Trust("main")
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var group sync.WaitGroup
	var failure error
	group.Go(func() { failure = g.Send(ctx, "tcp://"+address) })
	for range 2 {
		time.Sleep(300 * time.Millisecond)
		_ = broker.Process.Kill()
		_ = broker.Wait()
		broker = mosquitto.Start(t, address)
	}
	group.Wait()
	if failure != nil {
		t.Fatal(failure)
	}
	if digest(t, a.Store(), "p8") != want(g) {
		t.Error("the rows are not what the facts come to")
	}
}

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"gatehouse/cloud/app"
	"gatehouse/cloud/app/apptest"
	"gatehouse/cloud/ledger"
	"gatehouse/sync/fact"
)

const (
	locations = 8
	// peakPerSecond is the true peak of a chain of a million spots: 8 million entries and exits a day.
	peakPerSecond = 417
)

// wholePath measures facts a second from gateways until all are acknowledged and in rows and counters: MQTT over TLS 1.3 through
// the embedded broker, signature, chain, segments and SQLite flushed. Gateways, broker and headquarters share this process and
// its cores; the gateways' batches are packed ahead.
func wholePath(folder string, facts, rounds int) ([]row, error) {
	var rates []float64
	for round := range rounds {
		rate, err := onePath(filepath.Join(folder, fmt.Sprint("path", round)), facts)
		if err != nil {
			return nil, err
		}
		rates = append(rates, rate)
	}
	slices.Sort(rates)
	median := rates[len(rates)/2]
	r := row{
		What: fmt.Sprintf("facts acknowledged and counted, %d gateways, TLS, durable", locations), Value: median, Unit: "/s",
		Peer: "peak of a million spots", PeerValue: peakPerSecond, Ratio: median / peakPerSecond,
	}
	return []row{r.atLeast(42_000)}, nil
}

func onePath(dir string, facts int) (rate float64, err error) {
	a, err := app.New(context.Background(), app.Options{Dir: dir, Listen: "127.0.0.1:0", MQTT: "127.0.0.1:0"})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, a.Close(), os.RemoveAll(dir)) }()
	if err := a.Start(); err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	gateways := make([]*apptest.Gateway, locations)
	address := ""
	for i := range gateways {
		id := fact.LocationID(fmt.Sprint("lot-", i))
		if gateways[i], err = apptest.New(id, uint64(i+1), facts, 1_000); err != nil {
			return 0, err
		}
		code, err := a.Registry().NewCode(ctx, string(id), "bench", false)
		if err != nil {
			return 0, err
		}
		if address, err = gateways[i].Enrol(ctx, a.Address(), code); err != nil {
			return 0, err
		}
		if _, err := gateways[i].Messages(); err != nil {
			return 0, err
		}
	}
	var group sync.WaitGroup
	failures := make([]error, locations)
	began := time.Now()
	for i, g := range gateways {
		group.Go(func() { failures[i] = g.Send(ctx, address) })
	}
	group.Wait()
	if _, err := a.Store().Locations(ctx); err != nil { // returns when the rows hold all that was acknowledged
		return 0, err
	}
	took := time.Since(began)
	counted := int64(0)
	a.Chain(func(c *ledger.Chain) {
		for _, s := range c.Summaries(began.UnixMilli()) {
			counted += s.Facts
		}
	})
	if want := int64(locations * facts); counted != want && errors.Join(failures...) == nil {
		return 0, fmt.Errorf("%d of %d facts were counted", counted, want)
	}
	return float64(locations*facts) / took.Seconds(), errors.Join(failures...)
}

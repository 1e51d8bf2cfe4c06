package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"sync"
	"time"

	"gatehouse/sync/fact"
	"gatehouse/sync/traffic"
	"gatehouse/sync/uplink"
	"gatehouse/sync/uplink/identity"
	"gatehouse/sync/wire"
)

const (
	lots        = 500
	spotsPerLot = 2_000
	// factsADay are a lot's on a busy day: 8,000 entries and exits, with payments and changes of spots.
	factsADay = 24_000
)

func lotID(i int) fact.LocationID { return fact.LocationID(fmt.Sprintf("lot-%03d", i)) }

// fleet is gateways with facts that wait: the product's uplinks, each with a certificate and a session of its own, over a log
// in memory.
type fleet struct {
	hq    *headquarters
	links []*uplink.Uplink
	facts int // of each
	stop  context.CancelFunc
	ended sync.WaitGroup
}

// newFleet enrols gateways and gives each some facts. None is connected yet.
func newFleet(dir string, hq *headquarters, facts int) (*fleet, error) {
	f := &fleet{hq: hq, facts: facts, links: make([]*uplink.Uplink, len(hq.Codes))}
	failures := make([]error, len(f.links))
	var enrolling sync.WaitGroup
	slots := make(chan struct{}, 4)
	for i := range f.links {
		slots <- struct{}{}
		enrolling.Go(func() {
			f.links[i], failures[i] = f.newLink(filepath.Join(dir, string(lotID(i))), i)
			<-slots
		})
	}
	enrolling.Wait()
	return f, errors.Join(failures...)
}

func (f *fleet) newLink(dir string, i int) (*uplink.Uplink, error) {
	outcome, err := identity.Enrol(context.Background(), identity.Enrolment{
		Dir: filepath.Join(dir, "identity"), URL: "https://" + f.hq.Address, Code: f.hq.Codes[i],
	})
	if err != nil {
		return nil, err
	}
	log, err := newMemoryLog(lotID(i), uint64(i+1), f.facts)
	if err != nil {
		return nil, err
	}
	who := outcome.Identity
	return uplink.New(uplink.Options{
		Location: lotID(i), Chain: who.Headquarters().Chain, Broker: who.Headquarters().Broker,
		TLS: who.TLS(), Signer: who, Keys: who.Keys(), Log: log, Dir: filepath.Join(dir, "uplink"), Program: "bench",
		Incarnation: log.incarnation, Live: func(context.Context) (wire.Live, error) { return liveOf(i), nil },
		Backoff: 500 * time.Millisecond, BackoffMax: 5 * time.Second, // as gateway/app has them
	})
}

// liveOf is a car park whose spots change while it is looked at.
func liveOf(i int) wire.Live {
	m := wire.Live{}
	second := int(time.Now().Unix())
	for _, t := range fact.SpotTypes() {
		occupied := uint32((second*13 + i) % (spotsPerLot / 5))
		m.Types = append(m.Types, wire.LiveType{Type: t, Total: spotsPerLot / 5, Occupied: occupied, Available: spotsPerLot/5 - occupied})
	}
	return m
}

// connect has all gateways connect at once, and returns when headquarters has all their facts, stably.
func (f *fleet) connect() (time.Duration, error) {
	ctx, stop := context.WithCancel(context.Background())
	f.stop = stop
	began := time.Now()
	for _, link := range f.links {
		f.ended.Go(func() { _ = link.Run(ctx) }) // its options were good enough for New
	}
	for _, link := range f.links {
		for s := link.Status(); !s.Synced || s.Unstable > 0 || s.Applied < uint64(f.facts); s = link.Status() {
			if time.Since(began) > timeout {
				return 0, fmt.Errorf("after %v: %+v", timeout, s)
			}
			time.Sleep(5 * time.Millisecond)
		}
	}
	return time.Since(began), nil
}

// change has every gateway say each second how it is, until ctx ends.
func (f *fleet) change(ctx context.Context) {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		for _, link := range f.links {
			link.Changed()
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

func (f *fleet) close() {
	if f.stop != nil {
		f.stop()
	}
	f.ended.Wait()
}

// measureFleet measures headquarters, in a process of its own, with 500 gateways connected, all of which have something new to
// say each second: its memory, what of a core it takes, and its page over a million spots meanwhile. Before that they all
// come back at once from an outage: a day's facts would take as many times longer as there are more of them.
func measureFleet(o options) (rows []row, err error) {
	count, facts := o.scale(lots, 20), o.scale(factsADay/20, 48)
	hq, err := startHeadquarters(filepath.Join(o.folder, "fleet"), count)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, hq.close()) }()
	f, err := newFleet(filepath.Join(o.folder, "gateways"), hq, facts)
	if err != nil {
		return nil, err
	}
	defer f.close()
	took, err := f.connect()
	if err != nil {
		return nil, err
	}
	rate := float64(count*facts) / took.Seconds()
	drained := row{
		What: fmt.Sprintf("%d lots drain a day offline, %d facts each", lots, factsADay), Value: lots * factsADay / rate / 60, Unit: "min",
		Note: fmt.Sprintf("scaled: %d gateways back at once with %d facts each took %.1f s, %.0f facts a second", count, facts, took.Seconds(), rate),
	}
	connected, err := f.live(o)
	return append([]row{drained.atMost(10)}, connected...), err
}

// live measures while all gateways are connected and change.
func (f *fleet) live(o options) ([]row, error) {
	ctx, stop := context.WithCancel(context.Background())
	var changing sync.WaitGroup
	changing.Go(func() { f.change(ctx) })
	defer changing.Wait()
	defer stop()
	time.Sleep(2 * time.Second) // what the outage cost is past
	before, err := f.hq.used()
	if err != nil {
		return nil, err
	}
	began := time.Now()
	time.Sleep(time.Duration(o.scale(8, 2)) * time.Second)
	after, err := f.hq.used()
	if err != nil {
		return nil, err
	}
	percent := 100 * (after - before).Seconds() / time.Since(began).Seconds()
	memory, err := f.hq.residentMB()
	if err != nil {
		return nil, err
	}
	page, err := f.page(o.scale(1_000, 50))
	if err != nil {
		return nil, err
	}
	name := fmt.Sprintf("%d connected gateways, each with news each second", len(f.links))
	return []row{
		{What: name + ": memory of headquarters", Value: memory, Unit: "MB"},
		{What: name + ": of one core", Value: percent, Unit: "%"},
		row{What: "headquarters' page over 1,000,000 spots meanwhile, HTTPS, p99", Value: percentile(page, 99), Unit: "ms", Note: fmt.Sprintf("p50 %.1f ms", percentile(page, 50))}.atMost(20),
	}, nil
}

// page asks for headquarters' page again and again, on one connection, as a browser does.
func (f *fleet) page(times int) (took []float64, err error) {
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}, Timeout: timeout}
	defer client.CloseIdleConnections()
	for range times {
		began := time.Now()
		response, err := client.Get("https://" + f.hq.Address + "/")
		if err != nil {
			return nil, err
		}
		size, err := io.Copy(io.Discard, response.Body)
		if err := errors.Join(err, response.Body.Close()); err != nil {
			return nil, err
		}
		if response.StatusCode != http.StatusOK || size == 0 {
			return nil, fmt.Errorf("the page: %s, %d bytes", response.Status, size)
		}
		took = append(took, ms(time.Since(began)))
	}
	return took, nil
}

// memoryLog is a gateway's log in memory, which does not change.
type memoryLog struct {
	incarnation fact.Incarnation
	payloads    [][]byte
	hashes      []wire.Hash // before each, and after the last
}

func newMemoryLog(location fact.LocationID, seed uint64, facts int) (*memoryLog, error) {
	l := &memoryLog{incarnation: fact.NewIncarnation(morningMS, uint16(seed)), hashes: make([]wire.Hash, 1, facts+1)}
	lot := traffic.New(traffic.Options{Location: location, Seed: seed, Spots: spotsPerLot, PerDay: 8_000, StartMS: morningMS})
	for record := lot.Start(l.incarnation, morningMS, fact.Dot{}, [32]byte{}); len(l.payloads) < facts; record = lot.Next() {
		payload, err := wire.EncodeRecord(nil, record)
		if err != nil {
			return nil, err
		}
		l.payloads = append(l.payloads, payload)
		l.hashes = append(l.hashes, l.hashes[len(l.hashes)-1].Next(payload))
	}
	return l, nil
}

// Read visits the facts from a position on.
func (l *memoryLog) Read(ctx context.Context, from uint64, visit func(uplink.Fact) bool) error {
	for at := max(from, 1); at <= uint64(len(l.payloads)) && ctx.Err() == nil; at++ {
		if !visit(uplink.Fact{Position: at, Payload: l.payloads[at-1], Hash: l.hashes[at], Before: l.hashes[at-1], Proven: true}) {
			return nil
		}
	}
	return ctx.Err()
}

// Trim keeps everything.
func (l *memoryLog) Trim(uint64) error { return nil }

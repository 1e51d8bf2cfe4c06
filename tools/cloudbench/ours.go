package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gatehouse/cloud/app"
	"gatehouse/cloud/ledger"
	"gatehouse/sync/factlog"
	"gatehouse/sync/uplink"
	"gatehouse/sync/uplink/identity"
	"gatehouse/tools/demo/cut"
)

// ours is a gateway's log with its uplink, a network to cut, and headquarters: the product's code on both sides, TLS 1.3
// with client certificates between them, and a disk each.
type ours struct {
	hq      *app.App
	network *cut.Wire
	log     *factlog.Log
	who     *identity.Identity
	dir     string
}

func newOurs(ctx context.Context, dir string, raw [][]byte) (o *ours, err error) {
	o = &ours{dir: dir}
	defer func() {
		if err != nil {
			err = errors.Join(err, o.close())
		}
	}()
	if o.hq, err = app.New(ctx, app.Options{Dir: filepath.Join(dir, "hq"), Listen: "127.0.0.1:0", MQTT: "127.0.0.1:0"}); err != nil {
		return o, err
	}
	if err := o.hq.Start(); err != nil {
		return o, err
	}
	if o.network, err = cut.New(strings.TrimPrefix(o.hq.BrokerURL(), "tls://")); err != nil {
		return o, err
	}
	o.network.Set(true)
	code, err := o.hq.Registry().NewCode(ctx, string(benchLocation), "bench", false)
	if err != nil {
		return o, err
	}
	outcome, err := identity.Enrol(ctx, identity.Enrolment{
		Dir: filepath.Join(dir, "identity"), URL: "https://" + o.hq.Address(), Code: code, Authority: o.hq.Authority().PEM(),
	})
	if err != nil {
		return o, err
	}
	o.who = outcome.Identity
	return o, o.fill(raw)
}

// fill makes the facts durable in the log.
func (o *ours) fill(raw [][]byte) (err error) {
	dir := filepath.Join(o.dir, "log")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if o.log, _, err = factlog.Open(factlog.OSDisk{}, dir, factlog.Options{}); err != nil {
		return err
	}
	const together = 1_000
	for chunk := range slices.Chunk(raw, together) {
		for _, data := range chunk {
			if _, err := o.log.Append(data); err != nil {
				return err
			}
		}
		if err := o.log.Flush(); err != nil {
			return err
		}
		for ready := false; !ready; {
			if ready, err = o.log.Prepare(); err != nil {
				return err
			}
		}
	}
	return nil
}

// Read visits durable facts, as a gateway's journal does.
func (o *ours) Read(ctx context.Context, from uint64, visit func(uplink.Fact) bool) error {
	enough := errors.New("enough")
	err := o.log.ReadLinks(factlog.Index(from), func(link factlog.Link) error {
		f := uplink.Fact{
			Position: uint64(link.Index), Payload: link.Payload, Hash: [32]byte(link.Hash), Before: [32]byte(link.Before), Proven: link.Proven,
		}
		if !visit(f) {
			return enough
		}
		return ctx.Err()
	})
	if errors.Is(err, enough) {
		return nil
	}
	return err
}

// Trim gives up facts.
func (o *ours) Trim(through uint64) error { return o.log.Trim(factlog.Index(through)) }

// applied is how many facts headquarters has counted durably.
func (o *ours) applied() (facts int) {
	o.hq.Chain(func(c *ledger.Chain) {
		for _, s := range c.Summaries(time.Now().UnixMilli()) {
			facts += int(s.Facts)
		}
	})
	return facts
}

// catchUp lets the facts wait for as long as the outage lasts, and measures from the network's return until headquarters has
// them all, stably, and the log has given them up. (A real gateway may, at that moment, and keeps them for 30 days all the same.)
func (o *ours) catchUp(outage time.Duration, facts int) (h healed, err error) {
	link, err := uplink.New(uplink.Options{
		Location: benchLocation, Chain: o.who.Headquarters().Chain, Broker: "tls://" + o.network.Address(),
		TLS: o.who.TLS(), Signer: o.who, Keys: o.who.Keys(), Log: o, Dir: filepath.Join(o.dir, "uplink"), Program: "bench",
		Backoff: 500 * time.Millisecond, BackoffMax: 5 * time.Second, // as gateway/app has them
	})
	if err != nil {
		return h, err
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- link.Run(ctx) }()
	defer func() {
		stop()
		err = errors.Join(err, <-ended)
	}()
	time.Sleep(outage)
	began := time.Now()
	h, err = heal(o.network, o.applied, func() (bool, error) {
		s := link.Status()
		if !s.Synced || s.Applied < uint64(facts) || s.Unstable > 0 {
			return false, nil
		}
		return true, o.Trim(uint64(facts))
	})
	if err != nil {
		return h, err
	}
	if _, err := o.hq.Store().Locations(ctx); err != nil { // a read sees all that was committed before it
		return h, err
	}
	h.counted = time.Since(began)
	if counted := o.applied(); counted != facts {
		return h, fmt.Errorf("%d of %d facts were counted", counted, facts)
	}
	return h, nil
}

func (o *ours) close() error {
	var errs []error
	if o.network != nil {
		o.network.Close()
	}
	if o.log != nil {
		errs = append(errs, o.log.Close())
	}
	if o.hq != nil {
		errs = append(errs, o.hq.Close())
	}
	return errors.Join(errs...)
}

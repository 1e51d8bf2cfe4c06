package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"
)

// timeout is more than any measurement takes.
const timeout = 5 * time.Minute

// outage is how long the network is away: long enough for a peer's pauses between attempts to have grown.
func (o options) outage() time.Duration {
	if o.quick {
		return time.Second
	}
	return 12 * time.Second
}

// caughtUp is what all sides did on the same facts.
type caughtUp struct {
	facts          int
	ours           []healed
	bridge, mirror healed // zero: not here
	mirrorDurable  time.Duration
}

// measureSync measures a gateway's uplink against what is there to buy, on the same facts in the same run: what they cost on
// the wire (counted by a proxy, both ways, with all framing, and with TLS for ours alone), how long until all are at headquarters,
// and how long after the network's return the first one is.
func measureSync(o options) ([]row, error) {
	facts := o.scale(100_000, 3_000)
	_, raw, err := gateFacts(facts)
	if err != nil {
		return nil, err
	}
	c := caughtUp{facts: facts}
	for round := range o.rounds {
		outage := time.Second
		if round == 0 {
			outage = o.outage()
		}
		h, err := o.oursOnce(filepath.Join(o.folder, fmt.Sprint("ours", round)), outage, raw)
		if err != nil {
			return nil, fmt.Errorf("ours: %w", err)
		}
		c.ours = append(c.ours, h)
	}
	if program := findMosquitto(); program != "" {
		if c.bridge, err = o.bridgeOnce(program, raw); err != nil {
			return nil, fmt.Errorf("the bridge: %w", err)
		}
	}
	if c.mirror, err = mirrorAfter(o.folder, o.outage(), raw); err != nil {
		return nil, fmt.Errorf("the mirror: %w", err)
	}
	if c.mirrorDurable, err = mirrorDurable(o.folder, raw); err != nil {
		return nil, fmt.Errorf("the durable mirror: %w", err)
	}
	return c.rows(), nil
}

func (o options) oursOnce(dir string, outage time.Duration, raw [][]byte) (h healed, err error) {
	gateway, err := newOurs(context.Background(), dir, raw)
	if err != nil {
		return h, err
	}
	defer func() { err = errors.Join(err, gateway.close()) }()
	return gateway.catchUp(outage, len(raw))
}

func (o options) bridgeOnce(program string, raw [][]byte) (h healed, err error) {
	b, err := newBridge(program, o.folder)
	if err != nil {
		return h, err
	}
	defer func() { err = errors.Join(err, b.close()) }()
	return b.catchUp(o.outage(), raw)
}

// middle is the median of what each round says.
func (c caughtUp) middle(of func(healed) float64) float64 {
	var values []float64
	for _, h := range c.ours {
		values = append(values, of(h))
	}
	slices.Sort(values)
	return values[len(values)/2]
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func (c caughtUp) rows() []row {
	const bridgeName, mirrorName = "Mosquitto bridge", "JetStream mirror"
	each := func(h healed) float64 { return float64(h.bytes) / float64(c.facts) }
	bytes := row{What: "wire bytes of a gate fact in catch-up, with TLS, MQTT, chain, signature", Value: c.middle(each), Unit: "B"}
	all := row{What: fmt.Sprintf("catch-up of %d facts, durable and trimmed", c.facts), Value: c.middle(func(h healed) float64 { return ms(h.all) }), Unit: "ms"}
	worst := c.ours[0].first
	for _, h := range c.ours {
		worst = max(worst, h.first)
	}
	first := row{What: "link up to the first fact applied, the slowest round", Value: ms(worst), Unit: "ms"}
	notDurable := all.against(bridgeName, ms(c.bridge.all), 0.3, "0.3")
	if c.bridge.all > 0 {
		notDurable.Note = "the bridge flushes nothing"
	}
	mirrorFirst := first
	mirrorFirst.Peer, mirrorFirst.PeerValue, mirrorFirst.Ratio = mirrorName, ms(c.mirror.first), first.Value/ms(c.mirror.first)
	return []row{
		bytes.atMost(30),
		bytes.against(bridgeName, each(c.bridge), 1.0/6, "1/6"),
		bytes.against(mirrorName, each(c.mirror), 1.0/8, "1/8"),
		notDurable,
		all.against(mirrorName+", sync always", ms(c.mirrorDurable), 0.1, "0.1"),
		mirrorFirst.atMost(1_000),
	}
}

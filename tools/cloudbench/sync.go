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
	facts         int
	ours, bridge  []healed // a bridge in each round, or none is here
	mirror        healed   // zero: not asked
	mirrorDurable time.Duration
}

// measureCatchUp measures the uplink against a bridge alone, round by round. (The mirrors take minutes.)
func measureCatchUp(o options) ([]row, error) {
	c, _, err := o.catchUps()
	if err != nil {
		return nil, err
	}
	return c.rows(), nil
}

// measureSync measures a gateway's uplink against what is there to buy, on the same facts in the same run: what they cost on
// the wire (counted by a proxy, both ways, with all framing, and with TLS for ours alone), how long until all are at headquarters,
// and how long after the network's return the first one is.
func measureSync(o options) ([]row, error) {
	c, raw, err := o.catchUps()
	if err != nil {
		return nil, err
	}
	if c.mirror, err = mirrorAfter(o.folder, o.outage(), raw); err != nil {
		return nil, fmt.Errorf("the mirror: %w", err)
	}
	if c.mirrorDurable, err = mirrorDurable(o.folder, raw); err != nil {
		return nil, fmt.Errorf("the durable mirror: %w", err)
	}
	return c.rows(), nil
}

// catchUps has ours and the bridge catch up in turn, so that both meet the same disk and neighbours. raw are the facts.
func (o options) catchUps() (c *caughtUp, raw [][]byte, err error) {
	if _, raw, err = gateFacts(o.scale(100_000, 3_000)); err != nil {
		return nil, nil, err
	}
	c = &caughtUp{facts: len(raw)}
	program := findMosquitto()
	for round := range o.rounds {
		outage := time.Second
		if round == 0 {
			outage = o.outage()
		}
		h, err := o.oursOnce(filepath.Join(o.folder, fmt.Sprint("ours", round)), outage, raw)
		if err != nil {
			return nil, nil, fmt.Errorf("ours: %w", err)
		}
		c.ours = append(c.ours, h)
		if program == "" {
			continue
		}
		if h, err = o.bridgeOnce(program, outage, raw); err != nil {
			return nil, nil, fmt.Errorf("the bridge: %w", err)
		}
		c.bridge = append(c.bridge, h)
	}
	return c, raw, nil
}

func (o options) oursOnce(dir string, outage time.Duration, raw [][]byte) (h healed, err error) {
	gateway, err := newOurs(context.Background(), dir, raw)
	if err != nil {
		return h, err
	}
	defer func() { err = errors.Join(err, gateway.close()) }()
	return gateway.catchUp(outage, len(raw))
}

func (o options) bridgeOnce(program string, outage time.Duration, raw [][]byte) (h healed, err error) {
	b, err := newBridge(program, o.folder)
	if err != nil {
		return h, err
	}
	defer func() { err = errors.Join(err, b.close()) }()
	return b.catchUp(outage, raw)
}

// middle is the median of what each round says; 0 without any.
func middle(rounds []healed, of func(healed) float64) float64 {
	if len(rounds) == 0 {
		return 0
	}
	var values []float64
	for _, h := range rounds {
		values = append(values, of(h))
	}
	slices.Sort(values)
	return values[len(values)/2]
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func (c caughtUp) rows() []row {
	const bridgeName, mirrorName = "Mosquitto bridge", "JetStream mirror"
	each := func(h healed) float64 { return float64(h.bytes) / float64(c.facts) }
	whole := func(h healed) float64 { return ms(h.all) }
	bytes := row{What: "wire bytes of a gate fact in catch-up, with TLS, MQTT, chain, signature", Value: middle(c.ours, each), Unit: "B"}
	all := row{What: fmt.Sprintf("catch-up of %d facts, durable and trimmed", c.facts), Value: middle(c.ours, whole), Unit: "ms"}
	rows := row{What: "the same, and in all rows and counters of headquarters", Value: middle(c.ours, func(h healed) float64 { return ms(h.counted) }), Unit: "ms"}
	worst := c.ours[0].first
	for _, h := range c.ours {
		worst = max(worst, h.first)
	}
	first := row{What: "link up to the first fact applied, the slowest round", Value: ms(worst), Unit: "ms"}
	notDurable := all.against(bridgeName, middle(c.bridge, whole), 0.3, "0.3")
	if len(c.bridge) > 0 {
		notDurable.Note = "the bridge flushes nothing"
	}
	mirrorFirst := first
	if c.mirror.first > 0 {
		mirrorFirst.Peer, mirrorFirst.PeerValue, mirrorFirst.Ratio = mirrorName, ms(c.mirror.first), first.Value/ms(c.mirror.first)
	}
	return []row{
		bytes.atMost(30),
		bytes.against(bridgeName, middle(c.bridge, each), 1.0/6, "1/6"),
		bytes.against(mirrorName, each(c.mirror), 1.0/8, "1/8"),
		notDurable,
		rows,
		all.against(mirrorName+", sync always", ms(c.mirrorDurable), 0.1, "0.1"),
		mirrorFirst.atMost(1_000),
	}
}

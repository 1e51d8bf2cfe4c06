package uplink

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"gatehouse/sync/fact"
	"gatehouse/sync/mqtt"
	"gatehouse/sync/policy"
	"gatehouse/sync/wire"
)

// Adopted is what a location had on another card, as headquarters kept it.
type Adopted struct {
	Records    [][]byte  `json:"records"` // in the order in which they were written
	Parent     fact.Dot  `json:"parent"`  // the location's newest fact; zero: headquarters knows none
	ParentHash wire.Hash `json:"parentHash"`
	Inside     int64     `json:"inside"` // the loop count
}

// snapshotPartsMax bounds what is adopted: 200,000 facts.
const snapshotPartsMax = 500

// adoptAgain is when headquarters is asked again for what has not come.
const adoptAgain = 2 * time.Second

// ErrExpired says that headquarters refuses the certificate because its time is over: no waiting helps.
var ErrExpired = errors.New("uplink: the certificate has expired: make a code at headquarters, and run lotctl enrol --again")

// expiredAlert is how crypto/tls words the alert certificate_expired (RFC 8446 6.2) of the other side.
const expiredAlert = "expired certificate"

var errSnapshot = errors.New("uplink: headquarters' snapshot does not hold together")

// Adopt asks headquarters what the location had, before ctx ends. Only what headquarters has signed is taken, and a key
// that follows another is believed by the word of that.
func Adopt(ctx context.Context, o Options) (Adopted, error) {
	a := newAdopting(o)
	client, err := mqtt.Dial(a.clientOptions(ctx))
	if err != nil {
		return Adopted{}, fmt.Errorf("uplink: adopt: %w", err)
	}
	defer client.Close()
	again := time.NewTicker(adoptAgain)
	defer again.Stop()
	var got gathered
	for {
		select {
		case <-ctx.Done():
			return Adopted{}, fmt.Errorf("uplink: adopt: headquarters does not answer (%s): %w", a.failure.Load(), ctx.Err())
		case <-a.down:
			if said := a.failure.Load().(string); strings.Contains(said, expiredAlert) {
				return Adopted{}, fmt.Errorf("%w: %s", ErrExpired, said)
			}
		case <-a.up:
			a.ask(ctx, client, got.next)
		case <-again.C:
			a.ask(ctx, client, got.next)
		case part := <-a.heard:
			more, err := got.add(&part)
			if err != nil {
				return Adopted{}, err
			}
			if got.next == len(got.parts) {
				return join(got.parts)
			}
			if more {
				a.ask(ctx, client, got.next)
			}
		}
	}
}

// adopting is a snapshot that is being asked for.
type adopting struct {
	options  Options
	nonce    uint64
	keys     policy.Keys  // that count; the subscription's
	failure  atomic.Value // string: why there is no connection
	heard    chan wire.Snapshot
	up, down chan struct{} // capacity 1: the connection was made, or lost
}

func newAdopting(o Options) *adopting {
	a := &adopting{
		options: o, nonce: newNonce(), keys: o.Keys, heard: make(chan wire.Snapshot, 8), up: make(chan struct{}, 1), down: make(chan struct{}, 1),
	}
	a.failure.Store("no connection was made")
	return a
}

func (a *adopting) topic(kind string) string { return a.options.topic(kind) }

func (a *adopting) clientOptions(ctx context.Context) mqtt.Options {
	c := a.options.client(func(m mqtt.Message) { a.hear(ctx, m) })
	c.Up = func(*mqtt.Client) { poke(a.up) }
	c.Down = func(err error) {
		if err != nil {
			a.failure.Store(err.Error())
			poke(a.down)
		}
	}
	return c
}

// hear takes a part of the snapshot, or a key that follows another.
func (a *adopting) hear(ctx context.Context, m mqtt.Message) {
	message, err := wire.DecodeMessage(m.Payload)
	if link, is := message.(*wire.Part); is {
		a.keys = follow(a.keys, link, a.options.Location)
		return
	}
	part, is := message.(*wire.Snapshot)
	if err != nil || !is || part.Nonce != a.nonce || part.Location != a.options.Location || part.Verify(a.keys) != nil {
		return
	}
	select {
	case a.heard <- *part:
	case <-ctx.Done():
	}
}

// ask asks for a part. What is lost is asked for again.
func (a *adopting) ask(ctx context.Context, client *mqtt.Client, part int) {
	wanted := &wire.Wanted{Location: a.options.Location, Snapshot: true, Part: uint32(part), Nonce: a.nonce}
	if data, err := wire.EncodeMessage(wanted); err == nil {
		_ = client.Publish(ctx, mqtt.Message{Topic: a.topic(mqtt.KindFacts), Payload: data})
	}
}

func newNonce() uint64 {
	var random [8]byte
	rand.Read(random[:]) // never fails: it crashes the program instead
	return binary.BigEndian.Uint64(random[:]) | 1
}

// gathered is what has come of a snapshot.
type gathered struct {
	parts []*wire.Snapshot
	next  int // the first that has not
}

// add takes a part; it reports whether it was the one that was waited for.
func (g *gathered) add(part *wire.Snapshot) (more bool, err error) {
	if part.Count > snapshotPartsMax {
		return false, fmt.Errorf("%w: %d parts", errSnapshot, part.Count)
	}
	if int(part.Count) != len(g.parts) || g.parts[0] != nil && g.parts[0].Digest != part.Digest {
		g.parts = make([]*wire.Snapshot, part.Count) // the first, or of a state that has moved on since
	}
	g.parts[part.Index] = part
	for g.next = 0; g.next < len(g.parts) && g.parts[g.next] != nil; g.next++ {
	}
	return int(part.Index)+1 == g.next, nil
}

// follow is which keys count after a document: other ones, if it says so and is signed by one that counts.
func follow(keys policy.Keys, part *wire.Part, location fact.LocationID) policy.Keys {
	var one wire.Assembly
	d, whole, err := one.Add(part)
	if err != nil || !whole || d.Kind != policy.Trust || d.Location != location || d.Verify(keys) != nil {
		return keys
	}
	if next, err := policy.ParseTrust(d.Content); err == nil && next.Has(d.Signature.Key) {
		return next
	}
	return keys
}

// join makes one of all parts.
func join(parts []*wire.Snapshot) (Adopted, error) {
	first := parts[0]
	a := Adopted{Parent: first.Parent, ParentHash: first.ParentHash, Inside: first.Inside}
	var digest wire.Hash
	for _, part := range parts {
		for _, record := range part.Records {
			digest = digest.Next(record)
			a.Records = append(a.Records, record)
		}
	}
	if digest != first.Digest {
		return Adopted{}, errSnapshot
	}
	return a, nil
}

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
	nonce, keys, failure := newNonce(), o.Keys, atomic.Value{}
	heard, up, down := make(chan wire.Snapshot, 8), make(chan struct{}, 1), make(chan struct{}, 1)
	failure.Store("no connection was made")
	topic := func(kind string) string { return mqtt.Topic(o.Chain, string(o.Location), kind) }
	client, err := mqtt.Dial(mqtt.Options{
		Broker: o.Broker, ClientID: mqtt.GatewayID(string(o.Location)), TLS: o.TLS, Backoff: o.Backoff, BackoffMax: o.BackoffMax, Log: o.Logger, Session: true,
		Subscriptions: []mqtt.Subscription{{Filter: topic(mqtt.KindReply), Handle: func(m mqtt.Message) {
			message, err := wire.DecodeMessage(m.Payload)
			if link, is := message.(*wire.Part); is {
				keys = follow(keys, link, o.Location)
				return
			}
			part, is := message.(*wire.Snapshot)
			if err != nil || !is || part.Nonce != nonce || part.Location != o.Location || part.Verify(keys) != nil {
				return
			}
			select {
			case heard <- *part:
			case <-ctx.Done():
			}
		}}},
		Up: func(*mqtt.Client) { poke(up) },
		Down: func(err error) {
			if err != nil {
				failure.Store(err.Error())
				poke(down)
			}
		},
	})
	if err != nil {
		return Adopted{}, fmt.Errorf("uplink: adopt: %w", err)
	}
	defer client.Close()
	ask := func(part int) {
		data, err := wire.EncodeMessage(&wire.Wanted{Location: o.Location, Snapshot: true, Part: uint32(part), Nonce: nonce})
		if err == nil {
			_ = client.Publish(ctx, mqtt.Message{Topic: topic(mqtt.KindFacts), Payload: data}) // it is asked again
		}
	}
	again := time.NewTicker(adoptAgain)
	defer again.Stop()
	var got gathered
	for {
		select {
		case <-ctx.Done():
			return Adopted{}, fmt.Errorf("uplink: adopt: headquarters does not answer (%s): %w", failure.Load(), ctx.Err())
		case <-down:
			if said := failure.Load().(string); strings.Contains(said, expiredAlert) {
				return Adopted{}, fmt.Errorf("%w: %s", ErrExpired, said)
			}
		case <-up:
			ask(got.next)
		case <-again.C:
			ask(got.next)
		case part := <-heard:
			more, err := got.add(&part)
			if err != nil {
				return Adopted{}, err
			}
			if got.next == len(got.parts) {
				return join(got.parts)
			}
			if more {
				ask(got.next)
			}
		}
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

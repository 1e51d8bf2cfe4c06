package apptest

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"gatehouse/sync/fact"
	"gatehouse/sync/mqtt"
	"gatehouse/sync/policy"
	"gatehouse/sync/traffic"
	"gatehouse/sync/wire"
)

// Gateway is one lot's.
type Gateway struct {
	Location fact.LocationID
	Records  []fact.Record // all facts, from the first

	key      ed25519.PrivateKey
	hqKeys   policy.Keys
	tls      *tls.Config
	chain    string
	raw      [][]byte
	hashes   []wire.Hash // before each fact, and after the last
	nonce    uint64
	batchMax int
	packed   map[uint64][]byte // messages by their first fact
	lasts    map[uint64]uint64
	acks     chan wire.Ack
	pause    time.Duration // before each batch
	limit    atomic.Uint64 // of the facts that it sends; 0: none
	applied  atomic.Uint64
}

// startMS is when the car parks open: 2026-06-01 06:00 UTC.
const startMS = 1_780_293_600_000

// New makes a gateway with n facts.
func New(location fact.LocationID, seed uint64, n, batchMax int) (*Gateway, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	g := &Gateway{
		Location: location, key: key, hashes: make([]wire.Hash, 1, n+1), batchMax: batchMax, packed: map[uint64][]byte{},
		lasts: map[uint64]uint64{}, acks: make(chan wire.Ack, 64),
	}
	lot := traffic.New(traffic.Options{Location: location, Seed: seed, Spots: 500, PerDay: 4_000, StartMS: startMS})
	record := lot.Start(fact.NewIncarnation(startMS, uint16(seed)), startMS, fact.Dot{}, [32]byte{})
	for range n {
		raw, err := wire.EncodeRecord(nil, record)
		if err != nil {
			return nil, err
		}
		g.Records, g.raw = append(g.Records, record), append(g.raw, raw)
		g.hashes = append(g.hashes, g.hashes[len(g.hashes)-1].Next(raw))
		record = lot.Next()
	}
	return g, nil
}

// Pause has it wait before each batch.
func (g *Gateway) Pause(d time.Duration) { g.pause = d }

// Limit has it send no fact beyond so many, until there is another limit; 0: there is none. It stays connected meanwhile.
func (g *Gateway) Limit(facts uint64) { g.limit.Store(facts) }

// Trust makes a gateway that never enrolled: for brokers without certificates.
func (g *Gateway) Trust(chain string) { g.chain = chain }

// Enrol gets a certificate by a one-time code. The first contact can't know headquarters' authority yet, so it takes what
// it gets, as the operator does who reads the fingerprint.
func (g *Gateway) Enrol(ctx context.Context, address, code string) (broker string, err error) {
	request, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, g.key)
	if err != nil {
		return "", err
	}
	body, err := json.Marshal(map[string]string{
		"code": code, "request": string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: request})),
	})
	if err != nil {
		return "", err
	}
	post, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://"+address+"/v1/enrol", bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	defer client.CloseIdleConnections()
	response, err := client.Do(post)
	if err != nil {
		return "", err
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(response.Body, 64<<10))
	if err != nil || response.StatusCode != http.StatusOK {
		return "", fmt.Errorf("apptest: enrol %s: %s %s %w", g.Location, response.Status, text, err)
	}
	var answer struct {
		Chain, Certificate, Authority, Broker string
		Headquarters                          []byte
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		return "", err
	}
	block, _ := pem.Decode([]byte(answer.Certificate))
	pool := x509.NewCertPool()
	if block == nil || !pool.AppendCertsFromPEM([]byte(answer.Authority)) {
		return "", fmt.Errorf("apptest: enrol %s: no certificate in %s", g.Location, text)
	}
	g.chain, g.hqKeys = answer.Chain, policy.Keys{answer.Headquarters}
	g.tls = &tls.Config{RootCAs: pool, Certificates: []tls.Certificate{{Certificate: [][]byte{block.Bytes}, PrivateKey: g.key}}}
	return answer.Broker, nil
}

// Live is a live message of a gateway that headquarters has all facts of, with the digest of its history.
func (g *Gateway) Live() wire.Live {
	last := g.Records[len(g.Records)-1].Dot
	return wire.Live{Location: g.Location, Incarnation: last.Incarnation, Serial: 1, Produced: last, Applied: last, Chain: g.hashes[len(g.hashes)-1]}
}

// Messages are all batches, packed. A measurement makes them ahead, so that it doesn't count that.
func (g *Gateway) Messages() (all [][]byte, err error) {
	for first := uint64(1); first <= uint64(len(g.raw)); first = g.lasts[first] + 1 {
		packed, err := g.message(first)
		if err != nil {
			return nil, err
		}
		all = append(all, packed)
	}
	return all, nil
}

// message is the batch from a fact on.
func (g *Gateway) message(first uint64) ([]byte, error) {
	if packed := g.packed[first]; packed != nil {
		return packed, nil
	}
	end := min(uint64(len(g.raw)), first-1+uint64(g.batchMax))
	b := &wire.Batch{
		Location: g.Location, Incarnation: g.Records[0].Dot.Incarnation, First: first, Before: g.hashes[first-1], Records: g.raw[first-1 : end],
	}
	packed, err := wire.PackBatch(b, policy.Key(g.key))
	g.packed[first], g.lasts[first] = packed, b.Last()
	return packed, err
}

// window is how many batches are on their way at once.
const window = 4

// patience is how long it waits for a word before it says Hello again.
const patience = 2 * time.Second

// Send connects and sends everything, and returns when headquarters has it all, stably.
func (g *Gateway) Send(ctx context.Context, broker string) error {
	up := make(chan struct{}, 1)
	client, err := mqtt.Dial(mqtt.Options{
		Broker: broker, ClientID: mqtt.GatewayID(string(g.Location)), TLS: g.tls, Backoff: 50 * time.Millisecond, BackoffMax: time.Second,
		Subscriptions: []mqtt.Subscription{{Filter: mqtt.Topic(g.chain, string(g.Location), mqtt.KindReply), Handle: g.hear}},
		Up: func(*mqtt.Client) {
			select {
			case up <- struct{}{}:
			default:
			}
		},
	})
	if err != nil {
		return err
	}
	defer client.Close()
	select {
	case <-up:
	case <-ctx.Done():
		return fmt.Errorf("apptest: %s: no connection: %w", g.Location, ctx.Err())
	}
	return g.drain(ctx, client)
}

// Serve stays connected until ctx ends, says that it is there and how it is, and answers what headquarters says otherwise.
func (g *Gateway) Serve(ctx context.Context, broker string, live wire.Live, answer func(wire.Message) []wire.Message) error {
	topic := func(kind string) string { return mqtt.Topic(g.chain, string(g.Location), kind) }
	heard := make(chan wire.Message, 64)
	client, err := mqtt.Dial(mqtt.Options{
		Broker: broker, ClientID: mqtt.GatewayID(string(g.Location)), TLS: g.tls, Backoff: 50 * time.Millisecond,
		Will: &mqtt.Message{Topic: topic(mqtt.KindState), Payload: []byte("offline"), Retained: true},
		Subscriptions: []mqtt.Subscription{{Filter: topic(mqtt.KindReply), Handle: func(m mqtt.Message) {
			if message, err := wire.DecodeMessage(m.Payload); err == nil {
				heard <- message
			}
		}}},
		Up: func(client *mqtt.Client) {
			_ = client.Publish(ctx, mqtt.Message{Topic: topic(mqtt.KindState), Payload: []byte("online"), Retained: true})
		},
	})
	if err != nil {
		return err
	}
	defer client.Close()
	now, err := wire.EncodeMessage(&live)
	if err != nil {
		return err
	}
	again := time.NewTicker(time.Second) // the aggregator may not have subscribed yet
	defer again.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-again.C:
			_ = client.Publish(ctx, mqtt.Message{Topic: topic(mqtt.KindLive), Payload: now})
		case message := <-heard:
			for _, reply := range answer(message) {
				data, err := wire.EncodeMessage(reply)
				if err != nil {
					return err
				}
				g.publish(ctx, client, data)
			}
		}
	}
}

// hear takes acknowledgements that headquarters has signed.
func (g *Gateway) hear(m mqtt.Message) {
	message, err := wire.DecodeMessage(m.Payload)
	ack, is := message.(*wire.Ack)
	if err != nil || !is || len(g.hqKeys) > 0 && ack.Verify(g.hqKeys) != nil {
		return
	}
	select {
	case g.acks <- *ack:
	default:
	}
}

func (g *Gateway) drain(ctx context.Context, client *mqtt.Client) error {
	produced := g.Records[len(g.Records)-1].Dot
	var applied, sent uint64
	known, asked := false, false
	for applied < produced.Seq {
		if !known && !asked { // once for each patience: an answer to the Hello before would only bring another one about
			asked = true
			g.nonce++
			hello := &wire.Hello{Location: g.Location, Nonce: g.nonce, Versions: wire.OwnVersions(), Produced: produced}
			data, err := wire.EncodeMessage(hello)
			if err != nil {
				return err
			}
			g.publish(ctx, client, data)
		}
		for limit := g.until(produced.Seq); known && sent < limit && sent-applied < window*uint64(g.batchMax); {
			data, err := g.message(sent + 1)
			if err != nil {
				return err
			}
			g.publish(ctx, client, data)
			sent = g.lasts[sent+1]
			time.Sleep(g.pause)
		}
		timer := time.NewTimer(patience)
		select {
		case <-ctx.Done():
			timer.Stop()
			return fmt.Errorf("apptest: %s: %d of %d facts acknowledged: %w", g.Location, applied, produced.Seq, ctx.Err())
		case <-timer.C:
			known, asked = false, false
		case ack := <-g.acks:
			timer.Stop()
			mark := uint64(0)
			for _, m := range ack.Marks {
				if m.Incarnation == produced.Incarnation {
					mark = m.Applied
				}
			}
			switch {
			case ack.Nonce != 0 && ack.Nonce == g.nonce:
				applied, sent, known = mark, mark, true
			case known && ack.Rewind.Seq != 0:
				sent = min(sent, ack.Rewind.Seq-1)
			case known:
				applied = max(applied, mark)
				sent = max(sent, applied)
			}
			g.applied.Store(applied)
		}
	}
	return nil
}

// until is the last fact to send, of so many.
func (g *Gateway) until(last uint64) uint64 {
	if limit := g.limit.Load(); limit > 0 {
		return min(limit, last)
	}
	return last
}

// Acknowledged is of how many facts Send has heard so far that headquarters has them.
func (g *Gateway) Acknowledged() uint64 { return g.applied.Load() }

// publish hands a message over; if it is lost, the next Hello finds out.
func (g *Gateway) publish(ctx context.Context, client *mqtt.Client, data []byte) {
	_ = client.Publish(ctx, mqtt.Message{Topic: mqtt.Topic(g.chain, string(g.Location), mqtt.KindFacts), Payload: data})
}

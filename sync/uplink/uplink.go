package uplink

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"gatehouse/sync/fact"
	"gatehouse/sync/mqtt"
	"gatehouse/sync/outbox"
	"gatehouse/sync/policy"
	"gatehouse/sync/wire"
)

// Log is the location's durable facts.
type Log interface {
	// Read calls visit with the durable facts from a position on, in order, until it returns false. Payloads hold during
	// the call. Positions that can't be read are left out. An error means that nothing can be read at the moment.
	Read(ctx context.Context, from uint64, visit func(Fact) (more bool)) error
	// Trim gives up the facts up to a position.
	Trim(through uint64) error
}

// Fact is one fact with its place in the chain.
type Fact struct {
	Position uint64
	Payload  []byte
	Hash     wire.Hash // the chain after it
	Before   wire.Hash // the chain before it
	Proven   bool      // Before is known
}

// Options are how to reach headquarters, and as whom.
type Options struct {
	Location fact.LocationID
	Chain    string // the second level of topics
	Broker   string
	TLS      *tls.Config   // for tls://
	Signer   policy.Signer // signs batches
	Keys     policy.Keys   // headquarters'; none: whoever holds the broker is believed
	Log      Log
	Dir      string // where the little that is saved lies
	Program  string

	// Incarnation is of this run. Live describes the moment; it may fail.
	Incarnation fact.Incarnation
	Live        func(context.Context) (wire.Live, error)
	// Birth is said on each connection, as JSON, for whoever looks at the broker.
	Birth any
	// Message hears what isn't an acknowledgement: documents, challenges, commands. May be nil.
	Message func(wire.Message)
	// Notice hears what a person, or the gateway, should know. May be nil.
	Notice func(outbox.SenderNotice)
	// Up is told of each new connection, after the first words. May be nil.
	Up func()

	// WallMS is the location's clock, for the age of what waits; nil: this machine's.
	WallMS func() int64

	// Sender's times; zero is its own. Backoff bounds the pauses between attempts to connect; zero: 1 and 30 s.
	Sender              outbox.SenderConfig
	Backoff, BackoffMax time.Duration
	Logger              *slog.Logger
}

// Uplink is one connection to headquarters, for ever.
type Uplink struct {
	options Options
	log     *slog.Logger
	client  *mqtt.Client
	origin  time.Time // of monotonic time

	facts   chan struct{} // capacity 1: something is durable
	links   chan struct{} // capacity 1: the connection has changed
	changed chan struct{} // capacity 1: there is something new to say of the moment
	live    chan struct{} // capacity 1: a live message is due
	acks    chan wire.Ack
	ups     atomic.Int64 // connections so far
	up      atomic.Bool
	failure atomic.Value // string: why there is no connection; "": there is one
	serial  atomic.Uint64

	// The loop's own.
	sender   *outbox.Sender
	runs     outbox.Runs
	next     uint64 // the first position that was not read yet
	readAt   time.Time
	unread   *outbox.SendBatch // asked for while the log could not be read
	seenUps  int64
	linked   bool
	wake     time.Time
	progress progress

	mu     sync.Mutex
	status Status
}

// ackQueue is how many acknowledgements wait. Each says all, so that one that is lost is no loss.
const ackQueue = 64

// New makes an uplink that does nothing before Run. Errors: options that can't work.
func New(o Options) (*Uplink, error) {
	if err := errors.Join(mqtt.CheckName(o.Chain), mqtt.CheckName(string(o.Location))); err != nil {
		return nil, fmt.Errorf("uplink: location and chain name a topic: %w", err)
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.WallMS == nil {
		o.WallMS = func() int64 { return time.Now().UnixMilli() }
	}
	one := func() chan struct{} { return make(chan struct{}, 1) }
	u := &Uplink{
		options: o, log: o.Logger, origin: time.Now(), facts: one(), links: one(), changed: one(), live: one(),
		acks: make(chan wire.Ack, ackQueue), next: 1,
	}
	u.failure.Store("not connected yet")
	return u, nil
}

// Run serves until ctx ends, and returns an error only if the options can't work.
func (u *Uplink) Run(ctx context.Context) error {
	u.restore()
	client, err := mqtt.Dial(u.clientOptions())
	if err != nil {
		return fmt.Errorf("uplink: %w", err)
	}
	u.mu.Lock()
	u.client = client
	u.mu.Unlock()
	var speaking sync.WaitGroup
	speaking.Go(func() { u.speak(ctx) })
	u.loop(ctx)
	if client.Connected() { // a goodbye keeps the will unsaid, so it is said here
		leaving, cancel := context.WithTimeout(context.WithoutCancel(ctx), goodbyeMax)
		defer cancel()
		_ = client.Publish(leaving, u.offline()) // whoever misses it sees the age of the last live message
	}
	client.Close()
	speaking.Wait()
	return nil
}

const goodbyeMax = time.Second

// client is how a location connects, to hear what headquarters says to it.
func (o *Options) client(hear func(mqtt.Message)) mqtt.Options {
	return mqtt.Options{
		Broker: o.Broker, ClientID: mqtt.GatewayID(string(o.Location)), TLS: o.TLS, Backoff: o.Backoff, BackoffMax: o.BackoffMax, Log: o.Logger,
		QueueBytes:    downQueueBytes,
		Session:       true,
		Subscriptions: []mqtt.Subscription{{Filter: o.topic(mqtt.KindReply), Handle: hear}},
	}
}

func (o *Options) topic(kind string) string { return mqtt.Topic(o.Chain, string(o.Location), kind) }

func (u *Uplink) clientOptions() mqtt.Options {
	c := u.options.client(u.hear)
	will := u.offline()
	c.Will, c.Up = &will, u.connected
	c.Down = func(err error) {
		u.up.Store(false)
		if err != nil {
			u.failure.Store(err.Error())
		}
		poke(u.links)
	}
	return c
}

// downQueueBytes is what may wait of headquarters' words: a document of the largest size, and company.
const downQueueBytes = 2 << 20

func (u *Uplink) topic(kind string) string { return u.options.topic(kind) }

func (u *Uplink) offline() mqtt.Message {
	return mqtt.Message{Topic: u.topic(mqtt.KindState), Payload: []byte("offline"), Retained: true}
}

// connected says who is there, and has the loop say Hello.
func (u *Uplink) connected(client *mqtt.Client) {
	ctx, cancel := context.WithTimeout(context.Background(), goodbyeMax)
	defer cancel()
	birth, err := json.Marshal(u.options.Birth)
	if err != nil {
		birth = []byte("{}")
	}
	// Both are for people who look at the broker: if they are lost, nothing else is.
	_ = client.Publish(ctx, mqtt.Message{Topic: u.topic(mqtt.KindState), Payload: []byte("online"), Retained: true})
	_ = client.Publish(ctx, mqtt.Message{Topic: u.topic(mqtt.KindBirth), Payload: birth, Retained: true})
	u.failure.Store("")
	u.up.Store(true)
	u.ups.Add(1)
	poke(u.links)
	if u.options.Up != nil {
		u.options.Up()
	}
}

// hear takes what headquarters says.
func (u *Uplink) hear(m mqtt.Message) {
	message, err := wire.DecodeMessage(m.Payload)
	if err != nil {
		u.log.Warn("uplink: a message of headquarters can't be read", "err", err)
		return
	}
	if ack, is := message.(*wire.Ack); is {
		select {
		case u.acks <- *ack:
		default:
		}
		return
	}
	if u.options.Message != nil {
		u.options.Message(message)
	}
}

// Send says something to headquarters, without any promise that it arrives. Errors: mqtt.ErrDown.
func (u *Uplink) Send(ctx context.Context, m wire.Message) error {
	data, err := wire.EncodeMessage(m)
	if err != nil {
		return err
	}
	return u.publish(ctx, mqtt.KindFacts, data)
}

func (u *Uplink) publish(ctx context.Context, kind string, data []byte) error {
	u.mu.Lock()
	client := u.client
	u.mu.Unlock()
	if client == nil {
		return mqtt.ErrDown
	}
	return client.Publish(ctx, mqtt.Message{Topic: u.topic(kind), Payload: data})
}

// Produced says that facts are durable. It never waits.
func (u *Uplink) Produced() { poke(u.facts) }

// Changed says that there may be news of the moment. It never waits.
func (u *Uplink) Changed() { poke(u.changed) }

func poke(to chan struct{}) {
	select {
	case to <- struct{}{}:
	default:
	}
}

// speak sends live messages. It has a goroutine of its own, because to describe the moment the lot must answer.
func (u *Uplink) speak(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-u.live:
		}
		if u.options.Live == nil {
			continue
		}
		m, err := u.options.Live(ctx)
		if err != nil {
			continue // the next one will do
		}
		status := u.Status()
		m.Location, m.Incarnation, m.Serial = u.options.Location, u.options.Incarnation, u.serial.Add(1)
		m.Waiting, m.OldestMS, m.Program = status.Waiting, status.OldestMS, u.options.Program
		m.Produced, m.Applied = status.Produced, status.Reached
		m.Chain = u.chainAt(ctx, status.Applied)
		data, err := wire.EncodeMessage(&m)
		if err != nil {
			u.log.Error("uplink: the moment can't be described", "err", err)
			continue
		}
		_ = u.publish(ctx, mqtt.KindLive, data) // the next one says all of it again
	}
}

// chainAt is the log's own chain after a position; zero if nobody knows it any more.
func (u *Uplink) chainAt(ctx context.Context, position uint64) (chain wire.Hash) {
	if position == 0 {
		return chain
	}
	err := u.options.Log.Read(ctx, position, func(f Fact) bool {
		if f.Position == position {
			chain = f.Hash
		}
		return false
	})
	if err != nil {
		return wire.Hash{} // the next live message will say it
	}
	return chain
}

func (u *Uplink) statePath() string { return filepath.Join(u.options.Dir, "uplink.state") }

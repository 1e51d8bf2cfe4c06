package mqtt

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"sync"
	"sync/atomic"
	"time"
)

// What the client waits for and holds.
const (
	keepAlive      = 30 * time.Second
	pingTimeout    = 5 * time.Second
	connectTimeout = 10 * time.Second
	writeTimeout   = 10 * time.Second
	goodbyeMS      = 250

	defaultBackoff    = time.Second
	defaultBackoffMax = 30 * time.Second
	defaultInFlight   = 64
	defaultQueueBytes = 16 << 20

	// queueMessages bounds the count beside the bytes, for floods of empty messages.
	queueMessages = 4096
)

// MaxPayloadBytes is the largest payload that Publish takes: one message of the strictest broker (AWS IoT) is 128 KB.
const MaxPayloadBytes = 128 << 10

// ErrDown says that there is no connection: keep the message and publish it after Up.
var ErrDown = errors.New("mqtt: not connected")

// ErrTooLarge says that a payload exceeds MaxPayloadBytes.
var ErrTooLarge = errors.New("mqtt: payload too large")

// Message is one publication. QoS 2 is not used: it is per hop, and costs two round trips more.
type Message struct {
	Topic    string
	Payload  []byte // the receiver owns it
	QoS      byte   // 0 or 1
	Retained bool   // as received: it is from before the subscription
}

// Subscription is a filter with what to do with messages that match. Filters of one client must not overlap.
type Subscription struct {
	Filter string
	QoS    byte
	Handle func(Message)
}

// Options say whom to connect to, and as whom.
type Options struct {
	Broker             string // tcp://host:1883, tls://host:8883
	ClientID           string // a second client of this name throws the first one out
	Username, Password string
	TLS                *tls.Config // for tls://; its client certificate is read at each connection
	Will               *Message    // what the broker says when the connection breaks
	Subscriptions      []Subscription
	// Session has the broker keep the subscriptions while the client is away, and say so when it comes back. All of them are
	// of QoS 0, so that no message is kept with them.
	Session bool

	// Up is called after each connection, when all subscriptions stand: the place for the birth message. With a session that
	// the broker has kept that is at once, without a round trip. Down is
	// called when the connection broke, or when an attempt failed. Both may call Publish and must not call Close.
	Up   func(*Client)
	Down func(error)

	Backoff, BackoffMax time.Duration // 0: 1 s and 30 s
	InFlight            int           // 0: 64
	QueueBytes          int64         // 0: 16 MiB
	Log                 *slog.Logger  // nil: none
}

// Client is one client of a broker.
type Client struct {
	options Options
	log     *slog.Logger
	slots   chan struct{} // one for each message in flight
	queue   chan Message
	queued  atomic.Int64 // bytes
	dropped atomic.Int64
	ends    context.Context
	stop    context.CancelFunc
	done    sync.WaitGroup

	mu   sync.Mutex
	conn *link // nil: down
}

// Dial starts a client. It fails only if the options can't work: a broker that doesn't answer is no error.
func Dial(o Options) (*Client, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	o.defaults()
	c := &Client{
		options: o, log: o.Log, slots: make(chan struct{}, o.InFlight), queue: make(chan Message, queueMessages),
	}
	c.ends, c.stop = context.WithCancel(context.Background())
	c.done.Go(c.deliver)
	c.done.Go(c.keepConnected)
	return c, nil
}

func (o *Options) check() error {
	broker, err := url.Parse(o.Broker)
	if err != nil || broker.Host == "" {
		return fmt.Errorf("mqtt: broker %q: write for example tcp://host:1883 or tls://host:8883", o.Broker)
	}
	switch broker.Scheme {
	case "tcp", "mqtt":
	case "tls", "ssl", "mqtts":
		if o.TLS == nil {
			return fmt.Errorf("mqtt: broker %q needs a TLS configuration", o.Broker)
		}
	default:
		return fmt.Errorf("mqtt: broker %q: the scheme is tcp or tls", o.Broker)
	}
	if o.ClientID == "" {
		return errors.New("mqtt: a client needs an id of its own")
	}
	for _, s := range o.Subscriptions {
		if o.Session && s.QoS > 0 {
			return fmt.Errorf("mqtt: a session keeps subscriptions of QoS 0 alone, and %q is of %d", s.Filter, s.QoS)
		}
	}
	return nil
}

func (o *Options) defaults() {
	if o.Backoff <= 0 {
		o.Backoff = defaultBackoff
	}
	if o.BackoffMax <= 0 {
		o.BackoffMax = max(defaultBackoffMax, o.Backoff)
	}
	if o.InFlight <= 0 {
		o.InFlight = defaultInFlight
	}
	if o.QueueBytes <= 0 {
		o.QueueBytes = defaultQueueBytes
	}
	if o.Log == nil {
		o.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	if o.TLS != nil {
		o.TLS = o.TLS.Clone()
		o.TLS.MinVersion = tls.VersionTLS13
	}
}

// Connected reports whether there is a connection, as far as is known.
func (c *Client) Connected() bool { return c.current() != nil }

// Dropped counts received messages that found the queue full.
func (c *Client) Dropped() int64 { return c.dropped.Load() }

// Publish hands a message to the connection and returns when it was written (QoS 0) or the broker took it (QoS 1). An
// error means that its fate is unknown.
func (c *Client) Publish(ctx context.Context, m Message) error {
	if len(m.Payload) > MaxPayloadBytes {
		return fmt.Errorf("%w: %d bytes to %s, at most %d", ErrTooLarge, len(m.Payload), m.Topic, MaxPayloadBytes)
	}
	select {
	case c.slots <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	case <-c.ends.Done():
		return ErrDown
	}
	defer func() { <-c.slots }()
	conn := c.current()
	if conn == nil {
		return ErrDown
	}
	token := conn.Publish(m.Topic, m.QoS, m.Retained, m.Payload)
	timer := time.NewTimer(writeTimeout)
	defer timer.Stop()
	select {
	case <-token.Done():
		if err := token.Error(); err != nil {
			return fmt.Errorf("%w: %s: %w", ErrDown, m.Topic, err)
		}
		return nil
	case <-conn.over: // the library keeps what a session might still need
		return fmt.Errorf("%w: %s: the connection broke", ErrDown, m.Topic)
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return fmt.Errorf("%w: no answer for %s within %v", ErrDown, m.Topic, writeTimeout)
	}
}

// Close says goodbye, so that the broker keeps the will to itself, and waits for the handlers.
func (c *Client) Close() {
	c.stop()
	c.done.Wait()
}

func (c *Client) current() *link {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.conn
}

func (c *Client) setCurrent(conn *link) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.conn = conn
}

// receive queues a message or drops it; it never waits, because the library would miss its pings meanwhile.
func (c *Client) receive(m Message) {
	size := int64(len(m.Topic) + len(m.Payload))
	if c.queued.Add(size) > c.options.QueueBytes {
		c.queued.Add(-size)
		c.dropped.Add(1)
		return
	}
	select {
	case c.queue <- m:
	default:
		c.queued.Add(-size)
		c.dropped.Add(1)
	}
}

// deliver runs the handlers.
func (c *Client) deliver() {
	for {
		select {
		case <-c.ends.Done():
			return
		case m := <-c.queue:
			c.queued.Add(-int64(len(m.Topic) + len(m.Payload)))
			for _, s := range c.options.Subscriptions {
				if Matches(s.Filter, m.Topic) {
					s.Handle(m)
					break
				}
			}
		}
	}
}

package mqtt

import (
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/url"
	"sync"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"
)

// errRefusedFilter says that the broker did not grant a subscription.
var errRefusedFilter = errors.New("mqtt: the broker refused a subscription")

// keepConnected connects, waits for the end of the connection, and does so again.
func (c *Client) keepConnected() {
	wait := c.options.Backoff
	for said := notSaid; c.ends.Err() == nil; {
		began := time.Now()
		up, err := c.connection()
		away := errors.Is(err, errAway)
		if away || time.Since(began) > c.options.BackoffMax {
			wait = c.options.Backoff // nobody was asked anything, or it was up for a while
		}
		if c.ends.Err() != nil {
			return
		}
		if up {
			said = notSaid
		}
		said = c.complain(said, up || away, err)
		if c.options.Down != nil {
			c.options.Down(err)
		}
		pause := wait
		if away {
			pause = min(pause, reachEvery)
		}
		c.pause(pause/2 + rand.N(pause/2+1))
		wait = min(2*wait, c.options.BackoffMax)
	}
}

// complaint is what the log has of a time without a connection.
type complaint uint8

const (
	notSaid complaint = iota
	saidAway
	saidRefused
)

// complain logs that there is no connection: once for each time without one, and once more when a broker that was away
// refuses, or the other way about.
func (c *Client) complain(said complaint, away bool, err error) complaint {
	now, level := saidRefused, slog.LevelWarn
	if away {
		now = saidAway
	}
	if now == said {
		level = slog.LevelDebug
	}
	c.log.Log(c.ends, level, "mqtt: no connection; it is tried again and again", "broker", c.options.Broker, "err", err)
	return now
}

func (c *Client) pause(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-c.ends.Done():
	}
}

// link is one connection, with its end.
type link struct {
	paho.Client
	once   sync.Once
	over   chan struct{} // closed at its end
	reason error         // then
}

func (l *link) end(reason error) {
	l.once.Do(func() {
		l.reason = reason
		close(l.over)
	})
}

// connection is one connection from its beginning to its end. It was up if it came to an end, and not only to an attempt.
func (c *Client) connection() (up bool, err error) {
	way, err := c.reach()
	if err != nil {
		return false, err
	}
	defer way.Close() // twice is no harm
	conn := &link{over: make(chan struct{})}
	conn.Client = paho.NewClient(c.clientOptions(way, conn))
	defer conn.Disconnect(goodbyeMS)
	defer conn.end(ErrDown)
	greeting := conn.Connect()
	if err := c.await(greeting, "connect"); err != nil {
		return false, err
	}
	kept := greeting.(*paho.ConnectToken).SessionPresent()
	subscribing := c.subscribe(conn)
	if !kept {
		if err := c.granted(subscribing); err != nil {
			return false, err
		}
	}
	c.setCurrent(conn)
	defer c.setCurrent(nil)
	if c.options.Up != nil {
		c.options.Up(c)
	}
	if kept { // they stood all the time, unless another program has asked for others by this name
		if err := c.granted(subscribing); err != nil {
			return true, err
		}
	}
	select {
	case <-conn.over:
		return true, conn.reason
	case <-c.ends.Done():
		return true, nil
	}
}

func (c *Client) clientOptions(way net.Conn, conn *link) *paho.ClientOptions {
	o := paho.NewClientOptions().AddBroker(c.options.Broker).SetClientID(c.options.ClientID).
		SetProtocolVersion(4).SetCleanSession(!c.options.Session).SetAutoReconnect(false).SetConnectRetry(false).
		SetKeepAlive(keepAlive).SetPingTimeout(pingTimeout).SetConnectTimeout(connectTimeout).SetWriteTimeout(writeTimeout).
		SetOrderMatters(true).SetStore(paho.NewMemoryStore()).SetMaxResumePubInFlight(c.options.InFlight)
	if c.options.Username != "" {
		o.SetUsername(c.options.Username).SetPassword(c.options.Password)
	}
	o.SetCustomOpenConnectionFn(func(*url.URL, paho.ClientOptions) (net.Conn, error) { return way, nil })
	if will := c.options.Will; will != nil {
		o.SetBinaryWill(will.Topic, will.Payload, will.QoS, will.Retained)
	}
	o.SetConnectionLostHandler(func(_ paho.Client, err error) { conn.end(err) })
	o.SetDefaultPublishHandler(func(_ paho.Client, m paho.Message) {
		c.receive(Message{Topic: m.Topic(), Payload: m.Payload(), QoS: m.Qos(), Retained: m.Retained()})
	})
	return o
}

// subscribe asks for all subscriptions. Messages come by the default handler: the library's own routing would look
// through all filters once more.
func (c *Client) subscribe(conn paho.Client) paho.Token {
	if len(c.options.Subscriptions) == 0 {
		return &paho.DummyToken{}
	}
	filters := make(map[string]byte, len(c.options.Subscriptions))
	for _, s := range c.options.Subscriptions {
		filters[s.Filter] = s.QoS
	}
	return conn.SubscribeMultiple(filters, nil)
}

// granted waits until the broker has granted all subscriptions.
func (c *Client) granted(subscribing paho.Token) error {
	asked, is := subscribing.(*paho.SubscribeToken)
	if !is {
		return nil // for none
	}
	if err := c.await(asked, "subscribe"); err != nil {
		return err
	}
	granted := asked.Result()
	for _, s := range c.options.Subscriptions {
		if granted[s.Filter] >= 0x80 {
			return fmt.Errorf("%w: %s", errRefusedFilter, s.Filter)
		}
	}
	return nil
}

// await waits for the broker's answer, at most as long as a connection may take.
func (c *Client) await(token paho.Token, what string) error {
	timer := time.NewTimer(connectTimeout + pingTimeout)
	defer timer.Stop()
	select {
	case <-token.Done():
		if err := token.Error(); err != nil {
			return fmt.Errorf("mqtt: %s to %s: %w", what, c.options.Broker, err)
		}
		return nil
	case <-c.ends.Done():
		return c.ends.Err()
	case <-timer.C:
		return fmt.Errorf("mqtt: %s to %s: no answer", what, c.options.Broker)
	}
}

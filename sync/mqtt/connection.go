package mqtt

import (
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/url"
	"strings"
	"sync"
	"time"
	"unicode"

	paho "github.com/eclipse/paho.mqtt.golang"
	"github.com/eclipse/paho.mqtt.golang/packets"
)

// errRefusedFilter says that the broker did not grant a subscription.
var errRefusedFilter = errors.New("mqtt: the broker refused a subscription")

// keepConnected connects, waits for the end of the connection, and does so again.
func (c *Client) keepConnected() {
	wait := c.options.Backoff
	for said := (complaints{}); c.ends.Err() == nil; {
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
			clear(said)
		}
		c.log.Log(c.ends, said.level(err), "mqtt: no connection; it is tried again and again", "broker", c.options.Broker, "err", err)
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

// complaints are the reasons that the log has of a time without a connection, without their numbers: ports change.
type complaints map[string]bool

// complaintsMax is how many reasons are said of one such time.
const complaintsMax = 8

// level is how loud a reason is: each is said once, however they alternate.
func (said complaints) level(err error) slog.Level {
	reason := strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return -1
		}
		return r
	}, fmt.Sprint(err))
	if said[reason] || len(said) >= complaintsMax {
		return slog.LevelDebug
	}
	said[reason] = true
	return slog.LevelWarn
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
		err := token.Error()
		switch {
		case errors.Is(err, packets.ErrorRefusedNotAuthorised), errors.Is(err, packets.ErrorRefusedBadUsernameOrPassword):
			return fmt.Errorf("mqtt: %s refuses this client: its certificate was revoked, or its password is wrong: %w", c.options.Broker, err)
		case err != nil:
			return fmt.Errorf("mqtt: %s to %s: %w", what, c.options.Broker, err)
		}
		return nil
	case <-c.ends.Done():
		return c.ends.Err()
	case <-timer.C:
		return fmt.Errorf("mqtt: %s to %s: no answer", what, c.options.Broker)
	}
}

package mqttbroker

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"

	"gatehouse/drivers"
	"gatehouse/sync/mqtt"
)

// atLeastOnce: the broker says that it has a message. QoS 2 would cost two round trips more and promise no more to a display.
const atLeastOnce = 1

// client is a broker as one device has it open.
type client struct {
	name    string // of the broker, for messages
	calls   string
	options mqtt.Options

	mu     sync.Mutex
	closed bool
	sender *sender // nil: nothing was published yet
}

// sender is the connection that publishes.
type sender struct {
	*mqtt.Client
	up   chan struct{} // closed when it is connected for the first time
	once sync.Once
	down chan error // why it could not be
}

// dial starts an MQTT client with a name of its own.
func (c *client) dial(options mqtt.Options) (*mqtt.Client, error) {
	options.ClientID = c.calls + "-" + rand.Text()[:10]
	made, err := mqtt.Dial(options)
	if err != nil {
		return nil, fmt.Errorf("mqttbroker: broker %s: %w: %w", c.name, drivers.ErrSettings, err)
	}
	return made, nil
}

func (c *client) offline(err error) error {
	return fmt.Errorf("mqttbroker: broker %s: %w: %w", c.name, drivers.ErrOffline, err)
}

var errClosed = errors.New("closed")

// Watch reports each message on topics that match the filter, until ctx ends or the broker is lost.
func (c *client) Watch(ctx context.Context, filter string, report func(topic string, payload []byte)) error {
	c.mu.Lock()
	closed := c.closed
	c.mu.Unlock()
	if closed {
		return c.offline(errClosed)
	}
	lost := make(chan error, 1)
	options := c.options
	options.Subscriptions = []mqtt.Subscription{{Filter: filter, QoS: atLeastOnce, Handle: func(m mqtt.Message) { report(m.Topic, m.Payload) }}}
	options.Down = lossTo(lost)
	watcher, err := c.dial(options)
	if err != nil {
		return err
	}
	defer watcher.Close() // waits for report: nothing is reported afterwards
	select {
	case <-ctx.Done():
		return ctx.Err()
	case err := <-lost:
		return c.offline(err)
	}
}

// Publish returns when the broker has the message.
func (c *client) Publish(ctx context.Context, topic string, payload []byte, retained bool) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s, err := c.started()
	if err != nil {
		return err
	}
	if err = s.connected(ctx); err == nil {
		err = s.Publish(ctx, mqtt.Message{Topic: topic, Payload: payload, QoS: atLeastOnce, Retained: retained})
	}
	if err != nil && ctx.Err() == nil {
		return c.offline(err)
	}
	return err
}

// started is what publishes, which may not be connected yet.
func (c *client) started() (*sender, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, c.offline(errClosed)
	}
	if c.sender != nil {
		return c.sender, nil
	}
	s := &sender{up: make(chan struct{}), down: make(chan error, 1)}
	options := c.options
	options.Up = func(*mqtt.Client) { s.once.Do(func() { close(s.up) }) }
	options.Down = lossTo(s.down)
	dialled, err := c.dial(options)
	if err != nil {
		return nil, err
	}
	s.Client, c.sender = dialled, s
	return s, nil
}

// connected waits until it has been connected once, or could not be.
func (s *sender) connected(ctx context.Context) error {
	select {
	case <-s.up:
		return nil // whether it still is, Publish finds out
	default:
	}
	select {
	case <-s.up:
		return nil
	case err := <-s.down:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// lossTo notes why there is no connection, unless an earlier reason has not been read yet.
func lossTo(lost chan<- error) func(error) {
	return func(err error) {
		select {
		case lost <- err:
		default:
		}
	}
}

// Close ends what publishes. A watch goes on until its context ends.
func (c *client) Close() error {
	c.mu.Lock()
	s := c.sender
	c.closed, c.sender = true, nil
	c.mu.Unlock()
	if s != nil {
		s.Close()
	}
	return nil
}

package drivertest

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"gatehouse/drivers"
)

// Broker is a fake MQTT broker: what is published reaches every Watch whose filter it matches, and a retained message
// every later one as well. Many devices may have it open.
type Broker struct {
	mu          sync.Mutex
	lost        bool
	subscribers map[*subscriber]bool
	retained    map[string][]byte
}

type subscriber struct {
	filter   string
	messages chan message
	away     chan struct{} // closed when the broker is lost
}

type message struct {
	topic   string
	payload []byte
}

// brokers are those of a Host, by name. The zero value is ready.
type brokers struct {
	mu    sync.Mutex
	known map[string]*Broker
}

func (b *brokers) find(name string) *Broker {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.known == nil {
		b.known = map[string]*Broker{}
	}
	if b.known[name] == nil {
		b.known[name] = &Broker{subscribers: map[*subscriber]bool{}, retained: map[string][]byte{}}
	}
	return b.known[name]
}

// FakeBroker is the broker of that name.
func (h *Host) FakeBroker(name string) *Broker { return h.brokers.find(name) }

// openBroker is a connection of its own: several devices share a broker.
func (h *Host) openBroker(name string) (drivers.Broker, error) {
	broker := h.FakeBroker(name)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.opened++
	h.connections++
	connection := fmt.Sprintf("%s, connection %d", name, h.connections)
	h.open[connection] = true
	closed := make(chan struct{})
	return &openBroker{broker: broker, name: name, closed: closed, close: sync.OnceFunc(func() {
		close(closed)
		h.mu.Lock()
		defer h.mu.Unlock()
		h.open[connection] = false
	})}, nil
}

func (b *Broker) setLost(lost bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lost = lost
	if !lost {
		return
	}
	for w := range b.subscribers {
		close(w.away)
		delete(b.subscribers, w)
	}
}

// Publish sends a message to whoever watches, as a device on the far side does. It is lost on who is too slow.
func (b *Broker) Publish(topic string, payload []byte, retained bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if retained {
		b.retained[topic] = payload
	}
	for w := range b.subscribers {
		w.offer(topic, payload)
	}
}

// Retained is the retained message of a topic, or nil.
func (b *Broker) Retained(topic string) []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.retained[topic]
}

func (w *subscriber) offer(topic string, payload []byte) {
	if !matches(w.filter, topic) {
		return
	}
	select {
	case w.messages <- message{topic, payload}:
	default:
	}
}

func (b *Broker) join(filter string) *subscriber {
	b.mu.Lock()
	defer b.mu.Unlock()
	w := &subscriber{filter: filter, messages: make(chan message, watchedMax), away: make(chan struct{})}
	if b.lost {
		close(w.away)
		return w
	}
	b.subscribers[w] = true
	for topic, payload := range b.retained {
		w.offer(topic, payload)
	}
	return w
}

func (b *Broker) leave(w *subscriber) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.subscribers, w)
}

// matches reports whether a topic is one that a filter with + and # names.
func matches(filter, topic string) bool {
	for {
		want, filterRest, moreFilter := strings.Cut(filter, "/")
		got, topicRest, moreTopic := strings.Cut(topic, "/")
		switch {
		case want == "#":
			return true
		case want != "+" && want != got:
			return false
		case moreFilter && !moreTopic:
			return filterRest == "#"
		case moreTopic != moreFilter:
			return false
		case !moreFilter:
			return true
		}
		filter, topic = filterRest, topicRest
	}
}

// openBroker is a Broker as a driver has it.
type openBroker struct {
	broker *Broker
	name   string
	closed chan struct{}
	close  func()
}

// Watch reports each message that matches until ctx ends or the broker is lost.
func (o *openBroker) Watch(ctx context.Context, filter string, report func(topic string, payload []byte)) error {
	w := o.broker.join(filter)
	defer o.broker.leave(w)
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case m := <-w.messages:
			report(m.topic, m.payload)
		case <-w.away:
			return fmt.Errorf("drivertest: broker %s is away: %w", o.name, drivers.ErrOffline)
		case <-o.closed:
			return fmt.Errorf("drivertest: broker %s: closed: %w", o.name, drivers.ErrOffline)
		}
	}
}

// Publish sends a message.
func (o *openBroker) Publish(ctx context.Context, topic string, payload []byte, retained bool) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case <-o.closed:
		return fmt.Errorf("drivertest: broker %s: closed: %w", o.name, drivers.ErrOffline)
	default:
	}
	o.broker.mu.Lock()
	lost := o.broker.lost
	o.broker.mu.Unlock()
	if lost {
		return fmt.Errorf("drivertest: broker %s is away: %w", o.name, drivers.ErrOffline)
	}
	o.broker.Publish(topic, append([]byte(nil), payload...), retained)
	return nil
}

// Close ends the connection.
func (o *openBroker) Close() error {
	o.close()
	return nil
}

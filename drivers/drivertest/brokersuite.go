package drivertest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"gatehouse/drivers"
)

// BrokerBench is a drivers.Host with a broker whose far side a test has.
type BrokerBench struct {
	Host  drivers.Host
	Name  string
	Lose  func() // takes the broker away; nil if the test can't
	Reach func() // brings it back
}

// TestBroker checks the brokers of a drivers.Host, in a bubble or in real time as the caller likes.
func TestBroker(t *testing.T, bench BrokerBench) {
	first, second := openedBroker(t, bench), openedBroker(t, bench)
	defer second.Close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	heard := &heardTopics{}
	ended := make(chan error, 1)
	go func() { ended <- first.Watch(ctx, "lot/+/up", heard.report) }()
	eventually(t, "a message on a topic that matches is reported", func() bool {
		_ = second.Publish(ctx, "lot/a/up", []byte("1"), false) // until the watch has begun
		return heard.has("lot/a/up 1")
	})
	for _, topic := range []string{"lot/a/down", "lot/a/b/up", "lot/up", "lot/b/up"} {
		if err := second.Publish(ctx, topic, []byte("2"), false); err != nil {
			t.Error(err)
		}
	}
	eventually(t, "the last message arrives", func() bool { return heard.has("lot/b/up 2") })
	for _, other := range []string{"lot/a/down 2", "lot/a/b/up 2", "lot/up 2"} {
		if heard.has(other) {
			t.Errorf("%s was reported, which the filter does not name", other)
		}
	}
	cancel()
	expectEnd(t, ended)
	testRetained(t, first, second)
	if err := first.Close(); err != nil {
		t.Error(err)
	}
	if err := first.Publish(t.Context(), "lot/a/up", nil, false); !errors.Is(err, drivers.ErrOffline) {
		t.Errorf("a closed broker publishes with error %v", err)
	}
	if bench.Lose != nil {
		testLostBroker(t, bench, second)
	}
}

func openedBroker(t *testing.T, bench BrokerBench) drivers.Broker {
	broker, err := bench.Host.Broker(bench.Name)
	if err != nil {
		t.Fatal(err)
	}
	return broker
}

func testRetained(t *testing.T, first, second drivers.Broker) {
	if err := second.Publish(t.Context(), "sign/1", []byte("12"), true); err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	heard := &heardTopics{}
	ended := make(chan error, 1)
	go func() { ended <- first.Watch(ctx, "sign/#", heard.report) }()
	eventually(t, "a retained message reaches who watches later", func() bool { return heard.has("sign/1 12") })
	cancel()
	expectEnd(t, ended)
}

func testLostBroker(t *testing.T, bench BrokerBench, broker drivers.Broker) {
	ended := make(chan error, 1)
	go func() { ended <- broker.Watch(t.Context(), "lot/+/up", func(string, []byte) {}) }()
	bench.Lose()
	if err := <-ended; !errors.Is(err, drivers.ErrOffline) {
		t.Errorf("a watch of a lost broker ended with %v", err)
	}
	if err := broker.Publish(t.Context(), "lot/a/up", nil, false); !errors.Is(err, drivers.ErrOffline) {
		t.Errorf("a lost broker publishes with error %v", err)
	}
	bench.Reach()
	again := openedBroker(t, bench)
	defer again.Close()
	eventually(t, "a broker that came back publishes", func() bool { return again.Publish(t.Context(), "lot/a/up", nil, false) == nil })
}

// heardTopics keeps what a watch reported.
type heardTopics struct {
	mu  sync.Mutex
	all map[string]bool
}

func (h *heardTopics) report(topic string, payload []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.all == nil {
		h.all = map[string]bool{}
	}
	h.all[fmt.Sprintf("%s %s", topic, payload)] = true
}

func (h *heardTopics) has(line string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.all[line]
}

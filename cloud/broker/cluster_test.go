package broker_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/cloud/broker"
	"gatehouse/sync/mqtt"
	"gatehouse/sync/mqtt/mosquitto"
)

// members are the addresses of a cluster's members for each other.
func members(t *testing.T) []string {
	return []string{mosquitto.FreeAddress(t), mosquitto.FreeAddress(t), mosquitto.FreeAddress(t)}
}

// clustered are the options of one member.
func (o *office) clustered(t *testing.T, addresses []string, member int) broker.Options {
	options := o.options(t, fmt.Sprint("node-", member))
	options.Cluster = broker.Cluster{Name: "main", Listen: addresses[member], TLS: o.authority.ClusterTLS([]string{"127.0.0.1"}, time.Now)}
	for other, address := range addresses {
		if other != member {
			options.Cluster.Peers = append(options.Cluster.Peers, address)
		}
	}
	return options
}

// together starts members at once, and ends them with the test.
func together(t *testing.T, options ...broker.Options) []*broker.Embedded {
	t.Helper()
	nodes := make([]*broker.Embedded, len(options))
	failures := make([]error, len(options))
	var group sync.WaitGroup
	for i := range options {
		group.Go(func() { nodes[i], failures[i] = broker.Start(options[i]) })
	}
	group.Wait()
	if err := errors.Join(failures...); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, n := range nodes {
			n.Close()
		}
	})
	return nodes
}

func onlyInIntegration(t *testing.T) {
	t.Helper()
	if os.Getenv("GATEHOUSE_INTEGRATION") == "" {
		t.Skip("make integration runs it")
	}
}

func TestAClusterOfThreeOutlivesOne(t *testing.T) {
	onlyInIntegration(t)
	o, addresses := newOffice(t), members(t)
	nodes := together(t, o.clustered(t, addresses, 0), o.clustered(t, addresses, 1), o.clustered(t, addresses, 2))
	headquarters := connect(t, nodes[0].URL(), "hq", o.authority.HeadquartersTLS(time.Now), mqtt.AllOf("main", mqtt.KindFacts))
	wait(t, "headquarters", headquarters.up)
	config, _ := o.gateway(t, "p8")
	notARoute(t, addresses[0], config)
	gateway := connect(t, nodes[1].URL(), mqtt.GatewayID("p8"), config)
	wait(t, "the gateway", gateway.up)
	topic := mqtt.Topic("main", "p8", mqtt.KindFacts)
	hear(t, gateway, headquarters, topic, "before")

	nodes[2].Close()
	hear(t, gateway, headquarters, topic, "one of three is gone")

	// Its own node dies: a gateway takes the next address of its list.
	nodes[1].Close()
	wait(t, "the loss", gateway.down)
}

// A member that nobody ever heard of keeps nobody out, and when it comes, any other may go.
func TestTwoMembersServeBeforeTheThirdHasEverBeenThere(t *testing.T) {
	onlyInIntegration(t)
	o, addresses := newOffice(t), members(t)
	nodes := together(t, o.clustered(t, addresses, 0), o.clustered(t, addresses, 1))
	headquarters := connect(t, nodes[0].URL(), "hq", o.authority.HeadquartersTLS(time.Now), mqtt.AllOf("main", mqtt.KindFacts))
	wait(t, "headquarters", headquarters.up)
	config, _ := o.gateway(t, "p8")
	gateway := connect(t, nodes[1].URL(), mqtt.GatewayID("p8"), config)
	wait(t, "the gateway", gateway.up)
	topic := mqtt.Topic("main", "p8", mqtt.KindFacts)
	hear(t, gateway, headquarters, topic, "two of three were ever there")

	third := o.clustered(t, addresses, 2)
	whole := make(chan struct{})
	third.Log = tells(whole, "all its replicas")
	nodes = append(nodes, together(t, third)...)
	wait(t, "all replicas", whole)
	nodes[1].Close()
	late := connect(t, nodes[2].URL(), mqtt.GatewayID("p8"), config)
	wait(t, "the gateway at the new member", late.up)
	hear(t, late, headquarters, topic, "one that was there from the start is gone")
}

// notARoute: the authority signs gateways' certificates too, and the door of brokers must not open for one.
func notARoute(t *testing.T, address string, gateway *tls.Config) {
	t.Helper()
	intruder, err := tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true, Certificates: gateway.Certificates})
	if err == nil {
		_, err = intruder.Read(make([]byte, 1))
		_ = intruder.Close()
	}
	if err == nil || !strings.Contains(err.Error(), "tls: bad certificate") {
		t.Errorf("a gateway's certificate opens the door of brokers: %v", err)
	}
}

// hear publishes until it is heard, as the outbox does.
func hear(t *testing.T, from, to *client, topic, payload string) {
	t.Helper()
	deadline := time.After(patience)
	for {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		err := from.Publish(ctx, mqtt.Message{Topic: topic, Payload: []byte(payload), QoS: 1})
		cancel()
		select {
		case m := <-to.got:
			if string(m.Payload) == payload {
				return
			}
		case <-deadline:
			t.Fatalf("%s: not heard within %v; last: %v", payload, patience, err)
		case <-time.After(500 * time.Millisecond):
		}
	}
}

// teller is a log that says when a text was in it.
type teller struct {
	mu   sync.Mutex
	text string
	said chan<- struct{}
}

// tells makes a log that closes a channel when a text was said.
func tells(said chan<- struct{}, text string) *slog.Logger {
	return slog.New(slog.NewTextHandler(&teller{text: text, said: said}, nil))
}

// Write looks for the text once.
func (l *teller) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.said != nil && strings.Contains(string(line), l.text) {
		close(l.said)
		l.said = nil
	}
	return len(line), nil
}

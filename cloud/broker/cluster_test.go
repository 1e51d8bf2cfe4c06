package broker_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"gatehouse/cloud/broker"
	"gatehouse/cloud/enrol"
	"gatehouse/sync/mqtt"
)

// freePort is a port that nobody listens on, for the moment.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// members are the addresses of a cluster's members for each other.
func members(t *testing.T) []string { return []string{freePort(t), freePort(t), freePort(t)} }

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

// TestMain is also a member of a cluster, for the test that kills one.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == "member" {
		member(os.Args[2], os.Args[3], os.Args[4], os.Args[5:])
		return
	}
	os.Exit(m.Run())
}

// member is one until it is killed. It says where clients connect.
func member(authorityDir, dir, own string, others []string) {
	authority, err := enrol.OpenAuthority(authorityDir, time.Now())
	if err != nil {
		panic(err)
	}
	o := &office{authority: authority}
	b, err := broker.Start(broker.Options{
		Name: own, Chain: "main", Listen: "127.0.0.1:0", Dir: dir, Admit: o.admit, Log: slog.New(slog.DiscardHandler),
		TLS: authority.ServerTLS([]string{"127.0.0.1"}, time.Now),
		Cluster: broker.Cluster{
			Name: "main", Listen: own, Peers: others, TLS: authority.ClusterTLS([]string{"127.0.0.1"}, time.Now),
		},
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(b.URL())
	select {}
}

// A member is killed before anybody has connected, and so before there are streams for sessions.
func TestAClusterServesWhoComesAfterAMemberWasKilled(t *testing.T) {
	onlyInIntegration(t)
	authorityDir, addresses := t.TempDir(), members(t)
	authority, err := enrol.OpenAuthority(authorityDir, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	var processes []*exec.Cmd
	var outs []*bufio.Scanner
	for i, own := range addresses {
		others := append(slices.Clone(addresses[:i]), addresses[i+1:]...)
		process := exec.Command(os.Args[0], append([]string{"member", authorityDir, t.TempDir(), own}, others...)...)
		process.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
		out, err := process.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := process.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			_ = process.Process.Kill()
			_ = process.Wait()
		})
		processes, outs = append(processes, process), append(outs, bufio.NewScanner(out))
	}
	var urls []string
	for i, out := range outs {
		if !out.Scan() {
			t.Fatalf("member %d does not start", i)
		}
		urls = append(urls, out.Text())
	}
	if err := processes[2].Process.Kill(); err != nil {
		t.Fatal(err)
	}
	config := authority.HeadquartersTLS(time.Now)
	headquarters := connect(t, urls[0], "hq", config, mqtt.AllOf("main", mqtt.KindFacts))
	wait(t, "headquarters", headquarters.up)
	other := connect(t, urls[1], "hq-2", config)
	wait(t, "the other headquarters", other.up)
	hear(t, other, headquarters, mqtt.Topic("main", "p8", mqtt.KindFacts), "one of three was killed")
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

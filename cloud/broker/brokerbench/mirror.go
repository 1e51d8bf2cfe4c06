package brokerbench

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"gatehouse/cloud/broker/natsline"
)

const (
	subject      = "gatehouse.main.bench.facts" // as long as the topic of a gateway
	stream       = "FACTS"
	mirrored     = "MIRROR"
	readyTimeout = 2 * time.Minute
	pollEvery    = 2 * time.Millisecond
)

// Mirror is a leaf with a stream and a hub with its mirror, in this process.
type Mirror struct {
	dir       string
	hub, leaf *server.Server
	port      int
}

// NewMirror starts the hub. With always, it flushes each message to the disk, as a ledger must; by default JetStream does so
// every two minutes.
func NewMirror(dir string, always bool) (*Mirror, error) {
	hub, err := start(&server.Options{
		ServerName: "hub", JetStreamDomain: "hub", StoreDir: filepath.Join(dir, "hub"), SyncAlways: always,
		LeafNode: server.LeafNodeOpts{Host: "127.0.0.1", Port: server.RANDOM_PORT, NoAdvertise: true}, // a leaf that learned it would go round the wire
	})
	if err != nil {
		return nil, err
	}
	running, err := hub.Varz(nil)
	if err != nil {
		hub.Shutdown()
		return nil, fmt.Errorf("brokerbench: %w", err)
	}
	return &Mirror{dir: dir, hub: hub, port: running.LeafNode.Port}, nil
}

// HubAddress is where a leaf connects.
func (m *Mirror) HubAddress() string { return fmt.Sprintf("127.0.0.1:%d", m.port) }

// StartLeaf starts the leaf with its stream. It connects to an address, which may be a wire that is cut.
func (m *Mirror) StartLeaf(address string) (err error) {
	m.leaf, err = start(&server.Options{
		ServerName: "leaf", JetStreamDomain: "leaf", StoreDir: filepath.Join(m.dir, "leaf"),
		LeafNode: server.LeafNodeOpts{
			ReconnectInterval: time.Second, Remotes: []*server.RemoteLeafOpts{{URLs: []*url.URL{{Scheme: "nats-leaf", Host: address}}}},
		},
	})
	if err != nil {
		return err
	}
	c, err := dial(m.leaf)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	return c.Ask("$JS.API.STREAM.CREATE."+stream, []byte(`{"name":"`+stream+`","subjects":["`+subject+`"],"storage":"file","num_replicas":1}`), nil)
}

// StartMirror has the hub mirror the leaf's stream, once the leaf is connected.
func (m *Mirror) StartMirror() error {
	if err := await("the leaf's connection", func() bool { return m.hub.NumLeafNodes() > 0 }); err != nil {
		return err
	}
	c, err := dial(m.hub)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	return c.Ask("$JS.API.STREAM.CREATE."+mirrored, []byte(`{"name":"`+mirrored+`","storage":"file","num_replicas":1,"mirror":{"name":"`+stream+
		`","external":{"api":"$JS.leaf.API"}}}`), nil)
}

// Store puts messages into the leaf's stream and returns when they are in it.
func (m *Mirror) Store(payloads [][]byte) error {
	c, err := dial(m.leaf)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	want := count(m.leaf, stream) + len(payloads)
	for _, payload := range payloads {
		if err := c.Publish(subject, payload); err != nil {
			return err
		}
	}
	if err := c.Flush(); err != nil {
		return err
	}
	return await("the leaf's stream", func() bool { return count(m.leaf, stream) >= want })
}

// Mirrored is how many messages the hub has.
func (m *Mirror) Mirrored() int { return count(m.hub, mirrored) }

// Close ends both.
func (m *Mirror) Close() error {
	for _, s := range []*server.Server{m.leaf, m.hub} {
		if s != nil {
			s.Shutdown()
			s.WaitForShutdown()
		}
	}
	return os.RemoveAll(m.dir)
}

// dial connects to a server in this process.
func dial(s *server.Server) (*natsline.Line, error) {
	conn, err := s.InProcessConn()
	if err != nil {
		return nil, fmt.Errorf("brokerbench: %w", err)
	}
	return natsline.Over(conn, "", 5*readyTimeout)
}

func start(o *server.Options) (*server.Server, error) {
	o.DontListen, o.NoSigs, o.NoLog, o.JetStream = true, true, true, true
	if o.LeafNode.Port != 0 || len(o.LeafNode.Remotes) > 0 {
		o.DontListen, o.Host, o.Port = false, "127.0.0.1", server.RANDOM_PORT // the library's leaf nodes need it
	}
	s, err := server.NewServer(o)
	if err != nil {
		return nil, fmt.Errorf("brokerbench: %w", err)
	}
	s.Start()
	if !s.ReadyForConnections(readyTimeout) {
		return nil, errors.New("brokerbench: a server is not ready")
	}
	return s, nil
}

// count is how many messages a stream has.
func count(s *server.Server, name string) int {
	info, err := s.JszAccount(&server.JSzOptions{Account: server.DEFAULT_GLOBAL_ACCOUNT, Streams: true})
	if err != nil {
		return 0
	}
	for _, detail := range info.Streams {
		if detail.Name == name {
			return int(detail.State.Msgs)
		}
	}
	return 0
}

func await(what string, is func() bool) error {
	for until := time.Now().Add(readyTimeout); !is(); time.Sleep(pollEvery) {
		if time.Now().After(until) {
			return fmt.Errorf("brokerbench: %s: not within %v", what, readyTimeout)
		}
	}
	return nil
}

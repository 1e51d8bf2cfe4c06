package broker

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// Broker is what headquarters needs of a broker beside its address.
type Broker interface {
	// URL is where headquarters' own client connects: tls://host:port or tcp://host:port.
	URL() string
	// Kick ends the connections of a device and says how many there were. Brokers that aren't ours can't: there the
	// authority's revocation list and the signature of each batch do it.
	Kick(fingerprint string) int
	Close()
}

// Identity is whom a certificate belongs to.
type Identity struct {
	Fingerprint  string
	Location     string // of a gateway
	Headquarters bool   // one of our own programs
}

// Options say how to run the embedded broker.
type Options struct {
	Name   string // unique in the cluster
	Chain  string // the second level of all topics
	Listen string // host:port of the MQTT listener; port 0: any
	Dir    string // for sessions and retained messages
	TLS    *tls.Config
	Admit  func(*x509.Certificate) (Identity, error)
	Log    *slog.Logger

	Cluster Cluster // zero: alone
}

// Cluster says how several embedded brokers find each other. All need the same authority.
type Cluster struct {
	Name   string
	Listen string      // host:port for the others
	Peers  []string    // host:port of the others' Listen
	TLS    *tls.Config // nil: plain, for a private network
}

const (
	readyTimeout = 30 * time.Second
	// formingTimeout is how long a member waits for the others, before it serves what it can without them.
	formingTimeout = 10 * time.Second
	leaderPause    = 10 * time.Millisecond // between two looks for a leader
	// apiTimeout is how long a connection waits for one step of its session: 5 s by default, which an elected leader never
	// takes, and which is lost while there is none.
	apiTimeout    = 2 * time.Second
	maxAckPending = 60_000 // 1,024 by default, which one burst of 500 gateways exceeds
	replicas      = 3
	maxPayload    = 256 << 10
	maxPending    = 64 << 20
)

// Embedded is a broker in this process.
type Embedded struct {
	server  *server.Server
	url     string
	stop    context.CancelFunc
	forming sync.WaitGroup
}

// Vacant is an error if an address can't be had: the server would try for as long as a cluster may take to come together.
func Vacant(address string) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("%w: end the program that has it, or choose another address", err)
	}
	return listener.Close()
}

// Start runs an embedded broker and returns when it takes connections. In a cluster that is when most members are there and
// have elected a leader, or after some seconds without.
func Start(o Options) (*Embedded, error) {
	guard := &guard{chain: o.Chain, admit: o.Admit, log: o.Log, token: rand.Text()}
	settings, err := o.settings()
	if err != nil {
		return nil, err
	}
	settings.CustomClientAuthentication = guard
	if err := Vacant(o.Listen); err != nil {
		return nil, fmt.Errorf("broker: %w", err)
	}
	s, err := server.NewServer(settings)
	if err != nil {
		return nil, fmt.Errorf("broker: %w", err)
	}
	guard.name = func(connection uint64) string { return clientName(s, connection) }
	s.SetLoggerV2(logger{o.Log}, false, false, false)
	s.Start()
	if !s.ReadyForConnections(readyTimeout) {
		s.Shutdown()
		return nil, fmt.Errorf("broker: not ready on %s after %v; is the address in use, or are most members of the cluster away?", o.Listen, readyTimeout)
	}
	if o.Cluster.Name != "" && !hasLeader(s) {
		o.Log.Warn("broker: most members of the cluster are away: gateways can't connect until they are there", "waited", formingTimeout)
	}
	host, _, err := net.SplitHostPort(o.Listen)
	if err != nil {
		return nil, fmt.Errorf("broker: %w", err)
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	e := &Embedded{server: s, url: "tls://" + net.JoinHostPort(host, strconv.Itoa(settings.MQTT.Port))}
	var ctx context.Context
	ctx, e.stop = context.WithCancel(context.Background())
	if wanted := settings.MQTT.StreamReplicas; wanted > 1 {
		f := &former{server: s, options: *settings, token: guard.token, wanted: wanted, replicas: wanted, log: o.Log}
		e.forming.Go(func() { f.form(ctx) })
	}
	return e, nil
}

// hasLeader waits until the members have elected one. What a connection needs before that is asked of nobody, and each such
// question costs apiTimeout.
func hasLeader(s *server.Server) bool {
	for until := time.Now().Add(formingTimeout); time.Now().Before(until); time.Sleep(leaderPause) {
		if info, err := s.Jsz(nil); err == nil && info.Meta != nil && info.Meta.Leader != "" {
			return true
		}
	}
	return false
}

func (o Options) settings() (*server.Options, error) {
	if o.TLS == nil || o.Admit == nil || o.Dir == "" || o.Name == "" || o.Log == nil {
		return nil, errors.New("broker: Name, Dir, TLS, Admit and Log are needed")
	}
	host, port, err := splitListen(o.Listen)
	if err != nil {
		return nil, err
	}
	settings := &server.Options{
		ServerName: o.Name, DontListen: true, NoSigs: true, NoSystemAccount: false,
		JetStream: true, StoreDir: o.Dir, MaxPayload: maxPayload, MaxPending: maxPending, WriteDeadline: 10 * time.Second,
	}
	settings.MQTT = server.MQTTOpts{
		Host: host, Port: port, TLSConfig: o.TLS, TLSTimeout: 10, AuthTimeout: 10,
		MaxAckPending: maxAckPending, StreamReplicas: 1, JSAPITimeout: apiTimeout,
	}
	if o.Cluster.Name != "" {
		if err := o.Cluster.into(settings); err != nil {
			return nil, err
		}
	}
	return settings, nil
}

func (c Cluster) into(settings *server.Options) error {
	host, port, err := splitListen(c.Listen)
	if err != nil {
		return err
	}
	// The library starts its routes only beside a listener for clients of its own protocol: it gets one that nobody
	// else reaches, with the same checks.
	settings.DontListen, settings.Host, settings.Port = false, "127.0.0.1", server.RANDOM_PORT
	settings.TLS, settings.TLSVerify, settings.TLSConfig, settings.TLSTimeout = true, true, settings.MQTT.TLSConfig, 10
	settings.MQTT.StreamReplicas = min(replicas, len(c.Peers)+1)
	settings.Cluster = server.ClusterOpts{
		Name: c.Name, Host: host, Port: port, NoAdvertise: true, TLSConfig: c.TLS, TLSTimeout: 10, ConnectRetries: 1 << 30,
	}
	for _, peer := range slices.Sorted(slices.Values(c.Peers)) { // in order, so that the library's reload, which sorts them in place, moves none
		if _, _, err := net.SplitHostPort(peer); err != nil {
			return fmt.Errorf("broker: peer %q: %w", peer, err)
		}
		settings.Routes = append(settings.Routes, &url.URL{Scheme: "nats-route", Host: peer})
	}
	return nil
}

// splitListen takes an address apart. Port 0, any, is the library's word for it: it notes which it took, and nobody comes between.
func splitListen(listen string) (string, int, error) {
	host, portText, err := net.SplitHostPort(listen)
	if err != nil {
		return "", 0, fmt.Errorf("broker: listen address %q: write for example :8883: %w", listen, err)
	}
	port, err := strconv.Atoi(portText)
	if err != nil || port < 0 || port > 65535 {
		return "", 0, fmt.Errorf("broker: listen address %q: the port is a number up to 65535", listen)
	}
	if port == 0 {
		port = server.RANDOM_PORT
	}
	if host == "" {
		host = "0.0.0.0"
	}
	return host, port, nil
}

// clientName is the MQTT client identifier of a connection; "": it has none.
func clientName(s *server.Server, connection uint64) string {
	found, err := s.Connz(&server.ConnzOptions{CID: connection})
	if err != nil || len(found.Conns) != 1 {
		return ""
	}
	return found.Conns[0].MQTTClient
}

// URL is where headquarters' own client connects.
func (e *Embedded) URL() string { return e.url }

// Kick ends the connections of a device.
func (e *Embedded) Kick(fingerprint string) int {
	connections, err := e.server.Connz(&server.ConnzOptions{Username: true, User: fingerprint, Account: server.DEFAULT_GLOBAL_ACCOUNT})
	if err != nil {
		return 0
	}
	kicked := 0
	for _, c := range connections.Conns {
		if e.server.DisconnectClientByID(c.Cid) == nil {
			kicked++
		}
	}
	return kicked
}

// Clients is how many are connected.
func (e *Embedded) Clients() int { return e.server.NumClients() }

// Close ends all connections and the broker.
func (e *Embedded) Close() {
	e.stop()
	e.forming.Wait()
	e.server.Shutdown()
	e.server.WaitForShutdown()
}

// External is a broker that somebody else runs.
type External struct{ Address string }

// URL is its address.
func (e External) URL() string { return e.Address }

// Kick can't reach into somebody else's broker.
func (External) Kick(string) int { return 0 }

// Close leaves it alone.
func (External) Close() {}

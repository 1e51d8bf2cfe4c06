package app

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"gatehouse/cloud/api"
	"gatehouse/cloud/broker"
	"gatehouse/cloud/documents"
	"gatehouse/cloud/enrol"
	"gatehouse/cloud/sales"
	"gatehouse/cloud/steer"
	"gatehouse/cloud/store"
	"gatehouse/sync/fact"
	"gatehouse/sync/mqtt"
	"gatehouse/sync/policy"
	"gatehouse/sync/wire"
)

// App is a running aggregator.
type App struct {
	options   Options
	store     store.Store
	authority *enrol.Authority
	registry  *enrol.Registry
	ring      *enrol.Ring
	broker    broker.Broker
	client    *mqtt.Client
	chain     chain
	links     links
	changes   changes
	desk      *steer.Desk
	office    *sales.Office
	api       *api.Server
	workers   []*worker
	mux       *http.ServeMux
	server    *http.Server
	listener  net.Listener

	counters   counters
	renewals   atomic.Int64 // rises when receivers must be made again
	standby    atomic.Bool  // stability is a standby's, and not the own disk's
	counting   sync.RWMutex // held for writing while the counters are read from the store: nothing is committed meanwhile
	stale      *stale
	members    members
	backing    sync.Mutex             // held while a backup is made
	draft      atomic.Pointer[string] // its folder meanwhile
	keying     sync.Mutex             // held while gateways are told which keys count, and while one enrols
	knowing    sync.Mutex
	known      map[fact.LocationID]sight // how far the counters are
	up         atomic.Bool
	failure    atomic.Value // string: why the store failed last; "": it works
	broken     chan error   // why the store takes nothing more
	others     func(fact.LocationID, wire.Message)
	background context.Context
	stop       context.CancelFunc
	done       sync.WaitGroup
}

// New opens everything and starts nothing that gateways could notice.
func New(ctx context.Context, o Options) (_ *App, err error) {
	o.defaults()
	if err := mqtt.CheckName(o.Chain); err != nil {
		return nil, err
	}
	if o.Backup != "" && o.Postgres != "" {
		return nil, store.ErrNoBackup
	}
	a := &App{options: o, mux: http.NewServeMux(), known: map[fact.LocationID]sight{}, stale: newStale(), broken: make(chan error, 1)}
	a.failure.Store("")
	a.background, a.stop = context.WithCancel(context.Background())
	defer func() {
		if err != nil {
			err = errors.Join(err, a.Close())
		}
	}()
	if err := a.openStore(ctx); err != nil {
		return nil, err
	}
	if a.members.own, err = memberID(o.Dir); err != nil {
		return nil, err
	}
	if a.shares() {
		a.members.live.Store(&[]string{}) // until it has said that it is there
	}
	if err := a.openAuthority(ctx); err != nil {
		return nil, err
	}
	if err := a.reloadAll(ctx); err != nil {
		return nil, err
	}
	stability, err := a.store.Stable(ctx)
	if err != nil {
		return nil, err
	}
	a.standby.Store(stability.Known || o.Backup != "")
	if a.store.Restored() {
		o.Log.Error("the store is older than it once was: gateways will send again what it lost", "epoch", a.store.Epoch().String())
	}
	for range o.Workers {
		a.workers = append(a.workers, newWorker(a))
	}
	if err := a.openDesks(ctx); err != nil {
		return nil, err
	}
	a.routes()
	return a, nil
}

func (a *App) openStore(ctx context.Context) (err error) {
	if err := os.MkdirAll(a.options.Dir, 0o700); err != nil {
		return fmt.Errorf("app: %w", err)
	}
	if a.options.Postgres != "" {
		a.store, err = store.OpenPostgres(ctx, a.options.Postgres, a.options.Dir, a.options.Now)
	} else {
		a.store, err = store.OpenSQLite(ctx, filepath.Join(a.options.Dir, "store"), a.options.Now)
	}
	return err
}

func (a *App) openAuthority(ctx context.Context) (err error) {
	dir := filepath.Join(a.options.Dir, "authority")
	if a.authority, err = enrol.OpenAuthority(dir, a.options.Now()); err != nil {
		return err
	}
	var shared documents.Store
	if !a.options.TrustBroker {
		shared = a.store
	}
	if a.ring, err = enrol.OpenRing(ctx, dir, shared, a.options.Now); err != nil {
		return err
	}
	if a.registry, err = enrol.OpenRegistry(ctx, a.authority, a.store, a.options.Now); err != nil {
		return err
	}
	a.registry.OnRevoked(func(d enrol.Device) {
		if a.broker != nil {
			a.options.Log.Warn("a device lost its right", "location", d.Location, "state", d.State, "kicked", a.broker.Kick(d.Fingerprint))
		}
	})
	return nil
}

// Start opens the broker and the doors.
func (a *App) Start() error {
	if err := a.startBroker(); err != nil {
		return err
	}
	for _, w := range a.workers {
		a.done.Go(w.run)
	}
	if a.shares() {
		if err := a.beat(a.background); err != nil {
			return err
		}
	}
	subscribe := func(kind string) mqtt.Subscription {
		return mqtt.Subscription{Filter: mqtt.AllOf(a.options.Chain, kind), Handle: a.receive}
	}
	client, err := mqtt.Dial(mqtt.Options{
		Broker: a.broker.URL(), ClientID: "headquarters-" + a.members.own + "-" + fmt.Sprint(os.Getpid()), TLS: a.brokerTLS(),
		Subscriptions: []mqtt.Subscription{subscribe(mqtt.KindFacts), subscribe(mqtt.KindLive), subscribe(mqtt.KindState), subscribe(mqtt.KindBirth)},
		Up: func(*mqtt.Client) {
			a.up.Store(true)
			a.options.Log.Info("connected to the broker", "broker", a.broker.URL())
		},
		Down:    func(error) { a.up.Store(false) },
		Backoff: 100 * time.Millisecond, QueueBytes: 64 << 20, Log: a.options.Log,
	})
	if err != nil {
		return err
	}
	a.client = client
	a.done.Go(a.follow)
	if a.options.Backup != "" {
		a.done.Go(a.backups)
	}
	return a.listen()
}

func (a *App) startBroker() (err error) {
	if a.options.Broker != "" {
		a.broker = broker.External{Address: a.options.Broker}
		return nil
	}
	var cluster broker.Cluster
	if a.options.ClusterListen != "" {
		cluster = broker.Cluster{
			Name: a.options.Chain, Listen: a.options.ClusterListen, Peers: a.options.ClusterPeers,
			TLS: a.authority.ClusterTLS(a.options.Hosts, a.options.Now),
		}
	}
	embedded, err := broker.Start(broker.Options{
		Name: "headquarters-" + a.members.own, Cluster: cluster, Chain: a.options.Chain, Listen: a.options.MQTT, Dir: filepath.Join(a.options.Dir, "broker"),
		TLS: a.authority.ServerTLS(a.options.Hosts, a.options.Now), Admit: a.admit, Log: a.options.Log,
	})
	if err != nil {
		return err
	}
	a.broker = embedded
	return nil
}

// admit says whom a certificate belongs to.
func (a *App) admit(certificate *x509.Certificate) (broker.Identity, error) {
	if enrol.IsHeadquarters(certificate) {
		return broker.Identity{Fingerprint: "headquarters", Headquarters: true}, nil
	}
	device, err := a.registry.Admit(a.background, certificate)
	return broker.Identity{Fingerprint: device.Fingerprint, Location: device.Location}, err
}

func (a *App) brokerTLS() *tls.Config {
	if a.options.Broker != "" {
		return a.options.BrokerTLS
	}
	return a.authority.HeadquartersTLS(a.options.Now)
}

// listen serves HTTPS with the authority's certificate. Clients may show one of theirs: a renewal needs it.
func (a *App) listen() error {
	if a.options.Listen == "" {
		return nil
	}
	config := a.authority.ServerTLS(a.options.Hosts, a.options.Now)
	config.ClientAuth = tls.VerifyClientCertIfGiven
	listener, err := tls.Listen("tcp", a.options.Listen, config)
	if err != nil {
		return fmt.Errorf("app: %w", err)
	}
	a.listener = listener
	a.server = &http.Server{
		Handler: a.mux, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
		// Most of it is browsers that don't know the certificate: no trouble of ours.
		ErrorLog:    slog.NewLogLogger(a.options.Log.Handler(), slog.LevelInfo),
		BaseContext: func(net.Listener) context.Context { return a.background }, // live streams, and who waits for a gateway, end with it
	}
	a.done.Go(func() {
		if err := a.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			a.options.Log.Error("the web server ended", "err", err)
		}
	})
	return nil
}

// Handle adds a page or an interface. Call it before Start.
func (a *App) Handle(pattern string, h http.Handler) { a.mux.Handle(pattern, h) }

// OnMessage has somebody told of all messages other than facts and live ones. Call it before Start.
func (a *App) OnMessage(handle func(fact.LocationID, wire.Message)) { a.others = handle }

// Send sends a message to a location, without any promise that it arrives.
func (a *App) Send(ctx context.Context, location fact.LocationID, m wire.Message) error {
	data, err := wire.EncodeMessage(m)
	if err != nil {
		return err
	}
	return a.client.Publish(ctx, mqtt.Message{Topic: mqtt.Topic(a.options.Chain, string(location), mqtt.KindReply), Payload: data})
}

// Broken says, once, that the store takes nothing more (store.ErrBroken). Close the aggregator and make it anew: gateways send
// again what was not acknowledged.
func (a *App) Broken() <-chan error { return a.broken }

// Store is what the aggregator keeps.
func (a *App) Store() store.Store { return a.store }

// Registry is who may speak.
func (a *App) Registry() *enrol.Registry { return a.registry }

// Authority signs certificates.
func (a *App) Authority() *enrol.Authority { return a.authority }

// BrokerURL is where gateways connect, as seen from this machine.
func (a *App) BrokerURL() string { return a.broker.URL() }

// Address is where HTTPS is served; "" before Start.
func (a *App) Address() string {
	if a.listener == nil {
		return ""
	}
	return a.listener.Addr().String()
}

// Close ends everything; what was not committed will be sent again.
func (a *App) Close() error {
	a.stop()
	if a.client != nil {
		a.client.Close()
	}
	var errs []error
	if a.server != nil {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if a.server.Shutdown(ctx) != nil {
			errs = append(errs, a.server.Close()) // who is still at it reads too slowly
		}
	}
	a.done.Wait()
	if a.store != nil && a.shares() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		errs = append(errs, a.store.Leave(ctx, a.members.own))
	}
	if a.broker != nil {
		a.broker.Close()
	}
	if a.store != nil {
		errs = append(errs, a.store.Close())
	}
	return errors.Join(errs...)
}

// receive hands a message to the worker of its location. It never waits.
func (a *App) receive(m mqtt.Message) {
	_, location, kind, ok := mqtt.SplitTopic(m.Topic)
	if !ok || location == "" {
		a.counters.strange.Add(1)
		return
	}
	a.counters.received.Add(1)
	if kind == mqtt.KindBirth {
		return // retained: it says nothing of now
	}
	if !a.mayJoin(location) { // a broker that isn't ours carries any name: it costs this question, and nothing is kept of it
		a.counters.strange.Add(1)
		return
	}
	online := kind != mqtt.KindState || string(m.Payload) == "online"
	if a.links.set(fact.LocationID(location), online, a.options.Now().UnixMilli()) {
		a.changes.tell()
	}
	if kind == mqtt.KindState {
		return
	}
	if wire.IsHistory(m.Payload) && !a.members.owns(fact.LocationID(location)) {
		a.counters.others.Add(1)
		return
	}
	select {
	case a.workerOf(fact.LocationID(location)).queue <- job{location: fact.LocationID(location), kind: kind, payload: m.Payload}:
	default:
		a.counters.dropped.Add(1)
	}
}

// generation rises when receivers must be made again: a device has changed, or a location.
func (a *App) generation() int64 { return a.registry.Changes() + a.renewals.Load() }

// mayJoin reports whether a location's messages are worth a look.
func (a *App) mayJoin(location string) bool {
	return a.options.TrustBroker || a.registry.Speaks(location)
}

// keys are those that may sign a location's batches. Without any, known is false: nobody may.
func (a *App) keys(location fact.LocationID) (keys policy.Keys, known bool) {
	if a.options.TrustBroker {
		return nil, true
	}
	keys = a.registry.Keys(string(location))
	return keys, len(keys) > 0
}

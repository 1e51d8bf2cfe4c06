package app

import (
	"crypto/tls"
	"log/slog"
	"time"

	"gatehouse/sync/rest"
)

// Options are how an aggregator runs.
type Options struct {
	Dir       string   // everything it keeps
	Chain     string   // the second level of topics
	Listen    string   // HTTPS of health, metrics, enrolment; "": none
	MQTT      string   // listen address of the embedded broker
	Hosts     []string // names and addresses under which gateways reach it
	Postgres  string   // connection string; "": SQLite in Dir
	Broker    string   // address of an external broker; "": the embedded one
	BrokerTLS *tls.Config
	// ClusterListen and ClusterPeers make the embedded broker a member of a cluster: where the others reach it, and where it
	// reaches them. All need the same authority, and Hosts must name what stands before the port of ClusterListen there.
	ClusterListen string
	ClusterPeers  []string
	TrustBroker   bool         // believe batches without a known key
	Workers       int          // 0: 16
	Tokens        []rest.Token // who may ask, beside API keys
	Open          bool         // programs on this machine may look and operate without a token: for a demonstration
	PublicFeeds   bool         // everybody may read the open-data feeds
	Version       string
	Log           *slog.Logger
	Now           func() time.Time // nil: time.Now
}

const (
	workersDefault = 16
	// queueMessages is how many messages wait for one worker: 4 batches of 30 locations.
	queueMessages = 128
	// takeMessages is how many of them go into one commit.
	takeMessages = 32
	// chainDays is how many days the counters are read for at the start.
	chainDays = 8
)

func (o *Options) defaults() {
	if o.Chain == "" {
		o.Chain = "main"
	}
	if o.Workers <= 0 {
		o.Workers = workersDefault
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if len(o.Hosts) == 0 {
		o.Hosts = []string{"localhost", "127.0.0.1"}
	}
}

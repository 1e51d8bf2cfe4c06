package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"gatehouse/cloud/app"
	"gatehouse/sync/rest"
)

// runCommand is gatehouse-cloud run.
type runCommand struct {
	Data          string        `help:"Folder for everything that is kept." default:"gatehouse-cloud"`
	Listen        string        `help:"Address of HTTPS: page, API, health, metrics, enrolment." default:":8443"`
	Mqtt          string        `help:"Address of the embedded broker." default:":8883"`
	Host          []string      `help:"Name or address under which gateways reach this machine; repeat for more."`
	Chain         string        `help:"Name of the chain in MQTT topics." default:"main"`
	Postgres      string        `help:"PostgreSQL connection string, in place of the own database." placeholder:"URL"`
	Broker        string        `help:"Address of an MQTT broker, in place of the own one: tls://host:8883." placeholder:"URL"`
	BrokerCa      string        `help:"Certificate authority of that broker (PEM)." placeholder:"FILE" name:"broker-ca"`
	BrokerCert    string        `help:"Client certificate for that broker (PEM)." placeholder:"FILE" name:"broker-cert"`
	BrokerKey     string        `help:"Its key (PEM)." placeholder:"FILE" name:"broker-key"`
	ClusterListen string        `help:"Address at which the own brokers of other machines reach this one, as a cluster." placeholder:"ADDRESS" name:"cluster-listen"`
	ClusterPeer   []string      `help:"Where the own broker of another machine listens for its cluster; repeat for each. Needs --postgres." placeholder:"ADDRESS" name:"cluster-peer"`
	TrustBroker   bool          `help:"Believe batches of locations that never enrolled. For trials."`
	Enrol         []string      `help:"Print a one-time code for a gateway of this location." placeholder:"LOCATION"`
	Backup        string        `help:"Folder, on another disk, for backups of everything that is kept: then only what is in one counts as stable." placeholder:"DIR"`
	BackupEvery   time.Duration `help:"How often." default:"24h" name:"backup-every"`
	PublicFeeds   bool          `help:"Let everybody read the open-data feeds (APDS, DATEX II, ParkAPI)." name:"public-feeds"`
	Open          bool          `help:"Let programs on this machine look and operate without a token. For a demonstration."`
	Verbose       bool          `help:"Say more in the log."`
}

// Run serves until it is told to stop.
func (c *runCommand) Run() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	level := slog.LevelInfo
	if c.Verbose {
		level = slog.LevelDebug
	}
	if (c.ClusterListen == "") != (len(c.ClusterPeer) == 0) || c.ClusterListen != "" && c.Postgres == "" {
		return errors.New("a cluster of brokers needs --cluster-listen, --cluster-peer for each other machine, and --postgres, which they share")
	}
	brokerTLS, err := c.brokerTLS()
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return err
	}
	options := app.Options{
		Dir: c.Data, Chain: c.Chain, Listen: c.Listen, MQTT: c.Mqtt, Hosts: append(c.Host, "localhost", "127.0.0.1", "::1"),
		Postgres: c.Postgres, Broker: c.Broker, BrokerTLS: brokerTLS, TrustBroker: c.TrustBroker, Version: version, Backup: c.Backup, BackupEvery: c.BackupEvery, ClusterListen: c.ClusterListen, ClusterPeers: c.ClusterPeer,
		Log: log, Open: c.Open, PublicFeeds: c.PublicFeeds, Tokens: []rest.Token{rest.OwnerToken(filepath.Join(c.Data, "token"), log)},
	}
	return c.serve(ctx, stop, options)
}

// serve runs an aggregator until it is told to stop, and a new one when the disk of the first has failed: nobody need be there
// to start it.
func (c *runCommand) serve(ctx context.Context, stop func(), o app.Options) error {
	a, err := start(ctx, o)
	if err != nil {
		return err
	}
	for _, location := range c.Enrol {
		code, err := a.Registry().NewCode(ctx, location, "command line", false)
		if err != nil {
			return errors.Join(err, a.Close())
		}
		fmt.Printf("enrolment code of %s: %s\n", location, code)
	}
	for a != nil {
		select {
		case <-ctx.Done():
			stop() // a second signal ends it at once
			return a.Close()
		case err := <-a.Broken():
			o.Log.Error("starting anew", "err", err)
			if err := a.Close(); err != nil {
				o.Log.Warn("closed", "err", err)
			}
			a = restart(ctx, o)
		}
	}
	return nil
}

func start(ctx context.Context, o app.Options) (*app.App, error) {
	a, err := app.New(ctx, o)
	if err != nil {
		return nil, err
	}
	if err := a.Start(); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	fmt.Printf("gatehouse-cloud %s: https://%s, broker %s\n", version, a.Address(), a.BrokerURL())
	return a, nil
}

// restartPause is between attempts to start on a disk that has failed.
const restartPause = 2 * time.Second

// restart tries until an aggregator serves; nil if it is told to stop first.
func restart(ctx context.Context, o app.Options) *app.App {
	for {
		a, err := start(ctx, o)
		if err == nil {
			return a
		}
		o.Log.Error("not started", "err", err, "again_in", restartPause)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(restartPause):
		}
	}
}

func (c *runCommand) brokerTLS() (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS13}
	if c.BrokerCa != "" {
		text, err := os.ReadFile(c.BrokerCa)
		if err != nil {
			return nil, err
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("%s holds no certificate in PEM", c.BrokerCa)
		}
	}
	if c.BrokerCert != "" || c.BrokerKey != "" {
		pair, err := tls.LoadX509KeyPair(c.BrokerCert, c.BrokerKey)
		if err != nil {
			return nil, err
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return config, nil
}
